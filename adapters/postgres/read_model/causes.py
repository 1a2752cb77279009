"""Writes error_cause: a job's errors by cause, counted as they are projected.

A row is read, added to and written again in one transaction. In a live read model whoever writes holds the projection's lock;
the processes of a rebuild take a lock of their own.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import orjson
from psycopg import sql

from adapters.postgres.database import Connection
from adapters.postgres.log.event_store import read_whole
from adapters.postgres.read_model.tables import CAUSES, OBJECT_ERRORS, names
from projections.causes import Cause, CauseKey, Causes, add_errors
from projections.read_model import ReadModelBatch, fold
from projections.recorded import decode

AT_A_TIME = 1000  # rows of one statement
STREAMS = 100  # objects whose events are read at a time
KEY = CauseKey._fields
COLUMNS = ("texts", "gap_values", "first_error", "last_error", "errors", "records", "examples")  # as Cause has its fields


class CauseWriter:
    """Counts errors by cause in the read model of `schema`."""

    def __init__(self, schema: str) -> None:
        table, errors = sql.Identifier(schema, CAUSES.name), sql.Identifier(schema, OBJECT_ERRORS.name)
        key_columns = {name: CAUSES.columns[name] for name in KEY}
        self._lock = f"causes of {schema}"
        self._known = sql.SQL("SELECT {key}, {columns} FROM {rows} JOIN {table} t USING ({key})").format(
            key=names(KEY), columns=names(COLUMNS), rows=CAUSES.recordset(key_columns), table=table
        )
        self._save = sql.SQL("""
            INSERT INTO {table} ({columns}) SELECT {columns} FROM {rows} ON CONFLICT ({key}) DO UPDATE SET {changes}
        """).format(
            table=table,
            columns=names(CAUSES.columns),
            rows=CAUSES.recordset(CAUSES.columns),
            key=names(KEY),
            changes=sql.SQL(", ").join(sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name)) for name in COLUMNS),
        )
        self._failed = sql.SQL("""
            SELECT harvest_object_id, array_agg(DISTINCT cause) FROM {errors}
            WHERE harvest_object_id = ANY (%(ids)s) AND cause IS NOT NULL GROUP BY 1
        """).format(errors=errors)
        self._remove = sql.SQL("DELETE FROM {table} WHERE job_id = ANY (%(jobs)s) AND NOT of_gather").format(table=table)
        self._left = sql.SQL("""
            SELECT DISTINCT harvest_object_id::uuid FROM {errors} WHERE harvest_job_id = ANY (%(jobs)s) AND level = 'error'
        """).format(errors=errors)

    def count(self, connection: Connection, batch: ReadModelBatch) -> None:
        """Count a batch's errors, and name the cause in their rows, which know their jobs and aren't stored yet."""
        objects = batch.objects.rows
        errors = batch.object_errors.rows.values()
        earlier = {str(row["harvest_object_id"]) for row in errors if row["harvest_object_id"] not in objects}
        if earlier:
            for object_id, causes in connection.execute(self._failed, {"ids": sorted(earlier)}):
                batch.causes.failed_before(object_id, causes)
        add_errors(batch.causes, batch.gather_errors.rows, batch.object_errors.rows)
        self._add(connection, batch.causes)

    def add_with_others(self, connection: Connection, causes: Causes) -> None:
        """Add causes while other processes do the same, within the caller's transaction."""
        if causes.by_key:
            connection.execute("SELECT pg_advisory_xact_lock(ops.lock_key(%s))", (self._lock,))
            self._add(connection, causes)

    def _add(self, connection: Connection, causes: Causes) -> None:
        items = iter(sorted(causes.by_key.items()))
        while part := dict(islice(items, AT_A_TIME)):
            keys = [key._asdict() for key in part]
            for row in connection.execute(self._known, _json(keys)).fetchall():
                key = CauseKey(*row[: len(KEY)])
                cause = Cause(*row[len(KEY) :])
                cause.add(part[key])
                part[key] = cause
            connection.execute(self._save, _json([_row(key, cause) for key, cause in part.items()]))

    def count_again(self, connection: Connection, jobs: Sequence[str], upto: int) -> None:
        """Count the errors of objects that are left of these jobs, whose other objects went from the log.

        From the log up to an event number, as a rebuild does: a record may have got another guid after some of its errors.
        """
        connection.execute(self._remove, {"jobs": jobs})
        left = [object_id for (object_id,) in connection.execute(self._left, {"jobs": jobs})]
        causes = Causes()
        for start in range(0, len(left), STREAMS):
            events = decode(read_whole(connection, left[start : start + STREAMS]))
            add_errors(causes, {}, fold(event for event in events if event.number <= upto).object_errors.rows)
        self._add(connection, causes)


def _row(key: CauseKey, cause: Cause) -> dict[str, Any]:
    values = (cause.texts, cause.values, cause.first, cause.last, cause.errors, cause.records, cause.examples)
    return key._asdict() | dict(zip(COLUMNS, values, strict=True))


def _json(rows: list[dict[str, Any]] | list[Mapping[str, Any]]) -> dict[str, str]:
    return {"rows": orjson.dumps(rows).decode()}
