"""`up`: everything on one machine, as one process tree that repairs itself.

The order is Postgres, broker, what `prepare` does (schema, topics), roles; and backwards at the end. A child that ends
is started again, so a role that meets a bug or loses its database just ends. Between events this process sleeps:
signals, among them "a child ended", come through the wake-up socket.
"""

import os
import select
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from adapters.embedded.broker import EmbeddedBroker
from adapters.embedded.folder import DataFolder, End, Runtime
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.embedded.process import Process, end, last_line, spawn
from adapters.process.worker import REPLACED
from adapters.settings import Settings
from domain.errors import HarvestError
from domain.secrets import mask_text

FIRST_DELAY = 0.2  # seconds until a child that ended starts again; doubles while it keeps ending
LONGEST_DELAY = 10.0  # seconds
STEADY_AFTER = 30.0  # seconds of life after which a child is thought well again
DRAIN = 30.0  # seconds that roles get to end what they have begun
LOCK_PATIENCE = 10.0  # seconds to wait for a command that uses the data folder
ROUND = 60.0  # seconds of sleep at most: logs are looked at
LOG_LIMIT = 10_000_000  # bytes; a longer log becomes <role>.log.1

Prepare = Callable[[str, str], None]  # database_url, bootstrap_servers; may be called again, and raises HarvestError


class Child(Protocol):
    """Anything that can be kept alive."""

    name: str
    process: Process | None

    def restart(self) -> None:
        """Start it after it ended; raises HarvestError when that fails at once."""
        ...


@dataclass(frozen=True)
class ChildSpec:
    """A role to run."""

    name: str
    argv: tuple[str, ...]


def role_commands(settings: Settings) -> list[ChildSpec]:
    """The roles of `up`: a coordinator, a gather worker, `fetch_workers` fetch workers, and a server where it can run.

    With the embedded broker each worker is told its partitions, since joining a group takes seconds there; a fetch
    worker that would get none is left out.
    """
    command = (sys.executable, "-P", "-m", "adapters.cli")  # -P: not what lies in the current folder
    everything = _partition_option(settings, 0, 1)
    workers = min(settings.fetch_workers, settings.topic_partitions)
    return [
        ChildSpec("coordinator", (*command, "coordinator")),
        ChildSpec("gather-consumer", (*command, "gather-consumer", *everything)),
        *(
            ChildSpec(f"fetch-consumer-{n + 1}", (*command, "fetch-consumer", *_partition_option(settings, n, workers)))
            for n in range(workers)
        ),
        *([ChildSpec("serve", (*command, "serve"))] if settings.serve_workers and can_serve() else ()),
    ]


def can_serve() -> bool:
    """Whether what `serve` is made of is installed: the extra `web`."""
    return bool(find_spec("fastapi") and find_spec("uvicorn"))


def _partition_option(settings: Settings, first: int, step: int) -> tuple[str, ...]:
    if not settings.own_broker:
        return ()
    return ("--partitions", ",".join(str(n) for n in range(first, settings.topic_partitions, step)))


def restart_delay(previous: float, lived: float) -> float:
    """Seconds until a child that lived for `lived` seconds starts again; `previous` is the last delay, 0 if none."""
    if lived >= STEADY_AFTER or not previous:
        return FIRST_DELAY
    return min(2 * previous, LONGEST_DELAY)


class Role:
    """A role's process; its output goes to `log`, None = it shares ours."""

    def __init__(self, spec: ChildSpec, environment: Mapping[str, str], log: Path | None) -> None:
        self.name = spec.name
        self.process: Process | None = None
        self._spec = spec
        self._environment = environment
        self._log = log

    def restart(self) -> None:
        """Start it, the first time too; it is killed when we are, since nothing is lost by that."""
        self.process = spawn(self._spec.argv, death_signal=signal.SIGKILL, log=self._log, environment=self._environment)


@dataclass
class Watch:
    """A child under watch; times are of the monotonic clock."""

    child: Child
    started: float = field(default_factory=time.monotonic)
    delay: float = 0.0
    restart_at: float | None = None  # None: it runs

    def ended(self) -> bool:
        """True when its process is gone and no restart is planned."""
        return self.restart_at is None and self.child.process is not None and self.child.process.poll() is not None


def print_line(line: str) -> None:
    """One event, to standard error; a terminal that was closed is no reason to stop."""
    with suppress(OSError):
        print(f"{datetime.now(UTC):%H:%M:%S}Z {mask_text(line)}", file=sys.stderr, flush=True)


