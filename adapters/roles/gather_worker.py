"""The gather worker: claims gather commands and gathers a few jobs at a time, each in a thread.

What the schedule started and what people started are lanes with threads of their own. A command that finds no free thread for a
while is refused: the dispatcher sends it again, and another worker may get it. As with records, an offset counts as done once
its command is claimed or refused: `ops.job_progress` knows the rest.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from uuid import UUID

from adapters.kafka.backoff import Backoff, keep_reading
from adapters.kafka.consumer import CommandConsumer
from adapters.kafka.dead_letters import DeadLetters
from adapters.kafka.messages import Delivery
from adapters.postgres.work.claims import Claims
from adapters.postgres.work.workers import Activity
from adapters.roles.gathering import Gathering, Spawn
from adapters.roles.process import REPLACED
from adapters.stages.gather import GatherRun, Stopped
from adapters.stages.lanes import Lane
from adapters.stages.process_state import ProcessState
from domain.commands import GatherJob
from domain.errors import HarvestError, ServiceUnavailable
from domain.rules import LANES

log = logging.getLogger(__name__)

POLL, IDLE_POLL = 0.2, 1.0  # seconds that the poll thread waits for commands
WATCH_INTERVAL = 1.0  # seconds between two looks for gathers that are stuck or were aborted
REPLACED_DRAIN = 3.0  # seconds that gathers get to end when other threads of the process are stuck
PRESENCE_INTERVAL = 1.0  # seconds, well below what the coordinator waits for
RETRY_DELAY = 2.0  # seconds before a job that met a missing service is gathered again
ROOM = 500  # commands taken at a time, whether threads are free or not
REFUSED_AFTER = 1.0  # seconds that a command may wait here for a thread
REFUSED_FOR = 0.5  # seconds until a refused command is sent again, to any worker


class GatherWorker:
    """One process's worth of gathering. `new_run` makes what gathers one job; it is called in that job's thread.

    `threads` are for each lane.
    """

    def __init__(
        self,
        consumer: CommandConsumer,
        claims: Claims,
        new_run: Callable[[Callable[[], bool]], GatherRun],
        dead_letters: DeadLetters,
        *,
        spawn: Spawn,
        threads: int,
        lease: float,
        limit: float,
        drain: float = 20.0,
        state: ProcessState | None = None,
    ) -> None:
        """`limit`: seconds that a harvester may go without progress, unless it declares its own.

        `state` is put right again when a plugin spoils it for the others in this process.
        """
        self._consumer = consumer
        self._claims = claims
        self._new_run = new_run
        self._dead_letters = dead_letters
        self._threads = threads
        self._lanes = {lane: Lane(threads, self._gather) for lane in set(LANES.values())}
        self._lease = lease
        self._limit = limit
        self._drain = drain
        self._spawn = spawn
        self._state = state
        self._running: dict[UUID, Gathering] = {}
        self.replaced = ""  # why this process is to be replaced by a fresh one
        self._stop = threading.Event()
        self._broken: BaseException | None = None

    @property
    def status(self) -> int:
        """Of the process, once `run` has returned."""
        return REPLACED if self.replaced else 0

    def stop(self) -> None:
        """Take no more; jobs that are being gathered are handed back. Safe in a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Work until `stop` is called. Raises what a bug of our own raised."""
        retry = Backoff()
        next_presence = next_renewal = next_watch = 0.0
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
                if time.monotonic() >= next_watch:
                    next_watch = time.monotonic() + WATCH_INTERVAL
                    self._watch_over()
                self._take(self._consumer.poll(ROOM, POLL if self._running else IDLE_POLL))
                self._refuse([late for lane in self._lanes.values() for late in lane.overdue(REFUSED_AFTER)])
                self._dead_letters.record(self._consumer)
                retry.succeeded()
            except ServiceUnavailable as error:
                retry.wait(error, self._stop)
        self._end()

    def _activity(self) -> Activity:
        begun = [gathering.begun for gathering in list(self._running.values())]
        oldest = time.monotonic() - min(begun) if begun else None
        return Activity(self._threads * len(self._lanes), len(begun), oldest)

    def _watch_over(self) -> None:
        """Stop what was aborted; end when threads are stuck, with their jobs' gathers given up."""
        if self._state and (reason := self._state.look()):
            self._be_replaced(reason)
        running = list(self._running.values())
        ended = self._claims.ended(str(gathering.job_id) for gathering in running)
        reasons = []
        for gathering in running:
            if str(gathering.job_id) in ended:
                reasons += [f"job {gathering.job_id} was aborted"] if gathering.abort() else []
            elif message := gathering.give_up_when_stuck(self._limit):
                reasons.append(message.partition("\n")[0])
        if reasons:
            self._be_replaced(f"{len(reasons)} thread(s) are stuck: {'; '.join(reasons)}")

    def _be_replaced(self, reason: str) -> None:
        log.error("%s. This process is replaced by a fresh one", reason)
        self.replaced = reason
        self.stop()

    def _take(self, deliveries: Sequence[Delivery]) -> None:
        """Queue what may be claimed in its job's lane; the rest is over."""
        commands = [delivery.command for delivery in deliveries if isinstance(delivery.command, GatherJob)]
        lanes = self._lanes_of(commands) if commands else {}
        over = []
        for delivery in deliveries:
            lane = lanes.pop(delivery.command, None) if isinstance(delivery.command, GatherJob) else None
            if lane is None:
                over.append(delivery)
            else:
                self._lanes[lane].put(delivery)
        self._consumer.done(over)

    def _lanes_of(self, commands: Sequence[GatherJob]) -> dict[GatherJob, int]:
        """Until it works: the commands were taken from the consumer."""
        retry = Backoff()
        while not self._stop.is_set():
            try:
                return self._claims.gather_lanes(commands)
            except ServiceUnavailable as error:
                retry.wait(error, self._stop)
        return {}

    def _refuse(self, deliveries: Sequence[Delivery]) -> None:
        commands = [delivery.command for delivery in deliveries if isinstance(delivery.command, GatherJob)]
        if commands:
            try:
                self._claims.refuse_gather(commands, REFUSED_FOR)
            except ServiceUnavailable as error:
                log.warning("%d gather commands are left to be sent again later: %s", len(commands), error)
            self._consumer.done(deliveries)

    def _claim(self, command: GatherJob) -> int | None:
        """Which delivery of the job this is, 0: it isn't this worker's; None when the worker ends before that is known."""
        retry = Backoff()
        while not self._stop.is_set():
            try:
                return self._claims.claim_gather(command)
            except ServiceUnavailable as error:
                retry.wait(error, self._stop)
        return None

    def _gather(self, delivery: Delivery) -> None:
        """In a thread of the job's lane."""
        command = delivery.command
        assert isinstance(command, GatherJob)
        try:
            claimed = self._claim(command)
            if claimed is None:
                self._refuse([delivery])
                return
            self._consumer.done([delivery])
            if claimed:
                gathering = Gathering(command.job_id, self._new_run, self._stop.is_set, self._spawn)
                self._running[command.job_id] = gathering
                self._run(gathering, apart=claimed > 1)
        except BaseException as error:
            log.exception("a bug of our own, with job %s", command.job_id)
            self._broken = error
        finally:
            self._running.pop(command.job_id, None)

    def _run(self, gathering: Gathering, *, apart: bool) -> None:
        """A job that was under way in a process which died is gathered apart from the others."""
        try:
            try:
                gathering.work(self._claims.worker, apart=apart)
            finally:
                if self._state:
                    self._state.restore()
        except (HarvestError, Stopped) as error:
            if not gathering.aborted:
                log.warning("job %s is given back: %s", gathering.job_id, error or "this worker ends")
                self._give_back(gathering.job_id)

    def _give_back(self, job_id: UUID) -> None:
        """Until it works: a claim that lapses would count as an attempt that ended its worker."""
        retry = Backoff()
        while True:
            try:
                return self._claims.release_gather(job_id, 0.0 if self._stop.is_set() else RETRY_DELAY)
            except ServiceUnavailable as error:
                if self._stop.is_set():
                    return log.warning("the claim on job %s is left to lapse: %s", job_id, error)
                retry.wait(error, self._stop)

    def _end(self) -> None:
        self._refuse([waiting for lane in self._lanes.values() for waiting in lane.close()])
        for gathering in list(self._running.values()):
            gathering.stop()
        end = time.monotonic() + (REPLACED_DRAIN if self.replaced else self._drain)
        while self._running and time.monotonic() < end:
            keep_reading(self._consumer)
        for gathering in list(self._running.values()):
            if not (gathering.aborted or gathering.given_up):
                self._give_back(gathering.job_id)  # its thread is shut out by the next attempt, and ends with this process
        self._consumer.close()
        self._claims.close()
