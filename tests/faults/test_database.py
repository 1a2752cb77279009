"""Postgres is restarted in the middle of a harvest: roles wait or are started again, and the job ends with nothing lost."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters import bootstrap
from adapters.embedded import EmbeddedPostgres
from adapters.settings import Settings
from domain.errors import HarvestError
from tests.faults.evidence import ended, outcomes
from tests.support.stack import Stack, wait_for

pytestmark = pytest.mark.slow

AWAY = 30.0  # seconds


@pytest.fixture
def own_stack(with_broker: Settings, server: EmbeddedPostgres, tmp_path: Path) -> Iterator[Stack]:
    """A stack on that Postgres."""
    services = replace(with_broker, database_url=server.url, lease=2.0)
    bootstrap.initialise(services)
    with Stack(services, tmp_path) as stack:
        yield stack


def test_a_job_survives_restarts_and_a_crash_of_postgres(own_stack: Stack, server: EmbeddedPostgres) -> None:
    own_stack.source("long", "http://127.0.0.1/long", "slow", {"records": 600, "seconds": 0.05})
    job_id = own_stack.start_job("long")
    own_stack.wait_for_objects(job_id, 40)

    server.stop()
    server.start()
    answers(own_stack)
    own_stack.wait_for_objects(job_id, 200)
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    server.start()
    answers(own_stack)
    job = ended(own_stack, job_id, 40)

    assert (job["outcome"], job["objects"], job["added"], job["errored"]) == ("finished", 600, 600, 0)
    assert outcomes(own_stack) == {1: 600}


def test_no_claim_is_taken_from_a_living_worker_when_postgres_was_away_for_longer_than_its_lease(
    own_stack: Stack, server: EmbeddedPostgres
) -> None:
    own_stack.source("long", "http://127.0.0.1/long", "slow", {"records": 400, "seconds": 0.2})
    own_stack.source("listing", "http://127.0.0.1/listing", "noop", {"records": 300, "gather_seconds": 0.1})
    jobs = [own_stack.start_job(name) for name in ("long", "listing")]
    own_stack.wait_for_objects(jobs[0], 20)

    server.stop()
    time.sleep(AWAY)
    server.start()
    answers(own_stack)
    deliveries: dict[str, set[int]] = {"work": set(), "job_progress": set()}

    def over() -> bool:
        for table, numbers in deliveries.items():
            counted = own_stack.parts.database.connection.execute(f"SELECT DISTINCT deliveries FROM ops.{table}".encode())
            numbers.update(number for (number,) in counted)
        return all(own_stack.job(job)["status"] == "Finished" for job in jobs)

    wait_for(over, 90, "both jobs end")
    assert all(numbers <= {0, 1} for numbers in deliveries.values()), deliveries
    assert "lost worker" not in own_stack.log("coordinator")
    assert [ended(own_stack, job, 5)["added"] for job in jobs] == [400, 300]
    assert outcomes(own_stack) == {1: 700}


def answers(stack: Stack) -> None:
    """Wait until the database can be used again."""

    def used() -> bool:
        try:
            return stack.parts.database.query("SELECT 1") == [(1,)]
        except HarvestError:
            return False

    wait_for(used, 60, "Postgres answers")
