"""Leadership by a session's advisory lock: whoever holds it writes over the very connection that holds it.

A leader that lost its connection has lost its lock with it, so it can't write next to its successor. Nor can a thread of a lead
that is over write over the connection of a later lead of the same process: each thread says which one it takes part in.
"""

import select

from adapters.postgres.database import KEEPALIVE, Connection, Database, hang_up, unavailable
from domain.errors import ServiceUnavailable

TRY_LOCK = "SELECT pg_try_advisory_lock(ops.lock_key(%s))"
IS_HELD = """
    SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (classid::bigint << 32) | objid::bigint = ops.lock_key(%(lock)s)
"""
LOCK = "coordinator"
LOST = "The leader's connection to the database is lost"
HUNG_UP = getattr(select, "POLLRDHUP", select.POLLHUP)  # the first one, of Linux, also when there is something left to read


class LeaderDatabase(Database):
    """A database whose one connection holds the leader's lock; it is never reopened behind the leader's back."""

    def __init__(self, url: str, name: str) -> None:
        super().__init__(url, name)
        self._held: Connection | None = None

    @property
    def connection(self) -> Connection:
        """The connection that holds the lock. Raises ServiceUnavailable when it is lost, or another than the thread's own."""
        held = self._held
        if held is None or held.closed or held.broken or held is not getattr(self._local, "lead", held):
            raise ServiceUnavailable(LOST)
        return held

    def take_part(self, lead: Connection) -> None:
        """The calling thread works for the lead of this connection, and for none that comes after it."""
        self._local.lead = lead

    def require_lead(self) -> None:
        """Raises ServiceUnavailable when the lock is lost, with the connection."""
        self.connection  # noqa: B018

    def check_lead(self) -> None:
        """Raises ServiceUnavailable when the server has ended the connection, and with it the lead.

        It asks only the system, so it costs nothing, and a thread that waits for an answer over the connection isn't disturbed.
        """
        hung_up = select.poll()
        with unavailable(self.url):  # another thread may find out first, and the connection have no file any more
            hung_up.register(self.connection.fileno(), HUNG_UP)
        if hung_up.poll(0):
            raise ServiceUnavailable(LOST)

    def lead(self) -> bool:
        """Try to become the leader, and take part in that lead; False when another process leads."""
        self.resign()
        connection = self.connect()
        with unavailable(self.url):
            connection.execute(KEEPALIVE)
            row = connection.execute(TRY_LOCK, (LOCK,)).fetchone()
        if row and row[0]:
            self._held = connection
            self.take_part(connection)  # this thread may have had a part in an earlier lead
            return True
        connection.close()
        return False

    def break_off(self) -> None:
        """End what other threads do over the connection, and with it the lead."""
        if self._held is not None:
            hang_up(self._held)

    def resign(self) -> None:
        """Give up the lock."""
        if self._held is not None:
            self._held.close()
            self._held = None


def has_leader(database: Database) -> bool:
    """Whether a coordinator leads."""
    return bool(database.query(IS_HELD, lock=LOCK)[0][0])
