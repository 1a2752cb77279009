"""Writes the read model: batches of folded events into the tables of one schema.

Rows travel as one JSON parameter per table and are spread by jsonb_to_recordset, which measured fastest of all ways to upsert
many rows from Python.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from typing import Any, cast
from uuid import UUID

import orjson
from psycopg import sql

from adapters.postgres.database import Connection
from domain.rules import STATISTICS
from projections.model_version import MODEL_VERSION
from projections.read_model import ReadModelBatch, fold
from projections.recorded import Changes, Key, Recorded, Row
from projections.statistics import Statistics

Counted = tuple[str, str, int]
"""job, column of the counters, number."""

LIVE = "harvest"
NAME = "read_model"


@dataclass(frozen=True)
class Table:
    """A table with its columns and their types; the first is the key."""

    name: str
    columns: Mapping[str, str]
    additive: frozenset[str] = frozenset()
    merged: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """The column that a change is found by."""
        return next(iter(self.columns))

    def insert(self, schema: str) -> sql.Composed:
        """INSERT of all rows in the JSON parameter."""
        return sql.SQL("INSERT INTO {table} ({columns}) SELECT {columns} FROM {rows}").format(
            table=sql.Identifier(schema, self.name), columns=_names(self.columns), rows=self._recordset(self.columns)
        )

    def update(self, schema: str, changed: Sequence[str], more: Mapping[str, str] | None = None) -> sql.Composed:
        """UPDATE of the columns named, from the JSON parameter, which may have `more` columns."""
        columns = {self.key: self.columns[self.key], **{name: self.columns[name] for name in changed}, **(more or {})}
        return sql.SQL("UPDATE {table} t SET {changes} FROM {rows} WHERE t.{key} = x.{key}").format(
            table=sql.Identifier(schema, self.name),
            changes=sql.SQL(", ").join(self._change(name) for name in changed),
            rows=self._recordset(columns),
            key=sql.Identifier(self.key),
        )

    def _change(self, name: str) -> sql.Composed:
        form = "{0} = coalesce(x.{0}, t.{0})"
        if name in self.additive:
            form = "{0} = t.{0} + coalesce(x.{0}, 0)"
        elif name in self.merged:
            form = "{0} = coalesce(t.{0} || x.{0}, t.{0})"
        return sql.SQL(form).format(sql.Identifier(name))

    @staticmethod
    def _recordset(columns: Mapping[str, str]) -> sql.Composed:
        types = sql.SQL(", ").join(sql.SQL("{} " + kind).format(sql.Identifier(name)) for name, kind in columns.items())
        return sql.SQL("jsonb_to_recordset(%(rows)s::jsonb) AS x ({})").format(types)


def _names(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


SOURCES = Table(
    "harvest_source",
    {
        **dict.fromkeys(("id", "name", "url", "title", "description", "config"), "text"),
        "created": "timestamp",
        "type": "text",
        "active": "boolean",
        **dict.fromkeys(("user_id", "publisher_id", "frequency", "owner_org"), "text"),
        "private": "boolean",
        "extras": "jsonb",
        "removed": "text",
    },
)
JOBS = Table(
    "harvest_job",
    {
        "id": "text",
        **dict.fromkeys(("created", "gather_started", "gather_finished", "finished"), "timestamp"),
        **dict.fromkeys(("source_id", "status", "kind", "trigger", "created_by", "outcome"), "text"),
        "complete": "boolean",
        "full_listing": "boolean",
        "held": "bigint",
        "held_of": "bigint",
        "decision": "text",
    },
)
OBJECTS = Table(
    "object",
    {
        **dict.fromkeys(("id", "guid", "harvest_job_id", "harvest_source_id", "action", "state", "report_status"), "text"),
        "package_id": "text",
        "content_hash": "text",
        "original_url": "text",
        "extras": "jsonb",
        **dict.fromkeys(("metadata_modified_date", "gathered", "fetch_finished", "import_finished"), "timestamp"),
        **dict.fromkeys(("removed", "removed_title"), "text"),
        "removed_until": "timestamp",
        "retry_times": "integer",
    },
    additive=frozenset({"retry_times"}),
    merged=frozenset({"extras"}),
)
GATHER_ERRORS = Table(
    "harvest_gather_error",
    {
        **dict.fromkeys(("id", "harvest_job_id", "message"), "text"),
        "created": "timestamp",
        "code": "text",
        "guid": "text",
    },
)
OBJECT_ERRORS = Table(
    "harvest_object_error",
    {
        **dict.fromkeys(("id", "harvest_object_id", "message", "stage"), "text"),
        "line": "integer",
        "created": "timestamp",
        "code": "text",
        "level": "text",
        "harvest_job_id": "text",
    },
)
DATASETS = Table(
    "dataset",
    {
        **dict.fromkeys(("source_id", "guid", "package_id", "object_id", "content_hash", "state"), "text"),
        "imported": "timestamp",
        "event_number": "bigint",
        "job_number": "integer",
    },
)
LOG_LINES = Table(
    "log_line",
    {
        **dict.fromkeys(("id", "content"), "text"),
        "level": "ops.log_level",
        "created": "timestamp",
        **dict.fromkeys(("source_id", "job_id", "object_id"), "text"),
    },
)
PRUNED = (
    ("harvest_object_error", "harvest_job_id", "harvest_object_id"),
    ("log_line", "job_id", "object_id"),
    ("object", "harvest_job_id", "id"),
)
"""Tables with rows of objects, the columns of the job and of the object."""
OF_JOBS = (("harvest_job", "id"), ("job_statistics", "job_id"), ("harvest_gather_error", "harvest_job_id"))
"""Tables with rows of jobs, and the column of the job."""
OUTCOMES = ("finished", "failed", "aborted")
"""of jobs."""
COUNTERS = STATISTICS


def as_rows(changes: Mapping[Key, Row], key: str = "id") -> list[Row]:
    """Rows by key as a list of rows that hold it."""
    return [{key: identity, **row} for identity, row in changes.items()]


class ReadModelWriter:
    """Applies folded events to the tables of `schema`."""

    def __init__(self, schema: str = LIVE) -> None:
        self.schema = schema
        self._updates = {table.name: self._update_of(table) for table in (SOURCES, JOBS)}
        self._update_objects = cache(partial(_update_objects, schema))
        self._inserts = {
            table.name: table.insert(schema) for table in (SOURCES, JOBS, OBJECTS, GATHER_ERRORS, OBJECT_ERRORS, LOG_LINES)
        }
        self._owners_of = sql.SQL("""
            SELECT id, harvest_job_id, harvest_source_id FROM {} WHERE id = ANY (%(ids)s)
            UNION ALL SELECT id, id, source_id FROM {} WHERE id = ANY (%(ids)s)
        """).format(sql.Identifier(schema, OBJECTS.name), sql.Identifier(schema, JOBS.name))
        self._save_datasets = _save_datasets(schema)
        self._count_jobs = _count_jobs(schema)
        self._end_jobs = _end_jobs(schema)
        self._count_sources = _count_sources(schema)
        self._no_last_job = sql.SQL("UPDATE {} SET last_job_id = NULL WHERE last_job_id = ''").format(
            sql.Identifier(schema, "source_statistics")
        )
        self._prune = [_prune(schema, *table) for table in PRUNED]
        self._forget = [_forget(schema, *table) for table in OF_JOBS]

    def _update_of(self, table: Table) -> sql.Composed:
        return table.update(self.schema, [name for name in table.columns if name != table.key])

    def apply(self, connection: Connection, events: Sequence[Recorded]) -> None:
        """Write what the events change, within the caller's transaction."""
        batch = fold(events)
        self._name_owners(connection, batch)
        self._write(connection, SOURCES, batch.sources)
        self._write(connection, JOBS, batch.jobs)
        for table, changes in ((GATHER_ERRORS, batch.gather_errors), (OBJECT_ERRORS, batch.object_errors)):
            self._insert(connection, table, changes.rows)
        self._insert(connection, LOG_LINES, batch.log.rows)
        self._insert(connection, OBJECTS, batch.objects.rows)
        counted = self._change_objects(connection, batch)
        self.count(connection, batch.statistics, counted, self._write_datasets(connection, batch))
        if batch.pruned:
            for statement in self._prune:
                connection.execute(statement, {"jobs": [str(job) for job in batch.pruned]})
        self.forget(connection, batch.statistics.forgotten)

    def forget(self, connection: Connection, jobs: Collection[str]) -> None:
        """Remove all rows of jobs that are no longer listed; of their objects there are none."""
        for statement in self._forget if jobs else ():
            connection.execute(statement, {"jobs": sorted(jobs)})

    def _name_owners(self, connection: Connection, batch: ReadModelBatch) -> None:
        """Give errors and log lines about what began in earlier batches their job and source, which only tables know."""
        nameless = [
            (row, row["harvest_object_id"]) for row in batch.object_errors.rows.values() if row["harvest_job_id"] is None
        ]
        nameless += [(row, row["object_id"] or row["job_id"]) for row in batch.log.rows.values() if row["source_id"] is None]
        if not nameless:
            return
        rows = connection.execute(self._owners_of, {"ids": sorted({str(identity) for _, identity in nameless})}).fetchall()
        owners = {identity: (job, source) for identity, job, source in rows}
        for row, identity in nameless:
            job, source = owners.get(str(identity), (None, None))
            if "harvest_job_id" in row:
                row["harvest_job_id"] = job
            else:
                row |= {"job_id": row["job_id"] or job, "source_id": source}

    def _write(self, connection: Connection, table: Table, changes: Changes) -> None:
        self._insert(connection, table, changes.rows)
        if changes.updates:
            connection.execute(self._updates[table.name], _json(as_rows(changes.updates)))

    def write_sources(self, connection: Connection, changes: Changes) -> None:
        """Write rows of sources, without their counters."""
        self._write(connection, SOURCES, changes)

    def _insert(self, connection: Connection, table: Table, rows: Mapping[Key, Row]) -> None:
        if rows:
            connection.execute(self._inserts[table.name], _json(as_rows(rows)))

    def _change_objects(self, connection: Connection, batch: ReadModelBatch) -> list[Counted]:
        """Outcomes of objects of earlier batches, counted by job and column."""
        updates, outcomes = batch.objects.updates, batch.statistics.outcomes
        if not updates:
            return []
        rows = [{"id": key, "outcome": outcomes.get(cast(UUID, key)), **row} for key, row in updates.items()]
        changed = set[str]().union(*updates.values())
        statement = self._update_objects(tuple(name for name in OBJECTS.columns if name in changed))
        return connection.execute(statement, _json(rows)).fetchall()

    def _write_datasets(self, connection: Connection, batch: ReadModelBatch) -> dict[str, int]:
        if not batch.datasets:
            return {}
        rows = [fact._asdict() for fact in batch.datasets.values()]
        return dict(connection.execute(self._save_datasets, _json(rows)).fetchall())

    def count(
        self, connection: Connection, statistics: Statistics, counted: Sequence[Counted], datasets: Mapping[str, int]
    ) -> None:
        """Add to the counters; `counted` are further outcomes, `datasets` tells how many datasets each source has more."""
        if rows := job_counts(statistics, counted):
            connection.execute(self._count_jobs, _json(rows))
        if statistics.final:
            empty = dict.fromkeys(COUNTERS, 0)
            rows = [{"job_id": job, **empty, **counters} for job, counters in statistics.final.items()]
            connection.execute(self._end_jobs, _json(rows))
        if rows := source_counts(statistics, datasets):
            connection.execute(self._count_sources, _json(rows))
        if "" in statistics.last_job.values():
            connection.execute(self._no_last_job)


