"""Wakes whoever waits for something in the database, by LISTEN."""

import select

from psycopg import sql

from adapters.postgres.database import Connection, Database, unavailable

EVENTS = "harvest_events"
"""Events were appended."""
CHANGES = "harvest_changes"
"""The read model has changed; the payload is JSON with the ids of jobs or of sources."""
GATHER_COMMANDS, FETCH_COMMANDS = "harvest_gather_commands", "harvest_fetch_commands"
"""Commands were sent to the embedded broker; the payload is the id of its cluster, a blank, and their number."""


class Listener:
    """Listens on one channel, over a connection of its own. A hint only: a message may stand for several things, or none.

    Something to read on the file descriptor `also` ends a wait, too.
    """

    def __init__(self, database: Database, channel: str, also: int | None = None) -> None:
        self._also = also
        self._database = database
        self._channel = channel
        self._connection: Connection | None = None

    def wait(self, timeout: float) -> list[str]:
        """Wait up to `timeout` seconds; the payloads that came, an empty one when some may have been missed before.

        Raises ServiceUnavailable when the server went away.
        """
        with unavailable(self._database.url):
            if self._connection is None or self._connection.closed:
                self._connection = self._database.connect()
                self._connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
                return [""]  # what came before LISTEN was active is not announced
            return self._payloads(self._connection, timeout)

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
