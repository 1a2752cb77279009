"""What the coordinator decides: shares of the queue, when to try again, when a job is over."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rules import (
    GROWTH,
    MAX_BUDGET,
    MAX_RETRY_DELAY,
    MIN_BUDGET,
    MIN_SHARE,
    OVERFLOW,
    Progress,
    Waiting,
    gather_room,
    job_outcome,
    next_budget,
    next_gather_budget,
    quotas,
    retry_at,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
COUNTS = st.one_of(st.integers(0, 5), st.integers(0, 300_000))
JOBS = st.lists(
    st.builds(Waiting, st.uuids(), st.integers(0, 2), COUNTS, COUNTS), max_size=12, unique_by=lambda job: job.job_id
)
ROOM = st.integers(-100, MAX_BUDGET)


def waiting(due: int, under_way: int = 0, lane: int = 0) -> Waiting:
    return Waiting(uuid4(), lane, due, under_way)


def reserved(job: Waiting) -> int:
    """What a job may have under way though the queue is full."""
    return max(0, min(job.due, MIN_SHARE - job.under_way))


def shares(jobs: Sequence[Waiting], room: int) -> list[int]:
    given = quotas(jobs, room)
    return [given.get(job.job_id, 0) for job in jobs]


# shares


@given(JOBS, ROOM)
def test_never_more_is_given_than_there_is_room_or_than_is_due(jobs: list[Waiting], room: int) -> None:
    given = quotas(jobs, room)

    beyond = min(sum(map(reserved, jobs)), room + max(OVERFLOW.values()))
    assert sum(given.values()) <= max(0, room, beyond)
    assert all(0 < given[job.job_id] <= job.due for job in jobs if job.job_id in given)
    assert given.keys() <= {job.job_id for job in jobs}


@given(JOBS, ROOM)
def test_no_room_is_left_while_anything_is_due(jobs: list[Waiting], room: int) -> None:
    assert sum(quotas(jobs, room).values()) >= min(max(0, room), sum(job.due for job in jobs))


@given(JOBS, ROOM)
def test_a_lane_gets_what_the_lanes_before_it_leave(jobs: list[Waiting], room: int) -> None:
    given = quotas(jobs, room)

    for job in jobs:
        if given.get(job.job_id, 0) > reserved(job):
            before = [other for other in jobs if other.lane < job.lane]
            assert all(given.get(other.job_id, 0) == other.due for other in before)


@given(JOBS, ROOM)
def test_within_a_lane_nobody_gets_more_while_another_one_has_less(jobs: list[Waiting], room: int) -> None:
    given = quotas(jobs, room)

    def level(job: Waiting) -> int:
        return job.under_way + given.get(job.job_id, 0)

    for fed in (job for job in jobs if job.job_id in given):
        hungry = [job for job in jobs if job.lane == fed.lane and given.get(job.job_id, 0) < job.due]
        assert all(level(fed) <= max(MIN_SHARE, level(other) + 1) for other in hungry)


def test_hundreds_of_jobs_of_the_schedule_leave_room_for_a_person_who_comes_later() -> None:
    scheduled = [waiting(20, lane=1) for _ in range(800)]
    given = quotas(scheduled, MIN_BUDGET)
    room = MIN_BUDGET - sum(given.values())

    assert sum(given.values()) == MIN_BUDGET + OVERFLOW[1]
    assert shares([waiting(20, lane=1), waiting(50)], room) == [0, MIN_SHARE]


def test_no_more_gathers_are_under_way_than_there_are_threads_while_none_ends() -> None:
    budget = 500
    for _ in range(10):
        budget = next_gather_budget(budget, under_way=60, ended=0, elapsed=0.25, threads=6)

    assert budget == 6


def test_gathers_that_were_quick_before_a_rest_are_sent_ahead_after_it() -> None:
    assert next_gather_budget(16, under_way=0, ended=0, elapsed=0.25, threads=4) == 16
    assert next_gather_budget(8000, under_way=0, ended=0, elapsed=0.25, threads=4) == 32
    assert next_gather_budget(8000, under_way=0, ended=0, elapsed=0.25, threads=200) == 200


def test_quick_gathers_are_sent_ahead_as_many_as_end_in_a_second() -> None:
    assert next_gather_budget(8, under_way=2, ended=10, elapsed=0.25, threads=4) == 32
    assert next_gather_budget(64, under_way=60, ended=25, elapsed=0.25, threads=4) == 100
    assert next_gather_budget(64, under_way=60, ended=100, elapsed=0.25, threads=4) == 128
    assert next_gather_budget(4, under_way=4, ended=1, elapsed=10.0, threads=4) == 4


def test_gathers_are_sent_many_at_a_time_while_no_thread_waits_for_them() -> None:
    assert gather_room(100, under_way=80, threads=4) == 0
    assert gather_room(100, under_way=75, threads=4) == 25
    assert gather_room(100, under_way=100, threads=4) == gather_room(4, under_way=9, threads=4) == 0


def test_a_thread_that_has_nothing_to_gather_gets_the_next_job_at_once() -> None:
    assert gather_room(4, under_way=3, threads=4) == 1
    assert gather_room(100, under_way=2, threads=4) == 98
    assert gather_room(8, under_way=7, threads=8) == 1


def test_a_small_job_beside_a_huge_one_gets_all_it_needs() -> None:
    assert shares([waiting(300_000), waiting(10)], 1000) == [990, 10]


def test_a_job_that_comes_late_is_served_before_the_one_that_fills_the_queue() -> None:
    assert shares([waiting(300_000, under_way=990), waiting(50)], 60) == [10, 50]
    assert shares([waiting(300_000, under_way=990), waiting(50_000)], 60) == [0, 60]


def test_equal_jobs_get_equal_shares() -> None:
    assert shares([waiting(500), waiting(500), waiting(500)], 300) == [100, 100, 100]


def test_a_person_who_waits_goes_before_the_schedule() -> None:
    assert shares([waiting(500, lane=1), waiting(80, lane=0)], 100) == [20, 80]


@pytest.mark.parametrize("room", [0, -5])
def test_without_room_only_jobs_with_next_to_nothing_under_way_get_something(room: int) -> None:
    assert shares([waiting(300_000, under_way=990), waiting(50), waiting(4, under_way=8)], room) == [0, MIN_SHARE, 2]


# how many commands may be under way


@given(
    st.integers(MIN_BUDGET, MAX_BUDGET), st.integers(0, 20_000), st.integers(0, 50_000), st.floats(0.001, 9999), st.booleans()
)
def test_the_budget_stays_within_its_limits(budget: int, under_way: int, finished: int, elapsed: float, short: bool) -> None:
    after = next_budget(budget, under_way, finished, elapsed, short=short)

    assert MIN_BUDGET <= after <= min(budget * GROWTH, MAX_BUDGET)


def test_workers_that_emptied_the_queue_get_four_times_as_much() -> None:
    assert next_budget(200, under_way=50, finished=150, elapsed=0.25, short=True) == 800


def test_an_idle_queue_says_nothing_about_the_workers() -> None:
    assert next_budget(200, under_way=0, finished=0, elapsed=0.25, short=True) == 200


def test_slow_workers_get_two_seconds_of_what_they_do() -> None:
    assert next_budget(4000, under_way=4000, finished=100, elapsed=0.25, short=True) == 800
    assert next_budget(4000, under_way=4000, finished=0, elapsed=0.25, short=True) == MIN_BUDGET


def test_what_trickles_in_and_finds_room_enough_raises_the_budget_to_two_seconds_of_it() -> None:
    assert next_budget(100, under_way=0, finished=50, elapsed=1.0, short=False) == 100
    assert next_budget(100, under_way=0, finished=50, elapsed=0.5, short=False) == 200
    assert next_budget(100, under_way=0, finished=800, elapsed=0.25, short=False) == 400


def test_of_a_budget_that_nobody_uses_half_goes_with_each_second() -> None:
    assert next_budget(8000, under_way=0, finished=0, elapsed=1.0, short=False) == 4000
    assert next_budget(8000, under_way=0, finished=0, elapsed=3600.0, short=False) == MIN_BUDGET
    assert next_budget(8000, under_way=90, finished=1500, elapsed=0.5, short=False) == 6000  # two seconds of what they do


# when to try again


def again(
    failures: int, *, max_attempts: int = 20, deadline: datetime = LATER, retry_after: float | None = None
) -> datetime | None:
    return retry_at(NOW, failures, first_delay=5.0, max_attempts=max_attempts, deadline=deadline, retry_after=retry_after)


def seconds(when: datetime | None) -> float:
    assert when is not None
    return (when - NOW).total_seconds()


def test_each_failure_doubles_the_delay_up_to_an_hour() -> None:
    assert [seconds(again(failures)) for failures in (1, 2, 3, 4)] == [5, 10, 20, 40]
    assert seconds(again(15)) == MAX_RETRY_DELAY


def test_the_last_attempt_is_final() -> None:
    assert again(3, max_attempts=4) is not None
    assert again(4, max_attempts=4) is None
    assert again(5, max_attempts=4) is None


def test_what_the_remote_asks_for_counts_if_it_is_longer() -> None:
    assert seconds(again(1, retry_after=120.0)) == 120
    assert seconds(again(3, retry_after=1.0)) == 20


def test_nothing_is_tried_after_the_deadline() -> None:
    assert again(1, deadline=NOW + timedelta(seconds=6)) is not None
    assert again(1, deadline=NOW + timedelta(seconds=5)) is None
    assert again(1, retry_after=90_000.0) is None


@pytest.mark.parametrize("retry_after", [1e12, 1e300, float("inf")])
def test_a_remote_that_asks_for_ages_is_not_tried_again(retry_after: float) -> None:
    assert again(1, retry_after=retry_after) is None


def test_any_number_of_attempts_may_be_allowed() -> None:
    assert seconds(again(2000, max_attempts=10_000)) == MAX_RETRY_DELAY


@given(st.integers(1, 60), st.one_of(st.none(), st.floats(0, 1e6)))
def test_a_retry_lies_between_now_and_the_deadline(failures: int, retry_after: float | None) -> None:
    when = again(failures, max_attempts=100, retry_after=retry_after)

    assert when is None or NOW < when < LATER


# when a job is over


@pytest.mark.parametrize("gather", ["waiting", "running"])
def test_a_job_goes_on_while_it_is_gathered(gather: str) -> None:
    assert job_outcome(Progress(gather, complete=False, objects=0)) is None


def test_a_job_goes_on_until_every_object_has_an_outcome() -> None:
    counts = {"added": 1, "updated": 1, "unchanged": 1, "deleted": 1, "errored": 1, "skipped": 1}

    assert job_outcome(Progress("finished", complete=True, objects=7, **counts)) is None
    assert job_outcome(Progress("finished", complete=True, objects=6, **counts)) == "finished"


def test_an_empty_job_is_over_at_once() -> None:
    assert job_outcome(Progress("finished", complete=True, objects=0)) == "finished"


def test_a_job_whose_gather_failed_has_failed_once_its_objects_are_done() -> None:
    assert job_outcome(Progress("finished", complete=False, objects=1)) is None
    assert job_outcome(Progress("finished", complete=False, objects=1, added=1)) == "failed"


def test_counts_are_in_the_words_of_ckanext_harvest() -> None:
    progress = Progress("finished", True, 9, 1, 2, 3, 4, 5, 6, pages_unchanged=70, gather_errors=800)

    assert progress.counts == {"added": 1, "updated": 2, "not modified": 79, "deleted": 4, "errored": 805}


# what takes workers down
