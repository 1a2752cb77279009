"""Ends jobs that have nothing left to do."""

import logging
from datetime import datetime
from uuid import UUID

from adapters.duties.rounds import QUIET
from adapters.postgres.work.pending_work import PendingWork
from domain.application import Harvesting
from domain.rules import Progress, job_outcome
from domain.sources import HarvestSource

log = logging.getLogger(__name__)

AT_A_TIME = 200  # jobs
FORGET = 200  # ended jobs that are remembered before it is asked which of them are projected by now


class EndJobs:
    """A job is over when its gather is and every object has an outcome (`domain.rules.job_outcome`)."""

    name = "ending jobs"
    trouble = "no job is ended"
    interval = QUIET
    on_news = True
    pace = 0.0

    def __init__(self, application: Harvesting, work: PendingWork) -> None:
        self._application = application
        self._work = work
        self._ended: set[UUID] = set()  # whose end may not be projected yet

    def run(self, now: datetime) -> bool:
        """End what is over; True when there may be more."""
        if len(self._ended) >= FORGET:
            self._ended &= self._work.running(self._ended)
        over = self._work.over(self._ended, AT_A_TIME)
        if over:
            sources = self._application.finish_jobs(over)
            for job_id, progress in over.items():
                _tell(job_id, progress, sources.get(job_id))
            self._ended |= over.keys()
        return len(over) == AT_A_TIME


def _tell(job_id: UUID, progress: Progress, source: HarvestSource | None) -> None:
    """A line of the log for the end of a job."""
    counts = ", ".join(f"{number} {word}" for word, number in progress.counts.items())
    ids = {"job": str(job_id), "source": str(source.id) if source else ""}
    name = source.fields.name if source else "(unknown)"
    log.info("job %s of source %s %s: %s", job_id, name, job_outcome(progress), counts, extra=ids)
