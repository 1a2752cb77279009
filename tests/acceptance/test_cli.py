"""Every command of `harvester`: its text, its JSON, its exit status. Without a running site unless jobs have to end."""

import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import psycopg
import pytest

from adapters.embedded import EmbeddedPostgres
from adapters.settings import Settings
from tests.acceptance.command_line import CommandLine
from tests.conftest import database_url, new_database
from tests.support.rogue_server import RogueServer
from tests.support.stack import ROOT, Stack

ONE = "a0a0a0a0-0000-4000-8000-000000000001"


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A database on which nothing runs, for tests that don't count what there is."""
    folder = tmp_path_factory.mktemp("site")
    with new_database(postgres, folder) as settings, Stack(settings, folder, roles=()) as site:
        yield site


@pytest.fixture
def cli(site: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(site.environment, monkeypatch, capsys)


@pytest.fixture
def own_site(settings: Settings, tmp_path: Path) -> Iterator[Stack]:
    """A database of the test's own on which nothing runs."""
    with Stack(settings, tmp_path, roles=()) as site:
        yield site


@pytest.fixture
def own_cli(own_site: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(own_site.environment, monkeypatch, capsys)


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


# sources


def test_source_create_shows_what_was_made(own_cli: CommandLine) -> None:
    text = own_cli("source", "create", "one", "http://127.0.0.1/one", "noop", "The first").out
    made = own_cli.json(
        "source", "create", "two", "http://127.0.0.1/two", "noop", "", "true", "an-org", "daily", '{"records": 3}'
    )

    assert text.startswith("Created new harvest source:\n  Source id:")
    assert text.endswith("\nThere is 1 harvest source\n")
    assert ("The first" in text, "MANUAL" in text) == (True, True)
    fields = {name: made[name] for name in ("name", "title", "type", "active", "owner_org", "frequency", "config")}
    assert fields == {
        "name": "two",
        "title": "two",
        "type": "noop",
        "active": True,
        "owner_org": "an-org",
        "frequency": "DAILY",
        "config": '{"records": 3}',
    }


@pytest.mark.parametrize(
    ("arguments", "field", "said"),
    [
        (["one", "http://127.0.0.1/other", "noop"], "name", "There already is a Harvest Source with the name one"),
        (["other", "http://127.0.0.1/one", "noop"], "url", "There already is a Harvest Source for this URL (& config)"),
        (["other", "http://127.0.0.1/one/", "noop"], "url", "There already is a Harvest Source for this URL (& config)"),
        (["O", "http://127.0.0.1/x", "noop"], "name", "Must be 2 to 100 characters"),
        (["other", "ftp://127.0.0.1/x", "noop"], "url", "Must start with http:// or https://: ftp://127.0.0.1/x"),
        (["other", "127.0.0.1/x", "noop"], "url", "Must start with http:// or https://: 127.0.0.1/x"),
        (["other", "data.example.org/x", "noop"], "url", "Did you mean https://data.example.org/x?"),
        (["other", "file:///srv/data.json", "noop"], "url", "A file can't be harvested: put it on a web server"),
        (["other", "http://127.0.0.1/my portal", "noop"], "url", "Holds a blank: http://127.0.0.1/my portal"),
        (["other", "http://127.0.0.1/dataset/trees", "ckan"], "url", "To harvest its site, enter http://127.0.0.1"),
        (["other", "http://127.0.0.1/?q=trees", "ckan"], "url", "Has a query (q) that a harvest of a CKAN does not use"),
        (["other", "http://127.0.0.1/x", "gopher"], "type", "Unknown harvester type: gopher. Registered types: ["),
        (["other", "http://127.0.0.1/x", "noop", "", "true", "", "HOURLY"], "frequency", "HOURLY not recognised, use one of"),
        (["other", "http://127.0.0.1/x", "ckan", "", "true", "", "", "{"], "config", "the configuration is not JSON"),
        (["other", "http://127.0.0.1/x", "ckan", "", "true", "", "", '{"page_size": 0}'], "config", "page_size must be"),
        (["other", "http://127.0.0.1/x", "ckan", "", "true", "", "", '{"rows": 5}'], "config", "unknown option 'rows'"),
        (["other", "http://127.0.0.1/x", "ckan", "", "true", "", "", '{"api-key": "k"}'], "config", "did you mean api_key?"),
    ],
)
def test_source_create_names_the_wrong_field(cli: CommandLine, arguments: list[str], field: str, said: str) -> None:
    cli("source", "create", "one", "http://127.0.0.1/one", "noop", "--id", ONE)
    before = cli.json("sources", "all")

    printed = cli("source", "create", *arguments, status=1)
    answer = cli.json("source", "create", *arguments, status=1)

    assert printed.out == ""
    head, line = printed.err.removesuffix("\n").split("\n")
    assert head == "Validation error:"
    assert line.startswith(f"\t{field}: ")
    assert said in line
    assert answer["error"]["code"] == "validation"
    assert answer["error"]["fields"].keys() == {field}
    assert cli.json("sources", "all") == before


def test_the_address_of_a_ckan_is_stored_without_what_was_pasted_along(own_cli: CommandLine) -> None:
    made = own_cli.json("source", "create", "one", " http://127.0.0.1/ckan/api/3/action/package_search?rows=5 ", "ckan")

    assert made["url"] == "http://127.0.0.1/ckan"


def test_sources_that_differ_in_the_query_are_two(own_cli: CommandLine) -> None:
    for name in ("one", "two"):
        own_cli("source", "create", name, f"http://127.0.0.1/wfs?map={name}", "noop")

    assert {row["url"] for row in own_cli.json("sources")["sources"]} == {
        "http://127.0.0.1/wfs?map=one",
        "http://127.0.0.1/wfs?map=two",
    }


def test_source_create_twice_with_one_id_changes_nothing(cli: CommandLine) -> None:
    arguments = ["source", "create", "one", "http://127.0.0.1/one", "noop", "--id", ONE]

    made = [cli.json(*arguments) for _ in range(2)]

    assert made[0] == made[1]
    assert made[0]["id"] == ONE


def test_source_show_takes_id_or_name(cli: CommandLine) -> None:
    made = cli.json("source", "create", "shown", "http://127.0.0.1/shown", "noop", "The one shown")

    assert cli.json("source", "show", "shown") == cli.json("source", "show", made["id"]) == made
    assert "  title:     The one shown\n" in cli("source", "show", "shown").out


@pytest.mark.parametrize(
    "command", [("source", "show"), ("job",), ("job-abort",), ("job-report",), ("run-test",), ("jobs", "--source")]
)
@pytest.mark.parametrize("name", ["nowhere", "a0a0a0a0-0000-4000-8000-00000000dead"])
def test_an_unknown_source_is_said_on_one_line(cli: CommandLine, command: tuple[str, ...], name: str) -> None:
    line = cli.refused(*command, name)

    if name != "nowhere" and command[0] in ("job-abort", "job-report"):
        assert line == f"Error: No job and no source has the id {name}. `harvester jobs` and `harvester sources` list them"
    else:
        assert line == f"Error: Source {name} not found. `harvester sources` lists them"


def test_sources_lists_active_ones_or_all_page_by_page(own_cli: CommandLine) -> None:
    for name, active in (("one", "true"), ("two", "false"), ("three", "true")):
        own_cli("source", "create", name, f"http://127.0.0.1/{name}", "noop", "", active)

    assert [source["name"] for source in own_cli.json("sources")["sources"]] == ["three", "one"]
    assert [source["name"] for source in own_cli.json("sources", "all")["sources"]] == ["three", "two", "one"]
    assert own_cli("sources").out.endswith("There are 2 active harvest sources\n")
    assert own_cli("sources", "all").out.endswith("There are 3 harvest sources\n")
    page = own_cli.json("sources", "all", "--limit", "1", "--offset", "1")
    assert (page["count"], [source["name"] for source in page["sources"]]) == (3, ["two"])


def test_a_list_goes_on_after_the_last_row_of_the_page_before(own_cli: CommandLine, own_site: Stack) -> None:
    names = ["one", "two", "three"]
    jobs = [own_site.start_job(own_site.source(name, f"http://{name}.example")) for name in names]

    first = own_cli.json("sources", "--limit", "2")
    second = own_cli.json("sources", "--limit", "2", "--after", first["next"])
    assert [source["name"] for source in (*first["sources"], *second["sources"])] == ["three", "two", "one"]
    assert second["next"] is None
    assert [source["name"] for source in own_cli.json("sources", "--after", "two")["sources"]] == ["one"]

    page = own_cli("jobs", "--limit", "2").out
    assert page.endswith(f"There are 3 harvest jobs\nThere are more: --after {jobs[1]}\n")
    assert [job["id"] for job in own_cli.json("jobs", "--after", jobs[1])["jobs"]] == [jobs[0]]
    assert "no-such-job" in own_cli("jobs", "--after", "no-such-job", status=1).err


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
    assert own_cli.json("catalogue", "search", "nothing-has-this-word") == {"count": 0, "results": []}
    printed = own_cli("catalogue", "show", "dataset-9", status=1)
    assert printed == ("", "Error: Dataset dataset-9 not found in the local catalogue\n")


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
