"""Messages that could not be decoded, for people: table ops.dead_letter."""

from datetime import datetime
from typing import Any, LiteralString

from adapters.postgres.database import Database

LIST: LiteralString = """
    SELECT topic, partition, record_offset AS offset, cluster_id, length(value) AS bytes, reason, recorded_at AS recorded
    FROM ops.dead_letter WHERE recorded_at < coalesce(%(before)s, 'infinity'::timestamptz)
    ORDER BY recorded_at DESC LIMIT %(limit)s
"""


class DeadLetters:
    """Reads them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, limit: int, before: datetime | None) -> list[dict[str, Any]]:
        """Those recorded before a time, newest first."""
        return self._database.rows(LIST, limit=limit, before=before)