class Supervisor:
    """Runs the whole of harvestlog on one machine; made for the main thread, since signals arrive there.

    `prepare` is called when the services answer, and again when the embedded broker came back empty; `ready` once,
    when all children run.
    """

    def __init__(
        self,
        settings: Settings,
        commands: Sequence[ChildSpec],
        *,
        prepare: Prepare,
        ready: Callable[[Runtime], None] = lambda _: None,
        log: Callable[[str], None] = print_line,
        verbose: bool = False,
    ) -> None:
        self._settings = settings
        self._commands = commands
        self._prepare = prepare
        self._ready = ready
        self._log = log
        self._verbose = verbose
        self._folder = DataFolder(settings.data_dir)
        self._postgres = EmbeddedPostgres(self._folder.path) if settings.own_postgres else None
        self._broker = EmbeddedBroker(self._folder.path) if settings.own_broker else None
        self._roles: list[Role] = []
        self._watches: list[Watch] = []
        self._prepare_again = False
        self._starting = True
        self._log_told = False
        self._ends: dict[str, End] = {}
        self._stops = 0
        self._wake_up, self._waker = socket.socketpair()

    def run(self) -> None:
        """Start everything, keep it alive, and stop it at SIGINT, SIGTERM, SIGHUP or `stop()`.

        Raises Refused when another one runs on this data folder, and what the services' start or `prepare` raises.
        """
        with self._folder.lock(LOCK_PATIENCE), self._signals():
            try:
                self._start()
                while not self._stops:
                    self._look_after_children()
            finally:
                self._stop()

    def stop(self) -> None:
        """Ask for an orderly end, from any thread or signal handler; a second call gives roles no more time."""
        self._stops += 1
        with suppress(OSError):  # full: it will wake up anyway; closed: it has ended
            self._waker.send(b"\0")

    def _start(self) -> None:
        for service in (self._postgres, self._broker):
            if service and not self._stops:
                self._log(f"{service.name} starts")
                service.start()
                self._watches.append(Watch(service))
        if self._stops:
            return
        runtime = self._runtime()
        self._prepare(runtime.database_url, runtime.bootstrap_servers)
        self._starting = False
        if self._stops:
            return
        self._folder.write_runtime(runtime)
        self._start_roles(runtime)
        self._log("all running")
        self._ready(runtime)

    def _start_roles(self, runtime: Runtime) -> None:
        environment = self._environment(runtime)
        for spec in self._commands:
            role = Role(spec, environment, None if self._verbose else self._folder.logs / f"{spec.name}.log")
            self._roles.append(role)
            role.restart()
            self._watches.append(Watch(role))

    def _runtime(self) -> Runtime:
        database = self._postgres.url if self._postgres else self._settings.database_url
        broker = self._broker.bootstrap_servers if self._broker else self._settings.kafka_bootstrap_servers
        return Runtime(os.getpid(), database, broker, started_at=datetime.now(UTC))

    def _environment(self, runtime: Runtime) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name != "HARVEST_EMBEDDED_BROKER"}
        embedded = {"HARVEST_EMBEDDED_BROKER": "1"} if self._broker else {}
        return (
            inherited
            | embedded
            | {
                "HARVEST_DATA_DIR": str(self._folder.path),
                "HARVEST_DATABASE_URL": runtime.database_url,
                "HARVEST_KAFKA_BOOTSTRAP_SERVERS": runtime.bootstrap_servers,
                "HARVEST_HTTP_ALLOW": self._settings.may_harvest or "none",
            }
        )

    def _look_after_children(self) -> None:
        for watch in self._watches:
            if watch.ended():
                self._plan_restart(watch, self._why_it_ended(watch.child))
        for watch in self._watches:
            if watch.restart_at is not None and watch.restart_at <= time.monotonic():
                self._restart(watch)
        if self._prepare_again:
            self._try_to_prepare()
        self._rotate_logs()
        self._sleep(self._until_next_event())

    def _plan_restart(self, watch: Watch, why: str) -> None:
        process = watch.child.process
        if isinstance(watch.child, Role) and process is not None and process.returncode is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # what its plugins left behind: the role led its session
        replaced = process is not None and process.returncode == REPLACED
        watch.delay = FIRST_DELAY if replaced else restart_delay(watch.delay, time.monotonic() - watch.started)
        watch.restart_at = time.monotonic() + watch.delay
        self._log(f"{watch.child.name} {why}; starts again in {watch.delay:g} s")
        self._ends[watch.child.name] = End(datetime.now(UTC), mask_text(why))
        with suppress(OSError):  # a full disk
            self._folder.write_ends(self._ends)

    def _why_it_ended(self, child: Child) -> str:
        code = child.process.returncode if child.process else None
        how = f"ended by {signal.Signals(-code).name}" if code and code < 0 else f"ended with status {code}"
        line = last_line(self._folder.logs / f"{child.name}.log")[:200]
        if code == REPLACED:
            return f"is replaced by a fresh process ({line})"
        return f"{how} ({line})" if code and code > 0 and line else how

    def _restart(self, watch: Watch) -> None:
        watch.started, watch.restart_at = time.monotonic(), None
        try:
            watch.child.restart()
        except (HarvestError, OSError) as error:
            self._plan_restart(watch, f"does not start: {error}")
            return
        self._log(f"{watch.child.name} started again")
        if watch.child is self._broker:
            self._prepare_again = True

    def _try_to_prepare(self) -> None:
        """The broker came back empty; it, or Postgres, may still be starting, then the next round tries again."""
        runtime = self._runtime()
        try:
            self._prepare(runtime.database_url, runtime.bootstrap_servers)
        except HarvestError as error:
            self._log(f"topics are not made again yet: {error}")
        else:
            self._prepare_again = False

    def _rotate_logs(self) -> None:
        """A disk without room for the older part of a log is no reason to stop; it is told once."""
        try:
            rotate_logs(self._folder.logs)
        except OSError as error:
            if not self._log_told:
                self._log(f"a long log can't be set aside, and grows on: {error.filename}: {error.strerror}")
            self._log_told = True
        else:
            self._log_told = False

    def _until_next_event(self) -> float:
        restarts = [watch.restart_at - time.monotonic() for watch in self._watches if watch.restart_at is not None]
        return max(0.0, min([*restarts, 1.0 if self._prepare_again else ROUND]))

    def _stop(self) -> None:
        self._starting = False
        self._folder.clear_runtime()
        if self._roles:
            self._log("stopping; press Ctrl-C again to stop without waiting")
        self._stop_roles()
        for service in (self._broker, self._postgres):
            if service:
                service.stop()
        self._log("stopped")

    def _stop_roles(self) -> None:
        for process in self._living_roles():
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + DRAIN
        while self._living_roles() and self._stops < 2 and time.monotonic() < deadline:
            self._sleep(deadline - time.monotonic())
        for process in self._living_roles():
            end(process, ())

    def _living_roles(self) -> list[Process]:
        return [role.process for role in self._roles if role.process and role.process.poll() is None]

    def _sleep(self, seconds: float) -> None:
        """Until a signal or `stop()` comes; one that came since the last sleep ends it at once."""
        if select.select([self._wake_up], [], [], max(0.0, seconds))[0]:
            self._wake_up.recv(4096)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        for end_of_pair in (self._wake_up, self._waker):
            end_of_pair.setblocking(False)
        previous = signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        before = {signal.SIGCHLD: signal.signal(signal.SIGCHLD, lambda *_: None)}
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(signum) != signal.SIG_IGN:  # as nohup wants it
                before[signum] = signal.signal(signum, self._on_stop)
        try:
            yield
        finally:
            signal.set_wakeup_fd(previous)
            for signum, handler in before.items():
                signal.signal(signum, handler)
            self._wake_up.close()
            self._waker.close()

    def _on_stop(self, *_: object) -> None:
        self.stop()
        if not self._starting:
            return
        if self._stops > 1:
            raise KeyboardInterrupt
        with suppress(RuntimeError):  # it came while another line was being written
            self._log("stops once this step of the start is done; press Ctrl-C again to stop at once")


def rotate_logs(folder: Path) -> None:
    """Keep each log and one older one: copied and emptied, since children append to the open file.

    Raises OSError when there is no room for the copy; then the log stays as it is, and nothing is left of the copy.
    """
    for log in folder.glob("*.log"):
        if log.stat().st_size > LOG_LIMIT:
            older = log.with_name(log.name + ".1")
            try:
                shutil.copyfile(log, older)
            except OSError:
                older.unlink(missing_ok=True)
                raise
            os.truncate(log, 0)
