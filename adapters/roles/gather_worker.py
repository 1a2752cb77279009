"""The gather worker: claims gather commands and gathers a few jobs at a time, each in a thread of its own."""

import logging
import threading
import time
from collections.abc import Callable
from uuid import UUID

from adapters.kafka.backoff import Backoff, keep_reading
from adapters.kafka.consumer import CommandConsumer
from adapters.kafka.dead_letters import DeadLetters
from adapters.kafka.messages import Delivery
from adapters.postgres.work.claims import Claims
from adapters.postgres.work.workers import Activity
from adapters.stages.gather import GatherRun, Stopped
from domain.commands import GatherJob
from domain.errors import HarvestError, ServiceUnavailable

log = logging.getLogger(__name__)

POLL, IDLE_POLL = 0.2, 1.0  # seconds that the poll thread waits for commands
PRESENCE_INTERVAL = 1.0  # seconds, well below what the coordinator waits for
RETRY_DELAY = 2.0  # seconds before a job that met a missing service is gathered anew


class GatherWorker:
    """One process's worth of gathering. `new_run` makes what gathers one job; it is called in that job's thread."""

    def __init__(
        self,
        consumer: CommandConsumer,
        claims: Claims,
        new_run: Callable[[Callable[[], bool]], GatherRun],
        dead_letters: DeadLetters,
        *,
        threads: int,
        lease: float,
        drain: float = 20.0,
    ) -> None:
        self._consumer = consumer
        self._claims = claims
        self._new_run = new_run
        self._dead_letters = dead_letters
        self._threads = threads
        self._lease = lease
        self._drain = drain
        self._running: dict[UUID, float] = {}  # job -> monotonic seconds when it began
        self._stop = threading.Event()
        self._broken: BaseException | None = None

    def stop(self) -> None:
        """Take no more; jobs that are being gathered are handed back. Safe in a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Work until `stop` is called. Raises what a bug of our own raised."""
        retry = Backoff()
        next_presence = next_renewal = 0.0
        while not self._stop.is_set():
            if self._broken is not None:
                raise self._broken
            try:
                if time.monotonic() >= next_presence:
                    self._claims.show_presence(self._activity())
                    next_presence = time.monotonic() + PRESENCE_INTERVAL
                if time.monotonic() >= next_renewal:
                    self._claims.renew_gather(list(self._running))
                    next_renewal = time.monotonic() + self._lease / 4
                for delivery in self._consumer.poll(self._threads - len(self._running), POLL if self._running else IDLE_POLL):
                    self._take(delivery)
                self._dead_letters.record(self._consumer)
                retry.succeeded()
            except ServiceUnavailable as error:
                retry.wait(error, self._stop)
        self._end()

    def _activity(self) -> Activity:
        begun = list(self._running.values())
        oldest = time.monotonic() - min(begun) if begun else None
        return Activity(self._threads, len(begun), oldest)

    def _take(self, delivery: Delivery) -> None:
        command = delivery.command
        if not isinstance(command, GatherJob) or not self._claim(command):
            self._consumer.done([delivery])
            return
        thread = threading.Thread(target=self._gather, args=(command.job_id, delivery), daemon=True)
        self._running[command.job_id] = time.monotonic()
        thread.start()

    def _claim(self, command: GatherJob) -> bool:
        retry = Backoff()
        while not self._stop.is_set():
            try:
                return self._claims.claim_gather(command)
            except ServiceUnavailable as error:
                retry.wait(error, self._stop)
        return False

    def _gather(self, job_id: UUID, delivery: Delivery) -> None:
        try:
            self._new_run(self._stop.is_set).run(job_id, self._claims.worker)
        except (HarvestError, Stopped) as error:
            log.warning("job %s is given back: %s", job_id, error or "this worker ends")
            self._give_back(job_id)
        except BaseException as error:
            log.exception("a bug of our own, with job %s", job_id)
            self._broken = error
            return
        finally:
            self._running.pop(job_id, None)
        self._consumer.done([delivery])

    def _give_back(self, job_id: UUID) -> None:
        try:
            self._claims.release_gather(job_id, 0.0 if self._stop.is_set() else RETRY_DELAY)
        except ServiceUnavailable as error:
            log.warning("the claim on job %s is left to lapse: %s", job_id, error)

    def _end(self) -> None:
        end = time.monotonic() + self._drain
        while self._running and time.monotonic() < end:
            keep_reading(self._consumer)
        for job_id in list(self._running):  # its thread is shut out by the next attempt, and ends with this process
            self._give_back(job_id)
        self._consumer.close()
        self._claims.close()
