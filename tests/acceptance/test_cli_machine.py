"""What isn't the program's fault ends a command on one line: the terminal, the disk, rights, Ctrl-C, a reader that left."""

import errno
import json
import os
import pwd
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from adapters.actions.session import Session
from adapters.embedded import DataFolder, EmbeddedPostgres, Runtime
from adapters.postgres.database import Database
from domain.errors import SettingError
from tests.acceptance.command_line import CommandLine
from tests.conftest import new_database
from tests.support.rogue_server import RogueServer
from tests.support.stack import ROOT, Stack

TITLE = "東京 – Größe 🌊"


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A database with one dataset whose title an ASCII terminal can't show."""
    folder = tmp_path_factory.mktemp("site")
    with new_database(postgres, folder) as settings, Stack(settings, folder, roles=()) as site, RogueServer("good") as remote:
        for package in remote.packages:
            package["title"] = TITLE
        site.source("some", remote.url)
        site.cli("run-test", "some")
        yield site


def harvester(
    environment: Mapping[str, str], *arguments: str, cwd: Path = ROOT, shell: str = ""
) -> subprocess.CompletedProcess[bytes]:
    program = [sys.executable, "-m", "adapters.cli", *arguments]
    if shell:
        program = ["bash", "-c", shell.replace("HARVESTER", " ".join(program))]
    return subprocess.run(program, env=dict(environment), capture_output=True, timeout=60, cwd=cwd, check=False)


def one_line(done: subprocess.CompletedProcess[bytes]) -> str:
    """The one line of a command that was refused."""
    said = done.stderr.decode(errors="replace").removesuffix("\n")
    assert (done.returncode, done.stdout) == (1, b""), said
    assert said.startswith("Error: ")
    assert "\n" not in said
    return said


# the terminal


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252"])
@pytest.mark.parametrize(
    "command", ["catalogue show dataset-0", "catalogue search dataset", "job-report some", "jobs", "sources"]
)
def test_what_a_terminal_lacks_is_escaped(site: Stack, encoding: str, command: str) -> None:
    done = harvester({**site.environment, "PYTHONIOENCODING": encoding}, *command.split())

    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    done.stdout.decode(encoding)


def test_json_on_a_terminal_without_utf8_means_the_same(site: Stack) -> None:
    done = harvester({**site.environment, "PYTHONIOENCODING": "latin-1"}, "catalogue", "show", "dataset-0")

    assert json.loads(done.stdout.decode("ascii"))["title"] == TITLE


def test_arguments_that_are_no_text_are_refused(site: Stack) -> None:
    program = [sys.executable.encode(), b"-m", b"adapters.cli", b"source", b"show", b"no\xfftext"]
    done = subprocess.run(program, env=site.environment, capture_output=True, timeout=60, cwd=ROOT, check=False)

    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"\tid_or_name: Is not valid Unicode text" in done.stderr


def test_progress_is_shown_in_ascii_where_there_is_nothing_else(site: Stack) -> None:
    done = harvester({**site.environment, "PYTHONIOENCODING": "ascii"}, "run-test", "some", "--full")

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "shell", ["HARVESTER catalogue show dataset-0 | true", "HARVESTER --help | head -1", "HARVESTER jobs >&-"]
)
def test_a_reader_that_left_is_no_reason_for_a_traceback(site: Stack, shell: str) -> None:
    done = harvester(site.environment, shell=shell)

    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


# the disk and its rights


