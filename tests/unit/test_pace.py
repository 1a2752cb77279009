"""How far the records of one job may be sent ahead."""

from hypothesis import given
from hypothesis import strategies as st

from domain.pace import Pace
from domain.rules import GROWTH, MAX_BUDGET, MIN_BUDGET


def test_half_of_what_was_let_out_in_a_tenth_of_a_second_lets_four_times_as_much_out() -> None:
    pace = Pace(0.0)

    pace.ended(MIN_BUDGET // 2, 0.1)

    assert pace.ahead == MIN_BUDGET * GROWTH


def test_slow_records_are_sent_two_seconds_ahead() -> None:
    pace = Pace(0.0, ahead=400)

    pace.ended(150, 1.0)
    before = pace.ahead
    pace.ended(50, 2.0)

    assert (before, pace.ahead) == (400, 200)  # 100 a second


def test_very_slow_records_are_sent_as_far_ahead_as_those_of_a_new_job() -> None:
    pace = Pace(0.0, ahead=8000)

    pace.ended(4000, 800.0)

    assert pace.ahead == MIN_BUDGET


def test_time_without_anything_under_way_does_not_count() -> None:
    pace = Pace(0.0)

    pace.sent(1000.0, under_way=0)
    pace.ended(100, 1000.25)

    assert pace.ahead == 400


def test_what_is_sent_in_between_does_not_begin_anew() -> None:
    pace = Pace(0.0, ahead=1000)

    pace.ended(250, 1.0)
    pace.sent(1.0, under_way=750)
    pace.ended(250, 2.0)

    assert pace.ahead == 500


@given(st.lists(st.tuples(st.integers(1, 9000), st.floats(0, 3600)), max_size=20))
def test_it_stays_within_its_limits_whatever_happens(steps: list[tuple[int, float]]) -> None:
    pace, now = Pace(0.0), 0.0
    for number, seconds in steps:
        now += seconds
        before = pace.ahead
        pace.ended(number, now)
        assert MIN_BUDGET <= pace.ahead <= min(before * GROWTH, MAX_BUDGET)
