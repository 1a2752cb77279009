"""Plugins that spoil the process that they run in: other jobs, the worker, its connections and its log go on."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.process.worker import REPLACED
from adapters.settings import Settings
from tests.faults.evidence import ended, outcomes
from tests.support.stack import Stack, wait_for

pytestmark = pytest.mark.slow

RAISED = ["BaseException", "KeyboardInterrupt", "SystemExit", "GeneratorExit", "RecursionError", "MemoryError"]
SPOILED = ["chdir", "close_stdin", "close_stdout", "close_stderr", "close_numbers", "disable_log", "fork", "ignore_sigterm"]
SHARED = ["umask", "environment", "no_environment", "sys_path", "socket_timeout", "recursion_limit", "digits", "locale"]
SHARED += ["libraries", "thread"]
CASES = [(way, stage) for way in SPOILED for stage in ("gather", "fetch", "import")]
CASES += [(way, ("gather", "fetch")[turn % 2]) for turn, way in enumerate(SHARED)]  # one mechanism for all stages
SAID = {"libraries": "a plugin replaced what others use, too", "thread": "a plugin changed a limit of this process"}
NAMES = {"BaseException": "HarvesterError"}


@pytest.fixture(scope="module")
def shared_stack(new_stack: Any) -> Iterator[Stack]:
    """A stack that all of these plugins spoil, one after the other."""
    with new_stack(lease=20.0, retry_attempts=1) as stack:
        yield stack


@pytest.fixture
def stack(with_broker: Settings, tmp_path: Path) -> Iterator[Stack]:
    """A stack of the test's own."""
    with Stack(replace(with_broker, lease=30.0), tmp_path) as stack:
        yield stack


def start(stack: Stack, name: str, kind: str, **config: Any) -> str:
    """A job of a new source."""
    stack.source(name, f"http://127.0.0.1/{name}", kind, config)
    return stack.start_job(name)


def innocent(stack: Stack, name: str) -> None:
    """Another job runs to its end in processes that are the same as before."""
    before = stack.running()
    job = stack.ended(start(stack, name, "noop", records=20, content=100))
    assert (job["outcome"], job["added"], job["errored"]) == ("finished", 20, 0)
    assert stack.running() == before


@pytest.mark.parametrize("way", RAISED)
def test_whatever_fetch_and_import_raise_is_the_failure_of_their_record(shared_stack: Stack, way: str) -> None:
    for stage in ("fetch", "import"):
        name = f"{stage}-{way.lower()}"
        job_id = start(shared_stack, name, "sloppy", records=5, way=way, stage=stage, guids=["record-1"])

        job = shared_stack.ended(job_id)

        assert (job["outcome"], job["added"], job["errored"]) == ("finished", 4, 1)
        (error,) = shared_stack.model.object_errors(job_id)
        assert (error["guid"], error["code"]) == ("record-1", "plugin_error")
        assert error["message"].startswith(NAMES.get(way, way))
    innocent(shared_stack, f"after-{way.lower()}")


@pytest.mark.parametrize("way", RAISED)
def test_whatever_gather_raises_is_the_failure_of_its_job(shared_stack: Stack, way: str) -> None:
    job_id = start(shared_stack, f"gather-{way.lower()}", "sloppy", way=way, stage="gather", guids=["record-3"])

    job = shared_stack.ended(job_id)

    assert (job["outcome"], job["added"]) == ("failed", 3)
    (error,) = shared_stack.model.gather_errors(job_id)
    assert error["message"].startswith(NAMES.get(way, way))
    innocent(shared_stack, f"after-gather-{way.lower()}")


