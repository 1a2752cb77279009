"""What is done when a plugin has spoiled the process that it runs in."""

import subprocess
import sys

import pytest

from adapters.stages.process_state import FILES_LOST
from tests.support.stack import ROOT

RUN_A_STAGE = """
import os
from adapters.stages.process_state import ProcessState

state = ProcessState()
{stage}
state.restore()
os._exit(0)
"""


@pytest.mark.parametrize(
    ("stage", "status", "said"),
    [
        ("pass", 0, ""),
        ("os.close(0); os.closerange(1, 2)", 0, ""),
        ("os.closerange(3, 1000)", FILES_LOST, "a plugin closed files of this process, its connections too: it ends"),
        ("os.closerange(3, 1000); [open(os.devnull) for _ in range(50)]", FILES_LOST, "a plugin closed files"),
    ],
)
def test_a_process_whose_own_files_a_plugin_closed_ends_at_once(stage: str, status: int, said: str) -> None:
    process = subprocess.run(
        [sys.executable, "-c", RUN_A_STAGE.format(stage=stage)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )

    assert process.returncode == status
    assert said in process.stderr
