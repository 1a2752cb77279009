"""SQL on the database, for the person at this machine: not in the table of actions, since SQL knows no rights of sources."""

import os
import shutil
from typing import Any

from adapters.actions.session import Session
from adapters.postgres.free_query import OPTIONS, free_query, without_password


def harvest_sql(session: Session, statement: str, limit: int) -> dict[str, Any]:
    """The result of one statement, on tables that are up to date; nothing can be written.

    `columns` are names, `rows` lists of values; `more` says whether there are rows beyond `limit`. Raises ValidationError.
    """
    session.show_current()
    answer = free_query(session.parts.database, statement, limit)
    return {"columns": answer.columns, "rows": [list(row) for row in answer.rows], "more": answer.more}


def psql(session: Session) -> tuple[list[str] | None, dict[str, str]]:
    """The command that opens psql on the database, None when it isn't installed; and the environment that it needs.

    The password is in the environment, which other users of the machine can't read. Nothing can be written by mistake.
    """
    from adapters.embedded.postgres import psql_program

    address, password = without_password(session.parts.settings.database_url)
    environment = {"PGOPTIONS": f"{os.environ.get('PGOPTIONS', '')} {OPTIONS}".strip(), **_if_any("PGPASSWORD", password)}
    program = shutil.which("psql") or psql_program()
    return ([program, address] if program else None), environment


def _if_any(name: str, value: str) -> dict[str, str]:
    return {name: value} if value else {}
