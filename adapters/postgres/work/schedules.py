"""Which scheduled jobs are due, and what is paused: tables ops.schedule and ops.pause."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from urllib.parse import urlsplit
from uuid import UUID

from adapters.postgres.database import Database
from adapters.postgres.read_state import RAISE
from domain.schedules import Schedule

ROW: LiteralString = """
    source_id, frequency, cron, time_zone, blackout, fresh, url, active, paused, paused_until, after, due_at
"""
UNPLANNED: LiteralString = f"SELECT {ROW} FROM ops.schedule WHERE NOT planned LIMIT %(limit)s"
DUE: LiteralString = f"""
    SELECT {ROW} FROM ops.schedule WHERE planned AND NOT running AND due_at <= %(now)s AND source_id <> ALL (%(but)s)
    ORDER BY due_at LIMIT %(limit)s
"""
OF_SOURCES: LiteralString = f"SELECT {ROW} FROM ops.schedule WHERE source_id = ANY (%(ids)s)"
PLAN: LiteralString = f"""
    WITH raised AS ({RAISE})
    UPDATE ops.schedule SET after = %(after)s, due_at = %(due)s, planned = true
    WHERE source_id = %(source)s AND after = %(before)s
"""
TURN_BACK: LiteralString = """
    UPDATE ops.schedule SET after = %(now)s, planned = false WHERE after > %(now)s + interval '5 seconds' RETURNING source_id
"""
STIRS: LiteralString = """
    SELECT EXISTS (SELECT FROM ops.schedule WHERE NOT planned)
        OR EXISTS (SELECT FROM ops.schedule WHERE planned AND NOT running AND due_at <= %(now)s)
        OR EXISTS (SELECT FROM ops.schedule WHERE after > %(now)s + interval '5 seconds'),
    (
        SELECT extract(epoch FROM due_at - %(now)s)::float8 FROM ops.schedule
        WHERE planned AND NOT running AND due_at > %(now)s ORDER BY due_at LIMIT 1
    )
"""
PAUSES: LiteralString = """
    SELECT scope, name, until, since, by FROM ops.pause WHERE until IS NULL OR until > %(now)s ORDER BY scope, name
"""
PAUSE: LiteralString = """
    INSERT INTO ops.pause (scope, name, until, by) VALUES (%(scope)s, %(name)s, %(until)s, %(by)s)
    ON CONFLICT (scope, name) DO UPDATE SET until = EXCLUDED.until, by = EXCLUDED.by
"""
RESUME: LiteralString = """
    DELETE FROM ops.pause WHERE scope = %(scope)s AND name = %(name)s RETURNING until IS NULL OR until > clock_timestamp()
"""
PAUSED_SOURCES: LiteralString = """
    SELECT source_id, paused_until FROM ops.schedule
    WHERE paused AND (paused_until IS NULL OR paused_until > %(now)s) ORDER BY source_id
"""
NOW: LiteralString = "SELECT clock_timestamp()"


@dataclass(frozen=True, slots=True)
class Pause:
    """Something that a person has paused: `all`, a `host` by name, or the `target`. `until` None: until it is resumed."""

    scope: str
    name: str
    until: datetime | None
    since: datetime
    by: str

    def holds(self, url: str) -> bool:
        """Whether jobs of a source at this address must not start."""
        return self.scope != "host" or self.name == host_of(url)


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A source's schedule and how far it is. `after`: slots up to here are done with."""

    schedule: Schedule
    url: str
    active: bool
    paused: bool
    paused_until: datetime | None
    after: datetime
    due_at: datetime | None

    @property
    def source_id(self) -> UUID:
        """The source."""
        return self.schedule.source_id


class Schedules:
    """The rows of all sources' schedules, and pauses of the site."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def now(self) -> datetime:
        """The database's clock."""
        now: datetime = self._database.query(NOW)[0][0]
        return now

    def stirs(self, now: datetime) -> tuple[bool, float]:
        """Whether a schedule has changed, is due, or was moved too far: in one look, since nearly always there is nothing.

        And seconds until the next one is due, infinite when none is.
        """
        [(stirs, seconds)] = self._database.query(STIRS, now=now)
        return bool(stirs), math.inf if seconds is None else seconds

    def unplanned(self, limit: int) -> list[Scheduled]:
        """Schedules that have changed since `plan` was called for them."""
        return [_scheduled(*row) for row in self._database.query(UNPLANNED, limit=limit)]

    def due(self, now: datetime, limit: int, but: Sequence[UUID] = ()) -> list[Scheduled]:
        """Schedules whose next job may start, and whose source has no job that runs; the longest due first."""
        return [_scheduled(*row) for row in self._database.query(DUE, now=now, limit=limit, but=list(but))]

    def of(self, ids: Sequence[UUID]) -> dict[UUID, Scheduled]:
        """The schedules of sources."""
        rows = [_scheduled(*row) for row in self._database.query(OF_SOURCES, ids=list(ids))]
        return {row.source_id: row for row in rows}

    def plan(self, row: Scheduled, after: datetime, due_at: datetime | None) -> None:
        """Note when the next job may start; without effect when the schedule has moved on since `row` was read."""
        self._database.query(PLAN, source=row.source_id, before=row.after, after=after, due=due_at)

    def turn_back(self, now: datetime) -> int:
        """Count slots from `now` on for schedules that a fast clock moved too far; how many there were."""
        return len(self._database.query(TURN_BACK, now=now))

    def pauses(self, now: datetime) -> list[Pause]:
        """What is paused for the site, a host or the target."""
        return [Pause(*row) for row in self._database.query(PAUSES, now=now)]

    def paused_sources(self, now: datetime) -> list[tuple[UUID, datetime | None]]:
        """Sources that are paused themselves, and until when."""
        return [(source, until) for source, until in self._database.query(PAUSED_SOURCES, now=now)]

    def pause(self, scope: str, name: str, until: datetime | None, by: str) -> None:
        """Pause `all`, a `host` or the `target`; a second call sets another end."""
        self._database.query(PAUSE, scope=scope, name=name, until=until, by=by)

    def resume(self, scope: str, name: str) -> bool:
        """End a pause; False when there was none, or it was over already."""
        return any(lasting for (lasting,) in self._database.query(RESUME, scope=scope, name=name))


def host_of(url: str) -> str:
    """The host of an address, in lower case; empty when there is none."""
    return (urlsplit(url).hostname or "").lower()


def _scheduled(
    source_id: UUID,
    frequency: str,
    cron: str,
    time_zone: str,
    blackout: str,
    fresh: bool,
    url: str,
    active: bool,
    paused: bool,
    paused_until: datetime | None,
    after: datetime,
    due_at: datetime | None,
) -> Scheduled:
    schedule = Schedule(source_id, frequency, cron, time_zone, blackout, fresh)
    return Scheduled(schedule, url, active, paused, paused_until, after, due_at)
