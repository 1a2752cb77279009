"""The event log on PostgreSQL: the library's recorder interface, with our own way to append, to load and to follow.

The library's own recorder hangs on large batches and its followers lose events (see docs/decisions/0002). Here an append is
one autocommit statement that calls `events.append`; nothing is ever sent in a pipeline.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    StoredEvent,
    Subscription,
)

from adapters.postgres.database import Connection, Database, unavailable
from adapters.postgres.too_large import too_large
from domain.errors import Conflict, GuardConflict
from projections.recorded import StoredRow

APPEND = """
    SELECT last_id, conflicts, guarded
    FROM events.append(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %b::uuid[], %b::bigint[])
"""
SELECT_STREAMS = """
    SELECT originator_id, originator_version, topic, state FROM events.stored_event
    WHERE originator_id = ANY (%(ids)b::uuid[])
    ORDER BY originator_id, originator_version
"""
SELECT_STREAM_PARTS = """
    SELECT e.originator_id, e.originator_version, e.topic, e.state
    FROM unnest(%(ids)b::uuid[], %(after)b::bigint[], %(upto)b::bigint[]) AS s (id, after, upto)
    CROSS JOIN LATERAL (
        SELECT originator_id, originator_version, topic, state FROM events.stored_event
        WHERE originator_id = s.id AND originator_version > s.after AND originator_version <= s.upto
        ORDER BY originator_version
    ) e
    ORDER BY e.originator_id, e.originator_version
"""
SELECT_STREAM = """
    SELECT originator_id, originator_version, topic, state FROM events.stored_event
    WHERE originator_id = %(id)s
    AND originator_version > %(gt)s AND originator_version <= %(lte)s
    ORDER BY originator_version
"""
COLUMNS = "notification_id, originator_id, originator_version, topic, state, recorded_at AT TIME ZONE 'UTC'"
# Up to `limit` rows, and of those as many as fit into `bytes`, at least one. What lies outside the row isn't read for its size.
BOUNDED = """
    SELECT notification_id, originator_id, originator_version, topic, state, recorded FROM (
        SELECT *, sum(octet_length(state)) OVER (ORDER BY {order} ROWS UNBOUNDED PRECEDING) - octet_length(state) AS before
        FROM (SELECT {columns} AS recorded FROM events.stored_event WHERE {where} ORDER BY {order} LIMIT %(limit)s) e
    ) b WHERE before < %(bytes)s ORDER BY {order}
"""
SELECT_AFTER = BOUNDED.format(columns=COLUMNS, order="notification_id", where="notification_id > %(position)s")
SELECT_PARTS = BOUNDED.format(
    columns=COLUMNS,
    order="originator_id, originator_version",
    where="""(originator_id, originator_version) > (%(stream)s, %(version)s) AND originator_id < %(before)s
        AND notification_id <= %(upto)s""",
)
SELECT_WHOLE = f"""
    SELECT {COLUMNS} FROM events.stored_event WHERE originator_id = ANY (%(ids)b::uuid[])
    ORDER BY originator_id, originator_version
"""
MAX_BATCH_BYTES = 8_000_000
"""Stored size of the events that are read at a time; decoded, folded and written they take about six times as much memory."""
SELECT_NOTIFICATIONS = """
    SELECT notification_id, originator_id, originator_version, topic, state FROM events.stored_event
    WHERE notification_id > %(position)s AND notification_id <= %(stop)s
        AND (cardinality(%(topics)s::text[]) = 0 OR topic = ANY (%(topics)s::text[]))
    ORDER BY notification_id LIMIT %(limit)s
"""
MAX_VERSION = 2**62
MAX_BYTES = 64_000_000  # of events in one statement

RECORDED = """
    SELECT originator_id, recorded_at FROM events.stored_event
    WHERE originator_id = ANY (%(ids)b::uuid[]) AND originator_version = %(version)s
"""
RECORDED_AT = """
    SELECT recorded_at FROM events.stored_event WHERE originator_id = %(id)s AND originator_version = %(version)s
