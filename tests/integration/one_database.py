"""One database for many tests, emptied before each: a database of its own costs a test half a second."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from adapters.bootstrap import Parts
from adapters.embedded import EmbeddedPostgres
from adapters.settings import Settings
from tests.conftest import copy_template, database_url

FILLED = """
    SELECT format('DELETE FROM %I.%I;', schemaname, tablename) FROM pg_tables
    WHERE schemaname IN ('events', 'content', 'ops', 'catalogue', 'harvest') AND tablename NOT IN ('migration', 'checkpoint')
"""
REWIND = "UPDATE ops.checkpoint SET notification_id = 0; UPDATE harvest.checkpoint SET notification_id = 0"
OTHER_SCHEMAS = "SELECT format('DROP SCHEMA %I CASCADE;', nspname) FROM pg_namespace WHERE nspname LIKE 'other%'"


@pytest.fixture(scope="session")
def one_database(postgres: EmbeddedPostgres) -> Iterator[Settings]:
    """Settings with a database for the whole run."""
    name = f"one_{uuid4().hex[:12]}"
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(copy_template(name))
    yield Settings(database_url=database_url(postgres, name), site_id=name)
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def emptied(one_database: Settings) -> Iterator[Parts]:
    """Everything that works on the database, which holds nothing yet."""
    with psycopg.connect(one_database.database_url) as connection:
        statements = [*connection.execute(FILLED).fetchall(), *connection.execute(OTHER_SCHEMAS).fetchall()]
        connection.execute("".join((*(text for (text,) in statements), REWIND)).encode())  # in one round trip
    parts = Parts(one_database, "test")
    yield parts
    parts.close()
