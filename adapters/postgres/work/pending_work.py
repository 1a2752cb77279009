"""The coordinator's side of pending work: what may be sent, what was lost, what is over.

Whoever loses its lease loses the claim, and the object waits again.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from adapters.postgres.database import UNHURRIED, Database
from adapters.postgres.listener import FETCH_COMMANDS, GATHER_COMMANDS
from adapters.postgres.work.claims import PRESENCE_CLASS
from domain.commands import FetchObject, GatherJob
from domain.rules import GATHER_DELIVERIES, LANES, SOLO_AFTER, Progress

SEND_LEASE = 60  # seconds that a command may wait on Kafka before it is sent again

HAS_JOBS = "SELECT EXISTS (SELECT FROM ops.job_progress)"
DONE = "added + updated + unchanged + deleted + errored + skipped"
LEFT = f"SELECT job_id, lane, objects - ({DONE}), {DONE} FROM ops.job_progress WHERE NOT inline AND objects > 0"
LEFT_OF = f"""
    SELECT job_id, lane, objects - ({DONE}), {DONE} FROM ops.job_progress
    WHERE NOT inline AND job_id = ANY (%(jobs)b::uuid[])
"""
UNDER_WAY = "SELECT job_id, count(*) FROM ops.work WHERE sent GROUP BY job_id"
NEXT_DUE = """
    SELECT j.job_id, greatest(0, extract(epoch FROM due.at - now()))::float8 FROM unnest(%(jobs)b::uuid[]) AS j (job_id)
    CROSS JOIN LATERAL (
        SELECT due_at AS at FROM ops.work WHERE job_id = j.job_id AND NOT sent AND due_at < 'infinity' ORDER BY due_at LIMIT 1
    ) due
"""
TAKE = f"""
    UPDATE ops.work w SET sent = true, epoch = w.epoch + 1, worker = NULL,
        lease_until = now() + make_interval(secs => %(lease)s)
    WHERE w.object_id = ANY (ARRAY(
        SELECT q.object_id FROM unnest(%(jobs)b::uuid[], %(quotas)b::integer[]) AS n (job_id, quota)
        CROSS JOIN LATERAL (
            SELECT object_id FROM ops.work WHERE job_id = n.job_id AND NOT sent AND due_at <= now()
            ORDER BY due_at LIMIT n.quota
        ) q
    )) AND {UNHURRIED}
    RETURNING w.object_id, w.epoch, w.job_id
"""
GATHERING = """
    SELECT lane, count(*) FROM ops.job_progress WHERE NOT inline AND gather <> 'finished' AND sent_until IS NOT NULL
    GROUP BY lane
"""
GATHER_THREADS = """
    SELECT coalesce(sum(threads), 0) FROM ops.worker WHERE role = 'gather-consumer' AND seen_at > now() - interval '15 seconds'
"""
TAKE_GATHER = f"""
    UPDATE ops.job_progress SET sent_until = now() + make_interval(secs => %(lease)s),
        epoch = epoch + (sent_until IS NULL)::int
    WHERE worker IS NULL AND {UNHURRIED} AND job_id = ANY (ARRAY(
        SELECT q.job_id FROM unnest(%(lanes)b::smallint[], %(rooms)b::integer[]) AS n (lane, room)
        CROSS JOIN LATERAL (
            SELECT job_id FROM ops.job_progress WHERE lane = n.lane AND NOT inline AND gather <> 'finished' AND worker IS NULL
                AND sent_until IS NULL AND due_at <= now() AND deliveries < %(deliveries)s AND job_id <> ALL (%(held)b::uuid[])
            ORDER BY due_at LIMIT n.room
        ) q
        UNION ALL
        SELECT job_id FROM ops.job_progress WHERE NOT inline AND gather <> 'finished' AND sent_until IS NOT NULL
            AND sent_until < now() AND worker IS NULL AND deliveries < %(deliveries)s AND job_id <> ALL (%(held)b::uuid[])
    ))
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
    WHERE sent AND (%(leases)s AND lease_until < now() OR worker = ANY (%(dead)b::text[]))
