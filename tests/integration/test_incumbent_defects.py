"""Defects of ckanext-harvest that are not those of its harvester, and that are gone (numbers of docs/parity.md)."""

import logging
from collections.abc import Iterator

import pytest

from adapters.actions.session import Session
from adapters.bootstrap import Parts
from adapters.postgres.log_lines import LogLines
from adapters.postgres.work.claims import Claims
from adapters.postgres.work.pending_work import PendingWork
from adapters.process import log_keeper
from adapters.process.log_keeper import LogKeeper
from domain.jobs import Job
from domain.objects import GatheredRecord
from domain.sources import SourceFields
from tests.integration.test_claims import lapse, new_job, record, take
from tests.support.stack import PATIENCE, wait_for


@pytest.fixture
def worker(emptied: Parts) -> Iterator[Claims]:
    claims = Claims(emptied.database, "worker", 60.0)
    yield claims
    claims.close()


def test_defect_5_nothing_is_sent_twice_while_a_gather_goes_on_and_an_import_takes_long(emptied: Parts, worker: Claims) -> None:
    work = PendingWork(emptied.database)
    job = new_job(emptied, 2)
    first = take(work, job)
    worker.claim(first)
    stored_job = emptied.application.load(Job, job.id)
    emptied.application.record_page(stored_job, [GatheredRecord("guid-late")], 0)
    emptied.work_projector().catch_up()

    second = take(work, job)
    for _ in range(3):  # the imports take longer than their leases
        lapse(emptied)
        worker.renew([command.object_id for command in first])
        work.expire([])
    third = take(work, job)

    assert len(first) == 2
    assert len(second) == 1
    assert {command.object_id for command in third}.isdisjoint(command.object_id for command in first)


def test_defect_16_a_running_job_counts_each_record_that_failed_and_has_its_five_counters(
    emptied: Parts, worker: Claims
) -> None:
    job = new_job(emptied, 3)
    for command in take(PendingWork(emptied.database), job):
        worker.claim([command])
        record(emptied, command.object_id, lambda known: known.fail("Import", "validation", "no title", None))
    emptied.read_model_projector().catch_up()

    shown = Session(emptied).call("harvest_job_show", id=str(job.id))

    assert shown["status"] == "Running"
    assert shown["stats"] == {"added": 0, "updated": 0, "not modified": 0, "errored": 3, "deleted": 0}


@pytest.mark.parametrize("scope", [0, 7])
def test_defect_26_a_line_of_the_log_is_stored_once_and_commits_nothing_of_others(
    emptied: Parts, monkeypatch: pytest.MonkeyPatch, scope: int
) -> None:
    monkeypatch.setattr(log_keeper, "EVERY", 0.01)
    keeper = LogKeeper(LogLines(emptied.database, "fetch-consumer on a, pid 1", 100), scope, 100)
    root = logging.getLogger()
    level = root.level
    root.addHandler(keeper)
    root.setLevel("INFO")
    keeper.start()
    try:
        with emptied.database.connect() as other, emptied.database.connection.transaction(force_rollback=True):
            emptied.database.query("CREATE TABLE half_done (id int)")
            logging.getLogger("harvesters.waf").warning("a line of mine")
            lines = b"SELECT count(*) FROM ops.log_line WHERE content = 'a line of mine'"
            wait_for(lambda: other.execute(lines).fetchall() != [(0,)], PATIENCE, "the line is stored")
    finally:
        root.removeHandler(keeper)
        root.setLevel(level)
        keeper.close()

    assert emptied.database.query(lines.decode()) == [(1,)]
    assert emptied.database.query("SELECT to_regclass('half_done')") == [(None,)]


def test_defect_28_an_aborted_job_has_its_end(emptied: Parts) -> None:
    source = emptied.application.register_source(SourceFields("city", "http://data.example", "noop"), "admin")
    job = emptied.application.create_job(source)
    emptied.application.abort_job(job, by="admin")
    emptied.work_projector().catch_up()
    emptied.read_model_projector().catch_up()

    shown = Session(emptied).call("harvest_job_show", id=str(job))
    listed = Session(emptied).call("harvest_source_show_status", id="city")["last_job"]

    assert shown["status"] == listed["status"] == "Aborted"
    assert shown["finished"] is not None
    assert emptied.database.query("SELECT finished IS NOT NULL FROM harvest.harvest_job WHERE id = %(id)s", id=str(job)) == [
        (True,)
    ]
