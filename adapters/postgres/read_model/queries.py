"""What actions read from the read model. Every list is paged by the key of its last row, every number is kept, not counted.

A list is found by an index that has its order, and only then joined: a page costs the same however many rows there are and
however far on it is. `after` is the id of the last row that the caller has seen (a dataset's: its guid); `Page.next` is what
to hand in for the next page. `offset` is for callers that know nothing else, and walks over what it skips.

One job, source or status is asked for as a range (`>=` and `<=`) and its column is named in ORDER BY: only the index that
begins with that column then has the order. For an equality the planner also considers the index without it, and filters;
what happened in one week years ago is then looked for among everything since.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any, LiteralString, TypeVar

from psycopg import Cursor, errors
from psycopg.rows import RowFactory, dict_row, tuple_row

from adapters.postgres.database import Database, unavailable
from adapters.postgres.read_model import log_queries
from adapters.postgres.read_model.log_queries import LogFilter
from adapters.postgres.read_model.progress import why_outdated
from domain.access import EVERY_SOURCE, Sight
from domain.errors import NotFound, ReadModelOutdated

Row = dict[str, Any]
Form = TypeVar("Form")  # of a row

SOURCES: LiteralString = """
    SELECT s.id, s.name, s.title, s.url, s.type, s.active, s.frequency, s.owner_org, s.config, s.description AS notes,
        s.created, s.private, coalesce(s.removed, '') AS removed, coalesce(t.jobs, 0) AS jobs,
        coalesce(t.datasets, 0) AS datasets,
        t.last_job_id,
        l.status AS last_job_status, l.outcome AS last_job_outcome, l.created AS last_job_created,
        l.finished AS last_job_finished
    FROM (SELECT * FROM harvest.harvest_source WHERE {where} ORDER BY created DESC, id DESC {page}) s
    LEFT JOIN harvest.source_statistics t ON t.source_id = s.id
    LEFT JOIN harvest.harvest_job l ON l.id = t.last_job_id
    ORDER BY s.created DESC, s.id DESC
"""
SEEN: LiteralString = "(%(sees_all)s OR private IS NOT TRUE OR owner_org = ANY (%(sees)s))"
"""A condition: sources that somebody sees; `seen` makes its parameters."""
WITH_ERRORS: LiteralString = "t.errored + t.gather_errors > 0"
"""A condition: jobs that had errors, by their statistics `t`; a small index holds them."""
COUNT_SOURCES: LiteralString = "SELECT count(*) AS n FROM harvest.harvest_source WHERE (active OR %(all)s) AND {where}"
SOURCE_KEY: LiteralString = """
    SELECT created AS after_created, id AS after_id FROM harvest.harvest_source
    WHERE (id = %(after)s OR name = %(after)s) AND {where} LIMIT 1
"""
JOBS: LiteralString = """
    SELECT j.id, j.source_id, s.name AS source, j.status, j.kind, j.trigger, j.outcome, j.complete, j.full_listing,
        j.created, j.gather_started, j.gather_finished, j.finished, j.held, j.held_of, j.decision,
        coalesce(t.objects, 0) AS objects, coalesce(t.gather_errors, 0) AS gather_errors,
        coalesce(t.added, 0) AS added, coalesce(t.updated, 0) AS updated,
        coalesce(t.unchanged + t.pages_unchanged + t.skipped, 0) AS not_modified,
        coalesce(t.unchanged + t.skipped, 0) AS objects_not_modified,
        coalesce(t.deleted, 0) AS deleted, coalesce(t.errored, 0) AS objects_errored
    FROM (SELECT * FROM harvest.harvest_job WHERE {where} {page}) j
    LEFT JOIN harvest.job_statistics t ON t.job_id = j.id
    LEFT JOIN harvest.harvest_source s ON s.id = j.source_id
    ORDER BY j.created DESC, j.id DESC
"""
JOB_KEY: LiteralString = "SELECT created AS after_created, id AS after_id FROM harvest.harvest_job WHERE id = %(after)s"
JOB_BEFORE: LiteralString = """
    SELECT b.id FROM harvest.harvest_job j CROSS JOIN LATERAL (
        SELECT id FROM harvest.harvest_job
        WHERE (source_id, created, id) < (j.source_id, j.created, j.id) AND source_id >= j.source_id
            AND kind = j.kind AND finished IS NOT NULL AND outcome <> 'aborted'
        ORDER BY source_id DESC, created DESC, id DESC LIMIT 1
    ) b
    WHERE j.id = %(job)s
"""
COUNT_JOBS: LiteralString = """
    SELECT coalesce(sum(jobs), 0)::bigint AS jobs, coalesce(sum(jobs_finished + jobs_failed), 0)::bigint AS "Finished",
        coalesce(sum(jobs_aborted), 0)::bigint AS "Aborted"
    FROM harvest.source_statistics WHERE {where}
