"""Recorded catalogues go into a CKAN with a schema of its own as into the local catalogue: compared field by field.

What is different is only what the schema makes of a value (FORMS), and what CKAN never gets (docs/ckan-target.md).
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from harvesters.base import HarvestJob, Record
from harvesters.ckan import CKANHarvester
from harvesters.testing import Harness
from tests.support.ckan_site import CkanSite, ckan_site, require_type
from tests.unit.test_ckan_schema import DAILY, TYPE

pytestmark = [pytest.mark.ckan, pytest.mark.data]

FOLDERS = [
    *("catalog-data-gov", "data-gov-au", "data-gov-uk", "datos-gob-ar", "envidat", "envidat-2026", "hdx", "lwbin"),
    *("opendata-swiss", "stadt-zuerich", "tokyo"),
]
FROM_EACH = 3  # datasets
RULES: list[dict[str, Any]] = [
    {"rule": "constant", "field": "type", "value": TYPE},
    {"rule": "template", "field": "notes", "text": "{notes|description|title|name}", "when": "missing"},
    {"rule": "constant", "field": "frequency", "value": "Daily"},
    {"rule": "template", "field": "description", "text": "{notes}"},
    {"rule": "language", "field": "description", "mark_as": "de"},
    {"rule": "template", "field": "description.fr", "text": "{title}"},
    {"rule": "rename", "field": "extras.issued", "to": "released"},
    {"rule": "rename", "field": "extras.language", "to": "languages"},
    {"rule": "rename", "field": "language", "to": "languages"},
]
FORMS = {"languages", "released", "issued", "keywords"}
"""Fields that the schema has in a form of its own; tests/unit/test_ckan_schema.py says in which."""
NEVER_SENT = {"revision_id", "revision_timestamp", "tracking_summary", "license_title", "license_url", "isopen", "num_tags"}
OF_THE_CATALOGUE = {"id", "name", "metadata_created", "state", "extras", "resources", "tags", "num_resources", "owner_org"}
CKANS_OWN = {"creator_user_id", "organization", "relationships_as_object", "relationships_as_subject", "groups"}


class Recorded(CKANHarvester):
    """Harvests packages that are at hand."""

    packages: ClassVar[list[dict[str, Any]]] = []

    def gather_stage(self, harvest_job: HarvestJob) -> Iterator[Record]:
        for package in self.packages:
            yield Record(package["id"], package)


@pytest.fixture(scope="module")
def site() -> Iterator[CkanSite]:
    with ckan_site() as site:
        require_type(site, TYPE, "scheming_strict.yaml")
        yield site


def recorded(folder: Path) -> list[dict[str, Any]]:
    """Some packages of a folder, evenly spread."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.rglob("*.*")):
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        if path.suffix in (".gz", ".json"):
            documents = raw.decode().splitlines() if ".jsonl" in path.name else [raw.decode()]
            for document in documents:
                _collect(json.loads(document), found)
    packages = list(found.values())
    return packages[:: max(1, len(packages) // FROM_EACH)][:FROM_EACH]


def _collect(value: Any, found: dict[str, dict[str, Any]]) -> None:
    if isinstance(value, dict) and isinstance(value.get("resources"), list) and value.get("name") and value.get("id"):
        found.setdefault(str(value["id"]), value)
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            _collect(inner, found)


def extras(package: dict[str, Any]) -> dict[str, str]:
    return {extra["key"]: extra["value"] for extra in package["extras"] if not extra["key"].startswith("harvest_")}


def as_text(value: Any) -> Any:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_catalogue_arrives_as_in_the_local_one_but_for_the_schemas_forms(site: CkanSite, shared: Path, folder: str) -> None:
    Recorded.packages = recorded(shared / "data" / "ckan" / folder)
    config = {"mapping": RULES, "languages": ["de"]}
    local, remote = (Harness(Recorded, f"http://remote.example/{folder}", config) for _ in range(2))
    remote.catalogue = site  # type: ignore[assignment]

    there, here = local.harvest(), remote.harvest()

    assert set(here.statuses.values()) == {"added"} == set(there.statuses.values())
    for guid, record in here.records.items():
        ours, theirs = site.show(record.package_id or "") or {}, there.dataset(guid)
        kept = extras(ours)
        of_this_ckan = {"frequency", "description", *(() if site.keeps_modified else ("metadata_modified",))}
        for name in theirs.keys() - OF_THE_CATALOGUE - CKANS_OWN - NEVER_SENT - FORMS - of_this_ckan:
            wanted = theirs[name]
            assert (ours.get(name) or kept.get(name) or None) in (wanted or None, as_text(wanted)), (guid, name)
        assert ours["frequency"] == DAILY
        assert ours["description"] == {language: text for language, text in theirs["description"].items() if text}
        assert {key: value for key, value in extras(theirs).items() if key not in FORMS}.items() <= kept.items()
        assert sorted(tag["name"] for tag in ours["tags"]) == sorted(tag["name"] for tag in theirs.get("tags") or ())
        assert [entry["url"] for entry in ours["resources"]] == [entry.get("url") or "" for entry in theirs["resources"]]
