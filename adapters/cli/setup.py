"""`initdb` and `status`."""

import sys
from typing import Any

import click

from adapters.cli.disk import readable
from adapters.cli.output import block, emit, json_option, session, table, told_steps
from adapters.cli.pauses import what

LISTED = ("problems", "processes", "paused", "breakers")
"""What of the status isn't shown line by line; open breakers are among the problems."""


@click.command()
@click.option("--rename-site", is_flag=True, help="Rename this database's site to HARVEST_SITE_ID.")
@json_option
def initdb(rename_site: bool, as_json: bool) -> None:
    """Create or upgrade the database schemas, and check the target; a second call changes nothing."""
    with session(fresh=True, tell=told_steps(quiet=as_json)) as actions:
        answer = actions.call("harvest_database_init", rename_site=rename_site)
        tables = f"DB tables {'created' if answer['done'] else 'are up to date'}: {answer['database']}"
        emit(answer, as_json, lambda: f"{tables}\nSite: {answer['site']}\nTarget: {answer['target']}")


@click.command()
@json_option
def status(as_json: bool) -> None:
    """Show whether all parts are there and what they do; status 1 when a person is needed."""
    import logging

    from adapters.actions.session import opened_anyway

    logging.getLogger("adapters.targets").setLevel(logging.ERROR)  # what is away is among the problems
    with opened_anyway() as actions:
        answer = actions.call("harvest_status_show")
    emit(answer, as_json, lambda: _text(answer))
    sys.exit(1 if answer["problems"] else 0)


def _text(answer: dict[str, Any]) -> str:
    fields = {name: _said(name, value) for name, value in answer.items() if name not in LISTED}
    processes = table(map(_process, answer.get("processes", ())))
    paused = [f"paused: {what(pause)}" for pause in answer.get("paused", ())]
    problems = "\n".join(f"! {problem}" for problem in answer["problems"])
    return block(fields) + "\n".join([*processes, *[""] * bool(processes), *paused, problems or "all is well"])


def _said(name: str, value: Any) -> Any:
    """A field as a person reads it."""
    from domain.health import duration

    if name == "sources":
        return ", ".join(f"{count} {trouble.replace('_', ' ')}" for trouble, count in value.items())
    if name == "versions":
        return ", ".join(f"{part} {version}" for part, version in value.items())
    if name == "projection_lag":
        return ", ".join(f"{projection} {events}" for projection, events in value.items())
    if name == "oldest_running_job" and value:
        return f"{value['id']} of {value['source']}, for {duration(value['seconds'])}"
    if name.endswith("_bytes") and value is not None:
        return readable(value)
    return value


def _process(process: dict[str, Any]) -> dict[str, Any]:
    from domain.health import duration

    oldest = process["oldest_seconds"]
    state = "leads" if process["leads"] else ""
    return {
        "role": process["role"],
        "host": process["host"],
        "pid": process["pid"],
        "threads": process["threads"],
        "busy": process["busy"],
        "oldest record": "-" if oldest is None else duration(oldest),
        "seen": f"{duration(process['seen_seconds'])} ago",
        "": state if process["alive"] else "SILENT",
    }
