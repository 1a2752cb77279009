"""Values that never change and took long to find out: those used last, for all threads of a process."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Kept:
    """At most so many values by key. None is not kept: it means that the value isn't known (any more)."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[tuple[str, ...], Any] = OrderedDict()
        self._lock = threading.Lock()

    def once(self, key: tuple[str, ...], find: Callable[[], T]) -> T:
        """The value of a key. Two threads that ask at the same time may both find it out."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                value: T = self._values[key]
                return value
        value = find()
        if value is not None:
            with self._lock:
                self._values[key] = value
                while len(self._values) > self._most:
                    self._values.popitem(last=False)
        return value
