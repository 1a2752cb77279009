"""Clearing, holding and approving from the command line, with every part real."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.acceptance.command_line import CommandLine
from tests.acceptance.remote_ckan import RemoteCkan
from tests.support.stack import Stack

DATASETS = 60


@pytest.fixture(scope="module")
def stack(new_stack: Callable[..., AbstractContextManager[Stack]]) -> Iterator[Stack]:
    with new_stack() as stack:
        yield stack


@pytest.fixture
def cli(stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(stack.environment, monkeypatch, capsys)


@pytest.fixture
def remote(shared: Path, request: pytest.FixtureRequest) -> Iterator[RemoteCkan]:
    """A CKAN with 60 datasets whose ids no other test has."""
    with RemoteCkan(shared, "--n", str(DATASETS), "--seed", request.node.name) as remote:
        yield remote


def datasets(stack: Stack, source: str) -> dict[str, str]:
    """Names of a source's datasets in the catalogue, by id."""
    statement = "SELECT id, name FROM catalogue.package WHERE source_id = %(source)s AND state = 'active'"
    return dict(stack.parts.database.query(statement, source=source))


def test_a_harvest_after_clear_brings_the_same_datasets_under_the_same_names_and_ids(
    cli: CommandLine, stack: Stack, remote: RemoteCkan
) -> None:
    source = stack.source("cleared", remote.url)
    stack.run(source)
    before = datasets(stack, source)

    clear = cli.json("source", "clear", "cleared", "--yes")
    ended = stack.ended(clear["id"])
    left = datasets(stack, source)
    again = stack.run(source)

    assert (ended["kind"], ended["outcome"], ended["deleted"], ended["errored"]) == ("clear", "finished", DATASETS, 0)
    assert (len(before), left) == (DATASETS, {})
    assert again["added"] == DATASETS
    assert datasets(stack, source) == before


def test_held_deletions_are_carried_out_once_they_are_approved(cli: CommandLine, stack: Stack, remote: RemoteCkan) -> None:
    source = stack.source("held", remote.url)
    stack.run(source)
    remote.steer("delete", n=DATASETS // 2)

    job = stack.run(source, full=True)
    kept = len(datasets(stack, source))
    needed = cli("status", status=1)
    asked = cli("approve", "held", status=1)
    listed = cli.json("deletions", job["id"])["deletions"]
    waiting = cli("jobs", "--source", "held").out
    removal = stack.ended(cli.json("approve", "held", "--yes")["id"])

    assert (job["outcome"], job["deleted"], kept) == ("held", 0, DATASETS)
    assert (removal["kind"], removal["outcome"], removal["deleted"]) == ("removal", "finished", DATASETS // 2)
    assert len(datasets(stack, source)) == DATASETS // 2
    titles = [row["title"] for row in listed]
    assert "Finished (30 deletions held)" in waiting
    assert "Finished (30 deletions approved)" in cli("jobs", "--source", "held").out
    assert (len(titles), {row["what"] for row in listed}) == (DATASETS // 2, {"held"})
    assert all(titles)
    assert f"30 of 60 datasets of source held that job {job['id']} found missing are going to be deleted:" in asked.err
    assert titles[0] in asked.err
    assert "and 25 more" in asked.err
    assert f"! Job {job['id']} of source held holds 30 deletions (it has 60 datasets)" in needed.out
    assert {row["what"] for row in cli.json("deletions", removal["id"])["deletions"]} == {"deleted"}
    assert titles[0] in cli("deletions", "held", "--what", "deleted").out


def test_who_says_no_clears_nothing(cli: CommandLine, stack: Stack, remote: RemoteCkan) -> None:
    source = stack.source("asked", remote.url)
    stack.run(source)

    asked = cli("clearsource", "asked", status=1)

    assert f"All {DATASETS} datasets of source asked are going to be deleted. Go on?" in asked.err
    assert len(datasets(stack, source)) == DATASETS


def test_a_harvest_that_held_deletions_went_well(cli: CommandLine, stack: Stack, remote: RemoteCkan) -> None:
    source = stack.source("tested", remote.url)
    stack.run(source)
    remote.steer("delete", n=DATASETS // 2)

    cli("run-test", "tested", "--full", status=0)

    assert cli.json("jobs", "--source", "tested")["jobs"][0]["outcome"] == "held"
    assert len(datasets(stack, source)) == DATASETS


def test_a_source_entered_again_takes_its_released_datasets_over_and_none_is_there_twice(
    cli: CommandLine, stack: Stack, remote: RemoteCkan
) -> None:
    source = stack.source("moved", remote.url)
    stack.run(source)
    before = datasets(stack, source)
    packages = stack.parts.catalogue.search()["count"]

    removed = cli.json("source", "remove", "moved", "--datasets", "release", "--yes")
    unknown = cli("job", "moved", status=1)
    again = cli.json("source", "create", "moved-again", remote.url, "ckan")
    job = stack.run("moved-again")

    assert (removed["source"]["removed"], removed["source"]["active"], removed["job"]) == ("release", False, None)
    assert "Source moved not found" in unknown.err
    assert (again["id"], again["name"], again["datasets"]) == (source, "moved-again", DATASETS)
    assert (job["added"], job["updated"], job["deleted"], job["not_modified"]) == (0, 0, 0, DATASETS)
    assert datasets(stack, source) == before
    assert stack.parts.catalogue.search()["count"] == packages


def test_removing_a_source_asks_what_becomes_of_its_datasets_and_deletes_them_first(
    cli: CommandLine, stack: Stack, remote: RemoteCkan
) -> None:
    source = stack.source("sold", remote.url)
    stack.run(source)

    asked = cli("rmsource", "sold", status=1)
    answer = cli.json("source", "remove", "sold", "--datasets", "delete", "--yes")
    job = stack.ended(answer["job"]["id"])
    twice = cli("source", "remove", source, "--yes", status=1)

    assert f"Source sold has {DATASETS} datasets:" in asked.err
    assert "What becomes of them? (keep, release, delete) [release]:" in asked.err
    assert (job["kind"], job["deleted"], datasets(stack, source)) == ("clear", DATASETS, {})
    assert "was removed (its datasets were deleted)" in twice.err
    assert "sold" not in cli("sources").out
    assert cli.json("source", "show", source)["removed"] == "delete"
