"""Roles that are killed again and again while many small jobs run: nothing is lost or doubled, and the counts are right."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

import pytest

from adapters.postgres.read_model.rebuild import rebuild_read_model, rebuild_work
from adapters.settings import Settings
from tests.faults.evidence import ended, outcomes
from tests.support.stack import ROLES, Stack, wait_for

pytestmark = pytest.mark.slow

JOBS, RECORDS = 200, 5
ENDED = "SELECT count(*) FROM events.stored_event WHERE topic = 'job.finished'"
CLAIMED = "SELECT deliveries FROM ops.job_progress WHERE worker IS NOT NULL"


@pytest.fixture
def stack(with_broker: Settings, tmp_path: Path) -> Iterator[Stack]:
    """A stack that notices lost workers soon."""
    with Stack(replace(with_broker, lease=2.0), tmp_path) as stack:
        yield stack


def test_many_small_jobs_survive_kill_9_of_each_role_again_and_again(stack: Stack) -> None:
    jobs = []
    for number in range(JOBS):
        stack.source(f"city-{number}", f"http://127.0.0.1/{number}", "slow", {"records": RECORDS, "seconds": 0.05})
        jobs.append(stack.start_job(f"city-{number}"))

    for kills, role in enumerate(islice(cycle(ROLES), 9)):
        wait_until_ended(stack, kills * JOBS // 12)  # some between two kills, and some after the last one
        stack.kill(role)
        stack.start(role)
    rows = [ended(stack, job_id, 120) for job_id in jobs]

    results = {(row["outcome"], row["objects"], row["added"], row["errored"]) for row in rows}
    assert results == {("finished", RECORDS, RECORDS, 0)}
    assert outcomes(stack) == {1: JOBS * RECORDS}
    assert rebuild_read_model(stack.parts.database).differences == []
    assert rebuild_work(stack.parts.database).differences == []


def test_a_gather_is_not_blamed_for_workers_that_are_killed_while_it_runs(stack: Stack, tmp_path: Path) -> None:
    stack.source("stuck", "http://127.0.0.1/stuck", "stubborn", {"folder": str(tmp_path)})
    job_id = stack.start_job("stuck")

    for delivery in range(1, 5):
        wait_until_claimed(stack, delivery)
        stack.kill("gather-consumer")
        stack.start("gather-consumer")
    (tmp_path / "go").touch()
    job = ended(stack, job_id)

    assert (job["outcome"], job["objects"], job["added"]) == ("finished", 10, 10)


def wait_until_claimed(stack: Stack, delivery: int) -> None:
    def is_claimed() -> bool:
        return stack.parts.database.query(CLAIMED) == [(delivery,)]

    wait_for(is_claimed, 60, f"delivery {delivery} is claimed")


def wait_until_ended(stack: Stack, jobs: int) -> None:
    def have_ended() -> bool:
        return bool(stack.parts.database.query(ENDED)[0][0] >= jobs)

    wait_for(have_ended, 60, f"{jobs} jobs end")
