"""A job always ends, and never changes afterwards."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from domain.errors import JobEnded
from domain.jobs import COUNTS, Job

CLEAN = dict.fromkeys(COUNTS, 0)


def job() -> Job:
    return Job.create(uuid4(), uuid4(), "harvest", "cli", "admin", {"force_import": True}, number=1, source_version=2)


def gathered(*, complete: bool = True) -> Job:
    made = job()
    made.start_gather("worker")
    made.finish_gather(complete=complete, full=True, deletions=0)
    return made


ENDINGS: list[Callable[[Job], None]] = [
    lambda job: job.abort("why", "admin"),
    lambda job: job.finish("finished", CLEAN),
]
CHANGES: list[Callable[[Job], None]] = [
    lambda job: job.start_gather("other"),
    lambda job: job.record_page("", 1, 0),
    lambda job: job.record_gather_error("code", "message"),
    lambda job: job.finish_gather(complete=True, full=True, deletions=0),
]


def test_a_new_job_waits() -> None:
    made = job()

    assert (made.status, made.attempt, made.ended, made.options) == ("New", 0, False, {"force_import": True})


def test_every_attempt_at_gathering_counts_anew() -> None:
    made = job()
    made.start_gather("first")
    made.record_page("page 1", 10, 2)

    made.start_gather("second")
    made.record_page("page 1", 4, 1)

    assert (made.status, made.attempt, made.gathered, made.unchanged) == ("Running", 2, 4, 1)


def test_errors_of_every_attempt_count() -> None:
    made = job()
    for worker in ("first", "second"):
        made.start_gather(worker)
        made.record_gather_error("code", "message", "guid")

    assert made.gather_errors == 2


def test_gather_starts_when_its_last_attempt_does() -> None:
    made = job()
    made.start_gather("first")
    first = made.gather_started

    made.start_gather("second")

    assert first is not None
    assert made.gather_started is not None
    assert made.gather_started > first


def test_what_was_gathered_is_not_gathered_again() -> None:
    made = gathered()

    with pytest.raises(JobEnded, match="has been gathered"):
        made.start_gather("late")


def test_ending_gather_twice_changes_nothing() -> None:
    made = gathered(complete=True)
    before = made.version

    made.finish_gather(complete=False, full=False, deletions=7)

    assert (made.version, made.complete, made.full) == (before, True, True)


@pytest.mark.parametrize("end", ENDINGS)
@pytest.mark.parametrize("change", CHANGES)
def test_an_ended_job_refuses_every_change(end: Callable[[Job], None], change: Callable[[Job], None]) -> None:
    made = job()
    made.start_gather("worker")
    end(made)
    before = made.version

    with pytest.raises(JobEnded, match=str(made.id)):
        change(made)

    assert made.version == before


@pytest.mark.parametrize("end", ENDINGS)
@pytest.mark.parametrize("again", ENDINGS)
def test_the_first_end_counts(end: Callable[[Job], None], again: Callable[[Job], None]) -> None:
    made = gathered()
    end(made)
    status, before = made.status, made.version

    again(made)

    assert made.ended
    assert (made.status, made.version) == (status, before)


def test_a_complete_gather_without_any_error_is_free_of_errors() -> None:
    assert gathered().error_free(CLEAN)


@pytest.mark.parametrize("count", ["added", "updated", "not modified", "deleted"])
def test_other_counts_are_no_errors(count: str) -> None:
    assert gathered().error_free({**CLEAN, count: 3})


def test_what_makes_a_job_not_free_of_errors() -> None:
    with_gather_error = job()
    with_gather_error.start_gather("worker")
    with_gather_error.record_gather_error("code", "message")
    with_gather_error.finish_gather(complete=True, full=True, deletions=0)

    assert not with_gather_error.error_free(CLEAN)
    assert not gathered(complete=False).error_free(CLEAN)
    assert not gathered().error_free({**CLEAN, "errored": 1})
    assert not job().error_free(CLEAN)
