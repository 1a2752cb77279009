"""`/api/events`: a browser is told what changes, as far as it may know, and goes on where it was."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import pytest

from adapters.embedded import EmbeddedPostgres
from adapters.settings import Settings
from adapters.web import streams
from domain.access import Caller
from tests.conftest import new_database
from tests.support.event_client import Event, EventClient
from tests.support.stack import PATIENCE, wait_for
from tests.support.web_server import SYSADMIN, Tokens, WebServer, web_server


@dataclass
class Site:
    """A server, and whose the tokens are."""

    server: WebServer
    settings: Settings
    tokens: Tokens

    def client(self, token: str = "", last_event_id: str = "", query: str = "") -> EventClient:
        return EventClient(self.server.url, token, last_event_id, query)

    def source(self, **fields: Any) -> str:
        """A new source; its name."""
        name = f"s-{uuid4().hex[:12]}"
        values = {"name": name, "url": f"http://127.0.0.1/{name}", "source_type": "noop", **fields}
        self.server.result("harvest_source_create", values)
        return name

    def job(self, source: str) -> str:
        return str(self.server.result("harvest_job_create", {"source_id": source})["id"])

    def abort(self, job: str) -> None:
        self.server.result("harvest_job_abort", {"id": job})


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    tokens = Tokens(
        {
            "editor": Caller("ed", roles={"org": "editor"}),
            "member": Caller("mem", roles={"org": "member"}),
            "stranger": Caller("str", roles={"other": "admin"}),
        }
    )
    with new_database(postgres, tmp_path_factory.mktemp("events")) as settings:
        settings = replace(settings, serve_threads=2)
        with web_server(settings, tokens) as server:
            yield Site(server, settings, tokens)


def of_job(job: str, status: str = "") -> Any:
    return lambda event: event.kind == "job" and event.data["id"] == job and (not status or event.data["status"] == status)


def of_source(name: str, title: str = "") -> Any:
    return lambda event: event.kind == "source" and event.data["name"] == name and event.data["title"] == (title or name)


def test_states_of_a_job_are_told_as_they_change(site: Site) -> None:
    source = site.source()
    with site.client(SYSADMIN) as client:
        client.ready()

        job = site.job(source)
        site.abort(job)

        told = [event.data for event in client.until(of_job(job, "Aborted")) if event.kind == "job"]

    assert client.answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert client.answer.headers["Cache-Control"] == "no-store"
    assert told[-1]["source"] == source
    assert {"objects", "added", "errored", "done", "created", "finished", "outcome"} <= told[-1].keys()


def test_a_client_that_comes_back_is_told_what_it_missed(site: Site) -> None:
    source, other = site.source(), site.source()
    with site.client(SYSADMIN) as client:
        client.ready()
        seen = client.last_id
    job = site.job(source)
    site.abort(job)

    for ways in ({"last_event_id": seen}, {"query": f"last_event_id={seen}"}):
        with site.client(SYSADMIN, **ways) as client:
            missed = client.ready()

        assert [event.data["status"] for event in missed if event.kind == "job"] == ["Aborted"]
        assert [event.data["name"] for event in missed if event.kind == "source"] == [source]
        assert int(client.last_id) > int(seen)
    with site.client(SYSADMIN, client.last_id) as client:
        assert [event.kind for event in client.ready()] == ["ready"]
    assert other


def test_a_client_comes_back_to_another_server_process(site: Site) -> None:
    source = site.source()
    with web_server(site.settings, site.tokens) as server:
        with EventClient(server.url, SYSADMIN) as client:
            client.ready()
            seen = client.last_id
        job = site.job(source)
        site.abort(job)
    with web_server(site.settings, site.tokens) as server, EventClient(server.url, SYSADMIN, seen) as client:
        assert [event.data["id"] for event in client.ready() if event.kind == "job"] == [job]


@pytest.mark.parametrize("last_id", ["nonsense", "-5", "9" * 17, "9" * 40, "1.5"])
def test_a_position_that_is_none_of_ours_begins_again(site: Site, last_id: str) -> None:
    with site.client(SYSADMIN, last_id) as client:
        first = client.ready()[0]

    assert first.kind == "reset"


def test_a_page_is_told_of_its_source_or_job_alone(site: Site) -> None:
    one, two = site.source(), site.source()
    with (
        site.client(SYSADMIN, query=f"source_id={one}") as by_source,
        site.client(SYSADMIN, query="job_id=none") as by_job,
        site.client(SYSADMIN) as everything,
    ):
        for client in (by_source, by_job, everything):
            client.ready()
        jobs = [site.job(two), site.job(one)]
        for job in jobs:
            site.abort(job)

        told = by_source.until(of_job(jobs[1], "Aborted"))
        everything.until(of_job(jobs[1], "Aborted"))

    assert {event.data["source"] for event in told if event.kind == "job"} == {one}
    assert {event.data["name"] for event in told if event.kind == "source"} <= {one}


def test_nobody_is_told_of_what_they_may_not_see(site: Site) -> None:
    hidden, public, marker = site.source(owner_org="org", private=True), site.source(owner_org="org"), site.source()
    clients = {token: site.client(token) for token in ("", "stranger", "member", "editor", SYSADMIN)}
    for client in clients.values():
        client.ready()

    jobs = [site.job(hidden), site.job(public)]
    for job in jobs:
        site.abort(job)
    begun = clients[SYSADMIN].until(of_job(jobs[-1], "Aborted"))  # what changed together is told in no particular order
    site.server.result("harvest_source_patch", {"id": marker, "title": "The last"})

    told = {token: client.until(of_source(marker, "The last")) for token, client in clients.items()}
    told[SYSADMIN] = [*begun, *told[SYSADMIN]]
    sources = {
        token: {event.data["name"] for event in seen if event.kind == "source"} - {marker} for token, seen in told.items()
    }
    of_jobs = {token: {event.data["source"] for event in seen if event.kind == "job"} for token, seen in told.items()}
    assert sources == {
        "": {public},
        "stranger": {public},
        "member": {public, hidden},
        "editor": {public, hidden},
        SYSADMIN: {public, hidden},
    }
    for token in ("", "stranger"):
        assert hidden not in of_jobs[token]
    assert of_jobs["editor"] == of_jobs[SYSADMIN] == {public, hidden}
    for client in clients.values():
        client.close()


def test_what_was_missed_is_told_by_the_rights_of_now(site: Site) -> None:
    with site.client(SYSADMIN) as client:
        client.ready()
        seen = client.last_id
    hidden, public = site.source(owner_org="org", private=True), site.source(owner_org="org")

    with site.client("", seen) as client:
        names = {event.data["name"] for event in client.ready() if event.kind == "source"}

    assert public in names
    assert hidden not in names


def test_a_revoked_token_ends_its_streams(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "RECHECK", 0.05)
    site.tokens.callers["leaving"] = Caller("gone", sysadmin=True)
    with web_server(site.settings, site.tokens) as server, EventClient(server.url, "leaving") as client:
        client.ready()

        del site.tokens.callers["leaving"]

        assert [event.kind for event in client.events()][-1] == "bye"
        with EventClient(server.url, "leaving") as refused:
            assert refused.answer.status == 403


def test_a_caller_who_loses_a_role_is_told_no_more(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "RECHECK", 0.05)
    site.tokens.callers["demoted"] = Caller("ed", roles={"org": "editor"})
    asked: list[str] = []
    find = site.tokens.caller

    def counted(headers: Any) -> Caller:
        asked.append(headers.get("authorization", ""))
        return find(headers)

    monkeypatch.setattr(site.tokens, "caller", counted)
    hidden, marker = site.source(owner_org="org", private=True), site.source()
    with web_server(site.settings, site.tokens) as server, EventClient(server.url, "demoted") as client:
        client.ready()
        site.tokens.callers["demoted"] = Caller("ed")
        already = asked.count("demoted")
        wait_for(lambda: asked.count("demoted") > already + 1, PATIENCE, "the caller is asked for again", every=0.01)
        job = site.job(hidden)
        site.abort(job)
        site.server.result("harvest_source_patch", {"id": marker, "title": "The last"})

        told = client.until(of_source(marker, "The last"))

    assert hidden not in {event.data.get("name") or event.data.get("source") for event in told}


def test_streams_take_no_thread_from_the_actions(site: Site) -> None:
    clients = [site.client() for _ in range(site.settings.serve_threads * 10)]
    for client in clients:
        client.ready()

    assert site.server.get("harvesters_info_show").status == 200
    for client in clients:
        client.close()


def test_there_is_room_for_a_bounded_number_of_streams(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MOST_ANONYMOUS", 1)
    with web_server(site.settings, site.tokens) as server, EventClient(server.url) as first:
        first.ready()

        with EventClient(server.url) as second, EventClient(server.url, SYSADMIN) as known:
            assert (second.answer.status, known.answer.status) == (503, 200)
            assert second.answer.headers["Retry-After"]


def test_a_silent_stream_is_kept_alive_and_its_position_goes_on(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT", 0.05)
    with web_server(site.settings, site.tokens) as server, EventClient(server.url, query="source_id=none") as client:
        client.ready()
        before = int(client.last_id)
        site.source(owner_org="org", private=True)
        end = time.monotonic() + 10
        while int(client.last_id) <= before and time.monotonic() < end:
            client.answer.readline()
            line = client.answer.readline()
            client.last_id = line.decode().removeprefix("id: ").strip() if line.startswith(b"id: ") else client.last_id

    assert int(client.last_id) > before


def test_a_server_that_ends_leaves_no_thread(site: Site) -> None:
    before = set(threading.enumerate())  # of which some may be of tests before this one, and end meanwhile
    with web_server(site.settings, site.tokens) as server, EventClient(server.url) as client:
        client.ready()
        assert set(threading.enumerate()) - before

    wait_for(lambda: set(threading.enumerate()) <= before, PATIENCE, "its threads end")


def test_events_are_plain_json(site: Site) -> None:
    source = site.source(title="Bäume\nund\r\n<script>")
    with site.client() as client:
        client.ready()
        site.server.result("harvest_source_patch", {"id": source, "notes": "x"})
        event: Event = client.until(of_source(source, "Bäume\nund\r\n<script>"))[-1]

    assert event.data["title"] == "Bäume\nund\r\n<script>"
    assert "config" not in event.data
    assert "url" not in event.data
