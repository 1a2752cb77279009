"""What an event log promises, run on the one in PostgreSQL and on its fake."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent

from adapters.bootstrap import Parts
from adapters.postgres.log.event_store import PostgresEventStore
from domain.errors import GuardConflict
from tests.support.fakes import MemoryLog

Log = MemoryLog | PostgresEventStore


@pytest.fixture(params=["fake", "postgres"])
def log(request: pytest.FixtureRequest) -> Log:
    if request.param == "fake":
        return MemoryLog()
    parts: Parts = request.getfixturevalue("emptied")
    return parts.event_store


def events(stream: UUID, *versions: int, topic: str = "thing.done") -> list[StoredEvent]:
    return [StoredEvent(stream, version, topic, f"{stream} {version}".encode()) for version in versions]


def places(found: Sequence[StoredEvent]) -> list[tuple[UUID | str, int]]:
    return [(event.originator_id, event.originator_version) for event in found]


def whole(log: Log) -> list[tuple[UUID | str, int]]:
    return places(log.select_notifications(None, 10_000))


# append


def test_what_is_appended_is_read_back_as_it_was(log: Log) -> None:
    stream = uuid4()
    written = [StoredEvent(stream, 1, "a.topic", b'{"a": 1}'), StoredEvent(stream, 2, "another.topic", b"\x00\xff")]

    conflicts = log.append(written)

    assert conflicts == frozenset()
    assert log.select_streams([stream]) == written


def test_nothing_appended_is_nothing_stored(log: Log) -> None:
    assert log.append([]) == frozenset()
    assert log.max_notification_id() is None


def test_a_second_append_is_a_conflict_and_stores_nothing(log: Log) -> None:
    stream = uuid4()
    log.append(events(stream, 1, 2))

    assert log.append(events(stream, 1, 2)) == {stream}
    assert log.append(events(stream, 2)) == {stream}
    assert places(log.select_streams([stream])) == [(stream, 1), (stream, 2)]


def test_only_the_streams_that_somebody_else_changed_are_left_out(log: Log) -> None:
    taken, free, grown = uuid4(), uuid4(), uuid4()
    log.append([*events(taken, 1), *events(grown, 1)])

    conflicts = log.append([*events(taken, 1), *events(free, 1, 2), *events(grown, 2)])

    assert conflicts == {taken}
    assert places(log.select_streams([free, grown])) == places(
        sorted([*events(free, 1, 2), *events(grown, 1, 2)], key=lambda e: (str(e.originator_id), e.originator_version))
    )


def test_a_stream_is_stored_whole_or_not_at_all(log: Log) -> None:
    stream = uuid4()
    log.append(events(stream, 1, 2))

    assert log.append(events(stream, 2, 3)) == {stream}
    assert places(log.select_streams([stream])) == [(stream, 1), (stream, 2)]


@pytest.mark.parametrize(("stored", "appended"), [((), (2,)), ((), (2, 3)), ((1,), (3,)), ((1, 2), (5, 6)), ((1,), (2, 4))])
def test_a_hole_in_a_stream_is_refused(log: Log, stored: tuple[int, ...], appended: tuple[int, ...]) -> None:
    stream, other = uuid4(), uuid4()
    log.append(events(stream, *stored))

    conflicts = log.append([*events(stream, *appended), *events(other, 1)])

    assert conflicts == {stream}
    assert places(log.select_streams([stream])) == [(stream, version) for version in stored]
    assert places(log.select_streams([other])) == [(other, 1)]


# guards


def test_a_guard_at_its_version_lets_the_append_through(log: Log) -> None:
    guard, stream = uuid4(), uuid4()
    log.append(events(guard, 1, 2))

    assert log.append(events(stream, 1), {guard: 2}) == frozenset()
    assert log.append([*events(guard, 3), *events(stream, 2)], {guard: 2}) == frozenset()
    assert places(log.select_streams([stream])) == [(stream, 1), (stream, 2)]


@pytest.mark.parametrize("version", [0, 1, 3])
def test_a_guard_at_another_version_stores_nothing(log: Log, version: int) -> None:
    guard, stream = uuid4(), uuid4()
    log.append(events(guard, 1, 2))

    with pytest.raises(GuardConflict):
        log.append([*events(guard, version + 1), *events(stream, 1)], {guard: version})

    assert whole(log) == [(guard, 1), (guard, 2)]


def test_a_guard_at_version_0_wants_a_stream_that_is_not_there(log: Log) -> None:
    guard, stream = uuid4(), uuid4()

    assert log.append([*events(guard, 1), *events(stream, 1)], {guard: 0}) == frozenset()
    with pytest.raises(GuardConflict):
        log.append(events(uuid4(), 1), {guard: 0})

    assert whole(log) == [(guard, 1), (stream, 1)]


def test_every_guard_counts(log: Log) -> None:
    one, other = uuid4(), uuid4()
    log.append([*events(one, 1), *events(other, 1)])

    with pytest.raises(GuardConflict) as conflict:
        log.append(events(uuid4(), 1), {one: 1, other: 2})

    assert conflict.value.streams == {one, other}
    assert whole(log) == [(one, 1), (other, 1)]


def test_conflicts_beside_a_good_guard_are_told_by_stream(log: Log) -> None:
    guard, known, new = uuid4(), uuid4(), uuid4()
    log.append([*events(guard, 1), *events(known, 1)])

    conflicts = log.append([*events(guard, 2), *events(known, 1), *events(new, 1)], {guard: 1})

    assert conflicts == {known}
    assert whole(log) == [(guard, 1), (known, 1), (guard, 2), (new, 1)]


# reading


def test_events_are_numbered_in_the_order_of_the_call(log: Log) -> None:
    one, other = uuid4(), uuid4()
    order = [*events(other, 1), *events(one, 1, 2), *events(other, 2), *events(one, 3)]

    log.append(order)
    log.append(events(other, 3))

    read = log.select_notifications(None, 100)
    assert places(read) == [*places(order), (other, 3)]
    numbers = [notification.id for notification in read]
    assert numbers == sorted(set(numbers))
    assert log.max_notification_id() == numbers[-1]


def test_many_streams_are_loaded_stream_by_stream_in_one_call(log: Log) -> None:
    streams = sorted(uuid4() for _ in range(20))
    for version in (1, 2):
        log.append([event for stream in streams for event in events(stream, version)])

    found = log.select_streams([*streams[5:10][::-1], uuid4()])

    assert places(found) == [(stream, version) for stream in streams[5:10] for version in (1, 2)]
    assert log.select_streams([]) == []


def test_of_many_streams_those_that_are_known_in_part_are_loaded_from_there(log: Log) -> None:
    first, second, third = sorted(uuid4() for _ in range(3))
    for stream in (first, second, third):
        log.append(events(stream, 1, 2, 3))

    found = log.select_streams([third, first, second], {first: 1, second: 3, uuid4(): 7}, {third: 2})

    assert places(found) == [(first, 2), (first, 3), (third, 1), (third, 2)]


def test_one_stream_is_read_in_part_and_backwards(log: Log) -> None:
    stream = uuid4()
    log.append([*events(stream, 1, 2, 3, 4, 5), *events(uuid4(), 1)])

    def versions(**options: int | bool) -> list[int]:
        return [event.originator_version for event in log.select_events(stream, **options)]  # type: ignore[arg-type]

    assert versions() == [1, 2, 3, 4, 5]
    assert versions(gt=2, lte=4) == [3, 4]
    assert versions(desc=True, limit=2) == [5, 4]
    assert versions(lte=3, desc=True, limit=1) == [3]
    assert versions(gt=5) == []


def test_the_log_is_read_in_part(log: Log) -> None:
    stream = uuid4()
    log.append(events(stream, 1, 2, 3, topic="a"))
    log.append(events(stream, 4, 5, topic="b"))
    first, second, third, fourth, fifth = (notification.id for notification in log.select_notifications(None, 10))

    def numbers(start: int | None, limit: int = 10, **options: object) -> list[int]:
        return [n.id for n in log.select_notifications(start, limit, **options)]  # type: ignore[arg-type]

    assert numbers(second, 2) == [second, third]
    assert numbers(second, inclusive_of_start=False) == [third, fourth, fifth]
    assert numbers(second, stop=fourth) == [second, third, fourth]
    assert numbers(first, topics=["b"]) == [fourth, fifth]
    assert numbers(fifth + 1) == []


def test_a_limit_counts_events_of_the_topics_asked_for(log: Log) -> None:
    stream = uuid4()
    log.append(events(stream, 1, 2, 3, topic="a"))
    log.append(events(stream, 4, 5, topic="b"))

    assert places(log.select_notifications(None, 1, topics=["b"])) == [(stream, 4)]


# the library's way to write


def test_the_library_stores_all_or_nothing(log: Log) -> None:
    one, other = uuid4(), uuid4()
    log.insert_events(events(one, 1, 2))

    with pytest.raises(IntegrityError):
        log.insert_events([*events(other, 1), *events(one, 2, 3)])

    assert whole(log) == [(one, 1), (one, 2)]


def test_the_library_goes_on_where_a_stream_ends(log: Log) -> None:
    stream = uuid4()
    log.insert_events(events(stream, 1))

    log.insert_events(events(stream, 2, 3))

    assert places(log.select_events(stream)) == [(stream, 1), (stream, 2), (stream, 3)]


def test_following_is_not_the_librarys_matter(log: Log) -> None:
    with pytest.raises(NotImplementedError):
        log.subscribe()
