"""Commands that a portal's operator has in cron tables and scripts: all sources' jobs, stuck jobs, queues, edits of sources."""

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from adapters.settings import Settings
from tests.acceptance.command_line import CommandLine
from tests.support.stack import Stack


@pytest.fixture
def site(settings: Settings, tmp_path: Path) -> Iterator[Stack]:
    """A database of the test's own on which nothing runs."""
    with Stack(settings, tmp_path, roles=()) as site:
        yield site


@pytest.fixture
def cli(site: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(site.environment, monkeypatch, capsys)


def source(site: Stack, name: str, kind: str = "noop") -> str:
    return site.source(name, f"http://127.0.0.1/{name}", kind)


# job-all


def test_job_all_makes_a_job_of_every_active_source_that_has_none(site: Stack, cli: CommandLine) -> None:
    for name in ("one", "two", "asleep", "busy"):
        source(site, name)
    site.parts.application.deactivate_source(site.parts.application.find_source("asleep").id, "test")
    busy = site.start_job("busy")

    said = cli("job-all").out.splitlines()

    assert said[-1] == "Created 2 new harvest jobs"
    assert [busy in line for line in said[:-1]] == [True]
    assert {job["source"] for job in cli.json("jobs", "--status", "new")["jobs"]} == {"one", "two", "busy"}
    assert cli("job-all", status=1).out.endswith("Created 0 new harvest jobs\n")


def test_job_all_without_sources_makes_none(cli: CommandLine) -> None:
    assert cli("job-all").out == "Created 0 new harvest jobs\n"


# abort-failed-jobs


@pytest.mark.parametrize(
    ("frequency", "days", "aborted"),
    [
        *(("DAILY", 0.9, False), ("DAILY", 1.1, True), ("WEEKLY", 6.0, False), ("WEEKLY", 8.0, True)),
        *(("BIWEEKLY", 4.0, False), ("BIWEEKLY", 15.0, True), ("MONTHLY", 29.0, False), ("MONTHLY", 31.0, True)),
        *(("MANUAL", 2.0, False), ("MANUAL", 4.0, True), ("ALWAYS", 4.0, True)),
    ],
)
def test_a_job_is_stuck_once_it_runs_for_longer_than_its_source_is_harvested_again(
    frequency: str, days: float, aborted: bool
) -> None:
    from domain.rules import stuck_after

    assert (days > stuck_after(frequency, "", life_span=3)) == aborted
    assert stuck_after(frequency, "0 2 * * *", life_span=3) == 3


def test_abort_failed_jobs_stops_old_running_jobs_and_no_others(site: Stack, cli: CommandLine) -> None:
    for name in ("old", "kept", "young", "waiting"):
        source(site, name)
    old, kept, young = (_running(site, name) for name in ("old", "kept", "young"))
    waiting = site.start_job("waiting")
    for job_id in (old, kept, waiting):
        _age(site, job_id, 4)

    nothing = cli("abort-failed-jobs", "5").out
    said = cli("abort-failed-jobs", "3", "--exclude", "kept,waiting").out
    included = cli("abort_failed_jobs", "3", "-i", "kept", "-e", "kept").out

    assert nothing == "Done. Aborted jobs: 0\n"
    assert said == f"Aborted: job {old} of source old\nDone. Aborted jobs: 1\n"
    assert included == f"Aborted: job {kept} of source kept\nDone. Aborted jobs: 1\n"
    statuses = {job["id"]: job["status"] for job in cli.json("jobs")["jobs"]}
    assert statuses == {old: "Aborted", kept: "Aborted", young: "Running", waiting: "New"}


def test_abort_failed_jobs_says_when_there_are_none(site: Stack, cli: CommandLine) -> None:
    source(site, "one")
    site.start_job("one")

    assert cli("abort-failed-jobs").out == "There are no jobs to abort\n"


def test_abort_failed_jobs_of_an_unknown_source_aborts_none(site: Stack, cli: CommandLine) -> None:
    source(site, "old")
    _age(site, _running(site, "old"), 40)

    assert "Source nowhere not found" in cli.refused("abort-failed-jobs", "-e", "nowhere")
    assert cli.json("jobs", "--status", "running")["count"] == 1


def _running(site: Stack, name: str) -> str:
    job_id = site.start_job(name)
    site.parts.application.start_gather(UUID(job_id), "worker")
    return job_id


def _age(site: Stack, job_id: str, days: int) -> None:
    """As if the job had been made that many days ago."""
    statement = """
        UPDATE events.stored_event SET recorded_at = recorded_at - make_interval(days => %(days)s) WHERE originator_id = %(job)s
    """
    site.parts.database.query(statement, days=days, job=UUID(job_id))


# purge-queues


def test_purge_queues_aborts_what_was_begun_and_names_it(site: Stack, cli: CommandLine) -> None:
    for name in ("begun", "waiting"):
        source(site, name)
    begun, waiting = _running(site, "begun"), site.start_job("waiting")

    said = cli("purge-queues", "--yes").out
    again = cli("purge_queues").out

    assert said == f"Aborted: job {begun} of source begun: 0 records at workers\n"
    assert again == "Nothing is dispatched: the queues are empty\n"
    assert {job["id"]: job["status"] for job in cli.json("jobs")["jobs"]} == {begun: "Aborted", waiting: "New"}


def test_purge_queues_asks_first(site: Stack, cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    source(site, "begun")
    begun = _running(site, "begun")

    printed = cli("purge-queues", status=1)

    assert f"job {begun} of source begun" in printed.err
    assert "1 job with" in printed.err
    assert cli.json("jobs", "--status", "running")["count"] == 1


# harvesters-info


def test_harvesters_info_lists_what_is_installed(cli: CommandLine) -> None:
    assert "CKAN" in cli("harvesters_info").out
    assert {"ckan", "noop"} <= {info["name"] for info in cli.json("harvesters-info")}


# source edit, source reactivate


def test_source_edit_changes_what_is_given_and_keeps_the_rest(site: Stack, cli: CommandLine) -> None:
    cli(
        "source",
        "create",
        "one",
        "http://127.0.0.1/one",
        "noop",
        "First",
        "--cron",
        "0 2 * * *",
        "--time-zone",
        "Europe/Berlin",
    )

    by_cron = cli.json("source", "edit", "one", "--title", "Second", "--blackout", "Mon-Fri 08:00-18:00")
    daily = cli.json("source", "edit", by_cron["id"], "--frequency", "daily", "--configuration", '{"records": 3}')
    cli("source", "edit", "one", "--blackout", "", "--name", "renamed")

    fields = ("title", "cron", "time_zone", "blackout", "frequency")
    assert [by_cron[name] for name in fields] == ["Second", "0 2 * * *", "Europe/Berlin", "Mon-Fri 08:00-18:00", "MANUAL"]
    assert [daily[name] for name in fields] == ["Second", "", "Europe/Berlin", "Mon-Fri 08:00-18:00", "DAILY"]
    assert (json.loads(daily["config"]), bool(daily["next_run"])) == ({"records": 3}, True)
    assert cli.json("source", "show", "renamed")["blackout"] == ""


def test_source_edit_takes_many_sources_or_none(site: Stack, cli: CommandLine) -> None:
    for name in ("one", "two"):
        source(site, name)

    assert "nowhere" in cli.refused("source", "edit", "one", "nowhere", "--frequency", "WEEKLY")
    assert "--title" in cli("source", "edit", "one", "two", "--title", "Both", status=2).err
    assert "Nothing to change" in cli("source", "edit", "one", status=2).err
    assert {row["frequency"] for row in cli.json("sources")["sources"]} == {"MANUAL"}

    cli("source", "edit", "one", "two", "one", "--frequency", "WEEKLY")

    assert [row["frequency"] for row in cli.json("sources")["sources"]] == ["WEEKLY", "WEEKLY"]


def test_source_edit_says_what_is_wrong_with_which_field(site: Stack, cli: CommandLine) -> None:
    source(site, "one")

    printed = cli("source", "edit", "one", "--type", "ckna", "--cron", "at two", status=1)

    assert "type: Unknown harvester type: ckna" in printed.err or "cron: " in printed.err
    assert cli.json("source", "show", "one")["type"] == "noop"


def test_source_reactivate_harvests_an_inactive_source_again(site: Stack, cli: CommandLine) -> None:
    cli("source", "create", "one", "http://127.0.0.1/one", "noop", "", "false")

    assert cli.json("source", "reactivate", "one")["active"] is True
    assert "Source one is active already" in cli.refused("source", "reactivate", "one")
    assert cli.json("job", "one")["status"] == "New"


# `source` without a subcommand, as it once was


def test_source_with_one_word_shows_and_with_three_creates(cli: CommandLine) -> None:
    text = cli("source", "one", "http://127.0.0.1/one", "noop", "The first", "true", "", "DAILY", '{"records": 3}').out
    shown = cli("source", "one").out

    assert text.startswith("Created new harvest source:\n  Source id:")
    assert "The first" in shown
    assert "DAILY" in shown
    assert "not found" in cli.refused("source", "two")
    assert "no TYPE" in cli("source", "two", "http://127.0.0.1/two", status=2).err
    assert "did you mean show?" in cli("source", "shwo", "one", status=2).err


# source clear-history, reindex


def test_clear_history_asks_and_takes_names_and_old_forms(site: Stack, cli: CommandLine) -> None:
    for name in ("one", "two", "three"):
        source(site, name, "raising")
        cli("source", "edit", name, "--configuration", '{"records": 2, "poison": ["record-0", "record-1"]}')
        cli("run-test", name, "--catch")
    one = cli.json("source", "show", "one")["id"]

    asked = cli("source", "clear-history", "one", status=1)
    cleared = cli("source", "clear-history", "one", "-y").out
    kept = cli("clearsource_history", "two", "-k", "true", "--yes").out
    everything = cli("source", "clear-history", "--yes", "-k").out

    assert "The history of source one (1 job with its objects) is going to be removed." in asked.err
    assert cleared == f"one: 1 job and 2 objects removed\nCleared job history of harvest source: {one}\n"
    assert kept.startswith("two: 1 job and 2 objects removed")
    assert everything == "three: 1 job and 2 objects removed\nCleared job history for all harvest sources: 1 source\n"
    assert cli.json("jobs")["count"] == 0
    assert "history of its source was cleared" in cli.refused("job-report", "one")


def test_clear_history_keeps_the_job_that_datasets_stand_on(site: Stack, cli: CommandLine) -> None:
    source(site, "one")
    job_id = cli.json("run-test", "one")["id"]

    said = cli("source", "clear-history", "one", "--yes").out

    assert f"job {job_id} stays: 10 datasets stand on its objects" in said
    assert cli.json("source", "show", "one")["datasets"] == 10


def test_reindex_says_how_many_sources_it_wrote(site: Stack, cli: CommandLine) -> None:
    source(site, "one")
    cli("sources")

    assert cli("reindex").out == "Reindexed 1 harvest source\n"
    assert cli.json("reindex", "one") == {"sources": 1, "mended": []}
    assert "nowhere" in cli.refused("reindex", "nowhere")


# types


def test_types_lists_the_types_and_shows_the_options_of_one(cli: CommandLine) -> None:
    listed, shown, options = cli("types").out, cli("types", "ckan").out, cli.json("types", "ckan")["options"]

    assert "harvester types ckan" in listed
    assert "noop" in listed
    assert "page_size (integer; default 500)\n    datasets asked for at a time" in shown
    assert "(see docs/deletions.md)" in shown
    assert "](" not in shown
    assert {"name": "page_size", "type": "integer", "default": "500", "required": False} in [
        {key: option[key] for key in ("name", "type", "default", "required")} for option in options
    ]
    assert "It declares no options." in cli("types", "noop").out
    assert "did you mean ckan?" in cli.refused("types", "ckn")
