"""The fetch worker: claims commands, runs fetch and import, stores outcomes. It batches by nature.

One poll thread (the caller's) takes commands and claims them; others run the plugins and store in the target; one flusher
stores outcomes while the next batch collects. An offset counts as done once its command is claimed or refused: from then on
`ops.work` knows who has it, and a worker that dies loses its claims, so one slow record holds up no others. Nothing that a
plugin does ends the worker, short of ending the process: then what took the process down is at last run alone.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from adapters.kafka.backoff import Backoff, keep_reading
from adapters.kafka.consumer import CommandConsumer
from adapters.kafka.dead_letters import DeadLetters
from adapters.kafka.messages import Delivery
from adapters.postgres.work.claims import Claimed, Claims
from adapters.postgres.work.workers import Activity
from adapters.process.worker import REPLACED
from adapters.stages.batches import Batches
from adapters.stages.new_documents import NewDocuments
from adapters.stages.objects import Item, ObjectRunner
from adapters.stages.process_state import ProcessState
from adapters.stages.stuck import Absence, Stuck, TimeLimits, Watch
from adapters.stages.threads import ObjectThreads, Running
from domain.commands import FetchObject
from domain.errors import ServiceUnavailable
from domain.text import counted

log = logging.getLogger(__name__)

CLAIM_BATCH = 500  # objects
CONTENT_GROUP, CONTENT_BYTES = 50, 8_000_000  # objects, and about so many bytes, whose documents are loaded at a time
MAX_OPEN_BYTES = 64_000_000  # of documents in memory
MAX_NEW_BYTES = 32_000_000  # of documents that stages brought: no further stages begin until they are stored
MAX_FLUSH = 1000  # objects stored in one append
POLL = 1.0  # seconds that the poll thread waits for commands
FULL_POLL = 0.2  # seconds until it looks again whether there is room for more
SOLO_POLL = 0.02  # seconds between two looks whether the next object can be claimed alone
WORTH_STORING, LINGER = 250, 5.0  # objects; fewer wait for more, that many seconds at most, while others are being run
WATCH_INTERVAL = 2.0  # seconds between two looks for threads that are stuck
IDLE_LOOK = 5.0  # seconds between two looks at what plugins left behind in this process, while none runs
REPLACED_DRAIN = 3.0  # seconds that records under way get to end when other threads of the process are stuck
PRESENCE_INTERVAL = 1.0  # seconds, well below what the coordinator waits for


class FetchWorker:
    """One process's worth of fetching and importing."""

    def __init__(
        self,
        consumer: CommandConsumer,
        claims: Claims,
        runner: ObjectRunner,
        dead_letters: DeadLetters,
        *,
        threads: int,
        savers: int,
        in_flight: int,
        lease: float,
        limits: TimeLimits,
        drain: float = 30.0,
        target_absence: Absence = lambda: None,
        state: ProcessState | None = None,
    ) -> None:
        """`state` is put right again when a plugin spoils it for the others in this process."""
        self._consumer = consumer
        self._claims = claims
        self._runner = runner
        self._dead_letters = dead_letters
        self._in_flight = in_flight
        self._lease = lease
        self._drain = drain
        self._target_absence = target_absence
        self._state = state
        self._new = NewDocuments(MAX_NEW_BYTES, self._may_wait, limits.fetch)
        self._threads = ObjectThreads(
            runner,
            self._finished,
            self._until_available,
            threads=threads,
            savers=savers,
            after=self._after_step,
            before=self._new.wait_for_room,
            after_group=self._restore,
            asked_plugin=lambda running: running.item.asked_plugin,
            full=lambda: self._new.is_much,
        )
        self._watch = Watch(self._threads, limits, target_absence)
        self.replaced = ""  # why this process is to be replaced by a fresh one
        self._done: Batches[Running] = Batches(WORTH_STORING, MAX_FLUSH, LINGER, self._expected)
        self._open: dict[UUID, Running] = {}
        self._open_bytes = 0
        self._under_way = 0  # objects that are open and not done
        self._lock = threading.Lock()
        self._solo: list[FetchObject] = []  # to be claimed alone
        self._alone: UUID | None = None  # the object that was claimed alone last
        self._next_presence = self._next_renewal = self._next_watch = self._next_look = 0.0  # monotonic seconds
        self._stop = threading.Event()
        self._broken: BaseException | None = None
        self._flusher = threading.Thread(target=self._flush, daemon=True)

    @property
    def status(self) -> int:
        """Of the process, once `run` has returned."""
        return REPLACED if self.replaced else 0

    def stop(self) -> None:
        """Take no more; end when what runs is done. Safe in a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Work until `stop` is called. Raises what a bug of our own raised: a supervisor starts the process again."""
        self._threads.start()
        self._flusher.start()
        retry = Backoff()
        while not self._stop.is_set():
            self._check()
            try:
                self._stay_alive()
                room = self._room()
                self._take(self._consumer.poll(room, self._patience(room)))
                retry.succeeded()
            except ServiceUnavailable as error:
                retry.wait(error, self._stop)
        self._end()

    def _stay_alive(self) -> None:
        """Show presence and renew claims, each when it is time."""
        if time.monotonic() >= self._next_presence:
            self._claims.show_presence(self._activity())
            self._next_presence = time.monotonic() + PRESENCE_INTERVAL
        if time.monotonic() >= self._next_renewal:
            with self._lock:
                objects = list(self._open)
            self._claims.renew(objects)
            self._next_renewal = time.monotonic() + self._lease / 4
        if time.monotonic() >= self._next_watch:
            self._next_watch = time.monotonic() + WATCH_INTERVAL
            if self._open:
                self._watch_over()
            if self._state and (self._open or time.monotonic() >= self._next_look):
                self._next_look = time.monotonic() + IDLE_LOOK
                if reason := self._state.look():
                    self._be_replaced(reason)

    def _watch_over(self) -> None:
        """Drop what belongs to jobs that were aborted; end when threads are stuck, with their objects given up."""
        with self._lock:
            jobs = {obj.item.aggregate.job_id for obj in self._open.values()}
        ended = self._claims.ended(jobs)
        for job in ended:
            self._forget(self._threads.drop(job))
        if stuck := self._watch.look(ended):
            self._give_up(stuck)

    def _give_up(self, stuck: Sequence[Stuck]) -> None:
        self._runner.give_up(
            {thread.running.item.aggregate.id: (thread.stage, thread.message) for thread in stuck if thread.message}
        )
        self._forget([thread.running for thread in stuck if thread.message])
        reasons = {
            thread.message.partition("\n")[0] or f"job {thread.running.item.aggregate.job_id} was aborted" for thread in stuck
        }
        self._be_replaced(f"{counted(len(stuck), 'thread is', 'threads are')} stuck: {'; '.join(sorted(reasons))}")

    def _be_replaced(self, reason: str) -> None:
        log.error("%s. This process is replaced by a fresh one", reason)
        self.replaced = reason
        self.stop()

    def _forget(self, dropped: Sequence[Running], under_way: int | None = None) -> None:
        """Forget objects that are over; `under_way`: how many of them still counted as under way, None: all."""
        with self._lock:
            self._under_way -= len(dropped) if under_way is None else under_way
            forgotten = [obj for obj in dropped if self._open.pop(obj.item.aggregate.id, None) is not None]
            self._open_bytes -= sum(obj.size for obj in forgotten)
        self._new.forget(forgotten)

    def _activity(self) -> Activity:
        absence = self._target_absence()
        if absence is None:
            return self._threads.activity()
        seconds, reason = absence
        return replace(self._threads.activity(), state={"reason": reason}, since={"target_away_since": seconds})

    def _check(self) -> None:
        if error := self._bug():
            raise error

    def _bug(self) -> BaseException | None:
        """The error that ended one of the threads."""
        return self._broken or self._threads.broken

    def _patience(self, room: int) -> float:
        if self._solo:
            return SOLO_POLL
        return min(POLL, self._lease / 4) if room else FULL_POLL

    def _room(self) -> int:
        if self._solo or self._alone in self._open or self._open_bytes > MAX_OPEN_BYTES:
            return 0
        return min(CLAIM_BATCH, self._in_flight - len(self._open))

    # claiming, in the poll thread

    def _take(self, deliveries: Sequence[Delivery]) -> None:
        commands = [delivery.command for delivery in deliveries if isinstance(delivery.command, FetchObject)]
        items = self._claim(commands) if commands else []
        if items is not None:
            self._consumer.done(deliveries)
            self._start(items)
        if self._solo and not self._open:
            alone = self._solo.pop()
            self._alone = alone.object_id
            self._start(self._claim([alone], alone=True) or [])
        self._dead_letters.record(self._consumer)  # last: it may raise, and nothing that was taken may be forgotten

    def _claim(self, commands: Sequence[FetchObject], *, alone: bool = False) -> list[Item] | None:
        """Until it works, since the commands were taken from the consumer; None when the worker ends first."""
        retry = Backoff()
        claimed: dict[UUID, Claimed] | None = None
        while True:
            try:
                if claimed is None:
                    claimed = self._claims.claim(commands, alone=alone)
                if len(claimed) < len(commands) and not alone:
                    self._put_aside(self._claims.need_solo(commands))
                return self._runner.load(claimed.values())
            except ServiceUnavailable as error:
                if self._stop.is_set():
                    return None
                retry.wait(error, self._stop)

    def _put_aside(self, solo: set[FetchObject]) -> None:
        """If this worker dies before their turn comes, their commands are sent again since nobody has claimed them."""
        self._solo += solo.difference(self._solo)

    def _start(self, items: Sequence[Item]) -> None:
        """Hand objects to the threads; what isn't among them is done, or claimed elsewhere."""
        running = [Running(item) for item in items]
        if running:
            self._next_look = 0.0
        with self._lock:
            self._open |= {obj.item.aggregate.id: obj for obj in running}
            self._under_way += len(running)
        for group in range(0, len(running), CONTENT_GROUP):
            self._hand_out(running[group : group + CONTENT_GROUP])

    def _hand_out(self, group: Sequence[Running]) -> None:
        """As far as there is memory for their documents. A worker that ends takes no more of them in."""
        while group:
            while self._open_bytes > MAX_OPEN_BYTES and self._may_wait():
                self._until_available(self._stay_alive)
                time.sleep(0.01)
            loaded = self._load_some(group) if self._may_wait() else set()
            if not loaded:
                self._release(group)
                return
            self._put([obj for obj in group if obj.item.aggregate.id in loaded])
            group = [obj for obj in group if obj.item.aggregate.id not in loaded]

    def _load_some(self, group: Sequence[Running]) -> set[UUID]:
        """The objects that have their documents now; none when this worker ends before they can be read."""
        items = [obj.item for obj in group]
        loaded: set[UUID] = set()
        self._until_available(
            lambda: loaded.update(item.aggregate.id for item in self._runner.load_content(items, CONTENT_BYTES))
        )
        return loaded

    def _put(self, objects: Sequence[Running]) -> None:
        for obj in objects:
            obj.size = obj.item.size
        with self._lock:
            self._open_bytes += sum(obj.size for obj in objects)
        by_job: dict[str, list[Running]] = {}
        for obj in objects:
            by_job.setdefault(obj.item.aggregate.job_id, []).append(obj)
        for job, of_job in by_job.items():
            self._threads.put(job, of_job)

    def _until_available(self, work: Callable[[], object]) -> bool:
        retry: Backoff | None = None
        while True:
            try:
                work()
            except ServiceUnavailable as error:
                retry = retry or Backoff()
                if self._stop.is_set() and retry.waited > self._drain:
                    return False
                retry.wait(error, self._stop)
            else:
                return True

    # storing, in one thread

    def _finished(self, group: Sequence[Running]) -> None:
        """Called by the threads."""
        with self._lock:
            expected = [obj for obj in group if obj.item.aggregate.id in self._open]  # the others were given up
            self._under_way -= len(expected)
        self._done.put(expected)

    def _after_step(self, running: Running) -> None:
        """Called by the threads: what the object keeps in memory now."""
        size = running.item.size
        with self._lock:
            self._open_bytes += size - running.size
            running.size = size
        self._new.count(running, size)

    def _restore(self) -> None:
        """Called by the threads before they hand over what they ran: a process as it was before. Not after each object: the
        questions to the system let other threads take over, which costs as much as a quick object."""
        if self._state:
            self._state.restore()

    def _may_wait(self) -> bool:
        return not self._stop.is_set() and self._bug() is None

    def _expected(self) -> int:
        """How many outcomes are worth waiting for before the next batch is stored."""
        much = self._new.is_much or self._open_bytes > MAX_OPEN_BYTES / 2
        return 0 if much else self._under_way

    def _flush(self) -> None:
        try:
            while batch := self._done.take():
                self._store(batch)
        except BaseException as error:
            log.exception("outcomes can't be stored")
            self._broken = error

    def _store(self, batch: Sequence[Running]) -> None:
        waits = {obj.item.aggregate.id: wait for obj in batch if (wait := obj.item.postponed) is not None}
        if waits and not self._until_available(lambda: self._claims.postpone(waits)):
            return
        over = [obj.item for obj in batch if obj.item.postponed is None]
        if over and not self._until_available(lambda: self._runner.store(over)):
            return
        for obj in batch:
            obj.item.documents.clear()  # threads that wait for work still know what they had last
        self._forget(batch, under_way=0)

    # the end

    def _end(self) -> None:
        """Hand back what didn't begin, let the rest end, store it, leave."""
        self._release(self._threads.drain())
        end = time.monotonic() + (REPLACED_DRAIN if self.replaced else self._drain)
        while self._open and time.monotonic() < end and self._bug() is None:
            keep_reading(self._consumer)
        self._threads.close()
        self._done.close()
        self._flusher.join(timeout=10.0)
        self._release([*self._open.values()])
        self._give_back_solo()
        self._consumer.close()
        self._claims.close()

    def _release(self, unfinished: Sequence[Running]) -> None:
        with self._lock:
            for obj in unfinished:
                self._open.pop(obj.item.aggregate.id, None)
            self._under_way -= len(unfinished)
        try:
            self._claims.release([obj.item.aggregate.id for obj in unfinished])
        except ServiceUnavailable as error:
            log.warning("claims are left to lapse: %s", error)

    def _give_back_solo(self) -> None:
        try:
            if self._solo:
                self._claims.give_back(self._solo)
        except ServiceUnavailable as error:
            log.warning("commands are sent again when their lease ends: %s", error)
