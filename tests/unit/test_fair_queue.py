"""Threads are shared fairly between jobs."""

import sys
import threading
from collections.abc import Callable

import pytest

from adapters.stages.fair_queue import FairQueue
from tests.support.stack import PATIENCE, wait_for


def test_jobs_take_turns() -> None:
    queue: FairQueue[int] = FairQueue(8)
    queue.put("big", range(100))
    queue.put("small", [1000, 1001])

    taken = [queue.take(2) for _ in range(3)]

    assert taken == [("big", [0, 1]), ("small", [1000, 1001]), ("big", [2, 3])]


def test_no_job_gets_all_threads() -> None:
    queue: FairQueue[int] = FairQueue(4)
    queue.put("slow", range(100))
    for _ in range(3):
        queue.take(1)
    result: list[object] = []
    fourth = threading.Thread(target=lambda: result.append(queue.take(1)))
    fourth.start()
    fourth.join(0.1)
    assert fourth.is_alive()

    queue.put("quick", [7])

    fourth.join(PATIENCE)
    assert result == [("quick", [7])]


def test_a_thread_that_has_finished_makes_room_for_its_job() -> None:
    queue: FairQueue[int] = FairQueue(1)
    queue.put("only", [1, 2])
    assert queue.take(1) == ("only", [1])

    queue.finished("only")

    assert queue.take(1) == ("only", [2])


def test_closing_wakes_the_threads_that_wait() -> None:
    queue: FairQueue[int] = FairQueue(2)
    result: list[object] = []
    waiting = threading.Thread(target=lambda: result.append(queue.take(1)))
    waiting.start()

    queue.close()

    waiting.join(PATIENCE)
    assert result == [None]


def test_draining_takes_what_has_not_begun() -> None:
    queue: FairQueue[int] = FairQueue(2)
    queue.put("a", [1, 2])
    queue.put("b", [3])
    queue.take(1)

    assert sorted(queue.drain()) == [2, 3]
    assert queue.drain() == []


def test_one_item_after_the_other_wakes_all_threads_that_it_takes() -> None:
    queue: FairQueue[int] = FairQueue(4, reserve=False)
    taken: list[int] = []
    together = threading.Barrier(4, timeout=PATIENCE)

    def work() -> None:
        while (found := queue.take(1)) is not None:
            together.wait()  # nobody goes on before all four have something
            taken.extend(found[1])
            queue.finished(found[0])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    queue.put("a", range(40))
    wait_for(lambda: len(taken) == 40, PATIENCE, "all are taken")
    queue.close()
    for thread in threads:
        thread.join(PATIENCE)

    assert sorted(taken) == list(range(40))


def test_who_waits_for_room_goes_on_as_soon_as_there_is_some_for_its_job() -> None:
    queue: FairQueue[int] = FairQueue(2, reserve=False, ahead=2)
    queue.put("full", range(4))
    queue.wait_for_room("other")
    waiting = threading.Thread(target=queue.wait_for_room, args=("full",))
    waiting.start()

    queue.take(1)
    waiting.join(0.1)
    before = waiting.is_alive()
    queue.take(1)
    waiting.join(PATIENCE)

    assert before
    assert not waiting.is_alive()


@pytest.mark.parametrize("end", [FairQueue.close, FairQueue.drain], ids=["closed", "drained"])
def test_nobody_waits_for_room_in_a_queue_that_ends(end: Callable[[FairQueue[int]], object]) -> None:
    queue: FairQueue[int] = FairQueue(2)
    queue.put("full", [1])
    waiting = threading.Thread(target=queue.wait_for_room, args=("full",))
    waiting.start()

    end(queue)

    waiting.join(PATIENCE)
    assert not waiting.is_alive()


def test_room_wakes_one_thread_after_the_other_and_all_when_nothing_waits() -> None:
    queue: FairQueue[int] = FairQueue(2, reserve=False, ahead=2)
    queue.put("full", range(4))
    gone_on: list[int] = []

    def wait(number: int) -> None:
        queue.wait_for_room("full")
        gone_on.append(number)
        if number == 0:
            queue.put("full", range(10))  # the first one fills it again

    threads = [threading.Thread(target=wait, args=(number,), daemon=True) for number in range(3)]
    for thread in threads:
        thread.start()
        wait_for(lambda thread=thread: in_wait(thread), 5, "it waits")  # type: ignore[misc]

    queue.take(2)
    threads[0].join(PATIENCE)
    threads[1].join(0.1)

    assert gone_on == [0]
    queue.take(12)
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(gone_on) == [0, 1, 2]


def in_wait(thread: threading.Thread) -> bool:
    """Whether a thread waits for a condition."""
    frame = sys._current_frames().get(thread.ident or 0)
    return frame is not None and frame.f_code is threading.Condition.wait.__code__


def test_no_further_thread_begins_with_a_job_of_which_the_next_step_has_enough() -> None:
    enough = {"slow"}
    queue: FairQueue[int] = FairQueue(4, reserve=False, enough=enough.__contains__)
    taken: list[str] = []

    def work() -> None:
        if (batch := queue.take(1)) is not None:
            taken.append(batch[0])

    threads = [threading.Thread(target=work, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
        wait_for(lambda thread=thread: in_wait(thread), 5, "it waits")  # type: ignore[misc]

    queue.put("slow", range(10))
    wait_for(lambda: taken == ["slow"], 5, "one thread takes something")
    wait_for(lambda: sum(map(in_wait, threads)) == 3, 5, "the others wait")
    queue.wake()
    wait_for(lambda: taken == ["slow"] * 2, 5, "one more is woken")
    queue.put("other", [1])

    wait_for(lambda: len(taken) == 4, 5, "of another job as much is taken as there are threads for")
    assert "other" in taken


def test_what_is_left_of_a_job_is_told() -> None:
    left: list[int] = []
    queue: FairQueue[int] = FairQueue(2, reserve=False, taken=left.append)
    queue.put("a", range(3))

    queue.take(2)
    queue.take(2)

    assert (left, queue.waiting("a")) == ([1, 0], 0)
