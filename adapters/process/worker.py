"""The process of a worker, in which plugins run: how it ends whatever they left behind, and what ends it when it hangs."""

import ctypes
import faulthandler
import logging
import os
import sys
import threading
import time
from contextlib import suppress
from typing import NoReturn, Protocol

REPLACED = 75  # exit status (EX_TEMPFAIL of <sysexits.h>): a fresh process is to be started at once
GIVEN_BACK = 76  # exit status of a gather's process: this job is to be gathered again later
REARMED = 5.0  # seconds between two signs of life
SHORTEST_FREEZE = 10.0  # seconds: parsing a large document takes some on a busy machine, too
M_MMAP_THRESHOLD = -3  # of <malloc.h>
LARGE_BLOCK = 512 * 1024  # bytes; larger ones are mapped, and unmapped when they are freed
LAST_WORDS = 10.0  # seconds that a process which met a bug of our own gets to end


class Worker(Protocol):
    """Runs until it is told to stop. `status` is that of its process when it has: 0, or REPLACED."""

    @property
    def status(self) -> int:
        """Known once `run` has returned."""

    def run(self) -> None:
        """Work."""


def frozen_after(limit: float, lease: float) -> float:
    """Seconds without a sign of life after which a process is ended whose stages may take `limit` seconds.

    By two leases others have its claims. A shorter limit holds as well, though only for what all stages wait for.
    """
    return min(2 * lease, max(limit, SHORTEST_FREEZE))


def work_and_leave(worker: Worker, freeze: float) -> NoReturn:
    """Run a worker and end the process with its status. Raises what the worker raised.

    Threads and `atexit` functions that plugins left behind don't hold it up. A process in which no Python runs for `freeze`
    seconds, since a C function of a plugin keeps the interpreter to itself, ends with status 1 and all stacks in its log.
    """
    threading.Thread(target=_show_life, args=(freeze,), daemon=True, name="signs of life").start()
    try:
        worker.run()
    except BaseException:
        faulthandler.dump_traceback_later(LAST_WORDS, exit=True)
        raise
    leave(worker.status)


def give_memory_back() -> None:
    """Let glibc return documents that are freed to the system at once; it would keep them, for each thread its own.

    600 MB of documents of 5 MB through 12 threads: 759 MiB at the most without this.
    """
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK)


def leave(status: int) -> NoReturn:
    """End this process, whatever its threads do."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    os._exit(status)


def _show_life(freeze: float) -> None:
    rearm, sleep = faulthandler.dump_traceback_later, time.sleep  # a plugin may replace them for a moment
    while True:
        rearm(freeze, exit=True)
        sleep(min(REARMED, freeze / 4))
