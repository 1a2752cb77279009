"""The command that undoes a job."""

from uuid import UUID, uuid4

from domain.errors import Conflict, GuardConflict
from domain.job_commands import JobCommands
from domain.jobs import Job
from domain.sources import HarvestSource
from domain.storing import ATTEMPTS
from domain.undoing import UNDO, UNDOES, check_undoable, undo_options


class UndoCommands(JobCommands):
    """Undo what a job did."""

    def undo_job(self, job_id: UUID, by: str, reason: str = "", trigger: str = "cli") -> UUID:
        """Make the job that undoes another one; its id. While that goes on, a second call makes no second one.

        Raises NotFound, JobExists, Refused: the job goes on, imported stored documents, or its source is no longer there.
        """
        undo = uuid4()
        for _ in range(ATTEMPTS):
            job = self.load(Job, job_id)
            check_undoable(job)
            source = self.load(HarvestSource, UUID(job.source_id))
            source.must_be_there()
            if (running := self._undone_by(source, job_id)) is not None:
                return running
            source.start_job(undo, UNDO)
            options = undo_options(str(job_id), reason)
            number, version = source.jobs, source.version
            job_of_undo = Job.create(undo, source.id, UNDO, trigger, by, options, number=number, source_version=version)
            try:
                self._all_or_nothing(source, job_of_undo)
            except GuardConflict:
                continue
            return undo
        raise Conflict([job_id])

    def running_undo(self, job_id: UUID) -> UUID | None:
        """The job that undoes this one at present. Raises NotFound."""
        job = self.load(Job, job_id)
        return self._undone_by(self.load(HarvestSource, UUID(job.source_id)), job_id)

    def _undone_by(self, source: HarvestSource, job_id: UUID) -> UUID | None:
        if source.running_job is None:
            return None
        running = self.load(Job, UUID(source.running_job))
        return running.id if running.kind == UNDO and running.options.get(UNDOES) == str(job_id) else None
