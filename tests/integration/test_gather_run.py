"""Gathering one job: what a harvester yields becomes objects, once, and what the remote lost becomes deletions."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from adapters.bootstrap import Parts
from adapters.stages import context as job_context
from adapters.stages import gather_page
from adapters.stages.gather_times import CLOCK_MARGIN
from adapters.stages.listing import Stopped
from domain.errors import RemoteError
from domain.jobs import COUNTS, Job
from domain.objects import HarvestObject
from domain.sources import SourceFields
from harvesters.base import GatherError, Harvester, HarvestJob, Page, Record

NONE = dict.fromkeys(COUNTS, 0)
Remote = Callable[[HarvestJob], Iterable[Any] | None]


class FakeHarvester(Harvester):
    """Its gather stage is the function given."""

    remote: Remote

    def gather_stage(self, harvest_job: HarvestJob) -> Any:
        return type(self).remote(harvest_job)

    def import_stage(self, harvest_object: Any) -> bool:
        return True


class Gathering:
    """A source whose remote can be given, harvested job by job."""

    def __init__(self, parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
        self.parts = parts
        self.app = parts.application
        monkeypatch.setattr(job_context, "load_harvester", lambda kind: FakeHarvester)
        self.source = self.app.register_source(SourceFields("city", "http://data.example", "fake"), "admin")

    def run(self, remote: Remote, **options: Any) -> Job:
        """Gather a new job; the job afterwards."""
        job_id = self.app.create_job(self.source, options=options)
        self.gather(job_id, remote)
        return self.app.load(Job, job_id)

    def gather(self, job_id: UUID, remote: Remote) -> None:
        FakeHarvester.remote = staticmethod(remote)
        self.parts.gather_run(lambda: False, self.parts.work_projector().catch_up).run(job_id, "worker")
        self.parts.work_projector().catch_up()

    def objects(self, job: Job) -> dict[str, HarvestObject]:
        """The job's unfinished objects by guid."""
        rows = self.parts.database.query("SELECT object_id FROM ops.work WHERE job_id = %(job)s", job=job.id)
        return {known.guid: known for known in self.app.load_objects([row[0] for row in rows]).values()}

    def finish(self, job: Job, outcome: Callable[[HarvestObject], object] = lambda o: o.import_as("added", "p")) -> None:
        """All objects get an outcome, the job ends."""
        known = self.objects(job).values()
        for one in known:
            outcome(one)
        self.app.record_objects(known)
        self.app.finish_job(job.id, "finished", NONE)
        self.parts.work_projector().catch_up()

    def errors(self, job: Job) -> list[tuple[str, str, str | None]]:
        """Errors of gather: code, message, guid."""
        events = self.parts.event_store.select_streams([job.id])
        states = [json.loads(event.state) for event in events if event.topic == "job.gather_error_recorded"]
        return [(state["code"], state["message"], state["guid"]) for state in states]


@pytest.fixture
def gathering(emptied: Parts, monkeypatch: pytest.MonkeyPatch) -> Gathering:
    return Gathering(emptied, monkeypatch)


def full(*records: Any) -> Remote:
    """A remote that lists all it has."""

    def remote(job: HarvestJob) -> Iterator[Any]:
        yield from records
        job.full_listing = True

    return remote


def test_records_become_objects_with_their_documents(gathering: Gathering) -> None:
    record = Record("a", {"b": 2, "a": 1}, extras={"n": None, "k": 5}, metadata_modified="2026-03-01T02:00:00+02:00")  # type: ignore[dict-item]

    job = gathering.run(full(record, Record("b")))

    first, second = (gathering.objects(job)[guid] for guid in "ab")
    assert (first.action, first.extras, first.metadata_modified) == ("new", {"n": "", "k": "5"}, "2026-03-01T00:00:00")
    assert gathering.parts.content.get([first.content_hash or ""]) == {first.content_hash: b'{"a":1,"b":2}'}
    assert second.content_hash is None
    assert (job.complete, job.full, job.gathered, gathering.errors(job)) == (True, True, 2, [])


