"""How many wrong passwords a name or an address may still send: table ops.wrong_password, shared by all processes."""

import hashlib
from typing import LiteralString

from adapters.postgres.database import Database
from domain.errors import TooManyCalls

MINUTE = 60.0  # seconds

NOW_LEFT: LiteralString = "least(%(most)s, w.tries_left + extract(epoch FROM now() - w.as_of) * %(most)s / 60)"
TAKE: LiteralString = f"""
    INSERT INTO ops.wrong_password AS w (hash, tries_left) VALUES (%(hash)s, %(most)s::float8 - 1)
    ON CONFLICT (hash) DO UPDATE SET tries_left = {NOW_LEFT} - 1, as_of = now() WHERE {NOW_LEFT} >= 1
    RETURNING true
"""
LEFT: LiteralString = f"SELECT ({NOW_LEFT})::float8 FROM ops.wrong_password w WHERE hash = %(hash)s"
GIVE_BACK: LiteralString = """
    UPDATE ops.wrong_password SET tries_left = least(%(most)s::float8, tries_left + 1) WHERE hash = %(hash)s
"""
SWEEP: LiteralString = "DELETE FROM ops.wrong_password WHERE as_of < now() - interval '10 minutes'"


class WrongPasswords:
    """Tries of names and addresses. A try is taken before a password is checked, so simultaneous ones count too."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, what: str, a_minute: float) -> None:
        """Take a try of a name or an address, which has so many a minute (0: any number). Raises TooManyCalls."""
        if not a_minute:
            return
        self._database.query(SWEEP)
        if not self._database.query(TAKE, hash=_hash(what), most=float(a_minute)):
            rows = self._database.query(LEFT, hash=_hash(what), most=float(a_minute))
            raise TooManyCalls(wait=(1 - min(1.0, rows[0][0] if rows else 0.0)) * MINUTE / a_minute)

    def give_back(self, what: str, a_minute: float) -> None:
        """The password was right: that try doesn't count."""
        if a_minute:
            self._database.query(GIVE_BACK, hash=_hash(what), most=float(a_minute))


def _hash(what: str) -> bytes:
    return hashlib.sha256(b"try " + what.encode()).digest()
