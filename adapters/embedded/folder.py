"""The data folder: its lock, and what the running `up` tells about itself."""

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from domain.errors import Refused, SettingError

ENDS = "ends.json"
RETRY_PAUSE = 0.05  # seconds; a reader holds the lock for microseconds to see whether it is free


@dataclass(frozen=True)
class Runtime:
    """A running `up`: where its services are reached."""

    pid: int
    database_url: str
    bootstrap_servers: str
    started_at: datetime


@dataclass(frozen=True)
class End:
    """When a role of `up` ended, and why."""

    at: datetime
    why: str


class DataFolder:
    """`HARVEST_DATA_DIR`: made when missing."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        self.logs = self.path / "logs"
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingError(
                f"HARVEST_DATA_DIR: can't make {self.logs}: {error.strerror}. Set it to a folder that this user can write to"
            ) from error

    @contextmanager
    def lock(self, patience: float) -> Iterator[None]:
        """Keep other harvester processes off; raises Refused when another one has it after `patience` seconds.

        The kernel frees it however its holder ends. What a killed `up` left in `run.json` is removed.
        """
        handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._acquire(handle, patience)
            self.clear_runtime()
            yield
        finally:
            os.close(handle)

    def _acquire(self, handle: int, patience: float) -> None:
        deadline = time.monotonic() + patience
        while not _try_lock(handle, fcntl.LOCK_EX):
            if runtime := read_runtime(self.path):
                raise Refused(f"harvester up runs already on {self.path} (pid {runtime.pid})")
            if time.monotonic() > deadline:
                raise Refused(f"another harvester command uses {self.path}: try again when it has ended")
            time.sleep(RETRY_PAUSE)

    def write_runtime(self, runtime: Runtime) -> None:
        """Tell other commands where the services are; the file is private, an address may hold a password."""
        fresh = self.path / "run.json.new"
        fresh.unlink(missing_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(asdict(runtime) | {"started_at": runtime.started_at.isoformat()}, file)
        fresh.replace(self.path / "run.json")

    def write_ends(self, ends: Mapping[str, End]) -> None:
        """Tell other commands which roles have ended, by name: the last end of each."""
        fresh = self.path / f"{ENDS}.new"
        fresh.write_text(json.dumps({name: [end.at.isoformat(), end.why] for name, end in ends.items()}), encoding="utf-8")
        fresh.replace(self.path / ENDS)

    def clear_runtime(self) -> None:
        """Forget the running `up`; a second call does nothing."""
        for name in ("run.json", ENDS):
            (self.path / name).unlink(missing_ok=True)


def read_runtime(data_dir: Path) -> Runtime | None:
    """The `up` that runs on this data folder; None when there is none, whatever a killed one left behind."""
    try:
        text = (data_dir / "run.json").read_text(encoding="utf-8")
        handle = os.open(data_dir / "lock", os.O_RDONLY)
    except OSError:
        return None
    try:
        free = _try_lock(handle, fcntl.LOCK_SH)
    finally:
        os.close(handle)
    return None if free else _parse(text)


def read_ends(data_dir: Path) -> dict[str, End]:
    """The last end of each role of the running `up` that has ended, by name."""
    try:
        rows = json.loads((data_dir / ENDS).read_text(encoding="utf-8"))
        return {name: End(datetime.fromisoformat(at).astimezone(UTC), why) for name, (at, why) in rows.items()}
    except (OSError, ValueError):
        return {}


def _parse(text: str) -> Runtime:
    values = json.loads(text)
    return Runtime(**values | {"started_at": datetime.fromisoformat(values["started_at"]).astimezone(UTC)})


def _try_lock(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
