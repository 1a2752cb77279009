"""Every command of `harvester`: its text, its JSON, its exit status. Without a running site unless jobs have to end."""

import json
from importlib.metadata import version
from pathlib import Path

import psycopg
import pytest

from adapters.embedded import EmbeddedPostgres
from adapters.settings import Settings
from tests.acceptance.command_line import CommandLine
from tests.acceptance.idle_site import cli, own_cli, own_site, site
from tests.conftest import database_url
from tests.support.rogue_server import RogueServer
from tests.support.stack import ROOT, Stack

__all__ = ["cli", "own_cli", "own_site", "site"]

ONE = "a0a0a0a0-0000-4000-8000-000000000001"


# the command itself


def test_help_names_every_command(cli: CommandLine) -> None:
    printed = cli("--help")

    commands = ("initdb", "source", "sources", "job", "jobs", "job-abort", "job-report", "run", "run-test", "up", "status")
    assert all(f"\n  {command} " in printed.out for command in commands)


def test_version(cli: CommandLine) -> None:
    assert version("harvestlog") in cli("--version").out


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["source", "create", "name-only"],
        ["source", "create", "some", "http://127.0.0.1/", "noop", "Some", "perhaps"],
        ["source", "create", "some", "http://127.0.0.1/", "noop", "--id", "no-uuid"],
        ["sources", "some"],
        ["job"],
        ["jobs", "--limit", "0"],
        ["jobs", "--limit", "1001"],
        ["night", "--limit", "101"],
        ["deletions", "--limit", "1001"],
        ["catalogue", "list", "--offset", "x"],
        ["fetch-consumer", "--partitions", "one"],
        ["projections", "rebuild", "no-such-projection"],
    ],
)
def test_wrong_usage_ends_with_status_2_and_says_how_it_goes(cli: CommandLine, arguments: list[str]) -> None:
    printed = cli(*arguments, status=2)

    assert printed.out == ""
    assert printed.err.startswith("Usage: harvester")
    assert "Error: " in printed.err


# initdb