"""
COUNT_UNFINISHED: LiteralString = """
    SELECT count(*) AS n FROM harvest.harvest_job
    WHERE status = %(status)s AND status <> 'Finished' AND (%(source)s = '' OR source_id = %(source)s)
"""
GATHER_ERRORS: LiteralString = """
    SELECT id, code, message, guid, created FROM harvest.harvest_gather_error
    WHERE (harvest_job_id, id) > (%(job)s, %(after)s) AND harvest_job_id <= %(job)s ORDER BY harvest_job_id, id {page}
"""
OBJECT_ERRORS: LiteralString = """
    SELECT e.id, o.guid, o.original_url, e.stage, e.code, e.message, e.line, e.created, e.harvest_object_id AS object_id,
        o.state
    FROM (
        SELECT * FROM harvest.harvest_object_error
        WHERE (harvest_job_id, level, id) > (%(job)s, %(level)s, %(after)s)
            AND (harvest_job_id, level) <= (%(job)s, %(level)s)
        ORDER BY harvest_job_id, level, id {page}
    ) e
    LEFT JOIN harvest.object o ON o.id = e.harvest_object_id ORDER BY e.id
"""
JOB_WARNINGS: LiteralString = """
    SELECT message, min(created) AS created FROM harvest.harvest_object_error
    WHERE harvest_job_id = %(job)s AND level = 'job_warning' GROUP BY message ORDER BY min(id) LIMIT %(limit)s
"""
DATASETS: LiteralString = """
    SELECT guid, package_id, object_id, content_hash, imported FROM harvest.dataset
    WHERE (source_id, guid) > (%(source)s, %(after)s) AND source_id <= %(source)s AND state = 'active'
    ORDER BY source_id, guid {page}
