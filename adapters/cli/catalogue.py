"""`catalogue list|show|search`: the local catalogue, in the form of CKAN's API."""

import click

from adapters.cli.output import emit, json_option, paging, to_json
from adapters.cli.services import connected
from domain.errors import NotFound


@click.group()
def catalogue() -> None:
    """Look into the local catalogue, where datasets go when no CKAN is configured."""


@catalogue.command("list")
@paging()
@json_option
def package_list(limit: int, offset: int, as_json: bool) -> None:
    """Names of datasets (CKAN's package_list)."""
    with connected() as parts:
        names = parts.catalogue.list(limit, offset)
        emit(names, as_json, lambda: "\n".join(names))


@catalogue.command("show")
@click.argument("id_or_name")
def package_show(id_or_name: str) -> None:
    """One dataset as JSON (CKAN's package_show)."""
    with connected() as parts:
        package = parts.catalogue.show(id_or_name)
        if package is None:
            raise NotFound(f"Dataset {id_or_name} not found in the local catalogue")
        click.echo(to_json(package))


@catalogue.command("search")
@click.argument("q", default="")
@click.option("--source", default="", help="Of this source only (id or name).")
@paging(10)
@json_option
def package_search(q: str, source: str, limit: int, offset: int, as_json: bool) -> None:
    """Datasets that hold all words of Q (CKAN's package_search)."""
    with connected() as parts:
        source_id = str(parts.application.find_source(source).id) if source else ""
        found = parts.catalogue.search(q, source_id=source_id, rows=limit, start=offset)
        lines = [f"{package['name']}  {package.get('title') or ''}" for package in found["results"]]
        emit(found, as_json, lambda: "\n".join([*lines, f"{found['count']} datasets found"]))
