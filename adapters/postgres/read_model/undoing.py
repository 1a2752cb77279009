"""What undoing a job would do, by numbers and examples: for people; the job that undoes finds out itself, from the log.

The object that a dataset stands on is the newest one that changed it. So a dataset that stands on the job's object has not
changed since, and any other object of its guid that it once stood on is older.
"""

from collections.abc import Sequence
from typing import LiteralString

from adapters.postgres.read_model.queries import ReadModel, Row

BEFORE: LiteralString = """
    EXISTS (
        SELECT FROM harvest.object p
        WHERE p.guid = o.guid AND p.harvest_source_id = o.harvest_source_id AND p.id <> o.id
            AND p.report_status IN ('added', 'updated')
    )
"""
COUNTS: LiteralString = f"""
    SELECT o.report_status AS status, count(*) AS touched, count(*) FILTER (WHERE d.object_id = o.id) AS standing,
        count(*) FILTER (WHERE d.object_id = o.id AND (o.report_status = 'added' OR {BEFORE})) AS undone
    FROM harvest.object o LEFT JOIN harvest.dataset d ON d.source_id = o.harvest_source_id AND d.guid = o.guid
    WHERE o.harvest_job_id = %(job)s AND o.report_status IN ('added', 'updated', 'deleted')
    GROUP BY o.report_status
"""
EXAMPLES: LiteralString = f"""
    SELECT o.id AS object_id, o.guid, o.package_id, o.removed_title AS title
    FROM harvest.object o JOIN harvest.dataset d ON d.source_id = o.harvest_source_id AND d.guid = o.guid
    WHERE o.harvest_job_id = %(job)s AND o.report_status = %(status)s AND d.object_id = o.id
        AND (o.report_status = 'added' OR {BEFORE})
    LIMIT %(limit)s
"""


class UndoReads:
    """Reads the live read model."""

    def __init__(self, model: ReadModel) -> None:
        self._model = model

    def counts(self, job_id: str) -> Sequence[Row]:
        """By what a job did (added, updated, deleted): datasets that it `touched`, those that are `standing` as it left them,
        and of these those that can be `undone`, since what they were before is kept."""
        return self._model.rows(COUNTS, job=job_id)

    def examples(self, job_id: str, status: str, limit: int) -> list[Row]:
        """Some datasets that would be undone, of those that the job added, updated or deleted."""
        return self._model.rows(EXAMPLES, job=job_id, status=status, limit=limit)
