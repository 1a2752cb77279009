"""A read model of another version: replaced by `initdb`, reported to whoever reads it, and in nobody else's way."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from adapters.actions.session import Session
from adapters.bootstrap import Parts, initialise, require_tables
from adapters.postgres.read_model.progress import RebuildProgress, begin_progress, end_progress, rebuild_progress
from adapters.postgres.read_model.queries import ReadModel
from adapters.postgres.read_model.rebuild import alone
from domain.errors import ReadModelOutdated, SettingError
from projections.model_version import MODEL_VERSION
from tests.integration.test_rebuild import PAGE, harvest, project, rows


@pytest.fixture
def old(parts: Parts) -> str:
    """A read model as an older version left it: a column is missing. The job that it shows."""
    job = harvest(parts, "one")
    project(parts)
    parts.database.query("UPDATE harvest.checkpoint SET model_version = 0")
    parts.database.query("ALTER TABLE harvest.harvest_object_error DROP COLUMN harvest_job_id")
    return job


@contextmanager
def running_rebuild(parts: Parts) -> Iterator[None]:
    """Another process's rebuild, that is half done."""
    with parts.database.connect() as connection, alone(connection):
        begin_progress(connection, 1000)
        connection.execute("UPDATE ops.rebuild SET done = 420")
        yield
        end_progress(connection)


def test_initdb_rebuilds_it_and_tells_how_far_that_is(parts: Parts, old: str) -> None:
    told: list[RebuildProgress] = []

    done = initialise(parts.settings, told.append)

    assert done == ["read model, rebuilt from the log"]
    assert [progress.step for progress in told][-2:] == ["catching up", "comparing"] or told[-1].step == "comparing"
    assert {"making indexes", "comparing"} <= {progress.step for progress in told}
    assert told[-1].percent == 100
    assert rebuild_progress(parts.database) is None
    assert len(ReadModel(parts.database).object_errors(old)) == 16
    assert initialise(parts.settings) == []


def test_who_reads_what_is_new_is_told_and_all_else_is_read(parts: Parts, old: str) -> None:
    model = ReadModel(parts.database)

    with pytest.raises(ReadModelOutdated, match="harvester initdb"):
        model.object_errors(old)
    job = model.job(old)
    assert job is not None
    assert job["objects"] == 2 * PAGE
    assert parts.database.query("SELECT count(*) FROM harvest.harvest_object") == [(2 * PAGE,)]

    with running_rebuild(parts), pytest.raises(ReadModelOutdated, match="42 % of 1,000 events"):
        model.object_errors(old)


def test_roles_start_and_work_goes_on_while_only_the_old_read_model_is_there(parts: Parts, old: str) -> None:
    require_tables(parts.database, parts.settings.site_id)
    before = rows(parts, "harvest_job"), parts.read_model_projector().position()

    harvest(parts, "two", pages=1)
    parts.work_projector().catch_up()
    with pytest.raises(ReadModelOutdated):
        parts.read_model_projector().catch_up()

    assert (rows(parts, "harvest_job"), parts.read_model_projector().position()) == before
    assert parts.database.query("SELECT FROM ops.job_progress") == []


def test_a_projector_that_waited_goes_on_after_the_rebuild(parts: Parts, old: str) -> None:
    projector = parts.read_model_projector()
    harvest(parts, "two", pages=1)
    with pytest.raises(ReadModelOutdated):
        projector.run_once()

    initialise(parts.settings)
    last = harvest(parts, "three", pages=1)

    projector.catch_up()
    job = ReadModel(parts.database).job(last)
    assert job is not None
    assert job["status"] == "Finished"


def test_a_projector_of_an_older_version_writes_nothing_into_the_new_read_model(parts: Parts) -> None:
    """It had read its position before; the new read model has the same."""
    harvest(parts, "one")
    projector = parts.read_model_projector()
    projector.catch_up()
    parts.database.query("UPDATE harvest.checkpoint SET model_version = %(newer)s", newer=MODEL_VERSION + 1)
    harvest(parts, "two", pages=1)

    with pytest.raises(ReadModelOutdated, match=f"version {MODEL_VERSION + 1}"):
        projector.run_once()

    assert len(rows(parts, "harvest_source")) == 1


def test_a_list_shows_what_the_old_read_model_holds_and_says_so(
    parts: Parts, old: str, caplog: pytest.LogCaptureFixture
) -> None:
    harvest(parts, "two", pages=1)

    listed = Session(parts).call("harvest_job_list")

    assert [job["id"] for job in listed["jobs"]] == [old]
    assert "harvester initdb" in caplog.text
    assert [problem for problem in Session(parts).call("harvest_status_show")["problems"] if "harvester initdb" in problem]


def test_two_that_upgrade_at_once_rebuild_it_once(parts: Parts, old: str) -> None:
    done: list[list[str]] = []
    upgrading = [threading.Thread(target=lambda: done.append(initialise(parts.settings))) for _ in range(2)]
    for thread in upgrading:
        thread.start()
    for thread in upgrading:
        thread.join(60)

    assert sorted(done) == [[], ["read model, rebuilt from the log"]]


def test_a_rebuild_that_was_killed_is_not_shown_as_running(parts: Parts) -> None:
    with parts.database.connect() as connection:
        begin_progress(connection, 1000)

    assert rebuild_progress(parts.database) is None


def test_a_read_model_of_a_newer_version_is_refused_and_left_alone(parts: Parts) -> None:
    harvest(parts, "one")
    project(parts)
    parts.database.query("UPDATE harvest.checkpoint SET model_version = %(newer)s", newer=MODEL_VERSION + 1)

    with pytest.raises(SettingError, match="newer harvestlog"):
        initialise(parts.settings)
    assert parts.database.query("SELECT model_version FROM harvest.checkpoint") == [(MODEL_VERSION + 1,)]