def job_counts(statistics: Statistics, counted: Sequence[Counted]) -> list[Row]:
    """Rows of job_statistics to add."""
    empty = dict.fromkeys(COUNTERS, 0)
    restarted = statistics.pages_restarted
    by_job = statistics.by_job(counted)
    return [{"job_id": job, **empty, **counts, "restarted": job in restarted} for job, counts in by_job.items()]


def source_counts(statistics: Statistics, datasets: Mapping[str, int]) -> list[Row]:
    """Rows of source_statistics to add."""
    jobs, ended = statistics.source_jobs, statistics.ended_jobs
    rows = []
    for source in {**jobs, **ended, **datasets}:
        by_outcome: Mapping[str, int] = ended.get(source, {})
        row = {"source_id": source, "jobs": jobs[source], "datasets": datasets.get(source, 0)}
        row |= {f"jobs_{outcome}": by_outcome.get(outcome, 0) for outcome in OUTCOMES}
        newest = {"last_job_id": statistics.last_job.get(source), "last_ended_job_id": statistics.last_ended.get(source)}
        rows.append({**row, **newest, "last_success": statistics.last_success.get(source)})
    return rows


def _json(rows: Sequence[Row]) -> dict[str, Any]:
    return {"rows": orjson.dumps(rows).decode()}


