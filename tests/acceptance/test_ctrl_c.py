"""Ctrl-C ends a command without a traceback, whenever it comes."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.stack import PATIENCE, ROOT


@pytest.mark.parametrize("command", [["jobs"], ["status"], ["job", "some", "--wait"], ["catalogue", "list"]])
def test_ctrl_c_ends_a_command_that_waits_without_a_traceback(tmp_path: Path, command: list[str]) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(5)
        silent.settimeout(PATIENCE)
        url = f"postgresql://x:y@127.0.0.1:{silent.getsockname()[1]}/z"
        environment = {**os.environ, "HARVEST_DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
        program = [sys.executable, "-m", "adapters.cli", *command]
        process = subprocess.Popen(
            program, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
        )
        connection, _ = silent.accept()

        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        connection.close()

    assert (process.returncode, out) == (130, "")
    assert err.strip() == ""


def test_nothing_is_imported_before_ctrl_c_can_be_caught() -> None:
    program = "import sys; before = set(sys.modules); import adapters.launch; print(*sorted(set(sys.modules) - before))"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, cwd=ROOT, check=True)

    assert done.stdout.split() == ["adapters", "adapters.launch"]


@pytest.mark.parametrize("moment", ["hidden_package", "shared_package"])
def test_ctrl_c_before_anything_is_imported_leaves_no_traceback(moment: str) -> None:
    program = f"""
import signal, sys
from adapters import launch
setattr(launch, {moment!r}, lambda: signal.raise_signal(signal.SIGINT))
sys.argv = ["harvester", "up"]
launch.main()
"""

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, cwd=ROOT, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")
