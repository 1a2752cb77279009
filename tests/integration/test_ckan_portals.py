"""Datasets in the schemas of well-known portals go into a plain CKAN and into one with a schema of that kind.

Each value arrives, or a warning names its field, the same as in the local catalogue; a second import changes nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from adapters.targets.ckan.given_values import is_untold
from harvesters.dataset.storable import json_text
from harvesters.target import Fitting, Owner, Stored
from harvesters.testing import Harness
from harvesters.testing.harness import Result
from tests.support.carried import lost
from tests.support.ckan_site import CkanSite, ckan_site, require_type
from tests.support.portals import PORTALS
from tests.unit.test_portals import Shown

pytestmark = pytest.mark.ckan

TYPE = "harvestlog-portal"
LANGUAGES = ["fr", "de"]
RULES: list[dict[str, Any]] = [{"rule": "constant", "field": "type", "value": TYPE}]
OURS = ("harvest_object_id", "harvest_source_id", "harvest_source_title", "harvest_content_hash", "harvest_wanted_name")
CHANGES = {"metadata_modified", "metadata_created", "extras", "resources", "mimetype"}


@pytest.fixture(scope="module")
def site() -> Iterator[CkanSite]:
    with ckan_site() as site:
        yield site


@pytest.fixture(scope="module")
def portal_site(site: CkanSite) -> CkanSite:
    require_type(site, TYPE, "scheming_portal.yaml")
    return site


def harvested(site: CkanSite, portal: str, *rules: dict[str, Any]) -> tuple[Harness, Result]:
    Shown.packages = PORTALS[portal]
    source = Harness(Shown, f"https://{portal}.example/{len(rules)}", {"languages": LANGUAGES, "mapping": list(rules)})
    source.catalogue = site  # type: ignore[assignment]
    for package in Shown.packages:
        site.purge("dataset", package["id"])
        site._saved.add(package["id"])
    result = source.harvest()
    assert {guid: record.errors for guid, record in result.records.items() if record.errors} == {}
    return source, result


def warnings(result: Result) -> list[str]:
    return [warning for record in result.records.values() for warning in record.warnings]


def plain(shown: Mapping[str, Any]) -> dict[str, Any]:
    """A dataset without what changes with each write; CKAN guesses the type of a file when it is written again."""
    extras = {extra["key"]: extra["value"] for extra in shown["extras"] if extra["key"] not in OURS}
    resources = [{name: value for name, value in entry.items() if name not in CHANGES} for entry in shown["resources"]]
    fields = {name: value for name, value in shown.items() if name not in CHANGES}
    return {**fields, "extras": extras, "resources": resources}


@pytest.mark.parametrize("portal", PORTALS)
def test_a_plain_ckan_gets_what_the_local_catalogue_gets(site: CkanSite, portal: str) -> None:
    _, here = harvested(site, portal)
    there = Harness(Shown, f"https://{portal}.example", {"languages": LANGUAGES}).harvest()

    told = warnings(here)
    assert {warning for warning in told if "this CKAN has no place" not in warning} == set(warnings(there))
    for package in Shown.packages:
        shown = site.show(package["id"]) or {}
        assert lost(package, shown, told) == []
        assert lost(there.dataset(package["id"]), shown, told) == []


@pytest.mark.parametrize("portal", PORTALS)
def test_a_ckan_with_such_a_schema_gets_each_value_or_says_why_not(portal_site: CkanSite, portal: str) -> None:
    _, result = harvested(portal_site, portal, *RULES)

    for package in Shown.packages:
        shown = portal_site.show(package["id"]) or {}
        assert shown["type"] == TYPE
        assert lost(package, shown, warnings(result)) == []


@pytest.mark.parametrize("rules", [[], RULES], ids=["plain", "schema"])
@pytest.mark.parametrize("portal", PORTALS)
def test_a_second_import_changes_nothing(portal_site: CkanSite, portal: str, rules: list[dict[str, Any]]) -> None:
    site = portal_site
    source, _ = harvested(site, portal, *rules)
    first = {package["id"]: plain(site.show(package["id"]) or {}) for package in Shown.packages}

    assert set(source.harvest().statuses.values()) == {"not modified"}
    assert set(source.harvest(force_import=True).statuses.values()) <= {"updated", "not modified"}

    assert {guid: plain(site.show(guid) or {}) for guid in first} == first


MAPPED: list[dict[str, Any]] = [
    {"rule": "rename", "field": "extras.responsible-party", "to": "contact_points", "when": "missing"},
    {"rule": "rename", "field": "extras.Frequência", "to": "frequency"},
    {"rule": "rename", "field": "publisher", "to": "creator", "when": "missing"},
    {"rule": "language", "field": "title", "prefer": ["fr"]},
    {"rule": "template", "field": "notes_translated.fr", "text": "{title} — {notes|description|name}", "when": "missing"},
    {"rule": "constant", "field": "language", "value": ["fra"], "when": "missing"},
    {"rule": "values", "field": "license_id", "values": {"uk-ogl": "CC BY"}},
    {"rule": "drop", "of": "resource", "field": "hash"},
    {"rule": "constant", "field": "type", "value": TYPE},
]


@pytest.mark.parametrize("rules", [[], MAPPED], ids=["plain", "mapped"])
@pytest.mark.parametrize("portal", PORTALS)
def test_what_is_previewed_is_what_is_stored(portal_site: CkanSite, portal: str, rules: list[dict[str, Any]]) -> None:
    previewed: dict[str, Fitting] = {}
    prepared = portal_site.prepared

    def looked_at(package: Mapping[str, Any], owner: Owner) -> Callable[[], Stored]:
        previewed[package["id"]] = portal_site.preview({"owner_org": portal_site.organization, **package}, owner)
        return prepared(package, owner)

    harvested(portal_site, portal, *rules)  # the target learns which fields CKAN has no place for
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portal_site, "prepared", looked_at)
        _, result = harvested(portal_site, portal, *rules)

    for package in Shown.packages:
        shown, foretold = portal_site.show(package["id"]) or {}, previewed[package["id"]]
        assert differences(foretold.package, shown) == {}
        assert plain(shown)["extras"] == {extra["key"]: extra["value"] for extra in foretold.package["extras"]}
        assert {tag["name"] for tag in shown["tags"]} == {tag["name"] for tag in foretold.package.get("tags", ())}
        for resource, entry in zip(shown["resources"], foretold.package["resources"], strict=True):
            if not rules and not portal_site.keeps_modified:  # CKAN before 2.12 refuses lists of objects there: they go as text
                entry = {name: text_of_objects(value) for name, value in entry.items()}
            assert differences(entry, resource) == {}
    assert set(warnings(result)) == {loss.message for fitting in previewed.values() for loss in fitting.losses}


def differences(foretold: Mapping[str, Any], shown: Mapping[str, Any]) -> dict[str, Any]:
    """Fields that are not as they were foretold. CKAN writes formats its own way, and chooses the language of a title."""
    chosen = {name for name in foretold if f"{name}_translated" in shown}
    compared = foretold.keys() - CHANGES - chosen - {"tags", "groups", "format"}
    return {name: shown.get(name) for name in compared if not is_untold(foretold[name]) and shown.get(name) != foretold[name]}


def text_of_objects(value: Any) -> Any:
    has_objects = isinstance(value, list) and any(isinstance(entry, dict) for entry in value)
    return json_text(value) if has_objects else value
