"""`status` after each thing that can stop: it never says that all is well, and says what is wrong."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.support.stack import Stack, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shared_stack(new_stack: Callable[..., AbstractContextManager[Stack]]) -> Iterator[Stack]:
    with new_stack() as stack:
        yield stack


@pytest.fixture
def stack(shared_stack: Stack) -> Stack:
    """The shared stack, whole again as a supervisor makes it: a worker that was frozen ends once it goes on."""

    def well() -> bool:
        for role in ("coordinator", "gather-consumer", "fetch-consumer"):
            shared_stack.restart_when_dead(role)
        return not status(shared_stack)["problems"]

    wait_for(well, 60, "all is well", every=0.5)
    return shared_stack


def status(stack: Stack) -> dict[str, Any]:
    answer: dict[str, Any] = stack.json("status", status=None)
    return answer


def problem(stack: Stack, *words: str, seconds: float = 40.0) -> dict[str, Any]:
    """The status once it names a problem with all these words; the command then ends with 1."""

    def named() -> dict[str, Any] | None:
        answer = status(stack)
        return answer if any(all(word in said for word in words) for said in answer["problems"]) else None

    answer: dict[str, Any] = wait_for(named, seconds, f"status says {words}: {status(stack)['problems']}", every=0.5)
    printed = stack.cli("status", status=1).stdout
    assert "all is well" not in printed
    assert "\n! " in printed
    return answer


def test_a_site_that_works_shows_each_process_and_what_it_is_busy_with(stack: Stack) -> None:
    stack.source("slow", "http://127.0.0.1/slow", "slow", {"records": 30, "seconds": 1})
    job = stack.start_job("slow")

    def busy() -> dict[str, Any] | None:
        processes = {process["role"]: process for process in status(stack)["processes"]}
        fetch = processes.get("fetch-consumer")
        return processes if fetch and fetch["busy"] and fetch["oldest_seconds"] is not None else None

    processes = wait_for(busy, 20, "records are being fetched", every=0.3)

    assert processes["coordinator"]["leads"]
    assert processes["fetch-consumer"]["threads"] >= processes["fetch-consumer"]["busy"] > 0
    assert all(process["alive"] and process["pid"] for process in processes.values())
    printed = stack.cli("status").stdout
    assert "ROLE" in printed
    assert printed.endswith("all is well\n")
    stack.abort(job)


def test_a_killed_fetch_worker_is_missed_at_once_when_records_wait(stack: Stack) -> None:
    stack.kill("fetch-consumer")
    stack.source("waits", "http://127.0.0.1/waits", "noop", {"records": 5})
    job = stack.start_job("waits")

    answer = problem(stack, "No fetch worker runs and 5 records wait for one: start")

    assert answer["workers"] == 1
    stack.start("fetch-consumer")
    assert stack.ended(job)["added"] == 5


def test_a_killed_gather_worker_is_missed_at_once_when_a_job_waits(stack: Stack) -> None:
    stack.kill("gather-consumer")
    stack.source("ungathered", "http://127.0.0.1/ungathered", "noop", {"records": 5})
    job = stack.start_job("ungathered")

    problem(stack, "No gather worker runs and 1 job waits for one: start")

    stack.start("gather-consumer")
    assert stack.ended(job)["added"] == 5


def test_a_killed_coordinator_is_missed_with_what_waits_for_it(stack: Stack) -> None:
    stack.source("unled", "http://127.0.0.1/unled", "stubborn", {"folder": "/nonexistent"})
    job = stack.start_job("unled")
    wait_for(lambda: stack.job(job)["status"] == "Running", 20, "the job runs")
    stack.kill("coordinator")

    problem(stack, "No coordinator leads and 1 unfinished job waits: start")

    stack.start("coordinator")
    stack.abort(job)


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("fetch-consumer", ("No fetch worker runs", "has not reported for", "it hangs or was stopped")),
        ("gather-consumer", ("No gather worker runs", "has not reported for", "it hangs or was stopped")),
        ("coordinator", ("leads and has not moved for",)),
    ],
)
def test_a_stopped_process_is_named(stack: Stack, role: str, said: tuple[str, ...]) -> None:
    process = stack.process(role)
    process.send_signal(signal.SIGSTOP)
    try:
        problem(stack, f"{role} on", f"(pid {process.pid})", *said)
    finally:
        process.send_signal(signal.SIGCONT)


def waiting(stack: Stack, *arguments: str) -> subprocess.Popen[str]:
    argv = [sys.executable, "-m", "adapters.cli", "job", *arguments]
    return subprocess.Popen(argv, env=stack.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_who_waits_for_a_new_job_is_told_that_its_coordinator_has_stopped(stack: Stack) -> None:
    stack.source("unheard", "http://127.0.0.1/unheard", "noop", {"records": 5})
    process = stack.process("coordinator")
    process.send_signal(signal.SIGSTOP)
    try:
        waits = waiting(stack, "unheard", "--wait")
        assert waits.stderr is not None
        said = waits.stderr.readline()
    finally:
        process.send_signal(signal.SIGCONT)
    stack.restart_when_dead("coordinator")
    printed, more = waits.communicate(timeout=60)

    assert "The coordinator has not been heard of since " in said
    assert " UTC: it hangs or was stopped, and job " in said
    assert said.endswith(" waits for it. See `harvester status`\n")
    assert (waits.returncode, more.strip()) == (0, "")
    assert "Finished" in printed


def test_who_follows_a_job_is_told_once_that_its_coordinator_has_stopped(stack: Stack) -> None:
    stack.source("unled-later", "http://127.0.0.1/unled-later", "stubborn", {"folder": "/nonexistent"})
    job = stack.start_job("unled-later")
    wait_for(lambda: stack.job(job)["status"] == "Running", 20, "the job runs")
    process = stack.process("coordinator")
    process.send_signal(signal.SIGSTOP)
    try:
        waits = waiting(stack, job, "--follow")
        assert waits.stderr is not None
        said = waits.stderr.readline()
    finally:
        process.send_signal(signal.SIGCONT)
    stack.restart_when_dead("coordinator")
    stack.abort(job)
    _, more = waits.communicate(timeout=60)

    assert said.startswith("The coordinator has not been heard of since ")
    assert said.endswith(f" UTC: it hangs or was stopped, and job {job} waits for it. See `harvester status`\n")
    assert (waits.returncode, more.strip()) == (1, "")


def test_a_dead_letter_of_today_is_told(stack: Stack) -> None:
    insert = """
        INSERT INTO ops.dead_letter (topic, partition, record_offset, cluster_id, value, reason, recorded_at)
        VALUES ('t', 0, 1, 'c', '', 'odd', now() - make_interval(days => %(days)s))
    """
    stack.parts.database.query(insert, days=3)
    assert status(stack)["dead_letters"] == 1
    assert status(stack)["problems"] == []

    stack.parts.database.query(insert.replace("0, 1", "0, 2"), days=0)

    problem(stack, "1 message of the last day could not be decoded")
    stack.parts.database.query("DELETE FROM ops.dead_letter")


def test_a_job_without_progress_is_named(stack: Stack) -> None:
    stack.source("stuck", "http://127.0.0.1/stuck", "stubborn", {"folder": "/nonexistent"})
    job = stack.start_job("stuck")
    wait_for(lambda: stack.job(job)["status"] == "Running", 20, "the job runs")

    stack.parts.database.query("UPDATE ops.job_progress SET moved_at = now() - interval '20 minutes'")

    problem(stack, f"Job {job} of source stuck has made no progress for 20 min", "it is being gathered")
    stack.abort(job)
