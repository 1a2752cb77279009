"""Child processes that end with their parent, and the questions to ask about processes that aren't ours."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from adapters.embedded.search_right import become, search_right

Process = subprocess.Popen[bytes]

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
KILL_PATIENCE = 10.0  # seconds that the kernel gets to end a killed process


class Account(NamedTuple):
    """A user of the operating system, by number."""

    uid: int
    gid: int


def spawn(
    argv: Sequence[str],
    *,
    death_signal: signal.Signals,
    log: Path | None = None,
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
) -> Process:
    """Start a child in a session of its own, so that Ctrl-C at the terminal reaches only us.

    Its output is appended to `log`, None = it shares ours. On Linux the child gets `death_signal` when the *thread*
    that calls this ends, even by SIGKILL: call it from a thread that lives as long as the child should.
    """
    output = log.open("ab") if log else None
    try:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            start_new_session=True,
            **as_user(account, die_with_parent(death_signal)),
        )
    finally:
        if output:
            output.close()


def as_user(account: Account | None, then: Callable[[], None] | None = None) -> dict[str, Any]:
    """Options of Popen for a child that is this user, and calls `then` before exec.

    Started by root it can reach files in folders that only root may enter, where the system can hand that right on.
    """
    if account is None:
        return {"preexec_fn": then}
    right = search_right()
    if right is None:
        return {"user": account.uid, "group": account.gid, "extra_groups": [], "preexec_fn": then}
    change = become(account.uid, account.gid, right)

    def prepare() -> None:
        change()
        if then is not None:
            then()

    return {"preexec_fn": prepare}


def die_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """What a child calls before exec; after its change of user, which would clear the request."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up before the fork: the child only calls
    parent = os.getpid()

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # it died before the request
            os._exit(1)

    return ask


def end_with_parent(parent: int, death_signal: signal.Signals) -> None:
    """Get this signal when our parent, of this pid, ends, even by SIGKILL; on Linux. When it has ended already, so do we."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(death_signal))
    if os.getppid() != parent:
        os._exit(1)


def end(process: Process | None, steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send the signals of `steps` in turn, each with its patience in seconds, then SIGKILL, until it has ended."""
    if process is None:
        return
    for signum, patience in (*steps, (signal.SIGKILL, KILL_PATIENCE)):
        if process.poll() is not None:
            return
        process.send_signal(signum)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue


def end_foreign(pid: int, steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """The same for a process that isn't our child."""
    for signum, patience in (*steps, (signal.SIGKILL, KILL_PATIENCE)):
        try:
            os.kill(pid, signum)
        except ProcessLookupError:
            return
        if wait_until(lambda: not is_alive(pid), patience):
            return


def is_alive(pid: int) -> bool:
    """True for a process that exists and is no zombie."""
    return bool(command_of(pid))


def command_of(pid: int) -> list[str]:
    """Its command line by argument (outside Linux: by word); empty when there is no such process, or a zombie."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_text(errors="surrogateescape").split("\0")[:-1]
        except OSError:
            return []
    shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return shown.stdout.split()


def wait_until(condition: Callable[[], bool], patience: float) -> bool:
    """Poll `condition` for at most `patience` seconds; its last answer."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            return condition()
        time.sleep(0.02)
    return True


def reason(output: str) -> str:
    """Why a program of Postgres ended, as it says it: the last line that tells of an error, else the last one with text."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if any(word in line for word in ("error: ", "FATAL: ", "PANIC: "))]
    return (errors or lines or [""])[-1]


def last_line(log: Path) -> str:
    """The last line with text in a log, "" without one; reads only its end."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
            lines = file.read().decode(errors="replace").split("\n")
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
