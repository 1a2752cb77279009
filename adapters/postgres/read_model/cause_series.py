"""Reads the causes of errors of several jobs at once: of the last ones of a source, or of all sources since a time.

Of each job the causes of the most records are read, by the index that has their order.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString

from adapters.postgres.read_model.queries import WITH_ERRORS, ReadModel, Row
from projections.causes import Cause

OF_EACH_JOB = 20  # causes of gather, and of objects
OF_EACH_RECENT = 5
MOST_RECENT = 2000  # jobs with errors that are looked at; the newest ones
CAUSES: LiteralString = """
    CROSS JOIN LATERAL (
        (SELECT * FROM harvest.error_cause WHERE (job_id, of_gather) >= (j.id, true) AND (job_id, of_gather) <= (j.id, true)
            ORDER BY job_id, of_gather, records DESC, errors DESC, cause LIMIT %(each)s)
        UNION ALL
        (SELECT * FROM harvest.error_cause WHERE (job_id, of_gather) >= (j.id, false) AND (job_id, of_gather) <= (j.id, false)
            ORDER BY job_id, of_gather, records DESC, errors DESC, cause LIMIT %(each)s)
    ) c
"""
COLUMNS: LiteralString = """
    j.id AS job_id, j.source_id, c.cause, c.of_gather, c.texts, c.gap_values, c.first_error, c.last_error, c.errors, c.records
"""
RECENT: LiteralString = f"""
    SELECT {COLUMNS}, s.name AS source, s.title AS source_title FROM (
        SELECT j.id, j.source_id, j.created FROM harvest.harvest_job j JOIN harvest.job_statistics t ON t.job_id = j.id
        WHERE j.created >= %(since)s AND {WITH_ERRORS} ORDER BY j.created DESC, j.id DESC LIMIT %(most)s
    ) j {CAUSES} JOIN harvest.harvest_source s ON s.id = j.source_id ORDER BY j.created, j.id
"""
OF_JOBS: LiteralString = f"""
    SELECT {COLUMNS} FROM (SELECT id, source_id, created FROM harvest.harvest_job WHERE id = ANY (%(ids)s)) j {CAUSES}
    ORDER BY j.created, j.id
"""


def recent_causes(model: ReadModel, since: datetime) -> list[Row]:
    """Causes of errors of all sources' jobs that were made since a time (UTC without zone), oldest job first."""
    return _shown(model.rows(RECENT, since=since, most=MOST_RECENT, each=OF_EACH_RECENT))


def causes_of_jobs(model: ReadModel, job_ids: Sequence[str]) -> list[Row]:
    """Causes of errors of these jobs, oldest job first."""
    return _shown(model.rows(OF_JOBS, ids=list(job_ids), each=OF_EACH_JOB)) if job_ids else []


def _shown(rows: list[Row]) -> list[Row]:
    """Rows with the message of each cause."""
    shown = []
    for row in rows:
        values: tuple[Any, ...] = tuple(row.pop(name) for name in ("texts", "gap_values", "first_error", "last_error"))
        shown.append({**row, "message": Cause(*values).message, "last": values[3]})
    return shown
