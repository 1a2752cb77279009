"""Pending work: what the work projection keeps in `ops`, how the dispatcher takes it and workers claim it.

A row of ops.work goes through: waiting (due_at) -> sent (a command is on Kafka, until lease_until) -> claimed (worker, until
lease_until) -> gone with the outcome. Whoever loses its lease loses the claim, and the object waits again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from adapters.postgres.database import KEEPALIVE, Connection, Database, unavailable
from domain.commands import FetchObject, GatherJob
from domain.rules import GATHER_DELIVERIES, LANES, SOLO_AFTER, Progress, Waiting
from projections.recorded import Recorded
from projections.work import WorkBatch, fold

SEND_LEASE = 60  # seconds that a command may wait on Kafka before it is sent again

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
SAVE_DATASETS = """
    INSERT INTO ops.dataset AS d (source_id, guid, package_id, object_id, content_hash, notification_id)
    SELECT source_id, guid, package_id, object_id, content_hash, event_number
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS x (source_id uuid, guid text, package_id text, object_id uuid,
        content_hash text, event_number bigint)
    ON CONFLICT (source_id, guid) DO UPDATE SET package_id = EXCLUDED.package_id, object_id = EXCLUDED.object_id,
        content_hash = EXCLUDED.content_hash, notification_id = EXCLUDED.notification_id
"""
DELETE_DATASETS = """
    DELETE FROM ops.dataset d USING unnest(%(sources)b::uuid[], %(guids)b::text[]) AS x (source_id, guid)
    WHERE d.source_id = x.source_id AND d.guid = x.guid
"""
END_JOBS = """
    WITH under_way AS (DELETE FROM ops.work WHERE job_id = ANY (%(jobs)b::uuid[]) AND sent),
    waiting AS (DELETE FROM ops.work WHERE job_id = ANY (%(jobs)b::uuid[]) AND NOT sent)
    DELETE FROM ops.job_progress WHERE job_id = ANY (%(jobs)b::uuid[])
"""


class WorkProjection:
    """Applies events to ops.work, ops.job_progress and ops.dataset."""

    def apply(self, connection: Connection, events: Sequence[Recorded]) -> None:
        """Write what the events change, within the caller's transaction."""
        batch = fold(events)
        if batch.jobs:
            connection.execute(INSERT_JOBS, _json(_job_rows(batch)))
        self._insert_work(connection, batch)
        self._count(connection, batch, self._delete_work(connection, batch))
        if batch.retries:
            connection.execute(RETRY_WORK, _json(_retry_rows(batch)))
        if batch.progress:
            connection.execute(SET_PROGRESS, _json([{"job_id": job, **row} for job, row in batch.progress.items()]))
        self._save_datasets(connection, batch)
        if batch.ended:
            connection.execute(END_JOBS, {"jobs": list(batch.ended)})

    def _insert_work(self, connection: Connection, batch: WorkBatch) -> None:
        done = batch.statistics.outcomes
        rows = [(object_id, job) for object_id, job in batch.gathered.items() if object_id not in done]
        if rows:
            jobs = {job: UUID(job) for _, job in rows}
            parameters = {"objects": [object_id for object_id, _ in rows], "jobs": [jobs[job] for _, job in rows]}
            connection.execute(INSERT_WORK, parameters, prepare=True)

    def _delete_work(self, connection: Connection, batch: WorkBatch) -> list[tuple[str, str, int]]:
        """Outcomes of objects of earlier batches, counted by job and column."""
        known = [
            (object_id, column) for object_id, column in batch.statistics.outcomes.items() if object_id not in batch.gathered
        ]
        if not known:
            return []
        parameters = {"objects": [object_id for object_id, _ in known], "outcomes": [column for _, column in known]}
        return connection.execute(DELETE_WORK, parameters, prepare=True).fetchall()

    def _count(self, connection: Connection, batch: WorkBatch, counted: Sequence[tuple[str, str, int]]) -> None:
        columns = ("objects", "added", "updated", "unchanged", "deleted", "errored", "skipped", "gather_errors")
        empty = dict.fromkeys((*columns, "pages_unchanged"), 0)
        restarted = batch.statistics.pages_restarted
        by_job = batch.statistics.by_job(counted)
        if by_job:
            rows = [{"job_id": job, **empty, **counts, "restarted": job in restarted} for job, counts in by_job.items()]
            connection.execute(COUNT_JOBS, _json(rows))

    def _save_datasets(self, connection: Connection, batch: WorkBatch) -> None:
        held = [fact._asdict() for fact in batch.datasets.values() if fact.state == "active"]
        gone = [fact for fact in batch.datasets.values() if fact.state == "deleted"]
        if held:
            connection.execute(SAVE_DATASETS, _json(held))
        if gone:
            parameters = {"sources": [UUID(fact.source_id) for fact in gone], "guids": [fact.guid for fact in gone]}
            connection.execute(DELETE_DATASETS, parameters)


