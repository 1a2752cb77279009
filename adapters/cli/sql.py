"""`sql`: psql on the database, or the answer to one statement."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import click

from adapters.cli.output import emit, json_option, say, session

NO_PSQL = "psql is not installed: on Debian and Ubuntu `apt-get install postgresql-client`; or ask one statement: {usage}"


@click.command()
@click.argument("statement", required=False)
@click.option("--limit", default=1000, show_default=True, type=click.IntRange(1), help="How many rows to show.")
@json_option
def sql(statement: str | None, limit: int, as_json: bool) -> None:
    """Ask the database with SQL: opens psql, or shows the answer to STATEMENT.

    Tables are looked up in the schema harvest first. Nothing can be written. docs/sql.md has statements to begin with.
    """
    from adapters.actions import sql as actions_on_sql

    with session() as actions:
        if statement is None:
            sys.exit(_open_psql(*actions_on_sql.psql(actions)))
        answer = actions_on_sql.harvest_sql(actions, statement, limit)
    rows = [dict(zip(answer["columns"], map(_plain, row), strict=True)) for row in answer["rows"]]
    emit(rows, as_json, lambda: table(answer["columns"], answer["rows"]))
    if answer["more"]:
        say(f"There are more rows: --limit {limit * 10}", err=True)


def _open_psql(command: list[str] | None, environment: dict[str, str]) -> int:
    if command is None:
        raise click.ClickException(NO_PSQL.format(usage='harvester sql "SELECT ..."'))
    signal.signal(signal.SIGINT, _leave_to_psql)
    return subprocess.call(command, env={**os.environ, **environment})


def _leave_to_psql(_signal: int, _frame: object) -> None:
    """Ctrl-C ends a statement in psql, not the database that this command may have started for it."""


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Rows under their columns, as psql shows them; line breaks within a value are shown as blanks."""
    texts = [[_text(value) for value in row] for row in rows]
    widths = [max(len(name), *(len(row[place]) for row in texts), 0) for place, name in enumerate(columns)]
    lines = [_line(columns, widths), "-+-".join("-" * width for width in widths), *(_line(row, widths) for row in texts)]
    return "\n".join([*(lines if columns else []), f"({len(rows)} row{'' if len(rows) == 1 else 's'})"])


def _line(values: Sequence[str], widths: Sequence[int]) -> str:
    return " | ".join(f"{value:<{width}}" for value, width in zip(values, widths, strict=True)).rstrip()


def _plain(value: Any) -> Any:
    """A value as JSON may have it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if value is None or isinstance(value, str | int | float | list | dict | datetime | UUID):
        return value
    return _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes | memoryview):
        return f"\\x{bytes(value).hex()}"
    return " ".join(str(value).splitlines())
