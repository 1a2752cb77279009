"""Jobs that wait for a thread of the gather worker, by lane: no lane can take the threads of another.

So what the schedule does never holds up a job that a person started, however slow the remotes are.

No more threads are woken than it is said that the items are worth: threads that each have a millisecond's work at a time mostly
wait for one another.
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
        self._called = 0  # idle threads that were woken and don't know it yet
        self._begun = 0.0  # monotonic seconds when a thread took something last
        self._closed = False

    @property
    def is_busy(self) -> bool:
        """Whether something waits or is being worked on."""
        with self._changed:
            return bool(self._waiting) or self._threads > self._idle

    def put(self, items: Sequence[T], threads: int) -> None:
        """Have items worked on by the threads that are at work, and up to that many further ones."""
        with self._changed:
            now = time.monotonic()
            self._waiting.extend((now, item) for item in items)
            self._wake(threads)

    def take(self, most: int, wanted: Callable[[T], bool]) -> list[T]:
        """Take out up to that many of the items that waited longest, as long as they are `wanted`."""
        with self._changed:
            items: list[T] = []
            while self._waiting and len(items) < most and wanted(self._waiting[0][1]):
                items.append(self._waiting.popleft()[1])
            return items

    def put_first(self, items: Sequence[T], threads: int) -> bool:
        """As `put`, before all others that wait; False: nothing is begun any more."""
        with self._changed:
            if not self._closed:
                now = time.monotonic()
                self._waiting.extendleft((now, item) for item in reversed(items))
                self._wake(threads)
            return not self._closed

    def look(self, patience: float) -> None:
        """Call it now and then: what is begun takes longer than was thought when nothing else was for `patience` seconds."""
        with self._changed:
            if self._waiting and time.monotonic() - self._begun > patience:
                self._wake(len(self._waiting))

    def overdue(self, seconds: float) -> list[T]:
        """Take out the items that have waited longer than this, twice as long while others are begun all the time."""
        with self._changed:
            now = time.monotonic()
            before = now - (2 * seconds if now - self._begun < seconds / 4 else seconds)
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

    def _wake(self, threads: int) -> None:
        """Wake idle threads, and start some where these are too few; the lock is held."""
        threads = min(threads, len(self._waiting))
        woken = min(threads, self._idle - self._called)
        self._called += woken
        self._changed.notify(woken)
        for _ in range(min(threads - woken, self._at_most - self._threads)):
            self._threads += 1
            threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while (item := self._take()) is not None:
            self._work(item[0])

    def _take(self) -> tuple[T] | None:
        """The next item, None when this thread is to end."""
        with self._changed:
            if not (self._waiting or self._closed):
                self._wait()
            if self._waiting and not self._closed:
                self._begun = time.monotonic()
                return (self._waiting.popleft()[1],)
            self._threads -= 1
            return None

    def _wait(self) -> None:
        """For something to do, or the end of this thread; the lock is held."""
        self._idle += 1
        end = time.monotonic() + IDLE
        while not (self._waiting or self._closed) and (left := end - time.monotonic()) > 0:
            if self._changed.wait(left):
                self._called = max(0, self._called - 1)
            else:  # perhaps called at that very moment: rather too few count as called than one that never comes
                self._called = 0
        self._idle -= 1
        self._called = max(0, min(self._called, self._idle))
