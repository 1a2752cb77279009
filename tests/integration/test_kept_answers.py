"""Answers that servers keep: given again only while nothing has changed, whichever process changes it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from adapters.actions.session import Session
from adapters.actions.waiting import Waits
from adapters.embedded import EmbeddedPostgres
from adapters.parts import Parts
from adapters.postgres.leadership import LeaderDatabase
from adapters.settings import Settings
from adapters.web.api import answered
from tests.conftest import new_database
from tests.support.stack import wait_for
from tests.support.web_server import WebServer, web_server

SHOW = "harvest_source_show"


@pytest.fixture(scope="module")
def settings(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with new_database(postgres, tmp_path_factory.mktemp("kept")) as settings:
        yield settings


@pytest.fixture(scope="module")
def servers(settings: Settings) -> Iterator[tuple[WebServer, WebServer]]:
    """Two processes' worth of servers on one database, which share nothing else."""
    with web_server(settings, Parts(settings).callers) as one, web_server(settings, Parts(settings).callers) as other:
        yield one, other


@pytest.fixture(scope="module")
def cli(settings: Settings) -> Session:
    return Session(Parts(settings))


@pytest.fixture(scope="module")
def token(cli: Session) -> str:
    cli.call("harvest_person_create", name="root", sysadmin=True)
    token: str = cli.call("harvest_token_create", person="root", name="tests")["token"]
    return token


