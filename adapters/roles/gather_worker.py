"""The gather worker: claims gather commands and gathers a few jobs at a time, each in a thread.

What the schedule started and what people started are lanes with threads of their own. A command that finds no free thread for a
while is refused: the dispatcher sends it again, and another worker may get it. As with records, an offset counts as done once
its command is claimed or refused: `ops.job_progress` knows the rest.
"""

import logging
import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple
from uuid import UUID

from adapters.kafka.backoff import Backoff, keep_reading
from adapters.kafka.consumer import CommandConsumer
from adapters.kafka.dead_letters import DeadLetters
from adapters.kafka.messages import Delivery
from adapters.postgres.work.claims import ClaimedGather, Claims
from adapters.postgres.work.workers import Activity
from adapters.process.gathering import Gathering, Spawn
from adapters.process.worker import REPLACED
from adapters.stages.gather import GatherRun
from adapters.stages.gather_ahead import Ahead, ReadAhead
from adapters.stages.lanes import Lane
from adapters.stages.listing import Stopped
from adapters.stages.process_state import ProcessState
from domain.commands import GatherJob
from domain.errors import HarvestError, ServiceUnavailable
from domain.rules import LANES
from domain.text import counted

log = logging.getLogger(__name__)

POLL, IDLE_POLL = 0.2, 1.0  # seconds that the poll thread waits for commands
WATCH_INTERVAL = 2.0  # seconds between two looks for gathers that are stuck or were aborted
IDLE_LOOK = 5.0  # seconds between two looks at what plugins left behind in this process, while none runs
REPLACED_DRAIN = 3.0  # seconds that gathers get to end when other threads of the process are stuck
PRESENCE_INTERVAL = 1.0  # seconds, well below what the coordinator waits for
RETRY_DELAY = 2.0  # seconds before a job that met a missing service is gathered again
ROOM = 500  # commands taken at a time, whether threads are free or not
REFUSED_AFTER = 1.0  # seconds that a command may wait here for a thread
REFUSED_FOR = 0.5  # seconds until a refused command is sent again, to any worker
AHEAD = 0.1  # seconds: jobs that threads will begin within these are claimed together, and no thread more is woken for them
LATE = 0.05  # seconds without a gather that begins, after which further threads are woken for what waits
MOST_AHEAD = 31  # jobs
FIRST_GUESS = 0.05  # seconds that a gather takes
SHOWN_AFTER = 0.1  # seconds after which the start of a gather is stored, if nothing else of it was


class Ready(NamedTuple):
    """A job that was claimed; nothing is read ahead of one that is to be gathered in a process of its own."""

    job_id: UUID
    ahead: Ahead | None


Item = Delivery | Ready


