"""A killed run of tests leaves its folder until the next run begins, and no longer."""

import subprocess
import sys
from pathlib import Path

from tests.support.folder_of_run import LOCK, PREFIX, folder_of_run
from tests.support.stack import ROOT

RUN = """
import sys
from pathlib import Path
from tests.support.folder_of_run import folder_of_run
with folder_of_run(Path(sys.argv[1])) as folder:
    (folder / "data").write_text("data")
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_the_folder_of_a_killed_run_goes_when_the_next_one_begins(tmp_path: Path) -> None:
    program = [sys.executable, "-c", RUN, str(tmp_path)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as run:
        assert run.stdout is not None
        killed = Path(run.stdout.readline().strip())
        with folder_of_run(tmp_path) as other:
            beside_a_living_run = killed.exists() and other.exists()
        run.kill()
        run.wait()
    left = killed.exists()

    with folder_of_run(tmp_path) as next_one:
        entries = [path.name for path in tmp_path.iterdir()]

    assert beside_a_living_run
    assert left
    assert entries == [next_one.name]
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_runs_stays(tmp_path: Path) -> None:
    (tmp_path / f"{PREFIX}older").mkdir()
    (tmp_path / "another").mkdir()
    (tmp_path / "another" / LOCK).touch()

    with folder_of_run(tmp_path):
        entries = {path.name for path in tmp_path.iterdir()}

    assert {f"{PREFIX}older", "another"} < entries
