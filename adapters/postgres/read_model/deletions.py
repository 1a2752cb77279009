"""Asks the read model which datasets were to go, and what became of each; and which jobs wait for a person.

An object is a deletion when its record was to be deleted, or when its import took the dataset out. Two partial indexes hold
them, by job and by source. Both bounds of a job are named though one follows from the row's: without them a plan for any
values takes a job for a third of all deletions, and reads all objects of the job instead.
"""

from typing import LiteralString

from adapters.postgres.read_model.queries import NEWEST, Page, ReadModel, Row

COLUMNS: LiteralString = """
    SELECT o.id AS object_id, o.harvest_job_id AS job_id, o.harvest_source_id AS source_id, o.guid,
        coalesce(o.package_id, d.package_id) AS package_id, coalesce(o.removed_title, h.removed_title) AS title,
        o.state, o.report_status, j.status AS job_status, o.import_finished AS at, d.object_id AS held_object_id
"""
JOINS: LiteralString = """
    LEFT JOIN harvest.harvest_job j ON j.id = o.harvest_job_id
    LEFT JOIN harvest.dataset d ON d.source_id = o.harvest_source_id AND d.guid = o.guid
    LEFT JOIN harvest.object h ON h.id = d.object_id
"""
OF_JOB: LiteralString = f"""{COLUMNS}, o.removed, o.removed_until AS until
    FROM (
        SELECT * FROM harvest.object
        WHERE (action = 'delete' OR removed IS NOT NULL) AND (%(what)s = '' OR removed = %(what)s)
            AND (harvest_job_id, id) > (%(key)s, %(after)s) AND harvest_job_id >= %(key)s AND harvest_job_id <= %(key)s
        ORDER BY harvest_job_id, id {{page}}
    ) o
    {JOINS} ORDER BY o.id
"""
# A dataset that was hidden came back when a later object brought it.
OF_SOURCE: LiteralString = f"""{COLUMNS}, o.became AS removed,
        CASE WHEN o.became = 'hidden' THEN o.removed_until END AS until
    FROM (
        SELECT object.*, r.became FROM harvest.object
        CROSS JOIN LATERAL (
            SELECT CASE WHEN object.removed = 'hidden' AND EXISTS (
                SELECT FROM harvest.dataset b
                WHERE b.source_id = object.harvest_source_id AND b.guid = object.guid AND b.state = 'active'
                    AND b.object_id > object.id
            ) THEN 'returned' ELSE object.removed END AS became
        ) r
        WHERE (action = 'delete' OR removed IS NOT NULL) AND (%(what)s = '' OR r.became = %(what)s)
            AND (harvest_source_id, id) < (%(key)s, %(after)s) AND harvest_source_id >= %(key)s AND harvest_source_id <= %(key)s
            AND (removed IS DISTINCT FROM 'hidden' OR NOT EXISTS (
                SELECT FROM harvest.object l
                WHERE l.guid = object.guid AND l.harvest_source_id = object.harvest_source_id AND l.id > object.id
                    AND l.removed IS NOT NULL
            ))
        ORDER BY harvest_source_id DESC, id DESC {{page}}
    ) o
    {JOINS} ORDER BY o.id DESC
"""
# What a later full run has seen is the newer word about the same datasets.
HELD: LiteralString = """
    FROM harvest.harvest_job j JOIN harvest.harvest_source s ON s.id = j.source_id
    WHERE j.outcome = 'held' AND j.decision IS NULL AND coalesce(s.removed, '') = '' AND NOT EXISTS (
        SELECT FROM harvest.harvest_job l
        WHERE l.source_id = j.source_id AND (l.created, l.id) > (j.created, j.id)
            AND l.full_listing AND l.status = 'Finished' AND l.kind = 'harvest'
    )
"""
HELD_JOBS: LiteralString = f"""
    SELECT j.id, j.source_id, s.name AS source, j.finished, j.held, j.held_of
    {HELD} AND (j.source_id, j.id) > (%(source)s, %(job)s) ORDER BY j.source_id, j.id {{page}}
"""
COUNT_HELD: LiteralString = f"SELECT count(*) AS jobs, coalesce(sum(j.held), 0)::bigint AS deletions {HELD}"
PAGE: LiteralString = "LIMIT %(limit)s + 1"


class Deletions:
    """Lists of deletions, a page at a time."""

    def __init__(self, model: ReadModel) -> None:
        self._model = model

    def of_job(self, job_id: str, what: str = "", limit: int = 100, after: str = "") -> Page:
        """Deletions of a job, in the order of their objects; `what` is one of the words of `removed`, empty: all."""
        rows = self._model.rows(OF_JOB, page=PAGE, key=job_id, what=what, limit=limit, after=after)
        return Page(rows, limit, key="object_id")

    def of_source(self, source_id: str, what: str = "", limit: int = 100, after: str = "") -> Page:
        """Deletions of all jobs of a source, those of the newest job first, with what became of each up to now.

        A dataset that was hidden is there once; `returned`: it came back before it was deleted for good.
        """
        rows = self._model.rows(OF_SOURCE, page=PAGE, key=source_id, what=what, limit=limit, after=after or NEWEST)
        return Page(rows, limit, key="object_id")

    def held_jobs(self, limit: int = 100, after: Row | None = None) -> Page:
        """Jobs whose deletions wait for a person, by source; `after` is a row of this list."""
        key = {"source": after["source_id"], "job": after["id"]} if after else {"source": "", "job": ""}
        return Page(self._model.rows(HELD_JOBS, page=PAGE, limit=limit, **key), limit)

    def count_held(self) -> tuple[int, int]:
        """How many jobs hold deletions that wait for a person, and how many deletions that are."""
        row = self._model.rows(COUNT_HELD)[0]
        return row["jobs"], row["deletions"]
