"""Pages of values that nobody would expect, rendered without a server: `ShownPage` gives what actions would answer."""

import html
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import pytest
from starlette.requests import Request
from starlette.responses import Response

from adapters.web.pages import log, objects, persons, sign_in, source_form, sources, tokens
from adapters.web.pages.language import language
from adapters.web.pages.origin import REFUSED
from adapters.web.pages.page import Page, _answer, error_page, no_such_page
from adapters.web.pages.sign_in import local
from domain.access import ANONYMOUS, Caller
from domain.errors import NotAuthorized, NotFound
from domain.titles import title_of

SIGN_IN = "/harvest/-/sign-in"
HALF = "\\ud83d"  # as JSON writes half a surrogate pair
SOURCE = {"id": "s", "name": "one", "title": "One", "owner_org": "amt", "private": False}
OBJECT: dict[str, Any] = {
    "id": "o",
    "guid": "record-1",
    "harvest_source_id": "s",
    "harvest_job_id": "j",
    "state": "COMPLETE",
    "report_status": "added",
    "current": True,
    "errors": [],
    "package_id": None,
    "gathered": None,
    "fetch_finished": None,
    "import_finished": None,
    "retry_times": None,
    "content": None,
    "extras": {},
}


class ShownPage(Page):
    """A page whose actions answer with what a test says."""

    answers: Mapping[str, Any] = {}

    def call(self, action: str, /, **values: Any) -> Any:
        """What the test says; an error is raised."""
        answer = self.answers[action]
        if isinstance(answer, Exception):
            raise answer
        return answer(values) if callable(answer) else answer


def shown_page(
    path: str, answers: Mapping[str, Any], *, query: str = "", caller: Caller = ANONYMOUS, root: str = "", **parts: str
) -> ShownPage:
    """The page of an address; `parts` are those of its path."""
    site: Any = FakeSite()
    page = ShownPage(a_request(root + path, query=query, root_path=root, path_params=parts), site, caller, language("de"))
    page.answers = answers
    return page


def a_request(path: str, *, method: str = "GET", query: str = "", headers: Sequence[Any] = (), **scope: Any) -> Request:
    """A request as the server hands it on."""
    return Request(
        {
            "type": "http",
            "method": method,
            "scheme": "http",
            "server": ("site.example", 80),
            "path": path,
            "query_string": query.encode(),
            "headers": [*headers],
            **scope,
        }
    )


class FakeSite:
    """A site where nobody is signed in, and no name is anybody's."""

    settings = SimpleNamespace(ckan_url="", serve_refused_rate=0)

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.parts = SimpleNamespace(browsers=SimpleNamespace(begin_with_password=self._refuse))

    def _refuse(self, name: str, _password: str, _browser: str, _address: str, _a_minute: float) -> str:
        self.asked.append(name)
        raise NotAuthorized("not valid")

    def session(self, caller: Caller, *, writes: bool) -> None:
        """None is needed."""

    def signed_in(self, headers: Mapping[str, str]) -> None:
        """Nobody."""

    def visitor(self, request: Request) -> Caller:
        """An anonymous one."""
        return ANONYMOUS

    def refused(self, request: Request) -> None:
        """Not counted."""

    def check_refused(self, request: Request) -> None:
        """Any number."""


@pytest.mark.parametrize("document", [f'{{"title": "{HALF}"}}', f'["{HALF}"]', f'{{"title": {{"de": "{HALF}"}}}}'])
def test_half_a_surrogate_pair_in_a_document_breaks_no_page(document: str) -> None:
    content = {"content": b64encode(document.encode()).decode(), "size": len(document), "media_type": "application/json"}
    answers = {
        "harvest_object_show": {**OBJECT, "content": document},
        "harvest_source_show": SOURCE,
        "harvest_object_content_show": content,
    }

    page = objects.show(shown_page("/harvest/-/object/o", answers, id="o"))

    assert page.status_code == 200
    assert "<h1>" in bytes(page.body).decode()


