"""How long something took, on a machine that is busy or stands still for a while."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

TICK = 0.05  # seconds


class Stopwatch:
    """`seconds` grow while this process runs: a pause of it, or of the machine, counts as two ticks at most."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._stopped = threading.Event()

    def run(self) -> None:
        """Count until it is stopped."""
        before = monotonic()
        while not self._stopped.wait(TICK):
            now = monotonic()
            self.seconds += min(now - before, 2 * TICK)
            before = now

    def stop(self) -> None:
        """Count no more."""
        self._stopped.set()


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    """Counts from the block's beginning to its end."""
    watch = Stopwatch()
    thread = threading.Thread(target=watch.run, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch.stop()
        thread.join()
