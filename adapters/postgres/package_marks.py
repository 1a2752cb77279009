"""The table ops.package_mark: whose the packages of a CKAN are, where their extras don't say it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from psycopg.types.json import Jsonb

from adapters.postgres.database import Database
from domain.errors import ServiceUnavailable

READ = "SELECT extras FROM ops.package_mark WHERE package_id = %(id)s"
WRITE = """
    INSERT INTO ops.package_mark (package_id, extras) VALUES (%(id)s, %(extras)s)
    ON CONFLICT (package_id) DO UPDATE SET extras = EXCLUDED.extras
"""
FORGET = "DELETE FROM ops.package_mark WHERE package_id = %(id)s"
LOCK = "SELECT pg_advisory_lock(hashtextextended('package ' || %(id)s, 0))"
UNLOCK = "SELECT pg_advisory_unlock(hashtextextended('package ' || %(id)s, 0))"


class PackageMarks:
    """Extras by package id. Safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, package_id: str) -> Mapping[str, str] | None:
        """The extras of a package; None when nothing is known of it."""
        rows = self._database.query(READ, id=package_id)
        return rows[0][0] if rows else None

    def write(self, package_id: str, extras: Mapping[str, str]) -> None:
        """Replace them."""
        self._database.query(WRITE, id=package_id, extras=Jsonb(dict(extras)))

    def forget(self, package_id: str) -> None:
        """Nothing is known of the package any more."""
        self._database.query(FORGET, id=package_id)

    @contextmanager
    def alone(self, package_id: str) -> Iterator[None]:
        """No other worker writes the package inside the block; the lock ends with the session that holds it, too.

        No transaction is open meanwhile: a call to CKAN may take minutes.
        """
        self._database.query(LOCK, id=package_id)
        try:
            yield
        finally:
            with suppress(ServiceUnavailable):  # then the session is gone, and the lock with it
                self._database.query(UNLOCK, id=package_id)
