"""What plugins could spoil for everybody in their process, and how it is put right.

What can be restored is restored after each stage, with a warning: the working directory, closed standard streams, and, once a
second, signal handlers and the log. What can't (too many threads or files left open, a standard stream whose number something
else got) is a reason to replace the process.
"""

import io
import logging
import os
import resource
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

GUARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGPIPE)
MORE_THREADS = 300  # than at the start: above what any settings need
MORE_FILES = 5000  # than at the start; less where the system's limit is lower
SHARE_OF_FILES = 0.6  # of the system's limit
STREAMS = ("stdin", "stdout", "stderr")  # numbers 0, 1, 2
Handler = Any  # what signal.getsignal gives


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
        self._signals: dict[signal.Signals, Handler] = {}
        self._dispositions = ""
        self._threads = self._files = 0
        self._odd = ""  # what can't be put right

    def restore(self) -> None:
        """After a stage, in its thread: put the working directory and the standard streams right."""
        if _identity(".") != self._place:
            os.fchdir(self._folder)
            log.warning("a plugin changed the working directory: it is changed back")
        for number in range(3):
            self._restore_stream(number)

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
        kept = os.dup(self._kept[number])
        setattr(sys, STREAMS[number], _writer(kept) if number else os.fdopen(kept, encoding="utf-8", errors="replace"))

    def look(self) -> str:
        """Now and then, in the main thread: why this process should be replaced, empty: it needn't be."""
        if not self._signals:
            self._signals = {number: signal.getsignal(number) for number in GUARDED}
            self._dispositions = _dispositions()
            self._threads, self._files = _count("task"), _count("fd")
        self.restore()
        self._restore_signals()
        self._restore_log()
        return self._odd or self._too_many()

    def _restore_signals(self) -> None:
        changed = [number for number, handler in self._signals.items() if signal.getsignal(number) != handler]
        if changed or _dispositions() != self._dispositions:
            for number, handler in self._signals.items():
                signal.signal(number, handler)
            self._dispositions = _dispositions()
            log.warning("a plugin changed how signals are handled: SIGTERM, SIGINT and SIGPIPE are as before")

    def _restore_log(self) -> None:
        gone = [handler for handler in self._handlers if handler not in logging.root.handlers]
        if gone or logging.root.manager.disable or logging.root.level != self._level:
            for handler in gone:
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


def _dispositions() -> str:
    """Which of the guarded signals are ignored and which are caught, as the kernel sees it; empty where it doesn't tell."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return ""
    masks = [int(line.split()[1], 16) for line in lines if line.startswith(("SigIgn:", "SigCgt:"))]
    return " ".join(f"{mask >> (number - 1) & 1}" for mask in masks for number in GUARDED)