@pytest.fixture
def source(cli: Session) -> str:
    name = f"source-{uuid4().hex[:8]}"
    cli.call("harvest_source_create", name=name, url=f"http://127.0.0.1/{name}", source_type="noop")
    return name


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the actions that were really asked."""
    names: list[str] = []

    def counted(site: Any, request: Any, action: Any, values: Any, caller: Any = None) -> Any:
        names.append(action.name)
        return answered(site, request, action, values, caller)

    monkeypatch.setattr("adapters.web.kept.answered", counted)
    return names


def title(server: WebServer, source: str, token: str) -> Any:
    answer = server.get(SHOW, f"id={source}", token)
    assert answer.status == 200, answer.body
    return answer.json["result"]["title"]


def keeps(server: WebServer, source: str, token: str, runs: list[str]) -> None:
    """Wait until the server keeps answers: its connection for that is made in the background."""

    def is_kept() -> bool:
        title(server, source, token)
        runs.clear()
        title(server, source, token)
        return not runs

    wait_for(is_kept, 20, "an answer is kept")


def test_an_answer_is_given_again_while_nothing_changes(
    servers: tuple[WebServer, WebServer], source: str, token: str, runs: list[str]
) -> None:
    server, _ = servers
    keeps(server, source, token, runs)

    first = server.get(SHOW, f"id={source}", token)
    again = server.get(SHOW, f"id={source}", token)

    assert runs == []
    assert (again.status, again.body, again.headers["content-type"]) == (200, first.body, first.headers["content-type"])
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert again.headers["x-content-type-options"] == "nosniff"


def test_a_write_is_seen_by_the_next_read_whichever_server_took_it(
    servers: tuple[WebServer, WebServer], source: str, token: str
) -> None:
    for number in range(20):
        for writer, reader in (servers, servers[::-1]):
            wanted = f"title {number} {writer.url}"
            title(reader, source, token)  # kept from before the write

            assert writer.post("harvest_source_patch", {"id": source, "title": wanted}, token).status == 200

            assert [title(server, source, token) for server in (reader, writer)] == [wanted, wanted]


def test_a_job_is_in_its_sources_lists_at_once(servers: tuple[WebServer, WebServer], source: str, token: str) -> None:
    server, other = servers
    paths = [("harvest_job_list", f"source_id={source}"), (SHOW, f"id={source}"), ("harvest_source_list", "limit=1000")]
    for path in paths:
        assert server.get(*path, token).status == 200

    job = other.post("harvest_job_create", {"source_id": source}, token).json["result"]["id"]

    jobs, shown, listed = (server.get(*path, token).json["result"] for path in paths)
    assert [row["id"] for row in jobs] == [job]
    assert shown["status"]["last_job"]["id"] == job
    assert next(row["status"]["job_count"] for row in listed if row["name"] == source) == 1


def test_what_is_not_found_is_found_once_it_is_there(servers: tuple[WebServer, WebServer], token: str) -> None:
    server, other = servers
    name = f"late-{uuid4().hex[:8]}"
    assert server.get(SHOW, f"id={name}", token).status == 404

    values = {"name": name, "url": f"http://127.0.0.1/{name}", "source_type": "noop"}
    assert other.post("harvest_source_create", values, token).status == 200

    assert server.get(SHOW, f"id={name}", token).status == 200


def test_a_private_source_is_kept_for_those_who_may_see_it_only(
    servers: tuple[WebServer, WebServer], cli: Session, token: str
) -> None:
    server, _ = servers
    organization = f"org-{uuid4().hex[:8]}"
    cli.call("harvest_organization_create", name=organization)
    cli.call("harvest_person_create", name=f"member-of-{organization}")
    cli.call("harvest_organization_member_create", id=organization, username=f"member-of-{organization}", role="member")
    members = cli.call("harvest_token_create", person=f"member-of-{organization}", name="tests")["token"]
    name = f"hidden-{organization}"
    fields = {"name": name, "url": f"http://127.0.0.1/{name}", "source_type": "noop"}
    cli.call("harvest_source_create", **fields, owner_org=organization, private=True)
    allowed = [server.get(SHOW, f"id={name}", who).status for who in (token, members, token, members)]

    refused = server.get(SHOW, f"id={name}").status
    cli.call("harvest_organization_member_delete", id=organization, username=f"member-of-{organization}")
    after = server.get(SHOW, f"id={name}", members).status

    assert (allowed, refused, after) == ([200] * 4, 403, 403)


def test_a_revoked_token_is_refused_though_answers_to_it_are_kept(
    servers: tuple[WebServer, WebServer], cli: Session, source: str, token: str, runs: list[str]
) -> None:
    server, _ = servers
    short = cli.call("harvest_token_create", person="root", name="short")
    keeps(server, source, short["token"], runs)

    cli.call("harvest_token_revoke", id=short["id"])

    assert server.get(SHOW, f"id={source}", short["token"]).status == 403
    assert server.get(SHOW, f"id={source}", token).status == 200


def test_rows_that_are_written_again_are_shown(
    servers: tuple[WebServer, WebServer], cli: Session, settings: Settings, source: str, token: str, runs: list[str]
) -> None:
    server, _ = servers
    database = Parts(settings).database
    database.query("UPDATE harvest.harvest_source SET title = 'damaged' WHERE name = %(name)s", name=source)
    keeps(server, source, token, runs)
    before = title(server, source, token)

    cli.call("harvest_source_reindex", id=source)
    database.close()

    assert (before, title(server, source, token)) == ("damaged", source)


def test_equal_calls_at_the_same_time_ask_the_action_once(
    servers: tuple[WebServer, WebServer], source: str, token: str, monkeypatch: pytest.MonkeyPatch, runs: list[str]
) -> None:
    server, _ = servers
    keeps(server, source, token, runs)
    go_on, names = threading.Event(), []

    def slow(site: Any, request: Any, action: Any, values: Any, caller: Any = None) -> Any:
        names.append(action.name)
        assert go_on.wait(30)
        return answered(site, request, action, values, caller)

    monkeypatch.setattr("adapters.web.kept.answered", slow)
    with ThreadPoolExecutor(5) as callers:
        calls = [callers.submit(server.get, "harvest_job_list", f"source_id={source}&limit=7", token) for _ in range(5)]
        wait_for(lambda: names, 20, "the action is asked")
        go_on.set()
        statuses = [call.result(30).status for call in calls]

    assert statuses == [200] * 5
    assert len(names) < 5, "each call asked the action"


def test_reads_go_on_when_the_connection_for_states_is_lost_and_are_kept_again_later(
    servers: tuple[WebServer, WebServer], settings: Settings, source: str, token: str, runs: list[str]
) -> None:
    server, _ = servers
    keeps(server, source, token, runs)
    database = Parts(settings).database

    database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'harvestlog state' "
        "AND datname = current_database()"
    )
    database.close()

    assert title(server, source, token) == source
    keeps(server, source, token, runs)


def test_a_call_that_may_wait_no_longer_is_told_how_far_the_jobs_are(cli: Session, settings: Settings, source: str) -> None:
    job = cli.call("harvest_job_create", source_id=source)["id"]
    session = Session(Parts(settings), waits=Waits(1, 0.0))

    leader = LeaderDatabase(settings.database_url, "a coordinator that does nothing")
    assert leader.lead()

    jobs = session.call("harvest_jobs_run", wait=True, source_id=source)["jobs"]

    leader.resign()
    session.parts.close()

    assert [(row["id"], row["status"]) for row in jobs] == [(job, "New")]
