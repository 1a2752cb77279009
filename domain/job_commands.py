"""Commands that make jobs and end them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from domain import schedules
from domain.deletions import CLEAR, DELETE, HELD
from domain.errors import Conflict, GuardConflict
from domain.jobs import Job
from domain.reserved_values import Reservation
from domain.rules import Progress, job_outcome
from domain.snapshots import EVERY
from domain.sources import HarvestSource
from domain.storing import ATTEMPTS, Storing

REMOVE = "remove"
"""Option of a job that clears a source which is removed once it is cleared."""


class StartedJob(NamedTuple):
    """A job that a schedule has started, and its source by name."""

    job_id: UUID
    source: str


class JobCommands(Storing):
    """Make jobs, end them, and take ended ones out of the list."""

    def create_job(
        self,
        source_id: UUID,
        *,
        kind: str = "harvest",
        trigger: str = "cli",
        by: str = "",
        options: Mapping[str, Any] | None = None,
        job_id: UUID | None = None,
    ) -> UUID:
        """Make a job and take its source; the job's id. A second call with the same id changes nothing.

        Raises NotFound, JobExists, SourceInactive.
        """
        job_id = job_id or uuid4()
        for _ in range(ATTEMPTS):
            source = self.load(HarvestSource, source_id)
            if self._is_there(job_id):
                return job_id
            source.start_job(job_id, kind)
            number, version = source.jobs, source.version
            job = Job.create(job_id, source_id, kind, trigger, by, options or {}, number=number, source_version=version)
            try:
                self._all_or_nothing(source, job)
            except GuardConflict:
                continue
            return job_id
        raise Conflict([source_id])

    def start_scheduled_job(self, source_id: UUID, slot: datetime, now: datetime) -> StartedJob | None:
        """Start the job of a slot; None when the slot no longer counts: its job was made, or the settings have changed.

        Raises NotFound, JobExists while another job of the source runs.
        """
        job_id = schedules.job_id(source_id, slot)
        for _ in range(ATTEMPTS):
            source = self.load(HarvestSource, source_id)
            if self._is_there(job_id) or not source.awaits(slot, now):
                return None
            source.start_job(job_id, "harvest", slot)
            number, version = source.jobs, source.version
            job = Job.create(job_id, source_id, "harvest", "schedule", "", {}, number=number, source_version=version)
            try:
                self._all_or_nothing(source, job)
            except GuardConflict:
                continue
            return StartedJob(job_id, source.fields.name)
        raise Conflict([source_id])

    def abort_job(self, job_id: UUID, by: str, reason: str = "") -> None:
        """Stop a job; one that has ended stays as it is. Raises NotFound."""
        self._end_job(job_id, lambda job: job.abort(reason, by), outcome="aborted", counts=None)

    def finish_job(
        self, job_id: UUID, outcome: str, counts: Mapping[str, int], statistics: Mapping[str, int] | None = None
    ) -> None:
        """End a job with its counts in the words of reports and all its counters (`Progress.counts`, `.statistics`).

        One that has ended stays as it is. Raises NotFound.
        """
        self._end_job(
            job_id, lambda job: job.finish(_outcome(job, outcome), counts, statistics), outcome=outcome, counts=counts
        )

    def finish_jobs(self, over: Mapping[UUID, Progress]) -> dict[UUID, HarvestSource]:
        """End jobs that have nothing left to do, in two loads and one append; those that have ended stay as they are.

        Returns the source of each job.

        When somebody changed one of the streams meanwhile, each is ended by itself.
        """
        jobs = self.load_many(Job, over)
        sources = self.load_many(HarvestSource, {UUID(job.source_id) for job in jobs.values()})
        for job in jobs.values():
            progress, source = over[job.id], sources[UUID(job.source_id)]
            outcome = _outcome(job, job_outcome(progress) or "failed")
            job.finish(outcome, progress.counts, progress.statistics)
            _give_back(source, job, outcome, progress.counts)
        try:
            freed = [reservation for source in sources.values() for reservation in self._freed_at_end(source)]
            self._all_or_nothing(*jobs.values(), *sources.values(), *freed)
        except GuardConflict:
            for job_id in jobs:
                progress = over[job_id]
                self.finish_job(job_id, job_outcome(progress) or "failed", progress.counts, progress.statistics)
        else:
            self._forget_snapshots(jobs.values())
        return {job.id: sources[UUID(job.source_id)] for job in jobs.values()}

    def _end_job(self, job_id: UUID, end: Any, outcome: str, counts: Mapping[str, int] | None) -> None:
        for _ in range(ATTEMPTS):
            job = self.load(Job, job_id)
            source = self.load(HarvestSource, UUID(job.source_id))
            end(job)
            _give_back(source, job, _outcome(job, outcome), counts)
            try:
                self._all_or_nothing(job, source, *self._freed_at_end(source))
            except GuardConflict:
                continue
            return self._forget_snapshots([job])
        raise Conflict([job_id])

    def _freed_at_end(self, source: HarvestSource) -> list[Reservation]:
        """The reservations of a source that the end of a job removes."""
        removed = any(isinstance(event, HarvestSource.Removed) for event in source.pending_events)
        return self._reservations.freed(source, release=False) if removed else []

    def _forget_snapshots(self, ended: Iterable[Job]) -> None:
        for job in ended:
            if job.version > EVERY:
                self._snapshots.forget(job.id)

    def forget_jobs(self, source_id: UUID, ended: Mapping[UUID, str], by: str, *, keep_current: bool = False) -> None:
        """List ended jobs of a source ({job: how it ended}) no longer; a second call changes nothing. Raises NotFound, Refused.

        Their objects must be gone already: those that datasets stand on would be of no job.
        """
        for _ in range(ATTEMPTS):
            source = self.load(HarvestSource, source_id)
            jobs = [job for job in self.load_many(Job, ended).values() if not job.forgotten]
            if not jobs:
                return None
            for job in jobs:
                job.forget(by)
            source.clear_history({job.id: ended[job.id] for job in jobs}, by, keep_current=keep_current)
            try:
                return self._all_or_nothing(source, *jobs)
            except GuardConflict:
                continue
        raise Conflict([source_id])


def _outcome(job: Job, outcome: str) -> str:
    """How a job ends in words: one that finished may have held deletions."""
    return HELD if job.held and outcome == "finished" else outcome


def _give_back(source: HarvestSource, job: Job, outcome: str, counts: Mapping[str, int] | None) -> None:
    """End a job on its source's side."""
    gathered = source.running_job == str(job.id)
    full = job.full and counts is not None and job.kind == "harvest"
    source.end_job(job.id, outcome, _gathered_from(job, counts), _memory(job, counts), full=full)
    if gathered and job.kind == CLEAR and outcome == "finished" and counts is not None and not counts.get("errored"):
        source.clear(job.id, job.by)
        if job.options.get(REMOVE) and not source.removed:
            source.remove(DELETE, job.by)


def _gathered_from(job: Job, counts: Mapping[str, int] | None) -> str | None:
    """The time since which the next job must ask for changes, after one that missed nothing; None: it must ask for everything.

    A job that skipped all records but one missed them.
    """
    if counts is None or job.kind != "harvest" or job.options.get("only_guid") or not job.error_free(counts):
        return None
    return job.seen_since


def _memory(job: Job, counts: Mapping[str, int] | None) -> Mapping[str, Any] | None:
    """What the harvester wants to remember of a gather that came to its end; None: as before."""
    listed = counts is not None and job.kind == "harvest" and job.complete and not job.options.get("only_guid")
    return job.memory if listed else None
