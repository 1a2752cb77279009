"""A CKAN with ckanext-scheming whose schema requires fields, has choices and dates, and fields by language.

Its schema is tests/support/scheming_strict.yaml, its fields by language are those of the plugin in tests/support/by_language;
.ci/run shows how the CKAN is set up. Without them these tests are skipped.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from domain.errors import TargetError
from harvesters.target import FieldPolicy, Owner
from tests.support.ckan_site import CkanSite, ckan_site, require_type
from tests.unit.test_ckan_schema import NEEDED, TYPE

pytestmark = pytest.mark.ckan


@pytest.fixture(scope="module")
def site() -> Iterator[CkanSite]:
    with ckan_site() as site:
        require_type(site, TYPE, "scheming_strict.yaml")
        yield site


def owner(job: int = 1, **policy: Any) -> Owner:
    fields = FieldPolicy(**policy)
    return Owner("source-1", "City", "guid-1", f"object-{job}", f"hash-{job}", held=job > 1, previous="object-1", fields=fields)


def dataset(**fields: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "name": f"s-{uuid4().hex[:12]}", "title": "Trees", "type": TYPE, **NEEDED, **fields}


GIVEN: dict[str, Any] = {
    "frequency": "Täglich",
    "themes": '["Transport", "envi"]',
    "released": "31.1.2021",
    "checked": "Fri, 02 Jul 2021 10:00:00 +0200",
    "measured": "2021-07-02T10:00:00+02:00",
    "languages": "de",
    "contacts": {"name": "A", "email": "mailto:a@b.ch", "since": "1.2.2020", "role": "Owner"},
    "details": '{"a": 1}',
    "inhabitants": "12 ",
    "official": "Yes",
    "rights_holder": ["City"],
    "keywords": {"de": ["Bäume"], "fr": "arbres"},
    "title": {"fr": "Arbres", "de": "Bäume"},
}
SHOWN: dict[str, Any] = {
    "frequency": "http://example.org/daily",
    "themes": ["tran", "envi"],
    "released": "2021-01-31",
    "checked": "2021-07-02T08:00:00",
    "languages": ["de"],
    "contacts": [{"name": "A", "email": "a@b.ch", "since": "2020-02-01", "role": "owner"}],
    "details": {"a": 1},
    "rights_holder": "City",
    "keywords": {"de": ["Bäume"], "fr": ["arbres"]},
    "title": "Arbres",
    "title_translated": {"fr": "Arbres", "de": "Bäume"},
    "description": {"de": "a", "fr": "b"},
}


def test_each_field_is_stored_as_the_schema_has_it(site: CkanSite) -> None:
    given = dataset(
        **GIVEN, resources=[{"url": "http://a/b", "description": "Text", "released": "1.2.2020", "languages": "de"}]
    )
    site.actions.clear()

    stored = site.save(given, owner(languages=("fr",)))

    shown = site.show(stored.package_id) or {}
    assert stored.losses == ()
    assert {name: shown[name] for name in SHOWN} == SHOWN
    assert str(shown["inhabitants"]) == "12"
    assert str(shown["official"]).lower() == "true"
    assert str(shown["measured"]).startswith("2021-07-02T08:00:00")
    assert {extra["key"] for extra in shown["extras"]} == {
        *("harvest_source_id", "harvest_source_title", "harvest_object_id", "harvest_content_hash"),
    }
    resource = shown["resources"][0]
    assert (resource["description"], resource["released"], resource["languages"]) == ({"fr": "Text"}, "2020-02-01", ["de"])
    assert [action for action in site.actions if action != "package_show"] == ["scheming_dataset_schema_show", "package_create"]


def test_what_is_previewed_is_what_is_stored(site: CkanSite) -> None:
    given = dataset(**GIVEN, colour="green", resources=[{"url": "http://a/b", "availability": "Stable", "hash": "x"}])

    foretold = site.preview(given, owner())
    stored = site.save(given, owner())

    shown = site.show(stored.package_id) or {}
    own = ("harvest_source_id", "harvest_source_title", "harvest_object_id", "harvest_content_hash")
    extras = [{"key": e["key"], "value": e["value"]} for e in shown["extras"] if e["key"] not in own]
    assert foretold.package["extras"] == extras == [{"key": "colour", "value": "green"}]
    assert (foretold.losses, foretold.schema) == (stored.losses, TYPE)
    for name in ("title", "notes", "frequency", "themes", "released", "contacts", "details", "keywords", "title_translated"):
        assert shown[name] == foretold.package[name]


def test_extras_fill_fields_of_the_schema(site: CkanSite) -> None:
    fields = dataset(frequency=None)
    pairs = {
        "frequency": "Weekly",
        "languages": '["SPA"]',
        "released": "2020",
        "contacts": '[{"name": "A"}]',
        "colour": "green",
    }

    stored = site.save({**fields, "extras": [{"key": key, "value": value} for key, value in pairs.items()]}, owner())

    shown = site.show(stored.package_id) or {}
    assert (shown["frequency"], shown["languages"], shown["released"]) == ("http://example.org/weekly", ["SPA"], "2020-01-01")
    assert shown["contacts"] == [{"name": "A"}]
    assert [e["value"] for e in shown["extras"] if e["key"] == "colour"] == ["green"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"notes": ""}, "notes: the record has none; the schema harvestlog-strict of this CKAN requires it"),
        ({"description": {"de": "x"}}, "description in fr: the record has none"),
        ({"frequency": "hourly"}, "frequency: 'hourly' is none of the schema's choices"),
    ],
)
def test_a_required_field_is_named_with_its_schema_and_nothing_is_stored(
    site: CkanSite, fields: dict[str, Any], message: str
) -> None:
    given = dataset(**fields)

    with pytest.raises(TargetError, match=message):
        site.save(given, owner())

    assert site.show(given["id"]) is None


def test_values_that_the_schema_refuses_cost_the_value_without_a_further_call(site: CkanSite) -> None:
    site.save(dataset(), owner())
    site.actions.clear()
    given = dataset(
        themes=["tran", "moon"],
        released="soon",
        contacts=[{"name": "A", "email": "none"}, {"email": "a@b.ch"}],
        resources=[{"url": "http://a/b", "availability": "never"}],
    )

    stored = site.save(given, owner())

    shown = site.show(stored.package_id) or {}
    assert site.actions[0] == "package_create"
    assert site.actions.count("package_create") == 1
    assert (shown["themes"], shown.get("released"), shown["contacts"]) == (["tran"], None, [{"name": "A"}])
    assert shown["num_resources"] == 1
    assert sorted(loss.message.partition(",")[0].partition(":")[0] for loss in stored.losses) == [
        *("contacts", "contacts", "released", "resources", "themes")
    ]


def test_an_update_keeps_to_the_schema_too(site: CkanSite) -> None:
    given = dataset(themes=["tran"], released="2020-01-01")
    site.save(given, owner())

    stored = site.save({**given, "themes": "Environment", "released": None, "languages": "de"}, owner(job=2))

    shown = site.show(stored.package_id) or {}
    assert (shown["themes"], shown.get("released"), shown["languages"]) == (["envi"], None, ["de"])


def test_every_field_of_ckans_own_has_its_place_next_to_a_schema(site: CkanSite) -> None:
    fields = {
        "author": "A",
        "author_email": "a@b.ch",
        "maintainer": "M",
        "maintainer_email": "m@b.ch",
        "url": "http://a/b",
        "version": "1",
        "license_id": "cc-by",
        "tags": [{"name": "tree"}],
        "private": True,
    }

    stored = site.save(dataset(**fields), replace(owner()))

    shown = site.show(stored.package_id) or {}
    assert {name: shown[name] for name in fields if name != "tags"} == {name: fields[name] for name in fields if name != "tags"}
    assert [tag["name"] for tag in shown["tags"]] == ["tree"]
