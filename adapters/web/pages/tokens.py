"""Tokens of the viewer, for sysadmins those of all; made, shown once, and revoked."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from adapters.web.pages.page import Page
from adapters.web.pages.search_terms import whole_number
from adapters.web.pages.source import Row
from domain.errors import Refused, ValidationError

HERE = "/harvest/-/tokens"
ROWS = 100
PASSWORD = ("current", "password")
FIELDS = ("name", "scope", "expires", "person")


def show(page: Page) -> Response:
    """The list, and the form to make one."""
    return _page(page)


def _page(page: Page, errors: Mapping[str, str] | None = None, new_token: Mapping[str, Any] | None = None) -> Response:
    refused, start = "", whole_number(page.query.get("start"))
    tokens: list[Row] = []
    try:
        tokens = page.call("harvest_token_list", limit=ROWS + 1, offset=start)["tokens"]
    except Refused as error:  # a CKAN has the persons
        refused = str(error)
    values = {
        "scope": "read",
        "expires": "365d",
        **{name: page.form[name] for name in FIELDS if name in page.form and not new_token},
    }
    return page.render(
        "tokens.html",
        422 if errors else 200,
        tokens=tokens[:ROWS],
        before=page.here(start=max(0, start - ROWS)) if start else None,
        following=page.here(start=start + ROWS) if len(tokens) > ROWS else None,
        refused=refused,
        errors=errors or {},
        new_token=new_token,
        values={**dict.fromkeys(FIELDS, ""), **values},
    )


def act(page: Page) -> Response:
    """Make or revoke a token. A new one is shown by this very answer, since nobody can find it out later."""
    if page.form.get("do") == "password":
        return _password(page)
    if page.form.get("do") == "revoke":
        page.call("harvest_token_revoke", id=page.form.get("id", ""))
        return page.go(HERE, page.text("The token is refused from now on."))
    given = {name: page.form.get(name, "").strip() or None for name in FIELDS}
    try:
        new_token = page.call("harvest_token_create", **given)
        page.shown_once = True
        return _page(page, new_token=new_token)
    except ValidationError as wrong:
        return _page(page, wrong.errors)
    except Refused as refused:
        return page.go(HERE, str(refused), "failed")


def _password(page: Page) -> Response:
    """Set the viewer's password."""
    try:
        page.call("harvest_person_password_set", **{name: page.form.get(name, "") for name in PASSWORD})
    except ValidationError as wrong:
        return _page(page, wrong.errors)
    except Refused as refused:
        return page.go(HERE, str(refused), "failed")
    return page.go(HERE, page.text("The password was set."))
