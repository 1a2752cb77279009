"""When sources are harvested by themselves: slots, blackout windows, next runs. Pure rules; the clock is handed in.

A slot is an instant that follows from a source's settings and its id alone, so it doesn't drift, and everybody computes the
same one. Frequencies give each source a time of day (and a day) of its own, from its id: 800 daily sources are spread over
the day. A cron expression gives the minute that it says; a site may let its jobs start up to some minutes later, each source
by a number of its own. Wall times are those of the source's time zone. A wall time that a
change of clocks leaves out is taken an hour later, one that comes twice counts once; what a cron expression says by the hour
or by the minute goes on through both.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import islice, pairwise
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo, available_timezones

from domain.blackouts import Windows, parse_windows
from domain.nearest import did_you_mean

FREQUENCIES = ("MANUAL", "MONTHLY", "WEEKLY", "BIWEEKLY", "DAILY", "ALWAYS")
ALWAYS_EVERY = 900  # seconds: how often ckanext-harvest's `run` comes by
DAY = 86_400  # seconds
HOUR = timedelta(hours=1)
NO_SOURCE = UUID(int=0)  # of a schedule whose slots don't depend on the source
LONGEST = 45  # days that may lie between two slots of a frequency
SPREAD = 3600  # seconds over which sources start after a time in which none of them might
LOOK_BACK = [HOUR * 8**step for step in range(7)]  # up to 30 years
PERIODS = {"DAILY": 1, "WEEKLY": 7, "BIWEEKLY": 14}  # days


class ScheduleError(ValueError):
    """A setting of a schedule that can't be used; says why."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """What decides about a source's slots. `fresh`: no job of it was ever started."""

    source_id: UUID
    frequency: str = "MANUAL"
    cron: str = ""  # in place of the frequency
    time_zone: str = ""  # IANA name; empty: UTC
    blackout: str = ""
    fresh: bool = False

    @property
    def scheduled(self) -> bool:
        """Whether its jobs ever start by themselves."""
        return bool(self.cron) or self.frequency != "MANUAL"


@dataclass(frozen=True, slots=True)
class Plan:
    """The next slot, and when its job may start; None: nothing is planned."""

    slot: datetime | None = None
    start: datetime | None = field(default=None)


def plan(schedule: Schedule, after: datetime, now: datetime, jitter: float = 0.0) -> Plan:
    """The newest slot that was missed since `after`, which is caught up once, or else the next one.

    `jitter`: seconds over which the starts of one cron expression's jobs are spread.
    """
    slot = latest_slot(schedule, after, now) or next_slot(schedule, max(after, now))
    if slot is None:
        return Plan()
    start = may_start(schedule, slot + _delay(schedule, slot, jitter))
    return Plan(slot, start if start >= now else may_start(schedule, now))


def job_id(source_id: UUID, slot: datetime) -> UUID:
    """The id of a slot's job: the same whoever makes it."""
    return uuid5(source_id, f"slot {slot.astimezone(UTC).isoformat(timespec='seconds')}")


def is_slot(schedule: Schedule, instant: datetime) -> bool:
    """Whether an instant is one of the schedule's slots."""
    return next_slot(schedule, instant - timedelta(seconds=1)) == instant


def next_slot(schedule: Schedule, after: datetime) -> datetime | None:
    """The first slot after an instant (aware UTC); None: there will be none."""
    return next(_slots(schedule, after), None)


def latest_slot(schedule: Schedule, after: datetime, now: datetime) -> datetime | None:
    """The last slot after `after` that is not later than `now`; None: there was none."""
    if not schedule.scheduled:
        return None
    for back in LOOK_BACK:
        start = max(after, now - back)
        latest = None
        for slot in _slots(schedule, start):
            if slot > now:
                break
            latest = slot
        if latest is not None or start == after:
            return latest
    return None


def _delay(schedule: Schedule, slot: datetime, jitter: float) -> timedelta:
    """A source's own part of the jitter, less than the time until its next slot: else that one would always come first."""
    if not schedule.cron or jitter < 1:
        return timedelta()
    longest = int(jitter)
    if following := next_slot(schedule, slot):
        longest = min(longest, int((following - slot).total_seconds()))
    return timedelta(seconds=_own_number(schedule.source_id) % longest)


def may_start(schedule: Schedule, instant: datetime) -> datetime:
    """When a job that is due may start: at once, or some time of the source's own after the blackout that it falls into."""
    windows = windows_of(schedule)
    free = windows.free_from(instant)
    if free == instant:
        return instant
    return windows.free_from(free + timedelta(seconds=_own_number(schedule.source_id) % SPREAD))


def windows_of(schedule: Schedule) -> Windows:
    """The blackout windows of a schedule."""
    return parse_windows(schedule.blackout, zone_of(schedule.time_zone))


def check(schedule: Schedule) -> dict[str, str]:
    """What is wrong with a schedule, by field."""
    errors: dict[str, str] = {}
    try:
        zone = zone_of(schedule.time_zone)
    except ScheduleError as error:
        return {"time_zone": str(error)}
    try:
        parse_windows(schedule.blackout, zone)
    except ValueError as error:
        errors["blackout"] = str(error)
    if schedule.cron:
        try:
            _check_cron(schedule)
        except ScheduleError as error:
            errors["cron"] = str(error)
    return errors


