"""What is too large for one statement is split, and large extras and documents stay within bounds of memory."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from adapters.bootstrap import Parts
from adapters.postgres.database import Connection, Database
from adapters.postgres.log import event_store
from adapters.postgres.log.event_store import PostgresEventStore
from adapters.postgres.log.projector import Projector
from adapters.settings import Settings
from domain.errors import GuardConflict
from domain.sources import SourceFields
from projections.recorded import Recorded
from tests.support.stack import PATIENCE, Stack, wait_for

pytestmark = pytest.mark.slow

REFUSE = "DO $$ BEGIN RAISE EXCEPTION 'total size of jsonb array elements exceeds the maximum' USING ERRCODE = '{}'; END $$"


def events(*streams: int) -> list[StoredEvent]:
    """Two events for each stream, given by its size in bytes."""
    ids = [(uuid4(), size) for size in streams]
    return [StoredEvent(stream, version, "thing.done", b"x" * size) for version in (1, 2) for stream, size in ids]


def stored(store: PostgresEventStore, many: Sequence[StoredEvent]) -> list[StoredEvent]:
    """What the log has of their streams."""
    return store.select_streams(list({UUID(str(event.originator_id)) for event in many}))


def test_an_append_that_is_too_large_is_stored_in_parts_each_stream_whole(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_store, "MAX_BYTES", 1000)
    store = PostgresEventStore(database)
    many = events(100, 300, 2000, 10, 500)
    store.append(many[:1])

    conflicts = store.append(many)

    assert conflicts == {many[0].originator_id}
    assert len(stored(store, many)) == 1 + 2 * 4


@pytest.mark.parametrize("state", ["54000", "53200"])
def test_an_append_that_the_server_refuses_is_halved(database: Database, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    store, append = PostgresEventStore(database), PostgresEventStore._append

    def refused(self: PostgresEventStore, some: Sequence[StoredEvent], guard: object, connection: object) -> frozenset[object]:
        if len(some) > 4:
            self.database.query(REFUSE.format(state))
        return append(self, some, guard, connection)  # type: ignore[arg-type]

    monkeypatch.setattr(PostgresEventStore, "_append", refused)
    many = events(*[10] * 9)

    assert store.append(many) == frozenset()
    assert len(stored(store, many)) == 18
    with pytest.raises(psycopg.OperationalError):  # a guard holds for all or nothing
        store.append(many, guard={uuid4(): 0})


def test_a_guarded_append_is_never_split(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_store, "MAX_BYTES", 100)
    store = PostgresEventStore(database)
    many = events(100, 100, 100)

    with pytest.raises(GuardConflict):
        store.append(many, guard={uuid4(): 7})

    assert stored(store, many) == []


class Picky:
    """Takes at most three events at a time; the server refuses more."""

    def __init__(self, state: str, most: int) -> None:
        self.state = state
        self.most = most
        self.applied: list[int] = []

    def apply(self, connection: Connection, events: Sequence[Recorded]) -> None:
        if len(events) > self.most:
            connection.execute(REFUSE.format(self.state))
        self.applied += [event.number for event in events]


@pytest.mark.parametrize("state", ["54000", "53200"])
def test_a_batch_that_the_server_refuses_is_projected_in_parts(parts: Parts, state: str) -> None:
    for number in range(5):
        parts.application.register_source(SourceFields(f"city-{number}", f"http://127.0.0.1/{number}", "test"), "admin")
    application = Picky(state, 3)

    Projector(parts.database, "work", "ops", application).catch_up()

    assert len(application.applied) > 5
    assert application.applied == sorted(set(application.applied))


def test_one_event_that_the_server_refuses_stops_a_projector(parts: Parts) -> None:
    parts.application.register_source(SourceFields("city", "http://127.0.0.1/", "test"), "admin")

    with pytest.raises(psycopg.OperationalError):
        Projector(parts.database, "work", "ops", Picky("54000", 0)).catch_up()


def peak(pid: int) -> float:
    """The most memory that a process has had so far, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


def test_large_extras_come_back_whole_and_no_event_holds_them(with_broker: Settings, tmp_path: Path) -> None:
    with Stack(with_broker, tmp_path) as stack:
        stack.source("large", "http://127.0.0.1/large", "large", {"records": 600, "extras": 60_000})

        job = stack.run("large", seconds=120)

        assert (job["outcome"], job["added"], job["errored"]) == ("finished", 600, 0)
        largest = stack.parts.database.query("SELECT max(length(state)) FROM events.stored_event")[0][0]
        assert largest < 2000
        assert peak(stack.process("gather-consumer").pid) < 250


def test_a_record_whose_extras_are_beyond_all_bounds_fails_alone(with_broker: Settings, tmp_path: Path) -> None:
    with Stack(with_broker, tmp_path) as stack:
        stack.source("many", "http://127.0.0.1/many", "many_extras", {"records": 4, "guids": ["record-2"]})

        job = stack.run("many")

        assert (job["objects"], job["added"]) == (3, 3)
        (error,) = stack.model.gather_errors(job["id"])
        assert error["message"].startswith("Record record-2 can't be stored: the extras of one record have")


def test_large_documents_of_the_listing_are_loaded_as_far_as_there_is_room(with_broker: Settings, tmp_path: Path) -> None:
    with Stack(with_broker, tmp_path, ("coordinator", "gather-consumer")) as stack:
        stack.source("large", "http://127.0.0.1/large", "large", {"records": 50, "listed": 12_000_000})
        job_id = stack.start_job("large")
        wait_for(lambda: stack.job(job_id)["gather_finished"], 120, "all is listed")
        stack.start("fetch-consumer")

        job = stack.ended(job_id, 120)

        assert (job["outcome"], job["added"]) == ("finished", 50)
        assert peak(stack.process("gather-consumer").pid) < 250
        assert peak(stack.process("fetch-consumer").pid) < 400  # 600 MB were listed


def test_documents_too_large_to_be_in_memory_side_by_side_come_one_after_the_other(
    with_broker: Settings, tmp_path: Path
) -> None:
    with Stack(replace(with_broker, fetch_threads=8), tmp_path) as stack:
        stack.source("large", "http://127.0.0.1/large", "large", {"records": 10, "document": 60_000_000})

        job = stack.run("large", seconds=180)

        assert (job["outcome"], job["added"]) == ("finished", 10)
        assert peak(stack.process("fetch-consumer").pid) < 500  # as text, as bytes, on its way to the database


def test_documents_that_fetch_brings_count_to_the_memory_of_all_threads(with_broker: Settings, tmp_path: Path) -> None:
    with Stack(replace(with_broker, fetch_threads=16), tmp_path) as stack:
        stack.source("large", "http://127.0.0.1/large", "large", {"records": 120, "document": 5_000_000})
        before = wait_for(lambda: peak(stack.process("fetch-consumer").pid), PATIENCE, "the worker runs")

        job = stack.run("large", seconds=180)

        assert (job["outcome"], job["added"]) == ("finished", 120)
        assert before < 200
        assert peak(stack.process("fetch-consumer").pid) < 400  # 600 MB were fetched
