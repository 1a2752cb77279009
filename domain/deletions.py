"""When may datasets that their remote no longer has be deleted without asking a person?

Pure rules. A policy is part of a source's configuration, whatever its harvester is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.text import counted

PERCENT, COUNT, GRACE = "hold_deletions_percent", "hold_deletions_count", "deletion_grace_days"
OPTIONS = (PERCENT, COUNT, GRACE)
"""Names in a source's configuration."""
HELD = "held"
"""Outcome of a job that held deletions, and the reason why their objects were skipped."""
RETURNED = "returned"
"""What became of a dataset that was hidden, and that a later job brought back before it was deleted."""
REMOVAL = "removal"
"""Kind of the job that carries out deletions that a person approved, or those of hidden datasets whose time is over."""
EXPIRED = "expired"
"""Option of the latter: the time (ISO 8601) by which their grace period was over."""
HIDDEN_PACKAGE, HIDDEN_TITLE = "hidden_package_id", "hidden_title"
"""Extras of the object that deletes a hidden dataset: its source no longer holds it, so nothing else tells its package."""
MAX_DAYS = 3650
CLEAR = "clear"
"""Kind of the job that deletes all datasets of a source."""
KEEP, RELEASE, DELETE = "keep", "release", "delete"
FATES = (KEEP, RELEASE, DELETE)
"""What becomes of the datasets of a source that is removed: they stay and belong to it for ever; they stay, and a source that
is entered again at its address takes them over; they are deleted first."""
FATE_SAID = {KEEP: "its datasets were kept", RELEASE: "its datasets were released", DELETE: "its datasets were deleted"}


@dataclass(frozen=True, slots=True)
class DeletionPolicy:
    """A job holds its deletions when they are more than `count` and more than `percent` of what the source holds."""

    percent: float = 20.0
    count: int = 10
    grace_days: float = 0.0  # for which a dataset is hidden before it is deleted

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "DeletionPolicy":
        """The policy of a source's configuration. Raises ValueError that names the option."""
        percent, count = config.get(PERCENT, cls().percent), config.get(COUNT, cls().count)
        if isinstance(percent, bool) or not isinstance(percent, int | float) or not 0 <= percent <= 100:
            raise ValueError(f"{PERCENT} must be a number from 0 to 100")
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise ValueError(f"{COUNT} must be a whole number, 0 or more")
        return cls(float(percent), count, grace_days(config))

    def limit(self, held: int, *, taken_over: bool) -> int:
        """How many of `held` datasets one job may delete without asking.

        None in the first full run of a source that was taken over: what it holds came from elsewhere, under guids that this
        harvester may spell in another way.
        """
        return 0 if taken_over else max(self.count, int(held * self.percent / 100))


def grace_days(config: Mapping[str, Any]) -> float:
    """For how many days a dataset is hidden before it is deleted; 0: it is deleted at once. Raises ValueError."""
    days = config.get(GRACE, 0)
    if isinstance(days, bool) or not isinstance(days, int | float) or not 0 <= days <= MAX_DAYS:
        raise ValueError(f"{GRACE} must be a number of days from 0 to {MAX_DAYS}")
    return float(days)


def what_became(removed: str | None, state: str, report_status: str | None, job_status: str | None) -> str:
    """What became of a dataset that was to go, in one word for people; the columns of an object and of its job."""
    if removed:
        return removed
    if state == "ERROR":
        return "failed"
    if state != "COMPLETE":
        return "aborted" if job_status == "Aborted" else "waiting"
    return "deleted" if report_status == "deleted" else "left"  # it had come back, or it was never there


def held_problems(jobs: Sequence[Mapping[str, Any]], *, more: bool) -> list[str]:
    """What a person has to decide: jobs with id, source, held and held_of; `more`: there are others."""
    lines = [
        f"Job {job['id']} of source {job['source']} holds {_of(job['held'], job['held_of'])}: see "
        f"`harvester deletions {job['id']}`, then `harvester approve {job['id']}` or `harvester reject {job['id']}`"
        for job in jobs
    ]
    return [*lines, "Further jobs hold deletions: see `harvester deletions`"] if more else lines


def _of(held: int, datasets: int | None) -> str:
    count = counted(held, "deletion")
    return f"{count} (it has {counted(datasets, 'dataset')})" if datasets else count
