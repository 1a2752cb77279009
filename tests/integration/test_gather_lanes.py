"""Jobs that people start are gathered at once, whatever the schedule does."""

from pathlib import Path
from uuid import UUID

import pytest

from adapters.actions.session import Session
from adapters.bootstrap import Parts
from adapters.postgres.read_model.rebuild import rebuild_work
from adapters.postgres.work.claims import Claims
from adapters.postgres.work.pending_work import PendingWork
from domain.commands import GatherJob
from domain.sources import SourceFields
from tests.integration.test_claims import new_job
from tests.support.stack import Stack, wait_for


@pytest.mark.slow
def test_sixty_slow_gathers_of_the_schedule_do_not_hold_up_a_job_of_a_person(stack: Stack, tmp_path: Path) -> None:
    scheduled = []
    for number in range(60):
        name = f"slow-{number}"
        source = stack.source(name, f"http://127.0.0.1/{name}", "stubborn", {"folder": str(tmp_path), "records": 1})
        job = stack.parts.application.create_job(UUID(source), trigger="schedule", by="test")
        scheduled.append(str(job))
    stack.source("mine", "http://127.0.0.1/mine", "noop", {"records": 3})

    mine = stack.run("mine", seconds=30)

    assert (mine["outcome"], mine["added"]) == ("finished", 3)
    assert all(stack.job(job)["gather_finished"] is None for job in scheduled)
    (tmp_path / "go").touch()
    assert {stack.ended(job)["outcome"] for job in scheduled} == {"finished"}


@pytest.mark.slow
def test_sixty_slow_gathers_of_one_command_do_not_hold_up_another_persons_job(stack: Stack, tmp_path: Path) -> None:
    for number in range(60):
        name = f"slow-{number}"
        stack.source(name, f"http://127.0.0.1/{name}", "stubborn", {"folder": str(tmp_path), "records": 1})
    shown = "SELECT count(*) FROM harvest.harvest_source"
    wait_for(lambda: stack.parts.database.query(shown) == [(60,)], 30, "all sources are projected")
    stack.cli("bulk", "harvest", "--type", "stubborn", "--yes")
    stack.source("mine", "http://127.0.0.1/mine", "noop", {"records": 3})

    mine = stack.run("mine", seconds=30)

    assert (mine["outcome"], mine["added"]) == ("finished", 3)
    jobs = [job for job in stack.model.jobs(limit=100) if job["id"] != mine["id"]]
    assert [job["gather_finished"] for job in jobs] == [None] * 60
    (tmp_path / "go").touch()
    assert {stack.ended(job["id"])["outcome"] for job in jobs} == {"finished"}


@pytest.mark.parametrize(("sources", "lanes"), [(20, {0: 20}), (22, {0: 20, 1: 2})])
def test_jobs_of_all_sources_at_once_wait_with_the_schedule_but_for_the_first_ones(
    emptied: Parts, sources: int, lanes: dict[int, int]
) -> None:
    for number in range(sources):
        emptied.application.register_source(SourceFields(f"city-{number}", f"http://127.0.0.1/{number}", "test"), "admin")

    Session(emptied).call("harvest_job_create_all")

    assert dict(emptied.database.query("SELECT lane, count(*) FROM ops.job_progress GROUP BY lane")) == lanes
    emptied.database.query("TRUNCATE ops.job_progress")
    rebuild_work(emptied.database)
    assert dict(emptied.database.query("SELECT lane, count(*) FROM ops.job_progress GROUP BY lane")) == lanes


def test_a_refused_gather_is_sent_again_by_another_way_and_was_not_delivered(emptied: Parts) -> None:
    work, claims = PendingWork(emptied.database), Claims(emptied.database, "busy", 60.0)
    job = new_job(emptied, trigger="schedule")
    [command] = work.take_gather()
    assert claims.gather_lanes([command]) == {command: 1}

    claims.refuse_gather([command], 0.0)
    [again] = work.take_gather()

    assert again == GatherJob(job.id, 2)
    assert again.turn != command.turn
    assert claims.gather_lanes([command, again]) == {again: 1}
    assert not claims.claim_gathers([command])
    assert emptied.database.query("SELECT deliveries FROM ops.job_progress") == [(0,)]


def test_who_refuses_late_takes_nothing_from_the_worker_that_claimed(emptied: Parts) -> None:
    work, busy, other = PendingWork(emptied.database), *(Claims(emptied.database, name, 60.0) for name in ("busy", "other"))
    job = new_job(emptied)
    [command] = work.take_gather()
    assert other.claim_gathers([command])

    busy.refuse_gather([command], 0.0)

    assert emptied.database.query("SELECT worker FROM ops.job_progress WHERE job_id = %(job)s", job=job.id) == [("other",)]
    assert work.take_gather() == []
