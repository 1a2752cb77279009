"""Removes what is old: whole streams of objects from the log, and documents that nothing refers to.

`ops.dataset` says which objects datasets stand on. Every statement that removes is one transaction: streams go together with
the `job.pruned` that says so. All of it may be interrupted anywhere, and goes on with the next look.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import LiteralString
from uuid import UUID

from adapters.postgres.database import Database, unavailable
from domain.application import Harvesting
from domain.jobs import Job
from domain.retention import EndedJob
from harvesters import extras
from projections.recorded import Recorded

DUE = """
    SELECT s.originator_id, coalesce(r.version, 0) FROM events.stored_event s
    LEFT JOIN ops.retention r ON r.source_id = s.originator_id
    WHERE s.topic = 'source.registered' AND (r.looked_at IS NULL OR r.looked_at < now() - make_interval(days => %(every)s))
    ORDER BY s.originator_id LIMIT 1
"""
ENDED = """
    SELECT (convert_from(state, 'UTF8')::jsonb ->> 'job_id')::uuid, recorded_at, originator_version, notification_id
    FROM events.stored_event WHERE originator_id = %(source)s AND originator_version > %(after)s AND topic = 'source.job_ended'
    ORDER BY originator_version
"""
RETAINED = "SELECT job_id FROM ops.retained_job WHERE source_id = %(source)s ORDER BY job_id"
RETAIN = "INSERT INTO ops.retained_job VALUES (%(source)s, %(job)s) ON CONFLICT DO NOTHING"
RELEASE = "DELETE FROM ops.retained_job WHERE source_id = %(source)s AND job_id = %(job)s"
LOOKED_AT = """
    INSERT INTO ops.retention VALUES (%(source)s, %(version)s, now())
    ON CONFLICT (source_id) DO UPDATE SET version = EXCLUDED.version, looked_at = EXCLUDED.looked_at
"""
STANDING = """
    SELECT x.id FROM unnest(%(ids)b::uuid[], %(guids)b::text[]) AS x (id, guid)
    JOIN ops.dataset d ON d.source_id = %(source)s AND d.guid = x.guid
    WHERE d.object_id = x.id OR d.validators_from = x.id
"""
CANDIDATES = "INSERT INTO ops.content_candidate SELECT unnest(%(hashes)b::bytea[]) ON CONFLICT DO NOTHING"
PRUNE: LiteralString = "SELECT events.prune(%(streams)b::uuid[], %(job)s, %(version)s, %(topic)s, %(state)s)"
BEHIND = """
    SELECT least(work.notification_id, (SELECT notification_id FROM harvest.checkpoint))
    FROM ops.checkpoint work WHERE work.name = 'work'
"""
LAGS = """
    SELECT EXISTS (
        SELECT FROM (
            SELECT recorded_at FROM events.stored_event
            WHERE notification_id > (SELECT notification_id FROM harvest.checkpoint) ORDER BY notification_id LIMIT 1
        ) e WHERE recorded_at < now() - interval '1 day')
"""
COLLECT = """
    WITH candidate AS MATERIALIZED (SELECT hash FROM ops.content_candidate ORDER BY hash LIMIT %(limit)s),
    old AS MATERIALIZED (
        SELECT c.hash FROM candidate c LEFT JOIN content.document d ON d.hash = c.hash
        WHERE d.hash IS NULL OR d.last_seen < now() - make_interval(days => %(days)s)
    ),
    used AS (
        SELECT decode(content_hash, 'hex') AS hash FROM harvest.object
        WHERE content_hash IN (SELECT encode(hash, 'hex') FROM old)
        UNION
        SELECT decode(right(e.value, 64), 'hex') FROM harvest.object o CROSS JOIN LATERAL jsonb_each_text(o.extras) e
        WHERE o.extras::text LIKE %(pattern)s AND e.value LIKE %(mark)s
        UNION
        SELECT decode(content_hash, 'hex') FROM ops.dataset WHERE content_hash IN (SELECT encode(hash, 'hex') FROM old)
    ),
    gone AS (
        DELETE FROM content.document d USING old
        WHERE d.hash = old.hash AND d.last_seen < now() - make_interval(days => %(days)s)
            AND NOT EXISTS (SELECT FROM used WHERE used.hash = old.hash)
        RETURNING d.hash
    ),
    looked_at AS (DELETE FROM ops.content_candidate c USING old WHERE c.hash = old.hash)
    SELECT count(*) FROM gone
