"""Collects what threads have done, for a thread that takes many items together."""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Batches(Generic[T]):
    """Safe for threads. What came waits for more, until there is `worth` or as much as is still expected, or for `linger` s."""

    def __init__(self, worth: int, most: int, linger: float, expected: Callable[[], int]) -> None:
        """A batch has `most` items; `expected` tells how many are still to come, and is asked with each that comes."""
        self._worth = worth
        self._most = most
        self._linger = linger
        self._expected = expected
        self._items: list[T] = []
        self._changed = threading.Condition()
        self._closed = False

    def put(self, items: Sequence[T]) -> None:
        """Add some. The taker is woken by the first ones, and when there are enough; waking it each time would cost much."""
        with self._changed:
            first = not self._items
            self._items += items
            if first or self._enough():
                self._changed.notify()

    def take(self) -> list[T] | None:
        """The next batch; None when there is none, after `close`."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._closed)
            self._changed.wait_for(self._enough, timeout=self._linger)
            batch, self._items = self._items[: self._most], self._items[self._most :]
            return batch or None

    def close(self) -> None:
        """Nothing more comes."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _enough(self) -> bool:
        return self._closed or len(self._items) >= min(self._worth, self._expected())
