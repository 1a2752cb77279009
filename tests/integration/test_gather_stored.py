"""Jobs whose records come from the log: a second attempt goes on where the first one stopped, and guids stay what they were."""

from uuid import UUID

import pytest

from adapters.bootstrap import Parts
from adapters.postgres.work import held
from adapters.stages.gather import Stopped
from domain.jobs import Job
from domain.objects import GatheredRecord, HarvestObject
from domain.reimport import Selection
from domain.sources import SourceFields

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
    app.finish_job(job.id, "finished", {"added": RECORDS}, {"added": RECORDS})
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
