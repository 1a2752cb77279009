"""A database that an earlier version made is upgraded by `initdb` and goes on: nothing is lost, and jobs run.

tests/golden/database.v1.sql is such a database, before jobs were numbered: two sources, five ended jobs, one under way.
database.v2.sql was left by the version that landed in November 2026 (tests/support/golden_database.py made it).
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from adapters.actions.session import Session
from adapters.bootstrap import Parts, initialise, require_tables
from adapters.embedded import EmbeddedPostgres
from adapters.postgres.read_model.queries import ReadModel
from adapters.postgres.read_model.rebuild import rebuild_read_model, rebuild_work
from adapters.postgres.work.claims import Claimed
from adapters.postgres.work.pending_work import PendingWork
from adapters.settings import Settings
from adapters.stages import context as job_context
from domain.jobs import Job
from domain.objects import job_number
from domain.rules import job_outcome
from domain.sources import HarvestSource
from harvesters.base import Harvester, HarvestJob, HarvestObject, ImportResult, Package, Record
from tests.acceptance.changing_remote import ChangingRemote
from tests.conftest import database_url
from tests.support.golden_database import KEY, SITE
from tests.support.golden_database import package as golden_package
from tests.support.in_process import run_job
from tests.support.stack import ROOT

GOLDEN = ROOT / "tests" / "golden"
BEFORE = {
    "jobs": "SELECT id, status, outcome, source_id FROM harvest.harvest_job ORDER BY id",
    "counts": "SELECT job_id, objects, added, updated, unchanged, pages_unchanged, deleted, errored, skipped, gather_errors "
    "FROM harvest.job_statistics ORDER BY job_id",
    "objects": "SELECT id, guid, state, report_status, package_id, content_hash FROM harvest.object ORDER BY id",
    "datasets": "SELECT source_id, guid, package_id, object_id, state FROM harvest.dataset ORDER BY 1, 2",
    "held": "SELECT source_id, guid, package_id, object_id, content_hash FROM ops.dataset ORDER BY 1, 2",
    "work": "SELECT object_id, job_id FROM ops.work ORDER BY 1",
    "packages": "SELECT id, name, object_id FROM catalogue.package ORDER BY 1",
}
NOW = BEFORE | {
    "held": "SELECT source_id, guid, package_id, object_id, content_hash FROM ops.dataset WHERE NOT deleted ORDER BY 1, 2"
}


class Listing(Harvester):
    """Lists what the old program's remote had, as it was then or newer."""

    versions: dict[str, int]

    def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record]:
        for guid, version in self.versions.items():
            yield Record(guid, json.dumps({"name": guid, "title": f"{guid} {version}"}))
        harvest_job.full_listing = True

    def import_stage(self, harvest_object: HarvestObject) -> ImportResult:
        if harvest_object.action == "delete":
            return self.delete_package(harvest_object)
        return Package({"name": harvest_object.guid, "title": harvest_object.guid})


@contextmanager
def database_of(dump: str, postgres: EmbeddedPostgres, folder: Path) -> Iterator[Settings]:
    """A database that an earlier version left."""
    name = f"old_{uuid4().hex[:12]}"
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    settings = Settings(database_url=database_url(postgres, name), data_dir=folder, site_id=name)
    with psycopg.connect(settings.database_url) as connection:
        connection.execute((GOLDEN / dump).read_text(encoding="utf-8").encode())
    yield settings
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def old(postgres: EmbeddedPostgres, tmp_path: Path) -> Iterator[Settings]:
    with database_of("database.v1.sql", postgres, tmp_path) as settings:
        yield settings


@pytest.fixture
def landed(postgres: EmbeddedPostgres, tmp_path: Path) -> Iterator[Parts]:
    with ExitStack() as stack:
        settings = stack.enter_context(database_of("database.v2.sql", postgres, tmp_path))
        own = replace(settings, site_id=SITE, secret_key=KEY, http_allow="loopback")
        yield stack.enter_context(closing(Parts(own, "test")))


def state(parts: Parts, questions: Mapping[str, str]) -> dict[str, list[Any]]:
    """What the database holds; of everything there is something."""
    rows = {what: parts.database.query(question) for what, question in questions.items()}
    assert [what for what, some in rows.items() if not some] == []
    return rows


