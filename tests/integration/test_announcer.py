"""Those who watch are told what changes, once it can be read, by one connection of the process."""

import itertools
import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast
from uuid import UUID

import pytest

from adapters.actions.session import Session
from adapters.bootstrap import Parts
from adapters.postgres.listener import CHANGES, Listener
from adapters.postgres.read_model import changes
from adapters.postgres.read_model.announcing import announced, messages
from adapters.postgres.read_model.changes import Changes, State
from adapters.process import announcer as announcing_module
from adapters.process.announcer import Announcer, News, Watch
from domain.errors import ServiceUnavailable
from domain.objects import GatheredRecord, HarvestObject
from tests.support.stack import PATIENCE, wait_for

LISTENS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE application_name = 'harvestlog announcer' AND query LIKE 'LISTEN%' AND datname = current_database()
"""


numbers = itertools.count()


class Watcher:
    """What one that watches was told; waits for it."""

    def __init__(self) -> None:
        self.news: queue.Queue[News] = queue.Queue()

    def next(self) -> News:
        return self.news.get(timeout=PATIENCE)

    def until(self, what: Callable[[State], bool]) -> State:
        """The first state that is so."""
        while True:
            for state in self.next().states:
                if what(state):
                    return state


@contextmanager
def announcing(parts: Parts, tell: Callable[[News], None] = lambda _: None) -> Iterator[Announcer]:
    reading = Parts(parts.settings, "announcer")
    announcer = Announcer(lambda wake: Listener(reading.database, CHANGES, wake), Changes(reading.database), tell)
    announcer.start()
    yield announcer
    announcer.stop()


def source(parts: Parts, name: str = "one", **fields: object) -> str:
    session = Session(parts)
    created = session.call("harvest_source_create", name=name, url=f"http://127.0.0.1/{name}", source_type="noop", **fields)
    return str(created["id"])


def gathered_job(parts: Parts, source_id: str, objects: int) -> tuple[UUID, list[HarvestObject]]:
    """A job that has gathered records, and their objects."""
    application = parts.application
    job_id = application.create_job(UUID(source_id), by="test")
    job = application.start_gather(job_id, "test")
    application.record_page(job, [GatheredRecord(f"record-{number}") for number in range(objects)], 0, "")
    parts.read_model_projector().catch_up()
    ids = [UUID(row[0]) for row in parts.database.query("SELECT id FROM harvest.object ORDER BY guid")]
    return job_id, [application.load(HarvestObject, object_id) for object_id in ids]


def answer(announcer: Announcer, after: int | None) -> News:
    watcher = Watcher()
    announcer.watch(Watch(after, watcher.news.put))
    return watcher.next()


def test_a_change_is_told_with_the_state_that_can_be_read_then(emptied: Parts) -> None:
    watcher = Watcher()
    with announcing(emptied, watcher.news.put) as announcer:
        answer(announcer, None)

        source_id = source(emptied)
        job = Session(emptied).call("harvest_job_create", source_id="one")

        told = watcher.until(lambda state: state.kind == "job")
        assert (told.id, told.source_id, told.values["status"]) == (job["id"], source_id, "New")
        Session(emptied).call("harvest_job_abort", id=job["id"])
        ended = watcher.until(lambda state: state.kind == "job")
        assert (ended.id, ended.values["status"]) == (job["id"], "Aborted")


def test_whoever_was_away_is_told_what_ended_meanwhile_and_what_still_runs(emptied: Parts) -> None:
    for name in ("one", "two", "three"):
        source(emptied, name)
    session = Session(emptied)
    before = session.call("harvest_job_create", source_id="one")
    session.call("harvest_job_abort", id=before["id"])
    running = session.call("harvest_job_create", source_id="two")
    with announcing(emptied) as announcer:
        seen = answer(announcer, None)
        later = session.call("harvest_job_create", source_id="three")
        session.call("harvest_job_abort", id=later["id"])

        missed = answer(announcer, seen.position)

    assert {state.id for state in seen.states if state.kind == "job"} == {running["id"]}
    assert {(state.id, state.values["status"]) for state in missed.states if state.kind == "job"} == {
        (running["id"], "New"),
        (later["id"], "Aborted"),
    }
    assert [state.values["last_job_id"] for state in missed.states if state.kind == "source"] == [later["id"]]
    assert missed.position > seen.position
    assert not missed.reset


def test_whoever_has_seen_everything_is_told_only_what_still_runs(emptied: Parts) -> None:
    source(emptied)
    job = Session(emptied).call("harvest_job_create", source_id="one")
    Session(emptied).call("harvest_job_abort", id=job["id"])
    with announcing(emptied) as announcer:
        seen = answer(announcer, None)

        assert answer(announcer, seen.position).states == []


def test_whoever_missed_too_much_or_comes_from_another_log_begins_again(
    emptied: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MOST", 2)
    with announcing(emptied) as announcer:
        first = answer(announcer, None).position
        for name in ("one", "two", "three"):
            source(emptied, name)
        newest = answer(announcer, None).position

        assert answer(announcer, first).reset
        assert answer(announcer, newest + 1_000_000).reset
        assert not answer(announcer, newest).reset
        assert answer(announcer, first).position == newest


def test_what_is_said_while_the_database_restarts_is_told_afterwards(emptied: Parts) -> None:
    watcher = Watcher()
    with announcing(emptied, watcher.news.put) as announcer:
        answer(announcer, None)
        source_id = source(emptied)
        watcher.until(lambda state: state.kind == "source")
        session = Session(emptied)
        emptied.database.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'harvestlog announcer' "
            "AND datname = current_database()"
        )
        job = session.call("harvest_job_create", source_id="one")
        session.call("harvest_job_abort", id=job["id"])

        told = watcher.until(lambda state: state.kind == "job" and state.values["status"] == "Aborted")

        assert (told.id, told.source_id) == (job["id"], source_id)


class Scripted:
    """Hears what it is given, or breaks."""

    def __init__(self) -> None:
        self.heard: queue.Queue[list[str] | ServiceUnavailable] = queue.Queue()

    def wait(self, timeout: float) -> list[str]:
        try:
            heard = self.heard.get(timeout=0.05)
        except queue.Empty:
            return []
        if isinstance(heard, ServiceUnavailable):
            raise heard
        return heard

    def close(self) -> None:
        """Nothing is open."""


def test_a_change_that_can_be_read_before_it_is_heard_of_is_told_although_the_connection_breaks(emptied: Parts) -> None:
    watcher, listener = Watcher(), Scripted()
    announcer = Announcer(lambda _: cast(Listener, listener), Changes(Parts(emptied.settings, "x").database), watcher.news.put)
    announcer.start()
    answer(announcer, None)
    for name in ("one", "two"):
        source(emptied, name)
    session = Session(emptied)
    first = session.call("harvest_job_create", source_id="one")
    session.call("harvest_job_abort", id=first["id"])
    heard = emptied.event_store.max_notification_id()
    second = session.call("harvest_job_create", source_id="two")
    session.call("harvest_job_abort", id=second["id"])

    listener.heard.put([*messages("jobs", [first["id"]]), f'{{"position": {heard}}}'])
    assert watcher.until(lambda state: state.kind == "job").id == first["id"]
    listener.heard.put(ServiceUnavailable("the connection broke"))
    listener.heard.put([""])  # it listens again

    assert watcher.until(lambda state: state.kind == "job" and state.id == second["id"]).values["status"] == "Aborted"
    announcer.stop()


def test_the_announcement_of_a_batch_says_how_far_it_goes(emptied: Parts) -> None:
    listener = Listener(emptied.database, CHANGES)
    heard = listener.wait(0.0)

    source_id = source(emptied)

    def all_of_it() -> bool:
        heard.extend(listener.wait(0.1))
        return announced(heard).position == emptied.event_store.max_notification_id()

    wait_for(all_of_it, PATIENCE, "it is said that all is told")
    assert announced(heard).sources == {source_id}
    listener.close()


def test_held_deletions_are_told_as_such_until_they_are_decided(emptied: Parts) -> None:
    source_id = source(emptied)
    watcher = Watcher()
    with announcing(emptied, watcher.news.put) as announcer:
        answer(announcer, None)
        emptied.database.query(
            "INSERT INTO harvest.harvest_job (id, source_id, status, kind, trigger, outcome, held, held_of, created, finished) "
            "VALUES ('j', %(source)s, 'Finished', 'harvest', 'cli', 'held', 3, 9, now(), now())",
            source=source_id,
        )
        emptied.database.query("SELECT pg_notify('harvest_changes', %(text)s)", text='{"jobs": ["j"]}')

        told = watcher.until(lambda state: state.kind == "held")

    assert (told.id, told.values["held"], told.values["held_of"], told.values["decision"]) == ("j", 3, 9, None)


def test_a_message_names_every_job_however_many_a_batch_touches(emptied: Parts) -> None:
    ids = {str(UUID(int=number)) for number in range(1000)}

    texts = [*messages("jobs", ids), *messages("sources", {"a"})]

    assert max(map(len, texts)) < 8000
    said = announced(["", *texts])
    assert (said.jobs, said.sources) == (ids, {"a"})


def test_progress_of_a_job_is_told_although_its_outcomes_dont_name_it(emptied: Parts) -> None:
    source_id = source(emptied)
    watcher = Watcher()
    with announcing(emptied, watcher.news.put) as announcer:
        job, objects = gathered_job(emptied, source_id, 2)
        answer(announcer, None)
        objects[0].fail("Fetch", "http_status", "404", None)
        emptied.application.record_objects(objects[:1])
        emptied.read_model_projector().catch_up()

        told = watcher.until(lambda state: state.kind == "job" and state.values["done"] == 1)

    assert (told.id, told.values["objects_errored"]) == (str(job), 1)


def test_it_neither_reads_nor_listens_until_somebody_watches(emptied: Parts) -> None:
    told: list[News] = []
    reading = Parts(emptied.settings, "announcer")
    announcer = Announcer(
        lambda wake: Listener(reading.database, CHANGES, wake), Changes(reading.database), told.append, lambda: False
    )
    announcer.start()
    source(emptied)
    source(emptied, "two")
    told_by_then, listened = list(told), emptied.database.query(LISTENS)[0][0]

    first = answer(announcer, None)

    assert (told_by_then, listened) == ([], 0)
    assert first.position == emptied.event_store.max_notification_id()
    assert emptied.database.query(LISTENS)[0][0] == 1
    announcer.stop()


def test_it_stops_listening_some_time_after_the_last_watcher_has_left(emptied: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing_module, "LINGER", 0.1)
    watched, watcher = [True], Watcher()
    reading = Parts(emptied.settings, "announcer")
    announcer = Announcer(
        lambda wake: Listener(reading.database, CHANGES, wake), Changes(reading.database), watcher.news.put, lambda: watched[0]
    )
    announcer.start()
    answer(announcer, None)

    watched[0] = False

    def left() -> bool:
        source(emptied, f"source-{next(numbers)}")  # something to be woken by
        return bool(emptied.database.query(LISTENS)[0][0] == 0)

    wait_for(left, 20, "it listens no more")
    watched[0] = True
    answer(announcer, None)
    source_id = source(emptied, "afterwards")
    assert watcher.until(lambda state: state.id == source_id).kind == "source"
    announcer.stop()


@pytest.mark.parametrize("analysed", [False, True])
def test_what_was_missed_is_found_without_a_look_at_the_events_of_objects(emptied: Parts, analysed: bool) -> None:
    source(emptied)
    emptied.database.query(
        "INSERT INTO events.stored_event (originator_id, originator_version, topic, state) "
        "SELECT gen_random_uuid(), 1, 'object.fetched', '{}' FROM generate_series(1, 20000)"
    )
    if analysed:
        emptied.database.query("ANALYZE events.stored_event")

    rows = emptied.database.query(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {changes.MISSED}", after=0, upto=2**40, limit=1001)

    plan = "\n".join(row[0] for row in rows)
    assert "stored_event_announced_idx" in plan, plan
    assert "Rows Removed" not in plan, plan
