"""Decisions of the coordinator as pure functions of state and time: what to dispatch, when to retry, when a job is over.

Nothing here reads a clock or a database; times are aware UTC, durations in seconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

BUDGET_SECONDS = 2.0  # commands in flight at most, in seconds of measured throughput
MIN_BUDGET = 100
GROWTH = 4  # times as many commands when workers wait for more
MIN_SHARE = 10  # objects
MAX_BUDGET = 8000
GATHER_SECONDS = 1.0  # gather commands in flight at most, in seconds of measured throughput
KEPT_GATHERS = 32  # gather commands that are sent at once after a rest, if as many ended quickly before it
MIN_GATHERS = 4  # gather commands in flight for each lane, however few workers are known
OVERFLOW = {0: 2 * MIN_BUDGET, 1: MIN_BUDGET}  # objects by lane: people's jobs find room that the schedule can't fill
MAX_RETRY_DELAY = 3600.0  # seconds
SOLO_AFTER = 3  # deliveries without an outcome after which an object is claimed alone
GATHER_DELIVERIES = 10
"""Deliveries of a gather command before the job is given up.

From the second on a gather runs in a process of its own, and one that ends that process is given up at once. What ends the
worker itself from then on is not the gather's doing, unless it ends whole machines.
"""

LANES = {"api": 0, "cli": 0, "run-test": 0, "schedule": 1}
"""Priority of a job by its trigger; a lower lane goes first."""
MANY, FEW = "many", 20
"""Option of a job that one command asked for with more than so many others: it waits with those of the schedule."""


def lane(trigger: str, options: Mapping[str, Any]) -> int:
    """The lane of a job: who harvests hundreds of sources at once holds up no person who harvests one."""
    last = max(LANES.values())
    return last if options.get(MANY) else LANES.get(trigger, last)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job with objects to send: how many are due, how many are under way."""

    job_id: UUID
    lane: int
    due: int
    under_way: int


def quotas(waiting: Sequence[Waiting], room: int) -> dict[UUID, int]:
    """How many objects of each job to send now, `room` in all: lanes in order, equal shares within a lane.

    Every job may have MIN_SHARE objects under way though the queue is full, as long as all of that is no more than OVERFLOW
    beyond it: so a small job goes on at once next to a huge one, and hundreds of jobs don't fill the queue for those that
    come next. What a job has under way counts towards its share, so a job that came late catches up with one that fills the
    queue.
    """
    by_job: dict[UUID, int] = {}
    for job in sorted(waiting, key=lambda job: (job.lane, job.under_way)):
        share = min(job.due, MIN_SHARE - job.under_way, room + OVERFLOW.get(job.lane, MIN_BUDGET))
        if share > 0:
            by_job[job.job_id] = share
            room -= share
    for lane in sorted({job.lane for job in waiting}):
        more = (_after(job, by_job.get(job.job_id, 0)) for job in waiting if job.lane == lane)
        jobs = sorted((job for job in more if job.due > 0), key=lambda job: job.under_way)
        shares = _level([(job.under_way, job.due) for job in jobs], room)
        room -= sum(shares)
        by_job |= {job.job_id: by_job.get(job.job_id, 0) + share for job, share in zip(jobs, shares, strict=True) if share}
    return by_job


def _after(job: Waiting, sent: int) -> Waiting:
    return Waiting(job.job_id, job.lane, job.due - sent, job.under_way + sent)


