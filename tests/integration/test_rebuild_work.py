"""Pending work is built again from the unfinished jobs, and equals what a replay of the whole log gives."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.bootstrap import Parts
from adapters.postgres.log.projector import Projector
from adapters.postgres.read_model.rebuild import rebuild_work
from adapters.postgres.work import rebuild as module
from adapters.postgres.work.projection import WorkProjection
from adapters.postgres.work.rebuild import PROJECTED, WorkRebuild
from domain.sources import HarvestSource, SourceFields
from tests.integration.histories import RANDOMS, SOURCES, History, JobPlan, ObjectPlan
from tests.integration.test_claims import new_job
from tests.integration.test_projector import append_big_job

SOME = (
    JobPlan(tuple(ObjectPlan(guid, outcome="added") for guid in "abcdefg")),
    JobPlan(tuple(ObjectPlan(guid, action="change", outcome="updated") for guid in "bcd")),
)
WORK = "SELECT object_id, job_id, attempt, CASE WHEN attempt > 0 THEN due_at END FROM ops.work ORDER BY 1"
JOBS = f"SELECT job_id, {', '.join(PROJECTED)} FROM ops.job_progress ORDER BY 1"
DATASETS = "SELECT * FROM ops.dataset ORDER BY source_id, guid"


def tables(parts: Parts) -> tuple[list[tuple[Any, ...]], ...]:
    return tuple(parts.database.connection.execute(query.encode()).fetchall() for query in (WORK, JOBS, DATASETS))


def some_dataset(parts: Parts) -> None:
    """Without any, all datasets would be built again."""
    parts.database.query("INSERT INTO ops.dataset VALUES (gen_random_uuid(), 'a', 'p', gen_random_uuid(), 'h', 1)")


def position(parts: Parts) -> int:
    return int(parts.database.query("SELECT notification_id FROM ops.checkpoint WHERE name = 'work'")[0][0])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(SOURCES, RANDOMS, st.floats(0, 1), st.booleans())
def test_it_equals_a_replay_of_the_whole_log(
    emptied: Parts, plans: Sequence[Sequence[JobPlan]], random: Random, part: float, lost: bool
) -> None:
    some_dataset(emptied)
    events = History(plans, random).events
    assert not emptied.event_store.append(events)
    start = (emptied.event_store.max_notification_id() or 0) - len(events)
    Projector(emptied.database, "work", "ops", WorkProjection()).catch_up(start + int(len(events) * part))
    replayed, at = tables(emptied), position(emptied)
    if lost:
        emptied.database.query("TRUNCATE ops.work, ops.job_progress")
    else:
        emptied.database.query("UPDATE ops.work SET job_id = gen_random_uuid()")
        emptied.database.query("UPDATE ops.job_progress SET objects = objects + 7, gather = 'waiting'")

    rebuild_work(emptied.database)

    assert tables(emptied)[:2] == replayed[:2]
    assert position(emptied) >= at
    assert rebuild_work(emptied.database).differences == []
    emptied.work_projector().catch_up()


@pytest.mark.parametrize("lost", ["DELETE FROM ops.dataset", "UPDATE ops.dataset SET content_hash = 'x' WHERE guid < 'c'"])
def test_what_sources_hold_is_built_again_when_it_is_gone_or_somebody_asks_for_it(emptied: Parts, lost: str) -> None:
    random = Random(5)
    emptied.event_store.append(History([list(SOME)] * 2, random).events)
    emptied.work_projector().catch_up()
    before = tables(emptied)
    assert before[2]
    emptied.database.connection.execute(lost.encode())

    report = rebuild_work(emptied.database, datasets="UPDATE" in lost)

    assert report.differences == ["dataset"]
    assert tables(emptied) == before


def test_only_unfinished_jobs_are_read_however_long_the_log_is(emptied: Parts) -> None:
    append_big_job(emptied, 1500)  # of another source: nothing of it is unfinished
    job = new_job(emptied, 3)
    some_dataset(emptied)
    emptied.database.query("TRUNCATE ops.work, ops.job_progress")

    report = rebuild_work(emptied.database)

    assert (report.differences, report.events) == (["work", "job_progress"], 6)
    assert emptied.database.query("SELECT DISTINCT job_id FROM ops.work") == [(job.id,)]


def test_events_that_come_meanwhile_are_in_it_and_projected_once(emptied: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    job = new_job(emptied, 3)
    put_in_place = WorkRebuild._put_in_place

    def late(self: WorkRebuild, *arguments: Any) -> None:
        new_job(emptied, 2)
        put_in_place(self, *arguments)

    monkeypatch.setattr(module.WorkRebuild, "_put_in_place", late)
    rebuild_work(emptied.database)
    emptied.work_projector().catch_up()

    counts = emptied.database.query("SELECT job_id = %(job)s, count(*) FROM ops.work GROUP BY 1 ORDER BY 1", job=job.id)
    assert counts == [(False, 2), (True, 3)]
    assert rebuild_work(emptied.database).differences == []


def test_the_streams_of_sources_that_were_never_scheduled_are_not_read(emptied: Parts) -> None:
    source = emptied.application.register_source(SourceFields("by-hand", "http://127.0.0.1/by-hand", "noop"), "admin")
    stream = emptied.event_store.select_events(source)
    started = [HarvestSource.JobStarted.TOPIC, HarvestSource.JobEnded.TOPIC]
    emptied.event_store.append(
        [
            StoredEvent(source, len(stream) + n, started[n % 2 == 0], b'{"timestamp":"2026-11-27T10:00:00Z","slot":null}')
            for n in range(1, 4001)
        ]
    )
    emptied.database.query("ANALYZE events.stored_event")
    explain = b"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + module.LAST_JOBS.encode()

    with emptied.database.connect() as connection:  # a rebuild may read whole tables, which pays while the log is this small
        [[plan]] = connection.execute(explain, {"upto": 2**60}).fetchall()

    nodes = [*nodes_of(plan[0]["Plan"])]
    assert max(node.get("Rows Removed by Filter", 0) for node in nodes) < 10, "events that are no scheduled jobs are read"
    assert "stored_event_slot_idx" in {node.get("Index Name") for node in nodes}


def nodes_of(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from nodes_of(child)
