"""Keeps log lines in the database: captured as they are logged, stored in batches by a separate thread.

Whoever says a line never waits: it goes into a bounded queue. What finds no room there is counted as lost, also while the
database is away; a line says so once it is back. What this thread itself says is not captured, so nothing can go round in
circles. Lines are bounded per job: see `LogLines`.
"""

import logging
import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import Protocol
from uuid import uuid4

from adapters.log_scopes import HARVESTERS, SCOPES, part_of
from adapters.logs import FIELDS, NoRepeats, ids_of, message_of, only_ids
from adapters.postgres.log_lines import SEVERE, Line, Share
from domain import text
from domain.errors import HarvestError
from domain.secrets import mask_text
from domain.text import counted

log = logging.getLogger(__name__)

QUEUE = 10_000  # lines that wait to be stored
BATCH = 500  # lines stored at a time
EVERY = 1.0  # seconds between two batches, at most
LAST_WORDS = 3.0  # seconds that the end of a process waits for its last lines
LONGEST_WAIT = 30.0  # seconds between two tries while the database is away
KNOWN_JOBS = 20_000  # whose numbers of lines are remembered
MAX_NAME = 500  # characters of a logger's name
JOBLESS = 1000  # lines a minute that are about no job
LEVELS = ((logging.CRITICAL, "CRITICAL"), (logging.ERROR, "ERROR"), (logging.WARNING, "WARNING"), (logging.INFO, "INFO"))


class Store(Protocol):
    """Where lines go."""

    def store(self, lines: Sequence[Line], left_out: Mapping[Share, int], now: float) -> dict[Share, int]:
        """As LogLines does."""


