"""`source create`, `source show`, `sources`."""

from typing import Any

import click

from adapters.cli.deletions import clear
from adapters.cli.output import after_option, block, emit, json_option, more, paging, session
from domain.errors import ValidationError

Row = dict[str, Any]


@click.group()
def source() -> None:
    """Create, show and clear harvest sources."""


source.add_command(clear)


@source.command()
@click.argument("name")
@click.argument("url")
@click.argument("type")
@click.argument("title", default="")
@click.argument("active", type=bool, default=True)
@click.argument("owner_org", default="")
@click.argument("frequency", default="MANUAL")
@click.argument("config", default="")
@click.option("--taken-over", is_flag=True, help="Its datasets come from elsewhere: the first full run holds its deletions.")
@click.option("--id", type=click.UUID, help="The id to use; made when not given.")
@click.option("--cron", default="", help="When to harvest, in place of FREQUENCY, e.g. '30 2 * * 1-5'.")
@click.option("--time-zone", default="", help="In which --cron and --blackout are, e.g. Europe/Berlin. [default: UTC]")
@click.option("--blackout", default="", help="When no scheduled job may start, e.g. 'Mon-Fri 08:00-18:00; Sat 10:00-12:00'.")
@json_option
def create(type: str, as_json: bool, **fields: Any) -> None:
    """Create a harvest source. TYPE is the name of a harvester, e.g. ckan; CONFIG its configuration as JSON."""
    with session() as actions:
        try:
            row = actions.call("harvest_source_create", source_type=type, **fields)
        except ValidationError as error:
            raise ValidationError({_ARGUMENTS.get(name, name): said for name, said in error.errors.items()}) from error
        count = 0 if as_json else actions.call("harvest_source_list", limit=1)["count"]
        emit(row, as_json, lambda: f"Created new harvest source:\n{describe(row)}\n{_there_are(count)}")


_ARGUMENTS = {"source_type": "type"}


@source.command()
@click.argument("id_or_name")
@json_option
def show(id_or_name: str, as_json: bool) -> None:
    """Show a harvest source."""
    with session() as actions:
        row = actions.call("harvest_source_show", id=id_or_name)
        emit(row, as_json, lambda: describe(row))


@click.command()
@click.argument("all", required=False, type=click.Choice(["all"]))
@paging()
@after_option("source (id or name)")
@json_option
def sources(all: str | None, as_json: bool, **which: Any) -> None:
    """List harvest sources; with `all` the inactive ones too."""
    with session() as actions:
        page = actions.call("harvest_source_list", only_active=not all, **which)
        end = _there_are(page["count"], "" if all else "active ")
        emit(page, as_json, lambda: "\n".join([*map(describe, page["sources"]), end, *more(page["next"])]))


def _there_are(count: int, kind: str = "") -> str:
    return f"There is 1 {kind}harvest source" if count == 1 else f"There are {count} {kind}harvest sources"


def describe(row: Row) -> str:
    """A source as lines of text."""
    fields = {
        "Source id": row["id"],
        "name": row["name"],
        "title": row["title"],
        "url": row["url"],
        "type": row["type"],
        "active": row["active"],
        "frequency": row["frequency"],
        "cron": row.get("cron") or None,
        "time zone": row.get("time_zone") or None,
        "blackout": row.get("blackout") or None,
        "next run": next_run(row),
        "owner_org": row["owner_org"] or None,
        "config": row["config"] or None,
        "jobs": row["jobs"],
        "datasets": row["datasets"],
    }
    return block({name: value for name, value in fields.items() if value is not None})


def next_run(row: Row) -> str | None:
    """When a source is harvested by itself next; None: never."""
    time = row["next_run"].strftime("%Y-%m-%d %H:%M:%S UTC") if row.get("next_run") else None
    if row.get("paused"):
        return f"{time or 'none'} (paused: {row['paused']})"
    return time
