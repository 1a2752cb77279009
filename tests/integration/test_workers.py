"""Which workers are listed, and what `status` can read of them."""

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.bootstrap import Parts
from adapters.postgres.database import Database
from adapters.postgres.work import workers as table
from adapters.postgres.work.claims import Claims
from adapters.postgres.work.workers import Activity, Worker, Workers
from adapters.settings import Settings
from tests.support.stack import PATIENCE, Stack, wait_for


def test_a_worker_is_listed_with_what_it_reported_last(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "REPORT_INTERVAL", 0.0)
    reports = Workers(database, "fetch-1", "fetch-consumer")

    reports.report(Activity(8, 1))
    reports.report(Activity(8, 3, 60.0, {"reason": "no route"}, {"target_away_since": 120.0}))

    (listed,) = Workers(database).alive()
    assert (listed.worker, listed.role, listed.threads, listed.busy) == ("fetch-1", "fetch-consumer", 8, 3)
    assert listed.oldest_since is not None
    assert timedelta(seconds=59) < listed.seen_at - listed.oldest_since < timedelta(seconds=61)
    assert listed.state["reason"] == "no route"
    assert listed.state["target_away_since"].endswith("Z")
    assert listed.started_at <= listed.seen_at


def test_a_worker_reports_at_most_every_two_seconds(database: Database) -> None:
    reports = Workers(database, "fetch-1", "fetch-consumer")

    told = [reports.report(Activity(8, busy)) for busy in range(3)]

    assert told == [True, False, False]
    assert [worker.busy for worker in Workers(database).listed()] == [0]


def test_a_worker_that_does_the_same_as_before_reports_less_often(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "REPORT_INTERVAL", 0.0)
    monkeypatch.setattr(table, "SAME_INTERVAL", 3600.0)
    reports = Workers(database, "fetch-1", "fetch-consumer")

    told = [reports.report(Activity(8, busy)) for busy in (0, 0, 1, 1, 0)]

    assert told == [True, False, True, False, True]
    assert [worker.busy for worker in Workers(database).listed()] == [0]


def test_a_silent_worker_is_listed_as_dead_and_removed_later(database: Database) -> None:
    for name, silence in (("new", "0 s"), ("silent", "1 minute"), ("gone", "1 hour")):
        Workers(database, name, "fetch-consumer").report(Activity())
        database.query(
            "UPDATE ops.worker SET seen_at = now() - %(silence)s::interval WHERE worker = %(name)s", silence=silence, name=name
        )

    Workers(database).remove_old()

    assert [(worker.worker, worker.alive) for worker in Workers(database).listed()] == [("new", True), ("silent", False)]
    assert [worker.worker for worker in Workers(database).alive()] == ["new"]


def test_a_worker_that_shows_its_presence_is_listed_until_it_ends(database: Database) -> None:
    claims = Claims(database, "fetch-1", 60.0, "fetch-consumer")

    claims.show_presence(Activity(4, 2))
    listed = [(worker.worker, worker.busy) for worker in Workers(database).alive()]
    claims.close()

    assert listed == [("fetch-1", 2)]
    assert Workers(database).listed() == []


def test_every_role_reports_what_it_is_busy_with(with_broker: Settings, tmp_path: Path) -> None:
    parts = Parts(with_broker)
    with Stack(with_broker, tmp_path) as stack:
        stack.source("slow", "http://127.0.0.1/slow", "slow", {"records": 2, "seconds": 600})
        stack.start_job("slow")

        def busy() -> dict[str, Worker] | None:
            """All roles, once they say what they are busy with: each reports every two seconds, in its own time."""
            roles = {worker.role: worker for worker in Workers(parts.database).alive()}
            fetch, coordinator = roles.get("fetch-consumer"), roles.get("coordinator")
            told = fetch and fetch.busy == 2 and fetch.oldest_since and coordinator and coordinator.state == {"leads": True}
            return roles if told and len(roles) == 3 else None

        roles = wait_for(busy, PATIENCE, "the fetch worker reports two busy threads, and the coordinator that it leads")

        assert {role: worker.pid for role, worker in roles.items()} == stack.running()
        stack.kill("fetch-consumer")
    parts.close()
