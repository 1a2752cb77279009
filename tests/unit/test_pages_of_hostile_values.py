"""Pages of values that nobody would expect, rendered without a server: `ShownPage` gives what actions would answer."""

from base64 import b64encode
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import pytest
from starlette.requests import Request

from adapters.web.pages import log, objects
from adapters.web.pages.language import language
from adapters.web.pages.origin import REFUSED
from adapters.web.pages.page import Page, error_page, no_such_page
from adapters.web.pages.sign_in import local
from domain.access import ANONYMOUS, Caller
from domain.errors import NotAuthorized
from domain.titles import title_of

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
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "server": ("site.example", 80),
        "path": root + path,
        "root_path": root,
        "query_string": query.encode(),
        "headers": [],
        "path_params": parts,
    }
    site: Any = SimpleNamespace(session=lambda caller, writes: None, settings=SimpleNamespace(ckan_url=""))
    page = ShownPage(Request(scope), site, caller, language("de"))
    page.answers = answers
    return page


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
    answers = {"harvest_log_list": lambda values: asked.append(values["since"]) or answer}

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


def test_a_title_is_text_that_can_be_sent() -> None:
    assert title_of(f'{{"title": "Trees {HALF}"}}') == "Trees ?"
