"""Gives what dead workers held to others, and gives up what no worker survives."""

import logging
import time
from datetime import datetime
from uuid import UUID

from adapters.duties.rounds import QUIET
from adapters.postgres.work.pending_work import PendingWork
from domain.application import Harvesting
from domain.errors import Conflict, JobEnded, NotFound
from domain.jobs import Job
from domain.rules import SOLO_AFTER

log = logging.getLogger(__name__)

INTERVAL = 2.0  # seconds between two looks while there are jobs
ABSENT_FOR = 3.0  # seconds that a worker may show no presence: it may be opening its connection again
GRACE = 10.0  # seconds after a new lead: the database may have been away for all, and workers come back one by one


class RecoverLostWork:
    """Claims of workers that are gone, or that were not renewed, go to others."""

    name = "recovering lost work"
    trouble = "nothing is taken back from dead workers"
    interval = INTERVAL
    on_news = True
    pace = INTERVAL

    def __init__(self, application: Harvesting, work: PendingWork) -> None:
        self._application = application
        self._work = work
        self._missing: dict[str, float] = {}  # worker -> when it was first absent, in monotonic seconds
        self._led_since = 0.0  # monotonic seconds

    def begin(self) -> None:
        """This process leads from now on: what it knew about workers is out of date."""
        self._missing.clear()
        self._led_since = time.monotonic()

    def run(self, now: datetime) -> bool:
        """Take back claims, fail what is lost for good; nobody holds anything where there is no job."""
        self.interval = INTERVAL if self._work.has_jobs() else QUIET
        if self.interval == QUIET:
            self._missing.clear()
            return False
        dead = self._dead_workers()
        self._work.expire(dead, leases=time.monotonic() - self._led_since >= GRACE)
        for object_id in self._work.lost_objects():
            self._fail_object(object_id)
        for job_id in self._work.lost_jobs():
            self._fail_gather(job_id)
        for job_id in self._work.lost_inline():
            self._application.abort_job(job_id, by="coordinator", reason="its run-test ended before it did")
        return False

    def _dead_workers(self) -> list[str]:
        """Workers that have shown no presence for a while.

        When the database was away for everybody, all workers are absent at first. Those that come back within GRACE were
        never lost.
        """
        now = time.monotonic()
        absent = self._work.absent_workers()
        self._missing = {worker: self._missing.get(worker, now) for worker in absent}
        patience = GRACE if now - self._led_since < GRACE else ABSENT_FOR
        dead = [worker for worker, since in self._missing.items() if now - since >= patience]
        if dead:
            log.warning("lost worker(s) %s: their claims are given to others", ", ".join(dead))
        return dead

    def _fail_object(self, object_id: UUID) -> None:
        for aggregate in self._application.load_objects([object_id]).values():
            guid = aggregate.guid
            message = f"Record {guid} ended {SOLO_AFTER + 1} workers that ran it, the last time alone: it is left out"
            aggregate.fail("Fetch", "worker_lost", message, None)
            self._application.record_objects([aggregate])
            log.error("%s", message)

    def _fail_gather(self, job_id: UUID) -> None:
        message = f"Gathering job {job_id} ended every worker that tried: it is given up"
        try:
            job = self._application.load(Job, job_id)
            self._application.record_gather_error(job, "worker_lost", message)
            self._application.finish_gather(job, complete=False, full=False, deletions=0)
        except (Conflict, JobEnded, NotFound) as error:
            log.info("job %s went on: %s", job_id, error)