class LogKeeper(logging.Handler):
    """A handler of the root logger."""

    def __init__(self, store: Store, scope: int, limit: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`scope`: which parts' lines are kept (`adapters.log_scopes`). `limit`: of lines of a job."""
        super().__init__()
        self._store = store
        self._parts = SCOPES[scope]
        self._limit = limit
        self._clock = clock
        self._scopes: dict[str, str] = {}  # part by logger
        self._queue: deque[Line] = deque()
        self._said: OrderedDict[Share, int] = OrderedDict()  # lines of a job that are known of
        self._left_out: Counter[Share] = Counter()
        self._lost = 0
        self._minute = (0, 0)  # which, and lines about no job in it
        self._repeats = NoRepeats()
        self._counting = threading.Lock()  # not the handler's own, which the end of a process holds while it waits
        self._wake = threading.Event()  # there is something to store
        self._full = threading.Event()  # it is a whole batch
        self._stop = threading.Event()
        self._thread = self._new_thread()

    def _new_thread(self) -> threading.Thread:
        return threading.Thread(target=self._run, daemon=True, name="log keeper")

    def start(self) -> None:
        """Store lines from now on."""
        self._thread.start()

    def reopen(self) -> bool:
        """Go on after a plugin closed every handler (`logging.shutdown`); whether one had."""
        if not self._stop.is_set() or self._thread.is_alive():
            return False
        self._stop.clear()
        self._thread = self._new_thread()
        self._thread.start()
        return True

    # capturing, in whatever thread says a line

    def handle(self, record: logging.LogRecord) -> bool:
        """Take a line, unless this handler's own thread says it."""
        if threading.current_thread() is self._thread or not self.filter(record):
            return False
        with self._counting:
            self.emit(record)
        self._wake.set()
        return True

    def emit(self, record: logging.LogRecord) -> None:
        """Queue a line."""
        part = self._scopes.get(record.name)
        if part is None:
            part = self._scopes[record.name] = part_of(record.name)
        if part not in self._parts:
            return
        ids = ids_of(record)
        if not ids and part == HARVESTERS:
            ids = only_ids()  # a thread that the plugin started
        if ids.get("job"):
            self._take(record, ids)
        elif news := self._without_job(record):
            self._take(news, ids)

    def _take(self, record: logging.LogRecord, ids: Mapping[str, str]) -> None:
        level = next((name for number, name in LEVELS if record.levelno >= number), "DEBUG")
        job, source, subject = (ids.get(name, "") for name in FIELDS)
        if job and not self._may_have_more((job, level in SEVERE)):
            return
        if len(self._queue) >= QUEUE:
            self._lost += 1
            return
        now = self._clock()
        self._queue.append(Line(str(uuid4()), _content(record), level, now, record.name[:MAX_NAME], job, source, subject))
        if len(self._queue) >= BATCH:
            self._full.set()

    def _may_have_more(self, share: Share) -> bool:
        count = self._said[share] = self._said.get(share, 0) + 1
        if count > self._limit:
            self._left_out[share] += 1
        return count <= self._limit

    def _without_job(self, record: logging.LogRecord) -> logging.LogRecord | None:
        """The line; None when it repeats the last one or is over the limit."""
        minute, count = self._minute
        now = int(self._clock() // 60)
        count = count + 1 if now == minute else 1
        self._minute = (now, count)
        if count > JOBLESS:
            self._lost += 1
            return None
        record = copy(record)  # other handlers show it as it is
        return record if self._repeats.filter(record) else None

    # storing, in a thread of its own

    def _run(self) -> None:
        wait = EVERY
        while not self._stop.is_set():
            self._wake.wait()  # for a first line
            self._full.wait(EVERY)  # for more of them
            self._wake.clear()
            self._full.clear()
            if self._store_all():
                wait = EVERY
            else:
                wait = min(wait * 2, LONGEST_WAIT)
                self._wake.set()
                self._stop.wait(wait)  # a full queue wakes nobody meanwhile
        self._store_all()

    def _store_all(self) -> bool:
        """Whether all that waited is stored."""
        while self._queue or self._left_out or self._lost:
            if not self._store_batch(*self._next_batch()):
                return False
        return True

    def _next_batch(self) -> tuple[list[Line], dict[Share, int]]:
        with self._counting:
            batch = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
            lost, self._lost = self._lost, 0
            left_out, self._left_out = dict(self._left_out), Counter()
        if lost:
            lines = counted(lost, "line of the log was", "lines of the log were")
            content = f"{lines} lost: the database was away, or more came than can be stored"
            batch.append(Line(str(uuid4()), content, "WARNING", self._clock(), __name__, lost=lost))
        return batch, left_out

    def _store_batch(self, batch: Sequence[Line], left_out: Mapping[Share, int]) -> bool:
        try:
            totals = self._store.store(batch, left_out, self._clock())
        except Exception as error:
            self._put_back(batch, left_out, keep=isinstance(error, HarvestError))
            log.warning("lines of the log can't be stored: %s", error)
            return False
        self._learn(totals)
        return True

    def _put_back(self, batch: Sequence[Line], left_out: Mapping[Share, int], *, keep: bool) -> None:
        """Wait for the database with them; lines that it refuses are lost."""
        lines = [line for line in batch if not line.lost]
        with self._counting:
            self._left_out.update(left_out)
            returned = lines[: max(0, QUEUE - len(self._queue))] if keep else []
            self._queue.extendleft(reversed(returned))
            self._lost += len(lines) - len(returned) + sum(line.lost for line in batch)

    def _learn(self, totals: Mapping[Share, int]) -> None:
        """Lines of other processes about the same jobs count too."""
        with self._counting:
            for share, total in totals.items():
                self._said[share] = max(self._said.get(share, 0), total)
                self._said.move_to_end(share)
            while len(self._said) > KNOWN_JOBS:
                self._said.popitem(last=False)

    # the end

    def close(self) -> None:
        """Store what is left, for some seconds at most."""
        if self._thread.is_alive() and not self._stop.is_set():
            self._stop.set()
            self._wake.set()
            self._full.set()
            self._thread.join(LAST_WORDS)
        super().close()


def _content(record: logging.LogRecord) -> str:
    """A line as it is stored: with its traceback, without secrets."""
    message = message_of(record)
    if record.exc_info:
        message = f"{message}\n{logging.Formatter().formatException(record.exc_info)}"
    return text.message(mask_text(message))