"""
EXPIRE_GATHER = """
    UPDATE ops.job_progress SET worker = NULL, sent_until = NULL, lease_until = NULL
    WHERE worker IS NOT NULL AND (%(leases)s AND lease_until < now() OR worker = ANY (%(dead)b::text[]))
"""
LOST = "SELECT object_id FROM ops.work WHERE lost AND deliveries > %(solo)s LIMIT 1000"
LOST_GATHER = """
    SELECT job_id FROM ops.job_progress
    WHERE worker IS NULL AND gather <> 'finished' AND deliveries > 2 AND deliveries >= %(deliveries)s
"""
LOST_INLINE = """
    SELECT job_id FROM ops.job_progress WHERE inline AND worker IS NULL AND created_at < now() - interval '1 minute'
"""
PRESENT = """
    SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND l.classid = %(class)s AND l.objid::bigint = hashtext(w.worker)::bigint & 4294967295
"""
ABSENT = f"""
    SELECT DISTINCT w.worker FROM (
        SELECT worker FROM ops.work WHERE sent AND worker IS NOT NULL
        UNION SELECT worker FROM ops.job_progress WHERE worker IS NOT NULL
    ) w
    WHERE NOT EXISTS ({PRESENT})
"""
ABANDONED_INLINE = f"""
    SELECT w.job_id FROM ops.job_progress w
    WHERE w.inline AND w.source_id = %(source)s AND w.worker IS NOT NULL AND NOT EXISTS ({PRESENT})
"""
PROGRESS = """
    SELECT job_id, gather, complete, objects, added, updated, unchanged, deleted, errored, skipped, pages_unchanged,
        gather_errors
    FROM ops.job_progress WHERE job_id = %(job)s
"""
OVER = """
    SELECT job_id, gather, complete, objects, added, updated, unchanged, deleted, errored, skipped, pages_unchanged,
        gather_errors
    FROM ops.job_progress
    WHERE gather = 'finished' AND added + updated + unchanged + deleted + errored + skipped >= objects
        AND job_id <> ALL (%(but)b::uuid[])
    LIMIT %(limit)s
