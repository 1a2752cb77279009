"""`preview`: what a harvest would import."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import click

from adapters.cli.output import emit, json_option, session
from domain.text import counted

Row = dict[str, Any]
SHOWN = 100  # characters of a value


@click.command()
@click.argument("source", required=False)
@click.option("--url", help="The address, of a source that isn't entered yet or in place of SOURCE's.")
@click.option("--type", "source_type", help="The harvester, e.g. ckan.")
@click.option("--configuration", metavar="JSON", help="The configuration, e.g. with rules in `mapping`.")
@click.option("--owner-org", help="The organisation that its datasets go to.")
@click.option("-n", "--limit", default=5, show_default=True, type=click.IntRange(1, 20), help="How many records.")
@click.option("--all", "show_all", is_flag=True, help="Show all fields, not only those that change.")
@json_option
def preview(source: str | None, limit: int, show_all: bool, as_json: bool, **fields: Any) -> None:
    """Show what a harvest of SOURCE would import, and store nothing.

    Of the first records each field is shown as the harvester made it, after the rules of the option `mapping`, and as the
    target would store it, with what its schema would refuse. Without SOURCE give --url and --type: of a source that isn't
    entered yet.
    Ends with status 1 when the remote can't be read, or a record would not be imported.
    """
    from adapters.cli.plugin_output import log_level, plugin_output

    if source is None and not (fields["url"] and fields["source_type"]):
        raise click.UsageError("Give SOURCE, or --url and --type of a source that isn't entered yet.")
    given = {"config" if name == "configuration" else name: value for name, value in fields.items() if value is not None}
    with session() as actions:
        with plugin_output(log_level()):
            answer = actions.call("harvest_source_preview", id=source, limit=limit, **given)
        emit(answer, as_json, lambda: "\n".join(_lines(answer, show_all)))
    failed = answer["gather_errors"] or any(record["errors"] for record in answer["records"])
    sys.exit(1 if failed else 0)


def _lines(answer: Row, show_all: bool) -> Iterator[str]:
    shown, expected = len(answer["records"]), answer["records_expected"]
    of = f"{shown} of {counted(expected, 'record')}" if expected is not None else counted(shown, "record")
    yield f"{of} of {answer['url']}; nothing was stored"
    for message in answer["gather_errors"]:
        yield f"error: {message}"
    for record in answer["records"]:
        yield ""
        yield from _record(record, show_all)


def _record(record: Row, show_all: bool) -> Iterator[str]:
    fate = "would be imported" if record["imported"] else "would not be imported"
    schema = f" by the schema {record['schema']}" if record["schema"] else ""
    yield f"{record['guid']}  {record['title']}: {fate}{schema}"
    for message in record["errors"]:
        yield f"  error: {message}"
    for message in record["warnings"]:
        yield f"  warning: {message}"
    fields = [field for field in record["fields"] if show_all or field["changed"]]
    for field in fields:
        yield f"  {field['field']}: {_change(field, imported=record['imported'])}"
    if not fields and record["fields"]:
        yield "  no field is changed"


def _change(field: Row, *, imported: bool) -> str:
    """The value, or its way from stage to stage."""
    stages = [field["before"], field["mapped"], *([field["after"]] if imported else [])]
    shown = [_text(value) for value in stages]
    if len(set(shown)) == 1:
        return shown[0]
    steps = [shown[0]]
    for place, word in enumerate(shown[1:], 1):
        if word != shown[place - 1]:
            steps.append(f"{word} ({'rules' if place == 1 else 'target'})")
    return " → ".join(steps)


def _text(value: Any) -> str:
    if value is None:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
