"""Which sources wait to be stored in a CKAN as datasets of type harvest: table ops.source_dataset, and how far the log is read.

Each change is one statement, since the leader's connection is shared by its threads. Times are the database's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from adapters.postgres.database import Database

FIRST_RETRY, LAST_RETRY = 5.0, 3600.0  # seconds; the wait doubles with each attempt that failed
POSITION: LiteralString = "SELECT notification_id FROM ops.checkpoint WHERE name = 'source_datasets'"
HEAD: LiteralString = "SELECT coalesce(max(notification_id), 0) FROM events.stored_event"
CHANGES: LiteralString = """
    SELECT notification_id, originator_id FROM events.stored_event
    WHERE topic IN ('source.registered', 'source.changed', 'source.deactivated', 'source.reactivated', 'source.removed',
            'source.restored')
        AND notification_id > %(position)s AND notification_id <= %(head)s
    ORDER BY notification_id LIMIT %(limit)s
"""
STORE: LiteralString = """
    WITH moved AS (
        UPDATE ops.checkpoint SET notification_id = %(new)s
        WHERE name = 'source_datasets' AND notification_id = %(old)s RETURNING name
    )
    INSERT INTO ops.source_dataset (source_id, wanted, due_at)
    SELECT x.source_id, x.wanted, now() FROM moved, unnest(%(ids)s::uuid[], %(numbers)s::bigint[]) AS x (source_id, wanted)
    ON CONFLICT (source_id) DO UPDATE SET wanted = excluded.wanted, due_at = now(), attempts = 0
"""
DUE: LiteralString = """
    SELECT source_id, wanted, attempts FROM ops.source_dataset WHERE due_at <= now() ORDER BY due_at LIMIT %(limit)s
"""
STORED: LiteralString = """
    UPDATE ops.source_dataset SET due_at = NULL, attempts = 0, error = NULL, stored_at = now()
    WHERE source_id = %(source_id)s AND wanted = %(wanted)s
"""
FAILED: LiteralString = """
    UPDATE ops.source_dataset SET attempts = attempts + 1, error = %(error)s,
        due_at = now() + least(%(first)s * 2.0 ^ least(attempts, 30), %(last)s) * interval '1 second'
    WHERE source_id = %(source_id)s AND wanted = %(wanted)s
"""
AGAIN: LiteralString = """
    INSERT INTO ops.source_dataset (source_id, wanted, due_at) SELECT id, 0, now() FROM unnest(%(ids)s::uuid[]) AS x (id)
    ON CONFLICT (source_id) DO UPDATE SET due_at = now(), attempts = 0
"""
STATE: LiteralString = """
    SELECT count(*) FILTER (WHERE due_at IS NULL), count(*) FILTER (WHERE due_at IS NOT NULL AND error IS NULL),
        count(*) FILTER (WHERE error IS NOT NULL),
        (array_agg(source_id ORDER BY source_id) FILTER (WHERE error IS NOT NULL))[1],
        (array_agg(error ORDER BY source_id) FILTER (WHERE error IS NOT NULL))[1]
    FROM ops.source_dataset
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A source that is to be compared with its dataset; `wanted`: the number of its last event that changed it."""

    source_id: UUID
    wanted: int
    attempts: int


@dataclass(frozen=True, slots=True)
class InStep:
    """How many sources are as in CKAN, wait, and failed; and one that failed, with the reason."""

    same: int
    waiting: int
    failed: int
    example: UUID | None
    error: str


class SourceDatasetRows:
    """The table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def follow(self, limit: int) -> bool:
        """Note sources that have changed since the last call, by at most `limit` events; whether there may be more."""
        position = int(self._database.query(POSITION)[0][0])
        head = int(self._database.query(HEAD)[0][0])
        rows = self._database.query(CHANGES, position=position, head=head, limit=limit)
        upto = head if len(rows) < limit else int(rows[-1][0])
        if upto == position:
            return False
        newest = {source_id: int(number) for number, source_id in rows}
        self._database.query(STORE, old=position, new=upto, ids=list(newest), numbers=list(newest.values()))
        return len(rows) == limit

    def due(self, limit: int) -> list[Waiting]:
        """Sources whose time has come, those that wait longest first."""
        return [Waiting(*row) for row in self._database.query(DUE, limit=limit)]

    def stored(self, row: Waiting) -> None:
        """CKAN's dataset is as the source was; one that changed in the meantime stays due."""
        self._database.query(STORED, source_id=row.source_id, wanted=row.wanted)

    def failed(self, row: Waiting, error: str) -> None:
        """It is tried again later."""
        self._database.query(
            FAILED, source_id=row.source_id, wanted=row.wanted, error=error, first=FIRST_RETRY, last=LAST_RETRY
        )

    def again(self, ids: Sequence[UUID]) -> None:
        """Compare these sources with CKAN's datasets again, whether or not they have changed."""
        self._database.query(AGAIN, ids=list(ids))

    def state(self) -> InStep:
        """How far CKAN's datasets are in step."""
        same, waiting, failed, example, error = self._database.query(STATE)[0]
        return InStep(same, waiting, failed, example, error or "")
