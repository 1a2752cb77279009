"""A whole harvestlog for a test: roles as processes of their own, driven by the command line."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import UUID

from adapters.bootstrap import Parts
from adapters.postgres.leadership import has_leader
from adapters.postgres.read_model.queries import ReadModel, Row
from adapters.settings import Settings
from domain.sources import SourceFields

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds: what has not happened by then never will, on the busiest machine
ROLES = ("coordinator", "gather-consumer", "fetch-consumer")


def wait_for(condition: Callable[[], Any], seconds: float, what: str, every: float = 0.05) -> Any:
    """Poll until the condition is true; fails the test after that many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(every)
    raise AssertionError(f"not within {seconds} s: {what}")


class Stack:
    """Roles of one site. Use it as a context manager; what it started is gone afterwards."""

    def __init__(self, settings: Settings, folder: Path, roles: tuple[str, ...] = ROLES, **environment: str) -> None:
        self.settings = settings
        self.folder = folder
        self._roles = roles
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {**os.environ, **_environment(settings), **environment}

    def __enter__(self) -> "Stack":
        try:
            for role in self._roles:
                self.start(role)
            if "coordinator" in self._roles:
                self._wait_for_lead()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def _wait_for_lead(self) -> None:
        """A command that follows a job gives up after ten seconds without a leader; a busy machine starts one later."""
        process = self._processes["coordinator"]
        wait_for(lambda: has_leader(self.parts.database) or process.poll() is not None, PATIENCE, "the coordinator leads")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.parts.close()
        for process in self._processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self._processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if error is not None:
            print(self.logs())

    def start(self, role: str, name: str = "", *options: str) -> subprocess.Popen[bytes]:
        """Start a role; with `name` one more of its kind. On the embedded broker a worker reads all partitions."""
        name = name or role
        argv = [sys.executable, "-m", "adapters.cli", role, *(options or self._partitions(role))]
        log = open(self.folder / f"{name}.log", "ab")  # noqa: SIM115
        self._processes[name] = subprocess.Popen(argv, env=self.environment, stdout=log, stderr=log, cwd=self.folder)
        log.close()
        return self._processes[name]

    def _partitions(self, role: str) -> tuple[str, ...]:
        if role == "coordinator" or not self.settings.embedded_broker:
            return ()
        return ("--partitions", ",".join(map(str, range(self.settings.topic_partitions))))

    def process(self, name: str) -> subprocess.Popen[bytes]:
        """A role's process."""
        return self._processes[name]

    def kill(self, name: str) -> None:
        """kill -9."""
        self._processes[name].kill()
        self._processes[name].wait()

    def restart_when_dead(self, name: str) -> bool:
        """Start a role again if its process has ended, as a supervisor would; whether it had."""
        if self._processes[name].poll() is None:
            return False
        self.start(name)
        return True

    def log(self, name: str) -> str:
        """What a role has logged."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def logs(self) -> str:
        """The end of what every role has logged."""
        return "".join(f"\n--- {name}\n{self.log(name)[-3000:]}" for name in self._processes)

    def cli(self, *arguments: str, status: int | None = 0, timeout: float = 60.0) -> subprocess.CompletedProcess[str]:
        """Run `harvester`; fails the test when it ends with another status than expected (None: any)."""
        argv = [sys.executable, "-m", "adapters.cli", *arguments]
        done = subprocess.run(argv, env=self.environment, capture_output=True, text=True, timeout=timeout, cwd=self.folder)
        if status is not None:
            assert done.returncode == status, f"{arguments}: status {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *arguments: str, status: int | None = 0, timeout: float = 60.0) -> Any:
        """Run `harvester … --json`; what it printed."""
        return json.loads(self.cli(*arguments, "--json", status=status, timeout=timeout).stdout)

    # the same without the 0.7 s that a command takes

    @cached_property
    def parts(self) -> Parts:
        """What works on the stack's database, in this process."""
        return Parts(self.settings, "test")

    @property
    def model(self) -> ReadModel:
        """The read model."""
        return ReadModel(self.parts.database)

    def source(self, name: str, url: str, kind: str = "ckan", config: Mapping[str, Any] | None = None) -> str:
        """Create a source; its id."""
        text = json.dumps(config) if config else ""
        return str(self.parts.application.register_source(SourceFields(name, url, kind, name.title(), config=text), by="test"))

    def start_job(self, source: str, *, full: bool = False) -> str:
        """Create a job of a source (id or name); its id."""
        found = self.parts.application.find_source(source)
        options = {"force_all": True} if full else {}
        return str(self.parts.application.create_job(found.id, by="test", options=options))

    def job(self, job_id: str) -> Row:
        """A job as the command line shows it, once it is in the read model."""
        row: Row = wait_for(lambda: self.model.job(job_id), 60, f"job {job_id} is projected")
        return row

    def ended(self, job_id: str, seconds: float = 60.0) -> Row:
        """A job once it has ended."""

        def row() -> Row | None:
            found = self.model.job(job_id)
            return found if found and found["status"] in ("Finished", "Aborted") else None

        try:
            ended: Row = wait_for(row, seconds, f"job {job_id} ends")
        except AssertionError as error:
            raise AssertionError(f"{error}; it is {self.model.job(job_id)}{self.logs()}") from None
        return ended

    def wait_for_objects(self, job_id: str, number: int, seconds: float = 60.0) -> None:
        """Wait until that many objects of a job have an outcome."""
        wait_for(lambda: self.job(job_id)["done"] >= number, seconds, f"{number} objects of job {job_id} are done")

    def run(self, source: str, *, full: bool = False, seconds: float = 60.0) -> Row:
        """Run a job of a source to its end."""
        return self.ended(self.start_job(source, full=full), seconds)

    def abort(self, job_id: str) -> None:
        """Stop a job."""
        self.parts.application.abort_job(UUID(job_id), by="test")

    def started(self) -> set[str]:
        """The roles that were started, whether they run or not."""
        return set(self._processes)

    def running(self) -> dict[str, int]:
        """The pids of the roles that run, by name."""
        return {name: process.pid for name, process in self._processes.items() if process.poll() is None}

    def harvest(self, source: str, *options: str, status: int | None = 0, timeout: float = 60.0) -> Any:
        """Run a job to its end; the job as the command line shows it."""
        return self.json("job", source, "--wait", *options, status=status, timeout=timeout)


def _environment(settings: Settings) -> dict[str, str]:
    python_path = [str(ROOT), str(ROOT / "tests" / "plugins"), os.environ.get("PYTHONPATH", "")]
    values = {f"HARVEST_{field.name.upper()}": getattr(settings, field.name) for field in fields(settings)}
    return {
        **{name: str(int(value) if isinstance(value, bool) else value) for name, value in values.items()},
        "PYTHONPATH": os.pathsep.join(filter(None, python_path)),
        "PYTHONUNBUFFERED": "1",
    }
