"""Following a job: to its end, until Ctrl-C, again; with the remote's count, and errors by cause at the end."""

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from adapters.postgres.leadership import has_leader
from adapters.postgres.work.movement import expected
from tests.acceptance.command_line import CommandLine
from tests.support.rogue_server import RogueServer
from tests.support.stack import PATIENCE, Stack, wait_for


@pytest.fixture(scope="module")
def stack(new_stack: Callable[..., AbstractContextManager[Stack]]) -> Iterator[Stack]:
    with new_stack(retry_delay=0.1, retry_attempts=2) as stack:
        yield stack


@pytest.fixture
def cli(stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(stack.environment, monkeypatch, capsys)


POISON = {"records": 8, "poison": ["record-1", "record-2", "record-3"], "false": ["record-5"]}


def test_a_followed_job_ends_with_its_errors_by_cause(cli: CommandLine, stack: Stack) -> None:
    stack.source("bad", "http://127.0.0.1/bad", "raising", POISON)
    assert has_leader(stack.parts.database)  # else following a job ends after ten seconds

    text = cli("job", "bad", "--wait").out
    answer = cli.json("job", "bad", "--wait", "--full")

    causes = text.partition("\nErrors by cause:\n")[2]
    assert causes.startswith("  3 x ")
    assert "record-1" in causes
    assert "  1 x first error\n" in causes
    assert "All errors: harvester job-report " in causes
    counts = {cause["message"]: cause["record_count"] for cause in answer["object_error_summary"]}
    assert sorted(counts.values()) == [1, 1, 3]
    assert max(cause["error_count"] for cause in answer["object_error_summary"]) == 6  # what raises is tried twice here
    assert counts["second error"] == 1


def test_run_test_ends_with_errors_by_cause_too(cli: CommandLine, stack: Stack) -> None:
    stack.source("worse", "http://127.0.0.1/worse", "raising", POISON)

    assert "\nErrors by cause:\n  3 x " in cli("run-test", "worse", "--catch").out


def test_causes_name_titles_and_addresses_of_examples(cli: CommandLine, stack: Stack) -> None:
    with RogueServer("good") as remote:
        stack.source("titled", remote.url, "failing-ckan")

        causes = cli.json("run-test", "titled")["object_error_summary"]

    ((message, count, examples),) = [(cause["message"], cause["error_count"], cause["examples"]) for cause in causes]
    assert (message, count) == ("… can't be imported", 3)
    assert {example["title"] for example in examples} == {package["title"] for package in remote.packages}
    assert all(example["original_url"].startswith(f"{remote.url}/dataset/") for example in examples)


def test_a_job_without_errors_names_no_causes(cli: CommandLine, stack: Stack) -> None:
    stack.source("fine", "http://127.0.0.1/fine", "noop", {"records": 3})

    assert "Errors by cause" not in cli("job", "fine", "--wait").out


def test_ctrl_c_ends_the_following_and_says_that_the_job_goes_on(cli: CommandLine, stack: Stack, tmp_path: Path) -> None:
    stack.source("long", "http://127.0.0.1/long", "stubborn", {"folder": str(tmp_path)})
    argv = [sys.executable, "-m", "adapters.cli", "job", "long", "--wait"]
    following = subprocess.Popen(argv, env=stack.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: cli.json("jobs", "--source", "long", "--status", "running")["jobs"], PATIENCE, "the job runs")

    following.send_signal(signal.SIGINT)
    out, err = following.communicate(timeout=PATIENCE)

    job = cli.json("jobs", "--source", "long")["jobs"][0]
    assert (following.returncode, out, job["status"]) == (130, "", "Running")
    assert f"The job goes on. To follow it again: harvester job --follow {job['id']}\n" in err
    assert f"To stop it: harvester job-abort {job['id']}\n" in err
    assert "Traceback" not in err
    (tmp_path / "go").touch()
    by_id, by_source = cli.json("job", "--follow", job["id"]), cli.json("job", "--follow", "long")
    assert by_id == by_source
    assert (by_id["id"], by_id["status"], by_id["added"]) == (job["id"], "Finished", 10)
    assert cli.json("jobs", "--source", "long")["count"] == 1


def test_following_a_job_that_isnt_there_is_refused(cli: CommandLine) -> None:
    assert cli.refused("job", "--follow", "nowhere") == "Error: Source nowhere not found. `harvester sources` lists them"


def test_the_remotes_count_is_known_while_it_is_read(cli: CommandLine, stack: Stack, tmp_path: Path) -> None:
    stack.source("counted", "http://127.0.0.1/counted", "stubborn", {"folder": str(tmp_path), "expected": 17})
    argv = [sys.executable, "-m", "adapters.cli", "job", "counted", "--wait"]
    screen, terminal = pty.openpty()
    environment = {**stack.environment, "COLUMNS": "200", "TERM": "xterm"}
    following = subprocess.Popen(argv, env=environment, stdout=subprocess.DEVNULL, stderr=terminal)
    os.close(terminal)
    shown = ""

    def total_is_shown() -> bool:
        nonlocal shown
        shown += os.read(screen, 65536).decode(errors="replace")
        return re.search(r"gathering.*\b\d+/17\b", shown, re.DOTALL) is not None

    wait_for(total_is_shown, 20, "the remote's count is shown")
    job = cli.json("jobs", "--source", "counted")["jobs"][0]
    assert expected(stack.parts.database, job["id"]) == 17
    (tmp_path / "go").touch()
    while True:
        try:
            if not os.read(screen, 65536):
                break
        except OSError:  # its other end was closed
            break
    assert following.wait(20) == 0
    os.close(screen)


def test_a_ckan_says_how_many_records_it_will_give(cli: CommandLine, stack: Stack) -> None:
    told: list[int] = []
    with RogueServer("good") as remote, pytest.MonkeyPatch.context() as patch:
        patch.setattr("adapters.stages.gather.expect", lambda _database, _job, records: told.append(records))
        stack.source("some-ckan", remote.url, "ckan")
        cli("run-test", "some-ckan")

    assert told == [len(remote.packages)]


def test_jobs_are_a_table_of_one_line_a_job(cli: CommandLine, stack: Stack) -> None:
    stack.source("listed", "http://127.0.0.1/listed", "noop", {"records": 3})
    job = cli.json("job", "listed", "--wait")

    head, *lines, end = cli("jobs", "--source", "listed").out.removesuffix("\n").split("\n")

    assert head.split()[:6] == ["JOB", "ID", "SOURCE", "STATUS", "CREATED", "TOOK"]
    assert [line.split()[:3] for line in lines] == [[job["id"], "listed", "Finished"]]
    assert lines[0].split()[-5:] == ["3", "0", "0", "0", "0"]
    assert end == "There is 1 harvest job"
