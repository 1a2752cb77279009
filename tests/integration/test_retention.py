"""What is old goes, stream by stream; what datasets stand on stays, and what is left folds to the same tables."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from adapters.actions.session import Session
from adapters.bootstrap import Parts
from adapters.duties import retention
from adapters.duties.ending import EndJobs
from adapters.duties.retention import CollectContent, Retain
from adapters.postgres.content import content_hash
from adapters.postgres.database import Connection
from adapters.postgres.read_model.causes import CauseWriter
from adapters.postgres.read_model.rebuild import rebuild_read_model, rebuild_work
from adapters.postgres.work.pending_work import PendingWork
from domain.errors import Refused
from domain.jobs import Job
from domain.objects import GatheredRecord, HarvestObject
from domain.sources import SourceFields
from harvesters import extras

LATER = datetime.now(UTC) + timedelta(days=1000)
NOTE = "a note that is kept apart " * 1000


@pytest.fixture
def source(parts: Parts) -> UUID:
    return parts.application.register_source(SourceFields("city", "http://data.example", "noop"), "admin")


def harvest(parts: Parts, source: UUID, contents: Mapping[str, str], *, errored: str = "", abort: bool = False) -> Job:
    """A job that imports documents by guid; one of them fails."""
    app = parts.application
    documents = {content_hash(text.encode()): text.encode() for text in contents.values()}
    note = extras.apart({"note": f"{NOTE}{sorted(contents)}"}, documents)
    parts.content.put(documents)
    job = app.start_gather(app.create_job(source), "worker")
    records = [GatheredRecord(guid, "new", content_hash(text.encode()), note) for guid, text in contents.items()]
    app.record_page(job, records, 3)
    app.finish_gather(job, complete=True, full=False, deletions=0)
    objects = app.load_objects([job.object_id(guid) for guid in contents])
    for known in objects.values():
        _end(parts, source, known, errored)
    app.record_objects(objects.values())
    project(parts)
    if abort:
        app.abort_job(job.id, "admin")
    else:
        EndJobs(app, PendingWork(parts.database)).run(LATER)
    project(parts)
    return app.load(Job, job.id)


def _end(parts: Parts, source: UUID, known: HarvestObject, errored: str) -> None:
    held = "SELECT content_hash FROM ops.dataset WHERE source_id = %(source)s AND guid = %(guid)s"
    before = parts.database.query(held, source=source, guid=known.guid)
    if known.guid == errored:
        known.record_error("Import", "no title")
        known.fail("Import", "reported", "no title", None)
    elif before and before[0][0] == known.content_hash:
        known.import_as("unchanged", known.guid, {"etag": "new"})
    else:
        known.import_as("updated" if before else "added", known.guid, {"etag": "old"})


def project(parts: Parts) -> None:
    parts.work_projector().catch_up()
    parts.read_model_projector().catch_up()


def retain(parts: Parts, *, days: float = 365, keep: int = 1) -> None:
    """All that retention does, as if it were three years later."""
    duty = Retain(parts.database, parts.application, days=days, keep=keep, every=0)
    for _ in range(60):
        duty.run(LATER)
    project(parts)


def streams(parts: Parts, job: Job) -> set[str]:
    """Guids of a job's objects that are in the log."""
    statement = "SELECT convert_from(state, 'UTF8')::jsonb FROM events.stored_event WHERE topic = 'object.gathered'"
    states = [row[0] for row in parts.database.query(statement)]
    return {state["guid"] for state in states if state["job_id"] == str(job.id)}


def table(parts: Parts, name: str) -> list[Any]:
    rows = parts.database.query(f"SELECT to_jsonb(t) - 'final' FROM {name} t")
    return sorted((row[0] for row in rows), key=json.dumps)


def documents(parts: Parts) -> set[bytes]:
    return {row[0] for row in parts.database.query("SELECT body FROM content.document WHERE length(body) < 100")}


def test_old_objects_go_but_for_those_that_datasets_stand_on(parts: Parts, source: UUID) -> None:
    first = harvest(parts, source, {"a": "one", "b": "two", "c": "three"}, errored="c")
    second = harvest(parts, source, {"a": "one, changed"})
    newest = harvest(parts, source, {"d": "four"}, errored="d")

    retain(parts)

    assert streams(parts, first) == {"b"}
    assert streams(parts, second) == {"a"}
    assert streams(parts, newest) == {"d"}  # of a source's last job all objects stay


