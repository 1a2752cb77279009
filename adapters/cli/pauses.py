"""`pause` and `resume`."""

from typing import Any

import click

from adapters.cli.output import emit, json_option, session

Row = dict[str, Any]
NAMES = {"all": "everything", "target": "the target"}


def _scopes(command: Any) -> Any:
    """What is paused: one of a source, --all, --host and --target."""
    for option in (
        click.option("--target", is_flag=True, help="Everything that would be imported into the target."),
        click.option("--host", default="", help="All sources on this host."),
        click.option("--all", "everything", is_flag=True, help="All sources."),
        click.argument("source", required=False),
    ):
        command = option(command)
    return command


@click.command()
@_scopes
@click.option("--until", default="", help="When the pause ends by itself, e.g. 2026-03-01T06:00 (UTC).")
@json_option
def pause(source: str | None, everything: bool, host: str, target: bool, until: str, as_json: bool) -> None:
    """Start no scheduled jobs: of SOURCE (id or name), of all, of a host, or into the target.

    While a host or the target is paused, nothing is sent there: running jobs wait, and so do jobs that people create. With
    other pauses running jobs go on, and `harvester job` still creates jobs. One job makes up for all missed slots.
    """
    with session() as actions:
        if (scope := _scope(source, everything, host, target)) == "source":
            row = actions.call("harvest_source_pause", id=source, until=until)
            emit(row, as_json, lambda: f"Paused {what({'what': 'source', 'name': row['name'], 'until': until})}")
            return
        answer = actions.call("harvest_site_pause", scope=scope, name=host, until=until)
        emit(answer, as_json, lambda: _text(answer))


@click.command()
@_scopes
@json_option
def resume(source: str | None, everything: bool, host: str, target: bool, as_json: bool) -> None:
    """End a pause: of SOURCE (id or name), of all, of a host, or of the target.

    Other pauses stay in place: `harvester status` lists them.
    """
    with session() as actions:
        if (scope := _scope(source, everything, host, target)) == "source":
            row = actions.call("harvest_source_resume", id=source)
            emit(row, as_json, lambda: f"Resumed source {row['name']}, next run: {row['next_run'] or '-'}")
            return
        answer = actions.call("harvest_site_resume", scope=scope, name=host)
        emit(answer, as_json, lambda: _text(answer))


def _scope(source: str | None, everything: bool, host: str, target: bool) -> str:
    scopes = [name for name, value in (("source", source), ("all", everything), ("host", host), ("target", target)) if value]
    if len(scopes) != 1:
        raise click.UsageError("Name one of SOURCE, --all, --host HOST and --target")
    return scopes[0]


def _text(answer: Row) -> str:
    return "\n".join(f"paused: {what(pause)}" for pause in answer["paused"]) or "Nothing is paused"


def what(pause: Row) -> str:
    """A pause in words."""
    name = NAMES.get(pause["what"]) or f"{pause['what']} {pause['name']}"
    return f"{name} until {pause['until']}" if pause["until"] else f"{name} until it is resumed"
