"""Limits of calls by address."""

import pytest

from adapters.web.limits import ADDRESSES, Limit
from domain.errors import TooManyCalls


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_as_many_calls_as_a_minute_has_may_come_at_once_and_then_one_by_one() -> None:
    clock = Clock()
    limit = Limit(2, clock)
    for _ in range(2):
        limit.check("a")
        limit.count("a")

    with pytest.raises(TooManyCalls) as refused:
        limit.check("a")
    limit.check("b")
    clock.now += 30.0
    limit.check("a")

    assert refused.value.wait == pytest.approx(30.0)


def test_zero_is_any_number() -> None:
    limit = Limit(0)
    for _ in range(1000):
        limit.check("a")
        limit.count("a")


def test_memory_is_bounded_however_many_addresses_there_are() -> None:
    limit = Limit(5, Clock())
    for number in range(ADDRESSES + 10):
        limit.count(str(number))

    assert len(limit._left) == ADDRESSES