"""
DOCUMENTS: LiteralString = "SELECT id, content FROM harvest.harvest_object WHERE id = ANY (%(ids)s) AND content IS NOT NULL"
PAGE: LiteralString = "LIMIT %(limit)s + 1 OFFSET %(offset)s"
ONE: LiteralString = "LIMIT 1"
NEWEST = log_queries.LAST_ID
UNFINISHED = ("New", "Running")


class Page(list[Row]):
    """Rows of a list, and what to hand in as `after` for those that follow: None when these are the last."""

    def __init__(self, rows: Sequence[Row], limit: int, key: str = "id") -> None:
        super().__init__(rows[:limit])
        self.next: str | None = str(self[-1][key]) if len(rows) > limit else None


@contextmanager
def hash_joins(cursor: Cursor[Any]) -> Iterator[None]:
    """For one statement: tables of which most rows are wanted are read whole. Sessions go by indexes (see `database.PLANS`)."""
    with cursor.connection.transaction():
        cursor.connection.execute("SET LOCAL enable_hashjoin = on; SET LOCAL enable_seqscan = on")
        yield


class ReadModel:
    """Reads the live read model. A rebuild may swap it between two statements, never within one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def _rows(
        self, statement: LiteralString, where: Sequence[LiteralString] = (), page: LiteralString = "", **parameters: Any
    ) -> list[Row]:
        text = statement.replace("{where}", " AND ".join(where) or "true").replace("{page}", page)
        return self._fetch(dict_row, text, parameters)

    def _fetch(
        self,
        form: RowFactory[Form],
        statement: str,
        parameters: Mapping[str, Any],
        *,
        joins_many: bool = False,
        any_values: bool = True,
        binary: bool = False,
    ) -> list[Form]:
        with unavailable(self._database.url):
            for _ in range(2):
                try:
                    with (
                        self._database.connection.cursor(row_factory=form, binary=binary) as cursor,
                        hash_joins(cursor) if joins_many else nullcontext(),
                    ):
                        prepare = None if any_values else False
                        return cursor.execute(statement.encode(), parameters, prepare=prepare).fetchall()
                except errors.FeatureNotSupported:  # "cached plan must not change result type": the model was swapped
                    continue
                except (errors.UndefinedColumn, errors.UndefinedTable, errors.UndefinedObject) as error:
                    if why := why_outdated(self._database):  # an older one lacks what is new
                        raise ReadModelOutdated(why) from error
                    raise
        return []

    def rows(self, statement: LiteralString, page: LiteralString = "", **parameters: Any) -> list[Row]:
        """What a statement of another module answers, with `page` where it says `{page}`."""
        return self._rows(statement, page=page, **parameters)

    def tuples(
        self, statement: LiteralString, *, joins_many: bool = False, any_values: bool = True, **parameters: Any
    ) -> list[tuple[Any, ...]]:
        """The same without the names of the columns, and in binary form: a thousand rows cost 2 ms less.

        `joins_many`: it joins most rows of its tables, which costs half as much without a look at an index for each.
        Not `any_values`: it is planned each time, since a plan for any values of its parameters is a bad one.
        """
        return self._fetch(tuple_row, statement, parameters, joins_many=joins_many, any_values=any_values, binary=True)

    def _key(
        self, statement: LiteralString, after: str, what: str, where: Sequence[LiteralString] = (), **parameters: Any
    ) -> Row:
        rows = self._rows(statement, where, after=after, **parameters)
        if not rows:
            raise NotFound(f"There is no {what} {after} to go on after: begin again without it")
        return rows[0]

    def sources(
        self, *, inactive: bool = False, limit: int = 100, offset: int = 0, after: str = "", sight: Sight = EVERY_SOURCE
    ) -> Page:
        """Sources, newest first, of those that are seen. `after` may be a name, too. Raises NotFound for one that isn't."""
        where: list[LiteralString] = [] if inactive else ["active"]
        which: dict[str, Any] = {}
        if not sight.everything:
            where.append(SEEN)
            which = seen(sight)
        key = self._key(SOURCE_KEY, after, "source", [SEEN], **seen(sight)) if after else {}
        if key:
            where.append("(created, id) < (%(after_created)s, %(after_id)s)")
        return Page(self._rows(SOURCES, where, PAGE, limit=limit, offset=offset, **which, **key), limit)

    def sources_of(self, ids: Sequence[str]) -> list[Row]:
        """These sources, in this order."""
        rows = {row["id"]: row for row in self._rows(SOURCES, ["id = ANY (%(ids)s)"], ids=list(ids))}
        return [rows[source_id] for source_id in ids if source_id in rows]

    def source(self, source_id: str) -> Row | None:
        """One source."""
        return next(iter(self._rows(SOURCES, ["id = %(id)s"], ONE, id=source_id)), None)

    def count_sources(self, *, inactive: bool = False, sight: Sight = EVERY_SOURCE) -> int:
        """How many sources there are, of those that are seen."""
        return int(self._rows(COUNT_SOURCES, [SEEN], all=inactive, **seen(sight))[0]["n"])

    def jobs(
        self,
        *,
        source_id: str = "",
        status: str = "",
        unfinished: bool = False,
        limit: int = 100,
        offset: int = 0,
        after: str = "",
    ) -> Page:
        """Jobs, newest first. Raises NotFound for an `after` that isn't there."""
        key = self._key(JOB_KEY, after, "job") if after else {}
        where, order = _of_jobs(source_id, status, bool(after))
        if unfinished:
            where.append("status <> 'Finished' AND status = ANY (%(unfinished)s)")
        filters: dict[str, Any] = {"source": source_id, "status": status, "unfinished": list(UNFINISHED)}
        rows = self._rows(JOBS, where, order + PAGE, limit=limit, offset=offset, **filters, **key)
        return Page([_with_errors(row) for row in rows], limit)

    def job(self, job_id: str) -> Row | None:
        """One job."""
        return next((_with_errors(row) for row in self._rows(JOBS, ["id = %(id)s"], ONE, id=job_id)), None)

    def jobs_of(self, ids: Sequence[str]) -> list[Row]:
        """These jobs, newest first, without those that aren't listed."""
        return [_with_errors(row) for row in self._rows(JOBS, ["id = ANY (%(ids)s)"], ids=list(ids))]

    def job_before(self, job_id: str) -> str | None:
        """The id of the source's last job of the same kind before this one that ended by itself, None if there is none."""
        return next((str(row["id"]) for row in self._rows(JOB_BEFORE, job=job_id)), None)

    def count_jobs(self, *, source_id: str = "", status: str = "") -> int:
        """How many jobs there are, of a source and with a status if they are given."""
        if status in UNFINISHED:
            return int(self._rows(COUNT_UNFINISHED, source=source_id, status=status)[0]["n"])
        row = self._rows(COUNT_JOBS, ["source_id = %(source)s"] if source_id else (), source=source_id)[0]
        return int(row.get(status or "jobs", 0))

    def gather_errors(self, job_id: str, limit: int = 100, offset: int = 0, after: str = "") -> Page:
        """Errors of a job's gather, oldest first."""
        return Page(self._rows(GATHER_ERRORS, page=PAGE, job=job_id, limit=limit, offset=offset, after=after), limit)

    def object_errors(self, job_id: str, limit: int = 100, offset: int = 0, after: str = "") -> Page:
        """Errors of a job's objects, oldest first."""
        return self._of_objects("error", job_id, limit, offset, after)

    def documents(self, object_ids: Sequence[str]) -> dict[str, str]:
        """The documents of a few objects as text, by object; without those that have none."""
        return {row["id"]: row["content"] for row in self._rows(DOCUMENTS, ids=list(object_ids))}

    def warnings(self, job_id: str, limit: int = 100, offset: int = 0, after: str = "") -> Page:
        """What single records of a job lost and were imported without, oldest first."""
        return self._of_objects("warning", job_id, limit, offset, after)

    def _of_objects(self, level: str, job_id: str, limit: int, offset: int, after: str) -> Page:
        parameters: dict[str, Any] = {"job": job_id, "level": level, "limit": limit, "offset": offset, "after": after}
        return Page(self._rows(OBJECT_ERRORS, page=PAGE, **parameters), limit)

    def job_warnings(self, job_id: str, limit: int = 100) -> list[Row]:
        """What all records of a job lost alike, each once however many workers met it."""
        return self._rows(JOB_WARNINGS, job=job_id, limit=limit)

    def report(self, job_id: str, limit: int = 100, offset: int = 0, after: str = "", only: str = "") -> dict[str, Any]:
        """A page of a job's errors and warnings in the order of the log, by kind; `next` is for the page after it.

        What all records lost alike is on the first page. `only`: one kind; the other ones are empty.
        """
        reads = {"gather_errors": self.gather_errors, "object_errors": self.object_errors, "warnings": self.warnings}
        empty = Page([], limit)
        pages = {
            name: empty if only not in ("", name) else read(job_id, limit + offset, 0, after) for name, read in reads.items()
        }
        ids = sorted(row["id"] for page in pages.values() for row in page)
        shown = set(ids[offset : offset + limit])
        more = len(ids) > offset + limit or any(page.next for page in pages.values())
        return {
            **{name: [row for row in page if row["id"] in shown] for name, page in pages.items()},
            "job_warnings": [] if after or offset else self.job_warnings(job_id, limit),
            "next": max(shown) if more and shown else None,
        }

    def log_lines(self, which: LogFilter | None = None, *, limit: int = 100, offset: int = 0, after: str = "") -> Page:
        """Lines of the log, newest first. Raises NotFound for an `after` that isn't there (any more)."""
        which = which or LogFilter()
        key = {"before": log_queries.END, "before_id": log_queries.LAST_ID}
        if after:
            row = self._key(log_queries.KEY, after, "line of the log")
            key = {"before": row["after_created"], "before_id": row["after_id"]}
        statement = log_queries.newest_first(which.scope)
        return Page(self._rows(statement, limit=limit, offset=offset, **{**which.parameters(), **key}), limit)

    def log_lines_after(self, which: LogFilter, line_id: str = "", limit: int = 1000) -> Page:
        """Lines of the log said at `which.since` or later, oldest first; with `line_id` those after that line.

        Of a line that isn't there any more it is taken that it was said at `which.since`.
        """
        for row in self._rows(log_queries.KEY, after=line_id) if line_id else ():
            which = replace(which, since=max(which.since, row["after_created"].isoformat()))
        statement = log_queries.oldest_first(which.scope)
        return Page(self._rows(statement, limit=limit, offset=0, since_id=line_id, **which.parameters()), limit)

    def datasets(self, source_id: str, limit: int = 100, offset: int = 0, after: str = "") -> Page:
        """What a source holds now, by guid; `after` is a guid."""
        rows = self._rows(DATASETS, page=PAGE, source=source_id, limit=limit, offset=offset, after=after)
        return Page(rows, limit, key="guid")