@pytest.mark.parametrize("command", ["jobs", "jobs --json", "job-report some --csv", "--help", "jobs --help", "nosuch --json"])
def test_an_output_without_room_is_told_on_one_line(site: Stack, command: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    done = harvester(site.environment, shell=f"HARVESTER {command} >/dev/full")

    said = done.stderr.decode()
    assert "Traceback" not in said
    if "nosuch" in command:
        assert done.returncode == 2
    else:
        assert done.returncode == 1
        assert said.startswith("Error: No space left on device (the disk of ")
        assert said.endswith(" is full: free some space)\n")


@pytest.mark.parametrize("command", ["sources", "up", "status", "initdb"])
def test_a_data_folder_that_cant_be_made_is_named(tmp_path: Path, command: str) -> None:
    file = tmp_path / "file"
    file.touch()
    environment = {**os.environ, "HARVEST_DATA_DIR": str(file / "data"), "PYTHONPATH": str(ROOT)}

    done = harvester(environment, command)

    printed = (done.stdout + done.stderr).decode()
    assert done.returncode == 1
    assert "Traceback" not in printed
    assert str(file) in printed
    assert "HARVEST_DATA_DIR" in printed
    assert "Set it to a folder that this user can write to" in printed


def python_for_all() -> str:
    """A Python of this version that any user may run; skips the test when there is none."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    nobody = pwd.getpwnam("nobody").pw_uid
    check = f"import sys; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])})"
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            if subprocess.run([python, "-c", check], user=nobody, cwd="/", capture_output=True, check=False).returncode == 0:
                return python
        except OSError:
            continue
    pytest.skip("no Python that other users may run")


@pytest.mark.parametrize("command", ["sources", "up", "status", "jobs"])
def test_a_data_folder_of_another_user_is_named(command: str) -> None:
    python = python_for_all()
    packages = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        data = Path(folder, "data")
        (data / "logs").mkdir(parents=True)
        (data / "lock").touch(0o600)
        environment = {"PATH": os.environ["PATH"], "HARVEST_DATA_DIR": str(data), "HOME": "/nonexistent"}
        environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), packages])
        program = [python, "-m", "adapters.cli", command]
        somebody = pwd.getpwnam("nobody")

        done = subprocess.run(
            program, env=environment, capture_output=True, timeout=60, cwd="/", user=somebody.pw_uid, group=somebody.pw_gid,
            check=False,
        )  # fmt: skip

    printed = (done.stdout + done.stderr).decode()
    assert done.returncode == 1, printed
    assert "Traceback" not in printed
    assert str(data) in printed
    assert "belongs to another user" in printed


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "the disk is read-only"),
        (errno.EDQUOT, "quota"),
        (errno.EACCES, "belongs to another user"),
        (errno.EMFILE, "too many files"),
    ],
)
def test_a_disk_that_refuses_is_told_with_what_to_do(
    site: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: int, said: str
) -> None:
    def refused(*_: object) -> None:
        raise OSError(code, os.strerror(code), "/some/file")

    cli = CommandLine(site.environment, monkeypatch, capsys)
    monkeypatch.setattr("adapters.bootstrap.require_tables", refused)

    line = cli.refused("sources")

    assert line.startswith(f"Error: /some/file: {os.strerror(code)} (")
    assert said in line


def test_a_disk_that_is_full_in_the_middle_of_a_rebuild_is_told(
    site: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise psycopg.errors.DiskFull('could not extend file "base/1/2": No space left on device')

    cli = CommandLine(site.environment, monkeypatch, capsys)
    monkeypatch.setattr("adapters.postgres.read_model.rebuild.begin_progress", full)

    line = cli.refused("projections", "rebuild")

    assert line.startswith("Error: The disk of the database ")
    assert line.endswith(' is full: could not extend file "base/1/2": No space left on device')


def test_a_full_disk_is_told_even_when_it_keeps_the_database_from_answering(
    site: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = CommandLine({**site.environment, "HARVEST_DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}, monkeypatch, capsys)
    monkeypatch.setattr("adapters.embedded.space.disk_space", lambda _: (0, 10**11))

    printed = cli("status", status=1).out

    assert "! The database postgresql://x@127.0.0.1:1/x can't be used" in printed
    assert " has 0 GB left of 100 GB: free some space" in printed


def test_a_database_that_cant_be_used_is_one_problem_of_the_installation(
    site: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = CommandLine({**site.environment, "HARVEST_DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}, monkeypatch, capsys)

    states = {row["check"]: row["state"] for row in json.loads(cli("doctor", "--json", status=1).out)["checks"]}

    assert (states["database"], states["target"]) == ("problem", "skipped")


def test_versions_are_shown_as_words(site: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    printed = CommandLine(site.environment, monkeypatch, capsys)("status", status=1).out

    assert re.search(r"versions: +harvestlog [\d.]+, Python [\d.]+, PostgreSQL [\d.]+, read model \d+\n", printed)


@pytest.mark.parametrize("command", ["serve", "coordinator", "fetch-consumer"])
def test_a_role_next_to_a_running_up_is_told_what_it_needs(tmp_path: Path, command: str) -> None:
    folder = DataFolder(tmp_path)
    with folder.lock(1.0):
        folder.write_runtime(Runtime(7, "postgresql://x", "x:1", datetime.now(UTC)))

        line = one_line(harvester({**os.environ, "HARVEST_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}, command))

    assert line == (
        "Error: `harvester up` runs already (pid 7), with all roles: for one more set HARVEST_DATABASE_URL to the database "
        "that both are to use"
    )


# the database


def test_a_connection_that_the_server_closed_is_opened_again_without_a_word(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    with new_database(postgres, tmp_path) as settings:
        database, other = Database(settings.database_url), Database(settings.database_url)
        first = database.query("SELECT pg_backend_pid()")[0][0]
        other.query("SELECT pg_terminate_backend(%(pid)s, 5000)", pid=first)

        second = database.query("SELECT pg_backend_pid()")[0][0]

        assert first != second
        database.close()
        other.close()


def test_a_server_that_is_too_old_is_refused_by_its_version(
    settings: object, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psycopg.ConnectionInfo, "server_version", 90_620)

    with pytest.raises(SettingError, match="leads to PostgreSQL 9, and harvestlog needs 14 or newer"):
        database.check_session()


def test_a_database_that_may_only_be_read_is_told_on_one_line(site: Stack) -> None:
    environment = {**site.environment, "PGOPTIONS": "-c default_transaction_read_only=on"}

    line = one_line(harvester(environment, "source", "create", "two", "http://127.0.0.1/two", "noop"))

    assert "read-only transaction" in line


# what a person typed, and Ctrl-C


def test_an_unknown_setting_is_told_and_the_command_goes_on(site: Stack) -> None:
    done = harvester({**site.environment, "HARVEST_FETCH_THREDS": "3"}, "sources")

    assert done.returncode == 0
    assert b"Warning: HARVEST_FETCH_THREDS is not a setting of harvestlog (did you mean HARVEST_FETCH_THREADS?)" in done.stderr


def test_an_unknown_status_is_told_with_the_nearest_one(
    site: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = CommandLine(site.environment, monkeypatch, capsys)

    printed = cli("jobs", "--status", "Finishd", status=1)

    assert "status: Unknown status 'Finishd' (did you mean Finished?): use one of New, Running" in printed.err


def test_secrets_of_a_source_are_shown_nowhere(
    site: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = CommandLine(site.environment, monkeypatch, capsys)
    config = '{"api_key": "geheim", "page_size": 5}'
    url = "http://me:geheim@127.0.0.1:1/"
    arguments = ["source", "create", "secret", url, "ckan", "", "true", "", "", config]

    printed = [cli(*arguments), cli("source", "show", "secret"), cli("sources", "all"), cli("run-test", "secret", status=1)]
    printed.append(cli("job-report", "secret"))
    plain = [cli.json("source", "show", "secret"), cli.json("sources"), cli.json("job-report", "secret")]

    everything = json.dumps(plain) + "".join(part for one in printed for part in one)
    assert "geheim" not in everything
    assert "***" in everything


@pytest.mark.parametrize(
    ("action", "command"),
    [
        ("harvest_job_create", ["job", "some", "--wait"]),
        ("harvest_objects_import", ["import", "some"]),
        ("harvest_job_retry", ["retry", "some"]),
    ],
)
def test_ctrl_c_while_a_job_is_created_says_how_to_see_whether_it_is(
    site: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], action: str, command: list[str]
) -> None:
    def call(session: Session, name: str, **values: object) -> object:
        if name == action:
            raise KeyboardInterrupt
        raise AssertionError(name, values)

    cli = CommandLine(site.environment, monkeypatch, capsys)
    monkeypatch.setattr(Session, "call", call)

    said = cli(*command, status=130).err

    assert said == "\nA job may have been created: `harvester jobs` lists it, `harvester job --follow JOB` follows it\n"
