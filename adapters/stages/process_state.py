"""What plugins could spoil for everybody in their process, and how it is put right.

What can be restored is restored, with a warning: after each gather, and after each group of objects, the working directory,
closed standard streams and settings of the interpreter, and within a second of each stage (every five seconds while none runs)
the environment, the locale, `sys.path`, umask, signal handlers and the log. What can't (too many threads or files left open, a
standard stream whose number something else got) is a reason to replace the process. One whose other files a plugin closed ends
at once: its connections are gone, and its threads would wait for them for ever.
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
from typing import Any, NoReturn

log = logging.getLogger(__name__)

GUARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGPIPE)
MORE_THREADS = 300  # than at the start: above what any settings need
MORE_FILES = 5000  # than at the start; less where the system's limit is lower
SHARE_OF_FILES = 0.6  # of the system's limit
FILES_LOST = 70  # exit status (EX_SOFTWARE of <sysexits.h>)
STREAMS = ("stdin", "stdout", "stderr")  # numbers 0, 1, 2
Handler = Any  # what signal.getsignal gives

SETTINGS: dict[str, tuple[Callable[[], Any], Callable[[Any], object]]] = {
    "the default timeout of sockets": (socket.getdefaulttimeout, socket.setdefaulttimeout),
    "the recursion limit": (sys.getrecursionlimit, sys.setrecursionlimit),
    "the longest number that is read": (sys.get_int_max_str_digits, sys.set_int_max_str_digits),
    "the garbage collector": (gc.isenabled, lambda enabled: gc.enable() if enabled else gc.disable()),
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
        self._kept = [_duplicate(number) for number in range(3)]
        self._streams = [_identity(number) for number in range(3)]
        for number in range(3):
            self._open_stream(number)
        self._logging = [(handler, handler.stream) for handler in logging.root.handlers if isinstance(handler, STREAM_HANDLER)]
        for handler, _ in self._logging:
            handler.setStream(_writer(os.dup(self._kept[2])))
        self._handlers = logging.root.handlers[:]
        self._level = logging.root.level
        self._settings = {name: read() for name, (read, _) in SETTINGS.items()}
        self._locale = locale.setlocale(locale.LC_ALL)
        self._environment, self._path, self._umask = dict(os.environ), list(sys.path), _umask()
        self._signals: dict[signal.Signals, Handler] = {}
        self._dispositions = ""
        self._threads = self._files = 0
        self._odd = ""  # what can't be put right

    def restore(self) -> None:
        """After a stage, in its thread: put the working directory and the standard streams right. Ends the process if files of
        its own were closed.
        """
        if _identity(self._folder) != self._place or _identity(self._kept[2]) != self._streams[2]:
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
            self._dispositions = _dispositions()
            self._threads, self._files = _count("task"), _count("fd")
        self.restore()
        self._restore_environment()
        self._restore_signals()
        self._restore_log()
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
            log.warning("a plugin changed how signals are handled: SIGTERM, SIGINT and SIGPIPE are as before")

    def _restore_log(self) -> None:
        removed = [handler for handler in self._handlers if handler not in logging.root.handlers]
        if removed or logging.root.manager.disable or logging.root.level != self._level:
            for handler in removed:
                logging.root.addHandler(handler)
            logging.disable(logging.NOTSET)
            logging.root.setLevel(self._level)
            log.warning("a plugin changed the log of its process: it is as before")

    def _too_many(self) -> str:
        threads, files = _count("task"), _count("fd")
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        if threads > self._threads + MORE_THREADS:
            return f"{threads} threads were left behind by plugins"
        if files > min(self._files + MORE_FILES, max(self._files + 1, int(soft * SHARE_OF_FILES))):
            return f"{files} files were left open by plugins"
        return ""


STREAM_HANDLER = logging.StreamHandler


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
