"""How far a rebuild of the read model is, kept in a table so that other processes can tell who waits for it."""

from dataclasses import dataclass
from datetime import datetime

from adapters.postgres.database import Connection, Database

PROJECTION = "read_model"
REBUILD_LOCK = "harvestlog rebuild"
BEGIN = """
    INSERT INTO ops.rebuild AS r (projection, step, events) VALUES (%(projection)s, %(step)s, %(events)s)
    ON CONFLICT (projection) DO UPDATE SET started_at = now(), step = EXCLUDED.step, events = EXCLUDED.events, done = 0
"""
STEP = "UPDATE ops.rebuild SET step = %(step)s WHERE projection = %(projection)s"
ADD = "UPDATE ops.rebuild SET done = done + %(events)s WHERE projection = %(projection)s"
END = "DELETE FROM ops.rebuild WHERE projection = %(projection)s"
READ = """
    SELECT r.step, r.events, r.done, r.started_at, now() FROM ops.rebuild r
    WHERE r.projection = %(projection)s AND EXISTS (
        SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (classid::bigint << 32) | objid::bigint = hashtextextended(%(lock)s, 0)
    )
"""


@dataclass(frozen=True)
class RebuildProgress:
    """A rebuild that runs. Times are the database's."""

    step: str
    events: int
    done: int
    started_at: datetime
    now: datetime

    @property
    def percent(self) -> int:
        """Of the log that is folded."""
        return min(100, 100 * self.done // self.events) if self.events else 100

    def __str__(self) -> str:
        seconds = int((self.now - self.started_at).total_seconds())
        return f"{self.step}, {self.percent} % of {self.events:,} events after {seconds} s"


def begin_progress(connection: Connection, events: int) -> None:
    """A rebuild begins."""
    connection.execute(BEGIN, {"projection": PROJECTION, "step": "copying", "events": events})


def step_progress(connection: Connection, step: str) -> None:
    """It does something else now."""
    connection.execute(STEP, {"projection": PROJECTION, "step": step})


def add_progress(connection: Connection, events: int) -> None:
    """So many events more are folded."""
    connection.execute(ADD, {"projection": PROJECTION, "events": events})


def end_progress(connection: Connection) -> None:
    """It is over."""
    connection.execute(END, {"projection": PROJECTION})


def rebuild_progress(database: Database) -> RebuildProgress | None:
    """The rebuild of the read model that runs now, if one does: a row that a killed one left doesn't count."""
    rows = database.query(READ, projection=PROJECTION, lock=REBUILD_LOCK)
    return RebuildProgress(*rows[0]) if rows else None
