"""How many calls may wait for jobs at the same time, and for how long: each occupies a thread of the server meanwhile."""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Waits:
    """Places for calls that wait, shared by all threads of a process."""

    def __init__(self, places: int, seconds: float) -> None:
        """`seconds`: how long a call may wait at most."""
        self._places = threading.BoundedSemaphore(places)
        self._seconds = seconds

    @contextmanager
    def place(self) -> Iterator[float]:
        """The seconds that a call may wait: 0 when all places are taken."""
        if not self._places.acquire(blocking=False):
            yield 0.0
            return
        try:
            yield self._seconds
        finally:
            self._places.release()


class NoLimit(Waits):
    """For calls on the machine itself, which occupy only their own process."""

    def __init__(self) -> None:
        super().__init__(1, math.inf)

    @contextmanager
    def place(self) -> Iterator[float]:
        """As long as it takes."""
        yield math.inf
