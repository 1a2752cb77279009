"""Wakes whoever waits for something in the database, by LISTEN."""

import select
import socket
from contextlib import suppress
from typing import LiteralString

from psycopg import sql

from adapters.postgres.database import Connection, Database, unavailable

EVENTS = "harvest_events"
"""Events were appended, payload empty; or, by its payload, something else changed that the leader's duties wait for."""
CHANGES = "harvest_changes"
"""The read model has changed; the payload is JSON with the ids of jobs or of sources."""
GATHER_COMMANDS, FETCH_COMMANDS = "harvest_gather_commands", "harvest_fetch_commands"
"""Commands were sent to the embedded broker; the payload is the id of its cluster, a blank, and their number."""


TELL: LiteralString = "SELECT pg_notify(%(channel)s, %(what)s)"


def tell_leader(database: Database, what: str) -> None:
    """Let the leader's duties look at once: something changed without an event. Raises ServiceUnavailable."""
    database.query(TELL, channel=EVENTS, what=what)


class WakeUp:
    """Ends the waits of a listener (`also`) from other threads."""

    def __init__(self) -> None:
        self._woken, self._waker = socket.socketpair()
        for end in (self._woken, self._waker):
            end.setblocking(False)

    def fileno(self) -> int:
        """What the listener waits for, too."""
        return self._woken.fileno()

    def wake(self) -> None:
        """End a wait that is under way, or the next one."""
        with suppress(BlockingIOError):  # full: it will wake up anyway
            self._waker.send(b".")

    def clear(self) -> None:
        """The next wait is one again."""
        with suppress(BlockingIOError):
            self._woken.recv(4096)


class Listener:
    """Listens on one channel, over a connection of its own. A hint only: a message may stand for several things, or none.

    Something to read on the file descriptor `also` ends a wait, too.
    """

    def __init__(self, database: Database, channel: str, also: int | None = None) -> None:
        self._also = also
        self._database = database
        self._channel = channel
        self._connection: Connection | None = None
        self.has_begun = False
        """Whether the last wait began to listen, at first or again: what was announced before went unheard."""

    def wait(self, timeout: float) -> list[str]:
        """Wait up to `timeout` seconds; the payloads that came, an empty one when some may have been missed before.

        Raises ServiceUnavailable when the server went away.
        """
        with unavailable(self._database.url):
            self.has_begun = self._connection is None or self._connection.closed
            if self._connection is None or self._connection.closed:
                self._connection = self._listening()
                return [""]  # what came before LISTEN was active is not announced
            return self._payloads(self._connection, timeout)

    def _listening(self) -> Connection:
        """A connection that listens; one whose LISTEN fails is not kept, since it would hear nothing."""
        connection = self._database.connect()
        try:
            connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
        except BaseException:
            connection.close()
            raise
        return connection

    def _payloads(self, connection: Connection, timeout: float) -> list[str]:
        """Those that came within the time; psycopg itself would look ten times a second."""
        poller = select.poll()
        poller.register(connection.fileno(), select.POLLIN)
        if self._also is not None:
            poller.register(self._also, select.POLLIN)
        if not poller.poll(timeout * 1000):
            return []
        return [notification.payload for notification in connection.notifies(timeout=0)]

    def close(self) -> None:
        """Stop listening."""
        if self._connection is not None:
            self._connection.close()
