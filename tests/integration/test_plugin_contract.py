"""The gather stage of plugins for ckanext-harvest: saved objects and a list of their ids, None, [], and errors."""

from typing import Any

import pytest

from adapters.bootstrap import Parts
from adapters.postgres.work.pending_work import PendingWork
from domain.objects import HarvestObject as Aggregate
from harvesters import HarvestJob, HarvestObject, HarvestObjectExtra
from harvesters.results import NOT_RETURNED
from tests.integration.test_gather_run import Gathering


@pytest.fixture
def gathering(emptied: Parts, monkeypatch: pytest.MonkeyPatch) -> Gathering:
    return Gathering(emptied, monkeypatch)


def saved(job: HarvestJob, guid: str, **fields: Any) -> str:
    harvest_object = HarvestObject(guid=guid, job=job, **fields)
    harvest_object.save()
    return harvest_object.id


def test_objects_that_were_saved_and_not_returned_are_skipped_with_a_reason(gathering: Gathering) -> None:
    def remote(job: HarvestJob) -> list[str]:
        ids = [saved(job, guid, content=guid) for guid in "abc"]
        return ids[:1]

    job = gathering.run(remote)

    assert gathering.objects(job).keys() == {"a"}
    skipped = gathering.app.load(Aggregate, job.object_id("b"))
    events = [event.topic for event in gathering.parts.event_store.select_streams([skipped.id])]
    progress = PendingWork(gathering.parts.database).progress(job.id)
    assert (skipped.outcome, events) == ("skipped", ["object.gathered", "object.skipped"])
    assert b"saved it and did not return its id" in gathering.parts.event_store.select_streams([skipped.id])[-1].state
    assert progress is not None
    assert (progress.objects, progress.done, job.gathered) == (3, 2, 3)
    assert NOT_RETURNED == "gather_stage saved it and did not return its id"


def test_a_dataset_whose_object_was_not_returned_stays(gathering: Gathering) -> None:
    gathering.finish(gathering.run(lambda job: [saved(job, guid, content=guid) for guid in "ab"]))

    def remote(job: HarvestJob) -> list[str]:
        job.full_listing = True
        saved(job, "b", content="b")
        return [saved(job, "a", content="other")]

    job = gathering.run(remote)

    assert {guid: known.action for guid, known in gathering.objects(job).items()} == {"a": "change"}


def test_a_list_of_ids_is_dispatched_once_gather_has_returned(gathering: Gathering) -> None:
    seen: list[int] = []

    def remote(job: HarvestJob) -> list[str]:
        ids = [saved(job, str(number)) for number in range(700)]
        gathering.parts.work_projector().catch_up()
        seen.extend(gathering.parts.database.query("SELECT count(*) FROM ops.work")[0])
        return ids

    job = gathering.run(remote)

    assert seen == [0]
    assert len(gathering.objects(job)) == 700


def test_none_fails_the_job_with_the_errors_that_were_saved(gathering: Gathering) -> None:
    def remote(job: HarvestJob) -> None:
        saved(job, "a")
        gathering_error(job, "the list is empty")

    job = gathering.run(remote)

    assert gathering.errors(job) == [("gather", "the list is empty", None)]
    assert (job.complete, gathering.objects(job)) == (False, {})


def test_none_without_an_error_says_what_may_be_wrong(gathering: Gathering) -> None:
    job = gathering.run(lambda _: None)

    [(code, message, _)] = gathering.errors(job)
    assert (code, job.complete) == ("gather_failed", False)
    assert "returned nothing (None)" in message


def test_an_empty_list_is_a_complete_gather_with_the_errors_that_were_saved(gathering: Gathering) -> None:
    gathering.finish(gathering.run(lambda job: [saved(job, "a", content="a")]))

    def remote(job: HarvestJob) -> list[str]:
        gathering_error(job, "No datasets found")
        return []

    job = gathering.run(remote)

    assert gathering.errors(job) == [("gather", "No datasets found", None)]
    assert (job.complete, gathering.objects(job)) == (True, {}), "what the source holds stays"


def test_the_extra_status_says_what_is_to_be_done(gathering: Gathering) -> None:
    gathering.finish(gathering.run(lambda job: [saved(job, guid, content=guid) for guid in "ab"]))

    def remote(job: HarvestJob) -> list[str]:
        gone = [HarvestObjectExtra(key="status", value="delete")]
        return [saved(job, "a", content="new"), saved(job, "b", extras=gone), saved(job, "never", extras=gone)]

    job = gathering.run(remote)

    assert {guid: known.action for guid, known in gathering.objects(job).items()} == {"a": "change", "b": "delete"}


def gathering_error(job: HarvestJob, message: str) -> None:
    from harvesters import HarvestGatherError

    HarvestGatherError.create(message=message, job=job)
