"""A projector applies every event exactly once, and stops at what it doesn't know."""

import threading
from collections.abc import Iterator
from functools import partial
from multiprocessing import get_context
from typing import Any
from uuid import UUID, uuid4

import orjson
import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from adapters.bootstrap import Parts
from adapters.postgres.listener import EVENTS, Listener, tell_leader
from adapters.postgres.log.projector import DecodedLog, Projector
from adapters.postgres.read_model.tables import COUNTERS
from adapters.postgres.read_model.writer import ReadModelWriter
from adapters.roles.coordinator import ProjectionThread
from domain.application import Harvesting
from domain.errors import UnknownEvent
from domain.jobs import COUNTS, Job
from domain.objects import GatheredRecord
from domain.sources import SourceFields
from tests.integration.histories import Expected, big_job
from tests.integration.processes import ended, killed_in_the_end, project_for_ever, project_to_the_end, start
from tests.support.stack import PATIENCE, wait_for

NUL = "a\0b"
LISTENING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%%'"
BLOCKED = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def append_big_job(parts: Parts, objects: int) -> list[StoredEvent]:
    events = big_job(objects)
    for position in range(0, len(events), 1000):
        assert not parts.event_store.append(events[position : position + 1000])
    return events


def reached(projector: Projector, position: int) -> bool:
    return projector.position() >= position


def counters(parts: Parts) -> dict[str, dict[str, int]]:
    rows = parts.database.query("SELECT to_jsonb(t) - 'job_id', job_id FROM harvest.job_statistics t")
    return {job: {name: counts[name] for name in COUNTERS if counts[name]} for counts, job in rows}


def is_equal_to_the_log(parts: Parts, events: list[StoredEvent]) -> None:
    expected = Expected(events)
    assert counters(parts) == expected.counts()
    topics = [event.topic for event in events]
    one = parts.database.query("SELECT count(*), count(import_finished) FROM harvest.object")
    assert one == [(topics.count("object.gathered"), topics.count("object.gathered"))]
    assert parts.database.query("SELECT jobs, datasets FROM harvest.source_statistics") == [(1, len(expected.datasets))]
    assert parts.database.query("SELECT count(*) FROM harvest.harvest_gather_error") == [(4,)]


def test_every_event_counts_once_although_the_projecting_process_is_killed(emptied: Parts) -> None:
    events = append_big_job(emptied, 500)
    newest = emptied.event_store.max_notification_id() or 0
    projector = emptied.read_model_projector()
    first = newest - len(events)

    kills = 0
    for part in (0.1, 0.35, 0.6):
        target = first + int(len(events) * part)
        with killed_in_the_end(start(project_for_ever, emptied.settings, 3)):
            wait_for(partial(reached, projector, target), 20, "the projection moves")
            kills += projector.position() < newest

    assert kills == 3
    projector.catch_up()
    is_equal_to_the_log(emptied, events)


def test_every_event_counts_once_although_two_processes_project(emptied: Parts) -> None:
    events = append_big_job(emptied, 400)
    barrier = get_context("spawn").Barrier(2)

    projecting = [start(project_to_the_end, emptied.settings, batch, barrier) for batch in (7, 11)]

    assert ended(*projecting) == [0, 0]
    is_equal_to_the_log(emptied, events)
    assert emptied.database.query("SELECT FROM ops.work") == []


def test_a_projector_that_another_one_overtook_goes_on_from_where_that_one_is(emptied: Parts) -> None:
    events = append_big_job(emptied, 20)
    slow, fast = emptied.read_model_projector(), emptied.read_model_projector()
    newest = emptied.event_store.max_notification_id() or 0
    slow.run_once(upto=newest - 10)

    fast.catch_up()

    assert slow.run_once() == 0
    assert slow.position() == newest
    is_equal_to_the_log(emptied, events)


def test_a_projector_that_another_one_overtook_applies_what_that_one_left(emptied: Parts) -> None:
    events = append_big_job(emptied, 20)
    slow, fast = emptied.read_model_projector(), emptied.read_model_projector()
    newest = emptied.event_store.max_notification_id() or 0
    slow.run_once(upto=newest - 10)
    fast.catch_up(upto=newest - 5)

    applied = slow.run_once()

    assert (applied, slow.position()) == (5, newest)
    is_equal_to_the_log(emptied, events)


