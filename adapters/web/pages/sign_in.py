"""Signing in and out: with a token, pasted or in a link, or with a password; with a CKAN configured, with a token of it.

A link to sign in holds the token behind the `#`, which browsers don't send: a script puts it into the form. So it is in no
log. Wrong, expired and unknown get the same answer.
"""

import json
from collections.abc import Mapping

from starlette.responses import Response

from adapters.access.browsers import REFUSED
from adapters.web import cookies
from adapters.web.pages.origin import REFUSED as NOT_FROM_HERE
from adapters.web.pages.page import HEADERS, TOKEN_FIELD, Page
from adapters.web.site import address_of
from domain.errors import NotAuthorized

HOME = "/harvest"
LONGEST_NAME = 200  # characters


def sign_in(page: Page) -> Response:
    """The form, and what it was filled in with."""
    if page.request.method == "POST":
        return _begin(page)
    return _form(page, then=page.query.get("then", HOME))


def _form(page: Page, then: str, *, kept: str = "", name: str = "", problem: str = "", status: int = 200) -> Response:
    return page.render("sign_in.html", status, then=then, kept=kept, name=name, problem=problem)


def _begin(page: Page) -> Response:
    form, browser = page.form, page.request.headers.get("user-agent", "")
    then, kept, name, token = (form.get(field, "").strip() for field in ("then", "kept", "name", "token"))
    page.site.check_refused(page.request)
    try:
        if token:
            cookie = page.site.parts.browsers.begin_with_token(token, browser)
        else:
            name = name.replace("\0", "")[:LONGEST_NAME]
            source = (address_of(page.request), page.site.settings.serve_refused_rate)
            cookie = page.site.parts.browsers.begin_with_password(name, form.get("password", ""), browser, *source)
    except NotAuthorized:
        page.site.refused(page.request)
        return _form(page, then, kept=kept, name=name, problem=page.text(REFUSED), status=403)
    if page.cookie:
        page.site.parts.browsers.sessions.end(page.cookie)
    response = _go_on(page, cookie, then, kept)
    cookies.set_session(page.request, response, cookie)
    return response


def _go_on(page: Page, cookie: str, then: str, kept: str) -> Response:
    """To where they came from; a form that was sent after the session had ended is shown again, to be sent once more."""
    then = local(then)
    if kept:
        page.cookie = cookie
        return page.render("send_again.html", then=then, fields=_fields(kept))
    return Response(status_code=303, headers={"Location": page.url(then), **HEADERS})


def _fields(kept: str) -> Mapping[str, str]:
    try:
        fields = json.loads(kept)
    except (ValueError, RecursionError):
        return {}
    return {str(name): str(value) for name, value in fields.items()} if isinstance(fields, dict) else {}


def local(then: str) -> str:
    """A path of ours, never an address elsewhere."""
    is_path = then.startswith("/") and not then.startswith("//") and "\\" not in then and then.isascii() and then.isprintable()
    return then if is_path else HOME


def sign_out(page: Page) -> Response:
    """End the session; a second press changes nothing. Raises NotAuthorized for a form that isn't of this session."""
    if page.caller.name and not cookies.is_form_token(page.cookie, page.form.get(TOKEN_FIELD, "")):
        raise NotAuthorized(NOT_FROM_HERE)
    page.site.parts.browsers.sessions.end(page.cookie)
    response = Response(status_code=303, headers={"Location": page.url(HOME), **HEADERS})
    cookies.drop_session(page.request, response)
    return response
