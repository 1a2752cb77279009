"""Which jobs have ended, read from the log by an index of its own: however many objects came between two ends."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from adapters.postgres.database import Database
from projections.recorded import Recorded, StoredRow, decode

HEAD: LiteralString = "SELECT coalesce(max(notification_id), 0) FROM events.stored_event"
ENDS: LiteralString = """
    SELECT e.notification_id, e.originator_id, e.originator_version, e.topic, e.state, e.recorded_at AT TIME ZONE 'UTC',
        c.notification_id, c.originator_id, c.originator_version, c.topic, c.state, c.recorded_at AT TIME ZONE 'UTC'
    FROM (
        SELECT * FROM events.stored_event
        WHERE topic IN ('job.finished', 'job.aborted') AND notification_id > %(position)s
            AND notification_id <= %(head)s
        ORDER BY notification_id LIMIT %(limit)s
    ) e
    JOIN events.stored_event c ON c.originator_id = e.originator_id AND c.originator_version = 1
    ORDER BY e.notification_id
"""


@dataclass(frozen=True, slots=True)
class RecordedEnd:
    """The end of a job: its first event and its last one."""

    created: Recorded
    ended: Recorded

    @property
    def source_id(self) -> UUID:
        """The job's source."""
        return UUID(self.created.state["source_id"])

    @property
    def recorded_at(self) -> datetime:
        """When the end was stored, by the database's clock (aware UTC)."""
        return datetime.fromisoformat(self.ended.state["timestamp"])


def job_ends(database: Database, position: int, limit: int) -> tuple[list[RecordedEnd], int]:
    """Ends of jobs after a position of the log, in its order, and the position up to which these are all.

    Raises UnknownEvent, ServiceUnavailable.
    """
    head = int(database.query(HEAD)[0][0])
    rows = database.query(ENDS, position=position, head=head, limit=limit)
    ends = [_end(row[:6], row[6:]) for row in rows]
    return ends, head if len(ends) < limit else ends[-1].ended.number


def _end(ended: StoredRow, created: StoredRow) -> RecordedEnd:
    first, last = decode([created, ended])
    return RecordedEnd(first, last)
