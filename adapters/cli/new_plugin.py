"""`new-plugin`: writes the project of a harvester, which works as it is and has tests."""

import re
from pathlib import Path

import click

from adapters.cli.output import emit, json_option
from adapters.cli.plugin_project import files
from domain.errors import SettingError


@click.command("new-plugin")
@click.argument("name")
@click.option("--folder", type=click.Path(file_okay=False), help="Where to write it (default: harvest-NAME).")
@json_option
def new_plugin(name: str, folder: str | None, as_json: bool) -> None:
    """Write a project with a harvester of type NAME, and tests that pass.

    The harvester reads a list of datasets in a JSON file: change it to do what yours needs.
    """
    place = Path(folder or f"harvest-{name.replace('_', '-')}")
    _check(name, place)
    project = files(name)
    for path, text in project.items():
        target = place / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    written = {"folder": str(place), "files": sorted(project)}
    emit(written, as_json, lambda: f"Written: {place}\nNext: cd {place} && pip install -e . && pytest")


def _plain(name: str) -> str:
    """A name as names of modules and distributions are compared: `my-feed` and `my_feed` would be one."""
    return name.lower().replace("_", "-")


def _check(name: str, place: Path) -> None:
    from harvesters.loading import installed

    if not re.fullmatch(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*", name):
        raise SettingError(f"{name!r} can't be the name of a harvester: lower case letters, digits, - and _, as in my-feed")
    taken = next((plugin for plugin in installed() if _plain(plugin.type) == _plain(name)), None)
    if taken is not None:
        raise SettingError(f"{taken.distribution} has a harvester that is called {taken.type} already: choose another name")
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise SettingError(f"{place} is there already: name another place with --folder")