def test_what_is_held_with_the_same_content_needs_no_object(gathering: Gathering) -> None:
    gathering.finish(gathering.run(full(Record("a", "same"), Record("b", "old"), Record("c"))))

    job = gathering.run(full(Record("a", "same"), Record("b", "new"), Record("c"), Record("d", "new")))

    assert {guid: known.action for guid, known in gathering.objects(job).items()} == {"b": "change", "c": "change", "d": "new"}
    assert job.unchanged == 1


def test_an_import_can_be_forced(gathering: Gathering) -> None:
    gathering.finish(gathering.run(full(Record("a", "same"))))

    job = gathering.run(full(Record("a", "same")), force_import=True)

    assert [known.action for known in gathering.objects(job).values()] == ["change"]


def test_what_a_full_listing_lacks_is_deleted(gathering: Gathering) -> None:
    gathering.finish(gathering.run(full(Record("a", "1"), Record("b", "2"))))

    job = gathering.run(full(Record("b", "2")))

    assert {guid: known.action for guid, known in gathering.objects(job).items()} == {"a": "delete"}


def partial_listing(job: HarvestJob) -> Iterator[Record]:
    yield Record("b", "2")


def failing_listing(job: HarvestJob) -> Iterator[Record]:
    job.full_listing = True
    yield Record("c", "3")
    raise RemoteError("the remote fell silent", code="http_503")


@pytest.mark.parametrize("remote", [partial_listing, failing_listing])
def test_what_a_listing_that_is_not_whole_lacks_stays(gathering: Gathering, remote: Remote) -> None:
    gathering.finish(gathering.run(full(Record("a", "1"), Record("b", "2"))))

    job = gathering.run(remote)

    assert "delete" not in {known.action for known in gathering.objects(job).values()}
    assert not job.full


def test_what_came_before_a_failure_is_kept_and_the_job_is_not_complete(gathering: Gathering) -> None:
    job = gathering.run(failing_listing)

    assert gathering.objects(job).keys() == {"c"}
    assert (job.complete, gathering.errors(job)) == (False, [("http_503", "the remote fell silent", None)])


def test_a_dataset_whose_document_named_another_guid_is_not_deleted(gathering: Gathering) -> None:
    def identify(known: HarvestObject) -> None:
        known.identify("its own guid")
        known.import_as("added", "package")

    gathering.finish(gathering.run(full(Record("a", "1"))), identify)

    job = gathering.run(full(Record("a", "1")))

    assert "delete" not in {known.action for known in gathering.objects(job).values()}


@pytest.mark.parametrize("between", [[], [Page("next")], [Record(f"{n}") for n in range(700)]])
def test_two_records_of_one_guid_are_an_error_that_names_both(gathering: Gathering, between: list[Any]) -> None:
    job = gathering.run(full(Record("a", "one"), *between, Record("a", "other")))

    [(code, message, guid)] = gathering.errors(job)
    assert (code, guid) == ("duplicate_guid", "a")
    kept = gathering.objects(job)["a"].content_hash
    assert gathering.parts.content.get([kept or ""])[kept or ""] == b"one"
    assert (kept or "")[:12] in message


def test_the_same_record_on_two_pages_is_no_news(gathering: Gathering) -> None:
    job = gathering.run(full(Record("a", "one"), Page("next"), Record("a", "one")))

    assert gathering.errors(job) == []
    assert gathering.objects(job).keys() == {"a"}


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (Record("  ", "x"), "bad_guid"),
        (Record("a", {"x": object()}), "bad_record"),
        (GatherError("no title", "odd", "guid"), "odd"),
    ],
)
def test_a_bad_record_is_an_error_and_the_others_go_on(gathering: Gathering, item: Any, code: str) -> None:
    job = gathering.run(full(item, Record("good")))

    assert [error[0] for error in gathering.errors(job)] == [code]
    assert gathering.objects(job).keys() == {"good"}
    assert job.complete