@pytest.mark.parametrize(("way", "stage"), CASES)
def test_what_is_spoiled_for_all_is_put_right_again(shared_stack: Stack, way: str, stage: str) -> None:
    name = f"{stage}-{way.replace('_', '-')}"
    role = "gather-consumer" if stage == "gather" else "fetch-consumer"
    job_id = start(shared_stack, name, "sloppy", records=5, way=way, stage=stage, guids=["record-1"])

    job = shared_stack.ended(job_id)

    assert (job["outcome"], job["objects"], job["added"]) == ("finished", 5, 5)
    innocent(shared_stack, f"after-{name}")
    if "fork" not in way:  # what all stages share is looked at every two seconds; a line is not repeated for ten minutes
        wait_for(lambda: SAID.get(way, "a plugin ") in shared_stack.log(role), 20.0, f"{role} says what it put right")
    folder = os.readlink(f"/proc/{shared_stack.process(role).pid}/cwd")
    assert folder == str(shared_stack.folder)
    assert set(outcomes(shared_stack)) == {1}


def test_of_plugins_that_change_nothing_nothing_is_said(stack: Stack) -> None:
    innocent(stack, "well-behaved")

    assert "a plugin " not in stack.log("gather-consumer") + stack.log("fetch-consumer")


@pytest.mark.parametrize("stage", ["gather", "fetch"])
def test_a_signal_handler_cant_be_set_from_a_stage(shared_stack: Stack, stage: str) -> None:
    job_id = start(shared_stack, f"{stage}-signal", "sloppy", records=2, way="signal", stage=stage, guids=["record-1"])

    shared_stack.ended(job_id)

    model = shared_stack.model
    (error,) = model.gather_errors(job_id) if stage == "gather" else model.object_errors(job_id)
    assert error["message"].startswith("ValueError: signal only works in main thread")


@pytest.mark.parametrize("stage", ["gather", "fetch"])
@pytest.mark.parametrize("way", ["leak_threads", "leak_files"])
def test_a_process_that_is_full_of_what_plugins_left_is_replaced(stack: Stack, way: str, stage: str) -> None:
    job_id = start(stack, "leaking", "sloppy", records=12, way=way, stage=stage)
    role = "gather-consumer" if stage == "gather" else "fetch-consumer"

    status = stack.process(role).wait(60)
    stack.start(role)
    job = ended(stack, job_id)

    assert status == REPLACED
    assert "left" in stack.log(role)
    assert job["objects"] == 12
    assert set(outcomes(stack)) == {1}


def test_a_worker_ends_when_it_is_asked_to_though_a_plugin_ignores_the_signal(stack: Stack) -> None:
    stack.ended(start(stack, "ignoring", "sloppy", records=2, way="ignore_sigterm"))
    wait_for(lambda: "how signals are handled" in stack.log("fetch-consumer"), 20, "the handlers are put right")

    stack.process("fetch-consumer").send_signal(signal.SIGTERM)

    assert stack.process("fetch-consumer").wait(40) == 0


def test_a_worker_ends_though_plugins_left_threads_that_never_end(stack: Stack) -> None:
    stack.ended(start(stack, "leaving", "sloppy", records=1, way="leak_threads"))

    stack.process("fetch-consumer").send_signal(signal.SIGTERM)

    assert stack.process("fetch-consumer").wait(40) == 0


def test_a_child_that_outlives_its_worker_does_not_keep_the_workers_claims(stack: Stack) -> None:
    config = {"records": 30, "seconds": 1.0}
    stack.ended(start(stack, "forking", "sloppy", records=1, way="fork_and_stay"))
    job_id = start(stack, "slow", "slow", **config)
    stack.wait_for_objects(job_id, 1)
    worker = stack.process("fetch-consumer")
    children = Path(f"/proc/{worker.pid}/task")
    forked = [int(pid) for task in children.iterdir() for pid in (task / "children").read_text().split()]

    stack.kill("fetch-consumer")
    absent = "SELECT count(*) FROM ops.work WHERE worker IS NOT NULL"
    try:
        wait_for(lambda: stack.parts.database.query(absent)[0][0] == 0, 20, "the claims are taken back before their lease ends")
        stack.start("fetch-consumer")
        assert ended(stack, job_id)["added"] == 30
    finally:
        assert len(forked) == 1
        os.kill(forked[0], signal.SIGKILL)
