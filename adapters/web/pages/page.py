"""One page for one request: who asks, in which language, what actions answer, and how it is shown.

A page is a function of `Page` that returns a response; it runs in a thread, since actions wait for Postgres. It calls actions
and nothing else. A form is only taken from a page of ours, from somebody who is signed in; whose session has ended gets the
form back after signing in.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from adapters.access.headers import token_of
from adapters.actions.session import Session
from adapters.actions.table import call, find
from adapters.web import cookies
from adapters.web.answers import json_response, problem
from adapters.web.border import local_path, request_id
from adapters.web.pages import static, twins
from adapters.web.pages.language import NAMES, Language, chosen, language
from adapters.web.pages.origin import REFUSED, check_origin
from adapters.web.pages.packing import pack
from adapters.web.pages.templates import environment
from adapters.web.site import Site, site_of
from domain.access import ANONYMOUS, Caller, may
from domain.errors import HarvestError, NotAuthorized, NotFound, TooManyCalls, ValidationError

SHOWN_WITHIN = 20.0  # seconds that a form waits at most until the next page shows what it did
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Vary": "Cookie, Accept-Language, Accept",
    "Cross-Origin-Opener-Policy": "same-origin",
}
TOKEN_FIELD, KEY_FIELD = "form_token", "form_key"
SHOWS = "shows"  # attribute of an endpoint
IN_PATHS = "/:@!$&'()*+,;="  # what a path may hold as it is, RFC 3986, section 3.3
NOT_KEPT = (TOKEN_FIELD, KEY_FIELD, "password", "current", "token")
MOST_FIELDS = 200
Form = Mapping[str, str]


@dataclass(frozen=True)
class Owned:
    """A source, as far as access is concerned."""

    owner_org: str
    private: bool


@dataclass
class Page:
    """What a page works with."""

    request: Request
    site: Site
    caller: Caller
    language: Language
    cookie: str = ""
    form: Form = field(default_factory=dict)
    had_ended: bool = False  # the browser's session
    said: tuple[str, str] = ("", "")  # kind and text of what the next page says
    shown_once: bool = False  # the answer to this form holds what no other page shows
    calls: list[dict[str, Any]] = field(default_factory=list)  # of the actions that this page has called

    def __post_init__(self) -> None:
        self.session: Session = self.site.session(self.caller, writes=self.request.method == "POST")

    @property
    def query(self) -> Mapping[str, str]:
        """What the address says after the question mark."""
        return self.request.query_params

    def path(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def call(self, action: str, /, **values: Any) -> Any:
        """Call an action; None among the values means "not given". Raises what the action raises."""
        given = {name: value for name, value in values.items() if value is not None}
        result = call(self.session, action, given)
        self.calls.append({"action": action, "parameters": given, "result": result})
        return result

    def may(self, action: str, source: Mapping[str, Any] | None = None) -> bool:
        """Whether the viewer may call an action, about a source (as an action shows it)."""
        owned = Owned(source.get("owner_org") or "", bool(source.get("private"))) if source is not None else None
        return may(self.caller, find(action), owned)

    def require(self, action: str, source: Mapping[str, Any] | None = None) -> None:
        """Raises NotAuthorized unless the viewer may call an action: for pages that only lead to it."""
        if not self.may(action, source):
            raise NotAuthorized(f"{action} is not allowed")

    def may_add_sources(self) -> bool:
        """Whether the viewer may enter sources, at least for one organisation."""
        action = "harvest_source_create"
        return self.may(action) or any(self.may(action, {"owner_org": name}) for name in self.caller.roles)

    @staticmethod
    def new_key() -> str:
        """What tells a form from all others, also from the same one on a page that was loaded again."""
        return secrets.token_urlsafe(9)

    def text(self, message: str, **values: Any) -> str:
        """A message in the viewer's language."""
        translated = self.language.gettext(message)
        return translated % values if values else translated

    def url(self, path: str, **query: Any) -> str:
        """An address of ours, with the prefix of a proxy; None and empty text among the query are left out."""
        prefix = self.request.scope.get("root_path", "")
        named = {name: value for name, value in query.items() if value not in (None, "")} if query else None
        if not named:
            return f"{prefix}{path}"
        return f"{prefix}{path}?{urlencode(named, doseq=True)}"

    def here(self, **changes: Any) -> str:
        """This page's address with other values in its query; None takes one out, and the list starts at its first page."""
        query = {**dict(self.request.query_params), "after": None, "start": None, "lang": None, "format": None, **changes}
        return self.url(self.local_path, **query)

    @property
    def twin(self) -> str:
        """This very page as JSON."""
        return self.url(self.local_path, **{**dict(self.request.query_params), "lang": None, "format": "json"})

    @property
    def address(self) -> str:
        """This page's address without the prefix of a proxy, to come back to after signing in."""
        return self.here().removeprefix(self.request.scope.get("root_path", ""))

    @property
    def local_path(self) -> str:
        """The path as it stands in addresses, without the prefix of a proxy."""
        return quote(local_path(self.request.scope), safe=IN_PATHS)

    def is_below(self, *paths: str) -> bool:
        """Whether this page is one of these, or below one."""
        return self.local_path.startswith(paths)

    def render(
        self, template: str, status: int = 200, /, *, headers: Mapping[str, str] | None = None, **context: Any
    ) -> Response:
        """A template as an answer; for a program that asks for JSON, what the page's actions answered."""
        if twins.wanted(self.request):
            return twins.answer(self.local_path, self.calls, status, {**HEADERS, **(headers or {})})
        notice = cookies.notice_of(self.request.headers, self.cookie) if self._is_looked_at else None
        body = (
            environment(self.language.code)
            .get_template(template)
            .render(
                page=self,
                caller=self.caller,
                signed_in=bool(self.caller.name),
                form_token=cookies.form_token(self.cookie),
                languages=NAMES,
                notice=notice,
                static=lambda name: self.url(static.path(name)),
                url=self.url,
                **context,
            )
        )
        response = Response(
            body.encode(errors="replace"), status, {**HEADERS, **(headers or {})}, media_type="text/html; charset=utf-8"
        )
        response.headers["Content-Language"] = self.language.code
        if notice:
            cookies.drop_notice(response)
        return response

    @property
    def _is_looked_at(self) -> bool:
        """Whether a person gets to see the answer: a script of the page before may read it again, and would take the notice."""
        return self.request.headers.get("sec-fetch-dest", "document") == "document"

    def go(self, path: str, said: str = "", kind: str = "done", **query: Any) -> Response:
        """Lead to a page that shows what was done, and say it there."""
        self.session.show_current(SHOWN_WITHIN)
        response = Response(status_code=303, headers={"Location": self.url(path, **query), "Cache-Control": "no-store"})
        if said:
            self.said = (kind, said)
            cookies.set_notice(self.request, response, self.cookie, kind, said)
        return response


