"""Lanes of the gather worker: each has threads of its own."""

import threading
from collections.abc import Iterator

import pytest

from adapters.stages import lanes
from adapters.stages.lanes import Lane
from tests.support.stack import wait_for


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

    for item in "abc":
        lane.put(item)

    wait_for(lambda: len(held.begun) == 2, 5, "two are begun")
    assert lane.close() == ["c"]
    assert sorted(held.begun) == ["a", "b"]


def test_what_waits_follows_in_the_threads_that_are_there(held: Held) -> None:
    lane = Lane(2, held)
    for item in "abcdef":
        lane.put(item)

    held.go.set()

    wait_for(lambda: len(held.begun) == 6, 5, "all are done")
    assert len(held.threads) <= 2
    lane.close()


def test_what_has_waited_too_long_is_taken_out(held: Held) -> None:
    lane = Lane(1, held)
    for item in "abc":
        lane.put(item)
    wait_for(lambda: held.begun == ["a"], 5, "one is begun")

    assert lane.overdue(60.0) == []
    assert lane.overdue(0.0) == ["b", "c"]
    assert lane.close() == []


def test_threads_without_work_end_and_others_are_started_for_what_comes_later(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "IDLE", 0.05)
    held.go.set()
    before = threading.active_count()
    lane = Lane(3, held)
    for item in "abc":
        lane.put(item)
    wait_for(lambda: len(held.begun) == 3 and threading.active_count() <= before, 5, "its threads have ended")

    lane.put("d")

    wait_for(lambda: held.begun[-1] == "d", 5, "another one works")
    lane.close()


def test_a_thread_takes_along_what_it_wants_of_what_waited_longest(held: Held) -> None:
    lane = Lane(1, held)
    for item in ("busy", "a1", "a2", "b", "a3"):
        lane.put(item)
    wait_for(lambda: held.begun == ["busy"], 5, "it is begun")

    taken = lane.take(3, lambda item: item.startswith("a"))

    assert taken == ["a1", "a2"]
    assert lane.close() == ["b", "a3"]


def test_what_is_put_first_is_begun_before_what_waits(held: Held) -> None:
    lane = Lane(1, held)
    for item in ("busy", "late"):
        lane.put(item)
    wait_for(lambda: held.begun == ["busy"], 5, "it is begun")

    assert lane.put_first(["one", "two"])
    held.go.set()

    wait_for(lambda: held.begun == ["busy", "one", "two", "late"], 5, "all are begun in this order")
    lane.close()


def test_a_lane_that_is_closed_takes_nothing_in_front_either(held: Held) -> None:
    lane = Lane(1, held)
    lane.close()

    assert not lane.put_first(["late"])
