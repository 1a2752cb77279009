"""`disk`: what uses how much space, and what retention would remove."""

from typing import Any

import click

from adapters.cli.output import emit, json_option, session, table
from domain.text import counted

UNITS = ("B", "KB", "MB", "GB", "TB")


@click.command()
@json_option
def disk(as_json: bool) -> None:
    """Show what uses how much disk space, and what retention would remove."""
    with session() as actions:
        answer = actions.call("harvest_disk_show")
        emit(answer, as_json, lambda: _text(answer))


def _text(answer: dict[str, Any]) -> str:
    rows = [{"part": part["part"], "size": readable(part["bytes"]), "rows": f"~{part['rows']:,}"} for part in answer["parts"]]
    return "\n".join([*table(rows), f"In all {readable(answer['bytes'])}", *_retention(answer["retention"])])


def _retention(retention: dict[str, Any]) -> list[str]:
    if not retention["days"]:
        return ["Nothing is removed: HARVEST_RETENTION_DAYS is 0"]
    limits = f"after {retention['days']:g} days, but for the last {retention['jobs_of_each_source']} jobs of each source"
    return [
        f"Objects of jobs go {limits} and for what datasets stand on (HARVEST_RETENTION_DAYS, HARVEST_RETENTION_JOBS):",
        f"  {counted(retention['objects'], 'object')} of {counted(retention['jobs'], 'job')} would go now",
        f"  documents of removed objects that go unless something else refers to them: {retention['documents_to_check']:,}",
    ]


def readable(size: int) -> str:
    """Bytes in the largest unit that leaves a number of at least 1."""
    number, unit = float(size), 0
    while number >= 1000 and unit < len(UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.0f} {UNITS[unit]}" if unit == 0 else f"{number:.1f} {UNITS[unit]}"
