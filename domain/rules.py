"""Decisions of the coordinator as pure functions of state and time: what to dispatch, when to retry, when a job is over.

Nothing here reads a clock or a database; times are aware UTC, durations in seconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, NamedTuple
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
_UNDER_WAY, _LANE_THEN_UNDER_WAY = itemgetter(0), itemgetter(1, 3)  # of the rows that `quotas` sorts


def lane(trigger: str, options: Mapping[str, Any]) -> int:
    """The lane of a job: who harvests hundreds of sources at once holds up no person who harvests one."""
    last = max(LANES.values())
    return last if options.get(MANY) else LANES.get(trigger, last)


class Waiting(NamedTuple):
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
    for job_id, lane, due, under_way in sorted(waiting, key=_LANE_THEN_UNDER_WAY):
        share = min(due, MIN_SHARE - under_way, room + OVERFLOW.get(lane, MIN_BUDGET))
        if share > 0:
            by_job[job_id] = share
            room -= share
    for lane in sorted({job.lane for job in waiting}) if room > 0 else ():
        sent = ((by_job.get(job.job_id, 0), job) for job in waiting if job.lane == lane)
        jobs = [(job.under_way + share, job.due - share, job.job_id) for share, job in sent if job.due > share]
        jobs.sort(key=_UNDER_WAY)
        shares = _level(jobs, room)
        room -= sum(shares)
        by_job |= {job_id: by_job.get(job_id, 0) + share for (*_, job_id), share in zip(jobs, shares, strict=True) if share}
    return by_job


def _level(jobs: Sequence[tuple[int, int, UUID]], room: int) -> list[int]:
    """Fill jobs of (under way, due), sorted by what is under way, up to one level, as water does."""
    shares = [0] * len(jobs)
    lowest: list[int] = []  # places of the jobs that are at the level now and may get more
    level = higher = 0  # `higher`: the place of the first job above the level
    while room > 0 and (lowest or higher < len(jobs)):
        if not lowest:
            level = jobs[higher][0]
        while higher < len(jobs) and jobs[higher][0] == level:
            lowest.append(higher)
            higher += 1
        step = room // len(lowest)
        if higher < len(jobs):
            step = min(step, jobs[higher][0] - level)
        step = max(1, step)
        for place in lowest:
            share = min(step, room, jobs[place][1] - shares[place])
            shares[place] += share
            room -= share
        level += step
        lowest = [place for place in lowest if shares[place] < jobs[place][1]]
    return shares


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


def not_zero(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts without those that are 0."""
    return {name: number for name, number in counts.items() if number}


def all_imported(statistics: Mapping[str, int]) -> bool:
    """Whether each object of a job, by its `Progress.statistics`, made, changed or removed a dataset."""
    return statistics.get("objects", 0) == sum(statistics.get(outcome, 0) for outcome in ("added", "updated", "deleted"))


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
