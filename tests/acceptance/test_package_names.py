"""Our packages are plain words: one of the same name that hides ours is named at start, in one line."""

import os
import subprocess
import sysconfig
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

import pytest

from adapters.launch import NAMES, hidden_package
from adapters.roles.supervisor import role_commands
from adapters.settings import Settings
from tests.support.stack import ROOT

PROGRAM = Path(sysconfig.get_path("scripts")) / "harvester"


def harvester(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the installed program with a folder on PYTHONPATH, outside the clone."""
    environment = {**os.environ, "PYTHONPATH": str(path)}
    return subprocess.run([PROGRAM, *arguments], cwd=path, env=environment, capture_output=True, text=True, timeout=60)


def add_package(folder: Path, name: str) -> None:
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text("")


def add_distribution(folder: Path, **files: str) -> None:
    info = folder / "acme_tools-2.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-tools\nVersion: 2.1\n")
    for name, text in files.items():
        (info / name.replace("_txt", ".txt")).write_text(text)


@pytest.mark.parametrize("name", NAMES)
def test_a_distribution_that_hides_a_package_of_ours_is_named_in_one_line(tmp_path: Path, name: str) -> None:
    add_package(tmp_path, name)
    add_distribution(tmp_path, top_level_txt=f"{name}\n")

    done = harvester(tmp_path, "--help")

    assert (done.returncode, done.stdout) == (1, "")
    what = f"the Python package {name} is not harvestlog's but that of acme-tools 2.1 ({tmp_path / name})"
    assert done.stderr == f"Error: {what}: install harvestlog into a virtual environment of its own (python -m venv)\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_that_hides_a_package_of_ours_is_named_in_one_line(tmp_path: Path, name: str) -> None:
    add_package(tmp_path, name)

    done = harvester(tmp_path, "--help")

    what = f"the Python package {name} is not harvestlog's but {tmp_path / name}"
    assert (done.returncode, done.stderr) == (1, f"Error: {what}: take its folder off PYTHONPATH, or rename it\n")


@pytest.mark.parametrize(
    "files", [{"top_level_txt": "other\nschemas\n"}, {"RECORD": "acme/__init__.py,,\nschemas/order.json,,\n"}]
)
def test_a_distribution_with_a_package_in_the_same_place_is_named_when_a_role_starts(
    tmp_path: Path, files: dict[str, str]
) -> None:
    add_distribution(tmp_path, **files)

    role, command = harvester(tmp_path, "up", "--help"), harvester(tmp_path, "jobs", "--help")

    assert role.returncode == 0
    assert role.stderr.startswith(
        "Warning: acme-tools 2.1 has a Python package schemas, as harvestlog has: install harvestlog "
    )
    assert (command.returncode, command.stderr) == (0, "")


def test_what_has_other_names_is_left_alone(tmp_path: Path) -> None:
    add_package(tmp_path, "acme")
    add_distribution(tmp_path, RECORD="acme/domain/__init__.py,,\n", top_level_txt="acme\n")

    assert harvester(tmp_path, "up", "--help").stderr == ""


def test_roles_do_not_look_for_packages_in_the_current_folder(tmp_path: Path) -> None:
    for name in NAMES:
        add_package(tmp_path, name)
    [coordinator, *_] = role_commands(Settings())

    done = subprocess.run([*coordinator.argv[:-1], "--version"], cwd=tmp_path, capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stdout[:9]) == (0, "harvester"), done.stderr


def test_an_environment_behind_a_symbolic_link_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        add_package(tmp_path, name)
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: find_spec_in(link, name))

    assert hidden_package(str(tmp_path)) == hidden_package(str(link)) == ""


def find_spec_in(folder: Path, name: str) -> ModuleSpec | None:
    return PathFinder.find_spec(name, [str(folder)])


def test_a_missing_package_is_told(tmp_path: Path) -> None:
    assert hidden_package(str(ROOT)) == ""
    assert hidden_package(str(tmp_path)).startswith("the Python package adapters is not harvestlog's but ")
