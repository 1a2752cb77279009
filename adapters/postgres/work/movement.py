"""How unfinished jobs move, for people who watch: what the remote said it would give, and which jobs stand still."""

from dataclasses import dataclass
from uuid import UUID

from adapters.postgres.database import Database

EXPECT = "UPDATE ops.job_progress SET expected = %(expected)s WHERE job_id = %(job)s"
EXPECTED = "SELECT expected FROM ops.job_progress WHERE job_id = %(job)s"
STILL = """
    SELECT j.job_id, j.source_id, j.gather, j.worker, extract(epoch FROM now() - j.moved_at)::float8,
        (SELECT min(due_at) FROM ops.work w WHERE w.job_id = j.job_id AND NOT w.sent AND due_at > now()
            AND NOT EXISTS (SELECT FROM ops.work s WHERE s.job_id = j.job_id AND (s.sent OR s.due_at <= now()))) > now()
    FROM ops.job_progress j WHERE j.moved_at < now() - make_interval(secs => %(seconds)s) AND NOT j.inline
    ORDER BY j.moved_at LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class StillJob:
    """A job in which nothing has happened for a while. `retries_later`: all that is left waits for another attempt."""

    job_id: UUID
    source_id: UUID
    gather: str
    worker: str | None
    seconds: float
    retries_later: bool | None


def expect(database: Database, job_id: UUID, records: int) -> None:
    """The remote says how many records it will give."""
    database.query(EXPECT, job=job_id, expected=records)


def expected(database: Database, job_id: UUID) -> int | None:
    """How many records the remote said it would give; None when it didn't, or the job has ended."""
    rows = database.query(EXPECTED, job=job_id)
    return rows[0][0] if rows else None


def still_jobs(database: Database, seconds: float, limit: int = 20) -> list[StillJob]:
    """Unfinished jobs in which nothing has happened for so long, the longest first."""
    return [StillJob(*row) for row in database.query(STILL, seconds=seconds, limit=limit)]
