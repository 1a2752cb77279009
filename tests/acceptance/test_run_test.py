"""`run-test` is for authors of harvesters: it says what went wrong, and what their harvester said meanwhile."""

import json
import logging
from pathlib import Path
from uuid import UUID

import pytest

from adapters.cli.plugin_output import plugin_output
from adapters.postgres.work.pending_work import PendingWork
from adapters.stages.run_test import TestRun
from domain.rules import job_outcome
from tests.acceptance.command_line import CommandLine
from tests.acceptance.idle_site import cli, site
from tests.ported.remote import remote
from tests.support.stack import Stack

__all__ = ["cli", "site"]


@pytest.fixture(scope="module", autouse=True)
def sources(site: Stack) -> None:
    site.source("chatty", "http://127.0.0.1/chatty", "chatty", {"records": 3, "poison": ["record-1"]})


def test_what_the_harvester_logs_and_prints_is_shown_beside_the_result(cli: CommandLine) -> None:
    printed = cli("run-test", "chatty")

    assert "INFO chatty: gathering chatty\n" in printed.err
    assert "WARNING chatty: record-2 has no licence\n" in printed.err
    assert "importing record-0\n" in printed.err
    assert "importing" not in printed.out
    assert "in detail" not in printed.err


def test_what_the_harvester_logs_is_kept_with_its_job(cli: CommandLine) -> None:
    job = json.loads(cli("run-test", "chatty", "--json").out)["id"]

    lines = [line for line in cli.json("log", "--job", job)["lines"] if line["logger"] == "chatty"]

    assert len(lines) == 4
    assert {line["job_id"] for line in lines} == {job}


def test_lines_of_debugging_are_shown_when_asked_for(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARVEST_LOG_LEVEL", "DEBUG")

    assert "DEBUG chatty: in detail\n" in cli("run-test", "chatty").err


def test_logging_is_afterwards_as_before() -> None:
    root = logging.getLogger()
    before = root.level, list(root.handlers), logging.getLogger("adapters").level

    with plugin_output("DEBUG"):
        assert root.level == logging.DEBUG

    assert (root.level, list(root.handlers), logging.getLogger("adapters").level) == before


def test_errors_are_shown_with_the_address_of_the_original(cli: CommandLine) -> None:
    printed = cli("run-test", "chatty")

    assert "record-1 has no title" in printed.out
    assert "http://127.0.0.1/chatty/record-1" in printed.out


def test_what_a_harvester_prints_stays_out_of_the_json(cli: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    printed = cli("run-test", "chatty", "--json")

    assert printed.out.startswith("{\n")
    assert "importing record-0" in printed.err


def test_a_guid_that_the_source_does_not_have_ends_with_status_1(cli: CommandLine) -> None:
    printed = cli("run-test", "chatty", "recrod-2", status=1)

    assert "Error: The source has no record recrod-2 (did you mean record-2?): it listed 3 records, for example " in printed.err
    assert cli.json("jobs", "--source", "chatty", "--limit", "1")["jobs"][0]["status"] == "Finished"


def test_a_guid_that_isnt_there_is_told_where_a_coordinator_ends_the_job_first(
    site: Stack, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = TestRun._show

    def ended_by_a_coordinator(run: TestRun, job_id: UUID) -> None:
        show(run, job_id)
        progress = PendingWork(site.parts.database).progress(job_id)
        if progress is not None and (outcome := job_outcome(progress)):
            site.parts.application.finish_job(job_id, outcome, progress.counts, progress.statistics)

    monkeypatch.setattr(TestRun, "_show", ended_by_a_coordinator)

    assert "The source has no record recrod-2" in cli("run-test", "chatty", "recrod-2", status=1).err


def test_a_guid_whose_record_fails_ends_with_status_1(cli: CommandLine) -> None:
    assert "record-1 has no title" in cli("run-test", "chatty", "record-1", status=1).out


def test_a_guid_whose_record_is_imported_ends_with_status_0_whatever_the_others_would_do(cli: CommandLine) -> None:
    job = cli("run-test", "chatty", "record-2").out

    assert "  errored:       0\n" in job


@pytest.mark.slow
@pytest.mark.parametrize("way", ["kill", "timer"])
def test_a_run_test_that_was_killed_does_not_block_the_next_one(site: Stack, way: str) -> None:
    site.source(f"by-{way}", "http://127.0.0.1/x", "sloppy", {"records": 2, "way": way, "guids": ["record-1"]})

    first = site.cli("run-test", f"by-{way}", status=None)
    second = site.cli("run-test", f"by-{way}", "record-0", "--json")

    assert first.returncode < 0
    assert json.loads(second.stdout)["added"] == 1
    jobs = site.json("jobs", "--source", f"by-{way}")["jobs"]
    assert sorted(job["status"] for job in jobs) == ["Aborted", "Finished"]


def test_what_the_harvester_raises_ends_it_with_a_traceback(cli: CommandLine) -> None:
    config = '{"records": 3, "poison": ["record-1"]}'
    cli("source", "create", "raises", "http://127.0.0.1/raises", "raising", "", "true", "", "", config)

    printed = cli("run-test", "raises", status=1)
    caught = cli.json("run-test", "raises", "--catch")

    assert "Traceback (most recent call last)" in printed.err
    assert "in import_stage" in printed.err
    assert "KeyError: 'no title in record-1'" in printed.err
    assert printed.out == ""
    first = cli.json("jobs", "--source", "raises")["jobs"][-1]
    assert (first["status"], first["errored"], caught["errored"]) == ("Aborted", 0, 1)
    assert first["added"] + caught["added"] == 2  # what was imported before is recorded


def test_a_remotes_answers_are_recorded_and_replayed_without_it(cli: CommandLine, tmp_path: Path) -> None:
    tape = str(tmp_path / "site.jsonl")
    config = json.dumps({"api_key": "s3cr3t-key"})
    with remote() as address:
        cli("source", "create", "taped", f"{address}/ckan", "ckan", "", "true", "", "", config)
        recorded = cli.json("run-test", "taped", "--record", tape)

    replayed = cli.json("run-test", "taped", "--full", "--replay", tape)

    text = Path(tape).read_text(encoding="utf-8")
    assert (recorded["added"], replayed["outcome"], replayed["not_modified"]) == (2, "finished", 2)
    assert "s3cr3t" not in text
    assert json.loads(text.splitlines()[0])["type"] == "ckan"
    assert "is there already" in cli.refused("run-test", "taped", "--record", tape)
    assert "not both" in cli("run-test", "taped", "--record", "a", "--replay", "b", status=2).err


def test_a_secret_of_the_configuration_is_in_no_recording_wherever_the_harvester_puts_it(
    cli: CommandLine, tmp_path: Path
) -> None:
    tape = tmp_path / "hidden.jsonl"
    with remote() as address:
        documents = {"record-0": f"{address}/list.json?pw=0pen-sesame&page=1"}
        config = json.dumps({"documents": documents, "password": "0pen-sesame"})
        cli("source", "create", "hidden", f"{address}/", "documents", "", "true", "", "", config)
        recorded = cli.json("run-test", "hidden", "--record", str(tape))

    replayed = cli.json("run-test", "hidden", "record-0", "--replay", str(tape))

    text = tape.read_text(encoding="utf-8")
    about, answer = map(json.loads, text.splitlines())
    assert "0pen-sesame" not in text
    assert (about["config"]["password"], answer["url"]) == ("***", f"{address}/list.json?pw=***&page=1")
    assert (recorded["errored"], replayed["errored"]) == (0, 0)
