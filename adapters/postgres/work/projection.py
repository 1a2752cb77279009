"""The work projection: `ops.work`, `ops.job_progress`, `ops.dataset` and `ops.schedule`, the write side's own state.

A row of ops.work goes through: waiting (due_at) -> sent (a command is on Kafka, until lease_until) -> claimed (worker, until
lease_until) -> gone with the outcome. The dispatcher's side is `pending_work.py`, the workers' side `claims.py`.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
import psycopg

from adapters.postgres.database import Connection
from adapters.postgres.work.news import WorkNews
from domain.rules import lane
from projections.recorded import Recorded
from projections.work import WorkBatch, fold

INSERT_JOBS = """
    INSERT INTO ops.job_progress (job_id, source_id, kind, lane, inline, created_at)
    SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb)
        AS x (job_id uuid, source_id uuid, kind text, lane smallint, inline boolean, created_at timestamptz)
"""
INSERT_WORK = """
    INSERT INTO ops.work (object_id, job_id, due_at)
    SELECT n.object_id, n.job_id, CASE WHEN j.inline THEN 'infinity' ELSE now() END
    FROM unnest(%(objects)b::uuid[], %(jobs)b::uuid[]) AS n (object_id, job_id)
    JOIN ops.job_progress j ON j.job_id = n.job_id
"""
DELETE_WORK = """
    WITH gone AS (
        DELETE FROM ops.work w USING unnest(%(objects)b::uuid[], %(outcomes)b::text[]) AS n (object_id, outcome)
        WHERE w.object_id = n.object_id RETURNING w.job_id, n.outcome
    )
    SELECT job_id::text, outcome, count(*) FROM gone GROUP BY 1, 2
"""
RETRY_WORK = """
    UPDATE ops.work w SET due_at = CASE WHEN j.inline THEN 'infinity' ELSE r.due_at END, attempt = w.attempt + r.failures,
        sent = false, worker = NULL, lease_until = NULL, deliveries = 0
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (object_id uuid, due_at timestamptz, failures integer), ops.job_progress j
    WHERE w.object_id = r.object_id AND j.job_id = w.job_id
    RETURNING w.job_id
"""
COUNT_JOBS = """
    UPDATE ops.job_progress j SET objects = j.objects + x.objects, added = j.added + x.added, updated = j.updated + x.updated,
        unchanged = j.unchanged + x.unchanged, deleted = j.deleted + x.deleted, errored = j.errored + x.errored,
        skipped = j.skipped + x.skipped, gather_errors = j.gather_errors + x.gather_errors,
        pages_unchanged = x.pages_unchanged + CASE WHEN x.restarted THEN 0 ELSE j.pages_unchanged END
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS x (job_id uuid, objects bigint, added bigint, updated bigint,
        unchanged bigint, deleted bigint, errored bigint, skipped bigint, gather_errors bigint, pages_unchanged bigint,
        restarted boolean)
    WHERE j.job_id = x.job_id
"""
SET_PROGRESS = """
    UPDATE ops.job_progress j SET gather = coalesce(x.gather, j.gather), attempt = coalesce(x.attempt, j.attempt),
        gather_started_at = coalesce(x.gather_started_at, j.gather_started_at),
        complete = coalesce(x.complete, j.complete), full_listing = coalesce(x.full_listing, j.full_listing)
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS x (job_id uuid, gather text, attempt integer,
        gather_started_at timestamptz, complete boolean, full_listing boolean)
    WHERE j.job_id = x.job_id
"""
SAVE_HIDDEN = """
    INSERT INTO ops.hidden_dataset AS h (source_id, guid, package_id, title, due_at, object_id, notification_id, job_number)
    SELECT source_id, guid, package_id, title, due_at, object_id, event_number, job_number
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS x (source_id uuid, guid text, package_id text, title text, due_at timestamptz,
        object_id uuid, event_number bigint, job_number integer)
    WHERE x.due_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM ops.dataset d WHERE d.source_id = x.source_id AND d.guid = x.guid AND d.object_id <> x.object_id
            AND (d.job_number, d.notification_id) > (x.job_number, x.event_number)
    )
    ON CONFLICT (source_id, guid) DO UPDATE SET package_id = EXCLUDED.package_id, title = EXCLUDED.title,
        due_at = EXCLUDED.due_at, object_id = EXCLUDED.object_id, notification_id = EXCLUDED.notification_id,
        job_number = EXCLUDED.job_number
    WHERE (h.job_number, h.notification_id) < (EXCLUDED.job_number, EXCLUDED.notification_id)
