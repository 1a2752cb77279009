"""How many? Counters of jobs and sources, kept and not counted. Tables job_statistics and source_statistics.

A job's counters add up while it runs; its end names them all, and nothing is added afterwards.

An object's outcome event doesn't name its job: outcomes are handed on by object, and whoever stores them adds the job.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from domain.deletions import HELD
from projections.recorded import Handler, Recorded

OUTCOMES = {"added": "added", "updated": "updated", "unchanged": "unchanged", "deleted": "deleted"}


@dataclass(slots=True)
class Statistics:
    """What a batch adds to the counters."""

    objects: Counter[str] = field(default_factory=Counter)  # job -> objects gathered
    job_of: dict[UUID, str] = field(default_factory=dict)  # object gathered in this batch -> its job
    outcomes: dict[UUID, str] = field(default_factory=dict)  # object -> column that counts it
    gather_errors: Counter[str] = field(default_factory=Counter)
    pages_unchanged: Counter[str] = field(default_factory=Counter)
    pages_restarted: set[str] = field(default_factory=set)  # jobs whose earlier pages don't count any more
    source_jobs: Counter[str] = field(default_factory=Counter)
    ended_jobs: dict[str, Counter[str]] = field(default_factory=dict)  # source -> jobs by how they ended
    last_job: dict[str, str] = field(default_factory=dict)  # source -> job, empty when that one is no longer listed
    forgotten: set[str] = field(default_factory=set)  # jobs that are no longer listed
    last_ended: dict[str, str] = field(default_factory=dict)  # source -> job
    last_success: dict[str, str] = field(default_factory=dict)  # source -> when a job that went well ended
    final: dict[str, dict[str, int]] = field(default_factory=dict)  # job -> all its counters, from its end

    def by_job(self, counted: Iterable[tuple[str, str, int]] = ()) -> dict[str, Counter[str]]:
        """Increments by job and column.

        `counted` are outcomes (job, column, number) of objects that this batch didn't gather: only tables know their jobs.
        """
        counters: dict[str, Counter[str]] = {}
        columns = (("objects", self.objects), ("gather_errors", self.gather_errors), ("pages_unchanged", self.pages_unchanged))
        for column, counts in columns:
            for job, count in counts.items():
                counters.setdefault(job, Counter())[column] += count
        for job, column, count in counted:
            counters.setdefault(job, Counter())[column] += count
        outcomes = Counter(zip(map(self.job_of.get, self.outcomes), self.outcomes.values(), strict=True))
        for (gathered_for, column), count in outcomes.items():
            if gathered_for is not None:
                counters.setdefault(gathered_for, Counter())[column] += count
        return counters

    def split(self, stream: UUID, rest: "Statistics") -> None:
        """Leave to `rest` what later events of a stream need: whose object it is, the pages that another attempt takes back."""
        if stream in self.job_of:
            rest.job_of[stream] = self.job_of[stream]
        if (job := str(stream)) in self.pages_unchanged:
            rest.pages_unchanged[job] = self.pages_unchanged.pop(job)


class Batch(Protocol):
    """What this fold changes."""

    statistics: Statistics


def gathered(batch: Batch, event: Recorded) -> None:
    """Count an object."""
    job = event.state["job_id"]
    batch.statistics.objects[job] += 1
    batch.statistics.job_of[event.stream] = job


def imported(batch: Batch, event: Recorded) -> None:
    """One outcome more."""
    batch.statistics.outcomes[event.stream] = OUTCOMES[event.state["status"]]


def failed(batch: Batch, event: Recorded) -> None:
    """Count an outcome, unless it is tried again."""
    if event.state["retry_at"] is None:
        batch.statistics.outcomes[event.stream] = "errored"


def skipped(batch: Batch, event: Recorded) -> None:
    """One outcome more."""
    batch.statistics.outcomes[event.stream] = "skipped"


def gather_started(batch: Batch, event: Recorded) -> None:
    """A further attempt goes through all pages again."""
    if event.state["attempt"] > 1:
        batch.statistics.pages_restarted.add(str(event.stream))
        batch.statistics.pages_unchanged[str(event.stream)] = 0


def page_gathered(batch: Batch, event: Recorded) -> None:
    """Records that needed no object."""
    if unchanged := event.state["unchanged"]:
        batch.statistics.pages_unchanged[str(event.stream)] += unchanged


def gather_finished(batch: Batch, event: Recorded) -> None:
    """The records of the last attempt that needed no object, those of a last page without an event included."""
    batch.statistics.pages_restarted.add(str(event.stream))
    batch.statistics.pages_unchanged[str(event.stream)] = event.state["unchanged"]


def gather_error(batch: Batch, event: Recorded) -> None:
    """Count an error of gather."""
    batch.statistics.gather_errors[str(event.stream)] += 1


def job_finished(batch: Batch, event: Recorded) -> None:
    """The job's counters are final: they stay right when its objects are no longer in the log."""
    if (counters := event.state["statistics"]) is not None:
        batch.statistics.final[str(event.stream)] = counters


def job_pruned(batch: Batch, event: Recorded) -> None:
    """Objects are gone that its counters were counted by."""
    if (counters := event.state["statistics"]) is not None:
        batch.statistics.final[str(event.stream)] = counters


def job_started(batch: Batch, event: Recorded) -> None:
    """Count a job of the source."""
    batch.statistics.source_jobs[str(event.stream)] += 1
    batch.statistics.last_job[str(event.stream)] = event.state["job_id"]


def job_ended(batch: Batch, event: Recorded) -> None:
    """Count one job of the source less among those that have not ended."""
    outcome = "finished" if event.state["outcome"] == HELD else event.state["outcome"]
    source = str(event.stream)
    batch.statistics.ended_jobs.setdefault(source, Counter())[outcome] += 1
    batch.statistics.last_ended[source] = event.state["job_id"]
    if outcome == "finished":
        batch.statistics.last_success[source] = event.state["timestamp"]


def job_forgotten(batch: Batch, event: Recorded) -> None:
    """It has no counters any more."""
    batch.statistics.forgotten.add(str(event.stream))


def history_cleared(batch: Batch, event: Recorded) -> None:
    """Count fewer jobs of the source."""
    source, jobs = str(event.stream), event.state["jobs"]
    batch.statistics.source_jobs.update({source: -sum(jobs.values())})
    batch.statistics.ended_jobs.setdefault(source, Counter()).subtract(jobs)
    if event.state["last"]:
        batch.statistics.last_job[source] = ""


HANDLERS: dict[str, Handler] = {
    "object.gathered": gathered,
    "object.imported": imported,
    "object.failed": failed,
    "object.skipped": skipped,
    "job.gather_started": gather_started,
    "job.page_gathered": page_gathered,
    "job.gather_finished": gather_finished,
    "job.gather_error_recorded": gather_error,
    "job.finished": job_finished,
    "job.pruned": job_pruned,
    "job.forgotten": job_forgotten,
    "source.history_cleared": history_cleared,
    "source.job_started": job_started,
    "source.job_ended": job_ended,
}
