"""Whoever comes from ckanext-harvest can do what docs/operations.md says: every line of that page, on a machine with nothing.

The machine: the files of the repository, an environment that is made as the page's "Install" says, an empty HOME, and no
variables but those that the page names. Postgres and broker are the tests' own.
"""

import configparser
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest

from adapters.embedded import EmbeddedPostgres
from adapters.sample_ckan.server import SampleServer
from adapters.settings import Settings
from tests.conftest import database_url
from tests.support.console import commands
from tests.support.stack import ROOT, _environment, wait_for

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
INSTALL = PAGE.partition("\n## Install\n")[2].partition("\n## ")[0]
COMING = PAGE.partition("\n## Coming from ckanext-harvest\n")[2].partition("\n## ")[0]
INI = "/etc/ckan/default/ckan.ini"
PROGRAM = "/opt/harvestlog/bin/harvester"
SOURCE = "my-portal"
NOT_OURS = ("db upgrade -p harvest", "(the form)", "(none)")
"""What ckanext-harvest's users call that isn't its command."""
FOR_EVER = {"gather_consumer", "fetch_consumer"}
"""They are started as the supervisor does."""
ASK = {"clearsource", "clearsource_history", "rmsource", "source clear", "source clear-history", "source remove"}
"""What asks before it begins, and nobody answers a script."""
PIP = ("PIP_", "SSL_", "REQUESTS_CA", "http", "HTTP", "no_proxy", "NO_PROXY")
"""How packages get to this machine."""


def part(heading: str) -> str:
    """A part of the page."""
    return COMING.partition(f"\n### {heading}\n")[2].partition("\n### ")[0]


def rows(heading: str) -> list[tuple[str, str]]:
    """The first two columns of a part's table."""
    lines = [line for line in part(heading).splitlines() if line.startswith("| ")]
    cells = [line.strip("| ").split(" | ") for line in lines[2:]]
    return [(first, second) for first, second, *_ in cells]


def supervisor_programs() -> dict[str, dict[str, str]]:
    """The supervisor's files of the page, by program."""
    files = re.findall(r"^```ini\n(.*?)^```$", part("Supervisor file"), re.MULTILINE | re.DOTALL)
    reader = configparser.RawConfigParser()
    for text in files:
        reader.read_string(text)
    return {name.removeprefix("program:"): dict(reader[name]) for name in reader.sections()}


def cron_commands() -> list[str]:
    """What the lines of the cron table run."""
    lines = [cell.strip("`") for cell, _ in rows("Cron table") if cell.startswith("`")]
    return [line.split(maxsplit=5)[5] for line in lines]


def typed() -> list[str]:
    """Every command line of the table of commands: as it was there, and as it is here where that differs."""
    lines = []
    for there, here in rows("Commands"):
        lines += [line for line in re.findall("`([^`]+)`", there) if line not in NOT_OURS]
        lines += [line.removeprefix("harvester ") for line in re.findall("`([^`]+)`", here)]
    return lines


def test_the_page_has_what_a_portal_has() -> None:
    assert len(cron_commands()) == 4
    assert set(supervisor_programs()) == {
        "harvest_coordinator", "harvest_gather_consumer", "harvest_fetch_consumer", "harvest"
    }  # fmt: skip
    assert len(typed()) > 30
    for name, program in supervisor_programs().items():
        assert program["command"].startswith(f"{PROGRAM} "), name
        assert program["command"].endswith(f" -c {INI}"), name


