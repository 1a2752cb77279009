"""A plugin is a distribution of its own: its tests pass, and harvestlog finds it by its entry point."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from adapters.cli.plugin_project import files
from tests.support.stack import ROOT


def run(folder: Path, *arguments: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *([str(path)] if path else [])])}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def write(folder: Path, project: Mapping[str, str]) -> Path:
    for name, text in project.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def installed(project: Path, folder: Path) -> Path:
    """The project's modules with the metadata that an installer would write, in a folder for the path."""
    described = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    name, version = described["project"]["name"], described["project"]["version"]
    metadata = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    points = [
        f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in entries.items())
        for group, entries in described["project"]["entry-points"].items()
    ]
    (metadata / "entry_points.txt").write_text("\n".join(points))
    for module in described["tool"]["setuptools"]["py-modules"]:
        shutil.copy(project / f"{module}.py", folder)
    return folder


LIST_TYPES = (
    "import json; from harvesters.loading import installed; "
    "print(json.dumps([[p.type, p.distribution, p.problem, [o.name for o in p.options]] for p in installed()]))"
)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["feed", "my-other_feed"])
def test_the_tests_of_a_new_project_pass(tmp_path: Path, name: str) -> None:
    project = write(tmp_path / "project", files(name))

    done = run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout


def test_a_plugin_is_found_by_its_entry_point_with_its_options(tmp_path: Path) -> None:
    path = installed(ROOT / "tests" / "feed_plugin", tmp_path / "site")

    done = run(tmp_path, "-c", LIST_TYPES, path=path)

    found = {row[0]: row[1:] for row in json.loads(done.stdout)}
    distribution, problem, options = found["feed"]
    assert (distribution, problem) == ("harvest-feed 0.1", "")
    assert options[0] == "license"
    assert "on_removed" in options


def test_two_distributions_of_one_name_are_refused_with_the_names_of_both(tmp_path: Path) -> None:
    path = installed(ROOT / "tests" / "feed_plugin", tmp_path / "site")
    other = files("other")
    other = {**other, "pyproject.toml": other["pyproject.toml"].replace("\nother = ", "\nfeed = ")}
    installed(write(tmp_path / "other", other), tmp_path / "second")
    both = f"{path}{os.pathsep}{tmp_path / 'second'}"

    done = run(tmp_path, "-c", LIST_TYPES, path=Path(both))

    _, problem, _ = {row[0]: row[1:] for row in json.loads(done.stdout)}["feed"]
    assert "harvest-feed 0.1" in problem
    assert "harvest-other 0.1" in problem
    assert "uninstall all but one of them" in problem


@pytest.mark.slow
def test_a_new_project_can_be_installed_by_pip(tmp_path: Path) -> None:
    pytest.importorskip("setuptools")
    project, place = write(tmp_path / "project", files("feed")), tmp_path / "place"

    pip = ("-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--target", str(place), str(project))
    done = run(tmp_path, *pip)
    listed = run(tmp_path, "-c", LIST_TYPES, path=place)

    assert done.returncode == 0, done.stderr
    assert ["feed", "harvest-feed 0.1", ""] in [row[:3] for row in json.loads(listed.stdout)]
