"""`harvester up`, as people use it: it harvests, repairs itself, leaves no process behind, and finds its data again."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from adapters.embedded import read_runtime
from tests.support.stack import ROOT, wait_for


class Up:
    """`harvester up` on a folder, and commands next to it."""

    def __init__(self, folder: Path) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HARVEST_")}
        path = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "plugins")])
        self.environment = inherited | {"HARVEST_DATA_DIR": str(folder), "PYTHONPATH": path, "HARVEST_RETRY_DELAY": "0.2"}
        self.environment["HARVEST_SERVE_WORKERS"] = "0"  # its port may be taken
        self.said = folder.parent / "up.stderr"
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with self.said.open("wb") as output:
            return subprocess.Popen([sys.executable, "-m", "adapters.cli", "up"], env=self.environment, stderr=output)

    def wait_until_running(self) -> None:
        wait_for(lambda: "harvestlog is up" in self.said.read_text(), 60, "all runs")

    def again(self) -> None:
        """Start it once more on its folder."""
        self.process = self._start()
        self.wait_until_running()

    def json(self, *arguments: str) -> Any:
        argv = [sys.executable, "-m", "adapters.cli", *arguments, "--json"]
        done = subprocess.run(argv, env=self.environment, capture_output=True, text=True, timeout=90, check=False)
        assert done.returncode == 0, (arguments, done, self.said.read_text())
        return json.loads(done.stdout)

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, word: str) -> psutil.Process:
        return next(process for process in self.family() if word in process.cmdline())


@pytest.fixture
def start_up(tmp_path: Path) -> Iterator[Callable[[], Up]]:
    started: list[Up] = []

    def start() -> Up:
        started.append(Up(tmp_path / "data"))
        started[-1].wait_until_running()
        return started[-1]

    yield start
    for up in started:
        if up.process.poll() is None:
            up.process.terminate()
            up.process.wait(60)


@pytest.mark.slow
def test_up_harvests_mends_itself_ends_on_ctrl_c_and_finds_its_data_again(start_up: Callable[[], Up]) -> None:
    up = start_up()
    up.json("source", "create", "some", "http://127.0.0.1/some", "slow", "", "true", "", "", '{"records": 100, "seconds": 0.3}')
    job_id = up.json("job", "some")["id"]

    killed = up.child("fetch-consumer")
    killed.kill()
    job = up.json("run", "--wait")["jobs"][0]
    family = up.family()
    up.process.send_signal(signal.SIGINT)
    status = up.process.wait(60)

    assert (job["id"], job["outcome"], job["added"], job["errored"]) == (job_id, "finished", 100, 0)
    assert "ended by SIGKILL; starts again" in up.said.read_text()
    assert len(family) >= 5
    assert psutil.wait_procs(family, timeout=5)[1] == []
    assert status == 0

    up.again()

    found = up.json("jobs")["jobs"]
    assert [(row["id"], row["status"], row["added"]) for row in found] == [(job_id, "Finished", 100)]
    assert up.json("job", "some", "--wait")["updated"] == 100


@pytest.mark.slow
@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_demo_that_is_killed_leaves_nothing_running(tmp_path: Path, signum: signal.Signals) -> None:
    folder = tmp_path / "data"
    environment = {**os.environ, "HARVEST_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    argv = [sys.executable, "-m", "adapters.cli", "demo", "--url", "http://127.0.0.1:1"]
    demo = subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert demo.stdout is not None
    assert any("Harvesting" in line for line in demo.stdout)  # everything runs
    runtime = read_runtime(folder)
    assert runtime is not None
    family = [*psutil.Process(runtime.pid).children(recursive=True), psutil.Process(runtime.pid)]

    demo.send_signal(signum)
    demo.wait(60)

    assert demo.returncode == -signum
    assert len(family) >= 5
    assert psutil.wait_procs(family, timeout=60)[1] == []
