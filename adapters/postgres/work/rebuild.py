"""Builds `ops.work` and `ops.job_progress` again from the unfinished jobs, and `ops.schedule` from what sources are set to.

Temporary tables are filled while the live ones are used; only what came meanwhile, and the comparison, happen under the
projection's lock. Then the live tables get the differences, so claims of workers stay where nothing differs.

`ops.dataset` follows from all that was ever imported. It is built again only when it is empty or somebody asks for it, and then
from the imports in the log alone. See docs/decisions/0018.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import LiteralString
from uuid import UUID

import orjson

from adapters.postgres.database import Connection, Database
from adapters.postgres.log.event_store import COLUMNS, read_after, read_streams
from adapters.postgres.log.projector import BATCH, LOCK
from adapters.postgres.work.projection import WorkProjection
from domain.objects import object_id_range
from projections.recorded import Recorded, StoredRow, decode

log = logging.getLogger(__name__)

TABLES = ("work", "job_progress", "schedule", "dataset", "hidden_dataset")
FROM_IMPORTS = ("dataset", "hidden_dataset")
NEARLY_THERE = 500  # events behind, which are made up for under the lock
POSITION: LiteralString = "SELECT notification_id FROM ops.checkpoint WHERE name = 'work'"
NEWEST: LiteralString = "SELECT coalesce(max(notification_id), 0) FROM events.stored_event"
RUNNING_JOBS: LiteralString = """
    SELECT last.state FROM events.stored_event s
    CROSS JOIN LATERAL (
        SELECT topic, state FROM events.stored_event
        WHERE originator_id = s.originator_id AND topic IN ('source.job_started', 'source.job_ended')
            AND notification_id <= %(upto)s
        ORDER BY originator_version DESC LIMIT 1
    ) last
    WHERE s.topic = 'source.registered' AND last.topic = 'source.job_started'
"""
SETTINGS = f"""
    SELECT {COLUMNS} FROM events.stored_event
    WHERE notification_id <= %(upto)s AND topic IN ('source.registered', 'source.changed', 'source.deactivated',
        'source.reactivated', 'source.paused', 'source.resumed')
    ORDER BY notification_id
"""
LAST_JOBS = f"""
    SELECT {", ".join(f"last.{name}" for name in COLUMNS.split(", "))} FROM events.stored_event s
    CROSS JOIN LATERAL (
        (SELECT * FROM events.stored_event
        WHERE originator_id = s.originator_id AND topic IN ('source.job_started', 'source.job_ended')
            AND notification_id <= %(upto)s
        ORDER BY originator_version DESC LIMIT 2)
        UNION ALL
        (SELECT * FROM events.stored_event -- a range, and this order: only the index of scheduled jobs has it
        WHERE originator_id >= s.originator_id AND (originator_id, notification_id) <= (s.originator_id, %(upto)s)
            AND topic = 'source.job_started' AND position('"slot":"'::bytea IN state) > 0
        ORDER BY originator_id DESC, notification_id DESC LIMIT 1)
    ) last
    WHERE s.topic = 'source.registered'
"""
IMPORTS = f"""
    SELECT {COLUMNS} FROM events.stored_event
    WHERE notification_id > %(after)s AND notification_id <= %(upto)s AND topic IN ('object.imported', 'object.removed')
    ORDER BY notification_id
