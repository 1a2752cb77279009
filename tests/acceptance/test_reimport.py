"""Stored documents are imported again without a request to the remote, and the failed records of a job are tried again."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.jobs import Job
from domain.reimport import HEX
from domain.sources import HarvestSource
from tests.acceptance.command_line import CommandLine
from tests.acceptance.remote_ckan import RemoteCkan
from tests.support.stack import Stack

DATASETS = 40
MARKS = "SELECT id, xmin::text FROM catalogue.package WHERE source_id = %(source)s AND state = 'active'"


@pytest.fixture(scope="module")
def stack(new_stack: Callable[..., AbstractContextManager[Stack]]) -> Iterator[Stack]:
    with new_stack(retry_attempts=1) as stack:
        yield stack


@pytest.fixture
def cli(stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(stack.environment, monkeypatch, capsys)


@pytest.fixture
def remote(shared: Path, request: pytest.FixtureRequest) -> Iterator[RemoteCkan]:
    with RemoteCkan(shared, "--n", str(DATASETS), "--seed", request.node.name) as remote:
        yield remote


@pytest.fixture
def source(stack: Stack, remote: RemoteCkan, request: pytest.FixtureRequest) -> str:
    """A source that holds the datasets of the remote CKAN."""
    source = stack.source(request.node.name.lower()[:90], remote.url)
    assert stack.run(source)["added"] == DATASETS
    return source


@pytest.fixture
def failing(stack: Stack) -> str:
    """A source of 8 records of which 3 have failed."""
    name = f"failing-{uuid4().hex[:8]}"
    poison = ["record-1", "record-2", "record-5"]
    source = stack.source(name, f"http://127.0.0.1/{name}", "raising", {"records": 8, "listed": 20, "poison": poison})
    job = stack.run(source)
    assert (job["added"], job["errored"]) == (5, 3)
    return source


def configure(stack: Stack, source: str, **config: Any) -> None:
    application = stack.parts.application
    fields = application.load(HarvestSource, UUID(source)).fields
    application.change_source(UUID(source), replace(fields, config=json.dumps(config)), "test")


def marks(stack: Stack, source: str) -> dict[str, str]:
    """A mark of each dataset that changes when it is written, by its id."""
    return dict(stack.parts.database.query(MARKS, source=source))


def reimport(cli: CommandLine, *arguments: str) -> dict[str, Any]:
    answer = cli.json("import", *arguments)
    (job,) = answer["jobs"]
    return dict(job)


# import


def test_rules_that_have_changed_are_applied_to_stored_documents(
    cli: CommandLine, stack: Stack, remote: RemoteCkan, source: str
) -> None:
    rule = {"rule": "template", "field": "notes", "text": "{title} of {harvest_source_title}"}
    configure(stack, source, mapping=[rule, {"rule": "drop", "field": "author"}])
    remote.kill()

    job = reimport(cli, source)

    assert (job["updated"], job["errored"]) == (DATASETS, 0)
    title = stack.parts.application.load(HarvestSource, UUID(source)).fields.title
    for package in stack.parts.catalogue.search(source_id=source, rows=DATASETS)["results"]:
        assert package["notes"] == f"{package['title']} of {title}"
        assert "author" not in package


def test_an_import_writes_every_dataset_again_and_asks_the_remote_for_nothing(
    cli: CommandLine, stack: Stack, remote: RemoteCkan, source: str
) -> None:
    before, requests = marks(stack, source), remote.steer("stats")["per_action"]

    done = cli("import", "-s", source)

    after = marks(stack, source)
    assert done.out == f"{DATASETS} objects reimported\n"
    assert after.keys() == before.keys()
    assert all(after[dataset] != before[dataset] for dataset in before)
    assert remote.steer("stats")["per_action"] == requests


def test_the_harvest_after_an_import_has_no_news(cli: CommandLine, stack: Stack, remote: RemoteCkan, source: str) -> None:
    reimport(cli, source)

    job = stack.run(source, full=True)

    assert (job["outcome"], job["added"], job["updated"], job["deleted"]) == ("finished", 0, 0, 0)
    assert job["not_modified"] == DATASETS


def test_a_removed_dataset_is_not_brought_back_by_an_import(
    cli: CommandLine, stack: Stack, remote: RemoteCkan, source: str
) -> None:
    remote.steer("delete", fraction=0.1)
    removed = stack.run(source, full=True)["deleted"]

    job = reimport(cli, source, "-j")

    assert removed > 0
    assert (job["objects"], job["updated"]) == (DATASETS - removed, DATASETS - removed)


def test_one_dataset_is_imported_by_its_guid_its_object_its_package_or_the_packages_name(
    cli: CommandLine, stack: Stack, remote: RemoteCkan, source: str
) -> None:
    query = "SELECT id, name, guid, object_id FROM catalogue.package WHERE source_id = %(source)s ORDER BY id LIMIT 1"
    package_id, name, guid, object_id = stack.parts.database.query(query, source=source)[0]

    for option, value in (("-g", guid), ("-o", object_id), ("-p", package_id), ("-p", name)):
        before = marks(stack, source)
        job = reimport(cli, option, value)
        after = marks(stack, source)
        assert (job["kind"], job["objects"], job["updated"]) == ("import", 1, 1), option
        assert [key for key in after if after[key] != before[key]] == [package_id], option


def test_the_sixteen_segments_import_every_dataset_once(
    cli: CommandLine, stack: Stack, remote: RemoteCkan, source: str
) -> None:
    jobs = [reimport(cli, source, f"--segments={HEX[first : first + 4]}") for first in range(0, 16, 4)]

    assert sum(job["updated"] for job in jobs) == DATASETS
    assert all(job["updated"] < DATASETS for job in jobs)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "Source nowhere not found"),
        (["-g", "no-such-guid"], "Guid no-such-guid is nothing that any source holds"),
        (["-o", "no-uuid"], "Harvest object no-uuid not found"),
        (["-o", str(uuid4())], "There is no HarvestObject"),
        (["-p", "no-such-package"], "Package no-such-package not found"),
        (["--segments=xyz"], "'xyz': only the hex digits"),
        (["-g", "one", "-p", "two"], "Give one of a guid, an object and a package"),
    ],
)
def test_what_cant_be_selected_is_named(cli: CommandLine, stack: Stack, arguments: list[str], message: str) -> None:
    refused = cli("import", *arguments, status=1)

    assert message in refused.err
    assert "Traceback" not in refused.err


def test_records_of_which_no_dataset_was_made_are_imported_when_so_asked(cli: CommandLine, stack: Stack, failing: str) -> None:
    configure(stack, failing, records=8, listed=20)

    joined, all_of_them = reimport(cli, failing), reimport(cli, failing, "-j")

    assert joined["objects"] == 0  # the plugin makes no packages
    assert (all_of_them["objects"], all_of_them["added"], all_of_them["updated"]) == (8, 3, 5)


def test_a_source_that_has_a_job_is_left_out_of_an_import_of_all(cli: CommandLine, stack: Stack, failing: str) -> None:
    busy = stack.source(f"busy-{uuid4().hex[:8]}", f"http://127.0.0.1/{uuid4().hex}", "noop", {"records": 3})
    stack.run(busy)
    configure(stack, busy, records=500, gather_seconds=0.05)
    running = stack.start_job(busy)

    answer = cli.json("import", "--no-wait")
    stack.abort(running)

    assert [skipped["source_id"] for skipped in answer["skipped"]] == [busy]
    assert running in answer["skipped"][0]["reason"]
    assert failing in {job["source_id"] for job in answer["jobs"]}
    for job in answer["jobs"]:
        assert stack.ended(job["id"])["outcome"] == "finished"


# undo


def test_a_job_is_undone_from_the_command_line_without_a_request_to_the_remote(
    cli: CommandLine, stack: Stack, remote: RemoteCkan, source: str
) -> None:
    query = "SELECT id, package - 'extras' - 'metadata_modified' FROM catalogue.package WHERE state = 'active'"
    before = stack.parts.database.query(f"{query} AND source_id = %(source)s ORDER BY id", source=source)
    remote.steer("mutate", fraction=0.3)
    remote.steer("delete", n=4)
    job = stack.run(source, full=True)
    remote.kill()

    asked = cli("undo", source, status=1)
    done = cli.json("undo", job["id"], "--yes", "--wait", "--reason", "it was too much")

    assert job["deleted"] == 4
    assert job["updated"] > 0
    assert f"{job['updated']} datasets that it updated go back to the version before" in asked.out + asked.err
    assert (done["kind"], done["outcome"], done["added"], done["updated"]) == ("undo", "finished", 4, job["updated"])
    assert stack.parts.database.query(f"{query} AND source_id = %(source)s ORDER BY id", source=source) == before
    assert stack.parts.application.load(Job, UUID(done["id"])).options["reason"] == "it was too much"


# retry


def test_a_retry_runs_the_failed_records_of_a_job_and_no_others(cli: CommandLine, stack: Stack, failing: str) -> None:
    configure(stack, failing, records=8, listed=20, poison=["record-5"])

    retried = cli.json("retry", failing, "--wait")

    assert (retried["kind"], retried["objects"], retried["added"], retried["errored"]) == ("retry", 3, 2, 1)


def test_a_second_retry_of_a_job_leaves_out_what_the_first_one_tried(cli: CommandLine, stack: Stack, failing: str) -> None:
    (before,) = stack.model.jobs(source_id=failing)
    first = cli.json("retry", before["id"], "--wait")

    second, of_first = cli.json("retry", before["id"], "--wait"), cli.json("retry", first["id"], "--wait")

    assert (first["objects"], second["objects"], of_first["objects"]) == (3, 0, 3)


def test_a_retry_is_refused_once_a_later_job_has_seen_every_record(cli: CommandLine, stack: Stack, failing: str) -> None:
    (before,) = stack.model.jobs(source_id=failing)
    later = stack.run(failing)

    refused = cli("retry", before["id"], status=1)

    assert f"harvester retry {later['id']}" in refused.err
    assert cli.json("retry", later["id"], "--wait")["objects"] == 3


def test_a_job_without_failures_and_an_unknown_one_cant_be_retried(cli: CommandLine, stack: Stack) -> None:
    name = f"fine-{uuid4().hex[:8]}"
    source = stack.source(name, f"http://127.0.0.1/{name}", "noop", {"records": 2})
    stack.run(source)

    assert "there is nothing to try again" in cli("retry", name, status=1).err
    assert "No job and no source has the id" in cli("retry", str(uuid4()), status=1).err
