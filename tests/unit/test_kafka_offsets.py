"""Which offset may be committed, and what is done about gaps in the log."""

from dataclasses import dataclass
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from adapters.kafka.codec import UnknownSchema, encode
from adapters.kafka.offsets import MAX_SPAN, OffsetTracker, PartitionState
from domain.commands import FetchObject

COMMAND = FetchObject(UUID("01890a5d-ac96-774b-bcce-b302099a8057"), 1)
UNKNOWN = b"\xc3\x01newer123body"


@dataclass
class FetchedRecord:
    offset: int
    value: bytes | None = encode(COMMAND)
    topic: str = "t"
    partition: int = 0


def records(*offsets: int) -> list[FetchedRecord]:
    return [FetchedRecord(offset) for offset in offsets]


def never(_: UnknownSchema) -> bool:
    return False


def always(_: UnknownSchema) -> bool:
    return True


def model_position(taken: list[int], finished: set[int]) -> int | None:
    """The rule in its plainest form."""
    unfinished = [offset for offset in taken if offset not in finished]
    return min(unfinished) if unfinished else (taken[-1] + 1 if taken else None)


@given(st.sets(st.integers(0, 60), max_size=40), st.lists(st.tuples(st.booleans(), st.integers(0, 70)), max_size=120))
def test_position_is_the_lowest_unfinished_offset(offsets: set[int], steps: list[tuple[bool, int]]) -> None:
    waiting, taken, finished = sorted(offsets, reverse=True), list[int](), set[int]()
    tracker = OffsetTracker()

    for take, offset in steps:
        if take and waiting:
            taken.append(waiting.pop())
            tracker.take(taken[-1])
        else:
            finished |= {offset} & set(taken)
            tracker.finish(offset)

        assert tracker.position == model_position(taken, finished)
        assert tracker.span == (taken[-1] - position + 1 if (position := tracker.position) in taken else 0)


@given(st.permutations(range(100, 130)))
def test_the_position_never_goes_back(order: list[int]) -> None:
    tracker = OffsetTracker()
    for offset in range(100, 130):
        tracker.take(offset)

    positions = [tracker.position or 0]
    for offset in order:
        tracker.finish(offset)
        positions.append(tracker.position or 0)

    assert positions == sorted(positions)
    assert (positions[0], positions[-1]) == (100, 130)


def test_a_gap_is_fetched_again_and_nothing_is_lost_or_doubled() -> None:
    state = PartitionState(assignment=1, expected=5)

    missing = state.fill_without_gaps(records(5, 6, 8, 9))
    then = state.fill_without_gaps(records(7, 8, 9))

    assert (missing, then) == (7, None)
    assert [record.offset for record in state.buffer] == [5, 6, 7, 8, 9]


def test_a_gap_that_stays_is_accepted_in_the_end() -> None:
    state = PartitionState(assignment=1, expected=0)

    answers = [state.fill_without_gaps(records(3, 4)) for _ in range(6)]

    assert answers == [0, 0, 0, 0, 0, None]
    assert [record.offset for record in state.buffer] == [3, 4]


def test_a_log_that_begins_anew_is_noticed() -> None:
    state = PartitionState(assignment=1)
    state.fill(records(7, 9))

    assert not state.restarted(records(12))
    assert state.restarted(records(0, 1))


def test_no_more_is_taken_than_asked_for() -> None:
    state = PartitionState(assignment=4)
    state.fill(records(0, 1, 2))

    deliveries, poison = state.take(2, never)

    assert [(item.offset, item.assignment, item.command) for item in deliveries] == [(0, 4, COMMAND), (1, 4, COMMAND)]
    assert not poison
    assert state.uncommitted() == 0


def test_a_stuck_command_bounds_what_a_crash_runs_again() -> None:
    state = PartitionState(assignment=1)
    state.fill(records(*range(MAX_SPAN + 100)))
    deliveries, _ = state.take(10**6, never)

    for item in deliveries[1:]:
        state.tracker.finish(item.offset)

    assert len(deliveries) == MAX_SPAN
    assert state.take(10**6, never) == ([], [])
    state.tracker.finish(0)
    assert len(state.take(10**6, never)[0]) == 100


def test_undecodable_messages_stand_aside_in_their_turn() -> None:
    state = PartitionState(assignment=1)
    state.fill([FetchedRecord(0), FetchedRecord(1, b"?"), FetchedRecord(2, None), FetchedRecord(3)])

    deliveries, poison = state.take(10, never)

    assert [item.offset for item in deliveries] == [0, 3]
    assert [(item.offset, item.value) for item in poison] == [(1, b"?"), (2, None)]


def test_an_unknown_schema_holds_its_partition_until_it_is_given_up() -> None:
    state = PartitionState(assignment=1)
    state.fill([FetchedRecord(0), FetchedRecord(1, UNKNOWN), FetchedRecord(2)])

    before, _ = state.take(10, never)
    held = state.take(10, never)
    after, poison = state.take(10, always)

    assert [item.offset for item in before] == [0]
    assert held == ([], [])
    assert [item.offset for item in poison] == [1]
    assert [item.offset for item in after] == [2]
