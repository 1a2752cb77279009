"""How busy was each hour at each source? Folds jobs into hours; times are UTC without zone, as the read model has them.

A job counts in every hour in which it ran.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

HOUR = timedelta(hours=1)


class Run(NamedTuple):
    """A job, and when it ran within the period that is looked at."""

    job_id: str
    source_id: str
    source: str  # by name
    begun: datetime
    ended: datetime
    failed: bool
    errors: int


@dataclass(slots=True)
class Cell:
    """An hour of a source. `busy`: seconds that its jobs ran in it, added up."""

    jobs: int = 0
    failed: int = 0
    with_errors: int = 0  # and did not fail
    busy: float = 0.0
    job_id: str = ""  # the newest one


@dataclass(slots=True)
class SourceHours:
    """A source in the period."""

    source_id: str
    source: str
    jobs: int = 0
    failed: int = 0
    with_errors: int = 0
    errors: int = 0
    busy: float = 0.0
    hours: dict[datetime, Cell] = field(default_factory=dict)

    @property
    def badness(self) -> tuple[int, int, int, float, str]:
        """Sorts sources, the worst first."""
        return -self.failed, -self.with_errors, -self.errors, -self.busy, self.source

    def add(self, run: Run) -> None:
        """Count a job, and in each hour in which it ran."""
        ended = max(run.begun, run.ended)
        flawed = run.errors > 0 and not run.failed
        self.jobs += 1
        self.failed += run.failed
        self.with_errors += flawed
        self.errors += run.errors
        self.busy += (ended - run.begun).total_seconds()
        hour = run.begun.replace(minute=0, second=0, microsecond=0)
        self._add(hour, run, ended, flawed=flawed)
        while (hour := hour + HOUR) < ended:
            self._add(hour, run, ended, flawed=flawed)

    def _add(self, hour: datetime, run: Run, ended: datetime, *, flawed: bool) -> None:
        cell = self.hours.setdefault(hour, Cell())
        cell.jobs += 1
        cell.failed += run.failed
        cell.with_errors += flawed
        cell.busy += max(0.0, (min(ended, hour + HOUR) - max(run.begun, hour)).total_seconds())
        cell.job_id = run.job_id


def worst_first(runs: Iterable[Run]) -> Sequence[SourceHours]:
    """Sources with their hours, those with most failures first; `runs` come oldest first."""
    sources: dict[str, SourceHours] = {}
    for run in runs:
        sources.setdefault(run.source_id, SourceHours(run.source_id, run.source)).add(run)
    return sorted(sources.values(), key=lambda source: source.badness)
