"""A worker's side of pending work: it claims before it runs, renews what it runs, and shows that it lives."""

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from adapters.postgres.database import KEEPALIVE, UNHURRIED, Connection, Database, unavailable
from adapters.postgres.work.workers import Activity, Workers
from domain.commands import FetchObject, GatherJob
from domain.errors import ServiceUnavailable
from domain.rules import SOLO_AFTER

PRESENCE_CLASS = 0x48415256  # first key of the advisory locks by which workers show that they live

# Where objects are named, `sent IS NOT FALSE` keeps the planner from the index of rows that are sent: a plan from a time when
# those were few compares all of them with every object named, 100 ms for 200 objects while 5,000 are under way.
CLAIM = """
    UPDATE ops.work w SET worker = %(worker)s, deliveries = w.deliveries + 1,
        lease_until = now() + make_interval(secs => %(lease)s)
    FROM unnest(%(objects)b::uuid[], %(epochs)b::integer[]) AS m (object_id, epoch)
    WHERE w.object_id = m.object_id AND w.epoch = m.epoch AND w.sent IS NOT FALSE AND w.worker IS NULL
        AND (w.deliveries < %(solo)s OR %(alone)s)
    RETURNING w.object_id, w.attempt, now()
"""
NEEDS_SOLO = """
    SELECT w.object_id, w.epoch FROM ops.work w JOIN unnest(%(objects)b::uuid[], %(epochs)b::integer[]) AS m (object_id, epoch)
    ON w.object_id = m.object_id AND w.epoch = m.epoch
    WHERE w.sent IS NOT FALSE AND w.worker IS NULL AND w.deliveries >= %(solo)s
"""
RENEW = f"""
    UPDATE ops.work SET lease_until = now() + make_interval(secs => %(lease)s)
    WHERE object_id IN (
        SELECT object_id FROM ops.work WHERE object_id = ANY (%(objects)b::uuid[]) AND worker = %(worker)s
        FOR UPDATE SKIP LOCKED
    ) AND {UNHURRIED}
"""
RENEW_GATHER = f"""
    UPDATE ops.job_progress SET lease_until = now() + make_interval(secs => %(lease)s)
    WHERE worker = %(worker)s AND job_id = ANY (%(jobs)b::uuid[]) AND {UNHURRIED}
"""
RELEASE = """
    UPDATE ops.work SET sent = false, worker = NULL, lease_until = NULL, deliveries = greatest(deliveries - 1, 0)
    WHERE object_id = ANY (%(objects)b::uuid[]) AND worker = %(worker)s
"""
POSTPONE = """
    UPDATE ops.work w SET sent = false, worker = NULL, lease_until = NULL, deliveries = greatest(w.deliveries - 1, 0),
        due_at = greatest(w.due_at, now() + make_interval(secs => m.wait))
    FROM unnest(%(objects)b::uuid[], %(waits)b::float8[]) AS m (object_id, wait)
    WHERE w.object_id = m.object_id AND w.worker = %(worker)s AND w.sent IS NOT FALSE
"""
RETURN = """
    UPDATE ops.work w SET sent = false, lease_until = NULL
    FROM unnest(%(objects)b::uuid[], %(epochs)b::integer[]) AS m (object_id, epoch)
    WHERE w.object_id = m.object_id AND w.epoch = m.epoch AND w.sent IS NOT FALSE AND w.worker IS NULL
"""
RELEASE_GATHER = """
    UPDATE ops.job_progress SET worker = NULL, sent_until = NULL, lease_until = NULL,
        deliveries = greatest(deliveries - 1, 0), due_at = now() + make_interval(secs => %(delay)s)
    WHERE job_id = ANY (%(jobs)b::uuid[]) AND worker = %(worker)s
"""
CLAIM_INLINE = """
    UPDATE ops.job_progress SET worker = %(worker)s, lease_until = 'infinity' WHERE job_id = %(job)s AND inline
"""
CLAIM_GATHER = f"""
    UPDATE ops.job_progress j SET worker = %(worker)s, deliveries = deliveries + 1,
        lease_until = now() + make_interval(secs => %(lease)s)
    FROM unnest(%(jobs)b::uuid[], %(epochs)b::integer[]) AS m (job_id, epoch)
    WHERE j.job_id = m.job_id AND j.epoch = m.epoch AND j.worker IS NULL AND j.gather <> 'finished' AND {UNHURRIED}
    RETURNING j.job_id, j.deliveries, now()
"""
GATHER_LANES = """
    SELECT j.job_id, j.epoch, j.lane FROM ops.job_progress j
    JOIN unnest(%(jobs)b::uuid[], %(epochs)b::integer[]) AS m (job_id, epoch) ON j.job_id = m.job_id AND j.epoch = m.epoch
    WHERE j.worker IS NULL AND j.gather <> 'finished'
"""
REFUSE_GATHER = f"""
    UPDATE ops.job_progress j SET sent_until = NULL, due_at = now() + make_interval(secs => %(delay)s)
    FROM unnest(%(jobs)b::uuid[], %(epochs)b::integer[]) AS m (job_id, epoch)
    WHERE j.job_id = m.job_id AND j.epoch = m.epoch AND j.worker IS NULL AND j.gather <> 'finished' AND {UNHURRIED}
"""
HELD = """
    SELECT d.source_id, d.guid, d.package_id, d.content_hash, d.object_id, d.metadata_modified, d.validators
    FROM ops.dataset d JOIN unnest(%(sources)b::uuid[], %(guids)b::text[]) AS x (source_id, guid)
    ON d.source_id = x.source_id AND d.guid = x.guid WHERE NOT d.deleted
"""
RUNNING = "SELECT job_id FROM ops.job_progress WHERE job_id = ANY (%(jobs)b::uuid[])"


