"""With a grace period datasets are hidden first, and deleted later unless they come back."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from adapters.actions.session import Session
from adapters.bootstrap import Parts
from adapters.duties.ending import EndJobs
from adapters.duties.expiring import DeleteExpired
from adapters.postgres.read_model.rebuild import rebuild_read_model, rebuild_work
from adapters.postgres.work.claims import Claimed
from adapters.postgres.work.pending_work import PendingWork
from adapters.stages import context
from domain.deletions import RELEASE
from domain.jobs import Job
from domain.sources import HarvestSource, SourceFields
from harvesters.base import Harvester, HarvestJob, HarvestObject, Package, Record, load_package

GRACE = {"deletion_grace_days": 30, "hold_deletions_count": 100}
AFTER = timedelta(days=31)


class Listing(Harvester):
    """Lists the datasets given."""

    names: tuple[str, ...] = ()
    all_named = ""

    def gather_stage(self, harvest_job: HarvestJob) -> Any:
        for name in self.names:
            yield Record(name, {"name": self.all_named or name, "title": f"The {name}"})
        harvest_job.full_listing = True

    def import_stage(self, harvest_object: HarvestObject) -> Any:
        return harvest_object.action == "delete" or Package(load_package(harvest_object))


class City:
    """A source and all that works on it, in this process: what is harvested is in the local catalogue at once."""

    def __init__(self, parts: Parts) -> None:
        self.parts, self.app = parts, parts.application
        fields = SourceFields("city", "http://data.example", "listing", config=json.dumps(GRACE))
        self.source = self.app.register_source(fields, "admin")

    def harvest(self, *names: str) -> Job:
        Listing.names = names
        return self.carry_out(self.app.create_job(self.source))

    def carry_out(self, job_id: UUID) -> Job:
        """Gather, run all objects, end."""
        project = self.parts.work_projector().catch_up
        self.parts.gather_run(lambda: False, project).run(job_id, "worker")
        project()
        runner, now = self.parts.runner, datetime.now(UTC)
        rows = self.parts.database.query("SELECT object_id FROM ops.work WHERE job_id = %(job)s", job=job_id)
        items = runner.load([Claimed(row[0], 0, now) for row in rows])
        runner.load_content(items)
        for item in items:
            if not runner.run(item):
                runner.save(item)
        runner.store(items)
        project()
        EndJobs(self.app, PendingWork(self.parts.database)).run(now)
        project()
        self.parts.read_model_projector().catch_up()
        return self.app.load(Job, job_id)

    def expire(self, now: datetime) -> Job | None:
        """What the leader does at a time; the job that it made, carried out."""
        DeleteExpired(self.parts.database, self.app).run(now)
        source = self.app.load(HarvestSource, self.source)
        return self.carry_out(UUID(source.running_job)) if source.running_job else None

    def states(self) -> dict[str, str]:
        rows = self.parts.database.query("SELECT package ->> 'name', state FROM catalogue.package")
        return dict(rows)

    def names(self) -> dict[str, str]:
        rows = self.parts.database.query("SELECT guid, name FROM catalogue.package WHERE state = 'active'")
        return dict(rows)

    def counted(self) -> list[tuple[int, int]]:
        """How many were deleted and not modified, by job, newest first."""
        jobs = Session(self.parts).call("harvest_job_list", source_id=str(self.source))["jobs"]
        return [(job["deleted"], job["not_modified"]) for job in jobs]

    def hidden(self) -> set[str]:
        return {guid for (guid,) in self.parts.database.query("SELECT guid FROM ops.hidden_dataset")}

    def listed(self) -> list[tuple[str, str, str | None]]:
        answer = Session(self.parts).call("harvest_deletion_list", id=str(self.source))
        return [(row["guid"], row["what"], row["title"]) for row in answer["deletions"]]


@pytest.fixture
def city(emptied: Parts, monkeypatch: pytest.MonkeyPatch) -> City:
    monkeypatch.setattr(context, "load_harvester", lambda kind: Listing)
    return City(emptied)


def test_a_removed_dataset_is_hidden_and_deleted_when_its_time_is_over(city: City) -> None:
    city.harvest("trees", "parks")
    city.harvest("trees")

    assert (city.states(), city.hidden()) == ({"trees": "active", "parks": "draft"}, {"parks"})
    assert city.listed() == [("parks", "hidden", "The parks")]
    assert city.expire(datetime.now(UTC) + timedelta(days=29)) is None

    job = city.expire(datetime.now(UTC) + AFTER)

    assert job is not None
    assert (job.kind, job.status, city.states(), city.hidden()) == (
        "removal",
        "Finished",
        {"trees": "active", "parks": "deleted"},
        set(),
    )
    assert city.listed() == [("parks", "deleted", "The parks")]
    assert city.expire(datetime.now(UTC) + AFTER * 2) is None


@pytest.mark.parametrize("on_removed", ["delete", "purge", "keep"])
def test_a_dataset_counts_as_deleted_once_in_the_job_that_missed_it(city: City, on_removed: str) -> None:
    city.harvest("trees", "parks")
    city.harvest("trees")
    fields = replace(city.app.load(HarvestSource, city.source).fields, config=json.dumps({**GRACE, "on_removed": on_removed}))
    city.app.change_source(city.source, fields, "admin")

    city.expire(datetime.now(UTC) + AFTER)

    assert city.counted() == [(0, 1), (1, 1), (0, 0)]
    assert city.hidden() == set()
    assert rebuild_work(city.parts.database, datasets=True).differences == []
    assert rebuild_read_model(city.parts.database).differences == []


def test_clearing_counts_what_it_finds_hidden_once_too(city: City) -> None:
    city.harvest("trees", "parks")
    city.harvest("trees")
    city.carry_out(city.app.create_job(city.source, kind="clear"))

    assert city.counted() == [(1, 1), (1, 1), (0, 0)]
    assert sorted((guid, what) for guid, what, _ in city.listed()) == [("parks", "deleted"), ("trees", "deleted")]


def test_a_dataset_that_replaces_a_hidden_one_gets_its_name(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Listing, "all_named", "same")
    city.harvest("one")
    city.harvest("two")

    assert city.names() == {"two": "same"}
    city.harvest("one", "two")
    assert city.names() == {"one": "same1", "two": "same"}


def test_a_dataset_that_comes_back_meanwhile_is_shown_again_and_stays(city: City) -> None:
    city.harvest("trees", "parks")
    city.harvest("trees")
    city.harvest("trees", "parks")

    assert (city.states(), city.hidden()) == ({"trees": "active", "parks": "active"}, set())
    assert city.expire(datetime.now(UTC) + AFTER) is None
    assert city.states()["parks"] == "active"


def test_what_came_back_is_no_longer_listed_as_hidden_until_a_day(city: City) -> None:
    city.harvest("trees", "parks", "lakes")
    hid = city.harvest("trees")
    city.harvest("trees", "parks")

    def listed(key: UUID, what: str = "") -> dict[str, tuple[str, bool]]:
        rows = Session(city.parts).call("harvest_deletion_list", id=str(key), what=what)["deletions"]
        return {row["guid"]: (row["what"], row["until"] is not None) for row in rows}

    assert listed(city.source) == {"parks": ("returned", False), "lakes": ("hidden", True)}
    assert [set(listed(city.source, what)) for what in ("hidden", "returned", "deleted")] == [{"lakes"}, {"parks"}, set()]
    assert listed(hid.id) == {"parks": ("hidden", True), "lakes": ("hidden", True)}  # what that job did

    city.harvest("trees")

    assert listed(city.source) == {"parks": ("hidden", True), "lakes": ("hidden", True)}


def test_the_time_counts_from_the_last_time_that_it_was_hidden(city: City) -> None:
    for names in (("trees", "parks"), ("trees",), ("trees", "parks"), ("trees",)):
        city.harvest(*names)

    assert (city.hidden(), city.states()["parks"]) == ({"parks"}, "draft")
    assert city.harvest("trees").gathered == 0  # it is hidden already: nothing is to be done


def test_a_hidden_dataset_is_purged_where_the_source_wants_that(city: City) -> None:
    fields = replace(city.app.load(HarvestSource, city.source).fields, config=json.dumps({**GRACE, "on_removed": "purge"}))
    city.app.change_source(city.source, fields, "admin")
    city.harvest("trees", "parks")
    city.harvest("trees")

    assert city.states()["parks"] == "draft"
    city.expire(datetime.now(UTC) + AFTER)
    assert city.states() == {"trees": "active"}


def test_clearing_deletes_what_is_hidden_as_well(city: City) -> None:
    city.harvest("trees", "parks")
    city.harvest("trees")

    job = city.carry_out(city.app.create_job(city.source, kind="clear"))

    assert (job.gathered, city.states(), city.hidden()) == (2, {"trees": "deleted", "parks": "deleted"}, set())


def test_what_a_removed_source_has_hidden_is_deleted_all_the_same(city: City) -> None:
    city.harvest("trees", "parks")
    city.harvest("trees")
    city.app.remove_source(city.source, RELEASE, "admin")
    city.parts.work_projector().catch_up()

    assert city.expire(datetime.now(UTC) + AFTER) is not None
    assert city.states() == {"trees": "active", "parks": "deleted"}


def _pause_source(city: City) -> None:
    city.app.pause_source(city.source, "admin")


def _pause_target(city: City) -> None:
    Session(city.parts).call("harvest_site_pause", scope="target")


@pytest.mark.parametrize("pause", [_pause_source, _pause_target])
def test_a_pause_holds_for_hidden_datasets_too(city: City, pause: Callable[[City], None]) -> None:
    city.harvest("trees", "parks")
    city.harvest("trees")
    pause(city)

    assert city.expire(datetime.now(UTC) + AFTER) is None
    assert city.hidden() == {"parks"}


def test_a_job_of_its_source_is_waited_for(city: City) -> None:
    city.harvest("trees", "parks")
    city.harvest("trees")
    running = city.app.create_job(city.source)
    DeleteExpired(city.parts.database, city.app).run(datetime.now(UTC) + AFTER)

    assert city.app.load(HarvestSource, city.source).running_job == str(running)


def test_both_projections_are_the_same_when_they_are_built_again(city: City) -> None:
    for names in (("trees", "parks", "lakes"), ("trees",), ("trees", "lakes")):
        city.harvest(*names)
    before = city.hidden()

    assert rebuild_work(city.parts.database, datasets=True).differences == []
    assert rebuild_read_model(city.parts.database).differences == []
    city.parts.database.query("TRUNCATE ops.hidden_dataset, ops.dataset")
    rebuild_work(city.parts.database)
    assert city.hidden() == before == {"parks"}
