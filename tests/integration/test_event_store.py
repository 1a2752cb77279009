"""The log under load: many processes append, and whoever follows misses nothing."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from adapters.bootstrap import Parts
from adapters.postgres.listener import EVENTS, Listener
from adapters.postgres.log.event_store import PostgresEventStore, read_after
from domain.errors import ServiceUnavailable
from tests.integration.processes import PATIENCE, append_for, append_one_by_one, ended, start
from tests.support.stack import wait_for


@pytest.fixture
def store(emptied: Parts) -> PostgresEventStore:
    return emptied.event_store


@pytest.fixture
def listener(emptied: Parts) -> Iterator[Listener]:
    made = Listener(emptied.database, EVENTS)
    yield made
    made.close()


def one_event() -> list[StoredEvent]:
    return [StoredEvent(uuid4(), 1, "thing.done", b"x")]


def test_a_follower_misses_nothing_that_many_processes_append(
    emptied: Parts, store: PostgresEventStore, listener: Listener
) -> None:
    writers = [start(append_for, emptied.settings.database_url, 2.0, seed) for seed in range(3)]

    position, followed = 0, []
    while True:
        running = any(writer.is_alive() for writer in writers)
        rows = read_after(emptied.database.connection, position, 400)
        followed += [row[0] for row in rows]
        position = rows[-1][0] if rows else position
        if not rows and not running:
            break
        if not rows:
            listener.wait(0.05)

    assert ended(*writers) == [0, 0, 0]
    stored = [n for (n,) in emptied.database.query("SELECT notification_id FROM events.stored_event ORDER BY 1")]
    assert len(stored) > 3000
    assert followed == stored


def test_processes_that_compete_for_one_stream_leave_no_hole(emptied: Parts, store: PostgresEventStore) -> None:
    stream = uuid4()

    competitors = [start(append_one_by_one, emptied.settings.database_url, stream, 60) for _ in range(2)]

    assert ended(*competitors) == [0, 0]
    assert [event.originator_version for event in store.select_streams([stream])] == list(range(1, 121))


def test_a_large_append_is_stored_whole_and_does_not_hang(emptied: Parts, store: PostgresEventStore) -> None:
    events = [StoredEvent(uuid4(), 1, "thing.done", b"x" * 1000) for _ in range(5000)]

    with ThreadPoolExecutor(1) as thread:
        try:
            conflicts = thread.submit(store.append, events).result(PATIENCE)
        except TimeoutError:
            emptied.database.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
            raise

    assert conflicts == frozenset()
    assert [row[1] for row in read_after(emptied.database.connection, 0, 6000)] == [e.originator_id for e in events]


def test_a_follower_is_woken_by_an_append_and_by_nothing_else(store: PostgresEventStore, listener: Listener) -> None:
    assert listener.wait(0.0)  # from now on it listens

    assert not listener.wait(0.05)
    store.append(one_event())

    assert listener.wait(PATIENCE)


def test_what_stores_nothing_wakes_nobody(store: PostgresEventStore, listener: Listener) -> None:
    events = one_event()
    store.append(events)
    listener.wait(0.0)

    store.append(events)

    assert not listener.wait(0.05)


def test_a_page_of_the_log_starts_after_its_position(emptied: Parts, store: PostgresEventStore) -> None:
    for _ in range(5):
        store.append(one_event())
    connection = emptied.database.connection
    numbers = [row[0] for row in read_after(connection, 0, 10)]

    assert [row[0] for row in read_after(connection, numbers[1], 2)] == numbers[2:4]
    assert read_after(connection, numbers[-1], 2) == []


def test_an_append_opens_a_connection_again_that_the_server_closed_while_it_was_idle(
    emptied: Parts, store: PostgresEventStore
) -> None:
    store.append(one_event())
    pid = emptied.database.query("SELECT pg_backend_pid()")[0][0]
    with psycopg.connect(emptied.settings.database_url, autocommit=True) as other:
        assert other.execute("SELECT pg_terminate_backend(%s, 10000)", (pid,)).fetchone() == (True,)

    assert store.append(one_event()) == frozenset()

    assert emptied.database.query("SELECT count(*) FROM events.stored_event") == [(2,)]


def test_an_append_whose_answer_was_lost_says_so_and_is_not_repeated(emptied: Parts, store: PostgresEventStore) -> None:
    store.append(one_event())
    pid = emptied.database.query("SELECT pg_backend_pid()")[0][0]
    with psycopg.connect(emptied.settings.database_url) as other, ThreadPoolExecutor(1) as ends:
        other.execute("LOCK TABLE events.stored_event IN EXCLUSIVE MODE")
        session = ends.submit(end_once_it_waits, emptied.settings.database_url, pid)

        with pytest.raises(ServiceUnavailable):
            store.append(one_event())
        assert session.result()

    assert emptied.database.query("SELECT count(*) FROM events.stored_event") == [(1,)]
    assert store.append(one_event()) == frozenset()


def end_once_it_waits(url: str, pid: int) -> bool:
    """End a session in the middle of a statement that waits for a lock; whether it did wait."""
    with psycopg.connect(url, autocommit=True) as other:

        def waits() -> bool:
            row = other.execute("SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s", (pid,)).fetchone()
            return bool(row and row[0])

        wait_for(waits, PATIENCE, "the append waits")
        other.execute("SELECT pg_terminate_backend(%s, 10000)", (pid,))
    return True


def test_an_append_repeated_because_its_answer_was_lost_comes_back_as_conflicts(store: PostgresEventStore) -> None:
    events = [*one_event(), *one_event()]
    store.append(events)

    assert store.append(events) == {event.originator_id for event in events}


def test_every_event_has_the_time_when_it_was_stored(emptied: Parts, store: PostgresEventStore) -> None:
    for _ in range(3):
        store.append(one_event())

    times = emptied.database.query("SELECT recorded_at FROM events.stored_event ORDER BY notification_id")

    assert times == sorted(times)
    assert len(set(times)) == 3
