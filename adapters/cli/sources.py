"""`source create`, `source show`, `sources`."""

from typing import Any

import click

from adapters.bootstrap import Parts
from adapters.cli.output import block, emit, json_option, paging
from adapters.cli.services import connected, show_current
from adapters.postgres.read_model.queries import ReadModel, Row
from domain.errors import NotFound, ValidationError
from domain.sources import SourceFields


@click.group()
def source() -> None:
    """Create and show harvest sources."""


@source.command()
@click.argument("name")
@click.argument("url")
@click.argument("type")
@click.argument("title", default="")
@click.argument("active", type=bool, default=True)
@click.argument("owner_org", default="")
@click.argument("frequency", default="MANUAL")
@click.argument("config", default="")
@click.option("--id", "source_id", type=click.UUID, help="The id to use; made when not given.")
@json_option
def create(
    name: str,
    url: str,
    type: str,
    title: str,
    active: bool,
    owner_org: str,
    frequency: str,
    config: str,
    source_id: Any,
    as_json: bool,
) -> None:
    """Create a harvest source. TYPE is the name of a harvester, e.g. ckan; CONFIG its configuration as JSON."""
    fields = SourceFields(name, url, type, title, config=config, frequency=frequency, owner_org=owner_org)
    with connected() as parts:
        fields = _checked(fields)
        made = parts.application.register_source(fields, by="cli", source_id=source_id)
        if not active:
            parts.application.deactivate_source(made, by="cli", reason="created inactive")
        show_current(parts)
        row = _row(parts, str(made))
        count = ReadModel(parts.database).count_sources()
        emit(row, as_json, lambda: f"Created new harvest source:\n{describe(row)}\n{_there_are(count)}")


def _checked(fields: SourceFields) -> SourceFields:
    """The config as the harvester stores it. Raises ValidationError."""
    from dataclasses import replace

    from harvesters.base import installed

    harvesters = installed()
    if fields.type not in harvesters:
        message = f"Unknown harvester type: {fields.type}. Registered types: {sorted(harvesters)}"
        raise ValidationError({"type": message})
    try:
        return replace(fields, config=harvesters[fields.type]().validate_config(fields.config))
    except Exception as error:
        raise ValidationError({"config": f"Error parsing the configuration options: {error}"}) from error


@source.command()
@click.argument("id_or_name")
@json_option
def show(id_or_name: str, as_json: bool) -> None:
    """Show a harvest source."""
    with connected() as parts:
        found = parts.application.find_source(id_or_name)
        show_current(parts)
        row = _row(parts, str(found.id))
        emit(row, as_json, lambda: describe(row))


@click.command()
@click.argument("all", required=False, type=click.Choice(["all"]))
@paging()
@json_option
def sources(all: str | None, limit: int, offset: int, as_json: bool) -> None:
    """List harvest sources; with `all` the inactive ones too."""
    with connected() as parts:
        show_current(parts)
        model = ReadModel(parts.database)
        rows = model.sources(inactive=bool(all), limit=limit, offset=offset)
        count = model.count_sources(inactive=bool(all))
        data = {"count": count, "sources": rows}
        emit(data, as_json, lambda: "\n".join([*map(describe, rows), _there_are(count, "" if all else "active ")]))


def _row(parts: Parts, source_id: str) -> Row:
    row = ReadModel(parts.database).source(source_id)
    if row is None:
        raise NotFound(f"Source {source_id} is not in the read model: is its projection running? See `harvester status`")
    return row


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
        "owner_org": row["owner_org"] or None,
        "config": row["config"] or None,
        "jobs": row["jobs"],
        "datasets": row["datasets"],
    }
    return block({name: value for name, value in fields.items() if value is not None})
