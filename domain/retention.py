"""Which jobs' objects may be removed: a pure rule. What a dataset stands on never goes, whatever its job."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID


@dataclass(frozen=True, slots=True)
class EndedJob:
    """A job that has ended, and when, by the database's clock.

    `version` is that of its source's stream then, `number` that of the event in the log.
    """

    job_id: UUID
    ended: datetime
    version: int
    number: int


def expired(jobs: Sequence[EndedJob], now: datetime, *, days: float, keep: int) -> list[EndedJob]:
    """Those of a source's ended jobs, in order, that are older than that many days and not among the last `keep`.

    No days (0): none ever is.
    """
    if not days:
        return []
    cutoff = now - timedelta(days=days)
    return [job for job in jobs[: max(0, len(jobs) - keep)] if job.ended < cutoff]
