"""What tests share: a real Postgres and a real broker, a database of its own for every test.

The broker is the embedded one, or the Apache Kafka named by HARVEST_KAFKA_BOOTSTRAP_SERVERS_TEST.
"""

import atexit
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from socketserver import StreamRequestHandler
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from argon2 import PasswordHasher

from adapters import bootstrap
from adapters.access import passwords
from adapters.bootstrap import Parts
from adapters.embedded import EmbeddedBroker, EmbeddedPostgres
from adapters.embedded import postgres as embedded_postgres
from adapters.kafka.topics import ensure_topics
from adapters.postgres.database import Database
from adapters.settings import Settings
from tests.support.folder_of_run import folder_of_run
from tests.support.stack import ROOT, Stack

# A busy machine is no defect.
hypothesis.settings.register_profile("harvestlog", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("harvestlog")

KAFKA = os.environ.get("HARVEST_KAFKA_BOOTSTRAP_SERVERS_TEST", "")
TEMPLATE = "harvest_template"
ENDING = 10.0  # seconds
MEMORY, ROOM = Path("/dev/shm"), 4_000_000_000  # bytes that are to be free there
LONGEST = {"test_time_limits.py", "test_sloppy_plugins.py"}  # minutes
collect_ignore = ["feed_plugin"]  # a distribution of its own: tests/acceptance/test_new_plugin.py runs its tests


def pytest_configure() -> None:
    """Give each run by root a folder of its own for temporary files.

    pytest closes the folder that all runs of a user share whenever a run begins; Postgres, which doesn't run as root, would
    then lose its data in the middle of another run.

    A run in the background of a shell ignores Ctrl-C, one by nohup the end of a terminal, and so would everything it starts:
    `up` is to be ended by both in tests.

    Tests start hundreds of processes. Images set PYTHONDONTWRITEBYTECODE, with which each of them compiles all of harvestlog.

    Servers of tests write headers and body one after the other: without TCP_NODELAY the body waits until the client has
    acknowledged the headers, 40 ms later.
    """
    StreamRequestHandler.disable_nagle_algorithm = True
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: None)
    if os.geteuid() == 0 and "PYTEST_DEBUG_TEMPROOT" not in os.environ:
        run = ExitStack()
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(run.enter_context(folder_of_run(Path(tempfile.gettempdir()))))
        atexit.register(run.close)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--on-broker`: a second run, on another broker, needs no test that uses none."""
    parser.addoption("--on-broker", action="store_true", help="only tests that use a broker")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what `--on-broker` doesn't ask for, and begin with the longest modules."""
    items.sort(key=lambda item: item.path.name not in LONGEST)
    if config.getoption("--on-broker"):
        others = [item for item in items if "broker_address" not in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if "broker_address" in getattr(item, "fixturenames", ())]


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """A check of a password takes a tenth of a second, and more on a busy machine; limits per minute are then never met."""
    with patch.object(passwords, "_hasher", cache(lambda: PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))):
        yield


def _threads() -> set[threading.Thread]:
    """Those that could do something; who answers a client of this process waits for it, until its connection is collected."""
    return {thread for thread in threading.enumerate() if "process_request_thread" not in thread.name}


@pytest.fixture(scope="module", autouse=True)
def threads_end() -> Iterator[None]:
    """Let the threads of a module's tests end before those of the next one begin, whose results they could change.

    Those that don't are named in a warning: their owner wants a `close()`.
    """
    before = _threads()
    yield
    end = time.monotonic() + ENDING
    while (left := _threads() - before) and time.monotonic() < end:
        time.sleep(0.01)
    if left:
        warnings.warn(f"these threads don't end: {left}", stacklevel=1)


@pytest.fixture(scope="session")
def in_memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for the data of a server: in memory, or on disk where there is little of it."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM:
        yield tmp_path_factory.mktemp("on_disk")
        return
    with folder_of_run(MEMORY) as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres(in_memory: Path) -> Iterator[EmbeddedPostgres]:
    """A Postgres server for the whole run, with a template of an initialised database."""
    server = EmbeddedPostgres(in_memory)
    with patch.dict(embedded_postgres.OPTIONS, fsync="off", max_wal_size="256MB"):  # its data needn't outlive a power cut
        server.start()
    try:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {TEMPLATE}")
        template = Settings(database_url=database_url(server, TEMPLATE))
        bootstrap.initialise(template)
        with psycopg.connect(template.database_url, autocommit=True) as connection:
            connection.execute("DELETE FROM ops.site")  # each test's database is of a site of its own
        yield server
    finally:
        server.stop()


def database_url(server: EmbeddedPostgres, name: str) -> str:
    """The address of another database of the server."""
    return server.url.replace("/harvest?", f"/{name}?")


def copy_template(name: str, template: str = TEMPLATE) -> bytes:
    """SQL that makes an initialised database by copying its 300 files: 20 ms of CPU in memory, 160 ms on ext4."""
    return f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY".encode()


def copy_database(server: EmbeddedPostgres, name: str, copy: str) -> None:
    """Copy a database. Sessions on it are ended: of a database in use no copy can be made."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        connection.execute(copy_template(copy, name))


@contextmanager
def copied_database(server: EmbeddedPostgres, name: str) -> Iterator[str]:
    """The address of a copy of a database, whose sessions are ended; it is gone after the block."""
    copy = f"copy_{uuid4().hex[:12]}"
    copy_database(server, name, copy)
    yield database_url(server, copy)
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {copy} WITH (FORCE)")


@contextmanager
def new_database(server: EmbeddedPostgres, folder: Path, template: str = TEMPLATE) -> Iterator[Settings]:
    """Settings with an initialised database of their own and short waits; without a broker."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(copy_template(name, template))
    yield Settings(
        database_url=database_url(server, name),
        data_dir=folder,
        site_id=name,
        topic_partitions=3,
        retry_delay=0.2,
        http_retries=1,
        http_max_bytes=5_000_000,
        http_allow="loopback",
    )
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def settings(postgres: EmbeddedPostgres, tmp_path: Path) -> Iterator[Settings]:
    """Settings with an initialised database of the test's own and short waits; without a broker."""
    with new_database(postgres, tmp_path) as settings:
        yield settings


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """The test's database."""
    database = Database(settings.database_url)
    yield database
    database.close()


@pytest.fixture
def parts(settings: Settings) -> Iterator[Parts]:
    """Everything that works on the database, in this process."""
    parts = Parts(settings, "test")
    yield parts
    parts.close()


@pytest.fixture(scope="session")
def broker_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker for the whole run."""
    if KAFKA:
        yield KAFKA
        return
    broker = EmbeddedBroker(tmp_path_factory.mktemp("broker"))
    broker.start()
    yield broker.bootstrap_servers
    broker.stop()


def with_topics(settings: Settings, address: str) -> Settings:
    """The settings with a broker, and topics of their own on it."""
    services = replace(settings, kafka_bootstrap_servers=address, embedded_broker=not KAFKA)
    ensure_topics(Parts(services).broker, services)
    return services


@pytest.fixture
def with_broker(settings: Settings, broker_address: str) -> Settings:
    """The test's settings with the broker, and topics of the test's own."""
    return with_topics(settings, broker_address)


@pytest.fixture
def stack(with_broker: Settings, tmp_path: Path) -> Iterator[Stack]:
    """A coordinator, a gather worker and a fetch worker, running."""
    with Stack(with_broker, tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def new_stack(
    postgres: EmbeddedPostgres, broker_address: str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., AbstractContextManager[Stack]]:
    """Makes stacks that many tests share, with other settings than usual: `with new_stack(gather_threads=4) as stack`."""

    @contextmanager
    def make(**changes: Any) -> Iterator[Stack]:
        folder = tmp_path_factory.mktemp("stack")
        with new_database(postgres, folder) as settings:
            services = with_topics(replace(settings, **changes), broker_address)
            with Stack(services, folder) as running:
                yield running

    return make


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with recorded catalogues and fake servers; tests that need it are skipped on machines without."""
    folder = Path(os.environ.get("HARVEST_TEST_SHARED") or ROOT.parent / "shared")
    if not (folder / "ckan" / "fake_ckan.py").exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"HARVEST_TEST_SHARED: {folder} has no ckan/fake_ckan.py")
        pytest.skip(f"no recorded catalogues at {folder}")
    return folder