def test_initdb_makes_the_tables_and_changes_nothing_afterwards(
    postgres: EmbeddedPostgres, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE empty_for_initdb")
    monkeypatch.setenv("HARVEST_DATABASE_URL", database_url(postgres, "empty_for_initdb"))

    first, second, third = cli("initdb"), cli.json("initdb"), cli("initdb")

    assert first.out.startswith("DB tables created: ")
    assert (second["done"], "empty_for_initdb" in second["database"]) == ([], True)
    assert third.out.startswith("DB tables are up to date: ")


# jobs, with nobody to run them


def test_an_inactive_source_gets_no_job(cli: CommandLine) -> None:
    cli("source", "create", "asleep", "http://127.0.0.1/asleep", "noop", "", "false")

    line = cli.refused("job", "asleep")

    assert "asleep" in line
    assert "inactive" in line.lower() or "not active" in line.lower()
    assert cli.json("job", "asleep", status=1)["error"]["code"] == "source_inactive"
    assert cli.refused("run-test", "asleep") == line
    assert cli.json("jobs", "--source", "asleep")["count"] == 0


def test_a_second_job_is_refused_while_one_has_not_ended(cli: CommandLine, site: Stack) -> None:
    site.source("busy", "http://127.0.0.1/busy", "noop")
    first = cli.json("job", "busy")

    line = cli.refused("job", "busy")

    assert first["id"] in line
    assert cli.json("job", "busy", status=1)["error"]["code"] == "job_exists"
    assert cli.refused("run-test", "busy") == line
    assert cli.json("jobs", "--source", "busy")["count"] == 1


def test_a_job_can_be_aborted_by_its_source_or_its_id_and_stays_aborted(cli: CommandLine, site: Stack) -> None:
    site.source("stopped", "http://127.0.0.1/stopped", "noop")
    first = cli.json("job", "stopped")["id"]
    assert cli("job-abort", "stopped").out.startswith("Job status: Aborted\n  Job id:")
    second = cli.json("job", "stopped")["id"]

    aborted, again = cli.json("job-abort", second), cli.json("job-abort", second)

    assert aborted["status"] == "Aborted"
    assert again == aborted
    assert {job["id"]: job["status"] for job in cli.json("jobs", "--source", "stopped")["jobs"]} == {
        first: "Aborted",
        second: "Aborted",
    }


def test_jobs_are_listed_newest_first_by_source_and_status(own_cli: CommandLine, own_site: Stack) -> None:
    for name in ("one", "two"):
        own_site.source(name, f"http://127.0.0.1/{name}", "noop")
        own_cli("job", name)
    own_cli("job-abort", "one")

    everything, of_two, aborted = (
        own_cli.json("jobs"),
        own_cli.json("jobs", "--source", "two"),
        own_cli.json("jobs", "--status", "Aborted"),
    )

    assert [(job["source"], job["status"]) for job in everything["jobs"]] == [("two", "New"), ("one", "Aborted")]
    assert [job["source"] for job in of_two["jobs"]] == ["two"]
    assert [job["source"] for job in aborted["jobs"]] == ["one"]
    assert own_cli("jobs").out.endswith("There are 2 harvest jobs\n")
    assert own_cli("jobs", "--source", "two").out.endswith("There is 1 harvest job\n")


def test_a_source_without_jobs_has_none_to_report_or_abort(cli: CommandLine, site: Stack) -> None:
    site.source("new", "http://127.0.0.1/new", "noop")

    for command in ("job-report", "job-abort"):
        assert cli.refused(command, "new") == "Error: Source new has no jobs yet"


def test_run_without_a_coordinator_starts_the_jobs_that_wait(with_broker: Settings, tmp_path: Path) -> None:
    with Stack(with_broker, tmp_path, roles=()) as site:
        nothing = site.cli("run").stdout
        site.source("some", "http://127.0.0.1/some", "noop")
        job_id = site.start_job("some")

        jobs = site.json("run")["jobs"]

        assert nothing == "There are no unfinished jobs\n"
        assert [(job["id"], job["status"]) for job in jobs] == [(job_id, "New")]
        sent = site.parts.database.query("SELECT sent_until IS NOT NULL FROM ops.job_progress")
        assert sent == [(True,)]


# run-test: no coordinator, no worker, no broker


def test_run_test_harvests_without_any_other_process(cli: CommandLine, site: Stack) -> None:
    site.source("some", "http://127.0.0.1/some", "noop", {"records": 5, "content": 10})

    job = cli.json("run-test", "some")
    printed = cli("run-test", "some")

    assert (job["status"], job["outcome"], job["trigger"], job["added"]) == ("Finished", "finished", "run-test", 5)
    assert "  added:         0\n  updated:       0\n  not modified:  5\n" in printed.out
    assert "5 of 5 objects done" in printed.err


def test_run_test_with_a_guid_imports_that_record_only(own_cli: CommandLine) -> None:
    with RogueServer("good") as remote:
        own_cli("source", "create", "some", remote.url, "ckan")
        guids = [package["id"] for package in remote.packages]

        one = own_cli.json("run-test", "some", guids[1])
        again = own_cli.json("run-test", "some", guids[1])
        rest = own_cli.json("run-test", "some")

    assert (one["outcome"], one["added"], one["errored"]) == ("finished", 1, 0)
    assert (again["updated"], again["added"]) == (1, 0)
    assert rest["added"] == 2
    assert own_cli.json("catalogue", "search")["count"] == 3


def test_run_test_ends_with_status_1_when_the_remote_cant_be_read(cli: CommandLine) -> None:
    with RogueServer("404") as remote:
        cli("source", "create", "gone", remote.url, "ckan")

        job = json.loads(cli("run-test", "gone", "--json", status=1).out)  # what the harvester logs is on standard error

    assert (job["status"], job["outcome"], job["gather_errors"]) == ("Finished", "failed", 1)
    report = cli("job-report", "gone").out
    assert "Gather errors (1):\n" in report
    assert f"{remote.url}/api/3/action/package_search" in report


def test_job_report_shows_each_error_with_its_record(cli: CommandLine, site: Stack) -> None:
    site.source("bad", "http://127.0.0.1/bad", "raising", {"records": 5, "poison": ["record-1"], "false": ["record-2"]})
    cli("run-test", "bad", "--catch")

    text, report = cli("job-report", "bad").out, cli.json("job-report", "bad")

    assert "Object errors (3):\n" in text
    assert "  record-2 (Validation, line 3): first error\n" in text
    assert sorted(error["guid"] for error in report["object_errors"]) == ["record-1", "record-2", "record-2"]
    assert (report["job"]["added"], report["job"]["errored"]) == (3, 2)
    assert len(cli.json("job-report", "bad", "--limit", "1", "--offset", "1")["object_errors"]) == 1


# the catalogue, projections, status


def test_the_catalogue_is_shown_in_ckans_form(own_cli: CommandLine, own_site: Stack) -> None:
    with RogueServer("good") as remote:
        own_cli("source", "create", "some", remote.url, "ckan")
        own_cli("run-test", "some")
        ids = [package["id"] for package in remote.packages]

    assert own_cli.json("catalogue", "list") == ["dataset-0", "dataset-1", "dataset-2"]
    assert own_cli("catalogue", "list", "--limit", "1", "--offset", "1").out == "dataset-1\n"
    shown = json.loads(own_cli("catalogue", "show", "dataset-1").out)
    assert (shown["id"], shown["title"], shown["state"]) == (ids[1], "Dataset 1", "active")
    assert json.loads(own_cli("catalogue", "show", ids[1]).out) == shown
    assert own_cli("catalogue", "search", "dataset").out.endswith("3 datasets found\n")
    assert [found["id"] for found in own_cli.json("catalogue", "search", "--source", "some", "--limit", "1")["results"]] == ids[
        :1
    ]
    assert own_cli.json("catalogue", "search", "nothing-has-this-word") == {
        "count": 0,
        "results": [],
        "sort": "",
        "facets": {},
        "search_facets": {},
    }
    printed = own_cli("catalogue", "show", "dataset-9", status=1)
    assert printed == ("", "Error: Dataset dataset-9 not found in the local catalogue, nor a source\n")


def test_projections_list_says_how_far_each_is(own_cli: CommandLine, own_site: Stack) -> None:
    own_site.source("some", "http://127.0.0.1/some", "noop", {"records": 5})

    before = {row["name"]: row["behind"] for row in own_cli.json("projections", "list")["projections"]}
    own_cli("run-test", "some")

    after = own_cli.json("projections", "list")["projections"]
    assert before.keys() == {"work", "read_model"}
    assert all(behind > 0 for behind in before.values())
    assert {row["name"]: row["behind"] for row in after} == {"work": 0, "read_model": 0}
    assert "name:" in own_cli("projections", "list").out


def test_status_says_what_is_missing_when_nothing_runs(own_cli: CommandLine) -> None:
    printed, found = own_cli("status", status=1), own_cli.json("status", status=1)

    assert "! No broker: start `harvester up`, or set HARVEST_KAFKA_BOOTSTRAP_SERVERS\n" in printed.out
    assert (found["coordinator"], found["workers"], found["pending_objects"]) == (False, 0, 0)
    assert found["problems"]


def test_status_says_that_no_coordinator_leads(site: Stack, with_broker: Settings, cli: CommandLine, tmp_path: Path) -> None:
    done = Stack(with_broker, tmp_path, roles=()).cli("status", status=1)

    assert "! No coordinator leads: start `harvester up` or `harvester coordinator`\n" in done.stdout
    assert done.stderr == ""


def test_the_tests_run_the_command_line_of_this_repository() -> None:
    import adapters.cli.main

    assert Path(adapters.cli.main.__file__).is_relative_to(ROOT)
