"""A site to measure: embedded Postgres and broker, roles as processes, and what they use of processor and memory."""

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from adapters import bootstrap
from adapters.bootstrap import Parts
from adapters.embedded import EmbeddedBroker, EmbeddedPostgres
from adapters.kafka.topics import ensure_topics
from adapters.settings import Settings
from tests.support.stack import Stack


@dataclass
class Site:
    """Running parts, by role."""

    settings: Settings
    stack: Stack
    postgres: EmbeddedPostgres
    broker: EmbeddedBroker
    parts: Parts
    roles: tuple[str, ...]

    def processes(self) -> dict[str, psutil.Process]:
        """Every process by its role."""
        processes = {role: psutil.Process(self.stack.process(role).pid) for role in self.roles}
        for name, server in (("postgres", self.postgres), ("broker", self.broker)):
            assert server.process is not None
            processes[name] = psutil.Process(server.process.pid)
        return processes

    def cpu(self) -> dict[str, float]:
        """Seconds of processor time used so far, by role; Postgres with all its backends."""
        return {role: cpu_of(process) for role, process in self.processes().items()}


def cpu_of(process: psutil.Process) -> float:
    """Processor seconds of a process and its children, ended ones included."""
    times = process.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in process.children(recursive=True):
        try:
            own = child.cpu_times()
        except psutil.Error:
            continue
        total += own.user + own.system
    return float(total)


def pss_mib(pid: int) -> float:
    """Proportional set size of a process (shared pages counted by share), MiB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


@contextmanager
def site(*roles: str, **changes: Any) -> Iterator[Site]:
    """A fresh site with these roles, and with other settings than usual; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="harvestlog-bench-"))
    postgres, broker = EmbeddedPostgres(folder), EmbeddedBroker(folder)
    try:
        postgres.start()
        broker.start()
        settings = Settings(
            database_url=postgres.url,
            kafka_bootstrap_servers=broker.bootstrap_servers,
            embedded_broker=True,
            data_dir=folder,
            site_id="bench",
            http_allow="loopback",
            **changes,
        )
        bootstrap.initialise(settings)
        parts = Parts(settings, "bench")
        ensure_topics(parts.broker, settings)
        with Stack(settings, folder, roles) as stack:
            yield Site(settings, stack, postgres, broker, parts, roles)
    finally:
        broker.stop()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Peak:
    """The largest PSS of a process while it is watched, MiB."""

    pid: int
    mib: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Peak":
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._stop.wait(0.2):
            self.mib = max(self.mib, pss_mib(self.pid))

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