def test_what_is_left_folds_to_the_same_tables_and_counts_stay(parts: Parts, source: UUID) -> None:
    aborted = harvest(parts, source, {"a": "one", "b": "two", "c": "three"}, errored="c", abort=True)
    harvest(parts, source, {"a": "one", "b": "two, changed"})  # unchanged, with new validators; updated
    harvest(parts, source, {"a": "one", "b": "two, changed"})
    harvest(parts, source, {})
    kept = ("harvest.job_statistics", "harvest.source_statistics", "harvest.dataset", "harvest.harvest_job", "ops.dataset")
    before = {name: table(parts, name) for name in kept}

    retain(parts)

    assert streams(parts, aborted) == {"a"}
    assert {name: table(parts, name) for name in kept} == before
    assert rebuild_read_model(parts.database).differences == []
    assert rebuild_work(parts.database, datasets=True).differences == []
    assert {name: table(parts, name) for name in kept} == before
    assert len(table(parts, "harvest.object")) == 4  # two that datasets stand on, two that told validators
    assert table(parts, "harvest.harvest_object_error") == []


def test_an_object_goes_later_when_its_dataset_stands_on_a_newer_one(parts: Parts, source: UUID) -> None:
    first = harvest(parts, source, {"a": "one", "b": "two"})
    harvest(parts, source, {})
    retain(parts)
    assert streams(parts, first) == {"a", "b"}

    harvest(parts, source, {"a": "one, changed"})
    retain(parts)

    assert streams(parts, first) == {"b"}
    assert rebuild_read_model(parts.database).differences == []