def _job_rows(batch: WorkBatch) -> list[dict[str, Any]]:
    return [
        {
            "job_id": job,
            "source_id": row["source_id"],
            "kind": row["kind"],
            "lane": LANES.get(row["trigger"], 1),
            "inline": row["trigger"] == "run-test",
            "created_at": row["created_at"],
        }
        for job, row in batch.jobs.items()
    ]


def _retry_rows(batch: WorkBatch) -> list[dict[str, Any]]:
    return [{"object_id": key, "due_at": due, "failures": batch.failures[key]} for key, due in batch.retries.items()]


def _json(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"rows": orjson.dumps(rows).decode()}


WAITING = """
    SELECT j.job_id, j.lane,
        (SELECT count(*) FROM (SELECT FROM ops.work w WHERE w.job_id = j.job_id AND NOT w.sent AND w.due_at <= now()
            ORDER BY w.due_at LIMIT %(cap)s) due),
        (SELECT count(*) FROM ops.work w WHERE w.job_id = j.job_id AND w.sent)
    FROM ops.job_progress j WHERE NOT j.inline
"""
TAKE = """
    UPDATE ops.work w SET sent = true, epoch = w.epoch + 1, worker = NULL,
        lease_until = now() + make_interval(secs => %(lease)s)
    WHERE w.object_id = ANY (ARRAY(
        SELECT q.object_id FROM unnest(%(jobs)b::uuid[], %(quotas)b::integer[]) AS n (job_id, quota)
        CROSS JOIN LATERAL (
            SELECT object_id FROM ops.work WHERE job_id = n.job_id AND NOT sent AND due_at <= now()
            ORDER BY due_at LIMIT n.quota
        ) q
    ))
    RETURNING w.object_id, w.epoch
"""
TAKE_GATHER = """
    UPDATE ops.job_progress SET sent_until = now() + make_interval(secs => %(lease)s),
        epoch = epoch + (sent_until IS NULL)::int
    WHERE NOT inline AND gather <> 'finished' AND worker IS NULL AND due_at <= now()
        AND (sent_until IS NULL OR sent_until < now()) AND deliveries < %(deliveries)s
    RETURNING job_id, epoch
"""
GIVE_BACK = (
    "UPDATE ops.work SET sent = false, lease_until = NULL WHERE object_id = ANY (%(objects)b::uuid[]) AND worker IS NULL"
)
GIVE_BACK_GATHER = "UPDATE ops.job_progress SET sent_until = NULL WHERE job_id = ANY (%(jobs)b::uuid[]) AND worker IS NULL"
FORGET_SENT = "UPDATE ops.work SET sent = false, lease_until = NULL WHERE sent AND worker IS NULL"
FORGET_SENT_GATHER = "UPDATE ops.job_progress SET sent_until = NULL WHERE worker IS NULL AND sent_until IS NOT NULL"
EXPIRE = """
    UPDATE ops.work SET sent = false, worker = NULL, lease_until = NULL
    WHERE sent AND (lease_until < now() OR worker = ANY (%(dead)b::text[]))
"""
EXPIRE_GATHER = """
    UPDATE ops.job_progress SET worker = NULL, sent_until = NULL, lease_until = NULL
    WHERE worker IS NOT NULL AND (lease_until < now() OR worker = ANY (%(dead)b::text[]))
"""
LOST = "SELECT object_id FROM ops.work WHERE deliveries > 3 AND deliveries > %(solo)s AND NOT sent LIMIT 1000"
LOST_GATHER = """
    SELECT job_id FROM ops.job_progress WHERE worker IS NULL AND gather <> 'finished' AND deliveries >= %(deliveries)s
"""
LOST_INLINE = """
    SELECT job_id FROM ops.job_progress WHERE inline AND worker IS NULL AND created_at < now() - interval '1 minute'
"""
ABSENT = """
    SELECT DISTINCT w.worker FROM (
        SELECT worker FROM ops.work WHERE sent AND worker IS NOT NULL
        UNION SELECT worker FROM ops.job_progress WHERE worker IS NOT NULL
    ) w
    WHERE NOT EXISTS (
        SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.classid = %(class)s AND l.objid::bigint = hashtext(w.worker)::bigint & 4294967295
    )
"""
PROGRESS = """
    SELECT job_id, gather, complete, objects, added, updated, unchanged, deleted, errored, skipped, pages_unchanged,
        gather_errors
    FROM ops.job_progress
"""
PRESENCE_CLASS = 0x48415256  # first key of the advisory locks by which workers show that they live


