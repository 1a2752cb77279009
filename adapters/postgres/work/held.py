"""What sources hold, to be imported again: by source, in the order of guids."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from uuid import UUID

from adapters.postgres.database import Database
from domain.reimport import Selection

PAGE = 500
HELD = """
    SELECT guid, object_id, package_id FROM ops.dataset
    WHERE source_id = %(source)s AND guid > %(after)s AND NOT deleted AND (%(guid)s = '' OR guid = %(guid)s)
    ORDER BY guid LIMIT %(limit)s
"""
BY_PACKAGE = "SELECT source_id FROM ops.dataset WHERE package_id = %(package)s AND NOT deleted"
OBJECT_OF_PACKAGE = "SELECT object_id FROM ops.dataset WHERE package_id = %(package)s AND NOT deleted LIMIT 1"
# From one source to the next by the index, without reading all datasets.
EACH_SOURCE = """
    WITH RECURSIVE s AS (
        (SELECT source_id FROM ops.dataset ORDER BY source_id LIMIT 1)
        UNION ALL
        SELECT (SELECT d.source_id FROM ops.dataset d WHERE d.source_id > s.source_id ORDER BY d.source_id LIMIT 1)
        FROM s WHERE s.source_id IS NOT NULL
    )
"""
SOURCES = f"{EACH_SOURCE} SELECT source_id FROM s WHERE source_id IS NOT NULL"
# By the primary key, source by source: an index of guids would be written to by each import.
BY_GUID = f"""{EACH_SOURCE}
    SELECT d.source_id FROM s JOIN ops.dataset d ON d.source_id = s.source_id AND d.guid = %(guid)s
    WHERE NOT d.deleted ORDER BY d.source_id
"""
NAMED = "SELECT guid FROM ops.dataset WHERE source_id = %(source)s AND guid = ANY (%(guids)b::text[])"
STANDING = "SELECT guid, object_id FROM ops.dataset WHERE source_id = %(source)s AND guid = ANY (%(guids)b::text[])"
EXISTING = (
    "SELECT originator_id FROM events.stored_event WHERE originator_id = ANY (%(ids)b::uuid[]) AND originator_version = 1"
)
AT_A_TIME = 5000  # ids looked up in one statement


class HeldRow(NamedTuple):
    """A dataset that a source holds, and the object that it was imported from last."""

    guid: str
    object_id: UUID
    package_id: str | None


def held_pages(database: Database, source_id: UUID, selection: Selection) -> Iterator[list[HeldRow]]:
    """The datasets of a source that are selected, a page at a time."""
    after = ""
    while rows := database.query(HELD, source=source_id, after=after, guid=selection.guid, limit=PAGE):
        after = rows[-1][0]
        page = [HeldRow(*row) for row in rows]
        if chosen := [row for row in page if selection.has(row.guid, row.package_id)]:
            yield chosen


def sources_of_package(database: Database, package_id: str) -> list[UUID]:
    """Which sources hold a package: one or none."""
    return [source for (source,) in database.query(BY_PACKAGE, package=package_id)]


def object_of_package(database: Database, package_id: str) -> UUID | None:
    """The object that a package was imported from last, None when no source holds the package."""
    return next((object_id for (object_id,) in database.query(OBJECT_OF_PACKAGE, package=package_id)), None)


def sources_of_guid(database: Database, guid: str) -> list[UUID]:
    """Which sources hold a dataset of this guid."""
    return [source for (source,) in database.query(BY_GUID, guid=guid)]


def sources_with_datasets(database: Database) -> list[UUID]:
    """All sources that were ever imported from."""
    return [source for (source,) in database.query(SOURCES)]


def ever_held(database: Database, source_id: UUID, guids: list[str]) -> set[str]:
    """Those of the guids that a source holds, or held once."""
    return {guid for (guid,) in database.query(NAMED, source=source_id, guids=guids)}


def standing_on(database: Database, source_id: UUID, guids: list[str]) -> dict[str, UUID]:
    """The object that says how a dataset is, by its guid: the one that it was imported from, or that deleted it."""
    return dict(database.query(STANDING, source=source_id, guids=guids))


def existing(database: Database, candidates: Mapping[UUID, str]) -> set[str]:
    """The values of those ids that are streams of the log."""
    ids, values = list(candidates), set()
    for first in range(0, len(ids), AT_A_TIME):
        rows = database.query(EXISTING, ids=ids[first : first + AT_A_TIME])
        values |= {candidates[stream] for (stream,) in rows}
    return values
