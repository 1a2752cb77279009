"""`doctor`: what is wrong with an installation, and how to fix it."""

import logging
import sys
from typing import Any

import click

from adapters.cli.output import emit, json_option
from domain.errors import HarvestError

MARKS = {"ok": "ok", "problem": "!!", "skipped": "--"}


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Check this installation, and say how to fix what is wrong; status 1 when something is."""
    from adapters.actions.session import opened_anyway

    logging.getLogger("adapters").setLevel(logging.CRITICAL)  # what is wrong is printed below
    try:
        with opened_anyway() as actions:
            answer = actions.call("harvest_installation_check")
    except HarvestError as error:  # of the settings: nothing else can be looked at
        answer = {"checks": [{"check": "settings", "state": "problem", "text": str(error)}], "problems": 1}
    emit(answer, as_json, lambda: _text(answer))
    sys.exit(1 if answer["problems"] else 0)


def _text(answer: dict[str, Any]) -> str:
    width = max(len(row["check"]) for row in answer["checks"])
    lines = [f"{MARKS[row['state']]}  {row['check']:<{width}}  {row['text']}" for row in answer["checks"]]
    count = answer["problems"]
    end = "Nothing is wrong" if not count else "1 thing is wrong" if count == 1 else f"{count} things are wrong"
    return "\n".join([*lines, end])
