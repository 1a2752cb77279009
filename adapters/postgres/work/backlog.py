"""Which jobs have something to send: kept in memory by what the projection changes, so that jobs that wait cost nothing.

Jobs take turns, those that got nothing yet first; a pass looks at the first few only. What is said here is an estimate: what
may be sent is decided by `PendingWork.take` in one statement. Everything is read again now and then, since a rebuild, or a
worker that hands back its claims, changes rows without an event.
"""

import heapq
import math
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from uuid import UUID

from adapters.postgres.work.news import News
from adapters.postgres.work.pending_work import JobLeft, PendingWork
from domain.commands import FetchObject
from domain.pace import Pace
from domain.rules import MIN_BUDGET, Waiting

WINDOW = 400  # jobs that a pass looks at
READ_AGAIN = 60.0  # seconds between two readings of all jobs


def _everything() -> News:
    return News(complete=False)


class Backlog:
    """Jobs with objects that wait to be sent. For one thread."""

    def __init__(self, work: PendingWork, news: Callable[[], News] = _everything) -> None:
        """`news` says what changed since its last call."""
        self._work = work
        self._news = news
        self._left: dict[UUID, JobLeft] = {}
        self._under_way: dict[UUID, int] = {}
        self._paces: dict[UUID, Pace] = {}
        self._ended: dict[UUID, int] = {}  # outcomes since the last refresh
        self._queues: dict[tuple[int, bool], dict[UUID, None]] = {}  # (lane, got something already) -> jobs in turn
        self._served: set[UUID] = set()
        self._asleep: list[tuple[float, UUID]] = []  # heap of jobs with nothing due before (monotonic seconds)
        self._stale = True
        self._next_reading = 0.0
        self.outcomes = 0  # of objects since the last refresh
        self.created = True  # there may be new jobs since the last refresh
        self.gathered: Counter[int] = Counter()  # gathers that ended since the last refresh, by lane

    @property
    def under_way(self) -> int:
        """Objects that are sent or claimed."""
        return sum(self._under_way.values())

    @property
    def due_in(self) -> float:
        """Seconds until an object that waits for another attempt is due; infinite when none waits."""
        return max(0.0, self._asleep[0][0] - time.monotonic()) if self._asleep else math.inf

    def refresh(self) -> None:
        """Learn what changed. Raises ServiceUnavailable."""
        news = self._news()
        self.outcomes = news.outcomes
        self.gathered.clear()
        all_of_them = self._stale or not news.complete or time.monotonic() >= self._next_reading
        self.created = all_of_them or news.created
        self._stale = True  # until it has worked
        self._ended.clear()
        if all_of_them:
            self._read_all()
        elif news.jobs:
            self._read(news)
        self._count_under_way()
        self._stale = False
        self._wake()

    def _read_all(self) -> None:
        before, self._left = self._left, {job.job_id: job for job in self._work.left() if job.left > 0}
        for job_id in before.keys() & self._left.keys():
            self._ended[job_id] = self._left[job_id].done - before[job_id].done
        self._next_reading = time.monotonic() + READ_AGAIN
        self._served &= self._left.keys()
        self._paces = {job: pace for job, pace in self._paces.items() if job in self._left}
        self._queues.clear()
        self._asleep.clear()
        for job in self._left:
            self._enqueue(job)

    def _read(self, news: News) -> None:
        rows = {job.job_id: job for job in self._work.left(list(news.jobs))}
        self.gathered.update(rows[job].lane for job in news.gathered if job in rows)
        for job in news.jobs:
            if job in rows and rows[job].left > 0:
                if job in self._left:
                    self._ended[job] = rows[job].done - self._left[job].done
                self._left[job] = rows[job]
                self._enqueue(job)
            elif job in self._left:
                self._dequeue(job)
                self._served.discard(job)
                self._paces.pop(job, None)
                del self._left[job]

    def _count_under_way(self) -> None:
        before, self._under_way = self._under_way, self._work.under_way()
        now = time.monotonic()
        for job, number in before.items():
            fewer = number - self._under_way.get(job, 0)
            if fewer > 0 and job in self._left:  # done, or waiting again
                self._enqueue(job)
                # neither what was handed back, nor what never was sent, since gather saw that it hasn't changed
                ended = min(fewer, self._ended.get(job, 0))
                if ended > 0 and job in self._paces:
                    self._paces[job].ended(ended, now)

    def _wake(self) -> None:
        while self._asleep and self._asleep[0][0] <= time.monotonic():
            _, job = heapq.heappop(self._asleep)
            if job in self._left:
                self._enqueue(job)

    def _enqueue(self, job: UUID) -> None:
        """Last in turn, unless it waits for its turn already."""
        self._queues.setdefault((self._left[job].lane, job in self._served), {}).setdefault(job)

    def _dequeue(self, job: UUID) -> None:
        for served in (False, True):
            self._queues.get((self._left[job].lane, served), {}).pop(job, None)

    def waiting(self, held: Collection[UUID] = ()) -> list[Waiting]:
        """The jobs whose turn it is, how many of their objects may be sent and are under way; held ones keep their place."""
        turns: list[Waiting] = []
        idle: list[UUID] = []
        for job in self._in_turn():
            if held and job in held:
                continue
            under_way = self._under_way.get(job, 0)
            pace, left = self._paces.get(job), self._left[job]
            if (due := min(left.left, pace.ahead if pace else MIN_BUDGET) - under_way) > 0:
                turns.append(Waiting(job, left.lane, due, under_way))
            else:
                idle.append(job)
            if len(turns) == WINDOW:
                break
        for job in idle:
            self._dequeue(job)
        return turns

    def _in_turn(self) -> Iterator[UUID]:
        for key in sorted(self._queues):
            yield from self._queues[key]

    def take(self, quotas: Mapping[UUID, int]) -> list[FetchObject]:
        """Mark objects as sent, that many of each job; the commands to send. Raises ServiceUnavailable."""
        rows = self._work.take_rows(quotas)
        commands = Counter(job for _, _, job in rows)
        short = []
        now = time.monotonic()
        for job, quota in quotas.items():
            self._dequeue(job)
            self._served.add(job)
            under_way = self._under_way.get(job, 0)
            self._paces.setdefault(job, Pace(now)).sent(now, under_way)
            self._under_way[job] = under_way + commands[job]
            if commands[job] < quota:
                short.append(job)
            elif self._left[job].left > self._under_way[job]:
                self._enqueue(job)
        self._sleep(short)
        return [FetchObject(object_id, epoch) for object_id, epoch, _ in rows]

    def _sleep(self, jobs: Sequence[UUID]) -> None:
        """These have nothing more that is due: what is left is under way, or waits for another attempt."""
        for job, seconds in self._work.next_due(jobs).items() if jobs else ():
            heapq.heappush(self._asleep, (time.monotonic() + seconds, job))
