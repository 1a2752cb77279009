"""Who is signed in with a browser: table ops.web_session, which holds no cookie but its hash.

A session of our own person has that person's rights as they are now; one that began with a token has that token's scope and
ends with it. A token of CKAN is kept encrypted with a key that is made of the cookie: the database alone gives it to nobody.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from adapters.postgres.database import Database
from domain.access import Caller
from domain.scopes import EVERYTHING

Row = dict[str, Any]

COOKIE_BYTES = 32  # random ones
IDLE_HOURS, LONGEST_DAYS = 12, 14
LISTED = 500  # sessions of a person at most

LOOK_UP: LiteralString = """
    SELECT w.id::text, w.name, w.sealed, w.person_id IS NOT NULL AS own, p.name AS person, p.sysadmin, t.scope,
        w.seen_at < now() - interval '1 minute' AS use_to_note,
        ARRAY(SELECT ARRAY[o.id::text, o.name, m.role] FROM ops.membership m
            JOIN ops.organization o ON o.id = m.organization_id WHERE m.person_id = w.person_id) AS roles
    FROM ops.web_session w
    LEFT JOIN ops.person p ON p.id = w.person_id
    LEFT JOIN ops.token t ON t.id = w.token_id
    WHERE w.hash = %(hash)s AND w.ends_at > now() AND w.seen_at > now() - make_interval(hours => %(idle)s)
        AND (w.token_id IS NULL OR (t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())))
        AND (w.person_id IS NULL OR p.active)
"""
NOTE_USE: LiteralString = """
    UPDATE ops.web_session SET seen_at = now() WHERE id IN (
        SELECT id FROM ops.web_session WHERE id = %(id)s::uuid FOR UPDATE SKIP LOCKED
    )
"""
ADD: LiteralString = """
    INSERT INTO ops.web_session (hash, name, person_id, token_id, sealed, browser, ends_at)
    VALUES (%(hash)s, %(name)s, %(person)s::uuid, %(token)s::uuid, %(sealed)s, %(browser)s,
        now() + make_interval(days => %(days)s))
"""
SWEEP: LiteralString = """
    DELETE FROM ops.web_session WHERE ends_at < now() OR seen_at < now() - make_interval(hours => %(idle)s)
"""
END: LiteralString = "DELETE FROM ops.web_session WHERE hash = %(hash)s"
END_OF_PASSWORD: LiteralString = "DELETE FROM ops.web_session WHERE person_id = %(person)s::uuid AND token_id IS NULL"
OF_PERSON: LiteralString = """
    SELECT w.id::text, w.browser, w.created_at AS since, w.seen_at AS last_seen, w.ends_at AS ends, t.name AS token
    FROM ops.web_session w LEFT JOIN ops.token t ON t.id = w.token_id
    WHERE w.name = %(name)s AND w.ends_at > now() AND w.seen_at > now() - make_interval(hours => %(idle)s)
        AND (w.token_id IS NULL OR (t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())))
    ORDER BY w.seen_at DESC, w.id LIMIT %(most)s
"""
END_OF_PERSON: LiteralString = """
    DELETE FROM ops.web_session
    WHERE name = %(name)s AND (%(id)s::uuid IS NULL OR id = %(id)s::uuid) AND id IS DISTINCT FROM %(keep)s::uuid RETURNING id
"""
TOKEN: LiteralString = """
    SELECT t.id::text, p.id::text AS person_id, p.name FROM ops.token t JOIN ops.person p ON p.id = t.person_id AND p.active
    WHERE t.hash = %(hash)s AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
"""
PASSWORD: LiteralString = "SELECT id::text, name, password FROM ops.person WHERE name = %(name)s AND active AND password <> ''"
SET_PASSWORD: LiteralString = "UPDATE ops.person SET password = %(password)s WHERE id = %(id)s::uuid"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose a session is: a `caller` of our own, or a token of the configured CKAN that says who it is."""

    id: str
    name: str
    caller: Caller | None
    ckan_token: str


class WebSessions:
    """Begins, finds and ends sessions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, cookie: str) -> SignedIn | None:
        """Whose session a cookie is; None for one that has ended, or never was. Notes its use, at most once a minute."""
        rows = self._database.rows(LOOK_UP, hash=_hash(cookie), idle=IDLE_HOURS)
        if not rows:
            return None
        row = rows[0]
        if row["use_to_note"]:
            self._database.query(NOTE_USE, id=row["id"])
        if not row["own"]:
            return SignedIn(row["id"], row["name"], None, _opened(cookie, row["sealed"]))
        roles = {key: role for org_id, name, role in row["roles"] for key in (org_id, name)}
        scope = EVERYTHING if row["scope"] is None else frozenset(row["scope"])
        return SignedIn(row["id"], row["person"], Caller(row["person"], bool(row["sysadmin"]), roles, scope), "")

    def begin_with_token(self, token: str, browser: str) -> str | None:
        """The cookie of a new session of the person whose token this is; None: it is no person's valid token."""
        rows = self._database.rows(TOKEN, hash=hashlib.sha256(token.encode()).digest())
        if not rows:
            return None
        return self._begin(rows[0]["name"], browser, person=rows[0]["person_id"], token=rows[0]["id"])

    def begin_for_person(self, person_id: str, name: str, browser: str) -> str:
        """The cookie of a new session of a person who gave the right password."""
        return self._begin(name, browser, person=person_id)

    def begin_for_ckan(self, name: str, token: str, browser: str) -> str:
        """The cookie of a new session of a user of CKAN."""
        return self._begin(name, browser, ckan_token=token)

    def _begin(
        self, name: str, browser: str, *, person: str | None = None, token: str | None = None, ckan_token: str = ""
    ) -> str:
        cookie = secrets.token_urlsafe(COOKIE_BYTES)
        self._database.query(SWEEP, idle=IDLE_HOURS)
        self._database.query(
            ADD,
            hash=_hash(cookie),
            name=name,
            person=person,
            token=token,
            sealed=_sealed(cookie, ckan_token) if ckan_token else None,
            browser=browser[:200],
            days=LONGEST_DAYS,
        )
        return cookie

    def end(self, cookie: str) -> None:
        """End a session; a second call changes nothing."""
        self._database.query(END, hash=_hash(cookie))

    def of(self, name: str) -> list[Row]:
        """Sessions of a person that haven't ended, last used first; `token` names the token that one began with."""
        return self._database.rows(OF_PERSON, name=name, idle=IDLE_HOURS, most=LISTED)

    def end_of(self, name: str, session_id: UUID | None, keep: UUID | None) -> int:
        """End one session of a person, or all but one; how many."""
        return len(self._database.query(END_OF_PERSON, name=name, id=session_id, keep=keep))

    def password(self, name: str) -> Row | None:
        """Id, name and password (its hash) of an active person who has one."""
        return next(iter(self._database.rows(PASSWORD, name=name)), None)

    def set_password(self, person_id: str, password: str) -> None:
        """Store a password (its hash), and end all sessions that began with the one before."""
        self._database.query(SET_PASSWORD, id=person_id, password=password)
        self._database.query(END_OF_PASSWORD, person=person_id)


def _hash(cookie: str) -> bytes:
    return hashlib.sha256(b"session " + cookie.encode()).digest()


def _key(cookie: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"sealed token " + cookie.encode()).digest())


def _sealed(cookie: str, token: str) -> bytes:
    from cryptography.fernet import Fernet

    return Fernet(_key(cookie)).encrypt(token.encode())


def _opened(cookie: str, sealed: bytes) -> str:
    from cryptography.fernet import Fernet

    return Fernet(_key(cookie)).decrypt(bytes(sealed)).decode()
