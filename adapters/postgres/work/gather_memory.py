"""What one gather has seen: in memory while that is little, then in a temporary table of its own session.

So a gather needs constant memory however many records there are, and one of a few records makes no table: that costs several
milliseconds, more than all the rest of it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from adapters.postgres.database import Database
from domain.text import clean

CREATE = 'CREATE TEMPORARY TABLE IF NOT EXISTS seen (guid text COLLATE "C" PRIMARY KEY, content_hash text)'
FEW = 2000  # guids that are kept in memory
EMPTY = "TRUNCATE pg_temp.seen"
REMEMBER = """
    INSERT INTO pg_temp.seen (guid, content_hash)
    SELECT * FROM unnest(%(guids)b::text[], %(hashes)b::text[]) ON CONFLICT DO NOTHING RETURNING guid
"""
HASHES = "SELECT guid, content_hash FROM pg_temp.seen WHERE guid = ANY (%(guids)b::text[])"
MISSING = """
    SELECT d.guid, d.object_id FROM ops.dataset d
    WHERE d.source_id = %(source)s AND d.guid > %(after)s AND d.notification_id <= %(upto)s AND NOT d.deleted
        AND NOT EXISTS (SELECT FROM pg_temp.seen s WHERE s.guid = d.guid)
    ORDER BY d.guid LIMIT %(limit)s
"""
MISSING_OF_FEW = """
    SELECT d.guid, d.object_id FROM ops.dataset d
    WHERE d.source_id = %(source)s AND d.guid > %(after)s AND d.notification_id <= %(upto)s AND NOT d.deleted
        AND d.guid <> ALL (%(seen)b::text[])
    ORDER BY d.guid LIMIT %(limit)s
"""

NAMES = "\x01name:"  # prefix of names, which are kept with the guids; no guid begins like this
HELD_GUIDS = """
    SELECT guid FROM ops.dataset WHERE source_id = %(source)s AND guid > %(after)s AND NOT deleted ORDER BY guid LIMIT %(limit)s
"""
PAGE = 5000  # guids
COUNT_HELD = "SELECT count(*) FROM ops.dataset WHERE source_id = %(source)s AND NOT deleted"


class GatherMemory:
    """The guids that a gather has seen so far. It belongs to the calling thread's connection."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._few: dict[str, str | None] | None = {}  # None: they are in the table

    def remember(self, records: Mapping[str, str | None]) -> dict[str, str | None]:
        """Remember {guid: content hash}; those that were seen before, with the hash that they had then."""
        if self._few is not None:
            again = {guid: self._few[guid] for guid in records if guid in self._few}
            self._few = {**records, **self._few}
            if len(self._few) > FEW:
                self._move_to_table()
            return again
        new = self._store(records)
        repeated = [guid for guid in records if guid not in new]
        return dict(self._database.query(HASHES, guids=repeated)) if repeated else {}

    def _move_to_table(self) -> None:
        self._database.query(CREATE)
        self._database.keep_session()
        self._database.query(EMPTY)
        self._store(self._few or {})
        self._few = None

    def _store(self, records: Mapping[str, str | None]) -> set[str]:
        """Those that are new."""
        parameters = {"guids": list(records), "hashes": list(records.values())}
        return {guid for (guid,) in self._database.query(REMEMBER, **parameters)}

    def seen(self, guids: Sequence[str]) -> set[str]:
        """Those of the guids that this gather has seen."""
        if self._few is not None:
            return self._few.keys() & set(guids)
        return {guid for guid, _ in self._database.query(HASHES, guids=list(guids))}

    def remember_names(self, names: Iterable[str]) -> None:
        """Remember names of datasets, apart from guids."""
        self.remember({NAMES + clean(name): None for name in names})

    def named(self, names: Iterable[str]) -> set[str]:
        """Those of the names that were remembered."""
        return {name.removeprefix(NAMES) for name in self.seen([NAMES + clean(name) for name in names])}

    @property
    def few(self) -> Mapping[str, str | None] | None:
        """All that was seen, {guid: content hash}; None: that is too much."""
        return self._few

    def count_held(self, source_id: UUID) -> int:
        """How many datasets a source holds."""
        count: int = self._database.query(COUNT_HELD, source=source_id)[0][0]
        return count

    def held_guids(self, source_id: UUID) -> Iterator[str]:
        """Guids of all datasets that a source holds, sorted."""
        after = ""
        while rows := self._database.query(HELD_GUIDS, source=source_id, after=after, limit=PAGE):
            after = rows[-1][0]
            yield from (guid for (guid,) in rows)

    def missing(self, source_id: UUID, upto: int, page: int) -> Iterator[dict[str, UUID]]:
        """Guids that the source holds and this gather has not seen, with the objects that were imported for them, page by page.

        What is held only since after event number `upto` is left out.
        """
        after = ""
        while rows := self._missing_after(after, source=source_id, upto=upto, limit=page):
            after = rows[-1][0]
            yield dict(rows)

    def _missing_after(self, after: str, **parameters: Any) -> list[tuple[Any, ...]]:
        if self._few is None:
            return self._database.query(MISSING, after=after, **parameters)
        return self._database.query(MISSING_OF_FEW, after=after, seen=list(self._few), **parameters)
