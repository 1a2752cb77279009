"""A job is undone: its datasets are what they were before it, from what is stored, whatever the remote says by now."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters import bootstrap
from adapters.actions.session import Session
from adapters.parts import Parts
from adapters.postgres.database import Database
from adapters.postgres.log.job_objects import job_objects
from adapters.postgres.retention import Retention
from adapters.stages import gather_undo
from adapters.stages.listing import Stopped
from domain.errors import JobExists, Refused
from domain.jobs import Job
from harvesters.target import Owner
from projections.recorded import Recorded
from tests.acceptance.changing_remote import ChangingRemote
from tests.support.in_process import run_job

OUTCOMES = """
    SELECT count(*) FROM events.stored_event WHERE topic IN ('object.imported', 'object.failed', 'object.skipped')
    GROUP BY originator_id
"""


def package(number: int, title: str = "", **more: Any) -> dict[str, Any]:
    """A dataset of the remote."""
    identity = f"a0a0a0a0-0000-4000-8000-{number:012}"
    changed = f"2026-01-01T00:00:{len(title):02}"
    fields = {"id": identity, "name": f"dataset-{number}", "title": title or f"Dataset {number}", "metadata_modified": changed}
    return {**fields, "state": "active", "resources": [], "tags": [], "extras": [], **more}


@dataclass(frozen=True)
class Site:
    """A source of a remote that can be changed, harvested in this process."""

    cli: Session
    remote: ChangingRemote
    id: str

    def harvest(self, *packages: dict[str, Any], **options: Any) -> str:
        """Harvest the remote while it has these datasets; the job's id."""
        self.remote.fill(packages)
        row: dict[str, Any] = self.cli.call("harvest_source_test", id=self.id, full=True, **options)
        return str(row["id"])

    def undo(self, job: str, **values: Any) -> dict[str, Any]:
        """Undo a job; the row of the job that did it."""
        return run_job(self.cli.parts, self.cli.call("harvest_job_undo", id=job, **values)["id"])

    def titles(self) -> dict[int, str]:
        """Titles in the local catalogue by the dataset's number."""
        datasets = self.cli.parts.catalogue.search(source_id=self.id, rows=1000)["results"]
        return {int(row["id"][-12:]): row["title"] for row in datasets}


@pytest.fixture
def site(parts: Parts) -> Iterator[Site]:
    with ChangingRemote() as remote:
        cli = Session(parts)
        config = {"hold_deletions_percent": 100}
        source = cli.call("harvest_source_create", name="city", url=remote.url, source_type="ckan", config=config)
        yield Site(cli, remote, source["id"])


def counts(job: dict[str, Any]) -> tuple[int, int, int, int, int]:
    """Added, updated, deleted, not modified, errored."""
    return job["added"], job["updated"], job["deleted"], job["not_modified"], job["errored"]


def test_what_a_job_added_goes_what_it_updated_and_deleted_comes_back(site: Site) -> None:
    site.harvest(package(1), package(2), package(3))
    before = site.titles()
    job = site.harvest(package(1), package(2, "Renamed"), package(4))

    told = site.cli.call("harvest_job_undo_show", id=job)
    done = site.undo(job, count=3, reason="wrong portal")

    assert (told["delete"], told["restore"], told["bring_back"]) == (1, 1, 1)
    assert (told["count"], told["left_out"], told["lost"], told["refused"]) == (3, 0, 0, None)
    assert {name: [row["title"] for row in rows] for name, rows in told["examples"].items()} == {
        "delete": ["Dataset 4"],
        "restore": ["Renamed"],
        "bring_back": ["Dataset 3"],
    }
    assert (done["kind"], done["outcome"], counts(done)) == ("undo", "finished", (1, 1, 1, 0, 0))
    assert site.titles() == before


def test_a_dataset_that_a_job_may_have_taken_over_is_not_deleted(site: Site) -> None:
    theirs = {"id": package(1)["id"], "name": "theirs", "title": "Somebody else's"}
    site.cli.parts.catalogue.save(theirs, Owner(str(uuid4()), "Another source", "guid-1", str(uuid4()), "hash"))
    config = {"on_taken_id": "adopt", "hold_deletions_percent": 100}
    site.cli.call("harvest_source_patch", id=site.id, config=config)
    job = site.harvest(package(1), package(2))
    site.cli.call("harvest_source_patch", id=site.id, config={"hold_deletions_percent": 100})

    told = site.cli.call("harvest_job_undo_show", id=job)
    with pytest.raises(Refused):
        site.undo(job)
    later = site.harvest(package(1, "Renamed"), package(2))
    undo = site.undo(later)

    assert (told["delete"], told["adopted"], told["lost"], told["count"]) == (0, 2, 0, 0)
    assert counts(undo) == (0, 1, 0, 0, 0)
    assert site.titles() == {1: "Dataset 1", 2: "Dataset 2"}


