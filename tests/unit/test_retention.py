"""Which jobs are old: never the last ones of a source, never any without a limit in days."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from domain.retention import EndedJob, expired

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


def ended(*days_ago: float) -> list[EndedJob]:
    return [EndedJob(uuid4(), NOW - timedelta(days=days), n, n) for n, days in enumerate(days_ago, 1)]


@pytest.mark.parametrize(
    ("days_ago", "days", "keep", "old"),
    [
        ((400, 380, 3, 2), 365, 2, 2),
        ((400, 390, 380), 365, 2, 1),  # the last two stay however old they are
        ((400, 390), 365, 2, 0),
        ((400, 390, 380), 365, 0, 3),
        ((400, 390, 380), 0, 0, 0),
        ((364.9, 2, 1), 365, 2, 0),
        ((), 365, 2, 0),
    ],
)
def test_jobs_older_than_the_limit_are_old_but_for_the_last_ones(
    days_ago: tuple[float, ...], days: float, keep: int, old: int
) -> None:
    jobs = ended(*days_ago)

    assert expired(jobs, NOW, days=days, keep=keep) == jobs[:old]
