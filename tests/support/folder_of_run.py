"""A folder of a run of tests that goes with it: when the run is killed, with the beginning of the next one."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

PREFIX = "harvestlog-tests-"
LOCK = "run.lock"  # held as long as the run's process lives: the kernel lets go of it, however that ends


@contextmanager
def folder_of_run(parent: Path) -> Iterator[Path]:
    """A folder in `parent`. Those of runs that have died are removed first."""
    remove_abandoned(parent)
    with TemporaryDirectory(prefix=PREFIX, dir=parent, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with (folder / f"{LOCK}.new").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            (folder / f"{LOCK}.new").rename(folder / LOCK)  # nobody ever finds it unlocked
            yield folder


def remove_abandoned(parent: Path) -> None:
    """Remove folders whose run is dead. What has no lock, or belongs to another user, stays."""
    for place in parent.glob(f"{PREFIX}*/{LOCK}"):
        try:
            if place.stat().st_uid != os.geteuid():
                continue
            with place.open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(place.parent, ignore_errors=True)
        except OSError:  # it is locked, or has just gone
            continue
