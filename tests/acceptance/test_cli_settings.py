"""Wrong settings and missing services: one line says which and how to fix it, status 1, no traceback, and soon.

Roles are processes of their own, some of them started at once; other commands run in the test's process.
"""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.embedded import EmbeddedPostgres
from adapters.postgres.database import Database
from adapters.postgres.work.workers import Activity, Workers
from tests.acceptance.command_line import CommandLine
from tests.conftest import database_url, new_database, with_topics
from tests.support.stack import PATIENCE, Stack
from tests.support.stopwatch import stopwatch

SECONDS = 15  # in which a command has ended
ROLES = ("coordinator", "gather-consumer", "fetch-consumer")
NOBODY = "127.0.0.1:1"
DATABASE, BROKER = "HARVEST_DATABASE_URL", "HARVEST_KAFKA_BOOTSTRAP_SERVERS"
UNREACHABLE = f"postgresql://someone:hidden@{NOBODY}/harvest"

ROLES_WRONG = [
    # SILENT, EMPTY: an address that takes connections and says nothing; a database without tables
    *((role, DATABASE, UNREACHABLE) for role in ROLES),
    *((role, DATABASE, "EMPTY") for role in ROLES),
    *((role, BROKER, NOBODY) for role in ROLES),
    ("fetch-consumer", BROKER, "SILENT"),
    ("coordinator", DATABASE, "postgresql://someone:hidden@SILENT/harvest"),
    ("coordinator", DATABASE, ""),
    ("gather-consumer", BROKER, ""),
    ("fetch-consumer", "HARVEST_LOG_LEVEL", "loud"),
    ("fetch-consumer", "HARVEST_FETCH_THREADS", "x"),
]
COMMANDS_WRONG = [
    (DATABASE, "nonsense", "is not a Postgres address: expected postgresql://"),
    (DATABASE, UNREACHABLE, "Check HARVEST_DATABASE_URL"),
    (BROKER, "127.0.0.1", "'127.0.0.1' is not host:port"),
    ("HARVEST_FETCH_THREADS", "x", "'x' is not a number"),
    ("HARVEST_FETCH_THREADS", "0", "must be greater than 0"),
    ("HARVEST_LEASE", "soon", "'soon' is not a number"),
    ("HARVEST_SITE_ID", "my site", "only letters, digits"),
    ("HARVEST_SETTINGS_FILE", "no-such-file", "can't read no-such-file"),
    ("HARVEST_CKAN_URL", "ckan.example.org", "does not start with http:// or https://"),
    ("HARVEST_LOG_LEVEL", "loud", "loud"),
]


@pytest.fixture
def cli(
    postgres: EmbeddedPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[CommandLine]:
    with new_database(postgres, tmp_path) as settings:
        yield CommandLine(Stack(settings, tmp_path, roles=()).environment, monkeypatch, capsys)


@pytest.mark.parametrize(("name", "value", "said"), COMMANDS_WRONG)
def test_a_command_says_which_setting_is_wrong(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)

    line = cli.refused("sources")

    assert line.startswith("Error: ")
    assert name in line
    assert said in line
    assert "hidden" not in line


@pytest.mark.parametrize("command", [["sources"], ["job", "some"], ["jobs"], ["run"], ["catalogue", "list"]])
def test_a_command_on_a_database_without_tables_says_how_to_make_them(
    cli: CommandLine, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setenv(DATABASE, postgres.url)

    line = cli.refused(*command)

    assert line == "Error: The database has no harvestlog tables yet: run `harvester initdb`"


def test_initdb_says_that_there_is_no_such_database(
    cli: CommandLine, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATABASE, database_url(postgres, "no_such_database"))

    line = cli.refused("initdb")

    assert 'database "no_such_database" does not exist' in line
    assert DATABASE in line


def test_status_shows_wrong_services_as_problems(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATABASE, UNREACHABLE)
    monkeypatch.setenv(BROKER, NOBODY)

    printed = cli("status", status=1)

    problems = [line for line in printed.out.split("\n") if line.startswith("! ")]
    assert len(problems) == 2
    assert DATABASE in problems[0]
    assert NOBODY in problems[1]
    assert printed.err == ""


def test_status_says_since_when_services_are_away(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BROKER, NOBODY)
    monkeypatch.setenv("HARVEST_CKAN_URL", f"http://{NOBODY}")
    monkeypatch.setenv("HARVEST_CKAN_TOKEN", "hidden")
    since = {"broker_away_since": 90.0, "target_away_since": 3700.0}
    database = Database(os.environ[DATABASE])
    Workers(database, "leader", "coordinator").report(Activity(state={"leads": True}, since=since))
    database.close()

    problems = cli.json("status", status=1)["problems"]

    (broker,) = [problem for problem in problems if problem.startswith(f"The broker does not answer at {NOBODY}")]
    (target,) = [problem for problem in problems if NOBODY in problem and problem != broker]
    assert re.search(r" \(away since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, for 1 min 3\d s\)$", broker), broker
    assert re.search(r" \(away since .* UTC, for 1 h 1 min\)$", target), target
    assert "hidden" not in "".join(problems)


@dataclass
class Ended:
    """How a command ended; status None: it had to be killed."""

    status: int | None
    out: str
    err: str
    seconds: float


@pytest.fixture(scope="module")
def silent() -> Iterator[str]:
    """The address of a server that takes connections and says nothing."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(100)
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture(scope="module")
def ended(
    postgres: EmbeddedPostgres, broker_address: str, silent: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[tuple[str, str, str], Ended]]:
    folder = tmp_path_factory.mktemp("settings")
    with new_database(postgres, folder) as settings:
        good = Stack(with_topics(settings, broker_address), folder, roles=()).environment

        def run(case: tuple[str, str, str]) -> Ended:
            role, name, value = case
            value = postgres.url if value == "EMPTY" else value.replace("SILENT", silent)
            kafka = {"HARVEST_EMBEDDED_BROKER": "0"} if name == BROKER else {}
            return run_role(folder, role, {**good, **kafka, name: value})

        with ThreadPoolExecutor(3) as pool:  # more at once measure the machine
            yield dict(zip(ROLES_WRONG, pool.map(run, ROLES_WRONG), strict=True))


def run_role(folder: Path, role: str, environment: Mapping[str, str]) -> Ended:
    argv = [sys.executable, "-m", "adapters.cli", role]
    with stopwatch() as took:
        process = subprocess.Popen(argv, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            out, err = process.communicate(timeout=PATIENCE)
            status: int | None = process.returncode
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            status = None
    return Ended(status, out, err, took.seconds)


@pytest.mark.slow
@pytest.mark.parametrize("case", ROLES_WRONG, ids=lambda case: "{}, {}={}".format(*case))
def test_a_role_says_which_setting_is_wrong(ended: Mapping[tuple[str, str, str], Ended], case: tuple[str, str, str]) -> None:
    role, (_, name, value) = ended[case], case

    assert role.status == 1, role
    assert role.out == ""
    assert "Traceback" not in role.err
    line = role.err.removesuffix("\n").rpartition("\n")[2]  # a role may have logged before
    assert line.startswith("Error: ")
    assert ("harvester initdb" if value == "EMPTY" else name) in line
    assert "hidden" not in role.err
    assert role.seconds < SECONDS
