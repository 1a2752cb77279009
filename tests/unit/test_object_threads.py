"""Which thread does what with an object, without broker, database and target."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest

from adapters.stages.objects import ObjectRunner
from adapters.stages.threads import AHEAD, TOGETHER, ObjectThreads, Running
from tests.support.stack import PATIENCE, wait_for


class FakeRunner:
    """Stages take no time; saving waits while `open` is clear."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.run_count = self.saving = self.most_saving = 0
        self.open = threading.Event()
        self.left = True  # whether a save is to follow
        self.bug: Exception | None = None

    def run(self, item: Any) -> bool:
        if self.bug:
            raise self.bug
        with self.lock:
            self.run_count += 1
        return not self.left

    def save(self, item: Any) -> bool:
        with self.lock:
            self.saving += 1
            self.most_saving = max(self.saving, self.most_saving)
        self.open.wait(PATIENCE)
        with self.lock:
            self.saving -= 1
        return True


@pytest.fixture
def runner() -> FakeRunner:
    return FakeRunner()


@pytest.fixture
def finished() -> list[Running]:
    return []


@pytest.fixture
def threads(runner: FakeRunner, finished: list[Running]) -> Iterator[ObjectThreads]:
    with started(runner, finished.extend) as made:
        yield made


@contextmanager
def started(runner: FakeRunner, finished: Callable[[Sequence[Running]], None]) -> Iterator[ObjectThreads]:
    def at_once(work: Callable[[], object]) -> bool:
        work()
        return True

    made = ObjectThreads(cast(ObjectRunner, runner), finished, at_once, threads=4, savers=2)
    made.start()
    yield made
    runner.open.set()
    made.close()


def objects(number: int) -> list[Running]:
    return [Running(cast(Any, SimpleNamespace(aggregate=SimpleNamespace(id=one)))) for one in range(number)]


def test_what_the_stages_leave_is_saved_and_each_object_is_reported_once(
    threads: ObjectThreads, runner: FakeRunner, finished: list[Running]
) -> None:
    runner.open.set()
    given = objects(200)

    threads.put("job", given)

    wait_for(lambda: len(finished) == 200, PATIENCE, "all are finished")
    assert sorted(map(id, finished)) == sorted(map(id, given))
    assert runner.run_count == 200


def test_what_is_over_after_its_stages_is_not_saved(
    threads: ObjectThreads, runner: FakeRunner, finished: list[Running]
) -> None:
    runner.left = False

    threads.put("job", objects(20))

    wait_for(lambda: len(finished) == 20, PATIENCE, "all are finished")
    assert runner.most_saving == 0


def test_stages_are_run_ahead_of_a_slow_target_but_not_without_end(threads: ObjectThreads, runner: FakeRunner) -> None:
    threads.put("job", objects(1000))

    wait_for(lambda: runner.saving == 2 and runner.run_count > AHEAD, PATIENCE, "stages are run ahead")
    drained = threads.drain()

    assert runner.run_count <= AHEAD + 3 * TOGETHER + 2  # what each of a job's three threads had in its hands
    assert len(drained) >= 1000 - 2 - 3 * TOGETHER
    assert runner.most_saving == 2


def test_a_job_that_waits_for_its_target_leaves_a_thread_to_others(
    threads: ObjectThreads, runner: FakeRunner, finished: list[Running]
) -> None:
    threads.put("slow", objects(1000))
    wait_for(lambda: runner.saving == 2 and runner.run_count > AHEAD, PATIENCE, "the slow job waits")
    runner.left = False

    threads.put("quick", objects(5))

    wait_for(lambda: len(finished) == 5, PATIENCE, "the quick job's objects are over")


def test_a_bug_of_our_own_is_kept(threads: ObjectThreads, runner: FakeRunner) -> None:
    runner.bug = RuntimeError("ours")

    threads.put("job", objects(1))

    wait_for(lambda: threads.broken is runner.bug, PATIENCE, "the bug is known")


def test_what_a_thread_has_run_is_handed_over_before_it_waits_for_what_it_has_run(runner: FakeRunner) -> None:
    runner.left = False
    in_memory = threading.Semaphore(3)
    full = threading.Event()
    finished: list[Running] = []

    def before(_: Running) -> None:
        if not in_memory.acquire(blocking=False):
            full.set()
            in_memory.acquire(timeout=PATIENCE)

    def stored(group: Sequence[Running]) -> None:
        finished.extend(group)
        in_memory.release(len(group))

    made = ObjectThreads(
        cast(ObjectRunner, runner),
        stored,
        lambda work: bool(work()) or True,
        threads=1,
        savers=1,
        before=before,
        full=lambda: runner.run_count - len(finished) >= 3,
    )
    made.start()
    made.put("job", objects(1 + TOGETHER))
    wait_for(lambda: len(finished) == 1 + TOGETHER, PATIENCE, "all are handed over")
    made.close()

    assert not full.is_set()


def test_a_process_is_put_right_after_what_a_thread_took_and_before_that_is_handed_over(runner: FakeRunner) -> None:
    happened: list[str] = []
    runner.left = False

    def finished(group: Sequence[Running]) -> None:
        happened.extend("finished" for _ in group)

    made = ObjectThreads(
        cast(ObjectRunner, runner),
        finished,
        lambda work: bool(work()) or True,
        threads=1,
        savers=1,
        after=lambda _: happened.append("run"),
        after_group=lambda: happened.append("put right"),
    )
    made.start()
    made.put("job", objects(1 + TOGETHER))
    wait_for(lambda: happened.count("finished") == 1 + TOGETHER, PATIENCE, "all are handed over")
    made.close()

    first, rest = happened[:3], happened[3:]
    assert first == ["run", "put right", "finished"]
    assert rest == ["run"] * TOGETHER + ["put right"] + ["finished"] * TOGETHER


def test_a_process_is_put_right_after_saving_only_when_that_has_run_code_of_the_plugin(runner: FakeRunner) -> None:
    happened: list[str] = []
    runner.open.set()
    asking = objects(2)

    threads = ObjectThreads(
        cast(ObjectRunner, runner),
        lambda group: happened.extend("finished" for _ in group),
        lambda work: bool(work()) or True,
        threads=1,
        savers=1,
        after_group=lambda: happened.append("put right"),
        asked_plugin=lambda running: running is asking[1],
    )
    threads.start()
    for running in asking:
        happened.clear()
        threads.put("job", [running])
        wait_for(lambda: "finished" in happened, PATIENCE, "it is handed over")
        times = happened.count("put right")
        assert times == (2 if running is asking[1] else 1)
    threads.close()
