"""What workers have been sent and has no outcome yet, job by job."""

from typing import LiteralString, NamedTuple
from uuid import UUID

from adapters.postgres.database import Database

JOBS: LiteralString = """
    SELECT p.job_id, p.source_id, coalesce(s.name, ''), (SELECT count(*) FROM ops.work w WHERE w.job_id = p.job_id AND w.sent)
    FROM ops.job_progress p LEFT JOIN harvest.harvest_source s ON s.id = p.source_id::text
    WHERE NOT p.inline AND (p.sent_until IS NOT NULL OR p.worker IS NOT NULL OR p.gather <> 'waiting')
    ORDER BY p.created_at, p.job_id
"""


class Dispatched(NamedTuple):
    """A job that was begun with. `objects`: its records that workers were sent, or are at."""

    job_id: UUID
    source_id: UUID
    source: str
    objects: int


def dispatched_jobs(database: Database) -> list[Dispatched]:
    """Jobs that workers were sent, the oldest first; those of `run-test` are not."""
    return [Dispatched(*row) for row in database.query(JOBS)]
