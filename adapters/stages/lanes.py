"""Jobs that wait for a thread of the gather worker, by lane: no lane can take the threads of another.

So what the schedule does never holds up a job that a person started, however slow the remotes are.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")

IDLE = 30.0  # seconds after which a thread without work ends, and closes its connection to the database


class Lane(Generic[T]):
    """A queue with up to `threads` threads of its own, which are started when they are needed and kept while they are used."""

    def __init__(self, threads: int, work: Callable[[T], None]) -> None:
        """`work` never raises."""
        self._at_most = threads
        self._work = work
        self._waiting: deque[tuple[float, T]] = deque()  # monotonic seconds when it came, item
        self._changed = threading.Condition()
        self._threads = self._idle = 0
        self._closed = False

    def put(self, item: T) -> None:
        """Have an item worked on as soon as a thread is free."""
        with self._changed:
            self._waiting.append((time.monotonic(), item))
            if self._idle >= len(self._waiting):
                self._changed.notify()
            elif self._threads < self._at_most:
                self._threads += 1
                threading.Thread(target=self._run, daemon=True).start()

    def take(self, most: int, wanted: Callable[[T], bool]) -> list[T]:
        """Take out up to that many of the items that waited longest, as long as they are `wanted`."""
        with self._changed:
            items: list[T] = []
            while self._waiting and len(items) < most and wanted(self._waiting[0][1]):
                items.append(self._waiting.popleft()[1])
            return items

    def put_first(self, items: Sequence[T]) -> bool:
        """Have items worked on before all others that wait; False: nothing is begun any more."""
        with self._changed:
            if not self._closed:
                now = time.monotonic()
                self._waiting.extendleft((now, item) for item in reversed(items))
                self._changed.notify(len(items))
            return not self._closed

    def overdue(self, seconds: float) -> list[T]:
        """Take out the items that have waited longer than this."""
        with self._changed:
            before = time.monotonic() - seconds
            items = [item for came, item in self._waiting if came <= before]
            if items:
                self._waiting = deque((came, item) for came, item in self._waiting if came > before)
            return items

    def close(self) -> list[T]:
        """Begin nothing more; the items that waited."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            waiting = [item for _, item in self._waiting]
            self._waiting.clear()
            return waiting

    def _run(self) -> None:
        while (item := self._take()) is not None:
            self._work(item[0])

    def _take(self) -> tuple[T] | None:
        """The next item, None when this thread is to end."""
        with self._changed:
            self._idle += 1
            self._changed.wait_for(lambda: self._waiting or self._closed, IDLE)
            self._idle -= 1
            if self._waiting and not self._closed:
                return (self._waiting.popleft()[1],)
            self._threads -= 1
            return None
