"""What the Action API reads: each answer by as few statements as it can be, since there may be a thousand reads a second."""

from collections.abc import Sequence
from typing import Any, LiteralString

from adapters.postgres.read_model.cause_queries import CauseReads
from adapters.postgres.read_model.queries import PAGE, Page, ReadModel, Row, seen
from domain.access import Sight

SOURCE: LiteralString = """
    SELECT s.id, s.name, s.title, s.url, s.type, s.active, s.frequency, s.owner_org, s.private, s.extras, s.config,
        s.description AS notes, s.created, coalesce(s.modified, s.created) AS modified, s.user_id,
        coalesce(s.removed, '') AS removed,
        coalesce(t.jobs, 0) AS jobs, coalesce(t.datasets, 0) AS datasets, t.last_job_id,
        p.cron, p.time_zone, p.blackout, p.next_run, p.paused
    FROM harvest.harvest_source s
    LEFT JOIN harvest.source_statistics t ON t.source_id = s.id
    LEFT JOIN harvest.source_schedule p ON p.source_id = s.id
"""
SOURCE_BY_KEY: LiteralString = (
    SOURCE + " WHERE s.id = %(key)s OR s.name = %(key)s ORDER BY s.id = %(key)s DESC, s.active DESC LIMIT 1"
)
SOURCES_BY_IDS: LiteralString = SOURCE + " WHERE s.id = ANY (%(ids)s)"
SUMMARY = 20  # causes of a job's errors
OBJECT: LiteralString = """
    SELECT id, guid, current, gathered, fetch_started, content, fetch_finished, import_started, import_finished, state,
        metadata_modified_date, retry_times, harvest_job_id, harvest_source_id, package_id, report_status
    FROM harvest.harvest_object
"""
OBJECT_BY: dict[str, LiteralString] = {
    "id": OBJECT + " WHERE id = %(key)s",
    "guid": OBJECT
    + " WHERE id = (SELECT id FROM harvest.object WHERE guid = %(key)s ORDER BY guid, gathered DESC, id DESC LIMIT 1)",
    "package_id": OBJECT
    + """ WHERE id = (
        SELECT object_id FROM harvest.dataset WHERE package_id = %(key)s AND state = 'active' ORDER BY imported DESC LIMIT 1
    )""",
}
"""An object by what names it: the newest one of a guid, the current one of a package."""
OBJECT_EXTRAS: LiteralString = "SELECT extras FROM harvest.object WHERE id = %(id)s"
ERRORS_OF_OBJECT: LiteralString = """
    SELECT id, harvest_object_id, message, stage, line, created FROM harvest.harvest_object_error
    WHERE harvest_object_id = %(id)s AND level = %(level)s ORDER BY id LIMIT 1000
"""
CURRENT_IDS: LiteralString = """
    SELECT object_id AS id FROM harvest.dataset WHERE state = 'active' {of_source} ORDER BY source_id, guid {page}
"""
ALL_IDS: LiteralString = "SELECT id FROM harvest.object ORDER BY id DESC {page}"
IDS_OF_SOURCE: LiteralString = """
    SELECT o.id FROM harvest.harvest_job j JOIN harvest.object o ON o.harvest_job_id = j.id
    WHERE j.source_id >= %(source)s AND j.source_id <= %(source)s
    ORDER BY j.source_id DESC, j.created DESC, j.id DESC, o.id {page}
"""
IS_DUE: LiteralString = """
    FROM harvest.source_schedule p JOIN harvest.harvest_source s ON s.id = p.source_id
    WHERE p.next_run <= now() AT TIME ZONE 'UTC' AND (%(sees_all)s OR s.private IS NOT TRUE OR s.owner_org = ANY (%(sees)s))
"""
DUE: LiteralString = f"SELECT p.source_id AS id {IS_DUE} ORDER BY p.next_run, p.source_id {{page}}"
OF_SOURCE: LiteralString = "AND source_id >= %(source)s AND source_id <= %(source)s"


class ApiReads:
    """Reads the live read model for the Action API."""

    def __init__(self, model: ReadModel) -> None:
        self._model = model

    def source(self, id_or_name: str) -> Row | None:
        """A source with its counts and its schedule; by its id rather than by its name, an active one rather than another."""
        return next(iter(self._model.rows(SOURCE_BY_KEY, key=id_or_name)), None)

    def sources(self, ids: Sequence[str]) -> list[Row]:
        """These sources, in this order."""
        rows = {row["id"]: row for row in self._model.rows(SOURCES_BY_IDS, ids=list(ids))}
        return [rows[source_id] for source_id in ids if source_id in rows]

    def due_sources(self, limit: int, offset: int, sight: Sight) -> list[str]:
        """Ids of the sources whose time to be harvested has come, those that wait longest first."""
        rows = self._model.rows(DUE, page=PAGE, limit=limit, offset=offset, **seen(sight))
        return [str(row["id"]) for row in Page(rows, limit)]

    def count_due_sources(self, sight: Sight) -> int:
        """How many sources there are whose time has come."""
        (row,) = self._model.rows(f"SELECT count(*) {IS_DUE}", **seen(sight))
        return int(row["count"])

    def gather_summary(self, job_id: str) -> list[Row]:
        """The twenty most frequent causes of errors of a job's gather: {message, error_count}."""
        return self._summary(job_id, of_gather=True)

    def object_summary(self, job_id: str) -> list[Row]:
        """The twenty most frequent causes of errors of a job's objects: {message, error_count}."""
        return self._summary(job_id, of_gather=False)

    def _summary(self, job_id: str, *, of_gather: bool) -> list[Row]:
        causes = CauseReads(self._model).of_job(job_id, SUMMARY, of_gather=of_gather)
        return [{"message": cause.message, "error_count": cause.errors} for _, cause in causes]

    def object(self, key: str, attribute: str = "id") -> Row | None:
        """An object with its document, by a key of OBJECT_BY; with `extras`, `errors` and `warnings`."""
        rows = self._model.rows(OBJECT_BY[attribute], key=key)
        if not rows:
            return None
        row = rows[0]
        extras = self._model.rows(OBJECT_EXTRAS, id=row["id"])
        return {
            **row,
            "errors": self._model.rows(ERRORS_OF_OBJECT, id=row["id"], level="error"),
            "warnings": self._model.rows(ERRORS_OF_OBJECT, id=row["id"], level="warning"),
            "extras": (extras[0]["extras"] if extras else None) or {},
        }

    def object_ids(self, *, source_id: str = "", current: bool = True, limit: int = 100, offset: int = 0) -> list[str]:
        """Ids of objects, of all sources or one: the current ones by source and guid, all by age, the newest job first."""
        page: dict[str, Any] = {"limit": limit, "offset": offset}
        if current:
            statement: LiteralString = CURRENT_IDS.replace("{of_source}", OF_SOURCE if source_id else "")
        else:
            statement = IDS_OF_SOURCE if source_id else ALL_IDS
        return [str(row["id"]) for row in Page(self._model.rows(statement, page=PAGE, source=source_id, **page), limit)]
