"""Records of one job with the same title get their names in the order of their guids, whichever worker stores which first."""

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from adapters.bootstrap import Parts
from adapters.stages import context as job_context
from adapters.stages.objects import Item
from domain.objects import GatheredRecord
from domain.sources import SourceFields
from harvesters import Harvester, HarvestJob, HarvestObject, Package
from tests.integration.test_object_batch import claimed


class Titles(Harvester):
    """Every record is a dataset called park."""

    def gather_stage(self, harvest_job: HarvestJob) -> list[str]:
        return []

    def fetch_stage(self, harvest_object: HarvestObject) -> bool:
        return True

    def import_stage(self, harvest_object: HarvestObject) -> Package:
        return Package({"name": "park", "title": "Park"})


@pytest.fixture(autouse=True)
def harvester(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_context, "load_harvester", lambda kind: Titles)


@pytest.fixture
def hosts(emptied: Parts) -> Iterator[list[Parts]]:
    """Two machines that work for one site."""
    other = Parts(emptied.settings, "other")
    yield [emptied, other]
    other.close()


def harvest(hosts: Sequence[Parts], source: UUID, records: Sequence[GatheredRecord]) -> None:
    """A job of these records: the hosts import half of them each, in many threads and in random order."""
    application = hosts[0].application
    job_id = application.create_job(source, trigger="cli")
    application.record_page(application.start_gather(job_id, "gatherer"), records, 0)
    hosts[0].work_projector().catch_up()
    claims = claimed(hosts[0])
    shares = zip(hosts, (claims[::2], claims[1::2]), strict=True)
    pairs = [(host, item) for host, share in shares for item in host.runner.load(share)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(run_and_save, random.sample(pairs, len(pairs))))
    for host in hosts:
        host.runner.store([item for worker, item in pairs if worker is host])
    application.abort_job(job_id, by="test")
    hosts[0].work_projector().catch_up()


def run_and_save(pair: tuple[Parts, Item]) -> None:
    host, item = pair
    if not host.runner.run(item):
        host.runner.save(item)


def names(parts: Parts) -> dict[str, str]:
    return dict(parts.database.query("SELECT guid, name FROM catalogue.package"))


def test_names_go_by_guid_on_two_hosts_and_stay_in_the_next_job(hosts: list[Parts]) -> None:
    source = hosts[0].application.register_source(SourceFields("city", "http://city.example", "test"), "admin")
    harvest(hosts, source, [GatheredRecord(f"guid-{letter}") for letter in "gecabdf"])
    first = names(hosts[0])

    harvest(hosts, source, [GatheredRecord("guid-a", "change"), GatheredRecord("guid-2"), GatheredRecord("guid-1")])

    expected = {"guid-a": "park", **{f"guid-{letter}": f"park{number}" for number, letter in enumerate("bcdefg", 1)}}
    assert first == expected
    assert names(hosts[0]) == {**expected, "guid-1": "park7", "guid-2": "park8"}
