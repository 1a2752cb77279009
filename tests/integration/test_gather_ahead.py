"""Gathers that are claimed together and read ahead: what they store, and that nobody else can store it as well."""

import json
import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.bootstrap import Parts
from adapters.postgres.work.claims import Claims
from adapters.postgres.work.gather_memory import GatherMemory
from adapters.postgres.work.pending_work import PendingWork
from adapters.stages import context as job_context
from adapters.stages import gather_ahead
from adapters.stages.gather import GatherRun
from adapters.stages.gather_ahead import Ahead, ReadAhead
from domain.errors import ServiceUnavailable
from domain.jobs import Job
from domain.sources import SourceFields
from harvesters.base import HarvestJob, Record
from tests.integration.test_gather_run import FakeHarvester, Remote
from tests.support.stack import PATIENCE, wait_for

RECORDED = """
    SELECT count(DISTINCT xmin::text), count(*) FROM events.stored_event
    WHERE topic LIKE 'object.%%' OR originator_version > 1 AND originator_id = %(job)s
"""


class Gatherer:
    """A gather worker without its consumer: it claims all that waits, and gathers job by job."""

    def __init__(self, parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
        self.parts = parts
        monkeypatch.setattr(job_context, "load_harvester", lambda _: FakeHarvester)
        self.claims = Claims(parts.database, "gatherer", 60.0)
        self.settled: dict[UUID, BaseException | None] = {}

    def job(self, name: str = "city") -> UUID:
        source = self.parts.application.register_source(SourceFields(name, f"http://{name}.example", "fake"), "admin")
        return self.parts.application.create_job(source)

    def ahead(self) -> dict[UUID, Ahead]:
        self.parts.work_projector().catch_up()
        claims = self.claims.claim_gathers(PendingWork(self.parts.database).take_gather())
        return ReadAhead(self.parts.database, self.parts.application, self.parts.contexts).read(claims)

    def run(self, ahead: Ahead, remote: Remote) -> GatherRun:
        FakeHarvester.remote = staticmethod(remote)
        run = self.parts.gather_run(lambda: False)
        job = ahead.job.id
        if run.run(job, "worker", ahead, lambda error: self.settled.update({job: error})):
            self.settled[job] = None
        wait_for(lambda: job in self.settled, PATIENCE, "the end is stored")
        return run

    def events(self, job: UUID) -> list[tuple[str, dict[str, Any]]]:
        """Of the job's stream: topic and state."""
        return [(event.topic, json.loads(event.state)) for event in self.parts.event_store.select_streams([job])]


@pytest.fixture
def gatherer(emptied: Parts, monkeypatch: pytest.MonkeyPatch) -> Gatherer:
    return Gatherer(emptied, monkeypatch)


def three(job: HarvestJob) -> Iterator[Record]:
    for guid in "abc":
        yield Record(guid, f"document {guid}")
    job.full_listing = True


def one_changed_one_gone(job: HarvestJob) -> Iterator[Record]:
    yield Record("a", "document a")
    yield Record("b", "another document")
    job.full_listing = True


def test_a_quick_gather_is_one_append_and_reads_as_any_other(gatherer: Gatherer) -> None:
    job = gatherer.job()
    [ahead] = gatherer.ahead().values()

    gatherer.run(ahead, three)

    assert [topic for topic, _ in gatherer.events(job)[1:]] == [
        "job.gather_started",
        "job.page_gathered",
        "job.gather_finished",
    ]
    end = gatherer.events(job)[-1][1]
    assert (end["complete"], end["full"], end["gathered"]) == (True, True, 3)
    recorded = gatherer.parts.database.query(RECORDED, job=job)
    assert recorded == [(1, 6)]


def test_changes_are_asked_for_since_before_the_gather_began(gatherer: Gatherer) -> None:
    job = gatherer.job()
    [ahead] = gatherer.ahead().values()

    gatherer.run(ahead, three)

    loaded = gatherer.parts.application.load(Job, job)
    assert loaded.seen_since is not None
    claimed = ahead.claim.now.isoformat(timespec="seconds")
    assert loaded.seen_since < claimed


def test_what_a_source_holds_is_told_from_what_was_read_ahead(gatherer: Gatherer) -> None:
    first = gatherer.job()
    [ahead] = gatherer.ahead().values()
    gatherer.run(ahead, three)
    source = UUID(ahead.job.source_id)
    finish_all(gatherer.parts, first)
    second = gatherer.parts.application.create_job(source)
    [ahead] = gatherer.ahead().values()
    assert ahead.holdings is not None
    assert sorted(ahead.holdings.datasets) == ["a", "b", "c"]

    gatherer.run(ahead, one_changed_one_gone)

    gatherer.parts.work_projector().catch_up()
    objects = gatherer.parts.database.query("SELECT object_id FROM ops.work WHERE job_id = %(job)s", job=second)
    actions = {o.guid: o.action for o in gatherer.parts.application.load_objects([row[0] for row in objects]).values()}
    assert actions == {"b": "change", "c": "delete"}
    assert gatherer.parts.application.load(Job, second).unchanged == 1


def test_of_a_source_that_holds_more_nothing_is_read_ahead_and_the_outcome_is_the_same(
    gatherer: Gatherer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gather_ahead, "FEW", 2)

    unchanged_the_second_time(gatherer, read_ahead=False)


def test_what_was_read_ahead_long_ago_is_read_again(gatherer: Gatherer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather_ahead, "FRESH", 0.0)

    unchanged_the_second_time(gatherer, read_ahead=True)


def unchanged_the_second_time(gatherer: Gatherer, *, read_ahead: bool) -> None:
    first = gatherer.job()
    [ahead] = gatherer.ahead().values()
    gatherer.run(ahead, three)
    finish_all(gatherer.parts, first)
    second = gatherer.parts.application.create_job(UUID(ahead.job.source_id))
    [ahead] = gatherer.ahead().values()
    assert (ahead.holdings is not None) == read_ahead

    gatherer.run(ahead, three)

    assert gatherer.parts.application.load(Job, second).unchanged == 3


def test_a_worker_that_lost_its_job_to_another_one_stores_nothing(gatherer: Gatherer) -> None:
    job = gatherer.job()
    [ahead] = gatherer.ahead().values()

    def taken_over(view: HarvestJob) -> Iterator[Record]:
        yield from three(view)
        gatherer.parts.application.start_gather(job, "another")

    gatherer.run(ahead, taken_over)

    assert [topic for topic, _ in gatherer.events(job)] == ["job.created", "job.gather_started"]
    assert gatherer.events(job)[-1][1]["worker"] == "another"
    assert gatherer.settled == {job: None}


def test_the_start_of_a_longer_gather_is_shown_while_it_goes_on(gatherer: Gatherer) -> None:
    job = gatherer.job()
    [ahead] = gatherer.ahead().values()
    listing, go_on = threading.Event(), threading.Event()

    def slow(view: HarvestJob) -> Iterator[Record]:
        listing.set()
        go_on.wait(30)
        yield from three(view)

    FakeHarvester.remote = staticmethod(slow)
    run = gatherer.parts.gather_run(lambda: False)
    thread = threading.Thread(target=run.run, args=(job, "worker", ahead, lambda _: None))
    thread.start()
    assert listing.wait(PATIENCE)

    run.show_start()
    run.show_start()

    assert [topic for topic, _ in gatherer.events(job)] == ["job.created", "job.gather_started"]
    go_on.set()
    thread.join(PATIENCE)
    assert [topic for topic, _ in gatherer.events(job)][-2:] == ["job.page_gathered", "job.gather_finished"]


def test_a_gather_whose_start_could_not_be_stored_is_given_back(gatherer: Gatherer, monkeypatch: pytest.MonkeyPatch) -> None:
    job = gatherer.job()
    [ahead] = gatherer.ahead().values()
    run = gatherer.parts.gather_run(lambda: False)

    def meanwhile(view: HarvestJob) -> Iterator[Record]:
        with monkeypatch.context() as patch:
            patch.setattr(type(gatherer.parts.event_store), "append", away)
            run.show_start()
        yield from three(view)

    FakeHarvester.remote = staticmethod(meanwhile)
    with pytest.raises(ServiceUnavailable):
        run.run(job, "worker", ahead, lambda _: None)

    assert [topic for topic, _ in gatherer.events(job)] == ["job.created"]


def test_a_job_that_nobody_has_heard_of_is_left_out(gatherer: Gatherer) -> None:
    job = gatherer.job()
    claims = {job: next(iter(gatherer.ahead().values())).claim}
    reading = ReadAhead(gatherer.parts.database, gatherer.parts.application, gatherer.parts.contexts)

    assert set(reading.read({**claims, uuid4(): claims[job]})) == {job}


def away(*_: object, **__: object) -> frozenset[UUID]:
    raise ServiceUnavailable("gone")


def finish_all(parts: Parts, job: UUID) -> None:
    """All objects of a job are imported, and it ends."""
    parts.work_projector().catch_up()
    rows = parts.database.query("SELECT object_id FROM ops.work WHERE job_id = %(job)s", job=job)
    objects = parts.application.load_objects([row[0] for row in rows])
    for known in objects.values():
        known.import_as("added", f"package-{known.guid}")
    parts.application.record_objects(objects.values())
    parts.application.finish_job(job, "finished", {})
    parts.work_projector().catch_up()


def test_how_much_a_source_holds_is_not_asked_for_again(gatherer: Gatherer, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object) -> int:
        raise AssertionError("the database was asked how much the source holds")

    job = gatherer.job()
    ahead = gatherer.ahead()[job]
    monkeypatch.setattr(GatherMemory, "count_held", asked)

    gatherer.run(ahead, three)

    assert gatherer.settled == {job: None}
    assert [topic for topic, _ in gatherer.events(job)][-1] == "job.gather_finished"
