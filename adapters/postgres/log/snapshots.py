"""Snapshots of aggregates with long streams, in the table ops.snapshot. Empty it and nothing changes."""

import logging
from collections.abc import Mapping, Sequence
from uuid import UUID

import orjson

from adapters.postgres.database import Database
from domain.snapshots import Snapshot

log = logging.getLogger(__name__)

NEWEST = """
    SELECT originator_version, topic, state FROM ops.snapshot
    WHERE originator_id = %(id)s AND class_version = %(class_version)s AND originator_version <= %(upto)s
    ORDER BY originator_version DESC LIMIT 1
"""
NEWEST_OF = """
    SELECT n.id, s.originator_version, s.topic, s.state FROM unnest(%(ids)b::uuid[], %(upto)b::bigint[]) AS n (id, upto)
    CROSS JOIN LATERAL (
        SELECT originator_version, topic, state FROM ops.snapshot
        WHERE originator_id = n.id AND class_version = %(class_version)s AND originator_version <= n.upto
        ORDER BY originator_version DESC LIMIT 1
    ) s
"""
KEEP = """
    WITH kept AS (
        INSERT INTO ops.snapshot (originator_id, class_version, originator_version, topic, state)
        VALUES (%(id)s, %(class_version)s, %(version)s, %(topic)s, %(state)s) ON CONFLICT DO NOTHING
    )
    DELETE FROM ops.snapshot s WHERE originator_id = %(id)s AND (class_version < %(class_version)s
        OR class_version = %(class_version)s AND originator_version < (
            SELECT min(originator_version) FROM (
                SELECT originator_version FROM ops.snapshot WHERE originator_id = %(id)s AND class_version = %(class_version)s
                ORDER BY originator_version DESC LIMIT 2
            ) newest
        ))
"""
FORGET = "DELETE FROM ops.snapshot WHERE originator_id = %(id)s"
NO_LIMIT = 2**62


class PostgresSnapshots:
    """The newest three of each stream: a running job still asks for its source as it was when the job began."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self, stream: UUID, class_version: int, upto: int | None) -> Snapshot | None:
        """The newest one of that class version, of at most version `upto` of the stream."""
        limit = NO_LIMIT if upto is None else upto
        rows = self._database.query(NEWEST, id=stream, class_version=class_version, upto=limit)
        return self._read(stream, class_version, *rows[0]) if rows else None

    def newest_of(self, streams: Sequence[UUID], class_version: int, upto: Mapping[UUID, int]) -> dict[UUID, Snapshot]:
        """The newest ones of that class version, for streams in `upto` of at most that version; others are left out."""
        limits = [upto.get(stream, NO_LIMIT) for stream in streams]
        rows = self._database.query(NEWEST_OF, ids=list(streams), upto=limits, class_version=class_version)
        snapshots = (self._read(stream, class_version, *columns) for stream, *columns in rows)
        return {snapshot.stream: snapshot for snapshot in snapshots if snapshot is not None}

    def _read(self, stream: UUID, class_version: int, version: int, topic: str, state: bytes) -> Snapshot | None:
        """None for one that is damaged: it is dropped, and the stream is replayed."""
        try:
            return Snapshot(stream, class_version, version, topic, orjson.loads(state))
        except orjson.JSONDecodeError as error:
            log.warning("the snapshot of %s at version %d is damaged, and dropped: %s", stream, version, error)
            self.forget(stream)
            return None

    def keep(self, snapshot: Snapshot) -> None:
        """Keep it; two older ones stay, those of older class versions go."""
        self._database.query(
            KEEP,
            id=snapshot.stream,
            class_version=snapshot.class_version,
            version=snapshot.version,
            topic=snapshot.topic,
            state=orjson.dumps(snapshot.state),
        )

    def forget(self, stream: UUID) -> None:
        """Drop all of a stream."""
        self._database.query(FORGET, id=stream)
