"""`breaker reset`, `dead-letters`: what is in trouble."""

from datetime import datetime
from typing import Any

import click

from adapters.cli.output import emit, json_option, limit_option, session, table

TARGET = "target"


@click.group()
def breaker() -> None:
    """Send requests again to remote hosts in trouble, or to the target.

    `harvester status` shows which ones get none at present.
    """


@breaker.command()
@click.argument("name")
@json_option
def reset(name: str, as_json: bool) -> None:
    """Send to NAME again at once: `target`, or a host as `harvester status` shows it."""
    values = {"what": TARGET} if name == TARGET else {"what": "host", "name": name}
    with session() as actions:
        answer = actions.call("harvest_breaker_reset", **values)
    emit(answer, as_json, lambda: f"{answer['name'] or 'The target'} gets requests again")


@click.command("dead-letters")
@limit_option()
@click.option("--before", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S.%f%z"]), help="Only older ones.")
@json_option
def dead_letters(limit: int, before: datetime | None, as_json: bool) -> None:
    """List messages that could not be decoded, newest first."""
    with session() as actions:
        answer = actions.call("harvest_dead_letter_list", limit=limit, before=before)
    emit(answer, as_json, lambda: _text(answer["dead_letters"]))


def _text(letters: list[dict[str, Any]]) -> str:
    rows = [
        {
            "recorded": f"{row['recorded']:%Y-%m-%d %H:%M:%S}",
            "where": f"{row['topic']}/{row['partition']}/{row['offset']}",
            "bytes": row["bytes"],
            "why": row["reason"],
        }
        for row in letters
    ]
    return "\n".join(table(rows)) if rows else "Every message could be decoded"