"""


class PostgresEventStore(ApplicationRecorder):
    """The log in schema `events`. Safe to share between threads: each uses its own connection."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database

    def append(
        self,
        events: Sequence[StoredEvent],
        guard: Mapping[UUID, int] | None = None,
        connection: Connection | None = None,
    ) -> frozenset[UUID]:
        """Append in one statement; the streams that were NOT stored because somebody else appended to them first.

        `guard` maps streams to the version that each must have before the call, 0: none; otherwise GuardConflict is raised
        and nothing is stored. A call whose answer was lost may be repeated: its own events then come back as conflicts.
        Without a guard, what is too large for one statement is stored in several, each stream whole.
        """
        if guard is not None or _bytes(events) <= MAX_BYTES:
            try:
                return self._append(events, guard or {}, connection)
            except psycopg.Error as error:
                if guard is not None or not too_large(error):
                    raise
        first, second = _halves(events)
        if not second:
            return self._append(first, {}, connection)
        return self.append(first, None, connection) | self.append(second, None, connection)

    def _append(
        self, events: Sequence[StoredEvent], guard: Mapping[UUID, int], connection: Connection | None
    ) -> frozenset[UUID]:
        parameters = (
            [event.originator_id for event in events],
            [event.originator_version for event in events],
            [event.topic for event in events],
            [event.state for event in events],
            list(guard),
            list(guard.values()),
        )
        with unavailable(self.database.url):
            used = connection or self.database.connection
            row = used.execute(APPEND, parameters, prepare=True).fetchone()
        if row is None or row[2]:
            raise GuardConflict(guard)
        return frozenset(row[1] or ())

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """The library's way to append: all or nothing, IntegrityError on any conflict."""
        first: dict[UUID, int] = {}
        for event in stored_events:
            first.setdefault(_uuid(event), event.originator_version - 1)
        try:
            self.append(stored_events, guard=first)
        except Conflict as error:
            raise IntegrityError(str(error)) from error
        return None

    def select_streams(
        self, ids: Sequence[UUID], after: Mapping[UUID, int] | None = None, upto: Mapping[UUID, int] | None = None
    ) -> list[StoredEvent]:
        """All events of many streams in one query, stream by stream.

        Of streams in `after` only events after a version, of those in `upto` only events up to one.
        """
        parameters: dict[str, Any] = {"ids": list(ids)}
        if in_part := bool(after or upto):
            parameters["after"] = [(after or {}).get(stream, 0) for stream in ids]
            parameters["upto"] = [(upto or {}).get(stream, MAX_VERSION) for stream in ids]
        with unavailable(self.database.url), self.database.connection.cursor(binary=True) as cursor:
            rows = cursor.execute(SELECT_STREAM_PARTS if in_part else SELECT_STREAMS, parameters, prepare=True).fetchall()
        return [StoredEvent(*row) for row in rows]

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Events of one stream, oldest first unless `desc`."""
        parameters = {"id": originator_id, "gt": gt or 0, "lte": MAX_VERSION if lte is None else lte}
        with unavailable(self.database.url), self.database.connection.cursor(binary=True) as cursor:
            rows = cursor.execute(SELECT_STREAM, parameters).fetchall()
        events = [StoredEvent(*row) for row in (reversed(rows) if desc else rows)]
        return events if limit is None else events[:limit]

    def recorded_at(self, stream: UUID, version: int) -> datetime | None:
        """When the database stored an event of a stream, by its own clock (aware UTC); None: there is no such event."""
        rows = self.database.query(RECORDED_AT, id=stream, version=version)
        return rows[0][0].astimezone(UTC) if rows else None

    def recorded(self, streams: Sequence[UUID], version: int) -> dict[UUID, datetime]:
        """When the event of that version was stored, for each stream that has one, by the database's clock (aware UTC)."""
        rows = self.database.query(RECORDED, ids=list(streams), version=version) if streams else []
        return {stream: recorded.astimezone(UTC) for stream, recorded in rows}

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Events in log order from a position on."""
        position = (start or 0) - (1 if inclusive_of_start and start else 0)
        parameters = {
            "position": position,
            "stop": MAX_VERSION if stop is None else stop,
            "limit": limit,
            "topics": list(topics),
        }
        with unavailable(self.database.url), self.database.connection.cursor(binary=True) as cursor:
            rows = cursor.execute(SELECT_NOTIFICATIONS, parameters).fetchall()
        return [Notification(row[1], row[2], row[3], row[4], row[0]) for row in rows]

    def max_notification_id(self) -> int | None:
        """The newest position of the log, None when it is empty. Positions may have gaps."""
        position: int | None = self.database.query("SELECT max(notification_id) FROM events.stored_event")[0][0]
        return position

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Not offered: followers read in batches with `read_after` and take LISTEN only as a hint."""
        raise NotImplementedError("follow the log with adapters.postgres.log.projector")


def _bytes(events: Sequence[StoredEvent]) -> int:
    return sum(len(event.state) for event in events)


def _halves(events: Sequence[StoredEvent]) -> tuple[list[StoredEvent], list[StoredEvent]]:
    """In two parts of about as many streams; the second is empty when there is only one."""
    streams = list(dict.fromkeys(event.originator_id for event in events))
    first = set(streams[: (len(streams) + 1) // 2])
    return (
        [event for event in events if event.originator_id in first],
        [event for event in events if event.originator_id not in first],
    )


def _uuid(event: StoredEvent) -> UUID:
    return event.originator_id if isinstance(event.originator_id, UUID) else UUID(event.originator_id)


def read_after(connection: Connection, position: int, limit: int, size: int = MAX_BATCH_BYTES) -> list[StoredRow]:
    """Events after a position, in log order: up to `limit`, and about `size` bytes; none when there are no more."""
    parameters = {"position": position, "limit": limit, "bytes": size}
    with connection.cursor(binary=True) as cursor:
        cursor.execute(SELECT_AFTER.encode(), parameters, prepare=True)
        return cursor.fetchall()


def read_streams(
    connection: Connection, after: tuple[UUID, int], before: UUID, upto: int, limit: int, size: int = MAX_BATCH_BYTES
) -> list[StoredRow]:
    """Events stream by stream: those that come after a stream's version, of streams with an id less than `before`.

    Events with a number larger than `upto` are left out. Up to `limit` events, and about `size` bytes; none: that was all.
    """
    stream, version = after
    parameters = {"stream": stream, "version": version, "before": before, "upto": upto, "limit": limit, "bytes": size}
    with connection.cursor(binary=True) as cursor:
        cursor.execute(SELECT_PARTS.encode(), parameters, prepare=True)
        return cursor.fetchall()


def read_whole(connection: Connection, ids: Sequence[UUID]) -> list[StoredRow]:
    """All events of these streams, stream by stream, each in order."""
    with connection.cursor(binary=True) as cursor:
        return cursor.execute(SELECT_WHOLE.encode(), {"ids": list(ids)}, prepare=True).fetchall()
