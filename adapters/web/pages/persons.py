"""Persons and what they may do, for sysadmins: enter, change, deactivate, remove; roles, tokens and sessions of one."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import Response

from adapters.web.pages.organisations import every_organisation
from adapters.web.pages.page import Page
from adapters.web.pages.source import Row
from domain.access import ROLES
from domain.errors import Refused, ValidationError

HERE = "/harvest/-/persons"
ROWS = 100
SHOWN = 100  # tokens
FIELDS = ("name", "title", "email")
INVITED = {"name": "link to sign in", "scope": ["admin"], "expires": "7d"}
"""A token of the person's own: it allows what the person may do. Whoever has signed in with it can set a password."""


def every(page: Page) -> Response:
    """All persons by name, and the form to enter one."""
    return _persons(page, {})


def _persons(page: Page, errors: Mapping[str, str]) -> Response:
    answer, refused = _asked(page, "harvest_person_list", limit=ROWS, after=page.query.get("after", ""))
    return page.render(
        "persons.html",
        422 if errors else 200,
        persons=answer.get("persons", []),
        count=answer.get("count", 0),
        following=page.here(after=answer["next"]) if answer.get("next") else None,
        refused=refused,
        errors=errors,
        values={name: page.form.get(name, "") for name in FIELDS},
    )


def _asked(page: Page, action: str, **values: Any) -> tuple[Row, str]:
    """What an action answers, or why a CKAN's persons count instead of ours."""
    try:
        return page.call(action, **values), ""
    except Refused as refused:
        return {}, str(refused)


def enter(page: Page) -> Response:
    """Enter a person, and show the link with which they sign in."""
    values = {name: page.form.get(name, "").strip() for name in FIELDS}
    try:
        person = page.call("harvest_person_create", **values, sysadmin=page.form.get("sysadmin") == "1")
        return _invite(page, person)
    except ValidationError as wrong:
        return _persons(page, wrong.errors)


def show(page: Page) -> Response:
    """One person."""
    return _person(page, page.call("harvest_person_show", id=page.path("name")))


def _person(page: Page, person: Row, errors: Mapping[str, str] | None = None, link: Row | None = None) -> Response:
    name = person["name"]
    return page.render(
        "person.html",
        422 if errors else 200,
        person=person,
        organisations=every_organisation(page),
        roles=ROLES,
        tokens=page.call("harvest_token_list", person=name, limit=SHOWN)["tokens"],
        sessions=page.call("harvest_session_list", person=name)["sessions"],
        errors=errors or {},
        link=link,
        own=name == page.caller.name,
    )


def _invite(page: Page, person: Row) -> Response:
    link = page.call("harvest_token_create", person=person["name"], **INVITED)
    page.shown_once = True
    return _person(page, person, link=link)


def act(page: Page) -> Response:
    """What a button of the page says."""
    person = page.call("harvest_person_show", id=page.path("name"))
    todo = ACTS.get(page.form.get("do", ""))
    try:
        return todo(page, person) if todo else _back(page, person, "")
    except ValidationError as wrong:
        return _person(page, person, wrong.errors)
    except Refused as refused:
        return page.go(f"{HERE}/{person['name']}", str(refused), "failed")


def _back(page: Page, person: Row, said: str) -> Response:
    return page.go(f"{HERE}/{person['name']}", said)


def _change(page: Page, person: Row) -> Response:
    given: dict[str, Any] = {name: page.form.get(name, "").strip() for name in ("title", "email")}
    if person["name"] != page.caller.name:  # nobody locks themselves out
        given |= {name: page.form.get(name) == "1" for name in ("sysadmin", "active")}
    page.call("harvest_person_patch", id=person["name"], **given)
    return _back(page, person, page.text("The changes were saved."))


def _give_role(page: Page, person: Row) -> Response:
    values = {"id": page.form.get("organisation", ""), "username": person["name"], "role": page.form.get("role", "")}
    page.call("harvest_organization_member_create", **values)
    return _back(page, person, page.text("The role counts from now on."))


def _take_role(page: Page, person: Row) -> Response:
    page.call("harvest_organization_member_delete", id=page.form.get("organisation", ""), username=person["name"])
    return _back(page, person, page.text("The role was taken away."))


def _revoke(page: Page, person: Row) -> Response:
    page.call("harvest_token_revoke", id=page.form.get("id", ""))
    return _back(page, person, page.text("The token is refused from now on."))


def _end_sessions(page: Page, person: Row) -> Response:
    page.call("harvest_session_end", person=person["name"])
    return _back(page, person, page.text("They are signed out everywhere."))


def _set_password(page: Page, person: Row) -> Response:
    page.call("harvest_person_password_set", person=person["name"], password=page.form.get("password", ""))
    return _back(page, person, page.text("The password was set."))


def _remove(page: Page, person: Row) -> Response:
    if person["name"] == page.caller.name:
        raise Refused(page.text("You can't remove yourself: another sysadmin can"))
    if page.form.get("name", "").strip() != person["name"]:
        raise ValidationError({"remove": page.text("Type the name of the person: %(name)s", name=person["name"])})
    page.call("harvest_person_delete", id=person["name"])
    return page.go(HERE, page.text("%(name)s was removed.", name=person["name"]))


ACTS: Mapping[str, Callable[[Page, Row], Response]] = {
    "change": _change,
    "give": _give_role,
    "take": _take_role,
    "link": _invite,
    "revoke": _revoke,
    "sign-out": _end_sessions,
    "password": _set_password,
    "remove": _remove,
}
