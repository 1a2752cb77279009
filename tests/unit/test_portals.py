"""Datasets in the schemas of well-known portals: each value is kept, or a warning names its field."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest

from harvesters.base import HarvestJob, Record
from harvesters.ckan import CKANHarvester
from harvesters.testing import Catalogue, Harness
from tests.support.carried import lost
from tests.support.memory_ckan import URL, MemoryCkan, remote_package
from tests.support.portals import PORTALS


class Noting(Catalogue):
    """Remembers what organisations were made of."""

    def resolve_organization(self, organization: Mapping[str, Any], *, create: bool) -> Mapping[str, str] | None:
        if create:
            self.made = dict(organization)
        return super().resolve_organization(organization, create=create)


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


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"title": {"de": "Amt", "fr": "Office", "en": ""}}, "Office"),
        ({"title": '{"de": "Amt", "fr": "Office"}'}, "Office"),
        ({"title": "", "title_translated": {"deu": "Amt", "fra": "Office"}}, "Office"),
        ({"title": "Amt | Office"}, "Amt | Office"),
    ],
)
def test_an_organization_with_texts_by_language_is_made_with_one(fields: dict[str, Any], title: str) -> None:
    owner = {"id": "o-1", "name": "amt", **fields}
    remote = MemoryCkan(remote_package(1, organization={"id": "o-1", "name": "amt"}), groups=(owner,))
    source = Harness(CKANHarvester, URL, {"remote_orgs": "create", "languages": ["fr"]})
    source.catalogue = catalogue = Noting()

    result = source.harvest(remote.site)

    assert (result.errors, catalogue.made["title"]) == ([], title)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"title": None, "title_translated": {"fr": "Arbres", "en": "Trees"}}, {"title": "Arbres"}),
        ({"notes": "", "notes_translated": '{"en": "All", "fr-t-en": "Tous"}'}, {"notes": "Tous"}),
        ({"notes": '{"eng": "All", "deu": "Alle"}'}, {"notes": "All"}),
        ({"notes": '{"key": "value"}'}, {"notes": '{"key": "value"}'}),
        ({"notes": "{not JSON}"}, {"notes": "{not JSON}"}),
        ({"author": ["A"], "maintainer": ["A", "B"]}, {"author": "A", "maintainer": '["A","B"]'}),
    ],
)
def test_a_text_by_language_is_kept_in_one_however_it_is_written(fields: dict[str, Any], expected: dict[str, str]) -> None:
    package = remote_package(1, **fields)

    result = Harness(CKANHarvester, URL, {"languages": ["fr"]}).harvest(MemoryCkan(package).site)

    shown = result.dataset(package["id"])
    assert {name: shown[name] for name in expected} == expected
