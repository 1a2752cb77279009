"""Commands on deletions: those that wait for a person, and those of datasets that were hidden long enough."""

from datetime import datetime
from uuid import UUID, uuid5

from domain.deletions import EXPIRED, REMOVAL
from domain.errors import Conflict, GuardConflict, Refused
from domain.job_commands import JobCommands
from domain.jobs import Job
from domain.sources import HarvestSource
from domain.storing import ATTEMPTS


class DeletionCommands(JobCommands):
    """Approve, reject and carry out deletions."""

    def approve_deletions(self, job_id: UUID, by: str, trigger: str = "cli") -> UUID:
        """Let the deletions that a job held go on, as a job of their own; its id. A second call makes no second one.

        Raises NotFound, Refused: it holds none, they were rejected, or a later full run has seen the remote since.
        """
        removal = uuid5(job_id, REMOVAL)
        for _ in range(ATTEMPTS):
            job = self.load(Job, job_id)
            source = self.load(HarvestSource, UUID(job.source_id))
            if job.decision == "approved":
                return removal
            job.approve_deletions(by)
            source.must_be_there()
            _check_newest(job, source)
            source.start_job(removal, REMOVAL)
            number, version = source.jobs, source.version
            options = {"held_job": str(job_id)}
            carried_out = Job.create(removal, source.id, REMOVAL, trigger, by, options, number=number, source_version=version)
            try:
                self._all_or_nothing(job, source, carried_out)
            except GuardConflict:
                continue
            return removal
        raise Conflict([job_id])

    def reject_deletions(self, job_id: UUID, by: str) -> None:
        """Drop the deletions that a job held; a second call changes nothing. Raises NotFound, Refused."""
        for _ in range(ATTEMPTS):
            job = self.load(Job, job_id)
            job.reject_deletions(by)
            try:
                return self._all_or_nothing(job)
            except GuardConflict:
                continue
        raise Conflict([job_id])

    def delete_expired(self, source_id: UUID, now: datetime) -> UUID | None:
        """Make the job that deletes what a source has hidden long enough, one a day at most; None: not now.

        Raises NotFound, JobExists.
        """
        job_id = uuid5(source_id, f"{EXPIRED} {now:%Y-%m-%d}")
        if self._is_there(job_id) or self.load(HarvestSource, source_id).is_paused(now):
            return None
        options = {EXPIRED: now.isoformat(timespec="seconds")}
        return self.create_job(source_id, kind=REMOVAL, trigger="schedule", options=options, job_id=job_id)


def _check_newest(job: Job, source: HarvestSource) -> None:
    if str(job.id) not in source.held_jobs:
        raise Refused(
            f"Source {source.fields.name} has been listed in full since job {job.id}: its deletions are out of date. "
            "See the source's last job"
        )
