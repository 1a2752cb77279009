"""Organisations that sources belong to, and who is what in them: sysadmins enter and remove them, their admins give roles."""

from collections.abc import Mapping

from starlette.responses import Response

from adapters.actions.whole_lists import all_pages
from adapters.web.pages.page import Page
from adapters.web.pages.source import Row
from domain.access import ROLES
from domain.errors import NotFound, Refused, ValidationError

HERE = "/harvest/-/organisations"
ROWS = 100


def every(page: Page) -> Response:
    """Organisations by name, of those who aren't sysadmins their own; and the form to enter one."""
    return _organisations(page, {})


def _organisations(page: Page, errors: Mapping[str, str]) -> Response:
    answer: Row = {}
    refused = ""
    try:
        answer = page.call("harvest_organization_list", limit=ROWS, after=page.query.get("after", ""))
    except Refused as error:  # a CKAN has the organisations
        refused = str(error)
    return page.render(
        "organisations.html",
        422 if errors else 200,
        organisations=answer.get("organizations", []),
        following=page.here(after=answer["next"]) if answer.get("next") else None,
        refused=refused,
        errors=errors,
        values={name: page.form.get(name, "") for name in ("name", "title")},
    )


def every_organisation(page: Page) -> list[Row]:
    """All organisations that the viewer sees, by name, read page by page."""
    return list(all_pages(page, "harvest_organization_list", "organizations"))


def enter(page: Page) -> Response:
    """Enter an organisation."""
    try:
        values = {name: page.form.get(name, "").strip() for name in ("name", "title")}
        row = page.call("harvest_organization_create", **values)
    except ValidationError as wrong:
        return _organisations(page, wrong.errors)
    return page.go(f"{HERE}/{row['name']}", page.text("Sources can belong to it from now on."))


def show(page: Page) -> Response:
    """One organisation with a page of its members."""
    return _organisation(page, {})


def _organisation(page: Page, errors: Mapping[str, str]) -> Response:
    after = page.query.get("after", "")
    row = page.call("harvest_organization_show", id=page.path("name"), limit=ROWS, after=after)
    owned = {"owner_org": row["name"], "private": True}
    return page.render(
        "organisation.html",
        422 if errors else 200,
        organisation=row,
        following=page.here(after=row["next"]) if row["next"] else None,
        may_edit=page.may("harvest_organization_member_create", owned),
        roles=ROLES,
        errors=errors,
        values={name: page.form.get(name, "") for name in ("username", "role", "title")},
    )


def act(page: Page) -> Response:
    """What a button of the page says."""
    name, todo = page.path("name"), page.form.get("do", "")
    here = f"{HERE}/{name}"
    try:
        if todo == "remove":
            page.call("harvest_organization_delete", id=name)
            return page.go(HERE, page.text("%(name)s was removed.", name=name))
        if todo == "title":
            page.call("harvest_organization_patch", id=name, title=page.form.get("title", ""))
            return page.go(here, page.text("The changes were saved."))
        return _role(page, name, todo, here)
    except ValidationError as wrong:
        return _organisation(page, wrong.errors)
    except NotFound as missing:
        return _organisation(page, {"username": str(missing)})
    except Refused as refused:
        return page.go(here, str(refused), "failed")


def _role(page: Page, name: str, todo: str, here: str) -> Response:
    person = page.form.get("username", "").strip()
    if todo == "take":
        page.call("harvest_organization_member_delete", id=name, username=person)
        return page.go(here, page.text("The role was taken away."))
    if not person:
        raise ValidationError({"username": page.text("Enter a name")})
    page.call("harvest_organization_member_create", id=name, username=person, role=page.form.get("role", ""))
    return page.go(here, page.text("The role counts from now on."))
