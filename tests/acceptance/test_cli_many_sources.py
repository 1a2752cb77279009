"""Many sources are changed by one command, and what is paused is resumed by its own name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.actions.session import Session
from adapters.embedded import EmbeddedPostgres
from adapters.parts import Parts
from adapters.settings import Settings
from tests.acceptance.command_line import CommandLine
from tests.conftest import new_database
from tests.support.stack import Stack


@pytest.fixture
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Two sources of one type, one of another, and an inactive one; nothing runs."""
    folder = tmp_path_factory.mktemp("many")
    with new_database(postgres, folder) as settings, Stack(settings, folder, roles=()) as site:
        for name, kind in (("one", "noop"), ("two", "noop"), ("three", "ckan"), ("asleep", "noop")):
            site.source(name, f"http://127.0.0.1/{name}", kind)
        application = site.parts.application
        application.deactivate_source(application.find_source("asleep").id, "test")
        yield site


@pytest.fixture
def cli(site: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(site.environment, monkeypatch, capsys)


def frequencies(cli: CommandLine) -> dict[str, str]:
    return {row["name"]: row["frequency"] for row in cli.json("sources", "all")["sources"]}


def test_all_active_sources_of_a_type_are_changed_at_once(cli: CommandLine, site: Stack) -> None:
    asked = site.cli("source", "edit", "--of-type", "noop", "--frequency", "DAILY", status=1).stderr
    before = frequencies(cli)
    changed = cli("source", "edit", "--of-type", "noop", "--frequency", "DAILY", "--yes").out

    assert "--yes" in asked
    assert set(before.values()) == {"MANUAL"}
    assert changed == "Changed 2 harvest sources\n"
    assert frequencies(cli) == {"one": "DAILY", "two": "DAILY", "three": "MANUAL", "asleep": "MANUAL"}


def test_a_person_is_told_how_many_sources_and_what_they_will_have(cli: CommandLine, site: Stack) -> None:
    done = site.cli("source", "edit", "--all", "--cron", "30 2 * * *", status=1)

    assert "3 harvest sources (" in done.stderr
    assert "will have cron '30 2 * * *'. Go on?" in done.stderr


def test_where_sources_refuse_each_is_named_with_the_reason(cli: CommandLine, site: Stack) -> None:
    versions = {name: site.parts.application.find_source(name).version for name in ("one", "two", "three")}

    printed = cli("source", "edit", "--all", "--cron", "no cron", "--yes", status=1)

    assert printed.out == "Changed 0 harvest sources\n"
    assert all(f"Not changed: {name}: " in printed.err for name in versions)
    assert printed.err.count("must have five fields") == 3
    assert {name: site.parts.application.find_source(name).version for name in versions} == versions


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("source edit --frequency DAILY", "Name the sources"),
        ("source edit one --all --frequency DAILY", "Name the sources"),
        ("source edit --all --of-type noop --frequency DAILY", "Name the sources"),
        ("source edit --all", "Nothing to change"),
        ("source edit --all --url http://x.example/", "--url is of one source"),
    ],
)
def test_what_is_meant_must_be_clear(cli: CommandLine, words: str, why: str) -> None:
    assert why in cli(*words.split(), status=2).err


def test_no_source_of_a_kind_is_said(cli: CommandLine) -> None:
    assert "no active source" in cli.refused("source", "edit", "--of-type", "csw", "--frequency", "DAILY", "--yes")


@pytest.mark.parametrize("which", [["one"], ["--all"], ["--target"], ["--host", "127.0.0.1"]])
def test_what_is_not_paused_can_not_be_resumed_and_what_is_paused_is_named(cli: CommandLine, which: list[str]) -> None:
    idle = cli.refused("resume", *which)
    cli("pause", "two")
    other = cli.refused("resume", *which)
    cli("resume", "two")
    cli("pause", *which)
    resumed = cli("resume", *which)

    assert "is not paused, and nothing else is" in idle
    assert "is not paused; what is paused: source two" in other
    assert resumed.err == ""


def test_what_is_found_is_counted_shown_and_done_and_what_refuses_is_named(cli: CommandLine, site: Stack) -> None:
    asked = site.cli("bulk", "pause", "--type", "noop", status=1).stderr
    paused = cli("bulk", "pause", "--type", "noop", "--yes").out
    resumed = cli.json("bulk", "resume", "--all", "--yes", status=1)
    scheduled = cli("bulk", "schedule", "one", "three", "--set-frequency", "DAILY", "--yes").out

    assert "2 sources start no scheduled jobs any more:\n  one\n  two\n" in asked
    assert "--yes" in asked
    assert paused == "Done for 2 of 2 sources\n"
    assert {row["name"]: row["reason"] for row in resumed["listed"]} == {"three": "It is not paused"}
    assert scheduled == "Done for 2 of 2 sources\n"
    assert frequencies(cli) == {"one": "DAILY", "two": "MANUAL", "three": "DAILY", "asleep": "MANUAL"}


def test_a_leader_carries_out_what_was_confirmed_however_many_sources_there_are(with_broker: Settings, tmp_path: Path) -> None:
    with Stack(with_broker, tmp_path, roles=()) as site:
        names = [f"source-{number}" for number in range(23)]
        for name in names:
            site.source(name, f"http://127.0.0.1/{name}", "noop")
        server = Session(Parts(with_broker, "serve"))
        counted = server.call("harvest_bulk_create", what="pause")
        waiting = server.call("harvest_bulk_run", id=counted["id"], count=23)

        site.json("run")
        after = server.call("harvest_bulk_show", id=counted["id"])

        assert (waiting["state"], waiting["left"]) == ("running", 23)
        assert (after["state"], after["done"], after["skipped"]) == ("finished", 23, 0)
        assert all(site.parts.application.find_source(name).paused for name in names)
