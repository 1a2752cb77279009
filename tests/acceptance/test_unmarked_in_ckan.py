"""Harvests into a real CKAN without extras of ours (HARVEST_DATASET_EXTRAS=0): owners of datasets stand in our database."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from adapters.targets.ckan.package import OWN
from domain.sources import SourceFields
from tests.acceptance.remote_ckan import RemoteCkan
from tests.support.ckan_site import CkanSite, ckan_site
from tests.support.stack import Stack

pytestmark = pytest.mark.ckan

DATASETS = 12


@pytest.fixture
def site() -> Iterator[CkanSite]:
    with ckan_site() as site:
        yield site


@pytest.fixture
def stack(new_stack: Callable[..., AbstractContextManager[Stack]], site: CkanSite) -> Iterator[Stack]:
    with new_stack(ckan_url=site.api.url, ckan_token=site.token, dataset_extras=False) as stack:
        yield stack


@pytest.fixture
def remote(shared: Path, site: CkanSite) -> Iterator[RemoteCkan]:
    with RemoteCkan(shared, "--n", str(DATASETS), "--seed", site.organization) as remote:
        yield remote


def marks(site: CkanSite) -> set[str]:
    """Keys of extras of ours that any dataset in the CKAN has."""
    return {extra["key"] for package in site.packages().values() for extra in package["extras"]} & OWN


def test_datasets_without_extras_are_left_alone_updated_deleted_and_cleared_as_any_others(
    stack: Stack, site: CkanSite, remote: RemoteCkan
) -> None:
    config = json.dumps({"unknown_fields": "drop"})
    fields = SourceFields(site.organization, remote.url, "ckan", "Portal", owner_org=site.organization, config=config)
    source = str(stack.parts.application.register_source(fields, by="test"))

    first = stack.run(source)
    written = {identity: package["metadata_modified"] for identity, package in site.packages().items()}
    unchanged = stack.run(source, full=True)
    untouched = {identity: package["metadata_modified"] for identity, package in site.packages().items()}
    remote.steer("mutate", n=2)
    remote.steer("delete", n=1)
    changed = stack.run(source, full=True)
    left, own = site.packages(), marks(site)
    cleared = stack.ended(stack.json("source", "clear", site.organization, "--yes")["id"])

    assert (first["added"], first["errored"]) == (DATASETS, 0)
    assert (unchanged["added"], unchanged["updated"], unchanged["deleted"], unchanged["errored"]) == (0, 0, 0, 0)
    assert untouched == written
    assert (changed["deleted"], changed["added"], changed["errored"]) == (1, 0, 0)
    assert changed["updated"] >= 1
    assert left.keys() == remote.packages().keys()
    assert own == set()
    assert (cleared["outcome"], cleared["errored"], site.packages()) == ("finished", 0, {})
