"""Deletions wait for a person when they are many; clearing a source takes all its datasets out."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from adapters.actions.session import Session
from adapters.bootstrap import Parts
from adapters.stages.listing import Stopped
from domain.errors import NotFound, Refused, ValidationError
from domain.jobs import Job
from domain.sources import HarvestSource
from harvesters.base import HarvestJob, Record
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


def session(gathering: Gathering) -> Session:
    return Session(gathering.parts)


def listed(gathering: Gathering, reference: object, **which: Any) -> list[tuple[str, str, str | None]]:
    """What became of which dataset, with its title."""
    answer = session(gathering).call("harvest_deletion_list", id=str(reference), **which)
    return [(row["guid"], row["what"], row["title"]) for row in answer["deletions"]]


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


def named(prefix: str, names: range) -> list[Record]:
    """Records in CKAN's form, whose ids begin with the prefix."""
    return [Record(f"{prefix}{number}", {"id": f"{prefix}{number}", "name": f"set-{number}"}) for number in names]


@pytest.mark.parametrize("marked", [False, True])
def test_datasets_that_come_back_under_other_ids_are_replaced_not_lost(gathering: Gathering, marked: bool) -> None:
    old, new = named("old", range(50)), named("new", range(45))
    gathering.finish(gathering.run(full(*old)))
    removed = [Record(record.guid, action="delete") for record in old]

    job = gathering.run((lambda _: iter([*new, *removed])) if marked else full(*new))

    assert (job.held, len(gathering.objects(job))) == (0, 95)


def test_replacements_that_an_earlier_attempt_imported_count_as_such(gathering: Gathering) -> None:
    def interrupted(_: HarvestJob) -> Iterator[Record]:
        yield from (Record(f"new{number}", {"name": f"set-{number % 50}"}) for number in range(500))
        raise Stopped

    gathering.finish(gathering.run(full(*named("old", range(50)))))
    job_id = gathering.app.create_job(gathering.source)
    with pytest.raises(Stopped):
        gathering.gather(job_id, interrupted)
    gathering.parts.work_projector().catch_up()
    imported = gathering.objects(gathering.app.load(Job, job_id)).values()
    for known in imported:
        known.import_as("added", "p")
    gathering.app.record_objects(imported)

    gathering.gather(job_id, full(*(Record(f"new{number}", {"name": f"set-{number % 50}"}) for number in range(500))))

    job = gathering.app.load(Job, job_id)
    deleted = [known.guid for known in gathering.objects(job).values() if known.action == "delete"]
    assert (len(imported), job.attempt, job.held, len(deleted)) == (500, 2, 0, 50)


def test_other_datasets_in_the_place_of_many_do_not_make_up_for_them(gathering: Gathering) -> None:
    gathering.finish(gathering.run(full(*named("old", range(50)))))

    job = gathering.run(full(*named("new", range(11, 61))))

    assert (job.held, len(gathering.objects(job))) == (50, 50)


def test_a_dataset_that_was_there_before_replaces_no_other_of_its_name(gathering: Gathering) -> None:
    twins = [Record(f"twin{number}", {"name": f"set-{number}", "twin": True}) for number in range(50)]
    gathering.finish(gathering.run(full(*named("old", range(50)), *twins)))

    job = gathering.run(full(*twins))

    assert job.held == 50


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


# what a person sees


def titled(count: int) -> list[Record]:
    return [Record(f"r{number:02}", {"title": f"Dataset {number}"}) for number in range(count)]


def test_held_deletions_are_listed_with_titles_a_page_at_a_time(gathering: Gathering) -> None:
    gathering.finish(gathering.run(full(*titled(50))))
    job = end(gathering, gathering.run(full(*titled(30))))

    first = session(gathering).call("harvest_deletion_list", id=str(job.id), limit=15)
    rest = listed(gathering, job.id, after=first["next"])

    rows = [(row["guid"], row["what"], row["title"]) for row in first["deletions"]] + rest
    assert sorted(rows) == [(f"r{number}", "held", f"Dataset {number}") for number in range(30, 50)]
    assert {row["package_id"] for row in first["deletions"]} == {"p"}
    assert listed(gathering, "city", what="held", limit=1000) == sorted(rows, key=rows.index, reverse=True)


def test_what_was_deleted_and_kept_stays_listed_with_its_title(gathering: Gathering) -> None:
    gathering.finish(gathering.run(full(*titled(3))))
    job = gathering.run(full(*titled(1)))

    def outcome(known: Any) -> None:
        known.remove("p", "kept" if known.guid == "r01" else "deleted", f"Title of {known.guid}")
        known.import_as("deleted", "p")

    gathering.finish(job, outcome)
    again = gathering.run(full(*titled(1)))

    expected = [("r01", "kept", "Title of r01"), ("r02", "deleted", "Title of r02")]
    assert sorted(listed(gathering, job.id)) == sorted(listed(gathering, gathering.source)) == expected
    assert listed(gathering, "city", what="kept") == expected[:1]
    assert listed(gathering, again.id) == []


def test_deletions_of_an_unknown_job_or_kind_are_refused(gathering: Gathering) -> None:
    with pytest.raises(NotFound, match="a0a0"):
        listed(gathering, "a0a0a0a0-0000-4000-8000-00000000dead")
    with pytest.raises(ValidationError, match=r"hiden.*did you mean hidden"):
        listed(gathering, "city", what="hiden")


def test_status_tells_of_held_deletions_until_somebody_has_decided(gathering: Gathering) -> None:
    job = held_job(gathering)
    gathering.parts.read_model_projector().catch_up()

    before = session(gathering).call("harvest_status_show")
    jobs = session(gathering).call("harvest_held_job_list")["jobs"]
    gathering.app.reject_deletions(job.id, "admin")
    gathering.parts.read_model_projector().catch_up()
    after = session(gathering).call("harvest_status_show")

    line = f"Job {job.id} of source city holds 20 deletions (it has 50 datasets): see `harvester deletions {job.id}`"
    assert [problem for problem in before["problems"] if problem.startswith(line)]
    assert (before["held_deletions"], after["held_deletions"]) == (20, 0)
    assert [(row["id"], row["source"], row["held"]) for row in jobs] == [(str(job.id), "city", 20)]
    assert not [problem for problem in after["problems"] if "holds" in problem]
    assert session(gathering).call("harvest_job_show", id=str(job.id))["decision"] == "rejected"


def test_a_later_full_run_takes_held_deletions_off_the_list(gathering: Gathering) -> None:
    held_job(gathering)
    end(gathering, gathering.run(full(*records(50))))

    assert session(gathering).call("harvest_held_job_list")["jobs"] == []
