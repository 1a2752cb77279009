"""The coordinator's side of pending work: what may be sent, what was lost, what is over.

Whoever loses its lease loses the claim, and the object waits again.
"""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from adapters.postgres.database import Database
from adapters.postgres.listener import FETCH_COMMANDS, GATHER_COMMANDS
from adapters.postgres.work.claims import PRESENCE_CLASS
from domain.commands import FetchObject, GatherJob
from domain.rules import GATHER_DELIVERIES, SOLO_AFTER, Progress, Waiting

SEND_LEASE = 60  # seconds that a command may wait on Kafka before it is sent again

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
ANNOUNCE = "SELECT pg_notify(%(channel)s, %(payload)s)"
CHANNELS = {GatherJob: GATHER_COMMANDS, FetchObject: FETCH_COMMANDS}


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