class PendingWork:
    """The dispatcher's side of ops.work."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self, cap: int) -> list[Waiting]:
        """Jobs with how many objects are due (counted up to `cap`) and under way."""
        return [Waiting(*row) for row in self._database.query(WAITING, cap=cap)]

    def take(self, quotas: dict[UUID, int]) -> list[FetchObject]:
        """Mark objects as sent, so many of each job; the commands to send."""
        parameters = {"jobs": list(quotas), "quotas": list(quotas.values()), "lease": SEND_LEASE}
        return [FetchObject(*row) for row in self._database.query(TAKE, **parameters)]

    def take_gather(self) -> list[GatherJob]:
        """Mark jobs that wait for gather as sent; the commands to send."""
        rows = self._database.query(TAKE_GATHER, lease=SEND_LEASE, deliveries=GATHER_DELIVERIES)
        return [GatherJob(*row) for row in rows]

    def give_back(self, unsent: Iterable[FetchObject | GatherJob]) -> None:
        """Commands that the broker didn't take: they wait again."""
        unsent = list(unsent)
        self._database.query(GIVE_BACK, objects=[c.object_id for c in unsent if isinstance(c, FetchObject)])
        self._database.query(GIVE_BACK_GATHER, jobs=[c.job_id for c in unsent if isinstance(c, GatherJob)])

    def forget_sent(self) -> None:
        """The broker lost everything: what is sent and not claimed waits again."""
        self._database.query(FORGET_SENT)
        self._database.query(FORGET_SENT_GATHER)

    def absent_workers(self) -> set[str]:
        """Workers that hold claims and don't show that they live."""
        return {worker for (worker,) in self._database.query(ABSENT, **{"class": PRESENCE_CLASS})}

    def expire(self, dead: Iterable[str]) -> None:
        """Take back what is claimed by dead workers or beyond its lease."""
        names = list(dead)
        self._database.query(EXPIRE, dead=names)
        self._database.query(EXPIRE_GATHER, dead=names)

    def lost_objects(self) -> list[UUID]:
        """Objects that took down every worker that had them, at last alone."""
        return [object_id for (object_id,) in self._database.query(LOST, solo=SOLO_AFTER)]

    def lost_jobs(self) -> list[UUID]:
        """Jobs whose gather took down every worker that had it."""
        return [job_id for (job_id,) in self._database.query(LOST_GATHER, deliveries=GATHER_DELIVERIES)]

    def lost_inline(self) -> list[UUID]:
        """Jobs of `run-test` whose process is gone."""
        return [job_id for (job_id,) in self._database.query(LOST_INLINE)]

    def progress(self) -> dict[UUID, Progress]:
        """The counts of every unfinished job."""
        return {row[0]: Progress(*row[1:]) for row in self._database.query(PROGRESS)}


CLAIM = """
    UPDATE ops.work w SET worker = %(worker)s, deliveries = w.deliveries + 1,
        lease_until = now() + make_interval(secs => %(lease)s)
    FROM unnest(%(objects)b::uuid[], %(epochs)b::integer[]) AS m (object_id, epoch)
    WHERE w.object_id = m.object_id AND w.epoch = m.epoch AND w.sent AND w.worker IS NULL
        AND (w.deliveries < %(solo)s OR %(alone)s)
    RETURNING w.object_id, w.attempt, now()
"""
NEEDS_SOLO = """
    SELECT w.object_id FROM ops.work w JOIN unnest(%(objects)b::uuid[], %(epochs)b::integer[]) AS m (object_id, epoch)
    ON w.object_id = m.object_id AND w.epoch = m.epoch
    WHERE w.sent AND w.worker IS NULL AND w.deliveries >= %(solo)s
"""
RENEW = """
    UPDATE ops.work SET lease_until = now() + make_interval(secs => %(lease)s)
    WHERE object_id IN (
        SELECT object_id FROM ops.work WHERE object_id = ANY (%(objects)b::uuid[]) AND worker = %(worker)s
        FOR UPDATE SKIP LOCKED
    )
"""
RENEW_GATHER = """
    UPDATE ops.job_progress SET lease_until = now() + make_interval(secs => %(lease)s)
    WHERE worker = %(worker)s AND job_id = ANY (%(jobs)b::uuid[])
"""
RELEASE = """
    UPDATE ops.work SET sent = false, worker = NULL, lease_until = NULL, deliveries = greatest(deliveries - 1, 0)
    WHERE object_id = ANY (%(objects)b::uuid[]) AND worker = %(worker)s
"""
RELEASE_GATHER = """
    UPDATE ops.job_progress SET worker = NULL, sent_until = NULL, lease_until = NULL,
        deliveries = greatest(deliveries - 1, 0), due_at = now() + make_interval(secs => %(delay)s)
    WHERE job_id = %(job)s AND worker = %(worker)s
"""
CLAIM_INLINE = """
    UPDATE ops.job_progress SET worker = %(worker)s, lease_until = 'infinity' WHERE job_id = %(job)s AND inline
"""
CLAIM_GATHER = """
    UPDATE ops.job_progress SET worker = %(worker)s, deliveries = deliveries + 1,
        lease_until = now() + make_interval(secs => %(lease)s)
    WHERE job_id = %(job)s AND epoch = %(epoch)s AND worker IS NULL AND gather <> 'finished' RETURNING source_id
"""
HELD = """
    SELECT d.source_id, d.guid, d.package_id, d.content_hash, d.object_id FROM ops.dataset d
    JOIN unnest(%(sources)b::uuid[], %(guids)b::text[]) AS x (source_id, guid)
    ON d.source_id = x.source_id AND d.guid = x.guid
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """An object that this worker may run. `now` is the database's clock."""

    object_id: UUID
    attempt: int  # failed attempts before this one
    now: datetime