"""


class Retention:
    """Reads and removes what is old."""

    def __init__(self, database: Database, application: Harvesting) -> None:
        self._database = database
        self._application = application

    def due(self, every: int) -> tuple[UUID, int] | None:
        """A source that was not looked at for that many days, and up to which version of its stream it was; None: all were."""
        rows = self._database.query(DUE, every=every)
        return (rows[0][0], rows[0][1]) if rows else None

    def ended(self, source_id: UUID, after: int) -> list[EndedJob]:
        """Jobs of a source that ended after a version of its stream, in order."""
        rows = self._database.query(ENDED, source=source_id, after=after)
        return [EndedJob(job, ended.astimezone(UTC), version, number) for job, ended, version, number in rows]

    def retained(self, source_id: UUID) -> list[UUID]:
        """Jobs that were looked at before, and that datasets stood on then."""
        return [job for (job,) in self._database.query(RETAINED, source=source_id)]

    def projected(self) -> int:
        """Up to which event both projections have come."""
        return int(self._database.query(BEHIND)[0][0])

    def note(self, source_id: UUID, job_id: UUID, *, retained: bool) -> None:
        """Whether objects of an old job are still there."""
        self._database.query(RETAIN if retained else RELEASE, source=source_id, job=job_id)

    def looked_at(self, source_id: UUID, version: int) -> None:
        """All jobs of a source that ended up to a version of its stream have been looked at."""
        self._database.query(LOOKED_AT, source=source_id, version=version)

    def standing(self, source_id: UUID, objects: Sequence[Sequence[Recorded]]) -> set[UUID]:
        """Those of the objects, given by their events, that a dataset stands on."""
        ids, guids = [events[0].stream for events in objects], [_guid(events) for events in objects]
        return {stream for (stream,) in self._database.query(STANDING, source=source_id, ids=ids, guids=guids)}

    def prune(
        self, job: Job, objects: Sequence[Sequence[Recorded]], statistics: dict[str, int] | None, *, more: bool = False
    ) -> None:
        """Remove streams, and record it. Raises ServiceUnavailable when somebody else changed the job: then nothing is."""
        hashes = sorted({bytes.fromhex(digest) for events in objects for digest in _hashes(events)})
        if hashes:
            self._database.query(CANDIDATES, hashes=hashes)
        streams = [events[0].stream for events in objects]
        job.prune(streams, statistics, more=more)
        (stored,) = self._application.stored(job.collect_events())
        self._database.query(
            PRUNE,
            streams=streams,
            job=job.id,
            version=stored.originator_version,
            topic=stored.topic,
            state=stored.state,
        )

    def collect(self, days: int, limit: int) -> int:
        """Delete documents that nothing refers to and nobody has stored for that many days; how many that were.

        Only documents of removed objects are looked at. Nothing is done while the read model, which lists what objects refer
        to, is more than a day behind.
        """
        if not self._database.query("SELECT true FROM ops.content_candidate LIMIT 1") or self._database.query(LAGS)[0][0]:
            return 0
        mark = f"{extras.MARK}%"
        parameters = {"days": days, "limit": limit, "mark": mark, "pattern": f"%{mark}"}
        with unavailable(self._database.url), self._database.connect(whole_tables=True) as connection:
            row = connection.execute(COLLECT, parameters).fetchone()
        return int(row[0]) if row else 0


def _guid(events: Iterable[Recorded]) -> str:
    """The guid that an object has in the end."""
    return [str(event.state["guid"]) for event in events if "guid" in event.state][-1]


def _hashes(events: Iterable[Recorded]) -> set[str]:
    """The documents that an object refers to."""
    states = [event.state for event in events]
    referenced = {digest for state in states for digest in extras.referenced(state.get("extras") or {})}
    return referenced | {state["content_hash"] for state in states if state.get("content_hash")}