"""
IMPORTS_SPAN = 20_000  # numbers of events that are looked through at a time
PROJECTED = (
    *("source_id", "kind", "lane", "inline", "created_at", "gather", "attempt", "complete", "full_listing"),
    *("gather_started_at", "gather_errors", "objects", "added", "updated", "unchanged", "deleted", "errored", "skipped"),
    "pages_unchanged",
)


FACTS = ("url", "frequency", "cron", "time_zone", "blackout", "active", "fresh", "running", "paused", "paused_until")
"""Columns of ops.schedule that must be equal; `after` is also moved on by the leader, who notes slots that are done with."""


def _facts(table: str) -> str:
    return ", ".join(f"{table}.{name}" for name in FACTS)


def _columns(table: str) -> str:
    return ", ".join(f"{table}.{column}" for column in PROJECTED)


# By table: what brings the live one to what the temporary one says.
DIFFERENCES: dict[str, tuple[str, ...]] = {
    "work": (
        """DELETE FROM ops.work w WHERE NOT EXISTS (
            SELECT FROM pg_temp.work s WHERE s.object_id = w.object_id AND s.job_id = w.job_id)""",
        """INSERT INTO ops.work (object_id, job_id, due_at, attempt) SELECT s.object_id, s.job_id, s.due_at, s.attempt
        FROM pg_temp.work s
        WHERE NOT EXISTS (SELECT FROM ops.work w WHERE w.object_id = s.object_id)""",
        """UPDATE ops.work w SET attempt = s.attempt, due_at = s.due_at, sent = false, worker = NULL, lease_until = NULL,
            deliveries = 0
        FROM pg_temp.work s WHERE s.object_id = w.object_id
            AND (w.attempt <> s.attempt OR NOT w.sent AND s.attempt > 0 AND w.due_at <> s.due_at)""",
    ),
    "job_progress": (
        "DELETE FROM ops.job_progress j WHERE NOT EXISTS (SELECT FROM pg_temp.job_progress s WHERE s.job_id = j.job_id)",
        """INSERT INTO ops.job_progress SELECT s.* FROM pg_temp.job_progress s
        WHERE NOT EXISTS (SELECT FROM ops.job_progress j WHERE j.job_id = s.job_id)""",
        f"""UPDATE ops.job_progress j SET ({", ".join(PROJECTED)}) = ROW({_columns("s")}) FROM pg_temp.job_progress s
        WHERE s.job_id = j.job_id AND ROW({_columns("j")}) IS DISTINCT FROM ROW({_columns("s")})""",
    ),
    "schedule": (
        """DELETE FROM ops.schedule o WHERE NOT EXISTS (
            SELECT FROM pg_temp.schedule s WHERE s.source_id = o.source_id)""",
        f"""DELETE FROM ops.schedule o USING pg_temp.schedule s WHERE s.source_id = o.source_id
            AND ROW({_facts("s")}) IS DISTINCT FROM ROW({_facts("o")})""",
        """INSERT INTO ops.schedule SELECT s.* FROM pg_temp.schedule s
        WHERE NOT EXISTS (SELECT FROM ops.schedule o WHERE o.source_id = s.source_id)""",
    ),
    "dataset": (
        """DELETE FROM ops.dataset d WHERE NOT EXISTS (
            SELECT FROM pg_temp.dataset s WHERE s.source_id = d.source_id AND s.guid = d.guid)""",
        """DELETE FROM ops.dataset d USING pg_temp.dataset s
        WHERE s.source_id = d.source_id AND s.guid = d.guid AND ROW(s.*) IS DISTINCT FROM ROW(d.*)""",
        """INSERT INTO ops.dataset SELECT s.* FROM pg_temp.dataset s
        WHERE NOT EXISTS (SELECT FROM ops.dataset d WHERE d.source_id = s.source_id AND d.guid = s.guid)""",
    ),
    "hidden_dataset": (
        """DELETE FROM ops.hidden_dataset d WHERE NOT EXISTS (
            SELECT FROM pg_temp.hidden_dataset s WHERE ROW(s.*) IS NOT DISTINCT FROM ROW(d.*))""",
        """INSERT INTO ops.hidden_dataset SELECT s.* FROM pg_temp.hidden_dataset s
        WHERE NOT EXISTS (SELECT FROM ops.hidden_dataset d WHERE d.source_id = s.source_id AND d.guid = s.guid)""",
    ),
}


class WorkRebuild:
    """One rebuild, over a connection of its own; tables are temporary, so one that is killed leaves nothing behind."""

    def __init__(self, database: Database, *, datasets: bool) -> None:
        """`datasets`: build what sources hold again as well."""
        self._database = database
        self._asked = datasets
        self._projection = WorkProjection(schema="pg_temp")
        self.events = 0
        self.locked = 0.0  # seconds for which the projection's lock was held
        self.differences: list[str] = []

    def run(self) -> None:
        """Build, compare, repair. Raises ServiceUnavailable, UnknownEvent."""
        with self._database.connect(whole_tables=True) as connection:
            self._make_tables(connection)
            self._datasets = self._asked or not connection.execute("SELECT EXISTS (SELECT FROM ops.dataset)").fetchone()[0]  # type: ignore[index]
            position = self._start(connection)
            while (behind := self._target(connection) - position) > NEARLY_THERE:
                log.info("%d events behind the projection", behind)
                position = self._follow(connection, position, self._target(connection))
            self._put_in_place(connection, position)

    def _make_tables(self, connection: Connection) -> None:
        for table in TABLES:
            connection.execute(f"CREATE TEMPORARY TABLE {table} (LIKE ops.{table} INCLUDING ALL)".encode())

    def _target(self, connection: Connection) -> int:
        """The event up to which to build: where the projection is, or all there is if nothing depends on what it did."""
        row = connection.execute(NEWEST if self._datasets else POSITION).fetchone()
        return int(row[0]) if row else 0

    def _start(self, connection: Connection) -> int:
        """Unfinished jobs, and datasets, as of an event; its number."""
        upto = self._target(connection)
        states = (orjson.loads(state) for (state,) in connection.execute(RUNNING_JOBS, {"upto": upto}))
        jobs = [UUID(state["job_id"]) for state in states]
        ranges = set()
        for job in jobs:
            for event in self._apply(connection, self._range(connection, job, job, upto)):
                if event.topic == "job.created":
                    created = datetime.fromisoformat(event.written)
                    ranges.add(object_id_range(created, event.state["number"]))
        connection.execute("ANALYZE pg_temp.job_progress")
        for low, high in sorted(ranges):
            objects = _only_of(set(map(str, jobs)), self._range(connection, low, high, upto))
            for _ in self._apply(connection, objects):
                pass
        self._schedule(connection, upto)
        if self._datasets:
            self._import(connection, upto)
        return upto

    def _schedule(self, connection: Connection, upto: int) -> None:
        """Settings of sources, and their last jobs; in the order of the log, since later facts replace earlier ones."""
        rows: dict[int, StoredRow] = {}
        for statement in (SETTINGS, LAST_JOBS):
            with connection.cursor(binary=True) as cursor:
                rows |= {row[0]: row for row in cursor.execute(statement.encode(), {"upto": upto})}
        connection.execute("TRUNCATE pg_temp.schedule")
        events = decode([rows[number] for number in sorted(rows)])
        log.debug("schedules from %d events: %s", len(events), [event.topic for event in events[:20]])
        self._projection.apply_schedules(connection, events)

    def _range(self, connection: Connection, low: UUID, high: UUID, upto: int) -> Iterator[list[Recorded]]:
        """The events of streams from one id to another, stream by stream."""
        after, before = (low, 0), UUID(int=high.int + 1)
        while rows := read_streams(connection, after, before, upto, BATCH):
            after = (rows[-1][1], rows[-1][2])
            yield decode(rows)

    def _apply(self, connection: Connection, batches: Iterable[Sequence[Recorded]]) -> Iterator[Recorded]:
        for batch in batches:
            self._projection.apply(connection, batch)
            self.events += len(batch)
            yield from batch

    def _import(self, connection: Connection, upto: int) -> None:
        for after in range(0, upto, IMPORTS_SPAN):
            parameters = {"after": after, "upto": min(upto, after + IMPORTS_SPAN)}
            with connection.cursor(binary=True) as cursor:
                rows = cursor.execute(IMPORTS.encode(), parameters, prepare=True).fetchall()
            self._projection.apply_datasets(connection, decode(rows))
            self.events += len(rows)

    def _follow(self, connection: Connection, position: int, upto: int) -> int:
        while rows := [row for row in read_after(connection, position, BATCH) if row[0] <= upto]:
            for _ in self._apply(connection, [decode(rows)]):
                pass
            position = rows[-1][0]
        return max(position, upto)

    def _put_in_place(self, connection: Connection, position: int) -> None:
        for table in TABLES:
            connection.execute(f"ANALYZE pg_temp.{table}".encode())
        begun = time.monotonic()
        with connection.transaction():
            connection.execute(LOCK, {"lock": "projection work"})
            position = self._follow(connection, position, self._target(connection))
            for table in [table for table in TABLES if self._datasets or table not in FROM_IMPORTS]:
                changed = sum(connection.execute(statement.encode()).rowcount for statement in DIFFERENCES[table])
                if changed:
                    self.differences.append(table)
            connection.execute(
                "UPDATE ops.checkpoint SET notification_id = greatest(notification_id, %s) WHERE name = 'work'", (position,)
            )
        self.locked = time.monotonic() - begun


def _only_of(jobs: set[str], batches: Iterable[Sequence[Recorded]]) -> Iterator[list[Recorded]]:
    """The events of these jobs' objects: others' may lie between them. A stream begins with the event that names its job."""
    wanted: UUID | None = None
    for batch in batches:
        selected = []
        for event in batch:
            if event.topic == "object.gathered":
                wanted = event.stream if event.state["job_id"] in jobs else None
            if event.stream == wanted:
                selected.append(event)
        yield selected
