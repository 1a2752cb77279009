"""Commands on a site that runs: jobs are followed, aborted, refused; in text and JSON."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from adapters.actions.session import Session
from adapters.stages.threads import TOGETHER
from tests.acceptance.command_line import CommandLine
from tests.faults.evidence import begun
from tests.support.rogue_server import RogueServer
from tests.support.stack import Stack, wait_for


@pytest.fixture(scope="module")
def stack(new_stack: Callable[..., AbstractContextManager[Stack]]) -> Iterator[Stack]:
    with new_stack() as stack:
        yield stack


@pytest.fixture
def cli(stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(stack.environment, monkeypatch, capsys)


def test_job_wait_follows_a_job_to_its_end(cli: CommandLine, stack: Stack) -> None:
    stack.source("some", "http://127.0.0.1/some", "noop", {"records": 12})

    text = cli("job", "some", "--wait").out
    job = cli.json("job", "some", "--wait", "--full")

    assert "  status:        Finished\n" in text
    assert "  objects:       12\n" in text
    assert (job["status"], job["outcome"], job["updated"]) == ("Finished", "finished", 12)


def test_job_wait_ends_with_status_1_when_the_job_failed(cli: CommandLine, stack: Stack) -> None:
    with RogueServer("404") as remote:
        stack.source("gone", remote.url)

        printed = cli("job", "gone", "--wait", status=1)
        job = cli.json("job", "gone", "--wait", status=1)

    assert "  status:        Finished (gather failed)\n" in printed.out
    assert (job["status"], job["outcome"], job["gather_errors"]) == ("Finished", "failed", 1)


def test_a_second_job_is_refused_while_one_runs(cli: CommandLine, stack: Stack, tmp_path: Path) -> None:
    stack.source("busy", "http://127.0.0.1/busy", "stubborn", {"folder": str(tmp_path)})
    running = cli.json("job", "busy")["id"]
    wait_for(lambda: stack.job(running)["status"] == "Running", 20, "the job runs")

    line = cli.refused("job", "busy")

    (tmp_path / "go").touch()
    assert running in line
    assert stack.ended(running)["outcome"] == "finished"


def test_run_follows_all_unfinished_jobs(cli: CommandLine, stack: Stack, tmp_path: Path) -> None:
    stack.source("waiting", "http://127.0.0.1/waiting", "stubborn", {"folder": str(tmp_path)})
    running = cli.json("job", "waiting")["id"]

    listed = cli.json("run")["jobs"]
    (tmp_path / "go").touch()
    followed = cli.json("run", "--wait")["jobs"]

    assert [(job["id"], job["status"] in ("New", "Running")) for job in listed] == [(running, True)]
    assert all(job["status"] == "Finished" for job in followed)
    assert stack.ended(running)["added"] == 10


def test_late_outcomes_of_an_aborted_job_dont_change_it(cli: CommandLine, stack: Stack, tmp_path: Path) -> None:
    go_on = tmp_path / "go"
    config = {"records": 6 * TOGETHER, "folder": str(tmp_path), "until": str(go_on)}
    stack.source("aborted", "http://127.0.0.1/aborted", "counting", config)
    job_id = cli.json("job", "aborted")["id"]
    wait_for(lambda: len(begun(tmp_path)) == 6, 20, "objects are being fetched by all threads that one job gets")

    aborted = cli.json("job-abort", "aborted")
    go_on.touch()
    wait_for(lambda: outcomes(stack, job_id) >= 6, 20, "outcomes come late")

    after = cli.json("job-report", job_id)["job"]
    assert (aborted["status"], after["status"], after["finished"]) == ("Aborted", "Aborted", aborted["finished"])
    assert aborted["added"] == 0
    assert stack.parts.database.query("SELECT count(*) FROM ops.work WHERE job_id = %(job)s", job=job_id) == [(0,)]
    assert cli.json("job", "aborted", "--wait")["outcome"] == "finished"
    assert cli.json("job-report", job_id)["job"]["status"] == "Aborted"


def outcomes(stack: Stack, job_id: str) -> int:
    """Objects of a job with an outcome of their own."""
    statement = "SELECT count(*) FROM harvest.object WHERE harvest_job_id = %(job)s AND state = 'COMPLETE'"
    return int(stack.parts.database.query(statement, job=job_id)[0][0])


def test_a_gather_that_is_aborted_adds_nothing_more(cli: CommandLine, stack: Stack, tmp_path: Path) -> None:
    stack.source("cut", "http://127.0.0.1/cut", "stubborn", {"folder": str(tmp_path)})
    job_id = cli.json("job", "cut")["id"]
    wait_for(lambda: stack.job(job_id)["status"] == "Running", 20, "the job runs")

    cli("job-abort", job_id)
    (tmp_path / "go").touch()

    assert cli.json("job", "cut", "--wait")["added"] == 10
    report = cli.json("job-report", job_id)["job"]
    assert (report["status"], report["objects"]) == ("Aborted", 0)


def test_status_of_a_site_that_runs(cli: CommandLine) -> None:
    for trouble in ("--failing", "--never-succeeded"):  # of other tests
        for source in cli.json("sources", trouble)["sources"]:
            cli("source", "remove", source["id"], "--datasets", "keep", "--yes")

    found = cli.json("status")

    assert (found["coordinator"], found["workers"], found["problems"]) == (True, 2, [])
    assert found["cluster_id"]
    assert "\nall is well\n" in cli("status").out


def test_a_new_job_is_shown_however_late_the_read_model_is(
    cli: CommandLine, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.source("late", "http://127.0.0.1/late", "noop", {"records": 3})
    waits: list[float] = []
    wait_once = Session.show_current
    with stack.parts.database.connect() as holder:
        holder.execute("SELECT pg_advisory_lock(ops.lock_key('projection read_model'))")

        def wait(session: Session, within: float = 0.1) -> None:
            waits.append(within)
            if len(waits) == 4:
                holder.execute("SELECT pg_advisory_unlock_all()")
            wait_once(session, 0.1)

        monkeypatch.setattr(Session, "show_current", wait)

        job = cli.json("job", "late", "--wait")

    assert (job["status"], job["added"]) == ("Finished", 3)
    assert len(waits) >= 4