"""
DELETE_HIDDEN = """
    DELETE FROM ops.hidden_dataset h
    USING jsonb_to_recordset(%(rows)s::jsonb) AS x (source_id uuid, guid text, due_at timestamptz, event_number bigint,
        job_number integer)
    WHERE x.due_at IS NULL AND h.source_id = x.source_id AND h.guid = x.guid
        AND (h.job_number, h.notification_id) < (x.job_number, x.event_number)
"""
SAVE_DATASETS = """
    WITH x AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS x (source_id uuid, guid text, package_id text, object_id uuid,
            content_hash text, event_number bigint, job_number integer, state text, metadata_modified text, validators jsonb)
    ),
    shown AS (
        DELETE FROM ops.hidden_dataset h USING x
        WHERE h.source_id = x.source_id AND h.guid = x.guid AND h.object_id <> x.object_id
            AND (h.job_number, h.notification_id) < (x.job_number, x.event_number)
    )
    INSERT INTO ops.dataset AS d (source_id, guid, package_id, object_id, content_hash, notification_id, job_number, deleted,
        metadata_modified, validators)
    SELECT source_id, guid, package_id, object_id, content_hash, event_number, job_number, state = 'deleted',
        metadata_modified, nullif(validators, '{}')
    FROM x
    ON CONFLICT (source_id, guid) DO UPDATE SET package_id = EXCLUDED.package_id, object_id = EXCLUDED.object_id,
        content_hash = EXCLUDED.content_hash, notification_id = EXCLUDED.notification_id, job_number = EXCLUDED.job_number,
        deleted = EXCLUDED.deleted, metadata_modified = EXCLUDED.metadata_modified, validators = EXCLUDED.validators,
        validators_from = NULL
    WHERE (d.job_number, d.notification_id) < (EXCLUDED.job_number, EXCLUDED.notification_id)
"""
SAVE_VALIDATORS = """
    UPDATE ops.dataset d SET validators = x.validators, validators_from = x.object_id
    FROM jsonb_to_recordset(%(rows)s::jsonb)
        AS x (source_id uuid, guid text, content_hash text, validators jsonb, object_id uuid)
    WHERE d.source_id = x.source_id AND d.guid = x.guid AND d.content_hash = x.content_hash AND NOT d.deleted
        AND d.validators IS DISTINCT FROM x.validators
"""
INSERT_SCHEDULES = """
    INSERT INTO ops.schedule SELECT x.* FROM jsonb_populate_recordset(NULL::ops.schedule, %(rows)s::jsonb) x
    ON CONFLICT (source_id) DO NOTHING
"""
UPDATE_SCHEDULES = """
    UPDATE ops.schedule s
    SET (url, frequency, cron, time_zone, blackout, active, fresh, running, paused, paused_until, after, planned) = (
        SELECT n.url, n.frequency, n.cron, n.time_zone, n.blackout, n.active, n.fresh, n.running, n.paused, n.paused_until,
            n.after, n.planned
        FROM jsonb_populate_record(s, x.columns) n
    )
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS x (id uuid, columns jsonb)
    WHERE s.source_id = x.id
"""
END_JOBS = """
    WITH under_way AS (DELETE FROM ops.work WHERE job_id = ANY (%(jobs)b::uuid[]) AND sent),
    waiting AS (DELETE FROM ops.work WHERE job_id = ANY (%(jobs)b::uuid[]) AND NOT sent)
    DELETE FROM ops.job_progress WHERE job_id = ANY (%(jobs)b::uuid[])
