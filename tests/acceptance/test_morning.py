"""One look in the morning: which sources need a person, why, and the same for a spreadsheet."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from uuid import UUID

import pytest

from tests.acceptance.command_line import CommandLine
from tests.support.rogue_server import RogueServer
from tests.support.stack import PATIENCE, Stack, wait_for

POISON = {"records": 4, "poison": ["record-1", "record-2"]}


@pytest.fixture(scope="module")
def stack(new_stack: Callable[..., AbstractContextManager[Stack]]) -> Iterator[Stack]:
    with new_stack(retry_delay=0.1, retry_attempts=2) as stack, RogueServer("404") as remote:
        stack.source("good", "http://127.0.0.1/good", "noop", {"records": 3})
        stack.source("-bad", remote.url)
        stack.source("broken", "http://127.0.0.1/broken", "raising", POISON)
        for name in ("good", "-bad", "broken"):
            stack.run(name)
        yield stack


@pytest.fixture
def cli(stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(stack.environment, monkeypatch, capsys)


def names(page: dict[str, list[dict[str, str]]]) -> list[str]:
    return [row["name"] for row in page["sources"]]


def test_sources_are_listed_by_trouble_type_and_order(cli: CommandLine) -> None:
    assert names(cli.json("sources", "--failing")) == ["-bad"]
    assert names(cli.json("sources", "--never-succeeded")) == ["-bad"]
    assert names(cli.json("sources", "--overdue")) == names(cli.json("sources", "--shrunk")) == []
    assert names(cli.json("sources", "--type", "noop")) == ["good"]
    assert names(cli.json("sources", "--org", "nobody")) == []
    assert names(cli.json("sources", "--sort", "name")) == ["-bad", "broken", "good"]
    assert names(cli.json("sources", "--sort", "errors")) == ["broken", "-bad", "good"]
    assert names(cli.json("sources", "--sort", "datasets"))[:2] == ["good", "broken"]
    first = cli.json("sources", "--sort", "name", "--limit", "2")
    assert (names(first), first["count"]) == (["-bad", "broken"], 3)
    assert names(cli.json("sources", "--sort", "name", "--after", first["next"])) == ["good"]
    assert "gone" in cli.refused("sources", "--sort", "name", "--after", "gone")


def test_status_names_the_sources_that_need_a_person_and_ends_with_status_1(cli: CommandLine, stack: Stack) -> None:
    text = cli("status", status=1).out

    assert "! 1 source failed at its last job (-bad): see `harvester sources --failing`" in text
    assert "! 1 source was never harvested with success (-bad): see `harvester sources --never-succeeded`" in text
    assert "1 failing, 0 overdue, 1 never succeeded, 0 shrunk" in text
    answer = cli.json("status", status=1)
    assert answer["database_bytes"] > 1_000_000
    assert 0 < answer["disk_free_bytes"] < answer["disk_bytes"]


def test_an_overdue_source_is_one_without_success_for_two_periods(cli: CommandLine, stack: Stack) -> None:
    source = stack.source("daily", "http://127.0.0.1/daily", "noop", {"records": 1})
    stack.run("daily")
    fields = stack.parts.application.find_source("daily").fields
    cli("source", "edit", "daily", "--frequency", "DAILY")
    scheduled = "SELECT frequency FROM ops.schedule WHERE source_id = %(source)s"
    wait_for(
        lambda: stack.parts.database.query(scheduled, source=UUID(source)) == [("DAILY",)], PATIENCE, "its schedule is known"
    )
    assert fields.frequency != "DAILY"
    assert names(cli.json("sources", "--overdue")) == []

    stack.parts.database.query(
        "UPDATE harvest.source_statistics SET last_success = last_success - interval '3 days' WHERE source_id = %(source)s",
        source=source,
    )

    assert names(cli.json("sources", "--overdue")) == ["daily"]
    cli("source", "remove", "daily", "--yes")


def test_errors_are_new_recurring_or_gone_against_the_run_before(cli: CommandLine, stack: Stack) -> None:
    stack.source("mended", "http://127.0.0.1/mended", "raising", POISON)
    stack.run("mended")
    first = cli.json("job-report", "mended")
    stack.run("mended", full=True)
    again = cli.json("job-report", "mended")
    text = cli("job-report", "mended").out
    cli("source", "edit", "mended", "--configuration", '{"records": 4}')
    stack.run("mended", full=True)
    mended = cli.json("job-report", "mended")

    [cause] = first["object_error_summary"]
    assert (cause["record_count"], cause["mark"], first["compared_with"]) == (2, None, None)
    assert cause["error_count"] == 4  # each record is tried twice
    assert "\n  2 x " in text
    assert [(one["cause"], one["mark"]) for one in again["object_error_summary"]] == [(cause["cause"], "recurring")]
    assert again["compared_with"] == first["job"]["id"]
    assert "Errors by cause:" in text
    assert "(recurring)" in text
    assert [one["cause"] for one in mended["gone"]] == [cause["cause"]]
    assert f"Gone since job {again['job']['id']}:" in cli("job-report", "mended").out
    cli("source", "remove", "mended", "--yes")


def test_sources_and_errors_come_as_csv_for_a_spreadsheet(cli: CommandLine, stack: Stack) -> None:
    job = cli.json("jobs", "--source", "broken")["jobs"][-1]["id"]

    errors = list(csv.DictReader(io.StringIO(cli("job-report", job, "--csv").out)))
    sources = list(csv.DictReader(io.StringIO(cli("sources", "all", "--csv", "--sort", "name").out)))

    assert {row["guid"] for row in errors} == {"record-1", "record-2"}
    assert {(row["job_id"], row["source"], row["kind"]) for row in errors} == {(job, "broken", "error")}
    assert "'-bad" in [row["name"] for row in sources]  # which a spreadsheet would run as a formula
    assert {row["type"] for row in sources} == {"noop", "raising", "ckan"}
