"""Plugins that never return, and those that end their process: they fail alone, and everybody else goes on.

Roles that end are started again by the tests, as a supervisor would.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.postgres.read_model.queries import Row
from adapters.process.worker import REPLACED
from adapters.settings import Settings
from tests.faults.evidence import ended, outcomes
from tests.support.stack import Stack, wait_for

pytestmark = pytest.mark.slow

PATIENCE = 60.0  # seconds


@pytest.fixture
def stack(with_broker: Settings, tmp_path: Path) -> Iterator[Stack]:
    """A stack that notices lost workers soon."""
    with Stack(replace(with_broker, lease=6.0), tmp_path) as stack:
        yield stack


def start(stack: Stack, name: str, kind: str, **config: Any) -> str:
    """A job of a new source."""
    stack.source(name, f"http://127.0.0.1/{name}", kind, config)
    return stack.start_job(name)


def replaced(stack: Stack, role: str) -> int:
    """Start a role again once it has ended; its status."""
    status: int = stack.process(role).wait(PATIENCE)
    stack.start(role)
    return status


# fetch and import


@pytest.mark.parametrize(("way", "where"), [("sleep", "<lambda>"), ("lock", "_wait_for_lock"), ("loop", "_loop")])
def test_a_record_that_never_returns_fails_alone_with_its_stack(stack: Stack, way: str, where: str) -> None:
    job_id = start(stack, "stuck", "impatient", records=5, way=way, guids=["record-0"])
    other = start(stack, "other", "noop", records=50)

    assert replaced(stack, "fetch-consumer") == REPLACED
    job = ended(stack, job_id)

    assert (job["added"], job["errored"]) == (4, 1)
    (error,) = stack.model.object_errors(job_id)
    assert (error["guid"], error["code"]) == ("record-0", "timed_out")
    assert error["message"].startswith("Fetch of record record-0 took longer than 1 s (HARVEST_FETCH_TIMEOUT")
    assert where in error["message"]
    assert ended(stack, other)["added"] == 50
    assert outcomes(stack) == {1: 55}


def test_an_import_that_never_returns_fails_alone(stack: Stack) -> None:
    job_id = start(stack, "stuck", "impatient", records=5, way="sleep", stage="import", guids=["record-0"])

    assert replaced(stack, "fetch-consumer") == REPLACED
    job = ended(stack, job_id)

    assert (job["added"], job["errored"]) == (4, 1)
    (error,) = stack.model.object_errors(job_id)
    assert (error["stage"], error["code"]) == ("Import", "timed_out")


def test_a_record_that_keeps_the_interpreter_to_itself_fails_alone(with_broker: Settings, tmp_path: Path) -> None:
    with Stack(replace(with_broker, lease=2.0), tmp_path) as stack:
        job_id = start(stack, "frozen", "sloppy", records=20, way="regex", guids=["record-7"])

        job = ended(stack, job_id, 2 * PATIENCE)

        assert (job["added"], job["errored"]) == (19, 1)
        (error,) = stack.model.object_errors(job_id)
        assert (error["guid"], error["code"]) == ("record-7", "worker_lost")
        assert "Timeout" in stack.log("fetch-consumer")  # faulthandler's word, above the stacks of all threads


def test_a_source_that_never_returns_leaves_the_others_going(stack: Stack) -> None:
    job_id = start(stack, "stuck", "impatient", records=30, way="sleep")
    other = start(stack, "other", "slow", records=100, seconds=0.2)

    assert ended(stack, other, PATIENCE)["added"] == 100
    assert ended(stack, job_id, 2 * PATIENCE)["errored"] == 30
    assert outcomes(stack) == {1: 130}


def test_the_setting_holds_where_a_harvester_declares_no_limit(with_broker: Settings, tmp_path: Path) -> None:
    with Stack(replace(with_broker, lease=6.0, fetch_timeout=1.0), tmp_path) as stack:
        job_id = start(stack, "stuck", "sloppy", records=2, way="sleep", guids=["record-0"])

        job = ended(stack, job_id)

    assert (job["added"], job["errored"]) == (1, 1)


def test_an_abort_frees_the_threads_that_sleep_for_the_job(stack: Stack) -> None:
    job_id = start(stack, "asleep", "sloppy", records=100, way="sleep")
    busy = "SELECT count(*) FROM ops.worker WHERE role = 'fetch-consumer' AND busy >= 6"
    wait_for(lambda: stack.parts.database.query(busy)[0][0], 20, "threads sleep")

    stack.abort(job_id)

    assert replaced(stack, "fetch-consumer") == REPLACED
    other = start(stack, "other", "noop", records=50)
    assert ended(stack, other)["added"] == 50
    assert stack.job(job_id)["status"] == "Aborted"


def test_an_abort_drops_what_has_not_begun_and_lets_the_rest_end(stack: Stack) -> None:
    job_id = start(stack, "slow", "slow", records=300, seconds=0.5)
    stack.wait_for_objects(job_id, 1)

    stack.abort(job_id)
    idle = "SELECT count(*) FROM ops.worker WHERE role = 'fetch-consumer' AND busy = 0"
    wait_for(lambda: stack.parts.database.query(idle)[0][0], PATIENCE, "no thread is busy any more")

    assert sum(outcomes(stack).values()) < 150
    assert stack.process("fetch-consumer").poll() is None


# gather


def neighbours(stack: Stack, folder: Path) -> list[str]:
    """Three jobs that are being gathered until a file `go` is there."""
    jobs = [start(stack, f"neighbour-{number}", "stubborn", folder=str(folder)) for number in range(3)]
    for job_id in jobs:
        wait_for(lambda: stack.job(job_id)["status"] == "Running", 30, "gather runs")  # noqa: B023
    return jobs


def gather_error(stack: Stack, job_id: str) -> Row:
    (error,) = stack.model.gather_errors(job_id)
    return error


@pytest.mark.parametrize(("way", "how"), [("exit", "with status 1"), ("segfault", "by SIGSEGV")])
def test_a_gather_that_ends_its_process_fails_alone(stack: Stack, tmp_path: Path, way: str, how: str) -> None:
    innocent = neighbours(stack, tmp_path)

    culprit = ended(stack, start(stack, "culprit", "sloppy", way=way, stage="gather", guids=["record-5"]), 2 * PATIENCE)
    (tmp_path / "go").touch()

    assert culprit["outcome"] == "failed"
    error = gather_error(stack, culprit["id"])
    assert error["code"] == "worker_lost"
    assert how in error["message"]
    assert [ended(stack, job_id)["outcome"] for job_id in innocent] == ["finished"] * 3
    assert [stack.job(job_id)["added"] for job_id in innocent] == [10] * 3


@pytest.mark.parametrize("way", ["sleep", "loop"])
def test_a_gather_without_progress_fails_alone_and_its_neighbours_are_not_blamed(
    stack: Stack, tmp_path: Path, way: str
) -> None:
    innocent = neighbours(stack, tmp_path)
    culprit = start(stack, "culprit", "impatient", way=way, stage="gather", guids=["record-5"])

    assert replaced(stack, "gather-consumer") == REPLACED
    job = ended(stack, culprit)
    claimed = "SELECT count(*) FROM ops.job_progress WHERE worker IS NOT NULL AND gather <> 'finished'"
    wait_for(lambda: stack.parts.database.query(claimed)[0][0] == 3, PATIENCE, "the neighbours are gathered again")
    deliveries = stack.parts.database.query("SELECT DISTINCT deliveries FROM ops.job_progress WHERE gather <> 'finished'")
    (tmp_path / "go").touch()

    assert job["outcome"] == "failed"
    error = gather_error(stack, culprit)
    assert error["code"] == "timed_out"
    assert error["message"].startswith("Gathering culprit got nothing new for 1 s (HARVEST_GATHER_TIMEOUT")
    assert "_misbehave" in error["message"]
    assert deliveries == [(1,)]
    assert [ended(stack, job_id)["outcome"] for job_id in innocent] == ["finished"] * 3


def test_an_abort_frees_the_thread_of_a_gather_that_sleeps(stack: Stack, tmp_path: Path) -> None:
    job_id = start(stack, "asleep", "sloppy", way="sleep", stage="gather")
    wait_for(lambda: stack.job(job_id)["status"] == "Running", 30, "gather runs")

    stack.abort(job_id)

    assert replaced(stack, "gather-consumer") == REPLACED
    assert ended(stack, start(stack, "other", "noop", records=5))["added"] == 5


def test_an_abort_frees_the_thread_of_a_generator_that_does_not_end_when_it_is_closed(stack: Stack) -> None:
    job_id = start(stack, "lingering", "lingering")
    wait_for(lambda: stack.job(job_id)["status"] == "Running", 30, "gather runs")

    stack.abort(job_id)

    assert replaced(stack, "gather-consumer") == REPLACED
    assert ended(stack, start(stack, "other", "noop", records=5))["added"] == 5


@pytest.mark.parametrize("stage", ["gather", "fetch", "import"])
def test_limits_that_cannot_be_read_are_those_of_the_settings(with_broker: Settings, tmp_path: Path, stage: str) -> None:
    limits = replace(with_broker, lease=6.0, gather_timeout=1.0, fetch_timeout=1.0, import_timeout=1.0)
    with Stack(limits, tmp_path) as stack:
        job_id = start(stack, "stuck", "unreadable", records=3, way="sleep", stage=stage, guids=["record-0"])

        assert replaced(stack, "gather-consumer" if stage == "gather" else "fetch-consumer") == REPLACED
        job = ended(stack, job_id)

        errors = stack.model.gather_errors(job_id) if stage == "gather" else stack.model.object_errors(job_id)
        assert "timed_out" in {error["code"] for error in errors}
        assert job["errored"] >= 1