def test_a_projector_that_hears_nothing_sees_that_another_one_has_moved_on(emptied: Parts) -> None:
    moved: list[bool] = []
    idle, other = emptied.read_model_projector(), emptied.read_model_projector()
    idle = Projector(emptied.database, idle.name, "harvest", ReadModelWriter(), moved=lambda: moved.append(True))
    assert idle.run_once() == 0
    idle.compare()
    assert moved == []
    events = append_big_job(emptied, 20)

    other.catch_up()
    idle.compare()
    idle.compare()

    assert moved == [True]
    assert idle.run_once() == 0
    is_equal_to_the_log(emptied, events)


@pytest.fixture
def thread(emptied: Parts) -> Iterator[tuple[ProjectionThread, threading.Event]]:
    """A projection's thread that listens, and what is set when it was told of something that is no event."""
    told, failed = threading.Event(), list[Exception]()

    def listener(wake: int) -> Listener:
        return Listener(emptied.database, EVENTS, wake)

    running = ProjectionThread(emptied.read_model_projector(), listener, failed.append, told=told.set)
    running.start()
    assert told.wait(PATIENCE), "it listens"
    told.clear()
    yield running, told
    running.stop()
    assert failed == []


def test_a_projection_that_waits_applies_what_is_announced_and_ends_when_it_is_told_to(
    emptied: Parts, thread: tuple[ProjectionThread, threading.Event]
) -> None:
    running, told = thread
    events = append_big_job(emptied, 20)

    newest = emptied.event_store.max_notification_id() or 0
    wait_for(partial(reached, emptied.read_model_projector(), newest), PATIENCE, "the events are applied")
    is_equal_to_the_log(emptied, events)
    running.stop()

    assert not told.is_set()
    assert not running.is_alive()


def test_the_leader_hears_of_what_is_no_event(emptied: Parts, thread: tuple[ProjectionThread, threading.Event]) -> None:
    _, told = thread

    tell_leader(emptied.database, "outbox")

    assert told.wait(PATIENCE)


def test_what_was_said_to_the_leader_while_nobody_listened_is_looked_for_afterwards(
    emptied: Parts, thread: tuple[ProjectionThread, threading.Event]
) -> None:
    _, told = thread

    emptied.database.query(f"SELECT pg_terminate_backend(pid, 10000) FROM ({LISTENING}) listening")
    tell_leader(emptied.database, "outbox")

    assert told.wait(PATIENCE)


def test_a_projection_that_waits_for_a_lock_ends_all_the_same_when_it_is_told_to(
    emptied: Parts, thread: tuple[ProjectionThread, threading.Event]
) -> None:
    running, _ = thread
    projector = emptied.read_model_projector()
    before = projector.position()
    with psycopg.connect(emptied.settings.database_url) as another:
        another.execute("SELECT pg_advisory_xact_lock(ops.lock_key(%s))", (projector.lock,))
        events = append_big_job(emptied, 20)
        wait_for(lambda: emptied.database.query(BLOCKED), PATIENCE, "it waits for the lock")

        running.stop()

        wait_for(lambda: not running.is_alive(), PATIENCE, "it ends although the lock is held")
        assert projector.position() == before
    running.start()
    newest = emptied.event_store.max_notification_id() or 0
    wait_for(partial(reached, projector, newest), PATIENCE, "the events are applied")
    is_equal_to_the_log(emptied, events)


def test_a_projector_goes_up_to_where_it_is_told(emptied: Parts) -> None:
    append_big_job(emptied, 20)
    newest = emptied.event_store.max_notification_id() or 0
    projector = emptied.read_model_projector()

    projector.catch_up(upto=newest - 5)
    assert projector.position() == newest - 5
    assert projector.catch_up() == 5
    assert projector.catch_up() == 0


