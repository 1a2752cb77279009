"""Lanes of the gather worker: each has threads of its own."""

import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from adapters.stages import lanes
from adapters.stages.lanes import Lane
from tests.support.stack import PATIENCE, wait_for


class Held:
    """Work that lasts until it is let go."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.threads: set[int] = set()
        self.go = threading.Event()

    def __call__(self, item: str) -> None:
        self.begun.append(item)
        self.threads.add(threading.get_ident())
        self.go.wait(30)


@pytest.fixture
def held() -> Iterator[Held]:
    work = Held()
    yield work
    work.go.set()


def test_no_more_is_begun_than_there_are_threads(held: Held) -> None:
    lane = Lane(2, held)

    lane.put("abc", 3)

    wait_for(lambda: len(held.begun) == 2, PATIENCE, "two are begun")
    assert lane.close() == ["c"]
    assert sorted(held.begun) == ["a", "b"]


def test_what_waits_follows_in_the_threads_that_are_there(held: Held) -> None:
    lane = Lane(2, held)
    lane.put("abcdef", 6)

    held.go.set()

    wait_for(lambda: len(held.begun) == 6, PATIENCE, "all are done")
    assert len(held.threads) <= 2
    lane.close()


def test_what_has_waited_too_long_is_taken_out(held: Held) -> None:
    lane = Lane(1, held)
    lane.put("abc", 3)
    wait_for(lambda: held.begun == ["a"], PATIENCE, "one is begun")

    assert lane.overdue(60.0) == []
    assert lane.overdue(0.0) == ["b", "c"]
    assert lane.close() == []


@pytest.mark.parametrize(("begun_at", "overdue"), [(0.0, ["c"]), (1.4, [])])
def test_what_waits_keeps_its_turn_while_others_are_begun_all_the_time(
    monkeypatch: pytest.MonkeyPatch, begun_at: float, overdue: list[str]
) -> None:
    now = [0.0]
    monkeypatch.setattr(lanes, "time", SimpleNamespace(monotonic=lambda: now[0]))
    gates = {item: threading.Event() for item in "abc"}
    begun: list[str] = []

    def work(item: str) -> None:
        begun.append(item)
        gates[item].wait(30)

    lane = Lane(1, work)
    lane.put("abc", 1)
    now[0] = begun_at
    gates["a"].set()
    wait_for(lambda: begun == ["a", "b"], PATIENCE, "the second is begun")

    now[0] = 1.5

    assert lane.overdue(1.0) == overdue
    now[0] = 2.5
    assert lane.overdue(1.0) == (["c"] if not overdue else [])
    gates["b"].set()
    lane.close()


def test_threads_without_work_end_and_others_are_started_for_what_comes_later(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "IDLE", 0.05)
    held.go.set()
    threads: list[threading.Thread] = []

    def work(item: str) -> None:
        threads.append(threading.current_thread())
        held(item)

    lane = Lane(3, work)
    lane.put("abc", 3)
    wait_for(lambda: len(held.begun) == 3, PATIENCE, "all are begun")
    wait_for(lambda: not any(thread.is_alive() for thread in threads), PATIENCE, "its threads have ended")

    lane.put("d", 1)

    wait_for(lambda: held.begun[-1] == "d", PATIENCE, "another one works")
    lane.close()


def test_a_thread_takes_along_what_it_wants_of_what_waited_longest(held: Held) -> None:
    lane = Lane(1, held)
    lane.put(["busy", "a1", "a2", "b", "a3"], 5)
    wait_for(lambda: held.begun == ["busy"], PATIENCE, "it is begun")

    taken = lane.take(3, lambda item: item.startswith("a"))

    assert taken == ["a1", "a2"]
    assert lane.close() == ["b", "a3"]


def test_what_is_put_first_is_begun_before_what_waits(held: Held) -> None:
    lane = Lane(1, held)
    lane.put(["busy", "late"], 2)
    wait_for(lambda: held.begun == ["busy"], PATIENCE, "it is begun")

    assert lane.put_first(["one", "two"], 2)
    held.go.set()

    wait_for(lambda: held.begun == ["busy", "one", "two", "late"], PATIENCE, "all are begun in this order")
    lane.close()


def test_a_lane_that_is_closed_takes_nothing_in_front_either(held: Held) -> None:
    lane = Lane(1, held)
    lane.close()

    assert not lane.put_first(["late"], 1)


def test_no_more_threads_are_woken_than_the_items_are_worth(held: Held) -> None:
    lane = Lane(4, held)

    lane.put("abc", 1)

    wait_for(lambda: held.begun == ["a"], PATIENCE, "one is begun")
    lane.put_first("d", 0)
    held.go.set()
    wait_for(lambda: len(held.begun) == 4, PATIENCE, "the others follow")
    assert held.begun == ["a", "d", "b", "c"]
    assert len(held.threads) == 1
    lane.close()


def test_threads_are_woken_for_what_waits_once_nothing_was_begun_for_a_while(held: Held) -> None:
    lane = Lane(3, held)
    lane.put("abcd", 1)
    wait_for(lambda: held.begun == ["a"], PATIENCE, "one is begun")

    lane.look(60.0)
    assert held.begun == ["a"]
    lane.look(0.0)

    wait_for(lambda: sorted(held.begun) == ["a", "b", "c"], PATIENCE, "as many are begun as there are threads")
    assert lane.close() == ["d"]


def test_two_items_that_come_one_after_the_other_get_a_thread_each(held: Held) -> None:
    lane = Lane(2, held)
    held.go.set()
    lane.put("ab", 2)
    wait_for(lambda: len(held.begun) == 2 and not lane.is_busy, PATIENCE, "both threads are there, and have nothing to do")
    held.go.clear()

    lane.put("c", 1)
    lane.put("d", 1)

    wait_for(lambda: sorted(held.begun) == ["a", "b", "c", "d"], PATIENCE, "both are begun")
    lane.close()


def test_idle_threads_work_again_however_often_they_were_woken(held: Held) -> None:
    lane = Lane(2, held)
    held.go.set()

    for number in range(200):
        lane.put([str(number), f"and {number}"], number % 3)
        lane.look(0.0)
    wait_for(lambda: len(held.begun) == 400 and not lane.is_busy, PATIENCE, "all are done")
    held.go.clear()
    lane.put(["one", "other"], 2)

    wait_for(lambda: len(held.begun) == 402, PATIENCE, "each has a thread")
    lane.close()


def test_a_lane_is_busy_while_something_waits_or_is_worked_on(held: Held) -> None:
    lane = Lane(1, held)
    assert not lane.is_busy

    lane.put("ab", 1)
    assert lane.is_busy
    wait_for(lambda: held.begun == ["a"], PATIENCE, "one is begun")
    assert lane.take(1, lambda _: True) == ["b"]
    assert lane.is_busy
    held.go.set()

    wait_for(lambda: not lane.is_busy, PATIENCE, "it has nothing to do")
    lane.close()


class Late(threading.Condition):
    """Whoever waits is woken at the very moment at which its patience ends."""

    def wait(self, timeout: float | None = None) -> bool:
        super().wait(timeout)
        return False


def test_a_thread_that_was_called_as_it_wanted_to_end_does_not_keep_another_one_asleep(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "Condition", Late)
    lane = Lane(2, held)
    monkeypatch.undo()
    held.go.set()
    lane.put("ab", 2)
    wait_for(lambda: len(held.begun) == 2 and not lane.is_busy, PATIENCE, "both threads are idle")
    held.go.clear()

    for number, item in enumerate("cd", start=3):
        lane.put(item, 1)
        wait_for(lambda: len(held.begun) == number, PATIENCE, "it is begun")  # noqa: B023

    lane.close()
