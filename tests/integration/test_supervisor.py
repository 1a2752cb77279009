"""`up` with real servers and trivial roles: it starts, repairs itself, and leaves no process behind."""

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import psycopg
import pytest

from adapters.actions.status import supervised
from adapters.embedded import DataFolder, End, Runtime, read_ends, read_runtime, temporary_postgres
from adapters.embedded.process import wait_until
from adapters.roles.supervisor import LOG_LIMIT, ChildSpec, Role, Supervisor, restart_delay, role_commands, rotate_logs
from adapters.settings import Settings
from domain.health import Health
from tests.support.stack import PATIENCE

ROOT = Path(__file__).parents[2]

# Prepares by writing a line; its roles write their environment and wait, or do what they are told instead.
UP = """
import json, pathlib, sys
from adapters.roles.supervisor import ChildSpec, Supervisor
from adapters.settings import Settings
from domain.errors import HarvestError

folder, *roles = sys.argv[1:]
wait = "import json, os, signal; print(json.dumps(dict(os.environ)), flush=True); signal.pause()"

def prepare(database_url, bootstrap_servers):
    with open(folder + "/prepared", "a") as file:
        file.write(bootstrap_servers + "\\n")

commands = [ChildSpec(f"role-{n}", (sys.executable, "-c", code or wait)) for n, code in enumerate(roles)]
try:
    Supervisor(Settings(data_dir=pathlib.Path(folder)), commands, prepare=prepare).run()
except HarvestError as error:
    sys.exit(str(error))
"""

STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('stubborn', flush=True); signal.pause()"
BROKEN = "import sys; sys.exit('no such table')"


