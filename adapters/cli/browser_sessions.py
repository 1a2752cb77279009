"""`session list`, `session end`: the browsers that somebody is signed in with."""

from typing import Any

import click

from adapters.cli.output import emit, json_option, session, table
from domain.text import counted


@click.group("session")
def session_group() -> None:
    """List and end the browser sessions of a person."""


@session_group.command("list")
@click.argument("person")
@json_option
def list_sessions(person: str, as_json: bool) -> None:
    """List the browser sessions of PERSON (id or name)."""
    with session() as actions:
        answer = actions.call("harvest_session_list", person=person)
    emit(answer, as_json, lambda: _listed(answer["sessions"]))


def _listed(sessions: list[dict[str, Any]]) -> str:
    rows = [
        {
            "id": row["id"],
            "since": f"{row['since']:%Y-%m-%d %H:%M}",
            "last seen": f"{row['last_seen']:%Y-%m-%d %H:%M}",
            "by": f"token {row['token']}" if row["token"] else "password",
            "browser": row["browser"][:60],
        }
        for row in sessions
    ]
    return "\n".join(table(rows)) if rows else "Signed in with no browser"


@session_group.command("end")
@click.argument("person")
@click.argument("session_id", required=False)
@json_option
def end_sessions(person: str, session_id: str | None, as_json: bool) -> None:
    """Sign PERSON (id or name) out: end the session with this id, or all of them."""
    with session() as actions:
        answer = actions.call("harvest_session_end", person=person, id=session_id)
    emit(answer, as_json, lambda: f"Ended {counted(answer['ended'], 'session')} of {answer['person']}")
