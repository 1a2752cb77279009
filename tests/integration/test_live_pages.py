"""`/harvest/-/live`: the parts of open pages, made once for all who see the same, and only for who may see them."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from adapters.embedded import EmbeddedPostgres
from adapters.web import live_pages, streams
from tests.support.event_client import Event, EventClient
from tests.support.pages_site import PagesSite, pages_site
from tests.support.stack import PATIENCE, wait_for

VIEWERS = 20


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    with pages_site(postgres, tmp_path_factory.mktemp("live")) as site:
        yield site


def watching(site: PagesSite, *pages: str, person: str = "", language: str = "en", cookie: str = "") -> EventClient:
    """A browser with these pages open."""
    query = urlencode({"view": [f"{language} {page}" for page in pages], "signed_in": "1" if person else ""}, doseq=True)
    if person and not cookie:
        cookie = f"harvestlog={site.visitor(person).session.cookies['harvestlog']}"
    return EventClient(site.url, query=query, path="/harvest/-/live", cookie=cookie)


def says(key: str, text: str) -> Any:
    return lambda event: event.kind == "parts" and text in event.data["parts"].get(key, "")


def of_page(event: Event) -> bool:
    return event.kind in ("parts", "gone")


def test_all_who_see_the_same_share_what_is_made_once(site: PagesSite, monkeypatch: pytest.MonkeyPatch) -> None:
    site.source("shared", records=0)
    made: list[str] = []
    rendered = live_pages.rendered

    def counted(*arguments: Any) -> Any:
        made.append(arguments[1].address)
        return rendered(*arguments)

    monkeypatch.setattr(live_pages, "rendered", counted)
    cookie = f"harvestlog={site.visitor('admin').session.cookies['harvestlog']}"
    clients = [watching(site, "/harvest/shared", person="admin", cookie=cookie) for _ in range(VIEWERS)]
    for client in clients:
        client.until(of_page)
    at_first = len(made)

    site.cli.call("harvest_job_create", source_id="shared")
    for client in clients:
        client.until(says("sentence", "waiting"))
        client.close()

    assert at_first < VIEWERS / 2
    assert len(made) - at_first < VIEWERS / 2


def test_a_change_sends_the_parts_that_differ_and_the_end_of_a_job_is_said(site: PagesSite) -> None:
    site.source("parts", records=0)
    job = site.cli.call("harvest_job_create", source_id="parts")["id"]
    with watching(site, f"/harvest/parts/job/{job}", person="admin") as client:
        first = client.until(of_page)[-1].data
        site.cli.call("harvest_job_abort", id=job)
        last = client.until(says("sentence", "stopped"))[-1].data

    assert {"sentence", "actions", "numbers", "stages", "causes", "facts"} <= first["parts"].keys()
    assert "numbers" not in last["parts"]
    assert (first["ended"], last["ended"]) == (False, True)


def test_one_stream_serves_several_pages_in_their_languages(site: PagesSite) -> None:
    with watching(site, "/harvest/one", "/harvest/-/jobs", person="admin", language="de") as client:
        told = [client.until(of_page)[-1] for _ in range(2)]

    assert {event.data["view"] for event in told} == {"de /harvest/one", "de /harvest/-/jobs"}
    assert all("fertig" in str(event.data["parts"]) for event in told)


@pytest.mark.parametrize(
    ("person", "page"),
    [
        ("", "/harvest/secret"),
        ("somebody", "/harvest/secret"),
        ("editor", "/harvest/-/jobs"),
        ("admin", "/harvest/nothing-here"),
        ("admin", "/no/page/at/all"),
        ("admin", "/harvest/one/job/last/errors.csv"),
        ("admin", "//example.org/harvest"),
    ],
)
def test_what_a_viewer_may_not_see_or_what_is_no_page_is_gone(site: PagesSite, person: str, page: str) -> None:
    with watching(site, page, person=person) as client:
        assert client.until(of_page)[-1].kind == "gone"


def test_a_page_that_becomes_private_is_taken_from_strangers_and_stays_with_its_editors(site: PagesSite) -> None:
    site.source("hidden", records=0)
    with watching(site, "/harvest/hidden") as stranger, watching(site, "/harvest/hidden", person="editor") as editor:
        before = [client.until(of_page)[-1].kind for client in (stranger, editor)]

        site.cli.call("harvest_source_patch", id="hidden", private=True)
        site.cli.call("harvest_job_create", source_id="hidden")

        assert before == ["parts", "parts"]
        assert stranger.until(lambda event: event.kind == "gone")
        assert editor.until(says("sentence", "waiting"))


def test_what_is_shared_holds_neither_a_token_of_forms_nor_a_name(site: PagesSite) -> None:
    with watching(site, "/harvest/one", person="editor") as client:
        actions = client.until(of_page)[-1].data["parts"]["actions"]

    assert 'action="/harvest/refresh/' in actions
    assert 'name="form_token" value=""' in actions
    assert "editor" not in actions


def test_a_session_that_ends_is_told_and_so_is_one_that_had_ended(site: PagesSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "RECHECK", 0.05)
    visitor = site.visitor("editor")
    cookie = f"harvestlog={visitor.session.cookies['harvestlog']}"
    with watching(site, "/harvest/one", person="editor", cookie=cookie) as client:
        client.until(of_page)
        visitor.send(visitor.get("/harvest"), "/harvest/-/sign-out")
        wait_for(lambda: "Sign in" in visitor.get("/harvest").text, PATIENCE, "the session has ended")

        client.until(lambda event: event.kind == "signed-out")

    with watching(site, "/harvest/one", person="editor", cookie=cookie) as client:
        assert [event.kind for event in client.events()] == ["signed-out"]
    with watching(site, "/harvest/one", cookie=cookie) as client:  # a public page that was opened without a session
        assert client.until(of_page)[-1].kind == "parts"
