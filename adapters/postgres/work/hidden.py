"""Datasets that are hidden in the target until their grace period is over: by source, in the order of guids."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from adapters.postgres.database import Database

OF_SOURCE = """
    SELECT guid, package_id, title FROM ops.hidden_dataset
    WHERE source_id = %(source)s AND guid > %(after)s AND (%(until)s::timestamptz IS NULL OR due_at <= %(until)s)
    ORDER BY guid LIMIT %(limit)s
"""
DUE = "SELECT source_id FROM ops.hidden_dataset WHERE due_at <= %(now)s GROUP BY source_id ORDER BY min(due_at)"


class Hidden(NamedTuple):
    """A dataset that nobody sees in the target."""

    guid: str
    package_id: str | None
    title: str


def hidden_pages(database: Database, source_id: UUID, until: datetime | None, page: int) -> Iterator[list[Hidden]]:
    """What a source has hidden, only what is to be deleted by a time if one is given; a page at a time."""
    after = ""
    while rows := database.query(OF_SOURCE, source=source_id, after=after, until=until, limit=page):
        after = rows[-1][0]
        yield [Hidden(*row) for row in rows]


def sources_with_expired(database: Database, now: datetime) -> list[UUID]:
    """Sources with hidden datasets that are to be deleted now, the longest due first."""
    return [source for (source,) in database.query(DUE, now=now)]
