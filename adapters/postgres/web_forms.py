"""Forms that were sent with a browser, and what was answered: table ops.web_form.

A form is known by the session, the key that its page gave it, and what it was filled in with: filled in otherwise it is another
form. The answer is kept for a day, encrypted with the cookie, since it may hold a token that is shown once.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import LiteralString

from adapters.postgres.database import Database

KEPT_HOURS = 24
SWEPT = 1000  # rows at a time

BEGIN: LiteralString = """
    INSERT INTO ops.web_form (hash) VALUES (%(hash)s) ON CONFLICT DO NOTHING RETURNING true
"""
ANSWER: LiteralString = "UPDATE ops.web_form SET sealed = %(sealed)s WHERE hash = %(hash)s"
DROP: LiteralString = "DELETE FROM ops.web_form WHERE hash = %(hash)s"
READ: LiteralString = """
    SELECT sealed, extract(epoch FROM clock_timestamp() - begun_at)::float8 FROM ops.web_form WHERE hash = %(hash)s
"""
SWEEP: LiteralString = """
    DELETE FROM ops.web_form WHERE hash = ANY (ARRAY(
        SELECT hash FROM ops.web_form WHERE begun_at < now() - make_interval(hours => %(hours)s) LIMIT %(most)s
    ))
"""


@dataclass(frozen=True)
class Sent:
    """A form that was sent: what was answered, None while that isn't known, and how many seconds ago it was sent."""

    answer: str | None
    seconds: float


class WebForms:
    """Notes which forms were sent. Every method raises ServiceUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, cookie: str, key: str, fields: Mapping[str, str]) -> bool:
        """Note that a form is being carried out; False: it was sent before."""
        self._database.query(SWEEP, hours=KEPT_HOURS, most=SWEPT)
        return bool(self._database.query(BEGIN, hash=form_hash(cookie, key, fields)))

    def answered(self, cookie: str, key: str, fields: Mapping[str, str], answer: str) -> None:
        """Keep what it led to."""
        from cryptography.fernet import Fernet

        sealed = Fernet(_key(cookie)).encrypt(answer.encode(errors="replace"))
        self._database.query(ANSWER, hash=form_hash(cookie, key, fields), sealed=sealed)

    def drop(self, cookie: str, key: str, fields: Mapping[str, str]) -> None:
        """Nothing was done: it may be sent again."""
        self._database.query(DROP, hash=form_hash(cookie, key, fields))

    def sent(self, cookie: str, key: str, fields: Mapping[str, str]) -> Sent | None:
        """A form that was sent; None: nothing came of it, so it may be sent again."""
        rows = self._database.query(READ, hash=form_hash(cookie, key, fields))
        if not rows:
            return None
        sealed, seconds = rows[0]
        return Sent(_opened(cookie, sealed) if sealed else None, float(seconds))


def form_hash(cookie: str, key: str, fields: Mapping[str, str]) -> bytes:
    """By what a form is known."""
    filled_in = json.dumps(sorted(fields.items()))
    return hashlib.sha256(b"\0".join([b"form", cookie.encode(), key.encode(), filled_in.encode()])).digest()


def _key(cookie: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"sealed form " + cookie.encode()).digest())


def _opened(cookie: str, sealed: bytes) -> str:
    from cryptography.fernet import Fernet

    return Fernet(_key(cookie)).decrypt(bytes(sealed)).decode()
