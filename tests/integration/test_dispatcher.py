"""The dispatcher sends what is due, fairly, and sends again what the broker lost."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

import pytest

from adapters.bootstrap import Parts
from adapters.kafka import dispatcher as module
from adapters.kafka.dispatcher import Dispatcher
from adapters.kafka.messages import Command
from adapters.kafka.producer import CommandProducer
from adapters.postgres.database import Database
from adapters.postgres.listener import FETCH_COMMANDS, GATHER_COMMANDS, Listener
from adapters.postgres.work.backlog import Backlog
from adapters.postgres.work.claims import Claims
from adapters.postgres.work.news import WorkNews
from adapters.postgres.work.pending_work import EVERY_LANE, PendingWork
from domain.commands import FetchObject, GatherJob
from domain.errors import ServiceUnavailable
from domain.objects import HarvestObject
from domain.rules import MIN_BUDGET, MIN_GATHERS
from tests.integration.test_claims import new_job
from tests.support.stack import PATIENCE


class FakeProducer:
    """Keeps what is sent; `refuses` says which commands are not acknowledged."""

    def __init__(self) -> None:
        self.sent: list[Command] = []
        self.cluster = "one"
        self.refuses: Callable[[Command], bool] = lambda command: False
        self.down = False

    def send(self, commands: Sequence[Command]) -> list[Command]:
        if self.down:
            raise ServiceUnavailable("no broker")
        self.sent += [command for command in commands if not self.refuses(command)]
        return [command for command in commands if self.refuses(command)]

    def cluster_id(self) -> str:
        return "" if self.down else self.cluster

    def unavailable(self) -> ServiceUnavailable:
        return ServiceUnavailable("no broker")


@pytest.fixture
def producer() -> FakeProducer:
    return FakeProducer()


@pytest.fixture
def dispatcher(emptied: Parts, producer: FakeProducer, monkeypatch: pytest.MonkeyPatch) -> Dispatcher:
    monkeypatch.setattr(module, "BROKER_CHECK_INTERVAL", 0.0)
    monkeypatch.setattr(module, "BUDGET_INTERVAL", 3600.0)
    work = PendingWork(emptied.database)
    return Dispatcher(work, Backlog(work), cast(CommandProducer, producer))


def of_jobs(parts: Parts, producer: FakeProducer) -> Counter[UUID]:
    """How many objects of each job were sent."""
    job_of = dict(parts.database.query("SELECT object_id, job_id FROM ops.work"))
    return Counter(job_of[command.object_id] for command in producer.sent if isinstance(command, FetchObject))


def finish(parts: Parts, commands: Sequence[Command], news: WorkNews | None = None) -> None:
    known = parts.application.load_objects([c.object_id for c in commands if isinstance(c, FetchObject)])
    for one in known.values():
        assert isinstance(one, HarvestObject)
        one.import_as("added", "package")
    parts.application.record_objects(known.values())
    parts.work_projector(news=news).catch_up()


def test_a_job_that_waits_is_gathered_and_its_objects_are_fetched(
    emptied: Parts, dispatcher: Dispatcher, producer: FakeProducer
) -> None:
    waiting, gathered = new_job(emptied), new_job(emptied, 3)

    assert dispatcher.dispatch() == 5

    assert {c.job_id for c in producer.sent if isinstance(c, GatherJob)} == {waiting.id, gathered.id}
    assert of_jobs(emptied, producer) == {gathered.id: 3}
    assert dispatcher.dispatch() == 0


def test_no_more_is_under_way_than_the_budget(emptied: Parts, dispatcher: Dispatcher, producer: FakeProducer) -> None:
    job = new_job(emptied, MIN_BUDGET + 50)

    dispatcher.dispatch()
    dispatcher.dispatch()

    assert of_jobs(emptied, producer) == {job.id: MIN_BUDGET}


def test_what_is_done_makes_room(emptied: Parts, dispatcher: Dispatcher, producer: FakeProducer) -> None:
    new_job(emptied, MIN_BUDGET + 50)
    dispatcher.dispatch()
    finish(emptied, [command for command in producer.sent if isinstance(command, FetchObject)][:20])
    producer.sent.clear()

    dispatcher.dispatch()

    assert len(producer.sent) == 20


def test_a_small_job_beside_a_huge_one_is_sent_whole(emptied: Parts, dispatcher: Dispatcher, producer: FakeProducer) -> None:
    huge, small = new_job(emptied, 300), new_job(emptied, 10)

    dispatcher.dispatch()

    assert of_jobs(emptied, producer) == {huge.id: MIN_BUDGET - 10, small.id: 10}


def test_a_job_that_comes_late_is_next(emptied: Parts, dispatcher: Dispatcher, producer: FakeProducer) -> None:
    new_job(emptied, 300)
    dispatcher.dispatch()
    late = new_job(emptied, 10)
    finish(emptied, [command for command in producer.sent if isinstance(command, FetchObject)][:10])
    producer.sent.clear()

    dispatcher.dispatch()

    assert of_jobs(emptied, producer) == {late.id: 10}


def test_what_a_person_asked_for_goes_before_the_schedule(
    emptied: Parts, dispatcher: Dispatcher, producer: FakeProducer
) -> None:
    scheduled, asked = new_job(emptied, 300, trigger="schedule"), new_job(emptied, 80, trigger="api")

    dispatcher.dispatch()

    assert of_jobs(emptied, producer) == {asked.id: 80, scheduled.id: MIN_BUDGET - 80}


def test_what_the_broker_does_not_take_waits_again(emptied: Parts, dispatcher: Dispatcher, producer: FakeProducer) -> None:
    job = new_job(emptied, 4)
    producer.refuses = lambda command: isinstance(command, GatherJob) or command.key.int % 2 == 0
    dispatcher.dispatch()
    acknowledged = {command.key for command in producer.sent}

    producer.refuses = lambda command: False
    dispatcher.dispatch()

    assert of_jobs(emptied, producer) == {job.id: 4}
    assert {c.key: c.epoch for c in producer.sent} == {c.key: 1 if c.key in acknowledged else 2 for c in producer.sent}
    assert job.id in {command.key for command in producer.sent} - acknowledged


def test_without_a_broker_everything_waits_again(emptied: Parts, dispatcher: Dispatcher, producer: FakeProducer) -> None:
    job = new_job(emptied, 4)
    producer.down = True
    for _ in range(2):
        with pytest.raises(ServiceUnavailable):
            dispatcher.dispatch()

    producer.down = False
    dispatcher.dispatch()

    assert of_jobs(emptied, producer) == {job.id: 4}
    assert len([command for command in producer.sent if isinstance(command, GatherJob)]) == 1


def test_a_broker_that_came_back_empty_gets_everything_again_that_nobody_claimed(
    emptied: Parts, dispatcher: Dispatcher, producer: FakeProducer
) -> None:
    new_job(emptied, 4)
    dispatcher.dispatch()
    fetch = [command for command in producer.sent if isinstance(command, FetchObject)]
    Claims(emptied.database, "worker", 60.0).claim(fetch[:1])
    producer.sent.clear()
    dispatcher.dispatch()
    assert producer.sent == []

    producer.cluster = "another"
    dispatcher.dispatch()
    dispatcher.dispatch()

    assert {command.key for command in producer.sent if isinstance(command, FetchObject)} == {c.key for c in fetch[1:]}
    assert len([command for command in producer.sent if isinstance(command, GatherJob)]) == 1


def test_who_reads_from_the_embedded_broker_is_told_what_was_sent_and_to_which_cluster(
    emptied: Parts, producer: FakeProducer
) -> None:
    work = PendingWork(emptied.database)
    dispatcher = Dispatcher(work, Backlog(work), cast(CommandProducer, producer), new_broker=lambda: None)
    gather, fetch = (Listener(emptied.database, channel) for channel in (GATHER_COMMANDS, FETCH_COMMANDS))
    first = [listener.wait(0.0) for listener in (gather, fetch)]

    dispatcher.dispatch()
    nothing = [listener.wait(0.05) for listener in (gather, fetch)]
    new_job(emptied, 4)
    dispatcher.dispatch()

    assert (first, nothing) == ([[""], [""]], [[], []])
    assert [listener.wait(PATIENCE) for listener in (gather, fetch)] == [["one 1"], ["one 4"]]
    for listener in (gather, fetch):
        listener.close()


def test_a_broker_that_is_silent_for_a_while_is_still_the_same(
    emptied: Parts, dispatcher: Dispatcher, producer: FakeProducer
) -> None:
    new_job(emptied, 4)
    dispatcher.dispatch()
    producer.sent.clear()

    for cluster in ("", "one"):
        producer.cluster = cluster
        dispatcher.dispatch()

    assert producer.sent == []


def test_workers_that_empty_the_queue_get_more_at_once(
    emptied: Parts, producer: FakeProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUDGET_INTERVAL", 3600.0)
    job = new_job(emptied, 500)
    news = WorkNews()
    work = PendingWork(emptied.database)
    dispatcher = Dispatcher(work, Backlog(work, news.take), cast(CommandProducer, producer))
    dispatcher.dispatch()
    first = [command for command in producer.sent if isinstance(command, FetchObject)]
    finish(emptied, first, news)
    producer.sent.clear()

    dispatcher.dispatch()

    assert len(first) == MIN_BUDGET
    assert of_jobs(emptied, producer) == {job.id: 4 * MIN_BUDGET}


class Clock:
    """Stands still."""

    now = 1000.0  # monotonic seconds

    def monotonic(self) -> float:
        return self.now


def test_a_large_job_after_small_ones_that_trickled_in_is_sent_no_further_ahead(
    emptied: Parts, producer: FakeProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    news, work = WorkNews(), PendingWork(emptied.database)
    dispatcher = Dispatcher(work, Backlog(work, news.take), cast(CommandProducer, producer))
    for _ in range(4):
        new_job(emptied, MIN_BUDGET // 2, news=news)
        dispatcher.dispatch()
        finish(emptied, [command for command in producer.sent if isinstance(command, FetchObject)], news)
        producer.sent.clear()
        clock.now += 1.0
    large = new_job(emptied, 5 * MIN_BUDGET, news=news)

    dispatcher.dispatch()

    assert of_jobs(emptied, producer) == {large.id: MIN_BUDGET}


class Looks(PendingWork):
    """Counts the looks for jobs to gather."""

    looks = 0

    def take_gather(self, rooms: Mapping[int, int] = EVERY_LANE, held: Collection[UUID] = ()) -> list[GatherJob]:
        self.looks += 1
        return super().take_gather(rooms, held)


def test_no_pass_looks_for_jobs_to_gather_while_there_is_no_news_of_any(
    emptied: Parts, producer: FakeProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_INTERVAL", 3600.0)
    news, work = WorkNews(), Looks(emptied.database)
    dispatcher = Dispatcher(work, Backlog(work, news.take), cast(CommandProducer, producer))
    new_job(emptied, 30, news=news)
    dispatcher.dispatch()
    dispatcher.dispatch()
    before = work.looks

    finish(emptied, producer.sent[:5], news)
    dispatcher.dispatch()
    assert work.looks == before

    job = new_job(emptied, news=news)
    dispatcher.dispatch()
    assert GatherJob(job.id, 1) in producer.sent


class Asked(PendingWork):
    """Names what is asked of the pending work."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.asked: list[str] = []

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if callable(value) and not name.startswith("_"):
            self.asked.append(name)
        return value


