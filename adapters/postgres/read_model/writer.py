"""Writes the read model: batches of folded events into the tables of one schema.

Rows travel as one JSON parameter per table and are spread by jsonb_to_recordset, which measured fastest of all ways to upsert
many rows from Python.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any, NamedTuple, cast

import orjson
from psycopg import sql

from adapters.postgres.database import Connection
from adapters.postgres.read_model import statements
from adapters.postgres.read_model.causes import CauseWriter
from adapters.postgres.read_model.tables import (
    COUNTERS,
    GATHER_ERRORS,
    JOBS,
    LIVE,
    LOG_LINES,
    OBJECT_ERRORS,
    OBJECTS,
    OF_JOBS,
    OUTCOMES,
    PRUNED,
    PRUNED_AT_LAST,
    SOURCES,
    Table,
)
from projections.jobs import Pruned
from projections.read_model import ReadModelBatch, fold
from projections.recorded import Changes, Key, Recorded, Row
from projections.statistics import Statistics

Counted = tuple[str, str, int]
"""job, column of the counters, number."""


class Touched(NamedTuple):
    """The ids of what a batch has changed in some way."""

    jobs: set[str]
    sources: set[str]


def as_rows(changes: Mapping[Key, Row], key: str = "id") -> list[Row]:
    """Rows by key as a list of rows that hold it."""
    return [{key: identity, **row} for identity, row in changes.items()]


class ReadModelWriter:
    """Applies folded events to the tables of `schema`."""

    def __init__(self, schema: str = LIVE) -> None:
        self.schema = schema
        self._updates = {table.name: self._update_of(table) for table in (SOURCES, JOBS)}
        self._update_objects = cache(partial(statements.update_objects, schema))
        self._inserts = {
            table.name: table.insert(schema) for table in (SOURCES, JOBS, OBJECTS, GATHER_ERRORS, OBJECT_ERRORS, LOG_LINES)
        }
        self._owners_of = sql.SQL("""
            SELECT id, harvest_job_id, harvest_source_id, guid FROM {} WHERE id = ANY (%(ids)s)
            UNION ALL SELECT id, id, source_id, NULL FROM {} WHERE id = ANY (%(ids)s)
        """).format(sql.Identifier(schema, OBJECTS.name), sql.Identifier(schema, JOBS.name))
        self._save_datasets = statements.save_datasets(schema)
        self._count_jobs = statements.count_jobs(schema)
        self._end_jobs = statements.end_jobs(schema)
        self._count_sources = statements.count_sources(schema)
        self._no_last_job = sql.SQL("UPDATE {} SET last_job_id = NULL WHERE last_job_id = ''").format(
            sql.Identifier(schema, "source_statistics")
        )
        self._prune_between = [statements.prune_between(schema, *table) for table in PRUNED]
        self._prune = [statements.prune(schema, *table) for table in PRUNED]
        self._prune_at_last = [statements.prune(schema, *table) for table in PRUNED_AT_LAST]
        self._forget = [*(statements.forget(schema, *table) for table in OF_JOBS), statements.forget_last_jobs(schema)]
        self._note_last_jobs = statements.note_last_jobs(schema)
        self._causes = CauseWriter(schema)

    def _update_of(self, table: Table) -> sql.Composed:
        return table.update(self.schema, [name for name in table.columns if name != table.key])

    def apply(self, connection: Connection, events: Sequence[Recorded]) -> None:
        """Write what the events change, within the caller's transaction."""
        self.write(connection, events)

    def write(self, connection: Connection, events: Sequence[Recorded]) -> Touched:
        """As `apply`; the jobs and sources that the events touch."""
        batch = fold(events)
        self._name_owners(connection, batch)
        self._write(connection, SOURCES, batch.sources)
        self._write(connection, JOBS, batch.jobs)
        if batch.gather_errors.rows or batch.object_errors.rows:
            self._causes.count(connection, batch)
        for table, changes in ((GATHER_ERRORS, batch.gather_errors), (OBJECT_ERRORS, batch.object_errors)):
            self._insert(connection, table, changes.rows)
        self._insert(connection, LOG_LINES, batch.log.rows)
        self._insert(connection, OBJECTS, batch.objects.rows)
        counted = self._change_objects(connection, batch)
        self.count(connection, batch.statistics, counted, self._write_datasets(connection, batch))
        touched = _touched(batch, counted)
        self.note_last_jobs(connection, {*touched.jobs, *batch.statistics.last_ended.values()})
        if batch.pruned:
            self._write_pruned(connection, batch.pruned, events[-1].number)
        self.forget(connection, batch.statistics.forgotten)
        return touched

    def _write_pruned(self, connection: Connection, pruned: Sequence[Pruned], upto: int) -> None:
        """Rows of objects go with their streams; what is worked out for a whole job is, once no more of it will go soon."""
        between = [part for part in pruned if part.first is not None]
        parameters = {
            "jobs": [p.job for p in between],
            "firsts": [p.first for p in between],
            "lasts": [p.last for p in between],
        }
        for statement in self._prune_between if between else ():
            connection.execute(statement, parameters)
        whole = sorted({part.job for part in pruned if part.first is None})
        for statement in self._prune if whole else ():
            connection.execute(statement, {"jobs": whole})
        over = sorted({part.job for part in pruned if not part.more})
        for statement in self._prune_at_last if over else ():
            connection.execute(statement, {"jobs": over})
        if over:
            self._causes.count_again(connection, over, upto)

    def forget(self, connection: Connection, jobs: Collection[str]) -> None:
        """Remove all rows of jobs that are no longer listed; their objects have none left."""
        for statement in self._forget if jobs else ():
            connection.execute(statement, {"jobs": sorted(jobs)})

    def note_last_jobs(self, connection: Connection, jobs: Collection[str]) -> None:
        """Keep with their sources what those of the jobs came to that ended last; jobs, counts and sources are written."""
        if jobs:
            connection.execute(self._note_last_jobs, {"jobs": sorted(jobs)})

    def _name_owners(self, connection: Connection, batch: ReadModelBatch) -> None:
        """Give errors and log lines about what began in earlier batches their job, source and guid, which only tables know."""
        nameless = [
            (row, row["harvest_object_id"]) for row in batch.object_errors.rows.values() if row["harvest_job_id"] is None
        ]
        nameless += [(row, row["object_id"] or row["job_id"]) for row in batch.log.rows.values() if row["source_id"] is None]
        if not nameless:
            return
        rows = connection.execute(self._owners_of, {"ids": sorted({str(identity) for _, identity in nameless})}).fetchall()
        owners = {identity: owner for identity, *owner in rows}
        for row, identity in nameless:
            job, source, guid = owners.get(str(identity), (None, None, None))
            if "harvest_job_id" in row:
                row |= {"harvest_job_id": job, "guid": row["guid"] or guid}
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
        outcome_of = cast("Mapping[Key, str]", outcomes).get
        rows = [{"id": key, "outcome": outcome_of(key), **row} for key, row in updates.items()]
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


def _touched(batch: ReadModelBatch, counted: Iterable[Counted]) -> Touched:
    """`counted` are outcomes of objects of earlier batches."""
    statistics = batch.statistics
    jobs = {*map(str, batch.jobs.rows), *map(str, batch.jobs.updates), *(job for job, _, _ in counted)}
    jobs.update(statistics.objects, statistics.job_of.values(), statistics.gather_errors, statistics.pages_unchanged)
    sources = {*map(str, batch.sources.rows), *map(str, batch.sources.updates), *statistics.source_jobs, *statistics.ended_jobs}
    return Touched(jobs, sources)


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