@dataclass
class Machine:
    """A machine with an environment of its own, on which only what the page says is set."""

    folder: Path
    ini: Path
    environment: dict[str, str]
    said: str = ""

    def here(self, text: str) -> str:
        """A line of the page, with the places of this machine."""
        return text.replace("/opt/harvestlog", str(self.folder / "opt")).replace(INI, str(self.ini))

    def shell(self, line: str, status: int | None = 0, **more: str) -> str:
        """Run a line as a person types it."""
        done = subprocess.run(
            ["bash", "-c", self.here(line)],
            cwd=self.folder / "clone",
            env={**self.environment, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=280,
        )
        self.said = done.stdout + done.stderr
        assert status is None or done.returncode == status, f"$ {line}: status {done.returncode}\n{self.said}"
        assert "Traceback" not in self.said, f"$ {line}\n{self.said}"
        return self.said


@pytest.fixture(scope="module")
def empty(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The address of a database with nothing in it."""
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE coming")
        yield database_url(postgres, "coming")
        connection.execute("DROP DATABASE coming WITH (FORCE)")


@pytest.fixture(scope="module")
def machine(empty: str, broker_address: str, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine on which the lines of "Install" were run in a copy of the repository."""
    folder = tmp_path_factory.mktemp("machine")
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in filter(None, tracked.split("\0")):
        if (ROOT / name).exists():
            (folder / "clone" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / "clone" / name)
    for name in ("home", "bin", "data"):
        (folder / name).mkdir()
    (folder / "bin" / "python3").symlink_to(getattr(sys, "_base_executable", sys.executable))
    ini = folder / "ckan.ini"
    address = empty.replace("postgresql://", "postgresql+psycopg2://")
    ini.write_text(f"[app:main]\nckan.site_id = coming\nsqlalchemy.url = {address}\nckan.harvest.mq.type = redis\n")
    machine = Machine(folder, ini, clean_environment(folder))
    for line in re.findall(r"^    (\S.*)$", INSTALL.partition("**One machine.**")[0], re.MULTILINE):
        machine.shell(line)
    machine.environment |= {
        "PATH": f"{folder / 'opt' / 'bin'}:{machine.environment['PATH']}",
        **only_here(broker_address),
        "HARVEST_DATA_DIR": str(folder / "data"),
    }
    return machine


def clean_environment(folder: Path) -> dict[str, str]:
    """`env -i`, with a HOME, the system's programs, and the way to packages."""
    pip = {name: value for name, value in os.environ.items() if name.startswith(PIP)}
    return {**pip, "HOME": str(folder / "home"), "PATH": f"{folder / 'bin'}:/usr/bin:/bin", "LANG": "C.UTF-8"}


def only_here(broker: str) -> dict[str, str]:
    """Settings for a remote on loopback, and for the tests' broker, of which each worker reads all partitions."""
    from tests.conftest import KAFKA

    settings = replace(Settings(), kafka_bootstrap_servers=broker, embedded_broker=not KAFKA, topic_partitions=3)
    kept = ("HARVEST_KAFKA_BOOTSTRAP_SERVERS", "HARVEST_EMBEDDED_BROKER", "HARVEST_TOPIC_PARTITIONS")
    return {name: _environment(settings)[name] for name in kept} | {"HARVEST_HTTP_ALLOW": "loopback"}


@contextmanager
def started(machine: Machine, *names: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Programs of the supervisor's files, started as a supervisor does: no shell, and the variables of the file."""
    programs, running = supervisor_programs(), []
    for name in names:
        argv = shlex.split(machine.here(programs[name]["command"]))
        if "consumer" in name and machine.environment["HARVEST_EMBEDDED_BROKER"] == "1":
            argv += ["--partitions", "0,1,2"]  # the included broker assigns none
        with (machine.folder / f"{name}.log").open("wb") as log:
            running.append(subprocess.Popen(argv, env=variables(machine, name), stdout=log, stderr=log, cwd=machine.folder))
    try:
        yield running
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(60)


def variables(machine: Machine, name: str) -> dict[str, str]:
    """Those of a program's file: the tests' values for what its `environment` names, and for nothing else of harvestlog's."""
    named = [word.partition("=")[0] for word in supervisor_programs()[name]["environment"].split(",")]
    own = {"HARVEST_CKAN_TOKEN": "", **machine.environment}
    kept = {name: value for name, value in own.items() if not name.startswith("HARVEST_")}
    needed = ("HARVEST_EMBEDDED_BROKER", "HARVEST_TOPIC_PARTITIONS", "HARVEST_HTTP_ALLOW")  # of the tests' broker and remote
    return kept | {name: own[name] for name in (*named, *needed) if name in own}


@pytest.mark.slow
def test_the_page_is_followed_from_top_to_bottom(machine: Machine, empty: str) -> None:
    walk = [shown.command for shown in commands(part("In this order"))]
    roles = ("harvest_coordinator", "harvest_gather_consumer", "harvest_fetch_consumer")

    with SampleServer(0, twin=True) as remote:
        import threading

        threading.Thread(target=remote.serve_forever, daemon=True).start()
        for line in walk[:3]:
            machine.shell(line, status=None if "doctor" in line else 0)
        assert "harvester coordinator" in machine.said, "the doctor misses the roles, and says which command starts them"
        with started(machine, *roles) as running:
            assert walk[3].startswith("export ")
            machine.environment["HARVEST_CKAN_INI"] = machine.here(walk[3].partition("=")[2])
            for line in walk[4:]:
                machine.shell(line.replace("https://demo.ckan.org", remote.url))
            assert dataset_count(empty) == len(remote.catalogue) - 1, "one of the sample is a harvested one"
            type_all(machine, empty, remote.url)
            for line in cron_commands():
                argument = shlex.split(line)[1:]
                said = machine.shell(shlex.join([PROGRAM, *argument]))
                assert "run" not in argument or "unfinished" in said
    assert [process.returncode for process in running] == [0, 0, 0]


def type_all(machine: Machine, empty: str, remote: str) -> None:
    """Type every line of the table of commands, each when no job runs."""
    values = {**of_a_dataset(empty), "source": SOURCE, "name": "another", "type": "ckan"}
    created = 0
    for line in typed():
        if line in FOR_EVER or line.startswith("harvester"):
            continue
        created += "{url}" in line
        words = line.format(**values, url=f"{remote}/portal-{created}") if "{" in line else line
        words = words.replace(" another ", f" another-{created} ")
        machine.shell("harvester run --wait --json")
        if "abort {source}" in line.replace("_", "-"):
            machine.shell("harvester pause --host 127.0.0.1")
            machine.shell(f"harvester job {SOURCE}")
        asks = any(line.startswith(f"{name} ") for name in ASK) and "--yes" not in line
        said = machine.shell(f"harvester {words}", status=int(asks))
        assert not asks or "--yes" in said
        if "abort {source}" in line.replace("_", "-"):
            machine.shell("harvester resume --host 127.0.0.1")


def of_a_dataset(database: str) -> dict[str, str]:
    """What a dataset of the source is called, by its guid, object and package."""
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT guid, object_id, package_id FROM harvest.dataset ORDER BY guid LIMIT 1").fetchone()
    assert row
    return {"guid": str(row[0]), "object": str(row[1]), "package": str(row[2])}


def dataset_count(database: str) -> int:
    """How many datasets are held."""
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT count(*) FROM harvest.dataset").fetchone()
    assert row
    return int(row[0])


@pytest.mark.slow
def test_a_single_program_runs_in_place_of_all(machine: Machine) -> None:
    machine.environment["HARVEST_DATA_DIR"] = str(machine.folder / "single")
    kept = {name: machine.environment.pop(name) for name in ("HARVEST_KAFKA_BOOTSTRAP_SERVERS", "HARVEST_EMBEDDED_BROKER")}
    try:
        with started(replace(machine, environment=machine.environment | {"HARVEST_EMBEDDED_BROKER": ""}), "harvest") as running:
            wait_for(lambda: "coordinator" in machine.shell(f"harvester status -c {INI}", status=None), 60, "it runs")
            machine.shell(f"harvester status -c {INI}", status=None)
            wait_for(lambda: "harvestlog is up" in (machine.folder / "harvest.log").read_text(), 60, "it is up")
    finally:
        machine.environment |= kept
    assert [process.returncode for process in running] == [0]
