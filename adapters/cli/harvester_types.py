"""`types`: the harvesters that are installed, with the options that they declare."""

import re
from typing import Any

import click

from adapters.cli.output import emit, json_option, session
from domain.errors import NotFound
from domain.nearest import unknown
from domain.text import counted

LINK = re.compile(r" ?\(?\[[^]]+\]\(([\w.-]+\.md)(#[\w-]+)?\)\)?")  # to a page of docs/, which is shown as Markdown


@click.command()
@click.argument("name", metavar="[TYPE]", required=False)
@json_option
def types(name: str | None, as_json: bool) -> None:
    """List the types that a source can have, or show the options of TYPE.

    Each option is shown with what it means, its default and an example.
    """
    with session() as actions:
        answer = actions.call("harvesters_info_show")
    if name is None:
        emit(answer, as_json, lambda: "\n".join(map(_line, answer)) or "No harvester is installed")
        return
    chosen = next((row for row in answer if row["name"] == name), None)
    if chosen is None:
        raise NotFound(unknown("harvester type", name, [row["name"] for row in answer]))
    emit(chosen, as_json, lambda: _details(chosen))


def _line(row: dict[str, Any]) -> str:
    about = row["problem"] or row["description"] or row["title"]
    options = f" ({counted(len(row['options']), 'option')}: harvester types {row['name']})" if row["options"] else ""
    return f"{row['name']:<16} {about}{options}"


def _details(row: dict[str, Any]) -> str:
    lines = [f"{row['name']}: {row['title']}", row["description"], f"{row['place']} ({row['distribution']})", row["problem"]]
    options = [line for option in row["options"] for line in _option(option)] or ["", "It declares no options."]
    return "\n".join([*filter(None, lines), *options])


def _option(option: dict[str, Any]) -> list[str]:
    default = "must be given" if option["required"] else f"default {option['default'] or 'none'}"
    example = f"    e.g. {option['example']}" if option["example"] else ""
    meaning = LINK.sub(r" (see docs/\1)", option["meaning"])
    return ["", f"{option['name']} ({option['type']}; {default})", f"    {meaning}", *filter(None, [example])]
