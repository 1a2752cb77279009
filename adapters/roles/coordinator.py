"""The coordinator: one leads, any number stand by. It projects pending work, dispatches it, ends jobs, recovers what was lost.

All that it decides follows from the log by way of `ops`; the rules are pure functions in `domain.rules`. The read model is
projected beside it, in a thread with a connection of its own: its checkpoint makes that safe.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from adapters.kafka.backoff import Backoff
from adapters.kafka.dispatcher import Dispatcher
from adapters.postgres.leadership import LeaderDatabase
from adapters.postgres.listener import Listener
from adapters.postgres.log.projector import BATCH, Projector
from adapters.postgres.work.pending_work import PendingWork
from adapters.postgres.work.workers import Activity, Workers
from domain.application import Harvesting
from domain.errors import Conflict, JobEnded, NotFound, ServiceUnavailable
from domain.jobs import Job
from domain.rules import SOLO_AFTER, Progress, job_outcome

log = logging.getLogger(__name__)

IDLE = 1.0  # seconds between two looks when nothing happens
RECOVERY_INTERVAL = 2.0  # seconds between two looks for lost claims
ABSENT_FOR = 3.0  # seconds that a worker may show no presence: it may be opening its connection anew
FULL_PASS = 2.0  # seconds after which jobs are ended and work is dispatched even when far behind, or when nothing happens
CLEANING_INTERVAL = 60.0  # seconds between two looks for workers that went silent long ago
STAND_BY = 1.0  # seconds between two tries to lead


class Coordinator:
    """One pass of everything the leader does; `run` repeats it."""

    def __init__(
        self,
        database: LeaderDatabase,
        application: Harvesting,
        projector: Projector,
        work: PendingWork,
        dispatcher: Dispatcher,
        listener: Listener,
        workers: Workers,
    ) -> None:
        self._database = database
        self._application = application
        self._projector = projector
        self._work = work
        self._dispatcher = dispatcher
        self._listener = listener
        self._workers = workers
        self._stop = threading.Event()
        self._missing: dict[str, float] = {}  # worker -> since when
        self._next_recovery = self._next_full_pass = self._next_cleaning = 0.0
        self._again = True  # the last full pass found something to do
        self._done: dict[UUID, int] = {}

    def stop(self) -> None:
        """End after the pass that is under way. Safe in a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Lead, or wait until nobody else does, until `stop` is called. Raises UnknownEvent."""
        retry = Backoff()
        while not self._stop.is_set():
            try:
                if not self._database.lead():
                    self._workers.report(Activity(state={"leads": False}))
                    self._stop.wait(STAND_BY)
                    continue
                log.info("this coordinator leads")
                retry.succeeded()
                self._lead()
            except ServiceUnavailable as error:
                retry.wait(error, self._stop)
        self._database.resign()
        with suppress(ServiceUnavailable):
            self._workers.forget()

    def _lead(self) -> None:
        """An earlier leader may have ended between marking commands as sent and sending them: what is unclaimed goes again."""
        self._work.forget_sent()
        while not self._stop.is_set():
            self._report()
            if not self.pass_once():
                self._listener.wait(IDLE)

    def _report(self) -> None:
        self._workers.report(Activity(state={"leads": True}))
        if time.monotonic() >= self._next_cleaning:
            self._next_cleaning = time.monotonic() + CLEANING_INTERVAL
            self._workers.remove_old()

    def pass_until_idle(self) -> bool:
        """Lead until there is nothing to do at once; False when another coordinator leads. Raises ServiceUnavailable."""
        if not self._database.lead():
            return False
        while self.pass_once():
            pass
        self._database.resign()
        return True

    def pass_once(self) -> bool:
        """Project, end, dispatch, recover; whether there is more to do at once. Raises ServiceUnavailable."""
        events = self._projector.run_once()
        if time.monotonic() < self._next_full_pass:
            if events >= BATCH:
                return True  # far behind: first learn what is done already
            if not events and not self._again:
                return False  # what is due without an event can wait for the next full pass
        self._next_full_pass = time.monotonic() + FULL_PASS
        progress = self._work.progress()
        self._note_finished(progress)
        ended = self._end_jobs(progress)
        if progress and time.monotonic() >= self._next_recovery:
            self._next_recovery = time.monotonic() + RECOVERY_INTERVAL
            self._recover()
        sent = self._dispatch() if progress else 0
        self._again = bool(events or ended or sent)
        return self._again

    def _note_finished(self, progress: dict[UUID, Progress]) -> None:
        self._dispatcher.finished(sum(max(0, job.done - self._done.get(job_id, 0)) for job_id, job in progress.items()))
        self._done = {job_id: job.done for job_id, job in progress.items()}

    def _dispatch(self) -> int:
        try:
            return self._dispatcher.dispatch()
        except ServiceUnavailable as error:
            log.warning("nothing is dispatched: %s", error)
            self._database.connection  # noqa: B018  a lost database is no matter of the broker
            self._stop.wait(IDLE)
            return 0

    def _end_jobs(self, progress: dict[UUID, Progress]) -> int:
        over = {job_id: outcome for job_id, job in progress.items() if (outcome := job_outcome(job))}
        for job_id, outcome in over.items():
            self._application.finish_job(job_id, outcome, progress[job_id].counts, progress[job_id].statistics)
        return len(over)

    # what was lost

    def _recover(self) -> None:
        self._work.expire(self._dead_workers())
        for object_id in self._work.lost_objects():
            self._fail_object(object_id)
        for job_id in self._work.lost_jobs():
            self._fail_gather(job_id)
        for job_id in self._work.lost_inline():
            self._application.abort_job(job_id, by="coordinator", reason="its run-test ended before it did")

    def _dead_workers(self) -> list[str]:
        now = time.monotonic()
        absent = self._work.absent_workers()
        self._missing = {worker: self._missing.get(worker, now) for worker in absent}
        dead = [worker for worker, since in self._missing.items() if now - since >= ABSENT_FOR]
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


class ReadModelProjection:
    """Keeps the read model up to date, in a thread of its own."""

    def __init__(self, projector: Projector, listener: Listener, failed: Callable[[Exception], None]) -> None:
        self._projector = projector
        self._listener = listener
        self._failed = failed
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="read-model")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the batch that is under way."""
        self._stop.set()
        self._thread.join(timeout=10.0)

    def _run(self) -> None:
        retry = Backoff()
        while not self._stop.is_set():
            try:
                if not self._projector.run_once():
                    self._listener.wait(IDLE)
                retry.succeeded()
            except ServiceUnavailable as error:
                retry.wait(error, self._stop)
            except Exception as error:  # an unknown event, or a bug of our own: the process ends, it doesn't go on without us
                self._failed(error)
                return
