"""Commands on jobs and objects: a second call does no harm, and a worker that was thought dead adds nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from domain.application import Harvesting
from domain.errors import JobExists, NotFound, SourceInactive
from domain.jobs import COUNTS, Job
from domain.objects import GatheredRecord, HarvestObject
from domain.rules import Progress
from domain.sources import HarvestSource, SourceFields
from tests.support.fakes import MemoryLog

NONE = dict.fromkeys(COUNTS, 0)
SINCE = datetime(2026, 3, 1, 12, 29, 45, tzinfo=UTC)


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def app(log: MemoryLog) -> Harvesting:
    return Harvesting(log, log)


@pytest.fixture
def source(app: Harvesting) -> UUID:
    return app.register_source(SourceFields("city", "http://data.example/", "ckan"), "admin")


def records(*guids: str) -> list[GatheredRecord]:
    return [GatheredRecord(guid) for guid in guids]


def objects(app: Harvesting, job_id: UUID, guids: Sequence[str]) -> list[HarvestObject]:
    job = app.load(Job, job_id)
    return list(app.load_objects([job.object_id(guid) for guid in guids]).values())


def count(log: MemoryLog, topic: str) -> int:
    return [event.topic for event in log.events].count(topic)


# making and ending jobs


def test_a_job_takes_its_source_in_the_same_call(app: Harvesting, log: MemoryLog, source: UUID) -> None:
    job_id = app.create_job(source, trigger="schedule", by="timer", options={"force_import": True})

    assert [event.topic for event in log.events[-2:]] == ["source.job_started", "job.created"]
    assert app.load(HarvestSource, source).running_job == str(job_id)
    assert app.load(Job, job_id).options == {"force_import": True}


def test_a_second_job_of_a_source_is_refused(app: Harvesting, log: MemoryLog, source: UUID) -> None:
    app.create_job(source)
    before = list(log.events)

    with pytest.raises(JobExists):
        app.create_job(source, kind="retry")

    assert log.events == before


def test_making_a_job_twice_changes_nothing_while_it_runs_and_afterwards(app: Harvesting, log: MemoryLog, source: UUID) -> None:
    job_id = uuid4()
    for _ in range(2):
        assert app.create_job(source, job_id=job_id) == job_id
    app.finish_job(job_id, "finished", NONE)

    assert app.create_job(source, job_id=job_id) == job_id

    assert count(log, "job.created") == 1


def test_making_a_job_again_after_a_later_one_changes_nothing(app: Harvesting, log: MemoryLog, source: UUID) -> None:
    first = app.create_job(source)
    app.finish_job(first, "finished", NONE)
    app.finish_job(app.create_job(source), "finished", NONE)
    before = list(log.events)

    assert app.create_job(source, job_id=first) == first

    assert log.events == before


def test_of_two_who_make_a_job_at_once_the_second_is_told(app: Harvesting, log: MemoryLog, source: UUID) -> None:
    log.before_append = [lambda: app.create_job(source)]

    with pytest.raises(JobExists):
        app.create_job(source)

    assert count(log, "job.created") == 1


def test_a_job_is_made_beside_a_change_of_its_source(app: Harvesting, log: MemoryLog, source: UUID) -> None:
    fields = SourceFields("city", "http://data.example/", "ckan", title="New")
    log.before_append = [lambda: app.change_source(source, fields, "admin")]

    job_id = app.create_job(source)

    assert app.load(HarvestSource, source).running_job == str(job_id)


def test_an_inactive_source_gets_no_job(app: Harvesting, source: UUID) -> None:
    app.deactivate_source(source, "admin")

    with pytest.raises(SourceInactive):
        app.create_job(source)


def test_ending_a_job_gives_its_source_back_and_twice_changes_nothing(app: Harvesting, log: MemoryLog, source: UUID) -> None:
    ends: list[Callable[[UUID], None]] = [
        lambda job_id: app.abort_job(job_id, "admin", "why"),
        lambda job_id: app.finish_job(job_id, "finished", NONE),
    ]
    for end in ends:
        job_id = app.create_job(source)
        end(job_id)
        before = list(log.events)

        app.abort_job(job_id, "admin")
        app.finish_job(job_id, "failed", NONE)

        assert log.events == before
        assert app.load(HarvestSource, source).running_job is None


def test_of_abort_and_end_at_once_the_faster_counts(app: Harvesting, log: MemoryLog, source: UUID) -> None:
    job_id = app.create_job(source)
    log.before_append = [lambda: app.abort_job(job_id, "admin")]

    app.finish_job(job_id, "finished", NONE)

    assert app.load(Job, job_id).status == "Aborted"
    assert (count(log, "job.finished"), count(log, "source.job_ended")) == (0, 1)


def test_a_late_end_of_an_aborted_job_leaves_the_next_one_alone(app: Harvesting, source: UUID) -> None:
    first = app.create_job(source)
    app.abort_job(first, "admin")
    second = app.create_job(source)

    app.finish_job(first, "finished", NONE)

    assert app.load(HarvestSource, source).running_job == str(second)


def gather(app: Harvesting, source: UUID, *, complete: bool = True, error: bool = False) -> UUID:
    job_id = app.create_job(source)
    job = app.start_gather(job_id, "worker")
    if error:
        app.record_gather_error(job, "code", "message")
    app.finish_gather(job, complete=complete, full=True, deletions=0, seen_since=SINCE)
    return job_id


def test_after_a_clean_job_the_next_asks_for_what_changed_since_its_gather(app: Harvesting, source: UUID) -> None:
    job_id = gather(app, source)

    app.finish_job(job_id, "finished", {**NONE, "added": 3})

    assert app.load(HarvestSource, source).gathered_from == SINCE.isoformat()


CHANGES: dict[str, bool] = {"title": True, "url": False, "type": False, "config": False}
"""Field that is edited while a job runs -> whether what the job saw still counts afterwards."""


@pytest.mark.parametrize(("field", "counts"), CHANGES.items())
def test_an_edit_during_a_job_is_not_hidden_by_its_end(app: Harvesting, source: UUID, field: str, counts: bool) -> None:
    app.finish_job(gather(app, source), "finished", NONE)
    job_id = gather(app, source)
    edit: dict[str, Any] = {field: '{"a": 1}' if field == "config" else "http://new.example"}
    edited = replace(app.load(HarvestSource, source).fields, **edit)
    app.change_source(source, edited, "admin")

    app.finish_job(job_id, "finished", NONE)

    assert app.load(HarvestSource, source).gathered_from == (SINCE.isoformat() if counts else None)
    app.finish_job(gather(app, source), "finished", NONE)
    assert app.load(HarvestSource, source).gathered_from == SINCE.isoformat()


def test_jobs_are_numbered_in_the_order_of_their_source_and_pin_its_version(app: Harvesting, source: UUID) -> None:
    first = app.load(Job, app.create_job(source))
    app.abort_job(first.id, "admin")
    app.change_source(source, replace(app.load(HarvestSource, source).fields, title="New"), "admin")

    second = app.load(Job, app.create_job(source))

    assert [first.number, second.number] == [1, 2]
    assert app.load(HarvestSource, source, second.source_version).fields.title == "New"
    assert app.load(HarvestSource, source, first.source_version).fields.title == "city"


def test_the_end_of_a_job_keeps_all_its_counters(app: Harvesting, log: MemoryLog, source: UUID) -> None:
    progress = Progress("finished", True, 3, added=1, unchanged=1, skipped=1, pages_unchanged=7)

    app.finish_job(gather(app, source), "finished", progress.counts, progress.statistics)

    [end] = [orjson.loads(event.state) for event in log.events if event.topic == "job.finished"]
    assert end["statistics"] == {"objects": 3, "added": 1, "unchanged": 1, "skipped": 1, "pages_unchanged": 7}


def test_after_errors_the_next_job_asks_for_everything_since_the_last_clean_one(app: Harvesting, source: UUID) -> None:
    app.finish_job(gather(app, source), "finished", {**NONE, "errored": 1})
    app.finish_job(gather(app, source, error=True), "finished", NONE)
    app.finish_job(gather(app, source, complete=False), "failed", NONE)
    app.abort_job(gather(app, source), "admin")

    assert app.load(HarvestSource, source).gathered_from is None


@pytest.mark.parametrize("kind", ["retry", "import", "clear"])
def test_a_job_that_did_not_list_the_remote_says_nothing_about_it(app: Harvesting, source: UUID, kind: str) -> None:
    job_id = app.create_job(source, kind=kind)
    app.finish_gather(app.start_gather(job_id, "worker"), complete=True, full=False, deletions=0)

    app.finish_job(job_id, "finished", NONE)

    assert app.load(HarvestSource, source).gathered_from is None


# objects


def test_of_two_outcomes_the_faster_counts(app: Harvesting, log: MemoryLog, source: UUID) -> None:
    job = app.start_gather(app.create_job(source), "worker")
    app.record_page(job, records("a", "b"), 0)
    faster, slower = objects(app, job.id, ["a", "b"]), objects(app, job.id, ["a", "b"])
    faster[0].import_as("added", "package")
    app.record_objects(faster)

    for known in slower:
        known.skip("superseded")
    conflicts = app.record_objects(slower)

    assert conflicts == {faster[0].id}
    outcomes = {known.id: known.outcome for known in objects(app, job.id, ["a", "b"])}
    assert outcomes == {faster[0].id: "added", faster[1].id: "skipped"}


def test_objects_without_news_are_not_stored(app: Harvesting, log: MemoryLog, source: UUID) -> None:
    job = app.start_gather(app.create_job(source), "worker")
    app.record_page(job, records("a"), 0)
    before = list(log.events)

    assert app.record_objects(objects(app, job.id, ["a"])) == frozenset()

    assert log.events == before


def test_unknown_objects_are_left_out(app: Harvesting, source: UUID) -> None:
    job = app.start_gather(app.create_job(source), "worker")
    app.record_page(job, records("a"), 0)
    [known] = objects(app, job.id, ["a"])

    assert app.load_objects([uuid4(), known.id, uuid4()]).keys() == {known.id}


def test_an_aggregate_of_another_kind_is_not_found(app: Harvesting, source: UUID) -> None:
    with pytest.raises(NotFound, match="not a Job but a HarvestSource"):
        app.load(Job, source)
    with pytest.raises(NotFound, match="no Job"):
        app.finish_job(uuid4(), "finished", NONE)


# ending many jobs


def gathered_job(app: Harvesting, name: str) -> UUID:
    source = app.register_source(SourceFields(name, f"http://{name}.example/", "ckan"), "admin")
    job = app.start_gather(app.create_job(source), "worker")
    app.finish_gather(job, complete=True, full=True, deletions=0)
    return job.id


def test_many_jobs_are_ended_in_one_append_with_their_sources(app: Harvesting, log: MemoryLog) -> None:
    jobs = [gathered_job(app, f"city-{n}") for n in range(3)]
    appends = log.appends

    sources = app.finish_jobs({job: Progress("finished", n != 2, 1, added=1) for n, job in enumerate(jobs)})

    assert log.appends == appends + 1
    ended = [app.load(Job, job) for job in jobs]
    assert {job: source.id for job, source in sources.items()} == {job.id: UUID(job.source_id) for job in ended}
    assert {source.fields.name for source in sources.values()} == {"city-0", "city-1", "city-2"}
    assert [job.status for job in ended] == ["Finished"] * 3
    assert [app.load(HarvestSource, UUID(job.source_id)).running_job for job in ended] == [None] * 3
    outcomes = [orjson.loads(event.state)["outcome"] for event in log.events if event.topic == "job.finished"]
    assert sorted(outcomes) == ["failed", "finished", "finished"]


@pytest.mark.parametrize("many", [True, False])
def test_what_a_harvester_remembers_outlives_its_job_however_that_is_ended(app: Harvesting, many: bool) -> None:
    source = app.register_source(SourceFields("city", "http://city.example/", "ckan"), "admin")
    job = app.start_gather(app.create_job(source), "worker")
    app.finish_gather(job, complete=True, full=True, deletions=0, memory={"full": "2026-03-01"})

    if many:
        app.finish_jobs({job.id: Progress("finished", True, 0)})
    else:
        app.finish_job(job.id, "finished", NONE)

    assert app.load(HarvestSource, source).memory == {"full": "2026-03-01"}


def test_jobs_are_ended_one_by_one_when_somebody_ends_one_of_them_meanwhile(app: Harvesting, log: MemoryLog) -> None:
    jobs = [gathered_job(app, f"city-{n}") for n in range(3)]
    log.before_append = [lambda: app.abort_job(jobs[1], by="admin")]

    app.finish_jobs(dict.fromkeys(jobs, Progress("finished", True, 0)))

    assert [app.load(Job, job).status for job in jobs] == ["Finished", "Aborted", "Finished"]
    assert count(log, "source.job_ended") == 3


def test_ending_jobs_a_second_time_appends_nothing(app: Harvesting, log: MemoryLog) -> None:
    over = {gathered_job(app, "city-1"): Progress("finished", True, 0)}
    app.finish_jobs(over)
    before = list(log.events)

    app.finish_jobs(over)

    assert log.events == before
