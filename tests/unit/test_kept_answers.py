"""What a server keeps of its answers, and how many callers may wait."""

import asyncio
import math
from collections.abc import Callable

import pytest
from starlette.requests import Request

from adapters.access.known import Known
from adapters.actions.waiting import NoLimit, Waits
from adapters.web.kept import Answers, KeptAnswer, KeptAnswers
from domain.access import ANONYMOUS

STATE, LATER = (b"1", b"7"), (b"1", b"8")


def answer(body: bytes = b"{}", *, state: tuple[bytes, ...] = STATE, until: float = 10.0) -> KeptAnswer:
    return KeptAnswer(state, until, (), body)


def test_an_answer_is_given_again_in_its_own_state_and_for_its_time_only() -> None:
    answers, kept = Answers(), answer()

    answers.put(("show",), kept, now=0.0)

    assert answers.get(("show",), STATE, now=9.0) is kept
    assert answers.get(("show",), LATER, now=9.0) is None
    assert answers.get(("show",), STATE, now=10.0) is None
    assert answers.get(("list",), STATE, now=9.0) is None


def test_the_oldest_answers_make_room_for_new_ones() -> None:
    answers = Answers(most_bytes=100)
    for number in range(5):
        answers.put((number,), answer(b"x" * 40), now=0.0)
    answers.put((4,), answer(b"y" * 40), now=0.0)

    assert [number for number in range(5) if answers.get((number,), STATE, now=1.0)] == [3, 4]


def test_an_answer_that_is_larger_than_all_room_is_not_kept() -> None:
    answers = Answers(most_bytes=100)

    answers.put(("large",), answer(b"x" * 101), now=0.0)

    assert answers.get(("large",), STATE, now=1.0) is None


def test_what_was_asked_counts_as_well_as_the_answer() -> None:
    answers = Answers(most_bytes=100)

    for number in range(3):
        answers.put(("list", bytes([number]) * 40), answer(), now=0.0)

    assert [number for number in range(3) if answers.get(("list", bytes([number]) * 40), STATE, now=1.0)] == [1, 2]


def test_answers_whose_time_is_over_go_when_others_come() -> None:
    answers = Answers()
    answers.put(("old",), answer(until=1.0), now=0.0)

    answers.put(("new",), answer(), now=2.0)

    assert answers.get(("old",), STATE, now=0.5) is None


class Asked:
    """A site that is asked who calls, and counts it."""

    def __init__(self) -> None:
        self.times = 0

    async def run(self, work: Callable[[], Known]) -> Known:
        return work()

    def known(self, _request: Request) -> Known:
        self.times += 1
        return Known(ANONYMOUS, math.inf)


@pytest.mark.parametrize(("header", "times"), [(b"Basic eDp5", 1), (b"Basic " + b"x" * 60_000, 3)])
def test_callers_are_remembered_unless_their_headers_would_fill_the_memory(header: bytes, times: int) -> None:
    site = Asked()
    kept = KeptAnswers(None, site, None)  # type: ignore[arg-type]
    request = Request({"type": "http", "headers": [(b"authorization", header)]})

    for _ in range(3):
        asyncio.run(kept._caller(request, b"1"))

    assert site.times == times


def test_only_so_many_calls_wait_at_a_time() -> None:
    waits = Waits(places=1, seconds=25.0)

    with waits.place() as first, waits.place() as second:
        pass
    with waits.place() as third:
        pass

    assert (first, second, third) == (25.0, 0.0, 25.0)


def test_on_the_machine_itself_any_number_waits_as_long_as_it_takes() -> None:
    waits = NoLimit()

    with waits.place() as first, waits.place() as second:
        assert first == second == float("inf")