def _update_objects(schema: str, changed: Sequence[str]) -> sql.Composed:
    """Changes of objects in these columns and no others; their outcomes, counted by job and column."""
    return sql.SQL("""
        WITH changed AS ({update} RETURNING t.harvest_job_id, x.outcome)
        SELECT harvest_job_id, outcome, count(*) FROM changed WHERE outcome IS NOT NULL GROUP BY 1, 2
    """).format(update=OBJECTS.update(schema, changed, more={"outcome": "text"}))


def _save_datasets(schema: str) -> sql.Composed:
    """The newest fact by source and guid; how many datasets each source has more."""
    replaced = sql.SQL(", ").join(
        sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name))
        for name in DATASETS.columns
        if name not in ("source_id", "guid")
    )
    return sql.SQL("""
        WITH x AS MATERIALIZED (SELECT * FROM {rows}),
        old AS MATERIALIZED (
            SELECT d.source_id, d.guid, d.state FROM x JOIN {table} d ON d.source_id = x.source_id AND d.guid = x.guid
        ),
        saved AS (
            INSERT INTO {table} AS d ({columns}) SELECT {columns} FROM x
            ON CONFLICT (source_id, guid) DO UPDATE SET {replaced}
            WHERE (d.job_number, d.event_number) < (EXCLUDED.job_number, EXCLUDED.event_number)
            RETURNING d.source_id, d.guid, d.state
        )
        SELECT saved.source_id, sum((saved.state = 'active')::int - coalesce((old.state = 'active')::int, 0))::int
        FROM saved LEFT JOIN old USING (source_id, guid) GROUP BY 1
    """).format(
        rows=DATASETS._recordset(DATASETS.columns),
        table=sql.Identifier(schema, DATASETS.name),
        columns=_names(DATASETS.columns),
        replaced=replaced,
    )