Show = Callable[[Page], Response]


def page(show: Show) -> Callable[[Request], Any]:
    """The endpoint that shows a page."""
    return _endpoint(show, signed_in_only=True)


def open_form(show: Show) -> Callable[[Request], Any]:
    """The endpoint of a page whose form is taken from people who aren't signed in: the one to sign in."""
    return _endpoint(show, signed_in_only=False)


def _endpoint(show: Show, *, signed_in_only: bool) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        form = await _read_form(request) if request.method == "POST" else {}
        return await site_of(request).run(lambda: _answer(request, form, show, signed_in_only))

    endpoint.__name__, endpoint.__doc__ = show.__name__, show.__doc__
    endpoint.__dict__[SHOWS] = show
    return endpoint


def shows(endpoint: Any) -> Show | None:
    """The function behind the endpoint of a page; None for what isn't one."""
    show: Show | None = getattr(endpoint, SHOWS, None)
    return show


async def _read_form(request: Request) -> dict[str, str]:
    """Texts by name; a name that comes several times holds them line by line."""
    from starlette.exceptions import HTTPException

    try:
        form: FormData = await request.form(max_files=0, max_fields=MOST_FIELDS)
    except HTTPException:
        return {}
    values: dict[str, str] = {}
    for name, value in form.multi_items():
        text = str(value).replace("\r\n", "\n")
        values[name] = f"{values[name]}\n{text}" if name in values else text
    return values