@pytest.mark.parametrize(
    ("query", "since"), [("", "1d"), ("since=1w", "1w"), ("since=all", ""), ("job=j", ""), ("job=j&since=1h", "1h")]
)
def test_the_next_page_of_the_log_is_of_the_same_time(query: str, since: str) -> None:
    asked: list[Any] = []
    answer = {"lines": [{"created": None, "level": "INFO", "content": "line"}], "next": "n", "left_out": 0}

    def lines(values: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(values["since"])
        return answer

    answers = {"harvest_log_list": lines}

    body = bytes(log.show(shown_page("/harvest/-/log", answers, query=query)).body).decode()
    following = body.partition('rel="next" href="')[2].partition('"')[0].partition("?")[2]
    log.show(shown_page("/harvest/-/log", answers, query=following.replace("&amp;", "&")))

    assert asked == [since, since]


@pytest.mark.parametrize("root", ["", "/harvest", "/data/of/us"])
@pytest.mark.parametrize("path", ["/harvest", "/harvest/one", "/harvest/Źródło", "/harvest/a?b#c%", "/harvest//x"])
def test_signing_in_leads_back_to_the_page_where_one_was(root: str, path: str) -> None:
    page = shown_page(path, {}, query="q=a+b&after=x", root=root)

    then = local(page.address)

    assert page.url(then) == page.here()
    assert page.url(then).isascii()
    assert unquote(page.url(then).partition("?")[0]) == root + path
    assert then.endswith("?q=a+b")


def test_errors_are_said_in_the_language_of_the_page() -> None:
    page = shown_page("/harvest/-/nothing", {})

    refused, nothing, form_only = error_page(page, NotAuthorized(REFUSED)), no_such_page(page, 404), no_such_page(page, 405)

    assert (refused.status_code, nothing.status_code, form_only.status_code) == (403, 404, 405)
    assert "Dieses Formular kam nicht von einer Seite dieser Website" in bytes(refused.body).decode()
    assert "Unter dieser Adresse gibt es keine Seite" in bytes(nothing.body).decode()
    assert "Diese Adresse nimmt nur ein Formular an" in bytes(form_only.body).decode()


def test_a_form_that_comes_back_after_signing_in_holds_no_password() -> None:
    site: Any = SimpleNamespace(state=SimpleNamespace(site=FakeSite()))
    request = a_request("/harvest/-/tokens", method="POST", app=site, headers=[(b"sec-fetch-site", b"same-origin")])
    form = {"do": "password", "current": "the one before", "password": "the new one", "form_token": "abc"}

    refused = _answer(request, form, lambda page: Response(), signed_in_only=True)
    body = bytes(refused.body).decode()

    assert refused.status_code == 401
    assert "&#34;do&#34;: &#34;password&#34;" in body
    assert "the one before" not in body
    assert "the new one" not in body


@pytest.mark.parametrize("name", ["", "nul\0inside", "x" * 100_000])
def test_a_name_that_nobody_can_have_is_refused_like_any_other(name: str) -> None:
    site = FakeSite()
    app: Any = SimpleNamespace(state=SimpleNamespace(site=site))
    request = a_request(SIGN_IN, method="POST", app=app, headers=[(b"sec-fetch-site", b"same-origin")])

    refused = _answer(request, {"name": name, "password": "wrong"}, sign_in.sign_in, signed_in_only=False)

    assert refused.status_code == 403
    assert [len(asked) <= 200 and "\0" not in asked for asked in site.asked] == [True]


def test_json_that_is_nested_without_end_is_only_wrong() -> None:
    assert source_form.json_differs("[" * 100_000, "page_size", "5", "integer")


def test_a_language_is_remembered_for_nobody_else() -> None:
    app: Any = SimpleNamespace(state=SimpleNamespace(site=FakeSite()))
    public = {"Cache-Control": "public, max-age=60"}

    plain, chosen = (
        _answer(a_request("/dataset", query=query, app=app), {}, lambda page: Response(headers=public), signed_in_only=True)
        for query in ("", "lang=de")
    )

    assert (plain.headers["cache-control"], chosen.headers["cache-control"]) == ("public, max-age=60", "no-store")
    assert "set-cookie" not in plain.headers
    assert "harvestlog_language=de" in chosen.headers["set-cookie"]


def test_the_numbers_above_the_list_of_sources_lead_to_that_many() -> None:
    counts = {"ok": 4, "failing": 2, "never_succeeded": 1, "new": 3}
    answers = {"package_search": {"count": 10, "results": [], "facets": {"health": counts}}}

    body = bytes(sources.search(shown_page("/harvest", answers)).body).decode()
    sentence = body.partition('id="sentence">')[2].partition("</p>")[0]

    links = dict(re.findall(r'<a href="/harvest\?health=(\w+)">(\d+)', sentence))
    assert links == {"failing": "2", "never_succeeded": "1", "new": "3"}
    assert sentence.startswith("10 Quellen: <a ")


def test_what_is_wrong_with_a_field_is_said_with_the_field() -> None:
    options = [
        {"name": name, "type": kind, "meaning": "", "default": "none", "example": "", "required": False}
        for name, kind in (("size", "integer"), ("all", "boolean"), ("words", "list of string"))
    ]
    kind = {"name": "noop", "title": "Noop", "description": "", "problem": None, "options": options}
    answers = {
        "harvesters_info_show": [kind],
        "harvest_organization_list": {"organizations": [{"name": "amt", "title": ""}], "next": None},
    }
    page = shown_page("/harvest/new", answers, caller=Caller("editor", roles={"amt": "editor"}))
    wrong = ["source_type", "owner_org", "frequency", "cron", "option.size", "option.all", "option.words"]

    form = source_form._form(page, None, {"source_type": "noop"}, {}, "", dict.fromkeys(wrong, "Is wrong"))
    body = bytes(form.body).decode()

    described = {name for names in re.findall(r'aria-describedby="([^"]*)"', body) for name in names.split()}
    ids = re.findall(r'\sid="([^"]*)"', body)
    assert described <= {*ids}
    assert {f"p-{name}" for name in wrong[1:]} | {"f-source_type"} <= described
    assert body.count('aria-invalid="true"') == len(wrong) - 1
    assert 'role="radiogroup" aria-labelledby="l-source_type"' in body
    assert set(re.findall(r'href="#(f-[^"]*)"', body)) <= {*ids}
    assert ">Cron-Ausdruck: Is wrong</a>" in body
    assert ">size: Is wrong</a>" in body


@pytest.mark.parametrize(
    ("ckan", "said"),
    [("", "Der Datensatz ist nicht mehr im Katalog"), ("https://ckan.example", 'href="https://ckan.example/dataset/p"')],
)
def test_a_record_whose_dataset_is_not_here_says_where_it_is(ckan: str, said: str) -> None:
    answers = {
        "harvest_object_show": {**OBJECT, "package_id": "p"},
        "harvest_source_show": SOURCE,
        "harvest_object_content_show": NotFound("none"),
        "package_show": NotFound("none"),
    }
    page = shown_page("/harvest/-/object/o", answers, id="o")
    page.site.settings = SimpleNamespace(ckan_url=ckan)  # type: ignore[assignment]

    assert said in bytes(objects.show(page).body).decode()


def test_tokens_and_persons_are_listed_a_page_at_a_time() -> None:
    token = {
        "service": False,
        "person": "a",
        "scope": ["read"],
        "last_used": None,
        "revoked": None,
        "valid": True,
        "expires": None,
    }
    every = [{**token, "id": str(number), "name": f"token {number}."} for number in range(150)]
    person = {"name": "anna", "title": "", "email": "", "sysadmin": False, "roles": {}, "active": True}
    answers = {
        "harvest_token_list": lambda asked: {"tokens": every[asked["offset"] :][: asked["limit"]]},
        "harvest_person_list": lambda asked: {"persons": [person], "count": 2, "next": None if asked["after"] else "anna"},
    }
    admin = Caller("admin", sysadmin=True)

    first = bytes(tokens.show(shown_page("/harvest/-/tokens", answers, caller=admin)).body).decode()
    second = bytes(tokens.show(shown_page("/harvest/-/tokens", answers, caller=admin, query="start=100")).body).decode()
    people = bytes(persons.every(shown_page("/harvest/-/persons", answers, caller=admin)).body).decode()

    assert 'rel="next" href="/harvest/-/tokens?start=100"' in first
    assert 'rel="next" href="/harvest/-/persons?after=anna"' in people
    assert ("token 99." in first, "token 100." in first) == (True, False)
    assert ("token 99." in second, "token 149." in second) == (False, True)
    assert 'rel="prev" href="/harvest/-/tokens?start=0"' in second
    assert 'rel="next"' not in second


def an_editors_form(changed: Mapping[str, Any], form: Mapping[str, str]) -> tuple[ShownPage, dict[str, Any]]:
    """The page of the form of a source, sent by an editor after somebody else has changed the source."""
    kind: dict[str, Any] = {"name": "noop", "title": "Noop", "description": "", "problem": None, "options": []}
    more = {"type": "noop", "notes": "", "url": "http://one.example", "frequency": "MANUAL", "config": None, "active": True}
    state = {"paused": False, "next_run": None, "last_job_id": None, "datasets": 0}
    source = {**SOURCE, **more, **state, **changed}
    answers = {
        "harvest_source_show": source,
        "harvesters_info_show": [kind],
        "harvest_organization_list": {"organizations": [{"name": "amt", "title": ""}], "next": None},
        "harvest_source_preview": {"gather_errors": [], "records": [], "records_expected": None},
    }
    page = shown_page("/harvest/edit/one", answers, caller=Caller("editor", roles={"amt": "editor"}), id="one")
    page.request.scope["method"] = "POST"
    page.form = {"url": "http://one.example", "title": "One", "name": "one", "source_type": "noop", "owner_org": "amt", **form}
    return page, source


def test_who_looks_at_records_before_saving_still_sees_what_somebody_else_saved() -> None:
    page, _ = an_editors_form({"title": "Saved meanwhile"}, {"then": "preview", "version": "as it was"})
    looked = bytes(source_form.edit(page).body).decode()
    page, _ = an_editors_form({"title": "Saved meanwhile"}, {"then": "show", "version": "as it was"})
    refused = source_form.edit(page)

    assert 'name="version" value="as it was"' in looked
    assert refused.status_code == 422
    assert "Saved meanwhile" in bytes(refused.body).decode()


def test_the_second_of_two_editors_sees_another_type_and_who_may_see_it() -> None:
    page, source = an_editors_form({"type": "ckan", "private": True}, {"then": "show", "version": "as it was"})

    body = bytes(source_form.edit(page).body).decode()
    differences = re.sub("</?bdi[^>]*>", "", body.partition('id="problems"')[2].partition("</div>")[0])

    assert "<del>ckan</del>" in differences
    assert "<ins>noop</ins>" in differences
    assert "<del>ja</del>" in differences
    assert f'value="{html.escape(source_form._version(source), quote=True)}"'.replace("&quot;", "&#34;") in body


@pytest.mark.parametrize(
    ("caller", "shown"),
    [
        (ANONYMOUS, False),
        (Caller("a", roles={"amt": "member"}), False),
        (Caller("a", roles={"amt": "editor"}, scope=frozenset({"read"})), False),
        (Caller("a", roles={"amt": "editor"}), True),
        (Caller("a", sysadmin=True), True),
    ],
)
def test_only_who_may_add_a_source_is_led_to_its_form(caller: Caller, shown: bool) -> None:
    answers = {"package_search": {"count": 0, "results": [], "facets": {"health": {}}}}

    body = bytes(sources.search(shown_page("/harvest", answers, caller=caller)).body).decode()

    assert ('href="/harvest/new"' in body) is shown


def test_a_title_is_text_that_can_be_sent() -> None:
    assert title_of(f'{{"title": "Trees {HALF}"}}') == "Trees ?"
