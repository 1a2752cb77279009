"""How much memory the documents take that stages brought and that aren't stored yet, and whose stages wait because of that.

What a stage will bring is not known before. It counts as much as the largest one that its job brought lately, and the first
record of a job is run alone for a moment, to find out: else each thread could bring a large document at the same time.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

from adapters.stages.stuck import own_limit
from adapters.stages.threads import Running

TRIED_FOR, LOOK = 3.0, 0.05  # seconds that the other records of a job wait for its first one, and between two looks at it
TRIED_SHARE = 0.25  # of the time limit, where that is less: records that never return are given up together
UNKNOWN = 8  # a record of a job that nothing is known of counts as this fraction of all
KEPT = 3000  # jobs: more than a worker can have objects of at a time


class NewDocuments:
    """Safe for threads. `most`: bytes above which no further stages begin."""

    def __init__(self, most: int, may_wait: Callable[[], bool], limit: float) -> None:
        """`may_wait`: False when threads are to go on whatever there is, since their process ends. `limit`: seconds that the
        stages of a record may take, unless its harvester declares its own.
        """
        self._limit = limit
        self._most = most
        self._may_wait = may_wait
        self._expected: OrderedDict[str, int] = OrderedDict()  # by job: bytes of the largest one lately
        self._first: dict[str, tuple[Running, float]] = {}  # by job: its first record, and when it began (monotonic seconds)
        self._changed = threading.Condition()
        self.bytes = 0

    @property
    def is_much(self) -> bool:
        """Whether what is there is to be stored soon."""
        return self.bytes > self._most / 2

    def wait_for_room(self, running: Running) -> None:
        """Before an object's stages: wait while there is no room for what they may bring, and count that from now on."""
        job = running.item.aggregate.job_id
        with self._changed:
            if job not in self._expected:
                self._wait_for_first(job, running)
            expected = self._expected.get(job, self._most // UNKNOWN)
            room = self._most - min(expected, self._most // 2)  # what is larger needs half of it to be free, not all
            while self.bytes > room and self._may_wait():
                self._changed.wait(0.1)
            running.new = expected
            self.bytes += expected

    def _wait_for_first(self, job: str, running: Running) -> None:
        """Until the first record of a job has come back, or what its fetch stage brought is there."""
        first, begun = self._first.setdefault(job, (running, time.monotonic()))
        if first is running:
            return
        while (
            job not in self._expected and (left := begun + self._tried_for(first) - time.monotonic()) > 0 and self._may_wait()
        ):
            self._changed.wait(min(left, LOOK))
            if brought := sum(map(len, list(first.item.documents.values()))):
                self._expected.setdefault(job, brought)

    def _tried_for(self, first: Running) -> float:
        """Seconds that a job's first record is run alone."""
        limit = own_limit(getattr(first.item.stages, "harvester", None), "fetch") or self._limit
        return min(TRIED_FOR, limit * TRIED_SHARE)

    def count(self, running: Running, size: int) -> None:
        """After a step of an object: it keeps that many bytes in memory."""
        job = running.item.aggregate.job_id
        with self._changed:
            self.bytes += size - running.new
            running.new = size
            before = self._expected.get(job)
            self._expected[job] = max(size, (before or 0) * 9 // 10)
            if self._first.pop(job, None):
                self._changed.notify_all()
                if len(self._expected) > KEPT:
                    self._expected.popitem(last=False)

    def forget(self, objects: Sequence[Running]) -> None:
        """They are stored, or given up."""
        with self._changed:
            self.bytes -= sum(obj.new for obj in objects)
            self._changed.notify_all()
