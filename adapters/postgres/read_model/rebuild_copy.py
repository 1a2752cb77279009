"""One process's share of a rebuild: folds whole streams and COPYs complete rows, in pieces of constant memory.

A piece has a limit of events and of bytes; it may end within a stream. What later events of that stream can still
change waits for the next piece; errors and lines of the log never change, so a stream may be larger than memory.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import orjson
from psycopg import sql
from psycopg.adapt import Dumper

from adapters.postgres.database import Connection, Database
from adapters.postgres.log.event_store import read_streams
from adapters.postgres.read_model.causes import CauseWriter
from adapters.postgres.read_model.progress import add_progress
from adapters.postgres.read_model.tables import (
    COUNTERS,
    DATASETS,
    GATHER_ERRORS,
    JOBS,
    LOG_LINES,
    OBJECT_ERRORS,
    OBJECTS,
    SOURCES,
    Table,
)
from adapters.postgres.read_model.writer import as_rows
from projections.causes import add_errors
from projections.read_model import ReadModelBatch, fold
from projections.recorded import Recorded, Row, decode
from projections.statistics import Statistics

PIECE = 20_000  # events
JOB_COUNTS = Table("job_count", {"job_id": "text", **dict.fromkeys(COUNTERS, "bigint"), "final": "boolean"})
STAGING = """
    CREATE UNLOGGED TABLE {schema}.dataset_fact (LIKE {schema}.dataset);
    CREATE UNLOGGED TABLE {schema}.job_count (LIKE {schema}.job_statistics)
"""


def copy_streams(url: str, schema: str, low: UUID, high: UUID, upto: int) -> Statistics:
    """Copy the rows of all streams with low <= id < high, up to an event number; what is to be counted by source."""
    total, batch = Statistics(), ReadModelBatch()
    database = Database(url, "harvestlog rebuild")
    with database.connect() as reader, database.connect() as writer:
        writer.adapters.register_dumper(UUID, _AsText)
        for events in _pieces(reader, low, high, upto):
            rest = fold(events, batch).split(events[-1].stream)
            _copy_batch(writer, schema, batch)
            _add(total, batch.statistics)
            for stream in rest.objects.rows:
                rest.causes.failed_before(str(stream), batch.causes.failed(str(stream)))
            add_progress(writer, len(events))
            batch = rest
        _copy_batch(writer, schema, batch)
    return total


def _pieces(reader: Connection, low: UUID, high: UUID, upto: int) -> Iterator[list[Recorded]]:
    """The log in stream order."""
    after = (low, 0)
    while rows := read_streams(reader, after, high, upto, PIECE):
        after = rows[-1][1], rows[-1][2]
        yield decode(rows)


def _copy_batch(writer: Connection, schema: str, batch: ReadModelBatch) -> None:
    tables = (
        (SOURCES, batch.sources),
        (JOBS, batch.jobs),
        (OBJECTS, batch.objects),
        (GATHER_ERRORS, batch.gather_errors),
        (OBJECT_ERRORS, batch.object_errors),
        (LOG_LINES, batch.log),
    )
    add_errors(batch.causes, batch.gather_errors.rows, batch.object_errors.rows)
    with writer.transaction():
        for table, changes in tables:
            _copy(writer, schema, table.name, table, as_rows(changes.rows, table.key))
        _copy(writer, schema, "dataset_fact", DATASETS, [fact._asdict() for fact in batch.datasets.values()])
        _copy(writer, schema, JOB_COUNTS.name, JOB_COUNTS, _job_counts(batch.statistics))
        CauseWriter(schema).add_with_others(writer, batch.causes)  # last: its lock is held to the end


def _job_counts(statistics: Statistics) -> list[Row]:
    empty = dict.fromkeys(COUNTERS, 0)
    added = [{"job_id": job, **empty, **counts, "final": False} for job, counts in statistics.by_job().items()]
    return [*added, *({"job_id": job, **empty, **counts, "final": True} for job, counts in statistics.final.items())]


def _copy(writer: Connection, schema: str, name: str, table: Table, rows: Sequence[Row]) -> None:
    if not rows:
        return
    columns = list(table.columns)
    as_json = [place for place, kind in enumerate(table.columns.values()) if kind == "jsonb"]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(schema, name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with writer.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            values = list(map(row.get, columns))
            for place in as_json:
                values[place] = _json(values[place])
            copy.write_row(values)


class _AsText(Dumper):
    """Ids are text in the read model; the driver would copy a UUID without its dashes."""

    def dump(self, obj: UUID) -> bytes:
        return str(obj).encode()


def _json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def _add(total: Statistics, part: Statistics) -> None:
    """Add what is counted by source; what is counted by job is copied, since there may be millions of jobs."""
    total.source_jobs.update(part.source_jobs)
    for source, outcomes in part.ended_jobs.items():
        total.ended_jobs.setdefault(source, type(outcomes)()).update(outcomes)
    total.last_job.update(part.last_job)
    total.forgotten |= part.forgotten
    total.last_ended.update(part.last_ended)
    total.last_success.update(part.last_success)
