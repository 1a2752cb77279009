"""The systemd units and the compose file: their commands, run as processes, harvest from an empty database."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import requests
from psycopg.conninfo import conninfo_to_dict

from adapters.embedded import EmbeddedPostgres
from adapters.settings import Settings
from tests.conftest import database_url
from tests.support.ports import free_port
from tests.support.stack import ROOT, Stack, wait_for

UNITS = ROOT / "docker" / "systemd"
COMPOSE = ROOT / "docker" / "compose.yaml"
PASSWORD = "p@ss/w:rd?#%41 &=$HOME"
ROLES = ("coordinator", "gather-consumer", "fetch-consumer@", "serve")


def command(unit: str) -> list[str]:
    """A unit's ExecStart, with this environment's harvester in place of /opt/harvestlog/bin/harvester."""
    text = (UNITS / f"harvestlog-{unit}.service").read_text()
    (line,) = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    program, *arguments = shlex.split(line)
    assert program == "/opt/harvestlog/bin/harvester"
    return [sys.executable, "-m", "adapters.cli", *arguments]


def example() -> dict[str, str]:
    """What the example of /etc/harvestlog.env sets."""
    lines = (UNITS / "harvestlog.env.example").read_text().splitlines()
    words = [word for line in lines if line and not line.startswith("#") for word in shlex.split(line)]
    return dict(word.split("=", 1) for word in words)


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    try:
        socket.create_connection(("127.0.0.1", port), 1.0).close()
    except OSError:
        return False
    return True


@pytest.fixture
def empty(with_broker: Settings, postgres: EmbeddedPostgres) -> Iterator[Settings]:
    """Settings with an empty database."""
    name = f"units_{with_broker.site_id}"
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield replace(with_broker, database_url=database_url(postgres, name))
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.mark.slow
def test_the_commands_of_the_units_harvest_from_an_empty_database(empty: Settings, tmp_path: Path) -> None:
    site = Stack(empty, tmp_path, roles=())
    environment = {**site.environment, **{k: v for k, v in example().items() if k not in site.environment}}
    port = free_port()
    environment |= {"PGPASSWORD": PASSWORD, "HARVEST_SERVE_PORT": str(port)}
    option = ["--partitions", "0,1,2"] if empty.embedded_broker else []

    made = subprocess.run(command("initdb"), env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert made.returncode == 0, made.stderr
    again = subprocess.run(command("initdb"), env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert "are up to date" in again.stdout
    running = []
    try:
        for role in ROLES:
            argv = [*command(role), *(option if "consumer" in role else [])]
            log = (tmp_path / f"{role}.log").open("wb")
            running.append(subprocess.Popen(argv, env=environment, cwd=tmp_path, stdout=log, stderr=log))
            log.close()
        site.source("some", "http://127.0.0.1/some", "noop", {"records": 5})
        job = site.start_job("some")
        wait_for(lambda: (row := site.model.job(job)) and row["status"] == "Finished", 60, "the job ends")
        assert site.job(job)["added"] == 5
        wait_for(lambda: answers(port), 60, "the server listens")
        answer = requests.get(f"http://127.0.0.1:{port}/api/3/action/harvest_source_show_status", {"id": "some"}, timeout=10)
        assert answer.json()["result"]["last_job"]["stats"]["added"] == 5, answer.text
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(30)
        site.parts.close()
    assert [process.returncode for process in running] == [0] * len(ROLES)


@pytest.mark.parametrize("unit", ["initdb", *ROLES])
def test_every_unit_has_the_settings_of_the_example_and_starts_after_the_tables_are_made(unit: str) -> None:
    text = (UNITS / f"harvestlog-{unit}.service").read_text()

    assert "EnvironmentFile=/etc/harvestlog.env\n" in text
    assert f"Environment=HARVEST_DATA_DIR={example()['HARVEST_DATA_DIR']}\n" in text
    assert unit == "initdb" or re.search(r"^After=.*harvestlog-initdb.service$", text, re.MULTILINE)


def test_any_password_gets_to_postgres_as_it_is() -> None:
    compose = COMPOSE.read_text()
    settings = dict(re.findall(r"^    (HARVEST_DATABASE_URL|PGPASSWORD): (\S+)", compose, re.MULTILINE))

    address = conninfo_to_dict(settings["HARVEST_DATABASE_URL"])
    assert (address["host"], address["user"], "password" in address) == ("postgres", "harvest", False)
    assert settings["PGPASSWORD"] == "${POSTGRES_PASSWORD:-harvest}"
    assert "POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:-harvest}" in compose
    assert "password" not in conninfo_to_dict(example()["HARVEST_DATABASE_URL"])
    line = f"PGPASSWORD='{PASSWORD}'"  # as a shell and systemd read it
    shown = subprocess.run(["sh", "-c", f'{line}; printf %s "$PGPASSWORD"'], capture_output=True, text=True, env={**os.environ})
    assert shown.stdout == PASSWORD


def test_the_compose_file_runs_the_commands_that_the_units_run() -> None:
    """They are started above; the image's entry point is `harvester`."""
    services = dict(re.findall(r"^  ([\w-]+):.*\n    <<: \*role\n    command: \[([^\]]+)\]", COMPOSE.read_text(), re.MULTILINE))

    assert services.pop("serve").split(", ") == [*command("serve")[3:], "--host", "0.0.0.0"]  # of the container
    assert services == {unit.rstrip("@"): command(unit)[3] for unit in ("initdb", *ROLES[:-1])}
    assert 'ENTRYPOINT ["harvester"]' in (ROOT / "docker" / "Dockerfile").read_text()
