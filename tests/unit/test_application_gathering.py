"""Storing what gather found: a worker that was thought dead adds nothing, and records of one guid are one object."""

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

import pytest

from domain.application import Harvesting
from domain.errors import GuardConflict, JobEnded
from domain.jobs import Job
from tests.support.fakes import MemoryLog
from tests.unit.test_application_jobs import NONE, app, count, log, objects, records, source

__all__ = ["app", "log", "source"]


def test_a_page_makes_an_object_of_every_record(app: Harvesting, log: MemoryLog, source: UUID) -> None:
    job = app.start_gather(app.create_job(source), "worker")

    assert app.record_page(job, records("a", "b"), 1, "page 1") == []

    assert [event.topic for event in log.events[-3:]] == ["job.page_gathered", "object.gathered", "object.gathered"]
    loaded = objects(app, job.id, ["a", "b", "c"])
    assert sorted(o.guid for o in loaded) == ["a", "b"]
    assert {(o.job_id, o.source_id, o.gather_attempt) for o in loaded} == {(str(job.id), str(source), 1)}


def test_a_guid_that_this_attempt_stored_before_is_told(app: Harvesting, log: MemoryLog, source: UUID) -> None:
    job = app.start_gather(app.create_job(source), "worker")
    app.record_page(job, records("a", "b"), 0)

    repeated = app.record_page(job, records("b", "c"), 0)

    assert [record.guid for record in repeated] == ["b"]
    assert count(log, "object.gathered") == 3


def test_objects_of_an_earlier_attempt_stay_and_are_no_repetition(app: Harvesting, log: MemoryLog, source: UUID) -> None:
    job_id = app.create_job(source)
    app.record_page(app.start_gather(job_id, "first"), records("a", "b"), 0)
    [first, _] = objects(app, job_id, ["a", "b"])
    first.import_as("added", "package")
    app.record_objects([first])

    job = app.start_gather(job_id, "second")
    assert app.record_page(job, records("a", "b", "c"), 0) == []

    assert count(log, "object.gathered") == 3
    assert [o.outcome for o in objects(app, job_id, [first.guid])] == ["added"]


def test_two_records_of_one_guid_in_a_page_are_one_object(app: Harvesting, log: MemoryLog, source: UUID) -> None:
    job = app.start_gather(app.create_job(source), "worker")

    app.record_page(job, records("a", "a"), 0)

    assert (count(log, "object.gathered"), app.load(Job, job.id).gathered) == (1, 1)


LATE_COMMANDS: list[Callable[[Harvesting, Job], object]] = [
    lambda app, job: app.record_page(job, records("a"), 0),
    lambda app, job: app.record_gather_error(job, "code", "message"),
    lambda app, job: app.finish_gather(job, complete=True, full=True, deletions=0),
]


@pytest.mark.parametrize("command", LATE_COMMANDS)
def test_a_worker_that_was_thought_dead_adds_nothing(
    app: Harvesting, log: MemoryLog, source: UUID, command: Callable[[Harvesting, Job], object]
) -> None:
    job_id = app.create_job(source)
    dead = app.start_gather(job_id, "thought dead")
    app.start_gather(job_id, "second")
    before = list(log.events)

    with pytest.raises(GuardConflict):
        command(app, dead)

    assert log.events == before


@pytest.mark.parametrize("command", LATE_COMMANDS)
def test_a_worker_that_was_shut_out_stays_shut_out(
    app: Harvesting, log: MemoryLog, source: UUID, command: Callable[[Harvesting, Job], object]
) -> None:
    job_id = app.create_job(source)
    dead = app.start_gather(job_id, "thought dead")
    app.start_gather(job_id, "second")
    with pytest.raises(GuardConflict):
        app.record_page(dead, records("a"), 0)
    before = list(log.events)

    with pytest.raises(GuardConflict):
        command(app, dead)

    assert log.events == before


def test_a_page_that_cannot_be_stored_leaves_the_job_usable(app: Harvesting, log: MemoryLog, source: UUID) -> None:
    job = app.start_gather(app.create_job(source), "worker")
    with suppress(TypeError):
        app.record_page(job, records("a"), 0, cursor=chr(0xD800))

    app.record_gather_error(job, "bad_page", "message")

    assert count(log, "job.gather_error_recorded") == 1


@pytest.mark.parametrize("aborted", [True, False])
def test_an_ended_job_takes_no_more_pages(app: Harvesting, log: MemoryLog, source: UUID, aborted: bool) -> None:
    job = app.start_gather(app.create_job(source), "worker")
    if aborted:
        app.abort_job(job.id, "admin")
    else:
        app.finish_job(job.id, "failed", NONE)

    with pytest.raises(GuardConflict):
        app.record_page(job, records("a"), 0)
    with pytest.raises(JobEnded):
        app.start_gather(job.id, "another")

    assert count(log, "object.gathered") == 0


def test_two_workers_that_start_at_once_are_one_attempt(app: Harvesting, log: MemoryLog, source: UUID) -> None:
    job_id = app.create_job(source)
    log.before_append = [lambda: app.start_gather(job_id, "faster")]

    with pytest.raises(GuardConflict):
        app.start_gather(job_id, "slower")

    assert app.load(Job, job_id).attempt == 1


def test_ending_gather_twice_changes_nothing(app: Harvesting, log: MemoryLog, source: UUID) -> None:
    job = app.start_gather(app.create_job(source), "worker")

    for _ in range(2):
        app.finish_gather(job, complete=True, full=True, deletions=0)

    assert count(log, "job.gather_finished") == 1
    with pytest.raises(JobEnded):
        app.start_gather(job.id, "late")
