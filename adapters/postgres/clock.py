"""The database's clock, asked for now and then: what is due is decided by one clock, whatever those of the machines say."""

import time
from datetime import UTC, datetime, timedelta

from adapters.postgres.database import Database
from domain.errors import ServiceUnavailable

ASK_AGAIN = 30.0  # seconds, after which the two clocks may be milliseconds apart


class DatabaseClock:
    """Aware UTC. For one thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked_at = -ASK_AGAIN
        self._answer = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """The time there. Raises ServiceUnavailable."""
        elapsed = time.monotonic() - self._asked_at
        if elapsed >= ASK_AGAIN:
            self._answer = self._database.query("SELECT clock_timestamp()")[0][0].astimezone(UTC)
            self._asked_at, elapsed = time.monotonic(), 0.0
        return self._answer + timedelta(seconds=elapsed)


def best_time(database: Database) -> datetime:
    """The time by the database's clock, or by this machine's while the database is away; aware UTC."""
    try:
        return DatabaseClock(database).now()
    except ServiceUnavailable:
        return datetime.now(UTC)
