"""`source edit`: fields of one source, of several, or of all of an organisation or a type."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from adapters.actions.whole_lists import all_pages
from adapters.cli.deletions import confirm, yes_option
from adapters.cli.output import emit, json_option, say, session
from adapters.cli.source_text import describe
from adapters.cli.typed import Renamed, as_typed
from domain.errors import HarvestError, NotFound
from domain.text import counted

Row = Mapping[str, Any]
ONE_SOURCE = {
    "name": "--name",
    "url": "--url",
    "title": "--title",
    "source_type": "--type",
    "config": "--configuration",
    "version": "--version",
}
"""What can't be the same for several sources, or may be refused for one and not for another."""
EXAMPLES = 3  # sources that are named before a person is asked


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE...]")
@click.option("--all", "everything", is_flag=True, help="All active sources, in place of SOURCE.")
@click.option("--of-type", default="", metavar="TYPE", help="All active sources of this type, in place of SOURCE.")
@click.option(
    "--org",
    cls=Renamed,
    old="--of-org",
    default="",
    metavar="ORG",
    help="All active sources of this organisation, in place of SOURCE.",
)
@click.option("--name", help="A new name; for one source only.")
@click.option("--url", help="The address to harvest; for one source only.")
@click.option("--type", "source_type", help="The name of a harvester (see harvesters-info); for one source only.")
@click.option("--title", help="How it is shown; for one source only.")
@click.option("--notes", help="A description of the source.")
@click.option("--owner-org", help="Id or name of the organisation it belongs to.")
@click.option("--private/--public", default=None, help="Whether only its organisation may see it.")
@click.option(
    "--configuration", metavar="JSON", help="The harvester's configuration, in place of the old one; for one source only."
)
@click.option("--frequency", help="MANUAL, DAILY, WEEKLY, BIWEEKLY, MONTHLY or ALWAYS; this removes a cron expression.")
@click.option("--cron", help="When to harvest, in place of the frequency, e.g. '30 2 * * 1-5'; '' for none.")
@click.option("--time-zone", help="Time zone of --cron and --blackout, e.g. Europe/Berlin.")
@click.option(
    "--version",
    metavar="VERSION",
    help="Only if nobody has changed it since: `fields_version`, as `source show --json` has it; for one source only.",
)
@click.option("--blackout", help="When no scheduled job may start, e.g. 'Mon-Fri 08:00-18:00'; '' for never.")
@yes_option
@json_option
def edit(
    sources: tuple[str, ...],
    everything: bool,
    of_type: str,
    org: str,
    yes: bool,
    as_json: bool,
    configuration: str | None,
    **values: Any,
) -> None:
    """Change fields of one or more sources (ids or names); other fields stay as they are.

    A change applies from the next job on, a change of the schedule at once. `--all`, `--of-type` and `--org` (both:
    of this type and this organisation) say how many sources there are, and ask. When a source refuses, the others are changed
    nevertheless, and the status is 1.
    """
    changes = {name: value for name, value in {**values, "config": configuration}.items() if value is not None}
    many = everything or bool(of_type or org)
    _check_usage(sources, many, everything and bool(of_type or org), changes)
    with session() as actions:
        if not many:
            _edit_named(actions, sources, changes, as_json)
            return
        rows = list(all_pages(actions, "harvest_source_list", "sources", only_active=True, source_type=of_type, owner_org=org))
        if not rows:
            raise NotFound("There is no active source of this kind: `harvester sources` lists them")
        confirm(_going(rows, changes), yes)
        _edit_all(actions, rows, changes, as_json)


def _check_usage(sources: Sequence[str], many: bool, twice: bool, changes: Mapping[str, Any]) -> None:
    if not changes.keys() - {"version"}:
        raise click.UsageError("Nothing to change: give at least one option, such as --frequency DAILY")
    if bool(sources) == many or twice:
        raise click.UsageError("Name the sources by SOURCE..., or by --all, or by --of-type and --org")
    if own := [ONE_SOURCE[name] for name in ONE_SOURCE if name in changes and (many or len(set(sources)) > 1)]:
        raise click.UsageError(f"{own[0]} is of one source: give a single SOURCE")


def _edit_named(actions: Any, sources: Iterable[str], changes: Mapping[str, Any], as_json: bool) -> None:
    ids = dict.fromkeys(actions.call("harvest_source_show", id=source)["id"] for source in sources)
    rows = [actions.call("harvest_source_patch", id=source_id, **changes) for source_id in ids]
    emit(
        rows[0] if len(rows) == 1 else rows,
        as_json,
        lambda: "\n".join(f"Changed harvest source:\n{describe(row)}" for row in rows),
    )


def _going(rows: Sequence[Row], changes: Mapping[str, Any]) -> str:
    names = [str(row["name"]) for row in rows[:EXAMPLES]]
    more = f" and {len(rows) - EXAMPLES:,} more" if len(rows) > EXAMPLES else ""
    what = ", ".join(f"{name.replace('_', ' ')} {value!r}" for name, value in changes.items())
    return f"{_count(len(rows))} ({', '.join(names)}{more}) will have {what}."


def _edit_all(actions: Any, rows: Sequence[Row], changes: Mapping[str, Any], as_json: bool) -> None:
    changed, refused = [], []
    for row in rows:
        try:
            with as_typed():
                changed.append(actions.call("harvest_source_patch", id=row["id"], **changes))
        except HarvestError as error:
            refused.append({"id": row["id"], "name": row["name"], "error": str(error)})
            if not as_json:
                say(f"Not changed: {row['name']}: {' '.join(str(error).split())}", err=True)
    emit({"changed": changed, "refused": refused}, as_json, lambda: f"Changed {_count(len(changed))}")
    sys.exit(1 if refused else 0)


def _count(number: int) -> str:
    return counted(number, "harvest source")