def test_a_pass_that_was_interrupted_goes_on(parts: Parts, source: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.duties.retention.AT_A_TIME", 2)
    guids = [f"record-{number}" for number in range(7)]
    first = harvest(parts, source, {guid: guid for guid in guids}, abort=True)
    harvest(parts, source, {guid: f"{guid} changed" for guid in guids})
    harvest(parts, source, {})
    before = table(parts, "harvest.job_statistics")

    duty = Retain(parts.database, parts.application, days=365, keep=1, every=0)
    for _ in range(3):  # it begins with the source, looks at two objects, and removes them when it has seen the next two
        duty.run(LATER)
    assert len(streams(parts, first)) == 5  # this process ends here
    retain(parts)

    assert streams(parts, first) == set()
    assert table(parts, "harvest.job_statistics") == before
    assert rebuild_read_model(parts.database).differences == []


def test_documents_go_that_no_object_refers_to_any_more(parts: Parts, source: UUID) -> None:
    harvest(parts, source, {"a": "one", "b": "two", "c": "shared"})
    harvest(parts, source, {"a": "one, changed", "c": "three", "d": "shared"})
    harvest(parts, source, {})
    notes = parts.database.query("SELECT count(*) FROM content.document WHERE length(body) > 10000")[0][0]
    retain(parts)

    fresh = CollectContent(parts.database, parts.application)
    fresh.run(LATER)
    assert b"one" in documents(parts)  # it was stored less than a week ago
    CollectContent(parts.database, parts.application, days=0).run(LATER)

    assert documents(parts) == {b"two", b"one, changed", b"three", b"shared"}
    assert parts.database.query("SELECT count(*) FROM content.document WHERE length(body) > 10000")[0][0] == notes


@pytest.mark.parametrize("config", [{"listed": 20}, {"content": 20}])
def test_a_source_unchanged_for_three_retention_periods_adds_nothing(parts: Parts, config: dict[str, int]) -> None:
    fields = SourceFields("still", "http://127.0.0.1/still", "noop", config=json.dumps({"records": 5, **config}))
    source = parts.application.register_source(fields, "admin")
    session = Session(parts)
    first = session.call("harvest_source_test", id=str(source))
    assert first["added"] == 5

    for _ in range(3):
        for _ in range(2):
            again = session.call("harvest_source_test", id=str(source), full=True)
            assert (again["added"], again["updated"], again["not_modified"], again["deleted"]) == (0, 0, 5, 0)
        retain(parts)
        CollectContent(parts.database, parts.application, days=0).run(LATER)

    assert rebuild_read_model(parts.database).differences == []


def test_without_a_limit_nothing_goes(parts: Parts, source: UUID) -> None:
    first = harvest(parts, source, {"a": "one"}, errored="a")
    harvest(parts, source, {})

    retain(parts, days=0)

    assert streams(parts, first) == {"a"}


def test_disk_says_what_takes_how_much_and_what_would_go(parts: Parts, source: UUID) -> None:
    first = harvest(parts, source, {"a": "one", "b": "two"}, errored="b")
    harvest(parts, source, {})
    harvest(parts, source, {})
    parts.database.query("UPDATE harvest.harvest_job SET finished = finished - interval '2 years'")

    shown = Session(parts).call("harvest_disk_show")

    assert {part["schema"] for part in shown["parts"]} == {"events", "content", "harvest", "ops", "catalogue"}
    assert shown["bytes"] == sum(part["bytes"] for part in shown["parts"]) > 0
    assert (shown["retention"]["jobs"], shown["retention"]["objects"]) == (1, 1)
    assert streams(parts, first) == {"a", "b"}  # nothing went


def test_the_records_of_a_job_that_are_gone_cant_be_tried_again(parts: Parts, source: UUID) -> None:
    first = harvest(parts, source, {"a": "one"}, errored="a")
    harvest(parts, source, {})
    retain(parts)

    with pytest.raises(Refused, match="HARVEST_RETENTION_DAYS"):
        Session(parts).call("harvest_job_retry", id=str(first.id))


def failing(parts: Parts, source: UUID, number: int) -> Job:
    """A job with that many records: each fails once, is found to have another guid, and fails again under that one; every
    second one is imported in the end."""
    app = parts.application
    job = app.start_gather(app.create_job(source), "worker")
    guids = [f"rec_{n}x" for n in range(number)]
    app.record_page(job, [GatheredRecord(guid, "new", None, {}) for guid in guids], 3)
    app.finish_gather(job, complete=True, full=False, deletions=0)
    objects = app.load_objects([job.object_id(guid) for guid in guids])
    for place, known in enumerate(objects.values()):
        known.record_error("Import", f"no title in {known.guid}")
        known.identify(f"{known.guid}_own")
        known.record_error("Import", message := f"no title in {known.guid}")
        if place % 2:
            known.import_as("added", known.guid, {})
        else:
            known.fail("Import", "reported", message, None)
    app.record_objects(objects.values())
    project(parts)
    EndJobs(app, PendingWork(parts.database)).run(LATER)
    project(parts)
    return app.load(Job, job.id)


def test_causes_of_the_errors_that_are_left_are_those_of_a_rebuild_though_records_got_other_guids_after_some(
    parts: Parts, source: UUID
) -> None:
    old = failing(parts, source, 6)
    harvest(parts, source, {"a": "one"})
    causes = "SELECT cause, errors, records, examples FROM harvest.error_cause WHERE job_id = %(job)s ORDER BY cause"
    before = parts.database.query(causes, job=str(old.id))
    assert [(row[1], row[2]) for row in before] == [(12, 6)]

    retain(parts)

    assert len(streams(parts, old)) == 3
    after = parts.database.query(causes, job=str(old.id))
    assert [row[0] for row in after] == [row[0] for row in before]
    assert [(row[1], row[2]) for row in after] == [(6, 3)]
    assert rebuild_read_model(parts.database).differences == []
    assert parts.database.query(causes, job=str(old.id)) == after


def test_a_jobs_causes_are_counted_once_however_many_steps_remove_its_objects(
    parts: Parts, source: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_A_TIME", 1)
    old = failing(parts, source, 8)
    newest = harvest(parts, source, {"a": "one"})
    retain_only(parts, old)
    counted: list[Sequence[str]] = []
    count_again = CauseWriter.count_again

    def count(writer: CauseWriter, connection: Connection, jobs: Sequence[str], upto: int) -> None:
        counted.append(jobs)
        count_again(writer, connection, jobs, upto)

    monkeypatch.setattr(CauseWriter, "count_again", count)
    projector = parts.read_model_projector()
    projector._batch = 1
    projector.catch_up()

    assert parts.database.query("SELECT count(*) FROM events.stored_event WHERE topic = 'job.pruned'") == [(4,)]
    assert counted == [[str(old.id)]]
    rows = "SELECT harvest_job_id, count(*)::int FROM harvest.object GROUP BY 1"
    assert dict(parts.database.query(rows)) == {str(old.id): 4, str(newest.id): 1}
    assert rebuild_read_model(parts.database).differences == []


def retain_only(parts: Parts, job: Job) -> None:
    """Remove a job's objects, without projecting it."""
    duty = Retain(parts.database, parts.application, days=365, keep=1)
    for _ in duty.prune(UUID(job.source_id), job.id):
        pass
