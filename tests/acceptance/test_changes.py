"""A remote that changes between harvests: only news is fetched, and nothing is deleted unless the whole remote was seen."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from adapters.postgres.read_model.queries import Row
from tests.acceptance.remote_ckan import RemoteCkan
from tests.support.rogue_server import RogueServer
from tests.support.stack import Stack, wait_for

DATASETS = 60
PAGES = {"page_size": 10}


@pytest.fixture(scope="module")
def stack(new_stack: Callable[..., AbstractContextManager[Stack]]) -> Iterator[Stack]:
    with new_stack() as stack:
        yield stack


@pytest.fixture
def remote(shared: Path, request: pytest.FixtureRequest) -> Iterator[RemoteCkan]:
    """A CKAN with 60 datasets whose ids no other test has."""
    with RemoteCkan(shared, "--n", str(DATASETS), "--seed", request.node.name) as remote:
        yield remote


@pytest.fixture
def source(stack: Stack, remote: RemoteCkan, request: pytest.FixtureRequest) -> str:
    """A source of that CKAN that has been harvested once."""
    source = stack.source(request.node.name.lower(), remote.url, config=PAGES)
    job = stack.run(source)
    assert (job["outcome"], job["added"]) == ("finished", DATASETS)
    return source


def held(stack: Stack, source: str) -> dict[str, str]:
    """A mark of each dataset in the catalogue that changes when it is written, by its id."""
    statement = "SELECT id, xmin::text FROM catalogue.package WHERE source_id = %(source)s AND state = 'active'"
    return dict(stack.parts.database.query(statement, source=source))


def counts(job: Row) -> dict[str, int]:
    """The counts that aren't 0."""
    names = ("added", "updated", "not_modified", "deleted", "errored")
    return {name: job[name] for name in names if job[name]}


def test_an_incremental_harvest_fetches_only_what_changed(stack: Stack, remote: RemoteCkan, source: str) -> None:
    before, bytes_before = held(stack, source), remote.steer("stats")["bytes_sent"]
    remote.steer("mutate", fraction=0.1)

    job = stack.run(source)

    after = held(stack, source)
    assert (job["outcome"], counts(job), job["objects"]) == ("finished", {"updated": 6}, 6)
    assert sum(after[dataset] != before[dataset] for dataset in before) == 6
    stats = remote.steer("stats")
    assert stats["bytes_sent"] - bytes_before < 10 * stats["mean_bytes"]


def test_changed_datasets_have_their_new_content(stack: Stack, remote: RemoteCkan, source: str) -> None:
    remote.steer("mutate", fraction=0.1)

    stack.run(source)

    titles = {guid: package["title"] for guid, package in remote.packages().items()}
    stored = stack.parts.catalogue.search(source_id=source, rows=100)["results"]
    assert {package["id"]: package["title"] for package in stored} == titles


def test_removals_are_found_by_an_incremental_harvest_too(stack: Stack, remote: RemoteCkan, source: str) -> None:
    remote.steer("delete", n=5)

    incremental = stack.run(source)
    full = stack.run(source, full=True)

    # this remote leaves `fl` aside: asked for ids alone, it sends all datasets
    assert (incremental["outcome"], counts(incremental)) == ("finished", {"deleted": 5, "not_modified": 55})
    assert (full["outcome"], counts(full)) == ("finished", {"not_modified": 55})
    assert held(stack, source).keys() == remote.packages().keys()


def test_a_dataset_that_comes_back_is_added_again(stack: Stack, remote: RemoteCkan, source: str) -> None:
    remote.steer("delete", n=5)
    stack.run(source, full=True)
    remote.steer("reset")

    job = stack.run(source, full=True)

    assert (job["outcome"], counts(job)) == ("finished", {"added": 5, "not_modified": 55})
    assert held(stack, source).keys() == remote.packages().keys()


def test_a_full_harvest_of_an_unchanged_remote_writes_nothing(stack: Stack, remote: RemoteCkan, source: str) -> None:
    before, documents = held(stack, source), stack.parts.database.query("SELECT count(*) FROM content.document")

    job = stack.run(source, full=True)

    assert (job["outcome"], counts(job), job["objects"]) == ("finished", {"not_modified": DATASETS}, 0)
    assert held(stack, source) == before
    assert stack.parts.database.query("SELECT count(*) FROM content.document") == documents


def test_a_gather_whose_remote_dies_in_the_middle_deletes_nothing(stack: Stack, remote: RemoteCkan, source: str) -> None:
    remote.steer("delete", n=5)
    remote.steer("config", latency_ms=150)
    asked = remote.searches()

    job_id = stack.start_job(source, full=True)
    wait_for(lambda: remote.searches() >= asked + 3, 20, "three pages were asked for")
    remote.kill()
    job = stack.ended(job_id)

    assert (job["status"], job["outcome"], job["deleted"]) == ("Finished", "failed", 0)
    assert len(held(stack, source)) == DATASETS
    errors = stack.model.gather_errors(job_id)
    assert [error["code"] for error in errors] in (["unreachable"], ["disconnected"])
    assert remote.url in errors[0]["message"]


def test_after_a_gather_that_failed_the_next_one_asks_for_everything(stack: Stack, remote: RemoteCkan, source: str) -> None:
    remote.steer("delete", n=5)
    remote.steer("config", error_rate=1)
    failed = stack.run(source, full=True)
    remote.steer("config", error_rate=0)

    job = stack.run(source, full=True)

    assert (failed["outcome"], counts(failed)) == ("failed", {"errored": 1})
    assert (job["outcome"], counts(job)) == ("finished", {"deleted": 5, "not_modified": 55})


def test_errors_in_the_middle_of_an_incremental_harvest_lose_no_change(stack: Stack, remote: RemoteCkan, source: str) -> None:
    remote.steer("mutate", fraction=0.1)
    remote.steer("config", error_rate=1)
    failed = stack.run(source)
    remote.steer("config", error_rate=0)

    job = stack.run(source)

    assert (failed["outcome"], failed["updated"]) == ("failed", 0)
    assert (job["outcome"], counts(job)) == ("finished", {"updated": 6})


def test_an_empty_listing_deletes_nothing_and_says_so(stack: Stack, remote: RemoteCkan, source: str) -> None:
    remote.steer("delete", n=DATASETS)

    job = stack.run(source, full=True)

    assert (job["status"], job["deleted"], len(held(stack, source))) == ("Finished", 0, DATASETS)
    errors = stack.model.gather_errors(job["id"])
    assert [error["message"] for error in errors] == [f"No datasets found at CKAN: {remote.url}"]


def test_a_dataset_that_failed_is_tried_again_at_the_next_run(stack: Stack) -> None:
    with RogueServer("good") as remote:
        good_extras = remote.packages[1].get("extras", [])
        remote.packages[1]["extras"] = [*good_extras, "no extra"]
        source = stack.source("failing", remote.url, config={"on_invalid_field": "fail"})

        first = stack.run(source)
        second = stack.run(source)
        remote.packages[1]["extras"] = good_extras
        third = stack.run(source)
        fourth = stack.run(source)

    assert counts(first) == {"added": 2, "errored": 1}
    assert counts(second) == {"not_modified": 2, "errored": 1}
    assert counts(third) == {"added": 1, "not_modified": 2}
    assert fourth["errored"] == 0
    assert len(held(stack, source)) == 3
