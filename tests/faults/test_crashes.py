"""Processes that end in the middle: nothing is lost, and only the culprit fails."""

import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.settings import Settings
from tests.faults.evidence import begun, ended, outcomes
from tests.support.stack import ROLES, Stack, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture
def stack(with_broker: Settings, tmp_path: Path) -> Iterator[Stack]:
    """A stack that notices lost workers soon."""
    with Stack(replace(with_broker, lease=2.0), tmp_path) as stack:
        yield stack


def test_a_record_that_ends_its_process_fails_alone(stack: Stack) -> None:
    stack.source("poisoned", "http://127.0.0.1/poisoned", "crashing", {"records": 60, "poison": ["record-13"]})

    patience = 90 if stack.settings.embedded_broker else 120  # on Kafka each of four lost members costs a session of 10 s
    job = ended(stack, stack.start_job("poisoned"), patience)

    assert (job["added"], job["errored"]) == (59, 1)
    errors = stack.model.object_errors(job["id"])
    assert [(error["guid"], error["code"]) for error in errors] == [("record-13", "worker_lost")]


def test_a_job_survives_kill_9_of_every_role_in_turn(stack: Stack, tmp_path: Path) -> None:
    stack.source("long", "http://127.0.0.1/long", "counting", {"records": 1000, "seconds": 0.04, "folder": str(tmp_path)})
    job_id = stack.start_job("long")

    for done, role in zip((50, 250, 450), ("fetch-consumer", "coordinator", "gather-consumer"), strict=True):
        stack.wait_for_objects(job_id, done)
        stack.kill(role)
        stack.start(role)
    job = ended(stack, job_id)

    assert (job["outcome"], job["objects"], job["added"], job["errored"]) == ("finished", 1000, 1000, 0)
    assert outcomes(stack) == {1: 1000}
    assert len(begun(tmp_path)) == 1000


def test_a_job_survives_the_death_of_all_roles_at_once(stack: Stack) -> None:
    stack.source("long", "http://127.0.0.1/long", "slow", {"records": 200, "seconds": 0.02})
    job_id = stack.start_job("long")
    stack.wait_for_objects(job_id, 20)

    for role in ROLES:
        stack.kill(role)
    for role in ROLES:
        stack.start(role)
    job = ended(stack, job_id)

    assert (job["outcome"], job["added"], job["errored"]) == ("finished", 200, 0)
    assert outcomes(stack) == {1: 200}


def test_a_gather_that_was_killed_is_gathered_anew(stack: Stack, tmp_path: Path) -> None:
    stack.source("stuck", "http://127.0.0.1/stuck", "stubborn", {"folder": str(tmp_path)})
    job_id = stack.start_job("stuck")
    wait_for(lambda: stack.job(job_id)["status"] == "Running", 30, "gather runs")

    stack.kill("gather-consumer")
    stack.start("gather-consumer")
    (tmp_path / "go").touch()
    job = ended(stack, job_id)

    assert (job["outcome"], job["objects"], job["added"]) == ("finished", 10, 10)


def test_a_worker_that_is_asked_to_end_finishes_what_it_has_begun(stack: Stack, tmp_path: Path) -> None:
    stack.source("drained", "http://127.0.0.1/drained", "counting", {"records": 300, "seconds": 0.05, "folder": str(tmp_path)})
    job_id = stack.start_job("drained")
    wait_for(lambda: len(begun(tmp_path)) >= 40, 60, "records are being fetched")

    worker = stack.process("fetch-consumer")
    worker.send_signal(signal.SIGTERM)
    status = worker.wait(20)
    done_by_first = len(begun(tmp_path))
    stack.start("fetch-consumer")
    job = ended(stack, job_id)

    assert status == 0
    assert 40 <= done_by_first < 300
    assert (job["outcome"], job["added"], job["errored"]) == ("finished", 300, 0)
    assert begun(tmp_path) == {f"record-{number}": 1 for number in range(300)}


def test_workers_that_leave_and_join_under_load_lose_and_repeat_nothing(with_broker: Settings, tmp_path: Path) -> None:
    config: dict[str, Any] = {"records": 600, "seconds": 0.05, "folder": str(tmp_path)}
    with Stack(replace(with_broker, lease=4.0), tmp_path, roles=("coordinator", "gather-consumer")) as stack:
        stack.start("fetch-consumer", "first", *share(stack, "0"))
        stack.start("fetch-consumer", "second", *share(stack, "1,2"))
        stack.source("shared", "http://127.0.0.1/shared", "counting", config)
        job_id = stack.start_job("shared")
        stack.wait_for_objects(job_id, 100)

        stack.process("first").send_signal(signal.SIGTERM)
        stack.start("fetch-consumer", "third", *share(stack, "0"))
        left = stack.process("first").wait(30)
        job = stack.ended(job_id)

        assert left == 0
        assert (job["outcome"], job["objects"], job["added"], job["errored"]) == ("finished", 600, 600, 0)
        assert outcomes(stack) == {1: 600}
        assert set(begun(tmp_path).values()) == {1}


def share(stack: Stack, partitions: str) -> tuple[str, ...]:
    """On the embedded broker workers are told their partitions; elsewhere they join the group."""
    return ("--partitions", partitions) if stack.settings.embedded_broker else ()