def seen(sight: Sight) -> dict[str, Any]:
    """The parameters of SEEN."""
    return {"sees_all": sight.everything, "sees": list(sight.organisations)}


def _of_jobs(source_id: str, status: str, after: bool) -> tuple[list[LiteralString], LiteralString]:
    """Conditions and order of a list of jobs. Two indexes hold the jobs that are not finished, which nearly all are."""
    where: list[LiteralString] = []
    columns: list[LiteralString] = ["source_id"] if source_id else []
    if status == "Finished":
        where.append("status = 'Finished'")
    elif status:
        where.append("status <> 'Finished'")
        columns.append("status")
    values = ["%(source)s"] * bool(source_id) + ["%(status)s"] * ("status" in columns)
    names = ", ".join(columns)
    if columns:
        where.append(f"({names}) >= ({', '.join(values)})")
    if columns and not after:  # with it the key is the bound: else the index is read from the newest row on
        where.append(f"({names}) <= ({', '.join(values)})")
    if after:
        key = [*values, "%(after_created)s", "%(after_id)s"]
        where.append(f"({', '.join([*columns, 'created', 'id'])}) < ({', '.join(key)})")
    return where, "ORDER BY " + "".join(f"{name} DESC, " for name in columns) + "created DESC, id DESC "


def _with_errors(job: Row) -> Row:
    """`errored` as in ckanext-harvest: objects and errors of gather; `done`: objects with an outcome."""
    parts: Sequence[str] = ("added", "updated", "objects_not_modified", "deleted", "objects_errored")
    return {**job, "errored": job["objects_errored"] + job["gather_errors"], "done": sum(job[part] for part in parts)}