class GatherWorker:
    """One process's worth of gathering. `new_run` makes what gathers one job; it is called in that job's thread.

    `threads` are for each lane.
    """

    def __init__(
        self,
        consumer: CommandConsumer,
        claims: Claims,
        read_ahead: ReadAhead,
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
        self._read_ahead = read_ahead
        self._new_run = new_run
        self._dead_letters = dead_letters
        self._threads = threads
        self._lanes = {lane: Lane[Item](threads, partial(self._work, lane)) for lane in set(LANES.values())}
        self._seconds = dict.fromkeys(self._lanes, FIRST_GUESS)  # that a gather of a lane takes a thread
        self._lease = lease
        self._limit = limit
        self._drain = drain
        self._spawn = spawn
        self._state = state
        self._next_look = 0.0  # monotonic seconds
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
                for gathering in list(self._running.values()):
                    gathering.show_start(SHOWN_AFTER)
                if time.monotonic() >= next_watch:
                    next_watch = time.monotonic() + WATCH_INTERVAL
                    self._watch_over()
                self._take(self._consumer.poll(ROOM, self._patience()))
                self._look_at_lanes()
                self._dead_letters.record(self._consumer)
                retry.succeeded()
            except ServiceUnavailable as error:
                retry.wait(error, self._stop)
        self._end()

    def _patience(self) -> float:
        """Seconds to wait for commands: what waits or was just taken is looked after soon, though it isn't claimed yet."""
        return POLL if self._running or any(lane.is_busy for lane in self._lanes.values()) else IDLE_POLL

    def _activity(self) -> Activity:
        begun = [gathering.begun for gathering in list(self._running.values())]
        oldest = time.monotonic() - min(begun) if begun else None
        return Activity(self._threads * len(self._lanes), len(begun), oldest)

    def _watch_over(self) -> None:
        """Stop what was aborted; end when threads are stuck, with their jobs' gathers given up."""
        running = list(self._running.values())
        if self._state and (running or time.monotonic() >= self._next_look):
            self._next_look = time.monotonic() + IDLE_LOOK
            if reason := self._state.look():
                self._be_replaced(reason)
        ended = self._claims.ended(str(gathering.job_id) for gathering in running)
        reasons = []
        for gathering in running:
            if str(gathering.job_id) in ended:
                reasons += [f"job {gathering.job_id} was aborted"] if gathering.abort() else []
            elif message := gathering.give_up_when_stuck(self._limit):
                reasons.append(message.partition("\n")[0])
        if reasons:
            self._be_replaced(f"{counted(len(reasons), 'thread is', 'threads are')} stuck: {'; '.join(reasons)}")

    def _be_replaced(self, reason: str) -> None:
        log.error("%s. This process is replaced by a fresh one", reason)
        self.replaced = reason
        self.stop()

    def _take(self, deliveries: Sequence[Delivery]) -> None:
        """Queue what may be claimed in its job's lane; the rest is over.

        When this worker ends before the lanes are known, nothing is over: whoever reads the topic next gets the commands again.
        """
        commands = _commands(deliveries)
        lanes = self._lanes_of(commands) if commands else {}
        if lanes is None:
            return
        over = []
        wanted: dict[int, list[Item]] = defaultdict(list)
        for delivery in deliveries:
            lane = lanes.pop(delivery.command, None) if isinstance(delivery.command, GatherJob) else None
            if lane is None:
                over.append(delivery)
            else:
                wanted[lane].append(delivery)
        for number, items in wanted.items():
            self._lanes[number].put(items, self._worth(number, len(items)))
        self._consumer.done(over)

    def _worth(self, number: int, gathers: int) -> int:
        """How many threads of a lane so many gathers keep busy: quick ones, if each had its own, would mostly wait for the
        interpreter's lock."""
        return math.ceil(gathers * self._seconds[number] / AHEAD)

    def _look_at_lanes(self) -> None:
        """Gathers that turn out to be slow hold up no others, and what waits too long goes back."""
        for lane in self._lanes.values():
            lane.look(LATE)
        self._refuse([late for lane in self._lanes.values() for late in lane.overdue(REFUSED_AFTER)])

    def _lanes_of(self, commands: Sequence[GatherJob]) -> dict[GatherJob, int] | None:
        """Until it works, since the commands were taken from the consumer; None when the worker ends first."""
        retry = Backoff()
        while not self._stop.is_set():
            try:
                return self._claims.gather_lanes(commands)
            except ServiceUnavailable as error:
                retry.wait(error, self._stop)
        return None

    def _refuse(self, items: Sequence[Item]) -> None:
        """Hand back what waited too long: commands, and jobs that were claimed already."""
        self._give_back([item.job_id for item in items if isinstance(item, Ready)], REFUSED_FOR)
        deliveries = [item for item in items if isinstance(item, Delivery)]
        if commands := _commands(deliveries):
            try:
                self._claims.refuse_gather(commands, REFUSED_FOR)
            except ServiceUnavailable as error:
                log.warning("%d gather commands are left to be sent again later: %s", len(commands), error)
            self._consumer.done(deliveries)

    def _work(self, number: int, item: Item) -> None:
        """In a thread of a lane: gather a job, or first claim it, and with it others that will be begun soon."""
        try:
            ready = self._made_ready(self._lanes[number], number, item) if isinstance(item, Delivery) else item
            if ready is not None:
                begun = time.monotonic()
                self._gather(ready)
                self._seconds[number] += (time.monotonic() - begun - self._seconds[number]) / 8
        except BaseException as error:
            log.exception("a bug of our own")
            self._broken = error

    def _made_ready(self, lane: Lane[Item], number: int, delivery: Delivery) -> Ready | None:
        """The first job that was claimed; the others wait in front of the lane."""
        soon = int(AHEAD * self._threads / self._seconds[number])
        others = lane.take(min(soon, MOST_AHEAD), lambda item: isinstance(item, Delivery))
        deliveries = [delivery, *(other for other in others if isinstance(other, Delivery))]
        claims = self._claim(_commands(deliveries))
        if claims is None:
            self._refuse(deliveries)
            return None
        self._consumer.done(deliveries)
        ready = self._ready(claims)
        if len(ready) > 1 and not lane.put_first(ready[1:], self._worth(number, len(ready)) - 1):
            self._refuse(ready[1:])
        return ready[0] if ready else None

    def _claim(self, commands: Sequence[GatherJob]) -> dict[UUID, ClaimedGather] | None:
        """The jobs that are this worker's; None when it ends before that is known."""
        retry = Backoff()
        while not self._stop.is_set():
            try:
                return self._claims.claim_gathers(commands)
            except ServiceUnavailable as error:
                retry.wait(error, self._stop)
        return None

    def _ready(self, claims: Mapping[UUID, ClaimedGather]) -> list[Ready]:
        """A job that was under way in a process which died is gathered apart from the others, and nothing read ahead."""
        first = {job_id: claim for job_id, claim in claims.items() if claim.deliveries == 1}
        try:
            ahead = self._read_ahead.read(first) if first else {}
        except ServiceUnavailable as error:
            log.warning("%d jobs are given back: %s", len(claims), error)
            self._give_back(list(claims), RETRY_DELAY)
            return []
        return [Ready(job_id, ahead.get(job_id)) for job_id in claims if job_id in ahead or job_id not in first]

    def _gather(self, ready: Ready) -> None:
        gathering = Gathering(ready.job_id, self._new_run, self._stop.is_set, self._spawn)
        self._running[ready.job_id] = gathering
        over = True
        try:
            over = gathering.work(self._claims.worker, ready.ahead, partial(self._settle, gathering))
        except (HarvestError, Stopped) as error:
            self._return(gathering, error)
        finally:
            self._next_look = 0.0
            if self._state:
                self._state.restore()
            if over:
                self._running.pop(ready.job_id, None)

    def _settle(self, gathering: Gathering, error: BaseException | None) -> None:
        """The end of a gather was stored, or could not be; in another thread than the gather's."""
        if isinstance(error, HarvestError):
            self._return(gathering, error)
        elif error is not None:
            self._broken = error
        self._running.pop(gathering.job_id, None)

    def _return(self, gathering: Gathering, error: BaseException) -> None:
        if not gathering.aborted:
            log.warning("job %s is given back: %s", gathering.job_id, error or "this worker ends")
            self._give_back([gathering.job_id], RETRY_DELAY)

    def _give_back(self, jobs: Sequence[UUID], delay: float) -> None:
        """Until it works: a claim that lapses would count as an attempt that ended its worker."""
        retry, given_back = Backoff(), not jobs
        while not given_back:
            try:
                self._claims.release_gathers(jobs, 0.0 if self._stop.is_set() else delay)
                given_back = True
            except ServiceUnavailable as error:
                if self._stop.is_set():
                    log.warning("the claims on %d jobs are left to lapse: %s", len(jobs), error)
                    return
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
                # its thread is shut out by the next attempt, and ends with this process
                self._give_back([gathering.job_id], 0.0)
        self._consumer.close()
        self._claims.close()


def _commands(deliveries: Sequence[Delivery]) -> list[GatherJob]:
    return [delivery.command for delivery in deliveries if isinstance(delivery.command, GatherJob)]
