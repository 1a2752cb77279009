"""Which sources need a person: a pure decision over what is known of each. Times are aware UTC."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.schedules import KnownSlots, Schedule

FAILING, OVERDUE, NEVER, SHRUNK = TROUBLES = ("failing", "overdue", "never_succeeded", "shrunk")
PERIODS = {"ALWAYS": 1.0, "DAILY": 24.0, "WEEKLY": 168.0, "BIWEEKLY": 336.0, "MONTHLY": 744.0}
"""Hours between two jobs at most."""
LATE = 2  # periods without a job that went well
LATE_AFTER = {frequency: LATE * timedelta(hours=hours) for frequency, hours in PERIODS.items()}
SHORTEST = LATE_AFTER["ALWAYS"]
GAPS = 7  # between slots of a cron expression that are looked at
NAMED = 5  # sources that a sentence names
SENTENCES = {
    FAILING: ("failed at its last job", "failed at their last jobs"),
    OVERDUE: (
        f"was not harvested for {LATE} periods of its schedule",
        f"were not harvested for {LATE} periods of their schedules",
    ),
    NEVER: ("was never harvested with success", "were never harvested with success"),
    SHRUNK: ("lost many datasets at its last job", "lost many datasets at their last jobs"),
}
OPTIONS = {FAILING: "--failing", OVERDUE: "--overdue", NEVER: "--never-succeeded", SHRUNK: "--shrunk"}


class SourceFacts(NamedTuple):
    """What is known of a source. `schedule` None: only people start its harvests, or it is paused; its `source_id` is not used.

    `last_success`: of the last job that went well; None: none has. `ended`: whether any job has. `outcome`, `kind`, `done`,
    `errored`, `deleted` are of the last job that has ended; `done`: records that went well.
    """

    id: str
    name: str
    created: datetime
    last_success: datetime | None = None
    ended: bool = False
    outcome: str = ""
    kind: str = ""
    done: int = 0
    errored: int = 0
    deleted: int = 0
    datasets: int = 0
    schedule: Schedule | None = None


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """The troubles of all sources: sources by trouble."""

    by_trouble: dict[str, list[SourceFacts]] = field(default_factory=dict)

    def of(self, *troubles: str) -> list[SourceFacts]:
        """Sources with all of these troubles."""
        first, *others = (self.by_trouble.get(trouble, []) for trouble in troubles)
        return [source for source in first if all(source in other for other in others)]


def source_health(sources: Iterable[SourceFacts], now: datetime, shrunk_percent: float) -> SourceHealth:
    """Which sources have which troubles, in the order given."""
    by_trouble: dict[str, list[SourceFacts]] = {trouble: [] for trouble in TROUBLES}
    slots = KnownSlots()
    for source in sources:
        for trouble in troubles(source, now, shrunk_percent, slots):
            by_trouble[trouble].append(source)
    return SourceHealth(by_trouble)


def troubles(source: SourceFacts, now: datetime, shrunk_percent: float, slots: KnownSlots | None = None) -> list[str]:
    """What is wrong with a source; `slots` remembers those of other sources."""
    causes = []
    if source.outcome == "failed" or (source.errored and not source.done):
        causes.append(FAILING)
    if is_overdue(source, now, slots or KnownSlots()):
        causes.append(OVERDUE)
    if source.ended and source.last_success is None:
        causes.append(NEVER)
    before = source.datasets + source.deleted
    if source.kind == "harvest" and source.deleted * 100 > shrunk_percent * before:
        causes.append(SHRUNK)
    return causes


def is_overdue(source: SourceFacts, now: datetime, slots: KnownSlots) -> bool:
    """Whether no job went well for more than two periods of the schedule.

    A cron expression's period is the longest of a few gaps between the slots after the last success.
    """
    schedule = source.schedule
    if schedule is None:
        return False
    since = source.last_success or source.created
    without = now - since
    if without < SHORTEST:
        return False
    if schedule.cron:
        return without > LATE * (slots.longest_gap(schedule, since, GAPS) or timedelta.max / (LATE + 1))
    limit = LATE_AFTER.get(schedule.frequency)  # MANUAL has none
    return limit is not None and without > limit


def source_problems(health: SourceHealth) -> list[str]:
    """A sentence for each trouble that some source has."""
    return [_sentence(trouble, sources) for trouble, sources in health.by_trouble.items() if sources]


def _sentence(trouble: str, sources: Sequence[SourceFacts]) -> str:
    singular, plural = SENTENCES[trouble]
    names = ", ".join(source.name for source in sources[:NAMED]) + (", …" if len(sources) > NAMED else "")
    subject = f"1 source {singular}" if len(sources) == 1 else f"{len(sources):,} sources {plural}"
    return f"{subject} ({names}): see `harvester sources {OPTIONS[trouble]}`"
