"""Ended jobs of sources, as the log has them: what clearing a source's history is about."""

from datetime import UTC, datetime
from typing import LiteralString, NamedTuple
from uuid import UUID

from adapters.postgres.database import Database

SOURCES: LiteralString = """
    SELECT originator_id FROM events.stored_event WHERE topic = 'source.registered' ORDER BY notification_id
"""
ENDED: LiteralString = """
    WITH ended AS MATERIALIZED (
        SELECT (state ->> 'job_id')::uuid AS job_id, state ->> 'outcome' AS outcome, recorded_at, notification_id FROM (
            SELECT convert_from(state, 'UTF8')::jsonb AS state, recorded_at, notification_id FROM events.stored_event
            WHERE originator_id = %(source)s AND topic = 'source.job_ended'
        ) e
    )
    SELECT job_id, outcome, recorded_at FROM ended
    WHERE notification_id <= %(upto)s AND NOT EXISTS (
        SELECT FROM events.stored_event f WHERE f.originator_id = ended.job_id AND f.topic = 'job.forgotten')
    ORDER BY notification_id
"""


class EndedJob(NamedTuple):
    """A job that has ended and is still listed; `outcome` is finished, held, failed or aborted, `ended` aware UTC."""

    job_id: UUID
    outcome: str
    ended: datetime


def source_ids(database: Database) -> list[UUID]:
    """All sources, the oldest first."""
    return [source for (source,) in database.query(SOURCES)]


def ended_jobs(database: Database, source_id: UUID, upto: int) -> list[EndedJob]:
    """Ended jobs of a source that are listed, in order, as of an event number."""
    rows = database.query(ENDED, source=source_id, upto=upto)
    return [EndedJob(job, outcome, ended.astimezone(UTC)) for job, outcome, ended in rows]
