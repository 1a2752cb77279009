"""Harvesting the fake CKAN and recorded catalogues: what comes in, by which filters, and that fields arrive unchanged."""

import json
import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from domain.errors import HarvestError, RemoteError
from harvesters.base import GatherError, HarvestJob, HarvestObject, HarvestSource, Record
from harvesters.ckan import CKANHarvester
from harvesters.ckan.facts import OF_ITS_HARVEST
from harvesters.ckan.package import OF_THE_REMOTE
from harvesters.http import HttpLimits, PoliteSession
from tests.support.fakes import import_object
from tests.unit.test_ckan_harvester_import import FakeTarget

SHARED = Path(os.environ.get("HARVEST_TEST_SHARED", Path(__file__).parents[3] / "shared"))
FAKE = SHARED / "ckan" / "fake_ckan.py"
START = datetime(2024, 6, 1, tzinfo=UTC)
OF_THE_TARGET = {"id", "organization", "owner_org", "groups"}

pytestmark = pytest.mark.skipif(not FAKE.exists(), reason=f"no {FAKE}: set HARVEST_TEST_SHARED")


class Site:
    """A running fake CKAN."""

    def __init__(self, *arguments: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, str(FAKE), "--port", str(port), *arguments]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self._process.stdout
        self._process.stdout.readline()  # it says when it listens

    def steer(self, what: str) -> None:
        urlopen(f"{self.url}/_fake/{what}").read()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        if self._process.stdout:
            self._process.stdout.close()


@pytest.fixture(scope="module")
def running() -> Iterator[Site]:
    site = Site("--n", "300")
    yield site
    site.stop()


@pytest.fixture
def site(running: Site) -> Site:
    running.steer("reset")
    running.steer("config?error_rate=0")
    return running


class Harvest:
    """Gather, fetch and import of one job into a target in memory."""

    def __init__(self, url: str, target: FakeTarget | None = None, last: datetime | None = None, **config: Any) -> None:
        source = HarvestSource("11111111-1111-4111-8111-111111111111", "s", "S", url, "ckan", json.dumps(config))
        self.job = HarvestJob("33333333-3333-4333-8333-333333333333", source, START, last_complete=last)
        self.target = target or FakeTarget()
        self.harvester = CKANHarvester()
        self.harvester.target = self.target
        self.harvester.http = PoliteSession(HttpLimits(allow="loopback"), sleep=lambda _: None)
        self.records: dict[str, dict[str, Any]] = {}
        self.errors: list[GatherError] = []
        self.refused: list[str] = []
        self.stored: dict[str, dict[str, Any]] = {}
        for item in self.harvester.gather_stage(self.job):
            if isinstance(item, Record):
                assert isinstance(item.content, dict)
                self.records[item.guid] = item.content
            elif isinstance(item, GatherError):
                self.errors.append(item)
        self.harvester.http.close()

    def import_all(self) -> "Harvest":
        for guid, package in self.records.items():
            one = HarvestObject(guid, self.job, json.dumps(package))
            try:
                assert self.harvester.fetch_stage(one) is True
                result = import_object(self.harvester, one)
                assert result.package_id
                self.stored[guid] = self.target.packages[result.package_id]
            except HarvestError as error:
                self.refused.append(str(error))
        return self


def test_every_dataset_is_gathered_with_its_content(site: Site) -> None:
    harvest = Harvest(site.url, page_size=70)

    assert len(harvest.records) == 300
    assert all(guid == package["id"] and package["title"] for guid, package in harvest.records.items())
    assert (harvest.errors, harvest.job.full_listing) == ([], True)


def test_every_dataset_is_imported_with_its_name(site: Site) -> None:
    harvest = Harvest(site.url).import_all()

    assert harvest.refused == []
    assert len(harvest.target.packages) == 300
    assert all(harvest.target.packages[guid]["name"] == package["name"] for guid, package in harvest.records.items())


def test_the_second_time_only_what_changed_is_asked_for(site: Site) -> None:
    site.steer("mutate?fraction=0.1&at=2024-06-02T00:00:00.000000")

    harvest = Harvest(site.url, last=START)

    assert len(harvest.records) == 30
    assert (harvest.errors, harvest.job.full_listing) == ([], False)