def _check_cron(schedule: Schedule) -> None:
    from cronsim import CronSimError

    example = "write minute, hour, day of month, month and day of week, for example `30 2 * * 1-5`"
    if len(schedule.cron.split()) != 5:
        raise ScheduleError(f"Cron expression {schedule.cron} must have five fields: {example}")
    try:
        slot = next_slot(schedule, datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        raise ScheduleError(f"Cron expression {schedule.cron} not understood ({error}): {example}") from error
    if slot is None:
        raise ScheduleError(f"Cron expression {schedule.cron} names no date that ever comes")


@lru_cache(maxsize=600)
def zone_of(name: str) -> tzinfo:
    """A time zone by its IANA name. Raises ScheduleError."""
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        near = did_you_mean(name, available_timezones())
        raise ScheduleError(f"Time zone {name} not known{near}: use a name such as Europe/Berlin or UTC") from error


def _slots(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    """All slots after an instant, in order, in UTC."""
    if schedule.cron:
        return _by_cron(schedule, after)
    if schedule.frequency == "ALWAYS":
        return _always(schedule, after)
    return _by_day(schedule, after) if schedule.scheduled else iter(())


def _by_cron(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    from cronsim import CronSim

    last = after.astimezone(UTC)
    # One minute earlier, since it counts from whole minutes
    for local in CronSim(schedule.cron, (last - timedelta(minutes=1)).astimezone(zone_of(schedule.time_zone))):
        if (slot := local.astimezone(UTC)) > last:
            yield slot
            last = slot


@lru_cache(maxsize=10_000)
def _of_the_hour(cron: str, time_zone: str, begun: datetime) -> tuple[datetime, ...]:
    """The slots of a cron expression in the hour after a time, and the next one: whoever asks for them asks again soon."""
    slots: list[datetime] = []
    for slot in _by_cron(Schedule(NO_SOURCE, cron=cron, time_zone=time_zone), begun):
        slots.append(slot)
        if slot >= begun + HOUR:
            break
    return tuple(slots)


def _always(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    own = _own_number(schedule.source_id) % ALWAYS_EVERY
    turn = (int(after.timestamp()) - own) // ALWAYS_EVERY
    while True:
        slot = datetime.fromtimestamp(turn * ALWAYS_EVERY + own, UTC)
        if slot > after:
            yield slot
        turn += 1


def _by_day(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    """A source that was never harvested has its first slot within a day, however rare its slots are."""
    zone = zone_of(schedule.time_zone)
    moment = datetime.fromtimestamp(_own_number(schedule.source_id) % DAY, UTC).time()
    first = after.astimezone(zone).date() - timedelta(days=1)
    for ordinal in range(first.toordinal(), date.max.toordinal()):
        day = date.fromordinal(ordinal)
        if (schedule.fresh or _is_its_day(schedule, day)) and (slot := _instant(day, moment, zone)) > after:
            yield slot


def _is_its_day(schedule: Schedule, day: date) -> bool:
    own = _own_number(schedule.source_id) // DAY
    if schedule.frequency == "MONTHLY":
        return day.day == own % 28 + 1
    period = PERIODS[schedule.frequency]
    return (day.toordinal() - own) % period == 0


def _instant(day: date, moment: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, moment, zone).astimezone(UTC)


@lru_cache(maxsize=10_000)
def _own_number(source_id: UUID) -> int:
    return uuid5(source_id, "slot").int


def first_slots(schedule: Schedule, after: datetime, count: int) -> list[datetime]:
    """The next slots, for people who want to see what a schedule means."""
    return list(islice(_slots(schedule, after), count))


class KnownSlots:
    """Slots of cron expressions, each found once: for a look at hundreds of schedules with a few expressions."""

    def __init__(self) -> None:
        self._spans: dict[tuple[str, str], tuple[list[datetime], list[datetime]]] = {}  # starts, and the slot that follows
        self._gaps: dict[tuple[str, str, datetime, int], timedelta | None] = {}

    def first(self, schedule: Schedule, after: datetime, count: int) -> list[datetime]:
        """As `first_slots`, of a schedule with a cron expression."""
        slots: list[datetime] = []
        while len(slots) < count and (slot := self._next(schedule, slots[-1] if slots else after)) is not None:
            slots.append(slot)
        return slots

    def longest_gap(self, schedule: Schedule, after: datetime, count: int) -> timedelta | None:
        """The longest of so many gaps between the slots after a time; None: there is none."""
        first = self._next(schedule, after)
        if first is None:
            return None
        key = (schedule.cron, schedule.time_zone, first, count)
        if key not in self._gaps:
            slots = [first, *self.first(schedule, first, count)]
            self._gaps[key] = max((later - earlier for earlier, later in pairwise(slots)), default=None)
        return self._gaps[key]

    def _next(self, schedule: Schedule, after: datetime) -> datetime | None:
        starts, ends = self._spans.setdefault((schedule.cron, schedule.time_zone), ([], []))
        place = bisect_right(starts, after)
        if place and after < ends[place - 1]:
            return ends[place - 1]
        begun = after.replace(minute=0, second=0, microsecond=0)  # others ask for a time a little earlier
        for slot in _of_the_hour(schedule.cron, schedule.time_zone, begun):
            if slot > after:
                starts.insert(place, begun)
                ends.insert(place, slot)
                return slot
            begun = slot
        return None
