"""Clearing, removing and held deletions where the datasets are in a real CKAN."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from domain.sources import SourceFields
from tests.acceptance.remote_ckan import RemoteCkan
from tests.support.ckan_site import CkanSite, ckan_site
from tests.support.stack import Stack

pytestmark = pytest.mark.ckan

DATASETS = 24


@pytest.fixture(scope="module")
def stack(new_stack: Callable[..., AbstractContextManager[Stack]]) -> Iterator[Stack]:
    with ckan_site() as site, new_stack(ckan_url=site.api.url, ckan_token=site.token) as stack:
        yield stack


@pytest.fixture
def site() -> Iterator[CkanSite]:
    with ckan_site() as known:
        yield known


@pytest.fixture
def remote(shared: Path, site: CkanSite) -> Iterator[RemoteCkan]:
    """A CKAN whose datasets no other test has."""
    with RemoteCkan(shared, "--n", str(DATASETS), "--seed", site.organization) as remote:
        yield remote


@pytest.fixture
def source(stack: Stack, site: CkanSite, remote: RemoteCkan) -> str:
    """A source whose datasets are in the CKAN; its name is that of the organisation."""
    source = register(stack, site, remote)
    assert stack.run(source)["added"] == DATASETS
    return source


def register(stack: Stack, site: CkanSite, remote: RemoteCkan, suffix: str = "") -> str:
    name, config = f"{site.organization}{suffix}", json.dumps({"unknown_fields": "drop"})
    fields = SourceFields(name, remote.url, "ckan", "Portal", owner_org=site.organization, config=config)
    return str(stack.parts.application.register_source(fields, by="test"))


def names(site: CkanSite) -> dict[str, str]:
    """Names of the datasets that are there, by id."""
    return {identity: package["name"] for identity, package in site.packages().items()}


def test_a_harvest_after_clear_brings_the_same_datasets_though_people_purged_and_deleted_some(
    stack: Stack, site: CkanSite, source: str
) -> None:
    before = names(site)
    purged, deleted, *_ = before
    site.purge("dataset", purged)
    site.api.call("package_delete", {"id": deleted})

    clear = stack.ended(stack.json("source", "clear", site.organization, "--yes")["id"])
    left = names(site)
    again = stack.run(source)

    assert (clear["outcome"], clear["errored"], left) == ("finished", 0, {})
    assert (again["added"], again["errored"]) == (DATASETS, 0)
    assert names(site) == before


def test_held_deletions_leave_the_ckan_alone_until_they_are_approved_and_what_people_deleted_is_no_error(
    stack: Stack, site: CkanSite, remote: RemoteCkan, source: str
) -> None:
    before = names(site)
    remote.steer("delete", n=DATASETS // 2)

    held = stack.run(source, full=True)
    waiting = names(site)
    purged, deleted, *_ = waiting.keys() - remote.packages().keys()
    site.purge("dataset", purged)
    site.api.call("package_delete", {"id": deleted})
    removal = stack.ended(stack.json("approve", held["id"], "--yes")["id"])

    assert (held["outcome"], waiting) == ("held", before)
    assert (removal["outcome"], removal["errored"]) == ("finished", 0)
    assert names(site).keys() == remote.packages().keys()


def test_rejected_deletions_leave_the_datasets_where_they_are(
    stack: Stack, site: CkanSite, remote: RemoteCkan, source: str
) -> None:
    before = names(site)
    remote.steer("delete", n=DATASETS // 2)
    held = stack.run(source, full=True)

    stack.cli("reject", held["id"])

    assert stack.run(source)["deleted"] == 0
    assert names(site) == before


def test_a_source_that_was_removed_and_is_entered_again_takes_over_what_it_released_without_a_write(
    stack: Stack, site: CkanSite, remote: RemoteCkan, source: str
) -> None:
    before = site.packages()

    stack.cli("source", "remove", site.organization, "--datasets", "release", "--yes")
    released = site.packages()
    again = register(stack, site, remote, "-again")
    job = stack.run(again)

    assert released == before
    assert (again, job["not_modified"], job["added"], job["errored"]) == (source, DATASETS, 0, 0)
    assert site.packages() == before


def test_datasets_deleted_with_their_source_come_back_with_a_new_one_under_the_same_names_and_ids(
    stack: Stack, site: CkanSite, remote: RemoteCkan, source: str
) -> None:
    before = names(site)

    stack.cli("source", "remove", site.organization, "--datasets", "delete", "--yes")
    stack.ended(stack.model.jobs(source_id=source)[0]["id"])
    left = names(site)
    again = register(stack, site, remote, "-again")
    job = stack.run(again)

    assert (left, again != source) == ({}, True)
    assert (job["added"], job["errored"]) == (DATASETS, 0)
    assert names(site) == before