@pytest.mark.parametrize("where", ["config", "options"])
def test_everything_is_asked_for_on_demand(site: Site, where: str) -> None:
    if where == "config":
        harvest = Harvest(site.url, last=START, force_all=True)
        assert (len(harvest.records), harvest.job.full_listing) == (300, True)
    else:
        harvest = Harvest(site.url, last=START)
        harvest.job.options = {"force_all": True}
        records = [item for item in harvest.harvester.gather_stage(harvest.job) if isinstance(item, Record)]
        assert len(records) == 300


@pytest.mark.parametrize("kind", ["organizations", "groups"])
@pytest.mark.parametrize("last", [None, datetime(2000, 1, 1, tzinfo=UTC)])
def test_filters_with_several_names_filter(site: Site, kind: str, last: datetime | None) -> None:
    everything = Harvest(site.url).records
    names = sorted({name for package in everything.values() for name in names_of(package, kind)})[:2]

    included = Harvest(site.url, None, last, **{f"{kind}_filter_include": names})
    excluded = Harvest(site.url, None, last, **{f"{kind}_filter_exclude": names})

    assert 0 < len(included.records) < 300
    assert included.records.keys() == {g for g, p in everything.items() if set(names_of(p, kind)) & set(names)}
    assert excluded.records.keys() == everything.keys() - included.records.keys()


def names_of(package: dict[str, Any], kind: str) -> list[str]:
    return [one["name"] for one in (package["groups"] if kind == "groups" else [package["organization"]])]


def test_a_filter_that_fits_nothing_is_an_error_and_not_a_full_listing(site: Site) -> None:
    harvest = Harvest(site.url, organizations_filter_include=["nobody"])

    assert [error.code for error in harvest.errors] == ["no_datasets"]
    assert not harvest.job.full_listing


def test_errors_that_pass_are_retried(site: Site) -> None:
    site.steer("config?error_rate=0.2")

    harvest = Harvest(site.url, page_size=25)

    assert len(harvest.records) == 300
    assert harvest.job.full_listing


def test_a_site_with_errors_only_fails(site: Site) -> None:
    site.steer("config?error_rate=1")

    with pytest.raises(RemoteError, match="HTTP 500"):
        Harvest(site.url)


FOLDERS = {
    # folder: datasets gathered, imported, refused
    "catalog-data-gov": (3, 3, 0),
    "data-gov-au": (2, 2, 0),
    "data-gov-uk": (11, 11, 0),
    "datos-gob-ar": (866, 866, 0),
    "envidat": (354, 354, 0),
    "envidat-2026": (5, 5, 0),
    "hdx": (11, 11, 0),
    "lwbin": (37, 37, 0),
    "opendata-swiss": (10, 10, 0),
    "stadt-zuerich": (6, 6, 0),
    "tokyo": (1200, 1200, 0),
}


@pytest.mark.parametrize("folder", FOLDERS)
def test_recorded_catalogues_arrive_unchanged(folder: str) -> None:
    recorded = Site("--data", str(SHARED / "data" / "ckan" / folder))
    try:
        harvest = Harvest(recorded.url, page_size=100).import_all()
    finally:
        recorded.stop()

    counts = (len(harvest.records), len(harvest.stored), len(harvest.refused))
    assert counts == FOLDERS[folder], Counter(harvest.refused)
    assert harvest.errors == []
    assert harvest.job.full_listing
    for guid, package in harvest.records.items():
        assert unchanged(package) == unchanged(harvest.stored[guid])


def unchanged(package: dict[str, Any]) -> dict[str, Any]:
    """The package without what depends on the target, and without what is true at the remote only."""
    kept = {name: value for name, value in package.items() if name not in OF_THE_TARGET | OF_ITS_HARVEST}
    kept["private"] = False
    if isinstance(kept.get("extras"), dict):  # old forms of extras and tags are stored in the one of today
        kept["extras"] = [{"key": key, "value": value} for key, value in kept["extras"].items()]
    if "extras" in kept:
        kept["extras"] = [extra for extra in kept["extras"] if extra["key"] not in OF_ITS_HARVEST]
    if "tags" in kept:
        kept["tags"] = [{"name": tag} if isinstance(tag, str) else tag for tag in kept["tags"]]
    for resource in kept.get("resources", ()):
        for name in OF_THE_REMOTE:
            resource.pop(name, None)
    return kept
