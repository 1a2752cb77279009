"""How long answers over HTTP took: measured in this process, added to those of all others in the database.

So there is one truth, whichever process of whichever host is asked for it, and no process has to outlive another.
"""

import logging
import threading
from bisect import bisect_left

from adapters.postgres.activity import Latencies as Latencies
from adapters.postgres.activity import add_latencies, read_latencies
from adapters.postgres.database import Database
from domain.errors import HarvestError

log = logging.getLogger(__name__)

LIMITS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds; the last bucket has none
KEPT_FOR = 5.0  # seconds that what is measured waits to be stored; a process that is killed loses as much
MOST_SERIES = 2000  # that wait to be stored

Key = tuple[str, str, int]
"""route, method, status."""


class LatencyBook:
    """Durations of answers. `record` may be called in any thread and never waits for the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._storing = threading.Lock()
        self._measured: dict[Key, tuple[list[int], float]] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="latencies")

    def start(self) -> None:
        """Begin to store what is measured."""
        self._thread.start()

    def stop(self) -> None:
        """Store what is left."""
        self._stop.set()
        self._thread.join(timeout=2.0)

    def record(self, route: str, method: str, status: int, seconds: float) -> None:
        """An answer took so long."""
        key = (route, method, status)
        with self._lock:
            if key not in self._measured and len(self._measured) >= MOST_SERIES:
                return
            buckets, total = self._measured.get(key) or ([0] * (len(LIMITS) + 1), 0.0)
            buckets[bisect_left(LIMITS, seconds)] += 1
            self._measured[key] = (buckets, total + seconds)

    def store(self) -> None:
        """Add what was measured to the database. Raises ServiceUnavailable; then it is tried again with what comes."""
        with self._storing:
            with self._lock:
                measured, self._measured = self._measured, {}
            if not measured:
                return
            try:
                add_latencies(self._database, [Latencies(*key, *values) for key, values in measured.items()])
            except BaseException:
                self._put_back(measured)
                raise

    def _put_back(self, measured: dict[Key, tuple[list[int], float]]) -> None:
        with self._lock:
            for key, (buckets, seconds) in measured.items():
                newer, more = self._measured.get(key, ([0] * len(buckets), 0.0))
                self._measured[key] = ([a + b for a, b in zip(buckets, newer, strict=True)], seconds + more)

    def read(self) -> list[Latencies]:
        """Of all processes, and all that this one has measured. Raises ServiceUnavailable."""
        self.store()
        return read_latencies(self._database)

    def _run(self) -> None:
        while not self._stop.wait(KEPT_FOR):
            self._try_to_store()
        self._try_to_store()
        self._database.close()

    def _try_to_store(self) -> None:
        try:
            self.store()
        except HarvestError as error:
            log.debug("latencies are stored later: %s", error)
        except Exception:
            log.exception("latencies could not be stored")
