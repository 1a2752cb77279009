"""Harvesters that do what no plugin should, in the stage and for the records that the source's config names.

{"records": 10, "way": "chdir", "stage": "fetch", "guids": ["record-3"]}    stage: gather, fetch, import; without guids: all
"""

import ctypes
import decimal
import json
import locale
import logging
import logging.config
import os
import re
import resource
import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import requests

from harvesters.base import (
    Fetched,
    GatherError,
    Harvester,
    HarvestJob,
    HarvestObject,
    Imported,
    Page,
    Record,
    StageResult,
    read_config,
)

LEAKED: list[Any] = []
FOREVER = 600.0  # seconds


class HarvesterError(BaseException):
    """What no `except Exception` catches."""


def _recurse() -> None:
    _recurse()


def _raise(error: BaseException) -> None:
    raise error


def _wait_for_lock() -> None:
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def _loop() -> None:
    end = time.monotonic() + FOREVER
    while time.monotonic() < end:
        pass


def _fork() -> None:
    """As if the child's `os._exit` had been forgotten."""
    os.fork()


def _fork_and_stay() -> None:
    if os.fork() == 0:
        time.sleep(FOREVER)
        os._exit(0)


def _close(*numbers: int) -> None:
    for number in numbers:
        os.close(number)


def _ignore_sigterm() -> None:
    """As a C library would; Python's own way works in the main thread only."""
    ctypes.CDLL(None).signal(signal.SIGTERM, ctypes.c_void_p(1))


def _end_by_timer() -> None:
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    time.sleep(FOREVER)


def _leak_threads() -> None:
    for _ in range(100):
        thread = threading.Thread(target=time.sleep, args=(FOREVER,))
        thread.start()
        LEAKED.append(thread)


def _leak_files() -> None:
    LEAKED.extend(open(os.devnull) for _ in range(1000))  # noqa: SIM115


def _stderr_closed() -> None:
    sys.stderr.close()


def _spoil_libraries() -> None:
    """What tests, caches and notebooks do to libraries that everybody in the process uses."""
    warnings.simplefilter("error")
    json.dumps = requests.Session.request = None  # type: ignore[assignment,method-assign]
    logging.config.dictConfig({"version": 1})
    logging.basicConfig(force=True, level="ERROR")
    logging.shutdown()


def _spoil_thread() -> None:
    decimal.getcontext().prec = 1
    sys.settrace(lambda *_: None)
    signal.alarm(2)
    resource.setrlimit(resource.RLIMIT_NOFILE, (30, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


WAYS: dict[str, Callable[[], object]] = {
    "sleep": lambda: time.sleep(FOREVER),
    "lock": _wait_for_lock,
    "loop": _loop,
    "regex": lambda: re.match("(a+)+$", "a" * 60 + "b"),  # keeps Python's lock for years
    "exit": lambda: os._exit(1),
    "segfault": lambda: ctypes.string_at(0),
    "BaseException": lambda: _raise(HarvesterError("ours")),
    "KeyboardInterrupt": lambda: _raise(KeyboardInterrupt("ours")),
    "SystemExit": lambda: _raise(SystemExit("ours")),
    "GeneratorExit": lambda: _raise(GeneratorExit("ours")),
    "RecursionError": _recurse,
    "MemoryError": lambda: _raise(MemoryError("ours")),
    "chdir": lambda: os.chdir("/"),
    "close_stdin": lambda: sys.stdin.close(),
    "close_stdout": lambda: sys.stdout.close(),
    "close_stderr": _stderr_closed,
    "close_numbers": lambda: _close(0, 1, 2),
    "disable_log": lambda: logging.disable(logging.CRITICAL),
    "fork": _fork,
    "fork_and_stay": _fork_and_stay,
    "ignore_sigterm": _ignore_sigterm,
    "signal": lambda: signal.signal(signal.SIGTERM, signal.SIG_IGN),
    "umask": lambda: os.umask(0o777),
    "environment": lambda: os.environ.update(PATH="/nowhere", TZ="Asia/Tokyo", HARVEST_SPOILED="1"),
    "no_environment": lambda: os.environ.clear(),
    "sys_path": lambda: sys.path.clear(),
    "socket_timeout": lambda: socket.setdefaulttimeout(0.000001),
    "recursion_limit": lambda: sys.setrecursionlimit(90),
    "digits": lambda: sys.set_int_max_str_digits(640),
    "locale": lambda: locale.setlocale(locale.LC_ALL, "C.UTF-8"),
    "timer": _end_by_timer,
    "libraries": _spoil_libraries,
    "thread": _spoil_thread,
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "leak_threads": _leak_threads,
    "leak_files": _leak_files,
}


class Sloppy(Harvester):
    """Does it in one of its stages."""

    def info(self) -> dict[str, str]:
        return {"name": "sloppy", "title": "Sloppy", "description": "Does what it should not"}

    def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record | GatherError | Page]:
        config = read_config(harvest_job.source.config)
        for number in range(int(config.get("records", 10))):
            self._misbehave("gather", harvest_job, f"record-{number}")
            yield Record(f"record-{number}")

    def fetch_stage(self, harvest_object: HarvestObject) -> StageResult | Fetched:
        self._misbehave("fetch", harvest_object, harvest_object.guid)
        return True

    def import_stage(self, harvest_object: HarvestObject) -> StageResult | Imported:
        self._misbehave("import", harvest_object, harvest_object.guid)
        return True

    @staticmethod
    def _misbehave(stage: str, thing: HarvestJob | HarvestObject, guid: str) -> None:
        config = read_config(thing.source.config)
        if stage == config.get("stage", "fetch") and guid in config.get("guids", [guid]):
            WAYS[config["way"]]()


class Impatient(Sloppy):
    """Has time limits of its own."""

    fetch_timeout = 1.0
    import_timeout = 1.0
    gather_timeout = 1.0


class Lingering(Sloppy):
    """Lists until it is stopped, and then doesn't end."""

    def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record | GatherError | Page]:
        try:
            while True:
                time.sleep(0.02)
                yield Page("more")
        finally:
            time.sleep(FOREVER)


class Unreadable(Sloppy):
    """Has time limits that raise, and leaves no lists where errors and objects belong."""

    @property
    def fetch_timeout(self) -> float:  # type: ignore[override]
        raise KeyError("fetch_timeout")

    @property
    def import_timeout(self) -> float:  # type: ignore[override]
        raise KeyError("import_timeout")

    @property
    def gather_timeout(self) -> float:  # type: ignore[override]
        raise KeyError("gather_timeout")

    def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record | GatherError | Page]:
        harvest_job.errors = harvest_job.objects = None  # type: ignore[assignment]
        yield from super().gather_stage(harvest_job)
