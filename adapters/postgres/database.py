"""Connections to PostgreSQL, and the migrations.

One connection per thread and purpose, autocommit; a connection that broke is reopened at the next use. All errors of the
driver that mean "the server isn't there" become ServiceUnavailable.
"""

import logging
import os
import re
import select
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, LiteralString
from weakref import WeakSet

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from adapters.postgres.arrays import short_ways
from adapters.postgres.too_large import too_large
from domain.errors import ServiceUnavailable, SettingError

log = logging.getLogger(__name__)

Connection = psycopg.Connection[tuple[Any, ...]]

KEEPALIVES: dict[str, Any] = {"keepalives": 1, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}  # seconds
MIGRATION_LOCK = "harvestlog migrations"
KEEPALIVE = "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 3; SET tcp_keepalives_count = 3"
"""For sessions that hold a lock: the server notices within 20 s that their host is gone, not after hours."""
PLANS = """
    SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off;
    SET random_page_cost = 1.1
"""
"""For sessions that run the same statements for days: a plan is kept from when its table was empty and two pages long, and then
read the whole table again for each batch, until an ANALYZE came by. Ours all have an index to go by (decision 0023). At 1.1,
as is usual for SSDs, an index that has the order is read up to the limit; at 4 all lines of a large job were got and sorted."""
UNHURRIED = "(SELECT set_config('synchronous_commit', 'off', true)) = 'off'"
"""A condition that is always true: the statement's own transaction doesn't wait for the disk. For what a crash of the server
may take back, since epochs and guards make a second sending or claim harmless."""
FULL = "All its connections are in use: raise max_connections in postgresql.conf, or run fewer workers"
STARTING = "It is starting, or recovering from a crash: try again in a moment"
HINTS = {
    "the database system is starting up": STARTING,
    "the database system is in recovery": "It is recovering from a crash: try again in a moment",
    "the database system is not yet accepting connections": STARTING,
    "the database system is shutting down": "It is being stopped or restarted: try again once it is back",
    "too many clients": FULL,
    "remaining connection slots": FULL,
    "No space left on device": "Its disk is full: free some space",
}
"""What to do, by what the server says; for all else the address may be wrong."""
UNAVAILABLE = (psycopg.OperationalError, psycopg.InterfaceError)
IDLE = psycopg.pq.TransactionStatus.IDLE
CANCEL_WITHIN = 1.0  # seconds
OLDEST_SERVER = 140_000  # lz4 for stored documents, among others


_OPEN: "WeakSet[Connection]" = WeakSet()


class Database:
    """A Postgres database. `connection` is the calling thread's own; `connect()` opens one that the caller closes."""

    def __init__(self, url: str, name: str = "harvestlog") -> None:
        self.url = url
        self.name = name
        self._local = threading.local()

    def connect(self, *, whole_tables: bool = False) -> Connection:
        """A new connection; statements go by indexes, unless they are to read `whole_tables`.

        Raises ServiceUnavailable, or SettingError for a wrong address, user or password.
        """
        name = self.name[:60]
        try:
            connection = psycopg.connect(self.url, autocommit=True, application_name=name, connect_timeout=5, **KEEPALIVES)
            short_ways(connection)
            if not whole_tables:
                connection.execute(PLANS)
            _OPEN.add(connection)
            return connection
        except psycopg.ProgrammingError as error:
            raise SettingError(f"HARVEST_DATABASE_URL is not a Postgres address: {one_line(error)}") from error
        except psycopg.OperationalError as error:
            reason = one_line(error)
            raise ServiceUnavailable(f"The database {redact(self.url)} can't be used: {reason}. {_hint(reason)}") from error

    @property
    def connection(self) -> Connection:
        """The calling thread's connection, reopened if it broke."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is not None and not connection.closed and self._local.process != os.getpid():
            raise RuntimeError("a process that a plugin forked must not use the database of its parent")
        if connection is None or connection.closed or connection.broken or self._is_stale(connection):
            connection = self._local.connection = self.connect()
            self._local.process = os.getpid()
        return connection

    def keep_session(self) -> None:
        """The calling thread keeps something in its session: when that is lost the next use must fail, and not start again."""
        self._local.kept = True

    def _is_stale(self, connection: Connection) -> bool:
        return not getattr(self._local, "kept", False) and _was_closed(connection)

    def close(self) -> None:
        """Close the calling thread's connection."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def query(self, statement: LiteralString | sql.Composed, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run one statement with named parameters; all rows. Raises ServiceUnavailable when the server went away."""
        with unavailable(self.url):
            cursor = self.connection.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def rows(self, statement: LiteralString, **parameters: Any) -> list[dict[str, Any]]:
        """Run one statement with named parameters; all rows by column. Raises ServiceUnavailable when the server went away."""
        with unavailable(self.url), self.connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def check_session(self) -> None:
        """Refuse a transaction pooler: advisory locks and LISTEN need a session. Raises SettingError."""
        version = self.connection.info.server_version
        if version < OLDEST_SERVER:
            raise SettingError(
                f"HARVEST_DATABASE_URL leads to PostgreSQL {_version(version)}, "
                f"and harvestlog needs {_version(OLDEST_SERVER)} or newer"
            )
        pids = {self.query("SELECT pg_backend_pid()")[0][0] for _ in range(3)}
        if len(pids) > 1:
            raise SettingError(
                "HARVEST_DATABASE_URL leads to a pooler in transaction mode: harvestlog needs a session of its own"
            )


