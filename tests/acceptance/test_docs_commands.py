"""Whoever follows README.md and docs/plugins.md from top to bottom meets no error: their commands are run in that order."""

import os
import re
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.console import Shown, commands, mismatch
from tests.support.ports import free_port
from tests.support.stack import ROOT

LEFT_RUNNING = ("harvester up", "python -m adapters.sample_ckan", "python -m http.server")
NOT_HERE = (". .venv/bin/activate", "pip install -e .")
"""The environment of the tests is used; a plugin is put on its path without being installed."""
STARTS_WITHIN = 90.0  # seconds


class Terminals:
    """A person who types commands, each to its end or into a terminal where it goes on."""

    def __init__(self, folder: Path, environment: Mapping[str, str], ports: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = dict(environment)
        self._ports = ports
        self._running: list[subprocess.Popen[bytes]] = []

    def type(self, shown: Shown) -> None:
        """Run a command as shown; fails when it fails or prints something else."""
        command = self._here(shown.command)
        if shown.command in NOT_HERE:
            return
        left = shown.command.startswith(LEFT_RUNNING)
        printed = self._leave(command, shown) if left else self._run(command)
        missing = mismatch([self._here(line) for line in shown.lines], printed)
        assert not missing, f"$ {command}\nshown, and not printed there: {missing}\nprinted:\n{printed}"

    def _here(self, text: str) -> str:
        for port, free in self._ports.items():
            text = text.replace(f":{port}", f":{free}").replace(f" {port}", f" {free}")
        return text.replace(".venv/bin/harvester", "harvester")

    def _run(self, command: str) -> str:
        done = subprocess.run(
            ["bash", "-c", command], cwd=self._folder, env=self._environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _leave(self, command: str, shown: Shown) -> str:
        """Start it, and wait until it has printed what is shown."""
        log = self._folder / f"terminal-{len(self._running)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {command}"], cwd=self._folder, env=self._environment, stdout=output, stderr=output
            )
        self._running.append(process)
        end = time.monotonic() + STARTS_WITHIN
        while mismatch([self._here(line) for line in shown.lines], log.read_text()) and time.monotonic() < end:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        return log.read_text()

    def close(self) -> None:
        """Ctrl-C in all of them."""
        for process in reversed(self._running):
            process.terminate()
            process.wait(60)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """That of a person who has nothing set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HARVEST_", "PG"))}
    programs = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "PATH": programs, "HARVEST_DATA_DIR": str(tmp_path / "data"), "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def terminals(tmp_path: Path, environment: dict[str, str]) -> Iterator[Terminals]:
    ports = {port: str(free_port()) for port in ("5199", "8123")}
    terminals = Terminals(tmp_path, {**environment, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}, ports)
    yield terminals
    terminals.close()


@pytest.mark.slow
def test_the_readme_can_be_followed_from_top_to_bottom(terminals: Terminals) -> None:
    first, *others = commands((ROOT / "README.md").read_text(encoding="utf-8"))

    assert first.command == "make run"
    assert "$(BIN)/harvester demo" in recipe("run"), "what is run in its place"
    terminals.type(Shown("harvester demo", first.lines))
    for shown in others:
        terminals.type(shown)


@pytest.mark.slow
def test_the_plugin_of_the_document_can_be_tried_as_shown(terminals: Terminals, tmp_path: Path) -> None:
    document = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
    write_files(document, tmp_path)

    for shown in commands(document):
        terminals.type(shown)


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 130


def recipe(target: str) -> str:
    """What make runs for a target."""
    return re.split(rf"^{target}:.*\n", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)[1].split("\n\n")[0]


def write_files(document: str, folder: Path) -> None:
    """The three files of the document; the plugin is made known as pip would do from its pyproject.toml."""
    import tomllib

    files: Any = re.findall(r"`([\w.]+)`, [^\n`]*:\n\n```\w+\n(.*?)^```$", document, re.MULTILINE | re.DOTALL)
    assert [name for name, _ in files] == ["harvest_feed.py", "pyproject.toml", "feed.json"]
    for name, text in files:
        (folder / name).write_text(text, encoding="utf-8")
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    info = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    points = "".join(f"[{group}]\n{_lines(names)}" for group, names in project["entry-points"].items())
    (info / "entry_points.txt").write_text(points)


def _lines(names: Mapping[str, str]) -> str:
    return "".join(f"{name} = {value}\n" for name, value in names.items())


def test_the_environment_of_these_tests_has_the_program() -> None:
    assert (Path(sysconfig.get_path("scripts")) / "harvester").exists(), sys.prefix
