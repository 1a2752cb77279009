"""Figures of `harvester up` as a person meets it: latency, idle."""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil

from adapters.embedded import read_runtime
from bench.figure import Figure
from bench.harvests import fake_ckan, shared
from bench.site import cpu_of, pss_mib
from tests.support.stack import ROOT, wait_for

IDLE_SECONDS = 60


@contextmanager
def up() -> Iterator[tuple[subprocess.Popen[bytes], dict[str, str]]]:
    """A running `harvester up` on a folder of its own, and the environment to reach it."""
    folder = Path(tempfile.mkdtemp(prefix="harvestlog-up-"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HARVEST_")}
    environment |= {
        "HARVEST_DATA_DIR": str(folder),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests" / "plugins")]),
    }
    process = subprocess.Popen([sys.executable, "-m", "adapters.cli", "up"], env=environment, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: read_runtime(folder), 60, "harvester up is ready")
        wait_for(lambda: _harvester(environment, "status", "--json").returncode == 0, 60, "all is well")
        yield process, environment
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _harvester(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "adapters.cli", *arguments]
    return subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)


def latency() -> list[Figure]:
    """`harvester job --wait` from its start to its end, 10 changed datasets."""
    script = shared() / "ckan" / "fake_ckan.py"
    if not script.exists():
        return [
            Figure("latency", 0, "s", 2, lower_is_better=True, note=f"not measured: no {script.name} (HARVEST_TEST_SHARED)")
        ]
    times = []
    with fake_ckan(script, 10) as url, up() as (_, environment):
        _harvester(environment, "source", "create", "ten", url, "ckan", "Ten", "true", "", "MANUAL", '{"force_all": true}')
        for _run in range(7):
            with urlopen(f"{url}/_fake/mutate?fraction=1"):
                pass
            begun = time.perf_counter()
            done = _harvester(environment, "job", "ten", "--wait", "--json")
            times.append(time.perf_counter() - begun)
            assert done.returncode == 0, done.stderr
    note = f"median of {len(times)}, {min(times):.2f} to {max(times):.2f} s, start of the command line included"
    return [Figure("latency", statistics.median(times), "s", 2, lower_is_better=True, note=note)]


def idle() -> list[Figure]:
    """All processes of an `up` that has nothing to do: processor time over a minute, PSS."""
    with up() as (process, _):
        time.sleep(5)  # the last of the start is over
        tree = _tree(process)
        before = {name: cpu_of(process) for name, process in tree.items()}
        time.sleep(IDLE_SECONDS)
        used = {name: cpu_of(process) - before[name] for name, process in tree.items()}
        memory = {name: round(pss_mib(process.pid), 1) for name, process in tree.items()}
    share = sum(used.values()) / IDLE_SECONDS * 100
    roles = {name: round(seconds / IDLE_SECONDS * 100, 2) for name, seconds in used.items()}
    biggest = max(memory.values())
    note = f"over {IDLE_SECONDS} s, all of `up`; without its server: {share - roles.get('serve', 0.0):.2f}"
    return [
        Figure("idle", share, "% of a core", 5, lower_is_better=True, roles=roles, note=note),
        Figure("idle_memory", biggest, "MiB", 90, lower_is_better=True, roles=memory, note="PSS of the largest process"),
    ]


def _tree(process: psutil.Process | subprocess.Popen[bytes]) -> dict[str, psutil.Process]:
    """The supervisor and its children by role; Postgres' backends count with Postgres."""
    supervisor = psutil.Process(process.pid)
    return {"supervisor": _alone(supervisor), **{_role(child.cmdline()): child for child in supervisor.children()}}


def _role(command: list[str]) -> str:
    """What a child of the supervisor is, whatever its program is called."""
    if "adapters.cli" in command:
        return command[command.index("adapters.cli") + 1]
    name = Path(command[0]).name
    return "broker" if name.startswith("tansu") else name


class _Alone(psutil.Process):
    """A process without its children."""

    def children(self, recursive: bool = False) -> list[psutil.Process]:
        return []


def _alone(process: psutil.Process) -> psutil.Process:
    return _Alone(process.pid)


FIGURES: dict[str, Any] = {"latency": latency, "idle": idle}
