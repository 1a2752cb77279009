"""Jobs whose records come from the log: a second attempt goes on where the first one stopped, and guids stay what they were."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from adapters.bootstrap import Parts
from adapters.postgres.database import Database
from adapters.postgres.log.job_objects import job_objects
from adapters.postgres.work import held
from adapters.stages import gather_stored
from adapters.stages.listing import Stopped
from domain.jobs import Job
from domain.objects import GatheredRecord, HarvestObject
from domain.reimport import Selection
from domain.sources import SourceFields
from projections.recorded import Recorded

RECORDS = 7


@pytest.fixture
def source(parts: Parts) -> UUID:
    """A source that holds seven datasets; the documents gave themselves other guids than the remote lists."""
    app = parts.application
    source = app.register_source(SourceFields("city", "http://data.example", "noop"), "admin")
    job = app.start_gather(app.create_job(source), "worker")
    app.record_page(job, [GatheredRecord(f"listed-{number}", extras={"n": str(number)}) for number in range(RECORDS)], 0)
    app.finish_gather(job, complete=True, full=True, deletions=0)
    objects = app.load_objects([job.object_id(f"listed-{number}") for number in range(RECORDS)])
    for known in objects.values():
        known.identify(known.guid.replace("listed", "own"))
        known.import_as("added", known.guid)
    app.record_objects(objects.values())
    app.finish_job(job.id, "finished", {"added": RECORDS}, {"objects": RECORDS, "added": RECORDS})
    parts.work_projector().catch_up()
    return source


def gathered(parts: Parts, job_id: UUID) -> list[HarvestObject]:
    parts.work_projector().catch_up()
    rows = parts.database.query("SELECT object_id FROM ops.work WHERE job_id = %(job)s", job=job_id)
    return list(parts.application.load_objects([row[0] for row in rows]).values())


def test_records_keep_the_guid_that_the_remote_lists_and_the_one_of_their_document(parts: Parts, source: UUID) -> None:
    job_id = parts.application.create_job(source, kind="import", options=Selection().options())

    parts.gather_run(lambda: False, parts.work_projector().catch_up).run(job_id, "worker")

    guids = {(known.gathered_guid, known.guid, known.extras["n"]) for known in gathered(parts, job_id)}
    assert guids == {(f"listed-{number}", f"own-{number}", str(number)) for number in range(RECORDS)}


def test_a_second_attempt_adds_what_the_first_one_had_not_stored(
    parts: Parts, source: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "PAGE", 3)
    job_id = parts.application.create_job(source, kind="import", options=Selection().options())
    pages = iter([False, True])

    with pytest.raises(Stopped):
        parts.gather_run(lambda: next(pages)).run(job_id, "worker that ends")
    assert len(gathered(parts, job_id)) == 3
    parts.gather_run(lambda: False, parts.work_projector().catch_up).run(job_id, "another worker")

    job = parts.application.load(Job, job_id)
    assert len(gathered(parts, job_id)) == RECORDS
    assert (job.attempt, job.complete, job.full, job.gather_errors) == (2, True, False, 0)


def gathers(parts: Parts, source: UUID, documents: dict[str, str | None], finished: dict[str, int]) -> Job:
    """A job that found these documents and failed with all of them, with the counters that its end names."""
    app = parts.application
    job = app.start_gather(app.create_job(source), "worker")
    app.record_page(job, [GatheredRecord(guid, content_hash=document) for guid, document in documents.items()], 0)
    app.finish_gather(job, complete=True, full=True, deletions=0)
    objects = app.load_objects([job.object_id(guid) for guid in documents])
    for harvested in objects.values():
        harvested.fail("Import", "bad", "it is bad", None)
    app.record_objects(objects.values())
    app.finish_job(job.id, "finished", {}, finished)
    parts.work_projector().catch_up()
    return job


def test_of_records_without_a_dataset_the_newest_document_is_imported(parts: Parts, source: UUID) -> None:
    gathers(parts, source, {"never-1": "aa" * 32, "never-2": "bb" * 32}, {"objects": 2, "errored": 2})
    gathers(parts, source, {"never-1": "cc" * 32, "never-2": None}, {"objects": 2, "errored": 2})
    job_id = parts.application.create_job(source, kind="import", options=Selection(join_datasets=False).options())

    parts.gather_run(lambda: False, parts.work_projector().catch_up).run(job_id, "worker")

    objects = {known.guid: (known.action, known.content_hash) for known in gathered(parts, job_id)}
    held_ones = {f"own-{number}": ("change", None) for number in range(RECORDS)}
    never = {"never-1": ("new", "cc" * 32), "never-2": ("new", "bb" * 32)}
    assert objects == held_ones | never


def test_the_objects_of_a_job_that_imported_all_of_them_are_not_read_again(
    parts: Parts, source: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = gathers(parts, source, {"never-1": "aa" * 32}, {"objects": 1, "errored": 1})
    job_id = parts.application.create_job(source, kind="import", options=Selection(join_datasets=False).options())
    read: list[UUID] = []

    def reading(database: Database, job: Job, upto: int) -> Iterator[list[Recorded]]:
        read.append(job.id)
        return job_objects(database, job, upto)

    monkeypatch.setattr(gather_stored, "job_objects", reading)

    parts.gather_run(lambda: False, parts.work_projector().catch_up).run(job_id, "worker")

    assert read == [failed.id]
    assert len(gathered(parts, job_id)) == RECORDS + 1
