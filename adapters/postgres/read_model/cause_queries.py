"""Reads why records of a job failed: its errors by cause, and how they compare with those of another job.

However many errors a job has, and however many causes: an index has their order.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString, NamedTuple

import orjson

from adapters.postgres.read_model.queries import Page, ReadModel
from projections.causes import NEW, RECURRING, Cause

COLUMNS: LiteralString = """
    cause, texts::text, gap_values::text, first_error, last_error, errors, records, examples::text
"""
OF_JOB: LiteralString = f"""
    SELECT {COLUMNS} FROM harvest.error_cause
    WHERE (job_id, of_gather) >= (%(job)s, %(gather)s) AND (job_id, of_gather) <= (%(job)s, %(gather)s)
    ORDER BY job_id, of_gather, records DESC, errors DESC, cause LIMIT %(limit)s
"""
PRESENT: LiteralString = """
    SELECT DISTINCT cause FROM harvest.error_cause
    WHERE job_id = %(job)s AND of_gather = %(gather)s AND cause = ANY (%(causes)s)
"""
ONE: LiteralString = f"""
    SELECT {COLUMNS}, of_gather FROM harvest.error_cause
    WHERE job_id = %(job)s AND cause = %(cause)s ORDER BY of_gather, records DESC, errors DESC LIMIT 1
"""
GATHER_ERRORS_OF: LiteralString = """
    SELECT id, code, message, guid, created FROM harvest.harvest_gather_error
    WHERE (harvest_job_id, cause, id) > (%(job)s, %(cause)s, %(after)s) AND (harvest_job_id, cause) <= (%(job)s, %(cause)s)
    ORDER BY harvest_job_id, cause, id LIMIT %(limit)s + 1
"""
OBJECT_ERRORS_OF: LiteralString = """
    SELECT e.id, o.guid, o.original_url, e.stage, e.code, e.message, e.line, e.created, e.harvest_object_id AS object_id,
        o.state
    FROM (
        SELECT * FROM harvest.harvest_object_error
        WHERE (harvest_job_id, cause, id) > (%(job)s, %(cause)s, %(after)s) AND (harvest_job_id, cause) <= (%(job)s, %(cause)s)
            AND cause IS NOT NULL
        ORDER BY harvest_job_id, cause, id LIMIT %(limit)s + 1
    ) e
    LEFT JOIN harvest.object o ON o.id = e.harvest_object_id ORDER BY e.id
"""
FAILED_OF: LiteralString = """
    SELECT count(*) AS n FROM (
        SELECT DISTINCT harvest_object_id FROM harvest.harvest_object_error
        WHERE harvest_job_id = %(job)s AND cause = %(cause)s
    ) e JOIN harvest.harvest_object o ON o.id = e.harvest_object_id AND o.state = 'ERROR'
"""
ADDRESSES: LiteralString = "SELECT id, original_url FROM harvest.object WHERE id = ANY (%(ids)s) AND original_url IS NOT NULL"


class JobCause(NamedTuple):
    """A cause with its id, which is the same in every job."""

    id: str
    cause: Cause


Raw = tuple[Any, ...]  # the columns of COLUMNS, the cause's id first


def _cause(row: Raw) -> JobCause:
    """Its JSON is read here: a page has hundreds of small ones, which take psycopg ten times as long."""
    cause, texts, values, first, last, errors, records, examples = row[:8]
    loads = orjson.loads
    return JobCause(cause, Cause(loads(texts), loads(values), first, last, errors, records, loads(examples)))


@dataclass(frozen=True)
class Compared:
    """A job's causes against those of an earlier job: `marks` say which are new or recurring, `gone` are that job's.

    `complete`: all causes of both jobs were looked at.
    """

    now: Sequence[JobCause]
    marks: Mapping[str, str]
    gone: Sequence[JobCause]
    complete: bool


class CauseReads:
    """Reads error_cause of the live read model."""

    def __init__(self, model: ReadModel) -> None:
        self._model = model

    def of_job(self, job_id: str, limit: int, *, of_gather: bool) -> list[JobCause]:
        """Causes of a job's errors of gather, or of objects; those of the most records first, then of the most errors."""
        return [_cause(row) for row in self._of_job(job_id, limit, of_gather=of_gather)]

    def _of_job(self, job_id: str, limit: int, *, of_gather: bool) -> list[Raw]:
        return self._model.tuples(OF_JOB, job=job_id, gather=of_gather, limit=limit)

    def compared(self, job_id: str, before: str | None, limit: int, *, of_gather: bool) -> Compared:
        """The causes of the most records of a job, and those of an earlier job, if there is one; `limit` of each."""
        now = self._of_job(job_id, limit + 1, of_gather=of_gather)
        earlier = self._of_job(before, limit + 1, of_gather=of_gather) if before else []
        complete = max(len(now), len(earlier)) <= limit
        ids, earlier_ids = {row[0] for row in now}, {row[0] for row in earlier}
        recurring = still_there = ids & earlier_ids
        if before and len(earlier) > limit:
            recurring = recurring | self.present(before, ids - earlier_ids, of_gather=of_gather)
        if len(now) > limit:
            still_there = still_there | self.present(job_id, earlier_ids - ids, of_gather=of_gather)
        causes = [_cause(row) for row in now[:limit]]
        marks = {cause.id: RECURRING if cause.id in recurring else NEW for cause in causes} if before else {}
        return Compared(causes, marks, [_cause(row) for row in earlier[:limit] if row[0] not in still_there], complete)

    def present(self, job_id: str, causes: Collection[str], *, of_gather: bool) -> set[str]:
        """Those of the causes that a job has."""
        which: dict[str, Any] = {"job": job_id, "gather": of_gather, "causes": list(causes)}
        return {row[0] for row in self._model.tuples(PRESENT, any_values=False, **which)} if causes else set()

    def one(self, job_id: str, cause: str) -> tuple[JobCause, bool] | None:
        """A cause of a job, and whether it is one of gather."""
        for row in self._model.tuples(ONE, job=job_id, cause=cause):
            return _cause(row), row[8]
        return None

    def errors_of(self, job_id: str, cause: str, limit: int, after: str) -> dict[str, Any]:
        """A page of a job's errors of one cause, by kind; `next` is for the page after it."""
        which: dict[str, Any] = {"job": job_id, "cause": cause, "limit": limit, "after": after}
        gather = Page(self._model.rows(GATHER_ERRORS_OF, **which), limit)
        objects = Page(self._model.rows(OBJECT_ERRORS_OF, **which), limit)
        shown = sorted(row["id"] for row in (*gather, *objects))[:limit]
        more = len(gather) + len(objects) > limit or gather.next or objects.next
        return {
            "gather_errors": [row for row in gather if row["id"] in set(shown)],
            "object_errors": [row for row in objects if row["id"] in set(shown)],
            "warnings": [],
            "job_warnings": [],
            "next": shown[-1] if more and shown else None,
        }

    def failed_of(self, job_id: str, cause: str) -> int:
        """How many records of a job failed that have an error of this cause."""
        return int(self._model.rows(FAILED_OF, job=job_id, cause=cause)[0]["n"])

    def addresses(self, object_ids: Iterable[str]) -> dict[str, str]:
        """Where the originals of objects are, by object; without those that have no address."""
        ids = list(object_ids)
        return {row["id"]: row["original_url"] for row in self._model.rows(ADDRESSES, ids=ids)} if ids else {}