def _answer(request: Request, form: dict[str, str], show: Show, signed_in_only: bool) -> Response:
    page = opened(request, form)
    try:
        if isinstance(page.request.state.problem, HarvestError):
            raise page.request.state.problem
        if request.method == "POST":
            check_origin(request)
            if signed_in_only and not page.caller.name:
                return _sign_in_first(page)
            if signed_in_only and not cookies.is_form_token(page.cookie, form.pop(TOKEN_FIELD, "")):
                raise NotAuthorized(REFUSED)
        response = _shown(page, form.pop(KEY_FIELD, ""), show, signed_in_only)
    except Exception as error:
        response = error_page(page, error)
    if (wanted := request.query_params.get("lang", "")) in NAMES:
        cookies.set_language(request, response, wanted)
        response.headers["Cache-Control"] = "no-store"  # a cache between us would give the cookie to others, too
    pack(request, response, known=bool(page.cookie or page.caller.name))
    return response


def _shown(page: Page, key: str, show: Show, signed_in_only: bool) -> Response:
    """What a page shows; a form that was sent twice is carried out once."""
    from adapters.web.pages.once import once

    sent = page.request.method == "POST" and signed_in_only and key
    return once(page, key, show) if sent else show(page)


def opened(request: Request, form: Form | None = None) -> Page:
    """The page of a request; what keeps us from knowing who asks is in `request.state.problem`."""
    site, caller = site_of(request), ANONYMOUS
    cookie = cookies.cookie_of(request.headers)
    request.state.problem = None
    try:
        caller = _caller(site, request)
    except HarvestError as error:
        request.state.problem = error
    wanted = request.query_params.get("lang") or cookies.read(request.headers).get(cookies.LANGUAGE, "")
    code = chosen(wanted, request.headers.get("accept-language", ""))
    return Page(request, site, caller, language(code), cookie, form or {}, bool(cookie and not caller.name))


def _caller(site: Site, request: Request) -> Caller:
    """A form counts for whom the cookie says, so that no token of a program comes without a form's own token."""
    if request.method == "POST" and not token_of(request.headers):
        return site.signed_in(request.headers) or ANONYMOUS
    return site.visitor(request)


def _sign_in_first(page: Page) -> Response:
    """The session has ended: after signing in the form comes back as it was filled in, without passwords."""
    kept = json.dumps({name: value for name, value in page.form.items() if name not in NOT_KEPT})
    return page.render("sign_in.html", 401, then=page.local_path, kept=kept, name="", problem="", fields={})


def error_page(page: Page, error: Exception) -> Response:
    """What went wrong and what to do, as a page of the status that fits it."""
    status, description = problem(error)
    headers = {"Retry-After": str(max(1, round(error.wait)))} if isinstance(error, TooManyCalls) else {}
    if twins.wanted(page.request):
        return json_response({"success": False, "error": description}, status, {**HEADERS, **headers})
    texts = {
        400: page.text("This address can't be understood"),
        403: page.text("You aren't allowed to do this"),
        404: page.text("There is nothing here"),
        409: page.text("That can't be done"),
        429: page.text("Too many requests"),
        503: page.text("A service that this site needs doesn't answer"),
    }
    title = texts.get(status, page.text("Something went wrong on our side"))
    message = _message(page, status, error)
    return page.render(
        "error.html", status, headers=headers, heading=title, message=message, code=status, request_id=request_id.get()
    )


def no_such_page(page: Page, status: int) -> Response:
    """For an address that isn't there, or that doesn't take this method."""
    message = page.text("There is no page at this address")
    if status == 405:
        message = page.text("This address only accepts a form: open the page with the form, and send it from there")
    response = error_page(page, NotFound(message))
    response.status_code = status
    return response


def _message(page: Page, status: int, error: Exception) -> str:
    if status == 500:
        return page.text(
            "Please tell an administrator this request id; the server's log has the details under it: %(id)s",
            id=request_id.get(),
        )
    if isinstance(error, NotAuthorized):
        return page.text(REFUSED) if str(error) == REFUSED else page.text("It doesn't exist, or you don't have access to it.")
    if isinstance(error, ValidationError):
        return "; ".join(f"{name}: {page.language.said(text)}" for name, text in error.errors.items())
    if isinstance(error, NotFound):
        return page.language.said(str(error))
    from domain.secrets import mask_text

    return page.language.said(mask_text(str(error)))
