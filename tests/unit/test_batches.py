"""What threads have done is taken together, and not later than needed."""

import threading
import time
from collections.abc import Callable

import pytest

from adapters.stages.batches import Batches
from tests.support.stack import PATIENCE

LONG = 60.0  # seconds: nobody waits so long


def taken(batches: Batches[int]) -> list[int] | None:
    """What is taken; fails the test when nothing is."""
    result: list[list[int] | None] = []
    taker = threading.Thread(target=lambda: result.append(batches.take()), daemon=True)
    taker.start()
    taker.join(PATIENCE)
    assert result, f"nothing was taken within {PATIENCE} s"
    return result[0]


def always(number: int) -> Callable[[], int]:
    return lambda: number


def test_enough_is_taken_at_once() -> None:
    batches: Batches[int] = Batches(3, 10, LONG, always(5))
    batches.put([1, 2])
    batches.put([3])

    assert taken(batches) == [1, 2, 3]


def test_the_last_ones_are_taken_at_once() -> None:
    batches: Batches[int] = Batches(3, 10, LONG, always(0))
    batches.put([1])

    assert taken(batches) == [1]


def test_half_of_all_is_enough() -> None:
    batches: Batches[int] = Batches(100, 100, LONG, always(2))
    batches.put([1, 2])

    assert taken(batches) == [1, 2]


def test_fewer_wait_for_more_that_are_expected() -> None:
    batches: Batches[int] = Batches(3, 10, 0.2, always(2))
    begun = time.monotonic()
    batches.put([1])

    assert taken(batches) == [1]
    assert time.monotonic() - begun >= 0.2


def test_who_takes_is_woken_when_there_is_enough() -> None:
    batches: Batches[int] = Batches(3, 10, LONG, always(5))
    result: list[list[int] | None] = []
    taker = threading.Thread(target=lambda: result.append(batches.take()), daemon=True)
    taker.start()

    for number in range(3):
        batches.put([number])

    taker.join(PATIENCE)
    assert result == [[0, 1, 2]]


def test_a_batch_has_a_size_at_most() -> None:
    batches: Batches[int] = Batches(1, 2, LONG, always(0))
    batches.put([1, 2, 3])

    assert [taken(batches), taken(batches)] == [[1, 2], [3]]


@pytest.mark.parametrize("waiting", [[], [1]])
def test_what_is_left_is_taken_after_the_end(waiting: list[int]) -> None:
    batches: Batches[int] = Batches(3, 10, LONG, always(5))
    batches.put(waiting)

    batches.close()

    assert taken(batches) == (waiting or None)
    assert taken(batches) is None
