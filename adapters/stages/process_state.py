"""What plugins could spoil for everybody in their process, and how it is put right.

What can be restored is restored, with a warning. After each gather, and after the stages of each group of objects (after
storing them only where that asked the plugin for an address), it is the working directory, closed standard streams, settings
of the interpreter, limits of the system, and what the thread keeps for the next stage; within two seconds of each stage (every
five while none runs) the environment, the locale, `sys.path`, umask, signal handlers, timers, the log, and functions of
libraries. What can't (too many threads or files left open, a limit that may not be
raised again, a standard stream whose number something else got) is a reason to replace the process. One whose other files a
plugin closed ends at once: its connections are gone, and its threads would wait for them for ever.
"""

import gc
import io
import locale
import logging
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from adapters.stages.library_state import LibraryState
from adapters.stages.log_state import LogState

log = logging.getLogger(__name__)

GUARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGPIPE)
TIMERS = {
    signal.ITIMER_REAL: signal.SIGALRM,
    signal.ITIMER_VIRTUAL: signal.SIGVTALRM,
    signal.ITIMER_PROF: signal.SIGPROF,
}
"""Timers of a process, and the signals that end it unless somebody takes them."""
LIMITS = {name: getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")}
MORE_THREADS = 300  # than at the start: above what any settings need
MORE_FILES = 5000  # than at the start; less where the system's limit is lower
SHARE_OF_FILES = 0.6  # of the system's limit
SHOWN = 5  # names of functions in a line of the log
FILES_LOST = 70  # exit status (EX_SOFTWARE of <sysexits.h>)
STREAMS = ("stdin", "stdout", "stderr")  # numbers 0, 1, 2
Handler = Any  # what signal.getsignal gives

SETTINGS: dict[str, tuple[Callable[[], Any], Callable[[Any], object]]] = {
    "the default timeout of sockets": (socket.getdefaulttimeout, socket.setdefaulttimeout),
    "the recursion limit": (sys.getrecursionlimit, sys.setrecursionlimit),
    "the longest number that is read": (sys.get_int_max_str_digits, sys.set_int_max_str_digits),
    "the garbage collector": (gc.isenabled, lambda enabled: gc.enable() if enabled else gc.disable()),
    "how often garbage is collected": (gc.get_threshold, lambda thresholds: gc.set_threshold(*thresholds)),
    "how often threads take turns": (sys.getswitchinterval, sys.setswitchinterval),
}
"""What the interpreter holds for the whole process: how it is read, and how it is set."""


class ProcessState:
    """The state of a worker's process as it was before a plugin ran.

    Make it in the main thread. Python's standard streams and the log then write to file numbers of their own, so that nothing
    of it goes into whatever got the number of a stream that a plugin closed.
    """

    def __init__(self) -> None:
        self._folder = os.open(".", os.O_RDONLY)
        self._place = _identity(self._folder)
        self._socket = socket.socket()  # goes with all others, such as those of the broker and of Postgres
        self._connected = self._socket.fileno(), _identity(self._socket.fileno())
        self._kept = [_duplicate(number) for number in range(3)]
        self._streams = [_identity(number) for number in range(3)]
        for number in range(3):
            self._open_stream(number)
        self._logging = [(handler, handler.stream) for handler in logging.root.handlers if isinstance(handler, STREAM_HANDLER)]
        for handler, _ in self._logging:
            handler.setStream(_writer(os.dup(self._kept[2])))
        self._limits = {name: resource.getrlimit(number) for name, number in LIMITS.items()}
        self._traced = bool(sys.gettrace() or threading.gettrace() or sys.getprofile() or threading.getprofile())
        self._remember()
        self._locale = locale.setlocale(locale.LC_ALL)
        self._environment, self._path, self._umask = dict(os.environ), list(sys.path), _umask()
        self._signals: dict[signal.Signals, Handler] = {}
        self._dispositions = ""
        self._threads = self._files = 0
        self._odd = ""  # what can't be put right

    def _remember(self) -> None:
        """What the process itself may set until its first look."""
        self._settings = {name: read() for name, (read, _) in SETTINGS.items()}
        self._log, self._libraries = LogState(), LibraryState()

    def restore(self) -> None:
        """After a stage, in its thread: put the working directory and the standard streams right. Ends the process if files of
        its own were closed.
        """
        number, connected = self._connected
        lost = _identity(self._folder) != self._place or _identity(self._kept[2]) != self._streams[2]
        if lost or _identity(number) != connected:
            _end("a plugin closed files of this process, its connections too: it ends")
        if _identity(".") != self._place:
            os.fchdir(self._folder)
            log.warning("a plugin changed the working directory: it is changed back")
        for number in range(3):
            self._restore_stream(number)
        for name, (read, write) in SETTINGS.items():
            if read() != (original := self._settings[name]):
                write(original)
                log.warning("a plugin changed %s: it is as before", name)
        self._restore_limits()
        self._restore_thread()

    def _restore_limits(self) -> None:
        for name, limits in self._limits.items():
            if resource.getrlimit(LIMITS[name]) == limits:
                continue
            try:
                resource.setrlimit(LIMITS[name], limits)
            except (ValueError, OSError):  # only root may raise a hard limit
                self._odd = f"a plugin lowered a limit of this process ({name}) for good"
            else:
                log.warning("a plugin changed a limit of this process (%s): it is as before", name)

    def _restore_thread(self) -> None:
        """What the calling thread would keep for the next plugin: tracing, and an event loop that is closed."""
        if not self._traced and (sys.gettrace() or sys.getprofile() or threading.gettrace() or threading.getprofile()):
            for stop in (sys.settrace, sys.setprofile, threading.settrace, threading.setprofile):
                stop(None)
            log.warning("a plugin left its tracing on: it is off again")
        if "asyncio" in sys.modules and threading.current_thread() is not threading.main_thread():
            _forget_closed_loop()

    def _restore_stream(self, number: int) -> None:
        now = _identity(number)
        if now is None:
            os.dup2(self._kept[number], number)
            log.warning("a plugin closed %s (%d): it is opened again", STREAMS[number], number)
        elif now != self._streams[number]:
            self._odd = f"a plugin closed {STREAMS[number]} ({number}), and something else got its number"
        stream = getattr(sys, STREAMS[number], None)
        if stream is None or getattr(stream, "closed", False):
            self._open_stream(number)
            log.warning("a plugin closed sys.%s: it is opened again", STREAMS[number])

    def _open_stream(self, number: int) -> None:
        copy = os.dup(self._kept[number])
        setattr(sys, STREAMS[number], _writer(copy) if number else os.fdopen(copy, encoding="utf-8", errors="replace"))

    def look(self) -> str:
        """Now and then, in the main thread: why this process should be replaced, empty: it needn't be."""
        if not self._signals:
            self._signals = {number: signal.getsignal(number) for number in GUARDED}
            self._signals |= {number: _take_signal(number) for number in TIMERS.values()}
            self._dispositions = _dispositions()
            self._remember()
            self._threads, self._files = _count("task"), _count("fd")
        self.restore()
        self._restore_environment()
        self._restore_signals()
        self._stop_timers()
        if self._log.restore():
            log.warning("a plugin changed the log of its process: it is as before")
        if replaced := self._libraries.restore():
            log.warning("a plugin replaced what others use, too (%s): it is as before", ", ".join(replaced[:SHOWN]))
        return self._odd or self._too_many()

    def _restore_environment(self) -> None:
        """Between two looks plugins share these; what a stage adds to sys.path for imports of its own goes, too."""
        if dict(os.environ) != self._environment:
            changed = {name for name, _ in self._environment.items() ^ os.environ.items()}
            for name in changed - self._environment.keys():
                del os.environ[name]
            os.environ.update(self._environment)
            time.tzset()
            log.warning("a plugin changed the environment (%s): it is as before", ", ".join(sorted(changed)))
        if locale.setlocale(locale.LC_ALL) != self._locale:
            locale.setlocale(locale.LC_ALL, self._locale)
            log.warning("a plugin changed the locale: it is as before")
        if sys.path != self._path:
            sys.path[:] = self._path
            log.warning("a plugin changed sys.path: it is as before")
        if _umask() != self._umask:
            os.umask(self._umask)
            log.warning("a plugin changed the umask: it is as before")

    def _restore_signals(self) -> None:
        changed = [number for number, handler in self._signals.items() if signal.getsignal(number) != handler]
        if changed or _dispositions() != self._dispositions:
            for number, handler in self._signals.items():
                signal.signal(number, handler)
            self._dispositions = _dispositions()
            log.warning("a plugin changed how signals are handled: they are as before")

    @staticmethod
    def _stop_timers() -> None:
        for timer in TIMERS:
            if signal.getitimer(timer)[0]:
                signal.setitimer(timer, 0)
                log.warning("a plugin set a timer that would end the process: it is stopped")

    def _too_many(self) -> str:
        threads, files = _count("task"), _count("fd")
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        if threads > self._threads + MORE_THREADS:
            return f"{threads} threads were left behind by plugins"
        if files > min(self._files + MORE_FILES, max(self._files + 1, int(soft * SHARE_OF_FILES))):
            return f"{files} files were left open by plugins"
        return ""


STREAM_HANDLER = logging.StreamHandler


def _take_signal(number: signal.Signals) -> Handler:
    """Have a timer's signal do nothing, unless it does something; what it does from now on."""
    if signal.getsignal(number) == signal.SIG_DFL:
        signal.signal(number, _nothing)
    return signal.getsignal(number)


def _nothing(number: int, frame: FrameType | None) -> None:
    """A timer of a plugin has ended. A function, since programs that are started would inherit it if it were ignored."""


def _forget_closed_loop() -> None:
    """Of the calling thread, which isn't the main one."""
    import asyncio

    try:
        closed = asyncio.get_event_loop().is_closed()
    except RuntimeError:  # it has none
        return
    if closed:
        asyncio.set_event_loop(None)


def _end(why: str) -> NoReturn:
    """The log may be gone, and other threads may hold any lock."""
    with suppress(OSError):
        os.write(2, f"{why}\n".encode())
    os._exit(FILES_LOST)


def _identity(place: int | str) -> tuple[int, int] | None:
    """Which file an open file's number, or a path, stands for; None: none."""
    try:
        state = os.stat(place)
    except OSError:
        return None
    return state.st_dev, state.st_ino


def _duplicate(number: int) -> int:
    """Another number of a standard stream, of nothing where it was closed from the start."""
    with suppress(OSError):
        return os.dup(number)
    nothing = os.open(os.devnull, os.O_RDWR)
    if nothing != number:
        os.dup2(nothing, number)
    return os.dup(number)


def _writer(number: int) -> io.TextIOWrapper:
    return io.TextIOWrapper(os.fdopen(number, "wb", 0), encoding="utf-8", errors="backslashreplace", write_through=True)


def _count(what: str) -> int:
    """How many threads (`task`) or open files (`fd`) this process has; very many where no further one can be opened."""
    try:
        return len(os.listdir(f"/proc/self/{what}"))
    except FileNotFoundError:  # not Linux
        return threading.active_count() if what == "task" else 0
    except OSError:
        return sys.maxsize


def _umask() -> int:
    """Permissions that new files don't get; asking the system call for it would change it for other threads for a moment."""
    for line in _status():
        if line.startswith("Umask:"):
            return int(line.split()[1], 8)
    return 0o022  # not Linux


def _status() -> list[str]:
    """Lines of what the kernel says of this process; none where it doesn't tell."""
    with suppress(OSError):
        return Path("/proc/self/status").read_text().splitlines()
    return []


def _dispositions() -> str:
    """Which of the guarded signals are ignored and which are caught, as the kernel sees it; empty where it doesn't tell."""
    masks = [int(line.split()[1], 16) for line in _status() if line.startswith(("SigIgn:", "SigCgt:"))]
    return " ".join(f"{mask >> (number - 1) & 1}" for mask in masks for number in GUARDED)
