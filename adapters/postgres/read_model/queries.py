"""What the command line reads from the read model; every list is paged."""

from collections.abc import Sequence
from typing import Any, LiteralString

from psycopg import errors
from psycopg.rows import dict_row

from adapters.postgres.database import Database, unavailable

Row = dict[str, Any]

SOURCES = """
    SELECT s.id, s.name, s.title, s.url, s.type, s.active, s.frequency, s.owner_org, s.config, s.description AS notes,
        s.created, coalesce(t.jobs, 0) AS jobs, coalesce(t.datasets, 0) AS datasets, t.last_job_id
    FROM harvest.harvest_source s LEFT JOIN harvest.source_statistics t ON t.source_id = s.id
    WHERE (s.active OR %(all)s) AND (%(id)s = '' OR s.id = %(id)s)
    ORDER BY s.created DESC, s.id LIMIT %(limit)s OFFSET %(offset)s
"""
COUNT_SOURCES = "SELECT count(*) AS n FROM harvest.harvest_source WHERE active OR %(all)s"
JOBS = """
    SELECT j.id, j.source_id, s.name AS source, j.status, j.kind, j.trigger, j.outcome, j.complete, j.full_listing,
        j.created, j.gather_started, j.gather_finished, j.finished,
        coalesce(t.objects, 0) AS objects, coalesce(t.gather_errors, 0) AS gather_errors,
        coalesce(t.added, 0) AS added, coalesce(t.updated, 0) AS updated,
        coalesce(t.unchanged + t.pages_unchanged + t.skipped, 0) AS not_modified,
        coalesce(t.unchanged + t.skipped, 0) AS objects_not_modified,
        coalesce(t.deleted, 0) AS deleted, coalesce(t.errored, 0) AS objects_errored
    FROM harvest.harvest_job j
    LEFT JOIN harvest.job_statistics t ON t.job_id = j.id
    LEFT JOIN harvest.harvest_source s ON s.id = j.source_id
    WHERE (%(source)s = '' OR j.source_id = %(source)s) AND (%(id)s = '' OR j.id = %(id)s)
        AND (%(status)s = '' OR j.status = %(status)s) AND (NOT %(unfinished)s OR j.status IN ('New', 'Running'))
    ORDER BY j.created DESC, j.id LIMIT %(limit)s OFFSET %(offset)s
"""
COUNT_JOBS = """
    SELECT count(*) AS n FROM harvest.harvest_job j
    WHERE (%(source)s = '' OR j.source_id = %(source)s) AND (%(status)s = '' OR j.status = %(status)s)
"""
GATHER_ERRORS = """
    SELECT code, message, guid, created FROM harvest.harvest_gather_error WHERE harvest_job_id = %(job)s
    ORDER BY id LIMIT %(limit)s OFFSET %(offset)s
"""
OBJECT_ERRORS = """
    SELECT o.guid, o.original_url, e.stage, e.code, e.message, e.line, e.created, o.id AS object_id, o.state
    FROM harvest.object o JOIN harvest.harvest_object_error e ON e.harvest_object_id = o.id
    WHERE o.harvest_job_id = %(job)s AND e.level = %(level)s ORDER BY e.id LIMIT %(limit)s OFFSET %(offset)s
"""
JOB_WARNINGS = """
    SELECT e.message, min(e.created) AS created
    FROM harvest.object o JOIN harvest.harvest_object_error e ON e.harvest_object_id = o.id
    WHERE o.harvest_job_id = %(job)s AND e.level = 'job_warning' GROUP BY e.message ORDER BY min(e.id) LIMIT %(limit)s
"""


class ReadModel:
    """Reads the live read model. A rebuild may swap it between two statements, never within one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def _rows(self, statement: LiteralString, **parameters: Any) -> list[Row]:
        with unavailable(self._database.url):
            for _ in range(2):
                try:
                    with self._database.connection.cursor(row_factory=dict_row) as cursor:
                        return cursor.execute(statement, parameters).fetchall()
                except errors.FeatureNotSupported:  # "cached plan must not change result type": the model was swapped
                    continue
        return []

    def sources(self, *, inactive: bool = False, limit: int = 100, offset: int = 0) -> list[Row]:
        """Sources, newest first."""
        return self._rows(SOURCES, all=inactive, id="", limit=limit, offset=offset)

    def source(self, source_id: str) -> Row | None:
        """One source."""
        return next(iter(self._rows(SOURCES, all=True, id=source_id, limit=1, offset=0)), None)

    def count_sources(self, *, inactive: bool = False) -> int:
        """How many sources there are."""
        return int(self._rows(COUNT_SOURCES, all=inactive)[0]["n"])

    def jobs(
        self, *, source_id: str = "", status: str = "", unfinished: bool = False, limit: int = 100, offset: int = 0
    ) -> list[Row]:
        """Jobs, newest first."""
        parameters = {"source": source_id, "status": status, "unfinished": unfinished, "limit": limit, "offset": offset}
        return [_with_errors(row) for row in self._rows(JOBS, id="", **parameters)]

    def job(self, job_id: str) -> Row | None:
        """One job."""
        parameters = {"source": "", "status": "", "unfinished": False, "limit": 1, "offset": 0}
        return next((_with_errors(row) for row in self._rows(JOBS, id=job_id, **parameters)), None)

    def count_jobs(self, *, source_id: str = "", status: str = "") -> int:
        """How many jobs there are."""
        return int(self._rows(COUNT_JOBS, source=source_id, status=status)[0]["n"])

    def gather_errors(self, job_id: str, limit: int = 100, offset: int = 0) -> list[Row]:
        """Errors of a job's gather, oldest first."""
        return self._rows(GATHER_ERRORS, job=job_id, limit=limit, offset=offset)

    def object_errors(self, job_id: str, limit: int = 100, offset: int = 0) -> list[Row]:
        """Errors of a job's objects, oldest first."""
        return self._rows(OBJECT_ERRORS, job=job_id, level="error", limit=limit, offset=offset)

    def warnings(self, job_id: str, limit: int = 100, offset: int = 0) -> list[Row]:
        """What single records of a job lost and were imported without, oldest first."""
        return self._rows(OBJECT_ERRORS, job=job_id, level="warning", limit=limit, offset=offset)

    def job_warnings(self, job_id: str, limit: int = 100) -> list[Row]:
        """What all records of a job lost alike, each once however many workers met it."""
        return self._rows(JOB_WARNINGS, job=job_id, limit=limit)


def _with_errors(job: Row) -> Row:
    """`errored` as in ckanext-harvest: objects and errors of gather; `done`: objects with an outcome."""
    parts: Sequence[str] = ("added", "updated", "objects_not_modified", "deleted", "objects_errored")
    return {**job, "errored": job["objects_errored"] + job["gather_errors"], "done": sum(job[part] for part in parts)}