def project(parts: Parts) -> None:
    parts.work_projector().catch_up()
    parts.read_model_projector().catch_up()


def run_open_objects(parts: Parts) -> None:
    items = parts.runner.load([Claimed(*row) for row in parts.database.query("SELECT object_id, attempt, now() FROM ops.work")])
    parts.runner.load_content(items)
    for item in items:
        if not parts.runner.run(item):
            parts.runner.save(item)
    assert parts.runner.store(items) == frozenset()
    project(parts)
    for job_id, progress in PendingWork(parts.database).over((), 10).items():
        parts.application.finish_job(job_id, job_outcome(progress) or "", progress.counts, progress.statistics)
    project(parts)


def test_a_database_of_an_earlier_version_is_upgraded_and_goes_on(old: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_context, "load_harvester", lambda kind: Listing)
    parts = Parts(old, "test")
    before = state(parts, BEFORE)

    done = initialise(old)
    assert done
    assert initialise(old) == []
    require_tables(parts.database, old.site_id)

    # nothing is lost
    project(parts)
    assert state(parts, NOW) == before

    # the job under way goes on with the ids that its objects had
    city = parts.application.find_source("city")
    assert city.running_job is not None
    run_open_objects(parts)
    row = ReadModel(parts.database).job(city.running_job)
    assert row is not None
    assert (row["status"], row["added"], row["updated"], row["not_modified"]) == ("Finished", 2, 2, 4)

    # the next one is numbered after those that had no number, and finds what they left
    Listing.versions = {"city-0": 2, "city-1": 2, "city-2": 3, "city-3": 1, "city-4": 1, "city-8": 1, "city-10": 1}
    job_id = parts.application.create_job(city.id)
    parts.gather_run(lambda: False, parts.work_projector().catch_up).run(job_id, "worker")
    project(parts)
    run_open_objects(parts)
    row = ReadModel(parts.database).job(str(job_id))
    assert row is not None
    assert (row["not_modified"], row["updated"], row["deleted"], row["errored"]) == (6, 1, 1, 0)
    assert parts.application.load(Job, job_id).number == 6
    newest = parts.database.query("SELECT object_id FROM ops.dataset WHERE guid = 'city-2'")[0][0]
    assert job_number(newest) == 6
    assert parts.application.load(HarvestSource, city.id).gathered_from is not None

    # both projections follow from the log
    assert rebuild_read_model(parts.database).differences == []
    assert rebuild_work(parts.database).differences == []
    parts.close()


def test_a_database_of_the_version_that_landed_last_is_upgraded_and_goes_on(landed: Parts) -> None:
    before = state(landed, NOW)

    initialise(landed.settings)
    assert initialise(landed.settings) == []
    project(landed)
    assert state(landed, NOW) == before
    assert rebuild_read_model(landed.database).differences == []
    assert rebuild_work(landed.database).differences == []

    # the job under way goes on; people, roles, pauses and secrets are what they were
    source = landed.application.find_source("under-way")
    assert source.running_job is not None
    run_open_objects(landed)
    row = ReadModel(landed.database).job(source.running_job)
    assert row is not None
    assert (row["status"], row["added"], row["errored"]) == ("Finished", 5, 0)
    session = Session(landed)
    assert [person["name"] for person in session.call("harvest_person_list")["persons"]] == ["admin", "editor"]
    assert session.call("harvest_source_show", id="paused")["paused"]

    # what was harvested is known: one dataset is new, one has changed, two haven't, and six are gone
    with ChangingRemote() as remote:
        remote.fill([golden_package(0, 3), golden_package(1, 9), golden_package(2), golden_package(11)])
        session.call("harvest_source_patch", id="city", url=remote.url)
        session.call("harvest_source_test", id="city", full=True)
    city = session.call("harvest_source_show", id="city")
    job = session.call("harvest_job_show", id=city["last_job_id"])
    assert (job["added"], job["updated"], job["errored"], job["held"], job["held_of"]) == (1, 1, 0, 6, 9)
    run_job(landed, session.call("harvest_job_approve_deletions", id="city")["id"])
    assert session.call("harvest_source_show", id="city")["datasets"] == 4
