"""Datasets in the schemas of well-known portals: each value is kept, or a warning names its field."""

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from harvesters.base import HarvestJob, Record
from harvesters.ckan import CKANHarvester
from harvesters.testing import Harness
from tests.support.carried import lost
from tests.support.portals import PORTALS


class Shown(CKANHarvester):
    """Harvests packages that are at hand."""

    packages: ClassVar[list[dict[str, Any]]] = []

    def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record]:
        for package in self.packages:
            yield Record(package["id"], package, metadata_modified=package["metadata_modified"])
        harvest_job.full_listing = True


@pytest.mark.parametrize("portal", PORTALS)
def test_each_value_is_kept_or_its_loss_is_told(portal: str) -> None:
    Shown.packages = PORTALS[portal]
    source = Harness(Shown, f"https://{portal}.example", {"languages": ["fr", "de"]})

    result = source.harvest()

    assert {record.status for record in result.records.values()} == {"added"}
    told = [warning for record in result.records.values() for warning in record.warnings]
    for package in Shown.packages:
        assert lost(package, result.dataset(package["id"]), told) == []
    assert set(source.harvest().statuses.values()) == {"not modified"}
