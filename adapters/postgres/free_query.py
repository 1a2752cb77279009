"""One SQL statement that a person wrote, run in a session that can't write."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from adapters.postgres.database import Database, one_line, unavailable
from domain.errors import ValidationError

SEARCH_PATH = "harvest, events, content, ops, public"
OPTIONS = f"-c default_transaction_read_only=on -c search_path={SEARCH_PATH.replace(' ', '')}"


@dataclass(frozen=True)
class Answer:
    """Names of columns, and rows of plain values; `more` when there were further rows."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    more: bool


def free_query(database: Database, statement: str, limit: int) -> Answer:
    """The first rows of what the statement gives.

    Names are looked up in `harvest` first. Raises ValidationError with Postgres's words when it refuses the statement.
    """
    if not statement.strip():
        raise ValidationError({"statement": "there is no statement"})
    try:
        with unavailable(database.url), database.connect(whole_tables=True) as connection:
            connection.execute(f"SET search_path TO {SEARCH_PATH}")
            connection.read_only = True
            connection.autocommit = False
            cursor = connection.execute(statement.encode(), prepare=True)  # prepared: one statement, never two
            if cursor.description is None:
                return Answer([], [], more=False)
            rows = cursor.fetchmany(limit + 1)
            return Answer([column.name for column in cursor.description], rows[:limit], more=len(rows) > limit)
    except psycopg.Error as error:
        raise ValidationError({"statement": one_line(error)}) from error


def without_password(url: str) -> tuple[str, str]:
    """The address in libpq's form without its password, and the password, empty when it has none."""
    parameters = conninfo_to_dict(url)
    password = str(parameters.pop("password", None) or "")
    return make_conninfo("", **parameters), password
