"""`harvester serve`, as a process of its own."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from adapters.settings import Settings
from tests.support.stack import PATIENCE, Stack, wait_for


@pytest.fixture
def serving(settings: Settings, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Two processes of a server, and its address."""
    environment = Stack(settings, tmp_path).environment
    log = tmp_path / "serve.log"
    with log.open("wb") as output:
        argv = [sys.executable, "-m", "adapters.cli", "serve", "--port", "0", "--workers", "2"]
        process = subprocess.Popen(argv, env=environment, stderr=output)
    try:
        said = wait_for(lambda: re.search(r"answers at (\S+);", log.read_text()), 30, "the server says its address")
        yield process, said[1]
    finally:
        process.kill()
        process.wait()


def test_several_processes_answer_at_one_address_and_end_with_the_one_that_started_them(
    serving: tuple[subprocess.Popen[bytes], str],
) -> None:
    process, address = serving

    with urllib.request.urlopen(f"{address}/api/3", timeout=30) as answer:  # waits in the backlog until a process is ready
        assert json.load(answer) == {"version": 3}
    workers = psutil.Process(process.pid).children()
    os.kill(process.pid, signal.SIGKILL)

    assert len(workers) >= 2
    wait_for(lambda: not any(worker.is_running() and worker.status() != "zombie" for worker in workers), PATIENCE, "they end")


def test_an_address_that_is_taken_is_said(
    serving: tuple[subprocess.Popen[bytes], str], settings: Settings, tmp_path: Path
) -> None:
    port = serving[1].rpartition(":")[2]

    done = Stack(settings, tmp_path).cli("serve", "--port", port, status=1)

    assert f"HARVEST_SERVE_PORT={port} can't be used: Address already in use" in done.stderr
