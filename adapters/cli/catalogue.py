"""`catalogue list|show|search`: the local catalogue, in the form of CKAN's API."""

from typing import Any

import click

from adapters.cli.output import after_option, cut, emit, json_option, paging, session, to_json
from domain.text import counted


@click.group()
def catalogue() -> None:
    """Look into the local catalogue, where datasets go when no CKAN is configured."""


@catalogue.command("list")
@paging()
@after_option("name")
@json_option
def package_list(as_json: bool, **which: Any) -> None:
    """List names of datasets (CKAN's package_list)."""
    with session() as actions:
        names = actions.call("package_list", **which)
        emit(names, as_json, lambda: "\n".join(names))


@catalogue.command("show")
@click.argument("id_or_name")
@json_option
def package_show(id_or_name: str, as_json: bool) -> None:
    """Show one dataset as JSON (CKAN's package_show)."""
    with session() as actions:
        package = actions.call("package_show", id=id_or_name)
        emit(package, as_json, lambda: to_json(package))


@catalogue.command("search")
@click.argument("q", default="")
@click.option("--source", default="", help="Only datasets of this source (id or name).")
@paging(10)
@json_option
def package_search(q: str, source: str, limit: int, offset: int, as_json: bool) -> None:
    """Find datasets that contain all words of Q (CKAN's package_search)."""
    with session() as actions:
        answer = actions.call("package_search", q=q, source_id=source, rows=limit, start=offset)
        lines = [cut(f"{package['name']}  {package.get('title') or ''}") for package in answer["results"]]
        emit(answer, as_json, lambda: "\n".join([*lines, f"{counted(answer['count'], 'dataset')} found"]))
