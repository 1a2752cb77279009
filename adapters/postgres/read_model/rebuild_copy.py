"""One process's share of a rebuild: folds whole streams and COPYs complete rows, in chunks of constant memory."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

import orjson
import psycopg
from psycopg import sql

from adapters.postgres.database import Connection, Database
from adapters.postgres.read_model.tables import (
    DATASETS,
    GATHER_ERRORS,
    JOBS,
    OBJECT_ERRORS,
    OBJECTS,
    SOURCES,
    Table,
    as_rows,
    log_table,
)
from projections.read_model import ReadModelBatch, fold
from projections.recorded import Row, StoredRow, decode
from projections.statistics import Statistics

CHUNK = 20_000  # events
FACTS = "CREATE UNLOGGED TABLE {schema}.dataset_fact (LIKE {schema}.dataset)"
STREAMS = """
    SELECT notification_id, originator_id, originator_version, topic, state, recorded_at AT TIME ZONE 'UTC'
    FROM events.stored_event
    WHERE originator_id >= %(low)s AND originator_id < %(high)s AND notification_id <= %(upto)s
    ORDER BY originator_id, originator_version
"""


def copy_streams(url: str, schema: str, low: UUID, high: UUID, upto: int) -> Statistics:
    """Copy the rows of all streams with low <= id < high, up to an event number; what is to be counted."""
    total = Statistics()
    database = Database(url, "harvestlog rebuild")
    with database.connect() as reader, database.connect() as writer:
        for rows in _whole_streams(reader, low, high, upto):
            batch = fold(decode(rows))
            with writer.transaction():
                _copy_batch(writer, schema, batch)
            _add(total, batch.statistics)
    return total


def _whole_streams(reader: Connection, low: UUID, high: UUID, upto: int) -> Iterator[list[StoredRow]]:
    """Chunks of the log in stream order that end where a stream ends."""
    with reader.transaction(), psycopg.ServerCursor(reader, "streams") as cursor:
        cursor.execute(STREAMS, {"low": low, "high": high, "upto": upto}, binary=True)
        rest: list[StoredRow] = []
        while rows := cursor.fetchmany(CHUNK):
            rows = [*rest, *rows]
            cut = len(rows)
            while cut and rows[cut - 1][1] == rows[-1][1]:
                cut -= 1
            rest = rows[cut:]
            if cut:
                yield rows[:cut]
        if rest:
            yield rest


def _copy_batch(writer: Connection, schema: str, batch: ReadModelBatch) -> None:
    tables = (
        (SOURCES, batch.sources),
        (JOBS, batch.jobs),
        (OBJECTS, batch.objects),
        (GATHER_ERRORS, batch.gather_errors),
        (OBJECT_ERRORS, batch.object_errors),
        (log_table(schema), batch.log),
    )
    for table, changes in tables:
        _copy(writer, schema, table.name, table, as_rows(changes.rows, table.key), changes.rows)
    facts = batch.datasets
    _copy(writer, schema, "dataset_fact", DATASETS, (fact._asdict() for fact in facts.values()), facts)


def _copy(writer: Connection, schema: str, name: str, table: Table, rows: Iterable[Row], known: Mapping[Any, Any]) -> None:
    if not known:
        return
    columns = list(table.columns)
    as_json = {column for column, kind in table.columns.items() if kind == "jsonb"}
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(schema, name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with writer.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([_json(row.get(name)) if name in as_json else _plain(row.get(name)) for name in columns])


def _plain(value: Any) -> Any:
    """Ids are text in the read model; the driver would copy a UUID without its dashes."""
    return str(value) if isinstance(value, UUID) else value


def _json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def _add(total: Statistics, part: Statistics) -> None:
    """Add counters; outcomes are counted by job at once, since the objects of a chunk are all known in it."""
    for job, counts in part.by_job().items():
        total.counted.setdefault(job, type(counts)()).update(counts)
    total.source_jobs.update(part.source_jobs)
    for source, outcomes in part.ended_jobs.items():
        total.ended_jobs.setdefault(source, type(outcomes)()).update(outcomes)
    total.last_job.update(part.last_job)
    total.final.update(part.final)
