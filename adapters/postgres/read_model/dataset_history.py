"""The versions of one dataset: the objects that added, updated or deleted it, in the order of their jobs.

The order is that of the jobs' numbers, which are in the ids of objects, so that no clock can turn it round. A dataset has a
version for each change, not for each job, so all of them are looked through: a few thousand after ten years.
"""

from datetime import datetime
from typing import Any, LiteralString

from adapters.postgres.read_model.queries import ReadModel, Row

OF_OBJECT: LiteralString = "SELECT harvest_source_id AS source_id, guid FROM harvest.object WHERE id = %(key)s"
OF_PACKAGE: LiteralString = """
    SELECT source_id, guid FROM harvest.dataset WHERE package_id = %(key)s
    ORDER BY state = 'active' DESC, imported DESC LIMIT 1
"""
DATASET: LiteralString = """
    SELECT source_id, guid, package_id, object_id, state FROM harvest.dataset WHERE source_id = %(source)s AND guid = %(guid)s
"""
VERSIONS: LiteralString = """
    WITH version AS (
        SELECT o.id AS object_id, o.harvest_job_id AS job_id, o.report_status AS what, o.removed, o.import_finished AS at,
            o.content_hash,
            row_number() OVER (ORDER BY
                CASE WHEN o.id >= '8' THEN substr(o.id, 10, 4) || substr(o.id, 16, 2) ELSE '' END COLLATE "C", o.id
            )::int AS number,
            count(*) OVER ()::int AS of
        FROM harvest.object o
        WHERE o.guid = %(guid)s AND o.harvest_source_id = %(source)s AND o.report_status IN ('added', 'updated', 'deleted')
    )
    SELECT v.object_id, v.number, v.of, v.at, v.what, v.removed, v.content_hash, v.job_id, j.kind, j.trigger, j.created_by AS by
    FROM (SELECT * FROM version WHERE {where} ORDER BY number DESC LIMIT %(limit)s) v
    LEFT JOIN harvest.harvest_job j ON j.id = v.job_id
    ORDER BY v.number DESC
"""
WHERE: dict[str, LiteralString] = {
    "all": "true",
    "before": "number < (SELECT number FROM version WHERE object_id = %(key)s)",
    "object": "object_id = %(key)s",
    "number": "number = %(key)s",
    "at": "at <= %(key)s",
}
HELD_THEN: LiteralString = """
    SELECT coalesce(sum(t.added - t.deleted) FILTER (WHERE (j.created, j.id) <= (b.created, b.id)), 0)::bigint AS held,
        coalesce(sum(t.added - t.deleted), 0)::bigint AS now
    FROM harvest.harvest_job b JOIN harvest.harvest_job j ON j.source_id = b.source_id
    JOIN harvest.job_statistics t ON t.job_id = j.id WHERE b.id = %(job)s
"""


class DatasetHistory:
    """Reads the live read model."""

    def __init__(self, model: ReadModel) -> None:
        self._model = model

    def find(self, key: str) -> Row | None:
        """Source and guid of a dataset, by the id of any of its objects or of its package."""
        return next(iter(self._model.rows(OF_OBJECT, key=key) or self._model.rows(OF_PACKAGE, key=key)), None)

    def dataset(self, source_id: str, guid: str) -> Row | None:
        """A dataset as it is now; None when nothing was ever imported."""
        return next(iter(self._model.rows(DATASET, source=source_id, guid=guid)), None)

    def versions(self, source_id: str, guid: str, limit: int, *, before: str = "") -> list[Row]:
        """Versions, newest first, of those before that of an object. `number` counts from 1, the oldest, up to `of`."""
        return self._read("before" if before else "all", source_id, guid, limit, before)

    def version(self, source_id: str, guid: str, how: str, key: str | int | datetime) -> Row | None:
        """One version: by its `object`, its `number`, or the one `at` a time (UTC, without zone)."""
        return next(iter(self._read(how, source_id, guid, 1, key)), None)

    def _read(self, where: str, source_id: str, guid: str, limit: int, key: Any) -> list[Row]:
        statement: LiteralString = VERSIONS.replace("{where}", WHERE[where])
        return self._model.rows(statement, source=source_id, guid=guid, limit=limit, key=key)

    def held_then(self, job_id: str) -> Row:
        """How many datasets the source of a job had added and not deleted after that job (`held`), and up to `now`."""
        return self._model.rows(HELD_THEN, job=job_id)[0]