def test_who_undid_what_and_why_is_in_the_log(site: Site) -> None:
    job = site.harvest(package(1))

    undo = site.undo(job, reason="wrong portal")

    created = site.cli.parts.application.load(Job, UUID(undo["id"]))
    assert (created.kind, created.by) == ("undo", "cli")
    assert (created.options["undo_of"], created.options["reason"]) == (job, "wrong portal")


def test_an_undo_asks_the_remote_for_nothing_and_the_next_full_harvest_brings_the_same_again(site: Site) -> None:
    site.harvest(package(1))
    job = site.harvest(package(1, "Renamed"), package(2))
    site.remote.forget()

    site.undo(job)
    asked = list(site.remote.searches)
    restored = site.titles()
    site.harvest(package(1, "Renamed"), package(2))

    assert asked == []
    assert restored == {1: "Dataset 1"}
    assert site.titles() == {1: "Renamed", 2: "Dataset 2"}


def test_datasets_that_a_later_job_has_changed_stay_as_they_are(site: Site) -> None:
    site.harvest(package(1), package(2), package(3), package(4))
    job = site.harvest(package(1, "One, later"), package(2, "Two, later"), package(5), package(6))
    site.harvest(package(1, "One, last of all"), package(2, "Two, later"), package(4), package(5, "Five, changed"))

    told = site.cli.call("harvest_job_undo_show", id=job)
    done = site.undo(job)

    assert (told["delete"], told["restore"], told["bring_back"], told["left_out"]) == (0, 1, 1, 4)
    assert counts(done) == (1, 1, 0, 4, 0)
    assert site.titles() == {
        1: "One, last of all",
        2: "Dataset 2",
        3: "Dataset 3",
        4: "Dataset 4",
        5: "Five, changed",
    }


def test_the_version_before_is_found_however_many_jobs_lie_between(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather_undo, "IDS", 4)
    site.harvest(package(1, "First of one"), package(2, "First of two"))
    site.harvest(package(1, "Second of one"), package(2, "First of two"))
    for number in range(3, 8):
        site.harvest(package(1, "Second of one"), package(2, "First of two"), package(number))
    job = site.harvest(package(1, "Third of one"), package(2, "Second of two"), package(7))

    site.undo(job)

    assert site.titles() == {1: "Second of one", 2: "First of two", 7: "Dataset 7"}


def test_an_undo_can_be_undone(site: Site) -> None:
    site.harvest(package(1), package(2))
    job = site.harvest(package(1, "Renamed"), package(3))
    after = site.titles()

    undo = site.undo(job)
    again = site.undo(undo["id"])

    assert counts(again) == (1, 1, 1, 0, 0)
    assert site.titles() == after


def test_a_source_that_was_cleared_gets_its_datasets_back(site: Site) -> None:
    site.harvest(package(1), package(2, "Two"))
    before = site.titles()
    clear = run_job(site.cli.parts, site.cli.call("harvest_source_clear", id=site.id)["id"])
    cleared = site.titles()

    done = site.undo(clear["id"])

    assert (cleared, counts(done)) == ({}, (2, 0, 0, 0, 0))
    assert site.titles() == before


@pytest.mark.parametrize("policy", [{"on_removed": "keep"}, {"on_removed": "purge"}, {"deletion_grace_days": 3}])
def test_what_a_job_added_goes_at_once_whatever_the_source_does_with_removed_records(
    site: Site, policy: dict[str, Any]
) -> None:
    site.cli.call("harvest_source_patch", id=site.id, config=policy)
    job = site.harvest(package(1))

    done = site.undo(job)

    assert (done["deleted"], site.titles()) == (1, {})
    assert site.cli.call("harvest_deletion_list", id=site.id, what="hidden")["deletions"] == []


def test_a_dataset_that_is_hidden_comes_back(site: Site) -> None:
    site.cli.call("harvest_source_patch", id=site.id, config={"deletion_grace_days": 3, "hold_deletions_percent": 100})
    site.harvest(package(1), package(2))
    job = site.harvest(package(1))
    hidden = site.titles()

    site.undo(job)

    assert (hidden, site.titles()) == ({1: "Dataset 1"}, {1: "Dataset 1", 2: "Dataset 2"})
    assert site.cli.call("harvest_deletion_list", id=site.id, what="hidden")["deletions"] == []


def test_what_was_before_and_is_no_longer_kept_is_counted_and_stays(site: Site) -> None:
    parts = site.cli.parts
    first = parts.application.load(Job, UUID(site.harvest(package(1), package(2))))
    job = site.harvest(package(1, "Renamed"), package(2), package(3))
    pruned = list(job_objects(parts.database, first, 2**62))
    old = [events for events in pruned if events[0].state["guid"] == package(1)["id"]]
    Retention(parts.database, parts.application).prune(first, old, None)
    parts.read_model_projector().catch_up()

    told = site.cli.call("harvest_job_undo_show", id=job)
    done = site.undo(job)

    assert (told["delete"], told["restore"], told["lost"], told["count"]) == (1, 0, 1, 1)
    assert counts(done) == (0, 0, 1, 1, 0)
    assert site.titles() == {1: "Renamed", 2: "Dataset 2"}


