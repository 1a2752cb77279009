"""The threads of a fetch worker: some run the stages of plugins, others store datasets in the target.

A target such as CKAN takes a third of a second for a dataset, on a machine that it keeps busy. Stages that are run one by one
between two of its answers find cold caches each time, and cost four times what they cost in a row: so they are run ahead.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adapters.postgres.work.workers import Activity
from adapters.stages.fair_queue import FairQueue
from adapters.stages.objects import Item, ObjectRunner

log = logging.getLogger(__name__)

TOGETHER = 16  # objects that one thread takes at a time while they are quick
QUICK = 0.005  # seconds
AHEAD = 16  # objects of a job that wait to be saved before more of its stages are run
ENOUGH = 8  # of them, with which nobody hurries to have more


@dataclass(slots=True)
class Running:
    """An object that was claimed."""

    item: Item
    size: int = 0  # bytes that it keeps in memory
    new: int = 0  # those of them that its stages brought


@dataclass(slots=True)
class Hand:
    """What a thread is busy with."""

    thread: int = 0  # its number, as threading.get_ident() gives it
    running: Running | None = None
    begun: float = 0.0  # monotonic seconds


@dataclass
class Step:
    """One of the things that are done with an object; `work` says whether it was the last."""

    queue: FairQueue[Running]
    work: Callable[[Item], bool]
    quick: bool = False  # the object that was done last took next to no time


class ObjectThreads:
    """Runs objects and reports each to `finished`, from any of its threads. What is a bug of our own stops it: `broken`."""

    def __init__(
        self,
        runner: ObjectRunner,
        finished: Callable[[Sequence[Running]], None],
        until_available: Callable[[Callable[[], object]], bool],
        *,
        threads: int,
        savers: int,
        after: Callable[[Running], None] = lambda _: None,
        before: Callable[[Running], None] = lambda _: None,
        after_group: Callable[[], None] = lambda: None,
        asked_plugin: Callable[[Running], bool] = lambda _: True,
        full: Callable[[], bool] = lambda: False,
    ) -> None:
        """`until_available` repeats work that meets a missing service; `after` is called after each step of an object.

        `before` is called before an object's stages, and may wait. `after_group` is called when a thread has run what it took
        at a time: one object, or up to TOGETHER quick ones of one job. After saving it is called only if `asked_plugin` says of
        one of them that code of the plugin has run. `full` says whether `before` might wait; then what a thread has run is
        handed over first.
        """
        self._finished = finished
        self._after = after
        self._before = before
        self._after_group = after_group
        self._asked_plugin = asked_plugin
        self._full = full
        self._until_available = until_available
        self._stages = Step(FairQueue(threads, enough=self._has_enough), runner.run)
        self._saving = Step(FairQueue(savers, reserve=False, ahead=AHEAD, taken=self._look_ahead), runner.save)
        steps = [self._stages] * threads + [self._saving] * savers
        self.hands = [Hand() for _ in steps]
        pairs = zip(steps, self.hands, strict=True)
        self._threads = [threading.Thread(target=self._run, args=pair, daemon=True) for pair in pairs]
        self.broken: BaseException | None = None

    def _has_enough(self, job: str) -> bool:
        """While a target has enough to store of a job, one thread runs the stages of the next: many that run quick ones at a
        time mostly wait for the interpreter's lock."""
        return self._saving.queue.waiting(job) > ENOUGH

    def _look_ahead(self, left: int) -> None:
        """A dataset was taken to be stored: when few are left, one more thread runs stages."""
        if left <= ENOUGH:
            self._stages.queue.wake()

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def put(self, job: str, objects: Sequence[Running]) -> None:
        """Objects of a job to be run."""
        self._stages.queue.put(job, objects)

    def drain(self) -> list[Running]:
        """Take out what no thread has in its hands."""
        return [*self._stages.queue.drain(), *self._saving.queue.drain()]

    def drop(self, job: str) -> list[Running]:
        """Take out what no thread has in its hands of a job."""
        return [*self._stages.queue.drop(job), *self._saving.queue.drop(job)]

    def close(self) -> None:
        """The threads end after what they have in their hands."""
        self._stages.queue.close()
        self._saving.queue.close()

    def activity(self) -> Activity:
        """How many threads are busy, and since when."""
        begun = [hand.begun for hand in self.hands if hand.running is not None]
        return Activity(len(self.hands), len(begun), time.monotonic() - min(begun) if begun else None)

    def _run(self, step: Step, hand: Hand) -> None:
        """Objects of one job at a time; several while they take next to no time, since handing over each would cost as much."""
        hand.thread = threading.get_ident()
        while (batch := step.queue.take(TOGETHER if step.quick else 1)) is not None:
            job, group = batch
            try:
                over, to_save = self._run_group(step, hand, job, group)
                if step is self._stages or any(map(self._asked_plugin, group)):
                    self._after_group()
            except BaseException as error:
                log.exception("a bug of our own, with object %s or one after it", group[0].item.aggregate.id)
                self.broken = error
                return
            if over:
                self._finished(over)
            if to_save:
                self._saving.queue.put(job, to_save)
                self._saving.queue.wait_for_room(job)
            step.queue.finished(job)

    def _run_group(self, step: Step, hand: Hand, job: str, group: Sequence[Running]) -> tuple[list[Running], list[Running]]:
        """Run them in order: those that are over, and those to be saved. When one takes long, the rest goes back to the
        queue."""
        over: list[Running] = []
        to_save: list[Running] = []
        results: list[bool] = []
        for position, running in enumerate(group, 1):
            if step is self._stages:
                if position > 1 and self._full():  # what this thread has run may be what it would wait for
                    step.queue.put(job, group[position - 1 :])
                    break
                self._before(running)
            begun = time.monotonic()
            if self._until_available(lambda: results.append(self._work(step, hand, running))):  # noqa: B023  it runs here and now
                (over if results[-1] else to_save).append(running)
            step.quick = time.monotonic() - begun < QUICK
            if not step.quick and position < len(group):
                step.queue.put(job, group[position:])
                break
        return over, to_save

    def _work(self, step: Step, hand: Hand, running: Running) -> bool:
        hand.begun, hand.running = time.monotonic(), running
        try:
            return step.work(running.item)
        finally:
            hand.running = None
            self._after(running)
