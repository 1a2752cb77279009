"""Threads are shared fairly between jobs."""

import threading

from adapters.roles.fair_queue import FairQueue


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

    fourth.join(5)
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

    waiting.join(5)
    assert result == [None]


def test_draining_takes_what_has_not_begun() -> None:
    queue: FairQueue[int] = FairQueue(2)
    queue.put("a", [1, 2])
    queue.put("b", [3])
    queue.take(1)

    assert sorted(queue.drain()) == [2, 3]
    assert queue.drain() == []