def _count_jobs(schema: str) -> sql.Composed:
    counters = [sql.Identifier(name) for name in COUNTERS]
    add = [sql.SQL("{0} = t.{0} + EXCLUDED.{0}").format(sql.Identifier(name)) for name in COUNTERS if name != "pages_unchanged"]
    types = {"job_id": "text", **dict.fromkeys(COUNTERS, "bigint"), "restarted": "boolean"}
    table = sql.Identifier(schema, "job_statistics")
    return sql.SQL("""
        WITH x AS MATERIALIZED (SELECT * FROM {rows}),
        old AS MATERIALIZED (SELECT t.job_id, t.pages_unchanged FROM {table} t JOIN x ON x.job_id = t.job_id WHERE x.restarted)
        INSERT INTO {table} AS t (job_id, {counters})
        SELECT x.job_id, {values} FROM x LEFT JOIN old USING (job_id)
        ON CONFLICT (job_id) DO UPDATE SET {add}, pages_unchanged = t.pages_unchanged + EXCLUDED.pages_unchanged
        WHERE NOT t.final
    """).format(
        rows=Table._recordset(types),
        table=table,
        counters=sql.SQL(", ").join(counters),
        values=sql.SQL(", ").join(
            sql.SQL("x.{0} - coalesce(old.{0}, 0)" if name == "pages_unchanged" else "x.{0}").format(sql.Identifier(name))
            for name in COUNTERS
        ),
        add=sql.SQL(", ").join(add),
    )