@dataclass(frozen=True, slots=True)
class HeldDataset:
    """What a source holds for a guid."""

    package_id: str | None
    content_hash: str | None
    object_id: UUID


class Claims:
    """A worker's side of ops.work. `worker` is unique among all that live."""

    def __init__(self, database: Database, worker: str, lease: float) -> None:
        self._database = database
        self.worker = worker
        self._lease = lease
        self._presence: Connection | None = None

    def show_presence(self) -> None:
        """Hold the session lock by which the coordinator sees that this worker lives; call it now and then."""
        with unavailable(self._database.url):
            if self._presence is None or self._presence.closed or self._presence.broken:
                self._presence = self._database.connect()
                self._presence.execute(KEEPALIVE)
                self._presence.execute("SELECT pg_advisory_lock_shared(%s, hashtext(%s))", (PRESENCE_CLASS, self.worker))
            else:
                self._presence.execute("SELECT 1")

    def claim(self, commands: Sequence[FetchObject], *, alone: bool = False) -> dict[UUID, Claimed]:
        """Claim objects in one statement; those that may run. Finished, superseded and claimed ones are left out.

        An object that was delivered too often without an outcome is only claimed when `alone`.
        """
        parameters = {"worker": self.worker, "lease": self._lease, "solo": SOLO_AFTER, "alone": alone}
        rows = self._database.query(CLAIM, **parameters, **_commands(commands))
        return {row[0]: Claimed(*row) for row in rows}

    def need_solo(self, commands: Sequence[FetchObject]) -> set[UUID]:
        """Those of the objects that must be claimed alone."""
        return {object_id for (object_id,) in self._database.query(NEEDS_SOLO, solo=SOLO_AFTER, **_commands(commands))}

    def renew(self, objects: Iterable[UUID]) -> None:
        """Hold on to objects that are being run for another lease; a claim that its worker doesn't know of lapses."""
        self._database.query(RENEW, worker=self.worker, lease=self._lease, objects=list(objects))

    def release(self, objects: Iterable[UUID]) -> None:
        """Hand objects back that were claimed and not run."""
        self._database.query(RELEASE, objects=list(objects), worker=self.worker)

    def claim_gather(self, command: GatherJob) -> bool:
        """Claim a job's gather."""
        parameters = {"worker": self.worker, "lease": self._lease, "job": command.job_id, "epoch": command.epoch}
        return bool(self._database.query(CLAIM_GATHER, **parameters))

    def claim_inline(self, job_id: UUID) -> None:
        """Hold a job of `run-test`, which runs in this very process."""
        self._database.query(CLAIM_INLINE, worker=self.worker, job=job_id)

    def renew_gather(self, jobs: Iterable[UUID]) -> None:
        """Hold on to jobs that are being gathered for another lease."""
        self._database.query(RENEW_GATHER, worker=self.worker, lease=self._lease, jobs=list(jobs))

    def release_gather(self, job_id: UUID, delay: float = 0.0) -> None:
        """Hand a job back that can't be gathered here now; it is due again after `delay` seconds."""
        self._database.query(RELEASE_GATHER, job=job_id, worker=self.worker, delay=delay)

    def close(self) -> None:
        """Show no presence any more."""
        if self._presence is not None:
            self._presence.close()


def _commands(commands: Sequence[FetchObject]) -> dict[str, Any]:
    return {"objects": [command.object_id for command in commands], "epochs": [command.epoch for command in commands]}


def held_datasets(database: Database, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], HeldDataset]:
    """What sources hold, by (source id, guid)."""
    parameters = {"sources": [UUID(source) for source, _ in keys], "guids": [guid for _, guid in keys]}
    rows = database.query(HELD, **parameters)
    return {(str(row[0]), row[1]): HeldDataset(*row[2:]) for row in rows}