def hang_up(connection: Connection) -> None:
    """End a connection that another thread uses: its statement fails, and is ended by the server if that still answers."""
    with suppress(psycopg.Error):
        connection.cancel_safe(timeout=CANCEL_WITHIN)
    with suppress(psycopg.Error, OSError), socket.socket(fileno=os.dup(connection.fileno())) as wire:
        wire.shutdown(socket.SHUT_RDWR)  # for the thread it is as if the server had hung up


def keep_from_children() -> None:
    """In processes that are forked from now on, connections lead nowhere: their sessions are the parent's, and end with it."""
    os.register_at_fork(after_in_child=_let_go)


def _let_go() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for connection in list(_OPEN):
        if not connection.closed:
            os.dup2(nothing, connection.fileno())


def _was_closed(connection: Connection) -> bool:
    """Whether the server has closed an idle connection, as it does when it restarts: it is better to know before it is used.

    A server sends nothing on an idle connection that doesn't listen, except that it closes it.
    """
    if connection.pgconn.transaction_status != IDLE:
        return False
    waiting = select.poll()
    waiting.register(connection.pgconn.socket, select.POLLIN)
    if not waiting.poll(0):
        return False
    connection.close()
    return True


def _version(number: int) -> str:
    """170004 -> 17."""
    return str(number // 10_000)


@contextmanager
def unavailable(url: str) -> Iterator[None]:
    """Turn the driver's errors of a lost server into ServiceUnavailable, those of a missing right into SettingError."""
    try:
        yield
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction) as error:
        raise SettingError(f"The database {redact(url)} does not let its user do this: {one_line(error)}") from error
    except UNAVAILABLE as error:
        if too_large(error):  # though it counts as an operational error: the statement is to blame
            raise
        if isinstance(error, psycopg.errors.DiskFull):
            raise ServiceUnavailable(f"The disk of the database {redact(url)} is full: {one_line(error)}") from error
        raise ServiceUnavailable(f"The database {redact(url)} does not answer: {one_line(error)}") from error


def _hint(reason: str) -> str:
    return next((hint for words, hint in HINTS.items() if words in reason), "Check HARVEST_DATABASE_URL")


def one_line(error: BaseException) -> str:
    """An error's text without line breaks."""
    return " ".join(str(error).split()) or type(error).__name__


def redact(url: str) -> str:
    """An address without its password."""
    return re.sub(r"(password=)\S+", r"\1***", re.sub(r"(://[^:/@]+):[^@]*@", r"\1:***@", url))


def migrate(database: Database) -> list[str]:
    """Bring the schemas to this version; the names of the migrations that ran, none on a second call.

    Several processes may call it at once. Raises SettingError when the database was made by a newer version, or its role may
    not make schemas.
    """
    try:
        return _migrate(database)
    except psycopg.errors.InsufficientPrivilege as error:
        raise SettingError(
            f"The role of HARVEST_DATABASE_URL may not make what harvestlog needs ({one_line(error)}): "
            "GRANT CREATE ON DATABASE … TO the role"
        ) from error


def _migrate(database: Database) -> list[str]:
    with database.connect() as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (MIGRATION_LOCK,))
        connection.execute("CREATE SCHEMA IF NOT EXISTS ops")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS ops.migration (name text PRIMARY KEY, applied_at timestamptz DEFAULT now())"
        )
        shipped = migrations()
        missing = _missing(connection, shipped)
        for name in missing:
            connection.execute(shipped[name].encode())
            connection.execute("INSERT INTO ops.migration (name) VALUES (%s)", (name,))
    return missing


def _missing(connection: Connection, shipped: Iterable[str]) -> list[str]:
    """Migrations that have not run, in order. Raises SettingError when one ran that isn't ours."""
    applied = {name for (name,) in connection.execute("SELECT name FROM ops.migration")}
    shipped = set(shipped)
    if newer := applied - shipped:
        raise SettingError(f"The database was made by a newer harvestlog (migration {max(newer)}): upgrade this one")
    return [name for name in sorted(shipped) if name not in applied]


def require_migrations(database: Database) -> None:
    """Raises SettingError unless the database has the tables of this version."""
    with unavailable(database.url):
        row = database.connection.execute("SELECT to_regclass('ops.migration') IS NOT NULL").fetchone()
        if not row or not row[0]:
            raise SettingError("The database has no harvestlog tables yet: run `harvester initdb`")
        if missing := _missing(database.connection, [path.stem for path in _migration_files()]):
            raise SettingError(f"The database is older than this harvestlog (no {missing[0]}): run `harvester initdb`")


def migrations() -> dict[str, str]:
    """The SQL of every migration by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in _migration_files()}


def _migration_files() -> list[Path]:
    return sorted((Path(__file__).parent / "migrations").glob("*.sql"))
