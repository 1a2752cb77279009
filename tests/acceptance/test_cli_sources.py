"""Commands about sources: their text, their JSON, their exit status."""

import pytest

from tests.acceptance.command_line import CommandLine
from tests.acceptance.idle_site import cli, own_cli, own_site, site
from tests.support.stack import Stack

__all__ = ["cli", "own_cli", "own_site", "site"]

ONE = "a0a0a0a0-0000-4000-8000-000000000001"


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


def test_who_edits_a_source_that_has_changed_since_is_told_what_has_changed(own_cli: CommandLine) -> None:
    own_cli("source", "create", "one", "http://127.0.0.1/one", "noop", "The first")
    own_cli("source", "create", "two", "http://127.0.0.1/two", "noop")
    seen = own_cli.json("source", "show", "one")["fields_version"]
    own_cli("source", "edit", "one", "--title", "Theirs")

    refused = own_cli.refused("source", "edit", "one", "--version", seen, "--title", "Mine")
    now = own_cli.json("source", "show", "one")

    assert "title was 'The first' and is 'Theirs'" in refused
    assert now["title"] == "Theirs"
    assert own_cli.json("source", "edit", "one", "--version", now["fields_version"], "--title", "Mine")["title"] == "Mine"
    assert (
        "--version is of one source" in own_cli("source", "edit", "one", "two", "--version", seen, "--notes", "x", status=2).err
    )
    assert "Nothing to change" in own_cli("source", "edit", "one", "--version", seen, status=2).err
