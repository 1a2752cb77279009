"""How often one address may call: without a token, and with tokens that nobody has.

Each process counts for itself, and an address gets its share of the limit in each: nothing is shared between processes, and
nothing is written for a call that is refused.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from domain.errors import TooManyCalls

MINUTE = 60.0  # seconds
ADDRESSES = 10_000  # that are counted at a time; the one not seen for longest is forgotten


class Limit:
    """So many calls a minute of each address, of which as many may come at once; 0: any number. For all threads."""

    def __init__(self, a_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = a_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # address -> calls left, as of

    def check(self, address: str) -> None:
        """Raises TooManyCalls when none is left."""
        if self._most:
            with self._lock:
                left = self._now(address)
            if left < 1:
                raise TooManyCalls(wait=(1 - left) * MINUTE / self._most)

    def count(self, address: str) -> None:
        """One call less is left."""
        if self._most:
            with self._lock:
                left = max(0.0, self._now(address) - 1)
                self._left[address] = (left, self._clock())
                self._left.move_to_end(address)
                while len(self._left) > ADDRESSES:
                    self._left.popitem(last=False)

    def _now(self, address: str) -> float:
        left, since = self._left.get(address, (self._most, 0.0))
        return min(self._most, left + (self._clock() - since) * self._most / MINUTE)
