"""How far a rebuild of the read model is, kept in a table so that other processes can tell who waits for it."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.postgres.database import Connection, Database
from adapters.postgres.positions import read_model_version
from domain.text import counted
from projections.model_version import MODEL_VERSION

log = logging.getLogger(__name__)

PROJECTION = "read_model"
PROGRESS_EVERY = 5.0  # seconds between two lines of the log
REBUILD_LOCK = "rebuild"
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
        AND (classid::bigint << 32) | objid::bigint = ops.lock_key(%(lock)s)
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

    @property
    def seconds(self) -> int:
        """Since it began."""
        return int((self.now - self.started_at).total_seconds())

    def __str__(self) -> str:
        return f"{self.step}, {self.percent} % of {counted(self.events, 'event')} after {self.seconds} s"

    def as_dict(self) -> dict[str, Any]:
        """For people and programs."""
        return {"step": self.step, "events": self.events, "done": self.done, "seconds": self.seconds, "text": str(self)}


def log_progress() -> Callable[[RebuildProgress], None]:
    """Logs how far a rebuild is: each step, and now and then in between."""
    last: list[tuple[str, float]] = [("", 0.0)]

    def tell(progress: RebuildProgress) -> None:
        step, at = last[0]
        if progress.step != step or time.monotonic() - at > PROGRESS_EVERY:
            last[0] = (progress.step, time.monotonic())
            log.info("the read model is being rebuilt: %s", progress)

    return tell


def outdated(version: int, progress: RebuildProgress | None = None) -> str:
    """What to tell about a read model of another version."""
    if progress:
        return f"The read model is being rebuilt for this version of harvestlog ({progress}): try again when that is done"
    return (
        f"The read model is of version {version}, this harvestlog has {MODEL_VERSION}: run `harvester initdb`, "
        "which rebuilds it from the log while everything else goes on"
    )


def why_outdated(database: Database) -> str:
    """What to tell about the live read model, "" when it is of this version."""
    version = read_model_version(database)
    return "" if version == MODEL_VERSION else outdated(version, rebuild_progress(database))


def begin_progress(connection: Connection, events: int) -> None:
    """A rebuild begins."""
    connection.execute(BEGIN, {"projection": PROJECTION, "step": "copying", "events": events})


def step_progress(connection: Connection, step: str) -> None:
    """It does something else now."""
    connection.execute(STEP, {"projection": PROJECTION, "step": step})


def add_progress(connection: Connection, events: int) -> None:
    """That many more events are folded."""
    connection.execute(ADD, {"projection": PROJECTION, "events": events})


def end_progress(connection: Connection) -> None:
    """It is over."""
    connection.execute(END, {"projection": PROJECTION})


def rebuild_progress(database: Database) -> RebuildProgress | None:
    """The rebuild of the read model that runs now, if one does: a row that a killed one left doesn't count."""
    rows = database.query(READ, projection=PROJECTION, lock=REBUILD_LOCK)
    return RebuildProgress(*rows[0]) if rows else None