def _end_jobs(schema: str) -> sql.Composed:
    """The counters that the end of a job named, in place of those that were added up."""
    types = {"job_id": "text", **dict.fromkeys(COUNTERS, "bigint")}
    return sql.SQL("""
        INSERT INTO {table} AS t ({columns}, final) SELECT {columns}, true FROM {rows}
        ON CONFLICT (job_id) DO UPDATE SET {changes}, final = true
    """).format(
        table=sql.Identifier(schema, "job_statistics"),
        columns=_names(types),
        rows=Table._recordset(types),
        changes=sql.SQL(", ").join(sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name)) for name in COUNTERS),
    )


def _count_sources(schema: str) -> sql.Composed:
    counters = ("jobs", *(f"jobs_{outcome}" for outcome in OUTCOMES), "datasets")
    newest = {"last_job_id": "text", "last_ended_job_id": "text", "last_success": "timestamp"}
    types = {"source_id": "text", **dict.fromkeys(counters, "bigint"), **newest}
    changes = [sql.SQL("{0} = t.{0} + EXCLUDED.{0}").format(sql.Identifier(name)) for name in counters]
    changes += [sql.SQL("{0} = coalesce(EXCLUDED.{0}, t.{0})").format(sql.Identifier(name)) for name in newest]
    return sql.SQL("""
        INSERT INTO {table} AS t ({columns}) SELECT {columns} FROM {rows} ON CONFLICT (source_id) DO UPDATE SET {changes}
    """).format(
        table=sql.Identifier(schema, "source_statistics"),
        columns=_names(types),
        rows=Table._recordset(types),
        changes=sql.SQL(", ").join(changes),
    )


def _prune(schema: str, table: str, job: str, of_object: str) -> sql.Composed:
    """Rows of objects whose streams are gone from the log: what is left is what a rebuild would make."""
    return sql.SQL("""
        DELETE FROM {table} t WHERE t.{job} = ANY (%(jobs)s) AND t.{of_object} IS NOT NULL AND NOT EXISTS (
            SELECT FROM events.stored_event e WHERE e.originator_id = t.{of_object}::uuid AND e.originator_version = 1)
    """).format(table=sql.Identifier(schema, table), job=sql.Identifier(job), of_object=sql.Identifier(of_object))


def _forget(schema: str, table: str, job: str) -> sql.Composed:
    return sql.SQL("DELETE FROM {} WHERE {} = ANY (%(jobs)s)").format(sql.Identifier(schema, table), sql.Identifier(job))


def create(connection: Connection, schema: str, position: int = 0, *, indexes: bool = True) -> None:
    """Make an empty read model in a schema that isn't there yet, its checkpoint at `position`."""
    _run_file(connection, "read_model.sql", schema)
    if indexes:
        create_indexes(connection, schema)
    statement = sql.SQL("INSERT INTO {}.checkpoint VALUES (%s, %s, %s)").format(sql.Identifier(schema))
    connection.execute(statement, (NAME, position, MODEL_VERSION))


def create_indexes(connection: Connection, schema: str) -> None:
    """Primary keys and indexes of a read model."""
    _run_file(connection, "read_model_indexes.sql", schema)


def _run_file(connection: Connection, name: str, schema: str) -> None:
    text = files("adapters.postgres.read_model").joinpath(name).read_text(encoding="utf-8")
    connection.execute(text.replace("{schema}", sql.Identifier(schema).as_string()).encode())


def exists(connection: Connection, schema: str = LIVE) -> bool:
    """Whether the schema holds a read model."""
    found = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (f"{schema}.checkpoint",)).fetchone()
    return bool(found and found[0])


def model_version(connection: Connection, schema: str = LIVE) -> int:
    """The version that the tables were made with."""
    statement = sql.SQL("SELECT model_version FROM {}.checkpoint WHERE name = %s").format(sql.Identifier(schema))
    row = connection.execute(statement, (NAME,)).fetchone()
    return int(row[0]) if row else 0