UNSTORABLE = "a\0b" + chr(0xD800)
ODD_ITEMS = {
    "guid": Record(UNSTORABLE),
    "action": Record("a", action=UNSTORABLE),  # type: ignore[arg-type]
    "content": Record("a", UNSTORABLE),
    "extras": Record("a", extras={UNSTORABLE: UNSTORABLE}),
    "cursor": Page(UNSTORABLE),
    "message": GatherError(UNSTORABLE),
    "code": GatherError("message", UNSTORABLE),
    "guid of an error": GatherError("message", guid=UNSTORABLE),
    "number as guid of an error": GatherError("message", guid=5),  # type: ignore[arg-type]
    "nothing": None,
    "dict": {},
}


@pytest.mark.parametrize("what", ODD_ITEMS)
def test_whatever_a_harvester_yields_its_gather_ends_and_can_be_projected(gathering: Gathering, what: str) -> None:
    records = [Record(f"good {n}") for n in range(300)]  # so many that a Page stores them

    job = gathering.run(full(*records, ODD_ITEMS[what]))

    assert job.gather_finished is not None
    gathering.parts.read_model_projector().catch_up()


@pytest.mark.parametrize("raised", [KeyError("x"), SystemExit(1), RemoteError("x")])
def test_whatever_gather_raises_is_an_error_of_an_incomplete_job(gathering: Gathering, raised: BaseException) -> None:
    def remote(job: HarvestJob) -> Iterable[Any]:
        raise raised

    job = gathering.run(remote)

    assert (job.complete, job.gather_finished is not None, len(gathering.errors(job))) == (False, True, 1)


def test_a_gather_that_returns_nothing_has_failed(gathering: Gathering) -> None:
    job = gathering.run(lambda job: None)

    assert (job.complete, [error[0] for error in gathering.errors(job)]) == (False, ["gather_failed"])


def test_a_worker_whose_job_goes_on_elsewhere_stops_without_a_trace(
    gathering: Gathering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gather_page, "PAGE", 10)
    job_id = gathering.app.create_job(gathering.source)
    seen: list[str] = []

    def remote(job: HarvestJob) -> Iterator[Record]:
        for number in range(100):
            seen.append(str(number))
            if number == 15:
                gathering.app.start_gather(job_id, "another")
            yield Record(str(number))

    gathering.gather(job_id, remote)

    job = gathering.app.load(Job, job_id)
    assert (job.attempt, job.gather_finished, len(gathering.objects(job)), len(seen)) == (2, None, 10, 20)


def test_an_aborted_job_takes_no_more_records(gathering: Gathering, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather_page, "PAGE", 10)

    def remote(job: HarvestJob) -> Iterator[Record]:
        for number in range(30):
            if number == 15:
                gathering.app.abort_job(UUID(job.id), "admin")
            yield Record(str(number))

    job = gathering.run(remote)

    gathered = gathering.parts.database.query("SELECT count(*) FROM events.stored_event WHERE topic = 'object.gathered'")
    assert (job.status, gathered) == ("Aborted", [(10,)])


def test_a_second_attempt_makes_the_same_objects(gathering: Gathering) -> None:
    def interrupted(job: HarvestJob) -> Iterator[Any]:
        yield from (Record(str(number)) for number in range(500))
        raise Stopped

    job_id = gathering.app.create_job(gathering.source)
    with pytest.raises(Stopped):
        gathering.gather(job_id, interrupted)
    gathering.gather(job_id, full(*(Record(str(number)) for number in range(510))))

    job = gathering.app.load(Job, job_id)
    assert (job.attempt, job.complete, len(gathering.objects(job)), gathering.errors(job)) == (2, True, 510, [])


def test_the_next_job_is_told_since_when_to_ask(gathering: Gathering) -> None:
    asked: list[datetime | None] = []

    def remote(job: HarvestJob) -> Iterator[Record]:
        asked.append(job.last_complete)
        yield Record("a", "1")

    first = gathering.run(remote)
    gathering.finish(first)
    gathering.run(remote)

    began = gathering.app.event_log.recorded_at(first.id, first.first_started_version)
    assert began is not None
    assert asked == [None, (began - CLOCK_MARGIN).replace(microsecond=0)]
