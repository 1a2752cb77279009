"""Which sources need a person, and what is said about them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.health import disk_problem
from domain.schedules import Schedule
from domain.source_health import SourceFacts, source_health, source_problems, troubles

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def source(**changes: Any) -> SourceFacts:
    good = SourceFacts(
        "1", "city", NOW - 900 * DAY, NOW - DAY / 2, True, "finished", "harvest", done=10, errored=0, datasets=100
    )
    return good._replace(**changes)


def scheduled(frequency: str = "MANUAL", cron: str = "") -> Schedule:
    return Schedule(UUID(int=7), frequency, cron, "", "", False)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"outcome": "failed"}, ["failing"]),
        ({"errored": 3}, []),
        ({"errored": 3, "done": 0}, ["failing"]),
        ({"outcome": "aborted"}, []),
        ({"last_success": None, "outcome": "failed"}, ["failing", "never_succeeded"]),
        ({"ended": False, "outcome": "", "last_success": None}, []),
        ({"deleted": 20, "datasets": 80}, []),
        ({"deleted": 21, "datasets": 79}, ["shrunk"]),
        ({"deleted": 100, "datasets": 0}, ["shrunk"]),
        ({"deleted": 100, "datasets": 0, "kind": "clear"}, []),
    ],
)
def test_a_source_needs_a_person_when_its_last_job_went_wrong(changes: dict[str, Any], found: list[str]) -> None:
    assert troubles(source(**changes), NOW, 20.0) == found


@pytest.mark.parametrize(
    ("schedule", "days", "overdue"),
    [
        (None, 800, False),
        (scheduled("MANUAL"), 800, False),
        (scheduled("DAILY"), 1.9, False),
        (scheduled("DAILY"), 2.1, True),
        (scheduled("WEEKLY"), 13, False),
        (scheduled("WEEKLY"), 15, True),
        (scheduled("BIWEEKLY"), 29, True),
        (scheduled("MONTHLY"), 61, False),
        (scheduled("MONTHLY"), 63, True),
        (scheduled("ALWAYS"), 0.2, True),
        (scheduled(cron="0 3 * * *"), 1.9, False),
        (scheduled(cron="0 3 * * *"), 2.1, True),
        (scheduled(cron="0 3 * * 1-5"), 5, False),  # over a weekend it is three days from slot to slot
        (scheduled(cron="0 3 * * 1-5"), 6.1, True),
    ],
)
def test_a_source_is_overdue_after_two_periods_without_a_job_that_went_well(
    schedule: Schedule | None, days: float, overdue: bool
) -> None:
    late = source(schedule=schedule, last_success=NOW - days * DAY)

    assert (troubles(late, NOW, 20.0) == ["overdue"]) == overdue


def test_a_new_source_is_overdue_when_it_was_never_harvested_for_two_periods() -> None:
    new = source(schedule=scheduled("DAILY"), ended=False, last_success=None, outcome="")

    assert troubles(new._replace(created=NOW - DAY), NOW, 20.0) == []
    assert troubles(new._replace(created=NOW - 3 * DAY), NOW, 20.0) == ["overdue"]


def test_a_sentence_counts_names_and_says_how_to_see_them() -> None:
    failing = [source(id=str(number), name=f"s{number}", outcome="failed") for number in range(7)]

    sentences = source_problems(source_health([*failing, source(deleted=90, datasets=10, name="small")], NOW, 20.0))

    assert sentences == [
        "7 sources failed at their last jobs (s0, s1, s2, s3, s4, …): see `harvester sources --failing`",
        "1 source lost many datasets at its last job (small): see `harvester sources --shrunk`",
    ]


def test_sources_of_two_troubles_have_both() -> None:
    both = source(name="both", outcome="failed", last_success=None)

    health = source_health([both, source(name="one", outcome="failed"), source()], NOW, 20.0)

    assert [found.name for found in health.of("failing", "never_succeeded")] == ["both"]
    assert [found.name for found in health.of("failing")] == ["both", "one"]


@pytest.mark.parametrize(
    ("free", "total", "full"),
    [(5 * 10**8, 10**10, True), (5 * 10**9, 10**12, True), (5 * 10**9, 2 * 10**10, False), (10**11, 10**13, False)],
)
def test_a_disk_is_nearly_full(free: int, total: int, full: bool) -> None:
    assert bool(disk_problem("/data", free, total)) == full


@pytest.mark.parametrize(
    ("free", "total", "said"),
    [
        (5 * 10**9, 10**12, "5 GB left of 1000 GB"),
        (7 * 10**7, 126 * 10**6, "0.07 GB left of 0.13 GB"),
        (0, 10**11, "0 GB left"),
    ],
)
def test_a_small_disk_is_told_with_its_size(free: int, total: int, said: str) -> None:
    assert disk_problem("/data", free, total).startswith(f"The disk of /data has {said}")