def test_without_jobs_a_pass_asks_only_whether_there_are_some_and_the_first_one_is_sent_at_once(
    emptied: Parts, producer: FakeProducer
) -> None:
    news, work = WorkNews(), Asked(emptied.database)
    dispatcher = Dispatcher(work, Backlog(work, news.take), cast(CommandProducer, producer))
    dispatcher.dispatch()
    assert dispatcher.idle
    work.asked.clear()

    dispatcher.dispatch()
    assert work.asked == ["has_jobs"]

    job = new_job(emptied, news=news)
    dispatcher.dispatch()
    assert not dispatcher.idle
    assert [command for command in producer.sent if isinstance(command, GatherJob)] == [GatherJob(job.id, 1)]


def test_gathers_are_counted_only_while_there_may_be_some(
    emptied: Parts, producer: FakeProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_INTERVAL", 3600.0)
    news, work = WorkNews(), Asked(emptied.database)
    dispatcher = Dispatcher(work, Backlog(work, news.take), cast(CommandProducer, producer))
    job = new_job(emptied, 30, news=news)
    emptied.application.finish_gather(job, complete=True, full=False, deletions=0)
    emptied.work_projector(news=news).catch_up()
    dispatcher.dispatch()
    dispatcher.dispatch()
    work.asked.clear()

    finish(emptied, producer.sent[:5], news)
    dispatcher.dispatch()
    assert "gathering" not in work.asked

    new_job(emptied, news=news)
    dispatcher.dispatch()  # sends its gather command
    work.asked.clear()
    dispatcher.dispatch()
    dispatcher.dispatch()
    assert work.asked.count("gathering") == 2


def test_jobs_that_found_no_room_are_looked_for_at_each_pass(
    emptied: Parts, producer: FakeProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_INTERVAL", 3600.0)
    monkeypatch.setattr(module, "BUDGET_INTERVAL", 3600.0)
    news, work = WorkNews(), Looks(emptied.database)
    dispatcher = Dispatcher(work, Backlog(work, news.take), cast(CommandProducer, producer))
    for _ in range(MIN_GATHERS + 2):
        new_job(emptied, news=news)
    dispatcher.dispatch()
    [*sent] = [command.job_id for command in producer.sent if isinstance(command, GatherJob)]
    assert len(sent) == MIN_GATHERS

    job = emptied.application.start_gather(sent[0], "worker")
    emptied.application.finish_gather(job, complete=True, full=False, deletions=0)
    emptied.work_projector(news=news).catch_up()
    dispatcher.dispatch()

    assert len([command for command in producer.sent if isinstance(command, GatherJob)]) == MIN_GATHERS + 1


def test_more_gathers_are_let_out_as_soon_as_all_of_the_last_ones_have_ended(
    emptied: Parts, producer: FakeProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUDGET_INTERVAL", 3600.0)
    news, work = WorkNews(), PendingWork(emptied.database)
    dispatcher = Dispatcher(work, Backlog(work, news.take), cast(CommandProducer, producer))
    for _ in range(6 * MIN_GATHERS):
        new_job(emptied, news=news)
    dispatcher.dispatch()
    first = [command.job_id for command in producer.sent if isinstance(command, GatherJob)]
    producer.sent.clear()

    for job_id in first:
        job = emptied.application.start_gather(job_id, "worker")
        emptied.application.finish_gather(job, complete=True, full=False, deletions=0)
    emptied.work_projector(news=news).catch_up()
    dispatcher.dispatch()

    assert len(first) == MIN_GATHERS
    assert len([command for command in producer.sent if isinstance(command, GatherJob)]) == 4 * MIN_GATHERS
