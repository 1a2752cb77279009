"""The batch projector: follows the log and applies it to tables, each event exactly once.

Rows and checkpoint are written in one transaction. Its first statement takes an advisory lock, before any table is looked up by
name: a projector that waited on the checkpoint's row while a rebuild renamed the schemas would count twice.
"""

import logging
import threading
from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from operator import attrgetter
from typing import LiteralString, Protocol

from psycopg import sql

from adapters.postgres.database import Connection, Database, unavailable
from adapters.postgres.log.event_store import read_after
from projections.recorded import Recorded, decode

log = logging.getLogger(__name__)

BATCH = 5000  # events
LOCK: LiteralString = "SELECT pg_advisory_xact_lock(hashtextextended(%(lock)s, 0))"


class Application(Protocol):
    """Applies a batch of events to tables, within the projector's transaction."""

    def apply(self, connection: Connection, events: Sequence[Recorded]) -> None:
        """Write what the events change."""


class DecodedLog:
    """Reads and decodes the log; projectors that share it decode what they both read about the same time only once."""

    def __init__(self, kept: int = BATCH) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._parts: deque[tuple[int, list[Recorded]]] = deque()  # position before the first event, events

    def after(self, connection: Connection, position: int, limit: int) -> list[Recorded]:
        """Events after a position, `limit` at most; fewer don't mean that there are no more. Raises UnknownEvent."""
        with self._lock:
            for start, events in self._parts:
                if start <= position < events[-1].number:
                    return events[bisect_right(events, position, key=attrgetter("number")) :][:limit]
        events = decode(read_after(connection, position, limit))
        if events:
            with self._lock:
                self._parts.append((position, events))
                while sum(len(part) for _, part in self._parts) > self._kept and len(self._parts) > 1:
                    self._parts.popleft()
        return events


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
    ) -> None:
        self.database = database
        self.name = name
        self._schema = schema
        self._application = application
        self._batch = batch
        self._log = log or DecodedLog(0)
        self._position: int | None = None

    @property
    def lock(self) -> str:
        """Name of the advisory lock that whoever moves this projection holds."""
        return f"harvestlog projection {self.name}"

    def position(self) -> int:
        """The number of the last event applied, as stored."""
        statement = sql.SQL("SELECT notification_id FROM {}.checkpoint WHERE name = {}")
        rows = self.database.query(statement.format(sql.Identifier(self._schema), sql.Literal(self.name)))
        return int(rows[0][0])

    def run_once(self, upto: int | None = None) -> int:
        """Apply the next batch, up to an event number; how many events it had, 0: nothing is left.

        Raises UnknownEvent (nothing is applied) and ServiceUnavailable.
        """
        with unavailable(self.database.url):
            connection = self.database.connection
            position = self._position if self._position is not None else self.position()
            events = self._log.after(connection, position, self._batch)
            if upto is not None:
                events = [event for event in events if event.number <= upto]
            if events and not self._apply(connection, position, events):
                events = []
            return len(events)

    def _apply(self, connection: Connection, position: int, events: Sequence[Recorded]) -> bool:
        moved = sql.SQL(
            "UPDATE {}.checkpoint SET notification_id = %(new)s WHERE name = %(name)s AND notification_id = %(old)s"
        ).format(sql.Identifier(self._schema))
        new = events[-1].number
        self._position = None  # whatever goes wrong below, read it again
        with connection.transaction():
            connection.execute(LOCK, {"lock": self.lock})
            if connection.execute(moved, {"new": new, "name": self.name, "old": position}).rowcount != 1:
                log.info("projection %s was moved by another process", self.name)
                return False
            self._application.apply(connection, events)
        self._position = new
        return True

    def catch_up(self, upto: int | None = None) -> int:
        """Apply all that is left; how many events that were."""
        total = 0
        while done := self.run_once(upto):
            total += done
        return total
