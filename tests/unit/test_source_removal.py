"""Removing a source, and entering it again: its datasets are kept, released or deleted."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from domain.application import Harvesting
from domain.deletions import DELETE, FATES, KEEP, RELEASE
from domain.errors import JobExists, NotFound, SourceInactive, ValidationError
from domain.jobs import COUNTS, Job
from domain.sources import HarvestSource, SourceFields
from tests.support.fakes import MemoryLog

CITY = SourceFields("city", "http://data.example/catalogue", "ckan", "City", config='{"page_size": 5}')
NONE = dict.fromkeys(COUNTS, 0)


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def app(log: MemoryLog) -> Harvesting:
    return Harvesting(log, log)


@pytest.fixture
def city(app: Harvesting) -> UUID:
    return app.register_source(CITY, "admin")


def load(app: Harvesting, source: UUID) -> HarvestSource:
    return app.load(HarvestSource, source)


def end(app: Harvesting, job_id: UUID, **counts: int) -> None:
    job = app.start_gather(job_id, "worker")
    app.finish_gather(job, complete=True, full=True, deletions=0)
    app.finish_job(job_id, "finished", {**NONE, **counts})


@pytest.mark.parametrize("datasets", [KEEP, RELEASE])
def test_a_removed_source_is_not_harvested_and_frees_its_name_and_address(app: Harvesting, city: UUID, datasets: str) -> None:
    assert app.remove_source(city, datasets, "admin") is None

    known = load(app, city)
    assert (known.removed, known.active) == (datasets, False)
    with pytest.raises(NotFound, match="city not found"):
        app.find_source("city")
    with pytest.raises(SourceInactive, match=rf"city \({city}\) was removed .* enter it again, `harvester source create`"):
        app.create_job(city)
    assert app.register_source(replace(CITY, url="http://other.example"), "admin") != city


@pytest.mark.parametrize(
    "fields",
    [
        CITY,
        replace(CITY, name="town", title="Town", frequency="DAILY"),
        replace(CITY, config=""),
        replace(CITY, type="dcat", url="http://DATA.example/catalogue"),
    ],
)
def test_a_source_entered_again_at_its_address_takes_its_released_datasets_over(
    app: Harvesting, city: UUID, fields: SourceFields
) -> None:
    end(app, app.create_job(city))
    app.remove_source(city, RELEASE, "admin")

    again = app.register_source(fields, "editor")

    known = load(app, city)
    assert again == city
    assert (known.fields.name, known.active, known.removed) == (fields.name, True, "")
    assert (known.gathered_from, known.taken_over) == (None, True)  # asks for everything, and before it deletes anything
    assert app.find_source(fields.name).id == city
    with pytest.raises(ValidationError, match="already is a Harvest Source for this URL"):
        app.register_source(replace(fields, name="second"), "editor")


def test_it_takes_them_over_each_time_it_is_entered_again(app: Harvesting, city: UUID) -> None:
    for _ in range(3):
        app.remove_source(city, RELEASE, "admin")
        assert app.register_source(CITY, "admin") == city


def test_kept_datasets_go_to_nobody_else(app: Harvesting, city: UUID) -> None:
    app.remove_source(city, KEEP, "admin")

    assert app.register_source(CITY, "admin") != city


def test_whoever_gives_its_id_enters_it_again_whatever_became_of_its_datasets(app: Harvesting, city: UUID) -> None:
    app.remove_source(city, KEEP, "admin")

    assert app.register_source(CITY, "admin", city) == city
    assert load(app, city).active


def test_another_id_at_the_address_of_released_datasets_is_refused(app: Harvesting, city: UUID) -> None:
    app.remove_source(city, RELEASE, "admin")

    with pytest.raises(ValidationError, match=f"belong to the id {city}: enter it without an id, or with that one"):
        app.register_source(CITY, "admin", uuid4())
    assert app.register_source(replace(CITY, config=""), "admin", other := uuid4()) == other


def test_released_datasets_wait_for_the_source_with_the_same_configuration_first(app: Harvesting, city: UUID) -> None:
    parks = replace(CITY, name="parks", config='{"page_size": 7}')
    other = app.register_source(parks, "admin")
    app.remove_source(city, RELEASE, "admin")
    app.remove_source(other, RELEASE, "admin")

    assert app.register_source(CITY, "admin") == city
    assert app.register_source(parks, "admin") == other


@pytest.mark.parametrize("datasets", FATES)
def test_removing_twice_says_what_became_of_it(app: Harvesting, city: UUID, datasets: str) -> None:
    app.remove_source(city, RELEASE, "admin")

    with pytest.raises(SourceInactive, match=r"was removed \(its datasets were released\)"):
        app.remove_source(city, datasets, "admin")


@pytest.mark.parametrize("datasets", FATES)
def test_a_source_whose_job_runs_is_not_removed(app: Harvesting, city: UUID, datasets: str) -> None:
    job = app.create_job(city)

    with pytest.raises(JobExists, match=f"job {job} that has not ended: wait for it, or stop it"):
        app.remove_source(city, datasets, "admin")
    assert load(app, city).removed == ""


def test_an_unknown_source_or_fate_is_refused(app: Harvesting, city: UUID) -> None:
    with pytest.raises(NotFound):
        app.remove_source(uuid4(), KEEP, "admin")
    with pytest.raises(ValidationError, match=r"'kep' \(did you mean keep\?\): use one of keep, release, delete"):
        app.remove_source(city, "kep", "admin")


def test_with_its_datasets_deleted_it_goes_once_they_are_gone(app: Harvesting, city: UUID) -> None:
    job = app.remove_source(city, DELETE, "admin")

    assert job is not None
    assert (app.load(Job, job).kind, load(app, city).removed) == ("clear", "")
    end(app, job, deleted=3)
    assert (load(app, city).removed, load(app, city).active) == (DELETE, False)
    assert app.register_source(CITY, "admin") != city  # name and address are free, and there is nothing to take over


def test_it_stays_when_some_of_its_datasets_could_not_be_deleted(app: Harvesting, city: UUID) -> None:
    job = app.remove_source(city, DELETE, "admin")
    assert job is not None
    end(app, job, deleted=2, errored=1)

    assert (load(app, city).removed, load(app, city).active) == ("", True)
    assert app.remove_source(city, DELETE, "admin") is not None


def test_it_stays_when_the_job_that_deletes_is_stopped(app: Harvesting, city: UUID) -> None:
    job = app.remove_source(city, DELETE, "admin")
    assert job is not None
    app.abort_job(job, "admin")

    assert load(app, city).removed == ""


def test_datasets_that_stayed_can_be_deleted_later(app: Harvesting, city: UUID) -> None:
    app.remove_source(city, KEEP, "admin")

    end(app, app.create_job(city, kind="clear"), deleted=3)

    assert (load(app, city).removed, load(app, city).running_job) == (KEEP, None)


def test_an_inactive_source_can_be_cleared_and_not_harvested(app: Harvesting, city: UUID) -> None:
    app.deactivate_source(city, "admin")

    with pytest.raises(SourceInactive, match="is inactive"):
        app.create_job(city)
    assert app.create_job(city, kind="clear")


@pytest.mark.parametrize("edit", ["change", "reactivate", "pause"])
def test_a_removed_source_is_not_edited(app: Harvesting, city: UUID, edit: str) -> None:
    app.remove_source(city, RELEASE, "admin")
    edits: dict[str, Callable[[], object]] = {
        "change": lambda: app.change_source(city, CITY, "admin"),
        "reactivate": lambda: app.reactivate_source(city, "admin"),
        "pause": lambda: app.pause_source(city, "admin", None),
    }

    with pytest.raises(SourceInactive, match="was removed"):
        edits[edit]()


def test_two_who_remove_it_at_once_remove_it_once(app: Harvesting, log: MemoryLog, city: UUID) -> None:
    log.before_append.append(lambda: app.remove_source(city, KEEP, "first"))

    with pytest.raises(SourceInactive, match="its datasets were kept"):
        app.remove_source(city, RELEASE, "second")


def test_two_who_enter_it_again_at_once_enter_one(app: Harvesting, log: MemoryLog, city: UUID) -> None:
    app.remove_source(city, RELEASE, "admin")
    log.before_append.append(lambda: app.register_source(CITY, "first"))

    with pytest.raises(ValidationError, match="already is a Harvest Source"):
        app.register_source(CITY, "second")
    assert load(app, city).active