class Up:
    """A running `up` on a folder, with roles given as Python code, "" = one that waits."""

    def __init__(self, folder: Path, *roles: str, said: Path) -> None:
        self.folder = folder
        self.said = said
        with self.said.open("wb") as output:
            argv = [sys.executable, "-c", UP, str(folder), *roles]
            self.process = subprocess.Popen(argv, stderr=output, cwd=ROOT, start_new_session=True)

    def wait_until_ready(self) -> Runtime:
        assert wait_until(lambda: "all running" in self.said.read_text(), PATIENCE), self.said.read_text()
        runtime = read_runtime(self.folder)
        assert runtime is not None
        return runtime

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, name: str) -> psutil.Process | None:
        """The living process of a service, or of the first role."""
        direct = psutil.Process(self.process.pid).children()
        return next((process for process in direct if is_child(process, name)), None)

    def end(self, signum: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(signum)
        self.process.wait(PATIENCE)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    started: list[Up] = []

    def start_up(*roles: str) -> Up:
        started.append(Up(tmp_path / "data", *roles, said=tmp_path / f"{len(started)}.stderr"))
        return started[-1]

    (tmp_path / "data").mkdir()
    yield start_up
    for up in started:
        if up.process.poll() is None:
            up.end(signal.SIGKILL)


def all_ended(processes: list[psutil.Process]) -> bool:
    def lives(process: psutil.Process) -> bool:
        try:
            return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    return wait_until(lambda: not any(map(lives, processes)), PATIENCE)


def test_roles_are_told_where_the_services_are(start: Callable[..., Up]) -> None:
    up = start("")
    runtime = up.wait_until_ready()
    log = up.folder / "logs" / "role-0.log"
    assert wait_until(lambda: log.read_text().endswith("\n"), PATIENCE)

    environment = json.loads(log.read_text())

    assert runtime.pid == up.process.pid
    assert environment["HARVEST_DATABASE_URL"] == runtime.database_url
    assert environment["HARVEST_KAFKA_BOOTSTRAP_SERVERS"] == runtime.bootstrap_servers
    assert environment["HARVEST_EMBEDDED_BROKER"] == "1"
    with temporary_postgres(Settings(data_dir=up.folder)) as url:
        assert url == runtime.database_url


def test_each_killed_child_comes_back_at_the_same_address_and_the_empty_broker_is_prepared(
    start: Callable[..., Up],
) -> None:
    up = start("")
    runtime = up.wait_until_ready()

    for name in ("postgres", "broker", "role-0"):
        before = up.child(name)
        assert before is not None
        before.kill()
        assert wait_until(lambda name=name, before=before: up.child(name) not in (None, before), PATIENCE), name  # type: ignore[misc]

    assert wait_until(lambda: answers(runtime.database_url), PATIENCE)
    prepared = up.folder / "prepared"
    assert wait_until(lambda: prepared.read_text() == 2 * f"{runtime.bootstrap_servers}\n", PATIENCE)
    assert "postgres ended by SIGKILL; starts again in 0.2 s" in up.said.read_text()


def is_child(process: psutil.Process, name: str) -> bool:
    """Whether it is that service or role, and lives: it may have ended since it was listed."""
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        if name == "role-0":
            return "-c" in process.cmdline()[1:2]
        return bool(process.name().startswith({"postgres": "postgres", "broker": "tansu"}[name]))
    except psutil.NoSuchProcess:
        return False


def answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def test_an_orderly_end_leaves_no_process_and_the_next_start_finds_the_data(start: Callable[..., Up]) -> None:
    up = start("", "")
    first = up.wait_until_ready()
    with psycopg.connect(first.database_url) as connection:
        connection.execute("CREATE TABLE kept ()")
    family = up.children()

    up.end(signal.SIGINT)

    assert up.process.returncode == 0
    assert all_ended(family)
    assert read_runtime(up.folder) is None
    second = start("").wait_until_ready()
    assert replace(second, pid=first.pid, started_at=first.started_at) == first
    with psycopg.connect(second.database_url) as connection:
        connection.execute("SELECT FROM kept")


def test_a_killed_up_leaves_no_process_and_the_next_one_starts(start: Callable[..., Up]) -> None:
    up = start("", STUBBORN)
    up.wait_until_ready()
    family = up.children()

    up.end(signal.SIGKILL)

    assert len(family) > 4
    assert all_ended(family)
    assert read_runtime(up.folder) is None
    start("").wait_until_ready()


def test_a_second_up_on_the_same_folder_is_refused_in_one_line(start: Callable[..., Up], tmp_path: Path) -> None:
    up = start()
    up.wait_until_ready()

    second = Up(tmp_path / "data", said=tmp_path / "second.stderr")
    second.process.wait(PATIENCE)

    assert second.process.returncode == 1
    assert second.said.read_text() == f"harvester up runs already on {up.folder} (pid {up.process.pid})\n"
    assert up.process.poll() is None


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_during_the_first_start_ends_it_in_order(start: Callable[..., Up], signum: signal.Signals) -> None:
    up = start("")
    assert wait_until(lambda: "postgres starts" in up.said.read_text(), PATIENCE)

    os.killpg(up.process.pid, signum)  # as a terminal does, to all that it runs
    up.process.wait(PATIENCE)

    told = [line.partition("Z ")[2] for line in up.said.read_text().splitlines()]
    assert (up.process.returncode, told[0], told[-1]) == (0, "postgres starts", "stopped")
    assert "stops once this step of the start is done; press Ctrl-C again to stop at once" in told
    start("").wait_until_ready()


def test_a_second_signal_does_not_wait_for_roles(start: Callable[..., Up]) -> None:
    up = start(STUBBORN)
    up.wait_until_ready()
    assert wait_until(lambda: "stubborn" in (up.folder / "logs" / "role-0.log").read_text(), PATIENCE)
    family = up.children()

    up.process.send_signal(signal.SIGINT)
    assert wait_until(lambda: "stopping" in up.said.read_text(), PATIENCE)
    up.end(signal.SIGINT)

    assert all_ended(family)


def test_a_role_that_keeps_ending_is_started_ever_later_and_its_last_words_are_shown(start: Callable[..., Up]) -> None:
    up = start(BROKEN)

    assert wait_until(lambda: "starts again in 0.8 s" in up.said.read_text(), PATIENCE)

    assert "role-0 ended with status 1 (no such table); starts again in 0.2 s" in up.said.read_text()
    end = read_ends(up.folder)["role-0"]
    assert end.why == "ended with status 1 (no such table)"
    assert 0 <= (datetime.now(UTC) - end.at).total_seconds() < PATIENCE
    up.end()
    assert read_ends(up.folder) == {}


def test_status_knows_what_up_starts_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARVEST_DATA_DIR", str(tmp_path))
    folder, now = DataFolder(tmp_path), datetime.now(UTC)
    nobody = Health(leader=False)

    with folder.lock(1.0):
        folder.write_runtime(Runtime(1, "postgresql://x", "x:1", now - timedelta(seconds=2)))
        folder.write_ends(
            {
                "fetch-consumer-1": End(now - timedelta(seconds=50), "ended with status 1 (no)"),
                "fetch-consumer-2": End(now - timedelta(seconds=3), "ended by SIGKILL"),
                "gather-consumer": End(now - timedelta(seconds=50), "ended with status 1 (no)"),
            }
        )
        restarts = supervised(nobody).restarts
        monkeypatch.setenv("HARVEST_DATABASE_URL", "postgresql://another")
        elsewhere = supervised(nobody)

    late = f"and nothing was heard since: see {tmp_path / 'logs'}"
    assert restarts == {
        "coordinator": "it was started itself 2 s ago",
        "fetch-consumer": "fetch-consumer-2 ended by SIGKILL 3 s ago",
        "gather-consumer": f"gather-consumer ended with status 1 (no) 50 s ago, {late}",
    }
    assert elsewhere == supervised(nobody) == nobody


def test_delays_double_up_to_ten_seconds_and_begin_anew_after_a_steady_life() -> None:
    delays = [0.0]
    for _ in range(7):
        delays.append(restart_delay(delays[-1], lived=1.0))

    assert delays[1:] == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0]
    assert restart_delay(10.0, lived=31.0) == 0.2


