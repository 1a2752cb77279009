"""Objects that wait for a thread, by job: jobs take turns, and no job may have all threads.

So a source whose records take seconds each doesn't hold up one whose records take none.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class FairQueue(Generic[T]):
    """Safe for any number of threads. With a reserve, one job gets at most three quarters of them at a time.

    There is room for a job while at most `ahead` of its items wait.
    """

    def __init__(
        self,
        threads: int,
        *,
        reserve: bool = True,
        ahead: int = 0,
        enough: Callable[[str], bool] = lambda _: False,
        taken: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`enough` says of a job that the next step has enough of it: then no thread is woken for what another one leaves,
        until the next step runs short and calls `wake`. `taken` is called with how many items of a job are left after some were
        taken.
        """
        self._enough = enough
        self._taken = taken
        self._at_most = max(1, threads - max(1, threads // 4)) if reserve else threads
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._rooms: dict[str, threading.Condition] = {}  # by job, of the threads that wait for room
        self._ahead = ahead
        self._waiting: dict[str, deque[T]] = {}
        self._turns: deque[str] = deque()  # jobs that have something waiting
        self._running: Counter[str] = Counter()  # threads by job
        self._closed = False

    def put(self, job: str, items: Iterable[T]) -> None:
        """Add to a job's queue."""
        with self._changed:
            if job not in self._waiting:
                self._waiting[job] = deque()
                self._turns.append(job)
            self._waiting[job].extend(items)
            self._changed.notify()  # one, which wakes the next if it leaves something: waking a thread costs as much as an item

    def take(self, limit: int) -> tuple[str, list[T]] | None:
        """Up to `limit` items of the job whose turn it is; waits for some. None after `close`.

        The caller's thread counts as this job's until it calls `finished`, and should take again then.
        """
        with self._changed:
            while not self._closed:
                if (job := self._next()) is not None:
                    self._running[job] += 1
                    items = self._pop(job, limit)
                    if self._is_urgent():
                        self._changed.notify()
                    return job, items
                self._changed.wait()
            return None

    def _next(self) -> str | None:
        """The first job in turn that has something waiting, and may have another thread."""
        for _ in range(len(self._turns)):
            job = self._turns[0]
            if self._running[job] < self._at_most:
                return job
            self._turns.rotate(-1)
        return None

    def _is_urgent(self) -> bool:
        """Whether a further thread is to begin at once."""
        return self._next() is not None and not all(map(self._enough, self._turns))

    def wake(self) -> None:
        """Let a further thread begin if something waits."""
        with self._changed:
            if self._turns:
                self._changed.notify()

    def waiting(self, job: str) -> int:
        """How many items of a job wait, about: no thread waits for the answer."""
        return len(self._waiting.get(job, ()))

    def _pop(self, job: str, limit: int) -> list[T]:
        self._turns.rotate(-1)
        waiting = self._waiting[job]
        items = [waiting.popleft() for _ in range(min(limit, len(waiting)))]
        if not waiting:
            del self._waiting[job]
            self._turns.remove(job)
        if len(waiting) <= self._ahead:
            self._make_room(job, all_of_them=not waiting)
        self._taken(len(waiting))
        return items

    def _make_room(self, job: str, *, all_of_them: bool) -> None:
        """Wake threads that wait for room, one at a time: the first one may fill it again."""
        if room := self._rooms.get(job):
            if all_of_them:
                del self._rooms[job]
                room.notify_all()
            else:
                room.notify()

    def wait_for_room(self, job: str) -> None:
        """Wait while there is no room for the job; `put` itself never waits."""
        with self._lock:
            while not self._closed and len(self._waiting.get(job, ())) > self._ahead:
                self._rooms.setdefault(job, threading.Condition(self._lock)).wait()

    def finished(self, job: str) -> None:
        """The calling thread has ended what it took."""
        with self._changed:
            self._running[job] -= 1
            if not self._running[job]:
                del self._running[job]

    def drop(self, job: str) -> list[T]:
        """Everything of a job that waits, taken out."""
        with self._changed:
            items = list(self._waiting.pop(job, ()))
            if items:
                self._turns.remove(job)
                self._make_room(job, all_of_them=True)
            return items

    def drain(self) -> list[T]:
        """Everything that waits, taken out."""
        with self._changed:
            items = [item for waiting in self._waiting.values() for item in waiting]
            self._waiting.clear()
            self._turns.clear()
            self._make_room_for_all()
            return items

    def close(self) -> None:
        """Wake all threads that wait and hand out nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            self._make_room_for_all()

    def _make_room_for_all(self) -> None:
        for job in list(self._rooms):
            self._make_room(job, all_of_them=True)
