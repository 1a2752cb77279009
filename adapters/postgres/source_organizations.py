"""Organisations of sources as CKAN's package_show has them: from our own tables, or as the configured CKAN described them."""

from collections.abc import Sequence
from typing import Any, LiteralString

import orjson

from adapters.postgres.database import Database

OWN: LiteralString = """
    SELECT k.key, o.id::text, o.name, o.title, o.created_at AT TIME ZONE 'UTC' AS created
    FROM unnest(%(keys)s::text[]) AS k (key) JOIN ops.organization o ON o.name = k.key OR o.id::text = k.key
    ORDER BY o.name = k.key
"""
OF_CKAN: LiteralString = "SELECT key, shown FROM ops.ckan_organization WHERE key = ANY (%(keys)s) AND shown IS NOT NULL"
STALE: LiteralString = """
    SELECT DISTINCT s.owner_org FROM harvest.harvest_source s LEFT JOIN ops.ckan_organization o ON o.key = s.owner_org
    WHERE s.owner_org <> '' AND coalesce(s.removed, '') = ''
        AND (o.key IS NULL OR o.asked_at < now() - CASE WHEN o.shown IS NULL THEN %(unknown)s ELSE %(fresh)s END
            * interval '1 second')
    LIMIT %(limit)s
"""
KEEP: LiteralString = """
    INSERT INTO ops.ckan_organization (key, shown, asked_at) VALUES (%(key)s, %(shown)s::jsonb, now())
    ON CONFLICT (key) DO UPDATE SET shown = excluded.shown, asked_at = now()
"""
FRESH, UNKNOWN = 600.0, 60.0  # seconds for which what CKAN said is used: of one that it has, of one that it hasn't


class SourceOrganizations:
    """Reads them by the names or ids that sources have in `owner_org`. `of_ckan`: a CKAN is configured, and has them."""

    def __init__(self, database: Database, *, of_ckan: bool) -> None:
        self._database = database
        self._of_ckan = of_ckan

    def shown(self, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Organisations by key; those that aren't known are left out."""
        if self._of_ckan:
            return dict(self._database.query(OF_CKAN, keys=list(keys)))
        return {row["key"]: _as_ckan(row) for row in self._database.rows(OWN, keys=list(keys))}

    def stale(self, limit: int) -> list[str]:
        """Organisations of sources that CKAN is to be asked about, again or for the first time."""
        return [str(row[0]) for row in self._database.query(STALE, limit=limit, fresh=FRESH, unknown=UNKNOWN)]

    def keep(self, key: str, shown: dict[str, Any] | None) -> None:
        """What CKAN said of one; None: it has none of this name."""
        self._database.query(KEEP, key=key, shown=None if shown is None else orjson.dumps(shown).decode())


def _as_ckan(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": row["name"],
        "title": row["title"] or row["name"],
        "type": "organization",
        "description": "",
        "image_url": "",
        "created": row["created"].isoformat(),
        "is_organization": True,
        "approval_status": "approved",
        "state": "active",
    }
