"""Breakers of remote hosts and of the target, and the jobs that they and pauses hold: tables ops.breaker and ops.pause."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from adapters.postgres.database import Database
from domain.breakers import CALM, Dispatchable, Stop, held_jobs, probe_wait

WAITS = [probe_wait(0, openings) for openings in range(8)]

STATE = """
    SELECT failures, opened_at IS NOT NULL, reason, greatest(0, extract(epoch FROM probe_at - clock_timestamp()))::float8
    FROM ops.breaker WHERE scope = %(scope)s AND name = %(name)s
"""
NOTE = """
    SELECT ops.note_outcomes(%(scope)s, %(name)s, %(succeeded)s, %(failed)s, %(reason)s, %(url)s, %(most)s,
        %(waits)s::float8[], %(calm)s)
"""
OPEN = """
    SELECT scope, name, failures, reason, url, opened_at, probe_at, probes, openings FROM ops.breaker
    WHERE opened_at IS NOT NULL AND probe_at <= coalesce(%(due)s, 'infinity'::timestamptz) ORDER BY probe_at LIMIT %(limit)s
"""
MAY_OPEN = """
    SELECT EXISTS (SELECT FROM ops.job_progress) OR EXISTS (SELECT FROM ops.breaker WHERE opened_at IS NOT NULL)
"""
CLOSE = """
    UPDATE ops.breaker SET opened_at = NULL, probe_at = NULL, failures = 0, closed_at = clock_timestamp()
    WHERE scope = %(scope)s AND name = %(name)s
"""
WAIT = """
    UPDATE ops.breaker SET probes = probes + 1, reason = %(reason)s,
        probe_at = clock_timestamp() + make_interval(secs => %(wait)s)
    WHERE scope = %(scope)s AND name = %(name)s
"""
FORGET = "DELETE FROM ops.breaker WHERE opened_at IS NULL AND changed_at < now() - interval '1 day'"
STOPS = """
    SELECT scope, name, true FROM ops.breaker WHERE opened_at IS NOT NULL
    UNION ALL SELECT scope, name, false FROM ops.pause WHERE scope <> 'all' AND (until IS NULL OR until > now())
"""
JOBS = """
    SELECT j.job_id, j.kind, j.created_at, s.url FROM ops.job_progress j JOIN ops.schedule s ON s.source_id = j.source_id
    WHERE NOT j.inline
"""
NOW = "SELECT clock_timestamp()"


@dataclass(frozen=True, slots=True)
class BreakerState:
    """How a remote host or the target is, as all processes together have met it. `probe_in`: seconds until the next probe."""

    failures: int = 0
    open: bool = False
    reason: str = ""
    probe_in: float = 0.0


@dataclass(frozen=True, slots=True)
class Met:
    """What a process has seen of a host or the target since it last reported: a success or not, then a number of failures in
    a row."""

    succeeded: bool
    failed: int = 0
    reason: str = ""
    url: str = ""  # of the host


@dataclass(frozen=True, slots=True)
class OpenBreaker:
    """A remote host (`name:port`) or the target that nothing is sent to. Times are aware UTC."""

    scope: str
    name: str
    failures: int
    reason: str
    url: str
    opened_at: datetime
    probe_at: datetime
    probes: int
    openings: int


class Breakers:
    """The rows of all breakers. Every method raises ServiceUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def state(self, scope: str, name: str) -> BreakerState:
        """How a host or the target is."""
        rows = self._database.query(STATE, scope=scope, name=name)
        if not rows:
            return BreakerState()
        failures, is_open, reason, probe_in = rows[0]
        return BreakerState(failures, is_open, reason, probe_in or 0.0)

    def note(self, scope: str, name: str, met: Met, *, limit: int) -> bool:
        """Tell what was met; whether that opened the breaker, which `limit` failures in a row do."""
        what = {"scope": scope, "name": name, **asdict(met)}
        return bool(self._database.query(NOTE, **what, most=limit, waits=WAITS, calm=CALM)[0][0])

    def open(self, due: datetime | None = None, limit: int = 1000) -> list[OpenBreaker]:
        """Open breakers, in the order of their next probes; with `due` only those whose probe is due by then."""
        return [OpenBreaker(*row) for row in self._database.query(OPEN, due=due, limit=limit)]

    def may_open(self) -> bool:
        """Whether a breaker is open, or a job may open one."""
        return bool(self._database.query(MAY_OPEN)[0][0])

    def close(self, breaker: OpenBreaker) -> None:
        """A probe was answered."""
        self._database.query(CLOSE, scope=breaker.scope, name=breaker.name)

    def wait(self, breaker: OpenBreaker, reason: str) -> None:
        """A probe wasn't answered: the next one waits longer."""
        wait = probe_wait(breaker.probes + 1, breaker.openings)
        self._database.query(WAIT, scope=breaker.scope, name=breaker.name, reason=reason, wait=wait)

    def forget_old(self) -> None:
        """Remove what has had no trouble for a day."""
        self._database.query(FORGET)

    def jobs(self) -> list[Dispatchable]:
        """All jobs that have not ended, but for those of `run-test`."""
        return [Dispatchable(*row) for row in self._database.query(JOBS)]

    def held(self, deadline: float) -> frozenset[UUID]:
        """Jobs whose commands must wait, for a breaker or for a pause of their host or of the target."""
        stops: Sequence[Stop] = [Stop(*row) for row in self._database.query(STOPS)]
        if not stops:
            return frozenset()
        now: datetime = self._database.query(NOW)[0][0]
        return held_jobs(self.jobs(), stops, now, deadline)
