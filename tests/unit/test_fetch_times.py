"""When the embedded broker is asked for commands."""

from adapters.kafka.fetch_times import CONFIRMED_AFTER, FetchTimes


def started(early: int) -> FetchTimes:
    """After a look that brought commands which nobody had announced, and one that brought nothing."""
    times = FetchTimes()
    times.fetched(early, 0.0)
    times.fetched(0, 0.01)
    return times


def test_what_came_without_an_announcement_delays_no_more_than_one_later_command() -> None:
    times, waits = started(early=2), []

    for number in range(1, 8):
        now = number * 1.5
        times.announced(1, now)
        looked = max(now, times.due)
        waits.append(looked - now)
        times.fetched(1, looked)
        times.fetched(0, looked + 0.01)

    assert waits == [CONFIRMED_AFTER, *[0.0] * 6]


def test_a_stream_of_commands_waits_once_at_most_for_those_that_were_not_announced() -> None:
    times, sent, waits = started(early=50), [], []
    for tick in range(1, 2000):  # hundredths of a second
        now = tick / 100
        if tick % 30 == 0:
            sent.append(now)
            times.announced(10, now)
        if times.due <= now:
            waits += [now - since for since in sent]
            times.fetched(10 * len(sent), now)
            sent.clear()

    assert sum(wait > 0.02 for wait in waits) <= 5  # those five are the 50 commands, taken for the ones that came early
    assert max(waits) <= CONFIRMED_AFTER + 0.02


def test_the_announcement_of_what_has_come_already_costs_one_look() -> None:
    times = started(early=3)
    times.announced(3, 0.1)

    due = times.due
    times.fetched(0, due)

    assert due == 0.1 + CONFIRMED_AFTER
    assert times.due > due + 5
