"""The batch projector: follows the log and applies it to tables, each event exactly once.

Rows and checkpoint are written in one transaction. Its first statement takes an advisory lock, before any table is looked up by
name: a projector that waited on the checkpoint's row while a rebuild renamed the schemas would count twice.
"""

import logging
import threading
from bisect import bisect_right
from collections.abc import Callable, Sequence
from operator import attrgetter, itemgetter
from typing import LiteralString, Protocol

import psycopg
from psycopg import sql

from adapters.postgres.database import Connection, Database, hang_up, unavailable
from adapters.postgres.log.event_store import MAX_BATCH_BYTES, read_after
from adapters.postgres.too_large import too_large
from projections.recorded import Recorded, decode

log = logging.getLogger(__name__)

BATCH = 5000  # events
STATE = itemgetter(4)  # of a row of the log
PATIENCE = 0.5  # seconds that a projector waits for another one that reads
LOCK: LiteralString = "SELECT pg_advisory_xact_lock(ops.lock_key(%(lock)s))"
# Nobody waits for the disk: should the server crash, rows and checkpoint are lost together, and the events are applied again.
LOCK_WITHOUT_WAITING: LiteralString = """
    SELECT pg_advisory_xact_lock(ops.lock_key(%(lock)s)), set_config('synchronous_commit', 'off', true)
"""


class Application(Protocol):
    """Applies a batch of events to tables, within the projector's transaction."""

    def apply(self, connection: Connection, events: Sequence[Recorded]) -> None:
        """Write what the events change."""


class DecodedLog:
    """Reads and decodes the log; projectors that share it decode what they both read about the same time only once.

    It keeps one run of the newest events that were read. A projector that wants more than it holds gets the rest from the
    database as well, so a batch is as large as the log allows, however little the other projector had read at a time.
    Large events are forgotten when further ones come: no more is kept than one read may bring.
    """

    def __init__(self, kept: int = BATCH) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._start = 0  # position before the first event that is kept
        self._events: list[Recorded] = []
        self._bytes = 0  # that they have in the log, about

    def after(self, connection: Connection, position: int, limit: int) -> list[Recorded]:
        """Events after a position, up to `limit`; fewer when there are no more. Raises UnknownEvent."""
        if self._lock.acquire(timeout=PATIENCE):  # whoever else reads may have to wait for its own connection
            try:
                if position >= self._start:
                    return self._shared(connection, position, limit)
            finally:
                self._lock.release()
        return decode(read_after(connection, position, limit))

    def _shared(self, connection: Connection, position: int, limit: int) -> list[Recorded]:
        if not self._events or position > self._events[-1].number:
            self._start, self._events, self._bytes = position, [], 0
        first = bisect_right(self._events, position, key=attrgetter("number"))
        events = self._events[first : first + limit]
        if len(events) < limit:
            newest = self._events[-1].number if self._events else position
            rows = read_after(connection, newest, limit - len(events))
            more = decode(rows)
            events += more
            self._keep(newest, more, sum(map(len, map(STATE, rows))))
        return events

    def _keep(self, start: int, events: list[Recorded], size: int) -> None:
        if self._bytes + size > MAX_BATCH_BYTES:
            self._start, self._events, self._bytes = start, [], 0
        self._events += events
        self._bytes += size
        if (surplus := len(self._events) - self._kept) > 0:
            self._bytes = self._bytes * self._kept // len(self._events)
            self._start = self._events[surplus - 1].number
            del self._events[:surplus]


def _nothing() -> None:
    pass


class Projector:
    """Follows the log for one group of tables; `schema`.checkpoint holds how far it got."""

    def __init__(
        self,
        database: Database,
        name: str,
        schema: str,
        application: Application,
        batch: int = BATCH,
        log: DecodedLog | None = None,
        *,
        check: Callable[[Connection], None] = lambda _: None,
        applied: Callable[[], None] = _nothing,
        moved: Callable[[], None] = _nothing,
    ) -> None:
        """`check` is called within each transaction, before anything is written; what it raises comes out of `run_once`.

        `applied` is called after each batch that is committed, `moved` when another process has applied events.
        """
        self.database = database
        self.name = name
        self._schema = schema
        self._application = application
        self._batch = batch
        self._log = log or DecodedLog(0)
        self._check = check
        self._applied = applied
        self._moved = moved
        self._position: int | None = None
        self._connection: Connection | None = None  # that it was used over last

    @property
    def lock(self) -> str:
        """Name of the advisory lock that whoever moves this projection holds."""
        return f"projection {self.name}"

    def position(self) -> int:
        """The number of the last event applied, as stored."""
        statement = sql.SQL("SELECT notification_id FROM {}.checkpoint WHERE name = {}")
        rows = self.database.query(statement.format(sql.Identifier(self._schema), sql.Literal(self.name)))
        return int(rows[0][0])

    def compare(self) -> None:
        """See whether another process has moved the checkpoint, of which no event tells. Raises ServiceUnavailable."""
        if self._position is not None and self._position != (stored := self.position()):
            self._position = stored
            self._moved()

    def interrupt(self) -> None:
        """Break off what another thread does in `run_once`: it raises ServiceUnavailable there, and nothing is applied."""
        if self._connection is not None:
            hang_up(self._connection)

    def run_once(self, upto: int | None = None) -> int:
        """Apply the next batch, up to an event number; how many events it had, 0: nothing is left.

        Raises UnknownEvent (nothing is applied) and ServiceUnavailable.
        """
        with unavailable(self.database.url):
            connection = self._connection = self.database.connection
            while True:
                position = self._position if self._position is not None else self.position()
                events = self._log.after(connection, position, self._batch)
                if upto is not None:
                    events = [event for event in events if event.number <= upto]
                self._position = position
                if not events:
                    return 0
                if applied := self._apply_what_fits(connection, position, events):
                    return applied  # 0: another process has moved the projection, perhaps not to the end of the log

    def _apply_what_fits(self, connection: Connection, position: int, events: Sequence[Recorded]) -> int:
        """Apply events, or the first ones where all of them are too large for the server; how many that were."""
        while True:
            try:
                return len(events) if self._apply(connection, position, events) else 0
            except psycopg.Error as error:
                if not too_large(error) or len(events) == 1:
                    raise
                log.warning(
                    "%d events are too large for one transaction of projection %s: half of them", len(events), self.name
                )
                events = events[: len(events) // 2]

    def _apply(self, connection: Connection, position: int, events: Sequence[Recorded]) -> bool:
        moved = sql.SQL(
            "UPDATE {}.checkpoint SET notification_id = %(new)s WHERE name = %(name)s AND notification_id = %(old)s"
        ).format(sql.Identifier(self._schema))
        new = events[-1].number
        self._position = None  # whatever goes wrong below, read it again
        with connection.transaction():
            connection.execute(LOCK_WITHOUT_WAITING, {"lock": self.lock})
            self._check(connection)
            if connection.execute(moved, {"new": new, "name": self.name, "old": position}).rowcount != 1:
                log.info("projection %s was moved by another process", self.name)
                self._moved()
                return False
            self._application.apply(connection, events)
        self._position = new
        self._applied()
        return True

    def catch_up(self, upto: int | None = None) -> int:
        """Apply all that is left; how many events that were."""
        total = 0
        while done := self.run_once(upto):
            total += done
        return total
