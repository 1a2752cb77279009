"""What many gathers have to store goes into the log in one append, and none of them pays for another."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from adapters.bootstrap import Parts
from adapters.postgres.log import group_append
from adapters.postgres.log.event_store import PostgresEventStore
from adapters.postgres.log.group_append import GroupAppend
from domain.errors import GuardConflict, ServiceUnavailable
from tests.support.stack import PATIENCE, wait_for

Outcomes = dict[UUID, BaseException | None]


class Slow(PostgresEventStore):
    """Waits before its first append, and notes of how many streams each one was."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.database)
        self.go = threading.Event()
        self.appends: list[int] = []

    def append(self, events: Sequence[StoredEvent], guard: Mapping[UUID, int] | None = None, *_: object) -> frozenset[UUID]:
        self.go.wait(30)
        self.appends.append(len({event.originator_id for event in events}))
        return super().append(events, guard)


@pytest.fixture
def store(emptied: Parts) -> Slow:
    return Slow(emptied)


@pytest.fixture
def append(store: Slow) -> Iterator[GroupAppend]:
    append = GroupAppend(store)
    yield append
    store.go.set()
    append.close()


def put(append: GroupAppend, outcomes: Outcomes, stream: UUID, version: int = 1) -> None:
    """One event of a stream that is guarded to be as long as that needs."""
    event = StoredEvent(stream, version, "thing.done", b"{}")
    append([event], {stream: version - 1}, lambda error: outcomes.update({stream: error}))


def test_what_comes_while_an_append_is_in_flight_is_stored_by_the_next_one(append: GroupAppend, store: Slow) -> None:
    outcomes, streams = Outcomes(), [uuid4() for _ in range(20)]
    for stream in streams:
        put(append, outcomes, stream)

    store.go.set()

    wait_for(lambda: len(outcomes) == 20, PATIENCE, "all are told")
    assert outcomes == dict.fromkeys(streams)
    assert len(store.appends) <= 2
    assert {event.originator_id for event in store.select_streams(streams)} == set(streams)


def test_one_that_conflicts_is_told_so_and_the_others_are_stored(append: GroupAppend, store: Slow) -> None:
    outcomes, streams = Outcomes(), [uuid4() for _ in range(5)]
    for stream in streams:
        put(append, outcomes, stream, version=7 if stream == streams[2] else 1)

    store.go.set()

    wait_for(lambda: len(outcomes) == 5, PATIENCE, "all are told")
    assert isinstance(outcomes[streams[2]], GuardConflict)
    assert {stream for stream, error in outcomes.items() if error is None} == {*streams} - {streams[2]}
    assert {event.originator_id for event in store.select_streams(streams)} == {*streams} - {streams[2]}


def test_while_the_server_is_away_everybody_is_told_once(
    append: GroupAppend, store: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> frozenset[UUID]:
        raise ServiceUnavailable("gone")

    monkeypatch.setattr(PostgresEventStore, "append", away)
    outcomes, streams = Outcomes(), [uuid4() for _ in range(5)]
    for stream in streams:
        put(append, outcomes, stream)

    store.go.set()

    wait_for(lambda: len(outcomes) == 5, PATIENCE, "all are told")
    assert all(isinstance(error, ServiceUnavailable) for error in outcomes.values())
    assert len(store.appends) <= 2


def test_who_has_more_to_store_waits_while_much_waits(
    append: GroupAppend, store: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_append, "TOGETHER", 1)
    outcomes = Outcomes()
    put(append, outcomes, uuid4())
    wait_for(lambda: not append._waiting, PATIENCE, "it is being stored")
    put(append, outcomes, uuid4())
    third = threading.Thread(target=put, args=(append, outcomes, uuid4()))
    third.start()

    assert third.is_alive()
    store.go.set()
    third.join(PATIENCE)

    wait_for(lambda: len(outcomes) == 3, PATIENCE, "all are told")


def test_while_several_have_something_to_store_an_append_waits_for_enough_of_it(
    append: GroupAppend, store: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_append, "TOGETHER_SOON", 3600.0)
    monkeypatch.setattr(group_append, "ENOUGH", 6)
    outcomes = Outcomes()
    put(append, outcomes, uuid4())
    wait_for(lambda: not append._waiting, PATIENCE, "the first is being stored")
    for _ in range(2):
        put(append, outcomes, uuid4())
    store.go.set()
    wait_for(lambda: len(outcomes) == 3, PATIENCE, "all are told")

    for _ in range(6):
        put(append, outcomes, uuid4())

    wait_for(lambda: len(outcomes) == 9, PATIENCE, "all are told")
    assert store.appends == [1, 2, 6]


def test_who_stores_something_alone_waits_for_nobody(append: GroupAppend, store: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_append, "TOGETHER_SOON", 3600.0)
    outcomes = Outcomes()
    store.go.set()

    for number in range(1, 4):
        put(append, outcomes, uuid4())
        wait_for(lambda: len(outcomes) == number, PATIENCE, "it is told")  # noqa: B023  it runs here and now

    assert store.appends == [1, 1, 1]