"""


class WorkProjection:
    """Applies events to work, job_progress and dataset of `schema`. `news` is told what a batch has changed."""

    def __init__(self, news: WorkNews | None = None, schema: str = "ops") -> None:
        self._news = news or WorkNews()
        self._schema = schema
        self._jobs: set[UUID] = set()  # that the last batch changed
        self._batch = WorkBatch()

    def apply(self, connection: Connection, events: Sequence[Recorded]) -> None:
        """Write what the events change, within the caller's transaction."""
        batch = self._batch = fold(events)
        self._jobs = {*batch.jobs, *batch.progress, *batch.ended}
        if batch.jobs:
            self._execute(connection, INSERT_JOBS, _json(_job_rows(batch)))
        self._insert_work(connection, batch)
        self._count(connection, batch, self._delete_work(connection, batch))
        if batch.retries:
            self._jobs |= {job for (job,) in self._execute(connection, RETRY_WORK, _json(_retry_rows(batch)))}
        if batch.progress:
            self._execute(connection, SET_PROGRESS, _json([{"job_id": job, **row} for job, row in batch.progress.items()]))
        self._save_datasets(connection, batch)
        self._save_schedules(connection, batch)
        if batch.ended:
            self._execute(connection, END_JOBS, {"jobs": list(batch.ended)})

    def apply_datasets(self, connection: Connection, events: Sequence[Recorded]) -> None:
        """Write only what imports say about datasets."""
        self._save_datasets(connection, fold(events))

    def apply_schedules(self, connection: Connection, events: Sequence[Recorded]) -> None:
        """Write only what events say about schedules."""
        self._save_schedules(connection, fold(events))

    def _save_schedules(self, connection: Connection, batch: WorkBatch) -> None:
        if batch.new_schedules:
            self._execute(connection, INSERT_SCHEDULES, _json(list(batch.new_schedules.values())))
        if batch.schedules:
            rows = [{"id": str(source), "columns": columns} for source, columns in batch.schedules.items()]
            self._execute(connection, UPDATE_SCHEDULES, _json(rows))

    def _execute(
        self, connection: Connection, statement: str, parameters: dict[str, Any], *, prepare: bool | None = None
    ) -> psycopg.Cursor[tuple[Any, ...]]:
        return connection.execute(statement.replace("ops.", f"{self._schema}.").encode(), parameters, prepare=prepare)

    def applied(self) -> None:
        """The batch is committed."""
        gathered = [job for job, columns in self._batch.progress.items() if columns.get("gather") == "finished"]
        outcomes = len(self._batch.statistics.outcomes)
        self._news.add(self._jobs, gathered, outcomes, created=bool(self._batch.jobs))

    def _insert_work(self, connection: Connection, batch: WorkBatch) -> None:
        done = batch.statistics.outcomes
        rows = [(object_id, job) for object_id, job in batch.gathered.items() if object_id not in done]
        if rows:
            jobs = {job: UUID(job) for _, job in rows}
            parameters = {"objects": [object_id for object_id, _ in rows], "jobs": [jobs[job] for _, job in rows]}
            self._execute(connection, INSERT_WORK, parameters, prepare=True)

    def _delete_work(self, connection: Connection, batch: WorkBatch) -> list[tuple[str, str, int]]:
        """Outcomes of objects of earlier batches, counted by job and column."""
        ids = [
            (object_id, column) for object_id, column in batch.statistics.outcomes.items() if object_id not in batch.gathered
        ]
        if not ids:
            return []
        parameters = {"objects": [object_id for object_id, _ in ids], "outcomes": [column for _, column in ids]}
        return self._execute(connection, DELETE_WORK, parameters, prepare=True).fetchall()

    def _count(self, connection: Connection, batch: WorkBatch, counted: Sequence[tuple[str, str, int]]) -> None:
        columns = ("objects", "added", "updated", "unchanged", "deleted", "errored", "skipped", "gather_errors")
        empty = dict.fromkeys((*columns, "pages_unchanged"), 0)
        restarted = batch.statistics.pages_restarted
        by_job = batch.statistics.by_job(counted)
        if by_job:
            self._jobs |= {UUID(job) for job in by_job}
            rows = [{"job_id": job, **empty, **counts, "restarted": job in restarted} for job, counts in by_job.items()]
            self._execute(connection, COUNT_JOBS, _json(rows))

    def _save_datasets(self, connection: Connection, batch: WorkBatch) -> None:
        if batch.hidden:
            facts = _json([fact._asdict() for fact in batch.hidden.values()])
            self._execute(connection, SAVE_HIDDEN, facts)
            self._execute(connection, DELETE_HIDDEN, facts)
        if batch.datasets:
            self._execute(connection, SAVE_DATASETS, _json([fact._asdict() for fact in batch.datasets.values()]))
        if batch.validators:
            self._execute(connection, SAVE_VALIDATORS, _json(list(batch.validators.values())))


def _job_rows(batch: WorkBatch) -> list[dict[str, Any]]:
    return [
        {
            "job_id": job,
            "source_id": row["source_id"],
            "kind": row["kind"],
            "lane": lane(row["trigger"], row["options"]),
            "inline": row["trigger"] == "run-test",
            "created_at": row["created_at"],
        }
        for job, row in batch.jobs.items()
    ]


def _retry_rows(batch: WorkBatch) -> list[dict[str, Any]]:
    return [{"object_id": key, "due_at": due, "failures": batch.failures[key]} for key, due in batch.retries.items()]


def _json(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"rows": orjson.dumps(rows).decode()}