"""
RUNNING = "SELECT job_id FROM ops.job_progress WHERE job_id = ANY (%(jobs)b::uuid[])"
ANNOUNCE = "SELECT pg_notify(%(channel)s, %(payload)s)"
CHANNELS = {GatherJob: GATHER_COMMANDS, FetchObject: FETCH_COMMANDS}


EVERY_LANE = dict.fromkeys(LANES.values(), 1000)


class JobLeft(NamedTuple):
    """A job with the numbers of its objects that have no outcome, and that have one."""

    job_id: UUID
    lane: int
    left: int
    done: int


class PendingWork:
    """The dispatcher's side of ops.work."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def has_jobs(self) -> bool:
        """Whether there is a job that has not ended, one of `run-test` included."""
        return bool(self._database.query(HAS_JOBS)[0][0])

    def left(self, jobs: Sequence[UUID] | None = None) -> list[JobLeft]:
        """Unfinished jobs, or those of them that are named, with the numbers of objects without an outcome and with one."""
        rows = self._database.query(LEFT) if jobs is None else self._database.query(LEFT_OF, jobs=jobs)
        return [JobLeft(*row) for row in rows]

    def under_way(self) -> dict[UUID, int]:
        """How many objects of each job are sent or claimed."""
        return dict(self._database.query(UNDER_WAY))

    def next_due(self, jobs: Sequence[UUID]) -> dict[UUID, float]:
        """Seconds until an object of each job is due; jobs with none that waits are left out."""
        return dict(self._database.query(NEXT_DUE, jobs=jobs))

    def take(self, quotas: Mapping[UUID, int]) -> list[FetchObject]:
        """Mark objects as sent, that many of each job; the commands to send."""
        return [FetchObject(object_id, epoch) for object_id, epoch, _ in self.take_rows(quotas)]

    def take_rows(self, quotas: Mapping[UUID, int]) -> list[tuple[UUID, int, UUID]]:
        """Mark objects as sent, that many of each job; object, epoch and job of each."""
        parameters = {"jobs": list(quotas), "quotas": list(quotas.values()), "lease": SEND_LEASE}
        return [(object_id, epoch, job) for object_id, epoch, job in self._database.query(TAKE, **parameters)]

    def gathering(self) -> dict[int, int]:
        """How many jobs are being gathered or have a command under way, by lane."""
        return dict(self._database.query(GATHERING))

    def gather_threads(self) -> int:
        """How many threads the living gather workers have for each lane."""
        return int(self._database.query(GATHER_THREADS)[0][0]) // len(set(LANES.values()))

    def take_gather(self, rooms: Mapping[int, int] = EVERY_LANE, held: Collection[UUID] = ()) -> list[GatherJob]:
        """Mark jobs that wait for gather as sent, that many of each lane, and those whose command was lost: what to send.

        Those that are held are left out.
        """
        parameters = {"lease": SEND_LEASE, "deliveries": GATHER_DELIVERIES, "held": list(held)}
        rows = self._database.query(TAKE_GATHER, lanes=list(rooms), rooms=list(rooms.values()), **parameters)
        return [GatherJob(*row) for row in rows]

    def announce(self, sent: Iterable[FetchObject | GatherJob], cluster: str) -> None:
        """Tell the workers of the embedded broker's cluster how many commands there are for them."""
        for kind, number in Counter(type(command) for command in sent).items():
            self._database.query(ANNOUNCE, channel=CHANNELS[kind], payload=f"{cluster} {number}")

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

    def expire(self, dead: Iterable[str], *, leases: bool = True) -> None:
        """Take back what is claimed by dead workers and, with `leases`, what is beyond its lease."""
        names = list(dead)
        self._database.query(EXPIRE, dead=names, leases=leases)
        self._database.query(EXPIRE_GATHER, dead=names, leases=leases)

    def lost_objects(self) -> list[UUID]:
        """Objects that took down every worker that had them, at last alone."""
        return [object_id for (object_id,) in self._database.query(LOST, solo=SOLO_AFTER)]

    def lost_jobs(self) -> list[UUID]:
        """Jobs whose gather took down every worker that had it."""
        return [job_id for (job_id,) in self._database.query(LOST_GATHER, deliveries=GATHER_DELIVERIES)]

    def lost_inline(self) -> list[UUID]:
        """Jobs of `run-test` whose process is gone."""
        return [job_id for (job_id,) in self._database.query(LOST_INLINE)]

    def abandoned_inline(self, source_id: UUID) -> list[UUID]:
        """Jobs of `run-test` of a source whose process shows no presence, also when no coordinator takes them back."""
        rows = self._database.query(ABANDONED_INLINE, **{"source": source_id, "class": PRESENCE_CLASS})
        return [job_id for (job_id,) in rows]

    def progress(self, job_id: UUID) -> Progress | None:
        """The counts of a job, None when it has ended or isn't projected."""
        rows = self._database.query(PROGRESS, job=job_id)
        return Progress(*rows[0][1:]) if rows else None

    def over(self, but: Iterable[UUID], limit: int) -> dict[UUID, Progress]:
        """Jobs that have nothing left to do, and their counts; `but` those named."""
        return {row[0]: Progress(*row[1:]) for row in self._database.query(OVER, but=list(but), limit=limit)}

    def running(self, jobs: Iterable[UUID]) -> set[UUID]:
        """Those of the jobs whose end isn't projected."""
        return {job_id for (job_id,) in self._database.query(RUNNING, jobs=list(jobs))}
