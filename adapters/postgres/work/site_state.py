"""What a site's parts say about themselves, read from the database for `status`. No decision of the engine is taken from it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.postgres.database import Database
from adapters.postgres.leadership import has_leader
from adapters.postgres.outbox import Outbox
from adapters.postgres.positions import log_position, read_model_position, work_position
from adapters.postgres.work.claims import PRESENCE_CLASS
from adapters.postgres.work.movement import still_jobs
from domain.health import SILENT_AFTER, STILL_AFTER, Health, Process, Still

PROCESSES = """
    SELECT w.role, w.host, w.pid, extract(epoch FROM now() - w.started_at)::float8,
        extract(epoch FROM now() - w.seen_at)::float8,
        EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
            AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND l.classid = %(class)s AND l.objid::bigint = hashtext(w.worker)::bigint & 4294967295),
        w.threads, w.busy, extract(epoch FROM now() - w.oldest_since)::float8, w.state
    FROM ops.worker w ORDER BY w.role, w.host, w.started_at
"""
COUNTED = 100_000  # at most: more are as bad
WAITING = """
    SELECT (SELECT count(*) FROM ops.job_progress),
        (SELECT count(*) FROM ops.job_progress
            WHERE NOT inline AND gather <> 'finished' AND worker IS NULL AND due_at <= now()),
        (SELECT count(*) FROM (SELECT FROM ops.work WHERE worker IS NULL AND due_at <= now() LIMIT %(limit)s) due),
        (SELECT extract(epoch FROM now() - max(moved_at))::float8 FROM ops.job_progress WHERE NOT inline)
"""
OLDEST = """
    SELECT extract(epoch FROM clock_timestamp() - recorded_at)::float8 FROM events.stored_event
    WHERE notification_id > %(position)s ORDER BY notification_id LIMIT 1
"""
DEAD_LETTERS = "SELECT count(*), count(*) FILTER (WHERE recorded_at > now() - interval '1 day') FROM ops.dead_letter"
PENDING = """
    SELECT coalesce(sum(objects - (added + updated + unchanged + deleted + errored + skipped)), 0)::bigint FROM ops.job_progress
"""
SILENT_LEADER = """
    SELECT seen_at FROM (SELECT seen_at FROM ops.worker WHERE role = 'coordinator' AND state->'leads' = 'true'
        ORDER BY seen_at DESC LIMIT 1) leader
    WHERE seen_at < now() - make_interval(secs => %(after)s)
"""
SOURCE = "SELECT name FROM harvest.harvest_source WHERE id = %(id)s"


@dataclass(frozen=True, slots=True)
class Busy:
    """A process and what it is busy with. `oldest`: seconds since the oldest record that a thread works on began."""

    process: Process
    threads: int
    busy: int
    oldest: float | None
    state: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SiteState:
    """The state of a site: for the rules, and for people."""

    health: Health
    processes: list[Busy]
    events: int
    unfinished_jobs: int
    pending_objects: int
    dead_letters: int


def site_state(database: Database) -> SiteState:
    """What is known now. Raises ServiceUnavailable."""
    processes = [_busy(*row) for row in database.query(PROCESSES, **{"class": PRESENCE_CLASS})]
    unfinished, gather, fetch, moved = database.query(WAITING, limit=COUNTED)[0]
    letters, fresh = database.query(DEAD_LETTERS)[0]
    events = log_position(database)
    health = Health(
        leader=has_leader(database),
        processes=[busy.process for busy in processes],
        waiting={"coordinator": unfinished, "gather-consumer": gather, "fetch-consumer": fetch},
        moved=moved,
        still=[_still(database, *row) for row in _still_rows(database)],
        behind=lag(database),
        failing={name: str(text) for busy in processes if busy.process.leads for name, text in _failing(busy).items()},
        dead_letters=fresh,
        unsent=Outbox(database).trouble(),
    )
    return SiteState(health, processes, events, unfinished, database.query(PENDING)[0][0], letters)


def silent_leader(database: Database) -> datetime | None:
    """Since when the coordinator that leads has not been heard of; None: it reports as it should. Raises ServiceUnavailable."""
    rows = database.query(SILENT_LEADER, after=SILENT_AFTER)
    return rows[0][0].astimezone(UTC) if rows else None


def lag(database: Database) -> dict[str, tuple[int, float]]:
    """How far each projection is behind the log: events, and seconds since the oldest of them was stored."""
    events = log_position(database)
    positions = {"work": work_position(database), "read_model": read_model_position(database)}
    return {name: (max(0, events - at), _age(database, at)) for name, at in positions.items()}


def dead_letters_of_the_day(database: Database) -> int:
    """Messages of the last day that could not be decoded."""
    return int(database.query(DEAD_LETTERS)[0][1])


def _busy(
    role: str,
    host: str,
    pid: int,
    started: float,
    silent: float,
    present: bool,
    threads: int,
    busy: int,
    oldest: float | None,
    state: dict[str, Any],
) -> Busy:
    return Busy(Process(role, host, pid, started, silent, present, bool(state.get("leads"))), threads, busy, oldest, state)


def _failing(busy: Busy) -> dict[str, Any]:
    failing = busy.state.get("failing") if busy.process.alive else None
    return failing if isinstance(failing, dict) else {}


def away_since(processes: list[Busy], service: str) -> datetime | None:
    """Since when a service (`target`, `broker`) has been away, as processes that are alive say; None: they say nothing."""
    times = [busy.state.get(f"{service}_away_since") for busy in processes if busy.process.alive]
    return min((datetime.fromisoformat(text).astimezone(UTC) for text in times if text), default=None)


def database_time(database: Database) -> datetime:
    """The database's clock: the only one that counts."""
    now: datetime = database.query("SELECT now()")[0][0]
    return now.astimezone(UTC)


def _age(database: Database, position: int) -> float:
    rows = database.query(OLDEST, position=position)
    return float(rows[0][0]) if rows else 0.0


def _still_rows(database: Database) -> list[tuple[str, str, str, float, bool]]:
    return [
        (str(job.job_id), str(job.source_id), job.gather, job.seconds, bool(job.retries_later))
        for job in still_jobs(database, STILL_AFTER)
    ]


def _still(database: Database, job: str, source: str, gather: str, seconds: float, retries_later: bool) -> Still:
    names = database.query(SOURCE, id=source)
    return Still(job, names[0][0] if names else source, gather, seconds, retries_later)