def test_partitions_are_split_over_fetch_workers_with_the_embedded_broker_only() -> None:
    settings = Settings(fetch_workers=4, topic_partitions=6)

    embedded = {spec.name: spec.argv[4:] for spec in role_commands(settings)}
    kafka = role_commands(replace(settings, kafka_bootstrap_servers="kafka:9092"))

    assert embedded == {
        "coordinator": ("coordinator",),
        "gather-consumer": ("gather-consumer", "--partitions", "0,1,2,3,4,5"),
        "fetch-consumer-1": ("fetch-consumer", "--partitions", "0,4"),
        "fetch-consumer-2": ("fetch-consumer", "--partitions", "1,5"),
        "fetch-consumer-3": ("fetch-consumer", "--partitions", "2"),
        "fetch-consumer-4": ("fetch-consumer", "--partitions", "3"),
        "serve": ("serve",),
    }
    assert all("--partitions" not in spec.argv for spec in kafka)


def test_no_fetch_worker_is_started_without_a_partition() -> None:
    names = [spec.name for spec in role_commands(Settings(fetch_workers=3, topic_partitions=2))]

    assert names == ["coordinator", "gather-consumer", "fetch-consumer-1", "fetch-consumer-2", "serve"]


def test_a_server_is_started_unless_the_settings_say_none() -> None:
    assert "serve" in [spec.name for spec in role_commands(Settings())]
    assert "serve" not in [spec.name for spec in role_commands(Settings(serve_workers=0))]


def test_a_long_log_is_set_aside_while_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "role.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"x" * (LOG_LIMIT + 1))
        rotate_logs(tmp_path)
        writer.write(b"next")

    assert log.read_bytes() == b"next"
    assert (tmp_path / "role.log.1").stat().st_size == LOG_LIMIT + 1


def test_a_log_that_cant_be_set_aside_is_kept_and_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_log: Path, older: Path) -> None:
        older.write_bytes(b"the beginning")
        raise OSError(errno.ENOSPC, "No space left on device", str(older))

    (tmp_path / "logs").mkdir()
    log = tmp_path / "logs" / "role.log"
    log.write_bytes(b"x" * (LOG_LIMIT + 1))
    told: list[str] = []
    supervisor = Supervisor(Settings(data_dir=tmp_path), [], prepare=lambda *_: None, log=told.append)

    with monkeypatch.context() as patch:
        patch.setattr("shutil.copyfile", full)
        supervisor._rotate_logs()
        supervisor._rotate_logs()

    assert [path.name for path in log.parent.iterdir()] == ["role.log"]
    assert log.stat().st_size == LOG_LIMIT + 1
    assert told == [f"a long log can't be set aside, and grows on: {log}.1: No space left on device"]


def test_a_role_without_a_log_shares_our_output(capfd: pytest.CaptureFixture[str]) -> None:
    role = Role(ChildSpec("role", (sys.executable, "-c", "print('seen')")), os.environ, None)

    role.restart()
    assert role.process is not None
    role.process.wait(PATIENCE)

    assert capfd.readouterr().out == "seen\n"