def test_a_batch_that_cannot_be_applied_leaves_no_trace(emptied: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    events = append_big_job(emptied, 20)
    projector = emptied.read_model_projector()
    before = projector.position()
    with monkeypatch.context() as broken:
        broken.setattr(ReadModelWriter, "count", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            projector.run_once()

    assert (projector.position(), counters(emptied)) == (before, {})
    assert emptied.database.query("SELECT FROM harvest.object") == []
    projector.catch_up()
    is_equal_to_the_log(emptied, events)


@pytest.mark.parametrize("unknown", [("object.exploded", {}), ("object.skipped", {"reason": "", "class_version": 99})])
def test_an_event_that_is_not_known_stops_a_projector_with_nothing_applied(
    emptied: Parts, unknown: tuple[str, dict[str, Any]]
) -> None:
    topic, state = unknown
    append_big_job(emptied, 5)
    strange = orjson.dumps({"timestamp": "2026-03-01T00:00:00+00:00", **state})
    emptied.event_store.append([StoredEvent(uuid4(), 1, topic, strange)])

    for projector in (emptied.read_model_projector(), emptied.work_projector()):
        before = projector.position()
        for _ in range(2):
            with pytest.raises(UnknownEvent, match=topic):
                projector.run_once()
        assert projector.position() == before

    assert counters(emptied) == {}
    assert emptied.database.query("SELECT FROM ops.job_progress") == []


# whatever text is handed in, the projections go on


def registered(app: Harvesting) -> UUID:
    return app.register_source(SourceFields("city", "http://data.example", "test"), "admin")


def in_a_source(app: Harvesting) -> None:
    fields = SourceFields("city", "http://data.example", "test", NUL, NUL, NUL, "MANUAL", NUL, extras={NUL: NUL})
    source = app.register_source(fields, NUL)
    app.deactivate_source(source, NUL, NUL)


def in_a_job(app: Harvesting) -> None:
    job = app.start_gather(app.create_job(registered(app), by=NUL, options={NUL: NUL}), NUL)
    app.record_gather_error(job, NUL, NUL, NUL)
    app.abort_job(job.id, NUL, NUL)


def in_a_record(app: Harvesting) -> None:
    job = app.start_gather(app.create_job(registered(app)), "worker")
    app.record_page(job, [GatheredRecord(NUL, NUL, None, {NUL: NUL})], 1, NUL)


def in_an_outcome(app: Harvesting) -> None:
    job: Job = app.start_gather(app.create_job(registered(app)), "worker")
    app.record_page(job, [GatheredRecord(guid) for guid in "abc"], 0)
    found = app.load_objects([job.object_id(guid) for guid in "abc"])
    one, other, third = found.values()
    one.fetch(None, {NUL: NUL})
    one.identify(NUL)
    one.record_error(NUL, NUL)
    one.fail(NUL, NUL, NUL, None)
    other.import_as("added", NUL)
    third.skip(NUL)
    app.record_objects([one, other, third])
    app.finish_job(job.id, "finished", dict.fromkeys(COUNTS, 0))


@pytest.mark.parametrize("where", [in_a_source, in_a_job, in_a_record, in_an_outcome])
def test_a_nul_that_somebody_hands_in_never_stops_the_projections(emptied: Parts, where: Any) -> None:
    where(emptied.application)

    emptied.read_model_projector().catch_up()
    emptied.work_projector().catch_up()

    stored = emptied.database.query("SELECT encode(state, 'escape') FROM events.stored_event")
    assert stored
    assert not [state for (state,) in stored if "u0000" in state]


# two projectors that share what they decode


def numbers(log: DecodedLog, parts: Parts, position: int, limit: int = 1000) -> list[int]:
    return [event.number for event in log.after(parts.database.connection, position, limit)]


def test_what_one_projector_read_in_crumbs_the_other_gets_in_one_batch(emptied: Parts) -> None:
    append_big_job(emptied, 200)
    stored = numbers(DecodedLog(), emptied, 0)
    log = DecodedLog()
    position = 0
    for _ in range(10):
        position = numbers(log, emptied, position, 3)[-1]

    assert numbers(log, emptied, 0) == stored
    assert numbers(log, emptied, stored[4], 20) == stored[5:25]


@pytest.mark.parametrize("kept", [0, 7, 1000])
def test_readers_at_different_positions_miss_nothing_and_see_nothing_twice(emptied: Parts, kept: int) -> None:
    append_big_job(emptied, 100)
    stored = numbers(DecodedLog(), emptied, 0)
    log, seen = DecodedLog(kept), ([], [], [])  # type: ignore[var-annotated]

    for turn in range(400):
        reader = seen[turn % 3]
        reader += numbers(log, emptied, reader[-1] if reader else 0, (1, 5, 40)[turn % 3])

    assert seen == (stored[:134], stored, stored)
