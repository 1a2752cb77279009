"""Tokens of persons and services: table ops.token, which holds no token but its hash (decision 0078)."""

import hashlib
import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from adapters.postgres.database import Database
from domain.scopes import Scope

Row = dict[str, Any]

PERSON, SERVICE = "hl_", "hls_"
"""What tokens begin with: scanners for secrets find them by it, and nobody asks a CKAN whose they are."""
TOKEN_BYTES = 32  # random ones

LOOK_UP: LiteralString = """
    SELECT t.id, t.name, t.scope, t.person_id IS NULL AS service, p.name AS person, p.sysadmin,
        extract(epoch FROM t.expires_at - now())::float8 AS seconds_left,
        t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute' AS use_to_note,
        ARRAY(SELECT ARRAY[o.id::text, o.name, m.role] FROM ops.membership m
            JOIN ops.organization o ON o.id = m.organization_id WHERE m.person_id = t.person_id) AS roles
    FROM ops.token t LEFT JOIN ops.person p ON p.id = t.person_id
    WHERE t.hash = %(hash)s AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
        AND (t.person_id IS NULL OR p.active)
"""
NOTE_USE: LiteralString = """
    UPDATE ops.token SET last_used_at = now() WHERE id IN (
        SELECT id FROM ops.token WHERE id = %(id)s AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
        FOR UPDATE SKIP LOCKED
    )
"""
ADD: LiteralString = """
    INSERT INTO ops.token (hash, person_id, name, scope, expires_at, created_by)
    VALUES (%(hash)s, %(person)s::uuid, %(name)s, %(scope)s, %(expires)s, %(by)s) RETURNING id::text
"""
LIST: LiteralString = """
    SELECT t.id::text, t.name, p.name AS person, t.person_id IS NULL AS service, t.scope, t.created_at AS created,
        t.created_by, t.expires_at AS expires, t.revoked_at AS revoked, t.revoked_by, t.last_used_at AS last_used,
        t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now()) AND (t.person_id IS NULL OR p.active) AS valid
    FROM ops.token t LEFT JOIN ops.person p ON p.id = t.person_id WHERE {where}
    ORDER BY t.created_at DESC, t.id DESC LIMIT %(limit)s OFFSET %(offset)s
"""
OF_PERSON: LiteralString = "(%(person)s::text IS NULL OR p.name = %(person)s)"
ENDING: LiteralString = """
    t.revoked_at IS NULL AND t.expires_at > now() AND t.expires_at < now() + make_interval(days => %(days)s)
    AND t.last_used_at > now() - interval '30 days' AND (t.person_id IS NULL OR p.active)
"""
REVOKE: LiteralString = """
    UPDATE ops.token SET revoked_at = now(), revoked_by = %(by)s WHERE id = %(id)s::uuid AND revoked_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose a valid token is. `person` None: a service's. `roles`: by id and by name of the organisation."""

    name: str
    scope: Scope
    person: str | None
    sysadmin: bool
    roles: Mapping[str, str]
    seconds_left: float = math.inf  # until the token expires


class Tokens:
    """Makes, lists and revokes tokens, and finds out whose one is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def holder(self, token: str) -> Holder | None:
        """Whose a token is, None for one that isn't valid (any more). Notes its use, at most once a minute."""
        rows = self._database.rows(LOOK_UP, hash=_hash(token))
        if not rows:
            return None
        row = rows[0]
        if row["use_to_note"]:
            self._database.rows(NOTE_USE, id=row["id"])
        roles = {key: role for org_id, name, role in row["roles"] for key in (org_id, name)}
        left = math.inf if row["seconds_left"] is None else row["seconds_left"]
        return Holder(row["name"], frozenset(row["scope"]), row["person"], bool(row["sysadmin"]), roles, left)

    def add(self, person_id: str | None, name: str, scope: Scope, expires: datetime | None, by: str) -> tuple[str, str]:
        """Make a token of a person, or of a service (None): its id, and the token, which nobody can find out later."""
        token = (PERSON if person_id else SERVICE) + secrets.token_urlsafe(TOKEN_BYTES)
        values = {"person": person_id, "name": name, "scope": sorted(scope), "expires": expires, "by": by}
        return str(self._database.rows(ADD, hash=_hash(token), **values)[0]["id"]), token

    def page(self, person: str | None, limit: int, offset: int) -> list[Row]:
        """Tokens, newest first: of a person (name), or all with those of services."""
        return self._database.rows(LIST.replace("{where}", OF_PERSON), person=person, limit=limit, offset=offset)

    def ending(self, days: int, limit: int = 20) -> list[Row]:
        """Tokens that were used lately and end within that many days, as they are listed."""
        return self._database.rows(LIST.replace("{where}", ENDING), days=days, limit=limit, offset=0)

    def token(self, token_id: UUID) -> Row | None:
        """One token, as it is listed."""
        where: LiteralString = "t.id = %(id)s"
        return next(iter(self._database.rows(LIST.replace("{where}", where), id=token_id, limit=1, offset=0)), None)

    def revoke(self, token_id: str, by: str) -> None:
        """Refuse a token from now on; a second call changes nothing."""
        self._database.rows(REVOKE, id=token_id, by=by)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