def test_earlier_jobs_are_read_once_however_many_versions_are_no_longer_kept(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = site.cli.parts
    first = parts.application.load(Job, UUID(site.harvest(package(1), package(2))))
    job = site.harvest(package(1, "Renamed"), package(2, "Renamed too"), package(3))
    Retention(parts.database, parts.application).prune(first, list(job_objects(parts.database, first, 2**62)), None)
    parts.read_model_projector().catch_up()
    read = []

    def objects(database: Database, of: Job, upto: int) -> Iterator[list[Recorded]]:
        read.append(str(of.id))
        return job_objects(database, of, upto)

    monkeypatch.setattr(gather_undo, "PAGE", 1)
    monkeypatch.setattr(gather_undo, "job_objects", objects)

    done = site.undo(job)

    assert counts(done) == (0, 0, 1, 2, 0)
    assert sorted(read) == sorted([job, str(first.id)])


def test_jobs_that_cannot_be_undone_are_refused_with_a_reason(site: Site) -> None:
    job = site.harvest(package(1))
    nothing = site.harvest(package(1))
    stored = site.cli.call("harvest_objects_import", source_id=site.id)["jobs"][0]["id"]

    with pytest.raises(Refused, match="New: it can be undone once it has ended"):
        site.cli.call("harvest_job_undo", id=stored)
    with pytest.raises(JobExists):
        site.cli.call("harvest_job_undo", id=job)
    run_job(site.cli.parts, stored)
    with pytest.raises(Refused, match="change the configuration of the source back"):
        site.cli.call("harvest_job_undo", id=stored)
    with pytest.raises(Refused, match="added, changed and deleted no dataset"):
        site.cli.call("harvest_job_undo", id=nothing)
    with pytest.raises(Refused, match="By now 0 datasets would be undone, not 1"):
        site.cli.call("harvest_job_undo", id=job, count=1)


def test_a_second_press_of_the_button_makes_no_second_job_and_a_later_one_finds_nothing_left(site: Site) -> None:
    job = site.harvest(package(1))

    first = site.cli.call("harvest_job_undo", id=job, count=1)
    second = site.cli.call("harvest_job_undo", id=job, count=1)
    run_job(site.cli.parts, first["id"])

    assert second["id"] == first["id"]
    with pytest.raises(Refused, match="can't be undone any more"):
        site.cli.call("harvest_job_undo", id=job)


def test_after_a_death_in_the_middle_of_gather_and_of_import_everything_is_undone_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = site.cli.parts
    site.harvest(*(package(number) for number in range(6)))
    before = site.titles()
    job = site.harvest(*(package(number, "Renamed") for number in range(2, 5)), package(8), package(9))
    undo = UUID(site.cli.call("harvest_job_undo", id=job)["id"])
    monkeypatch.setattr(gather_undo, "PAGE", 2)
    looks = iter(range(100))

    with pytest.raises(Stopped):
        parts.gather_run(lambda: next(looks) > 4, parts.work_projector().catch_up).run(undo, "a worker that ends")
    parts.work_projector().catch_up()
    run = bootstrap.test_run(parts, lambda _: None, let_through=False)
    items = run._runner.load(run._next(undo, UUID(int=0))[:2])  # imported, and the worker ends before it says so
    run._runner.load_content(items)
    for item in items:
        run._run_one(item, None)
    done = run_job(parts, str(undo))

    assert parts.application.load(Job, undo).attempt == 2
    assert counts(done) == (3, 3, 2, 0, 0)
    assert {count for (count,) in parts.database.query(OUTCOMES)} == {1}
    assert site.titles() == before


def test_a_failed_record_of_an_undo_is_undone_by_another_one(site: Site) -> None:
    parts = site.cli.parts
    first = parts.application.load(Job, UUID(site.harvest(package(1), package(2))))
    job = site.harvest(package(1, "Renamed"), package(2, "Renamed too"))
    objects = parts.application.load_objects([first.object_id(package(number)["id"]) for number in (1, 2)])
    documents = parts.content.get([harvested.content_hash or "" for harvested in objects.values()])
    parts.database.query("DELETE FROM content.document WHERE hash = ANY (%(gone)s)", gone=list(map(bytes.fromhex, documents)))
    failed = site.undo(job)

    with pytest.raises(Refused, match=f"undoes job {job}: undo that one again"):
        site.cli.call("harvest_job_retry", id=failed["id"])
    parts.content.put(documents)
    done = site.undo(job)

    assert (failed["errored"], counts(done)) == (2, (0, 2, 0, 0, 0))
    assert site.titles() == {1: "Dataset 1", 2: "Dataset 2"}
