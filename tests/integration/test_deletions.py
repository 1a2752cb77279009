"""Deletions wait for a person when they are many; clearing a source takes all its datasets out."""

import json
from uuid import UUID

import pytest

from adapters.bootstrap import Parts
from domain.errors import Refused
from domain.jobs import Job
from domain.sources import HarvestSource
from harvesters.base import Record
from tests.integration.test_gather_run import NONE, Gathering, full


@pytest.fixture
def gathering(emptied: Parts, monkeypatch: pytest.MonkeyPatch) -> Gathering:
    return Gathering(emptied, monkeypatch)


def records(count: int) -> list[Record]:
    return [Record(f"r{number}", str(number)) for number in range(count)]


def filled(gathering: Gathering, count: int = 50) -> None:
    gathering.finish(gathering.run(full(*records(count))))


def end(gathering: Gathering, job: Job) -> Job:
    gathering.finish(job, lambda known: known.import_as("deleted" if known.action == "delete" else "added", "p"))
    return gathering.app.load(Job, job.id)


def source(gathering: Gathering) -> HarvestSource:
    return gathering.app.load(HarvestSource, gathering.source)


def gathered(gathering: Gathering, job_id: UUID) -> Job:
    gathering.gather(job_id, full())
    return gathering.app.load(Job, job_id)


def held_job(gathering: Gathering) -> Job:
    filled(gathering)
    return end(gathering, gathering.run(full(*records(30))))


def test_a_job_that_would_delete_too_much_holds_all_its_deletions_and_ends(gathering: Gathering) -> None:
    job = held_job(gathering)

    assert (job.status, job.held, gathering.objects(job)) == ("Finished", 20, {})
    assert source(gathering).running_job is None
    gathering.parts.read_model_projector().catch_up()
    rows = gathering.parts.database.query("SELECT outcome FROM harvest.harvest_job WHERE id = %(id)s", id=str(job.id))
    assert rows == [("held",)]


@pytest.mark.parametrize("left", [40, 49])
def test_few_deletions_go_at_once(gathering: Gathering, left: int) -> None:
    filled(gathering)

    job = gathering.run(full(*records(left)))

    assert (job.held, len(gathering.objects(job))) == (0, 50 - left)


def test_what_a_plugin_marks_as_deleted_is_held_as_well(gathering: Gathering) -> None:
    filled(gathering)

    job = gathering.run(lambda _: iter([Record(f"r{number}", action="delete") for number in range(20)]))

    assert (job.held, gathering.objects(job)) == (20, {})


def test_nothing_is_deleted_after_a_gather_that_failed(gathering: Gathering) -> None:
    filled(gathering)

    def fails(_: object) -> object:
        yield Record("r1", action="delete")
        raise KeyError("x")

    job = gathering.run(fails)  # type: ignore[arg-type]

    assert (job.complete, job.held, gathering.objects(job)) == (False, 0, {})


def test_approved_deletions_are_a_job_of_their_own(gathering: Gathering) -> None:
    job = held_job(gathering)

    removal = gathering.app.approve_deletions(job.id, "admin")

    assert gathering.app.approve_deletions(job.id, "admin") == removal
    carried_out = gathered(gathering, removal)
    assert {guid for guid, known in gathering.objects(carried_out).items() if known.action == "delete"} == {
        f"r{number}" for number in range(30, 50)
    }
    with pytest.raises(Refused, match="approved already"):
        gathering.app.reject_deletions(job.id, "admin")


def test_a_dataset_that_came_back_is_not_deleted_by_an_approval(gathering: Gathering) -> None:
    job = held_job(gathering)
    partial = gathering.run(lambda _: iter([Record("r40", "new")]))
    end(gathering, partial)

    carried_out = gathered(gathering, gathering.app.approve_deletions(job.id, "admin"))

    assert "r40" not in gathering.objects(carried_out)
    assert len(gathering.objects(carried_out)) == 19


def test_a_later_full_run_puts_held_deletions_out_of_date(gathering: Gathering) -> None:
    job = held_job(gathering)
    end(gathering, gathering.run(full(*records(50))))

    with pytest.raises(Refused, match="out of date"):
        gathering.app.approve_deletions(job.id, "admin")


def test_rejected_deletions_cant_be_approved(gathering: Gathering) -> None:
    job = held_job(gathering)
    gathering.app.reject_deletions(job.id, "admin")
    gathering.app.reject_deletions(job.id, "admin")

    with pytest.raises(Refused, match="rejected already"):
        gathering.app.approve_deletions(job.id, "admin")


def test_a_job_that_holds_nothing_cant_be_approved(gathering: Gathering) -> None:
    job = end(gathering, gathering.run(full(*records(3))))

    with pytest.raises(Refused, match="holds no deletions"):
        gathering.app.approve_deletions(job.id, "admin")


def test_the_first_full_run_of_a_source_taken_over_holds_any_deletion(gathering: Gathering) -> None:
    filled(gathering)
    gathering.app.take_over_source(gathering.source, "admin")

    job = end(gathering, gathering.run(full(*records(49))))
    after = gathering.run(full(*records(49)))

    assert (job.held, after.held, len(gathering.objects(after))) == (1, 0, 1)


def test_clearing_deletes_all_and_the_next_harvest_asks_for_everything(gathering: Gathering) -> None:
    filled(gathering)

    job = gathered(gathering, gathering.app.create_job(gathering.source, kind="clear", by="admin"))

    assert {known.action for known in gathering.objects(job).values()} == {"delete"}
    assert len(gathering.objects(job)) == 50
    end(gathering, job)
    assert source(gathering).gathered_from is None
    topics = [e.topic for e in gathering.parts.event_store.select_streams([gathering.source])]
    assert topics[-2:] == ["source.job_ended", "source.cleared"]
    again = gathering.run(full(*records(50)))
    assert {known.action for known in gathering.objects(again).values()} == {"new"}


def test_a_clear_that_failed_for_some_does_not_say_that_the_source_is_cleared(gathering: Gathering) -> None:
    filled(gathering, 2)
    job = gathered(gathering, gathering.app.create_job(gathering.source, kind="clear"))

    gathering.app.finish_job(job.id, "finished", {**NONE, "errored": 1})

    events = gathering.parts.event_store.select_streams([gathering.source])
    assert "source.cleared" not in [event.topic for event in events]
    assert json.loads(events[-1].state)["outcome"] == "finished"