def _level(jobs: Sequence[tuple[int, int]], room: int) -> list[int]:
    """Fill jobs of (under way, due), sorted by what is under way, up to one level, as water does."""
    shares = [0] * len(jobs)
    while room > 0 and (open_jobs := [i for i, (_, due) in enumerate(jobs) if shares[i] < due]):
        lowest = min(jobs[i][0] + shares[i] for i in open_jobs)
        at_lowest = [i for i in open_jobs if jobs[i][0] + shares[i] == lowest]
        step = _step(jobs, shares, open_jobs, lowest, room // len(at_lowest))
        for i in at_lowest:
            share = min(step, room, jobs[i][1] - shares[i])
            shares[i] += share
            room -= share
    return shares


def _step(jobs: Sequence[tuple[int, int]], shares: Sequence[int], open_jobs: Sequence[int], lowest: int, fair: int) -> int:
    """How far the lowest level rises before it meets the next one."""
    higher = [jobs[i][0] + shares[i] - lowest for i in open_jobs if jobs[i][0] + shares[i] > lowest]
    return max(1, min([fair, *higher]))


def next_budget(budget: int, under_way: int, finished: int, elapsed: float, *, short: bool) -> int:
    """How many commands may be under way from now on; `short`: lately more could have been sent than it let through.

    Then workers that have emptied half of it are faster than we send, and it grows. Otherwise it is what was finished lately,
    for BUDGET_SECONDS. A budget that was enough says nothing about how much quicker workers could be: what trickles in doesn't
    raise it above that, and half of what nobody used goes with each second, or the next large job of slow records would be
    sent ahead of everybody.
    """
    rate = finished / elapsed if elapsed > 0 else 0.0
    done = int(rate * BUDGET_SECONDS)
    if not short:
        return max(MIN_BUDGET, min(max(done, int(budget * 0.5**elapsed)), budget * GROWTH, MAX_BUDGET))
    if under_way * 2 < budget:
        return min(budget * GROWTH, MAX_BUDGET) if finished else budget
    return max(MIN_BUDGET, min(done, MAX_BUDGET, budget * 2))


def next_gather_budget(budget: int, under_way: int, ended: int, elapsed: float, threads: int) -> int:
    """How many gathers of a lane may be under way from now on: as many as there are threads for it, or as end quickly.

    Gathers of a few records take milliseconds, so `threads` commands would leave the workers waiting for us; a slow gather
    must not be sent to a worker that has no thread for it while another one has.
    """
    least = max(MIN_GATHERS, threads)
    if not ended:  # while nothing is gathered, nothing is said about how quick gathers are
        return max(least, budget // 2 if under_way else min(budget, KEPT_GATHERS))
    if under_way * 2 < budget:
        return max(least, min(budget * GROWTH, MAX_BUDGET))
    return max(least, min(int(ended / elapsed * GATHER_SECONDS), budget * 2, MAX_BUDGET))


def gather_room(budget: int, under_way: int, threads: int) -> int:
    """How many gathers of a lane to send now.

    While there are more under way than there are threads, nobody waits for the next ones: they are sent together, a quarter of
    the budget at a time.
    """
    room = max(0, budget - under_way)
    return room if room * 4 >= budget or under_way <= threads else 0


def retry_at(
    now: datetime,
    failures: int,
    *,
    first_delay: float,
    max_attempts: int,
    deadline: datetime,
    retry_after: float | None = None,
) -> datetime | None:
    """When an object that has now failed `failures` times is tried again, None: that was the last time.

    Exponential back-off; what the remote asked for (Retry-After) if that is longer; never after the job's deadline.
    """
    if failures >= max_attempts:
        return None
    delay = max(min(first_delay * 2.0 ** min(failures - 1, 64), MAX_RETRY_DELAY), retry_after or 0.0)
    return now + timedelta(seconds=delay) if delay < (deadline - now).total_seconds() else None


STATISTICS = ("objects", "added", "updated", "unchanged", "pages_unchanged", "deleted", "errored", "skipped", "gather_errors")
"""The counters of a job: names in Progress, columns of the projections, keys in `job.finished`."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of an unfinished job as its counts tell."""

    gather: str  # waiting, running or finished
    complete: bool
    objects: int
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    errored: int = 0
    skipped: int = 0
    pages_unchanged: int = 0
    gather_errors: int = 0

    @property
    def done(self) -> int:
        """Objects with an outcome."""
        return self.added + self.updated + self.unchanged + self.deleted + self.errored + self.skipped

    @property
    def statistics(self) -> dict[str, int]:
        """All counters, by name: what the job's end keeps of them."""
        return {name: getattr(self, name) for name in STATISTICS}

    @property
    def counts(self) -> dict[str, int]:
        """The counts in ckanext-harvest's words; `errored` includes errors of gather, as there."""
        return {
            "added": self.added,
            "updated": self.updated,
            "not modified": self.unchanged + self.pages_unchanged + self.skipped,
            "deleted": self.deleted,
            "errored": self.errored + self.gather_errors,
        }


def job_outcome(progress: Progress) -> str | None:
    """`finished`, `failed` (its gather failed), or None while the job goes on."""
    if progress.gather != "finished" or progress.done < progress.objects:
        return None
    return "finished" if progress.complete else "failed"


LIFE_SPANS = {"DAILY": 1.0, "WEEKLY": 7.0, "BIWEEKLY": 14.0, "MONTHLY": 30.0}
"""Days that a job may run, by its source's frequency, before it counts as stuck."""


def stuck_after(frequency: str, cron: str, life_span: float) -> float:
    """Days after which a running job counts as stuck; `life_span` is for sources whose frequency doesn't say."""
    return life_span if cron else LIFE_SPANS.get(frequency, life_span)