@dataclass(frozen=True, slots=True)
class Claimed:
    """An object that this worker may run, claimed at `now` by the database's clock."""

    object_id: UUID
    attempt: int  # failed attempts before this one
    now: datetime
    noted: float = field(default_factory=time.monotonic)

    def database_time(self) -> datetime:
        """What the database's clock says now, from the seconds since the claim."""
        return self.now + timedelta(seconds=time.monotonic() - self.noted)


@dataclass(frozen=True, slots=True)
class ClaimedGather:
    """A job that this worker gathers, claimed at `now` by the database's clock, `noted` by this process's monotonic one."""

    job_id: UUID
    deliveries: int  # without an outcome, this one included
    now: datetime
    noted: float


@dataclass(frozen=True, slots=True)
class HeldDataset:
    """What a source holds for a guid."""

    package_id: str | None
    content_hash: str | None
    object_id: UUID
    metadata_modified: str | None = None
    validators: Mapping[str, str] = field(default_factory=dict)


class Claims:
    """A worker's side of ops.work. `worker` is unique among all that live; with a role its reports are listed by `status`."""

    def __init__(self, database: Database, worker: str, lease: float, role: str = "") -> None:
        self._database = database
        self.worker = worker
        self._lease = lease
        self._presence: Connection | None = None
        self._reports = Workers(database, worker, role) if role else None

    def show_presence(self, activity: Activity | None = None) -> None:
        """Hold the session lock by which the coordinator sees that this worker lives; call it now and then.

        What the worker is busy with is reported over the same connection, at most every 2 s. Raises ServiceUnavailable.
        """
        with unavailable(self._database.url):
            if self._presence is None or self._presence.closed or self._presence.broken:
                self._presence = self._database.connect()
                self._presence.execute(KEEPALIVE)
                self._presence.execute("SELECT pg_advisory_lock_shared(%s, hashtext(%s))", (PRESENCE_CLASS, self.worker))
            else:
                list(self._presence.notifies(timeout=0))  # there are none; this fails if the server hung up, at no round trip
            if self._reports is not None and activity is not None:
                self._reports.report(activity, self._presence)

    def claim(self, commands: Sequence[FetchObject], *, alone: bool = False) -> dict[UUID, Claimed]:
        """Claim objects in one statement; those that may run. Finished, superseded and claimed ones are left out.

        An object that was delivered too often without an outcome is only claimed when `alone`.
        """
        parameters = {"worker": self.worker, "lease": self._lease, "solo": SOLO_AFTER, "alone": alone}
        rows = self._database.query(CLAIM, **parameters, **_commands(commands))
        return {row[0]: Claimed(*row) for row in rows}

    def need_solo(self, commands: Sequence[FetchObject]) -> set[FetchObject]:
        """Those of the commands whose objects must be claimed alone; superseded ones are not among them."""
        return {FetchObject(*row) for row in self._database.query(NEEDS_SOLO, solo=SOLO_AFTER, **_commands(commands))}

    def renew(self, objects: Iterable[UUID]) -> None:
        """Hold on to objects that are being run for another lease; a claim that its worker doesn't know of lapses."""
        self._database.query(RENEW, worker=self.worker, lease=self._lease, objects=list(objects))

    def ended(self, jobs: Iterable[str]) -> set[str]:
        """Those of the jobs that have ended: nobody waits for their objects."""
        existing = set(jobs)
        return existing - running_jobs(self._database, existing) if existing else set()

    def release(self, objects: Iterable[UUID]) -> None:
        """Hand objects back that were claimed and not run."""
        self._database.query(RELEASE, objects=list(objects), worker=self.worker)

    def postpone(self, waits: Mapping[UUID, float]) -> None:
        """Hand objects back that are to run later, that many seconds from now; that counts as no attempt."""
        self._database.query(POSTPONE, objects=list(waits), waits=list(waits.values()), worker=self.worker)

    def give_back(self, commands: Sequence[FetchObject]) -> None:
        """Let commands be sent again that were taken and not claimed."""
        self._database.query(RETURN, **_commands(commands))

    def claim_gathers(self, commands: Sequence[GatherJob]) -> dict[UUID, ClaimedGather]:
        """Claim jobs to gather, in one statement; those that this worker got."""
        noted = time.monotonic()  # no later than what the database's clock says
        parameters = {"worker": self.worker, "lease": self._lease, **_gather_commands(commands)}
        rows = self._database.query(CLAIM_GATHER, **parameters)
        return {job_id: ClaimedGather(job_id, deliveries, now, noted) for job_id, deliveries, now in rows}

    def gather_lanes(self, commands: Sequence[GatherJob]) -> dict[GatherJob, int]:
        """The lanes of the jobs to gather; commands of those that are claimed, gathered or sent again are left out."""
        rows = self._database.query(GATHER_LANES, **_gather_commands(commands))
        return {GatherJob(job_id, epoch): lane for job_id, epoch, lane in rows}

    def refuse_gather(self, commands: Sequence[GatherJob], delay: float) -> None:
        """Hand back commands that were not claimed; their jobs are due again after `delay` seconds."""
        self._database.query(REFUSE_GATHER, delay=delay, **_gather_commands(commands))

    def claim_inline(self, job_id: UUID) -> None:
        """Hold a job of `run-test`, which runs in this very process."""
        self._database.query(CLAIM_INLINE, worker=self.worker, job=job_id)

    def renew_gather(self, jobs: Iterable[UUID]) -> None:
        """Hold on to jobs that are being gathered for another lease."""
        self._database.query(RENEW_GATHER, worker=self.worker, lease=self._lease, jobs=list(jobs))

    def release_gathers(self, jobs: Iterable[UUID], delay: float = 0.0) -> None:
        """Hand jobs back that can't be gathered here now; they are due again after `delay` seconds."""
        self._database.query(RELEASE_GATHER, jobs=list(jobs), worker=self.worker, delay=delay)

    def close(self) -> None:
        """Show no presence any more."""
        if self._presence is None:
            return
        if self._reports is not None:
            with suppress(ServiceUnavailable):
                self._reports.forget(self._presence)
        self._presence.close()


def _commands(commands: Sequence[FetchObject]) -> dict[str, Any]:
    return {"objects": [command.object_id for command in commands], "epochs": [command.epoch for command in commands]}


def _gather_commands(commands: Sequence[GatherJob]) -> dict[str, Any]:
    return {"jobs": [command.job_id for command in commands], "epochs": [command.epoch for command in commands]}


def held_datasets(database: Database, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], HeldDataset]:
    """What sources hold, by (source id, guid)."""
    parameters = {"sources": [UUID(source) for source, _ in keys], "guids": [guid for _, guid in keys]}
    rows = database.query(HELD, **parameters)
    return {(str(row[0]), row[1]): HeldDataset(row[2], row[3], row[4], row[5], row[6] or {}) for row in rows}


def running_jobs(database: Database, jobs: Iterable[str]) -> set[str]:
    """Those of the jobs that haven't ended."""
    return {str(job) for (job,) in database.query(RUNNING, jobs=[UUID(job) for job in jobs])}
