"""What one gather has seen, in a temporary table of its own session: constant memory, however many records there are."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from adapters.postgres.database import Database

CREATE = 'CREATE TEMPORARY TABLE IF NOT EXISTS seen (guid text COLLATE "C" PRIMARY KEY, content_hash text)'
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


class GatherMemory:
    """The guids that a gather has seen so far. It belongs to the calling thread's connection."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._database.query(CREATE)
        self._database.query(EMPTY)

    def remember(self, records: Mapping[str, str | None]) -> dict[str, str | None]:
        """Remember {guid: content hash}; those that were seen before, with the hash that they had then."""
        parameters = {"guids": list(records), "hashes": list(records.values())}
        new = {guid for (guid,) in self._database.query(REMEMBER, **parameters)}
        again = [guid for guid in records if guid not in new]
        return dict(self._database.query(HASHES, guids=again)) if again else {}

    def seen(self, guids: Sequence[str]) -> set[str]:
        """Those of the guids that this gather has seen."""
        return {guid for guid, _ in self._database.query(HASHES, guids=list(guids))}

    def missing(self, source_id: UUID, upto: int, page: int) -> Iterator[dict[str, UUID]]:
        """Guids that the source holds and this gather has not seen, with the objects that were imported for them, page by page.

        What is held only since after event number `upto` is left out.
        """
        after = ""
        while rows := self._database.query(MISSING, source=source_id, after=after, upto=upto, limit=page):
            after = rows[-1][0]
            yield dict(rows)
