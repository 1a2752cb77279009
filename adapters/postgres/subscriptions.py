"""Who wants notices of a source, or none: table ops.subscription. No events: those stay for ever, and this is about people."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from adapters.postgres.database import Database

ALL_SOURCES = UUID(int=0)
OF_SOURCE: LiteralString = """
    SELECT recipient, wants FROM ops.subscription WHERE source_id IN (%(source)s, %(all)s) ORDER BY source_id
"""
LIST: LiteralString = """
    SELECT recipient, source_id, wants, since, by FROM ops.subscription
    WHERE (%(source)s::uuid IS NULL OR source_id = %(source)s) ORDER BY source_id, recipient
"""
SET: LiteralString = """
    INSERT INTO ops.subscription (recipient, source_id, wants, by)
    VALUES (%(recipient)s, %(source)s, %(wants)s, %(by)s)
    ON CONFLICT (source_id, recipient) DO UPDATE SET wants = EXCLUDED.wants, by = EXCLUDED.by, since = now()
    WHERE ops.subscription.wants <> EXCLUDED.wants
"""
REMOVE: LiteralString = """
    DELETE FROM ops.subscription WHERE recipient = %(recipient)s AND source_id = %(source)s RETURNING recipient
"""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What people said about a source: who is to get its notices, and who gets none (of it, or of any)."""

    subscribed: list[str]
    opted_out: list[str]


@dataclass(frozen=True, slots=True)
class Subscription:
    """One wish. `source_id` None: of every source. `recipient` `*`: everybody."""

    recipient: str
    source_id: UUID | None
    wants: bool
    since: datetime
    by: str


class Subscriptions:
    """Wishes of people."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, source_id: UUID) -> Wishes:
        """Wishes about a source; what somebody said about it counts more than what they said about all."""
        wishes = dict(self._database.query(OF_SOURCE, source=source_id, all=ALL_SOURCES))
        return Wishes(*([name for name, wants in wishes.items() if wants is kind] for kind in (True, False)))

    def all(self, source_id: UUID | None = None) -> list[Subscription]:
        """All wishes, or those about one source."""
        rows = self._database.query(LIST, source=source_id)
        return [Subscription(name, None if source == ALL_SOURCES else source, *rest) for name, source, *rest in rows]

    def set(self, recipient: str, source_id: UUID | None, *, wants: bool, by: str) -> None:
        """Note a wish, in place of an earlier one; a second call changes nothing."""
        self._database.query(SET, recipient=recipient, source=source_id or ALL_SOURCES, wants=wants, by=by)

    def remove(self, recipient: str, source_id: UUID | None) -> bool:
        """Forget a wish; whether there was one."""
        return bool(self._database.query(REMOVE, recipient=recipient, source=source_id or ALL_SOURCES))
