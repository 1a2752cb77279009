"""A CKAN with ckanext-scheming: fields of its schema are filled, odd values of them cost the value and not the dataset.

Its schema is tests/support/scheming.yaml; .ci/run shows how the CKAN is set up. Without the extension these tests are skipped.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from domain.errors import TargetError
from harvesters.target import FieldPolicy, Owner, Stored
from tests.support.ckan_site import CkanSite, ckan_site, require_type

pytestmark = pytest.mark.ckan

TYPE = "harvestlog-test"


@pytest.fixture(scope="module")
def site() -> Iterator[CkanSite]:
    with ckan_site() as site:
        require_type(site, TYPE, "scheming.yaml")
        yield site


def owner(job: int = 1) -> Owner:
    return Owner("source-1", "City", "guid-1", f"object-{job}", f"hash-{job}", held=job > 1, previous=f"object-{job - 1}")


def dataset(**fields: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "name": f"s-{uuid4().hex[:12]}", "title": "Trees", "type": TYPE, **fields}


def save(site: CkanSite, **fields: Any) -> tuple[dict[str, Any], list[str]]:
    """What the CKAN has then, and the losses that were told."""
    stored = site.save(dataset(**fields), owner())
    return site.show(stored.package_id) or {}, told(stored)


def told(stored: Stored) -> list[str]:
    return [loss.message for loss in stored.losses]


def extras(package: dict[str, Any]) -> dict[str, str]:
    return {one["key"]: one["value"] for one in package["extras"] if not one["key"].startswith("harvest_")}


def test_fields_of_the_schema_are_stored_as_they_are(site: CkanSite) -> None:
    fields = {
        "access_level": "open",
        "issued": "2021-07-02",
        "subjects": ["a", "b"],
        "contacts": [{"name": "A", "email": "a@b.ch"}],
    }

    shown, losses = save(site, **fields)

    assert {name: shown[name] for name in fields} == fields
    assert (losses, extras(shown)) == ([], {})


@pytest.mark.parametrize(
    ("fields", "kept", "loss"),
    [
        ({"access_level": "secret"}, {}, "access_level: "),
        ({"issued": "yesterday"}, {}, "issued: "),
        ({"contacts": [{"name": "A", "email": "no mail"}]}, {"contacts": [{"name": "A"}]}, "contacts: entry 0, email: "),
        ({"contacts": [{"email": "a@b.ch"}, {"name": "B"}]}, {"contacts": [{"name": "B"}]}, "contacts: entry 0, name: "),
        ({"resources": [{"url": "http://a/b", "availability": "never"}]}, {}, "resources: entry 0, availability: "),
    ],
    ids=str,
)
def test_an_odd_value_of_a_schemas_field_costs_the_value_alone(
    site: CkanSite, fields: dict[str, Any], kept: dict[str, Any], loss: str
) -> None:
    shown, losses = save(site, subjects=["a"], **fields)

    assert shown["subjects"] == ["a"]
    assert {name: shown[name] for name in kept} == kept
    assert [told[: len(loss)] for told in losses] == [loss]
    assert all(told.endswith("; left out") for told in losses)
    assert shown["num_resources"] == len(fields.get("resources", ()))


def test_a_source_may_want_such_datasets_to_fail(site: CkanSite) -> None:
    strict = replace(owner(), fields=FieldPolicy(on_invalid="fail"))

    with pytest.raises(TargetError, match=r"access_level: .*\(dataset s-\w+, record guid-1\)"):
        site.save(dataset(access_level="secret"), strict)


def test_an_extra_whose_key_is_a_field_of_the_schema_becomes_that_field(site: CkanSite) -> None:
    pairs = [("rights_holder", "City"), ("access_level", "secret"), ("colour", "green")]

    shown, losses = save(site, extras=[{"key": key, "value": value} for key, value in pairs])

    assert (shown["rights_holder"], shown.get("access_level"), extras(shown)) == ("City", None, {"colour": "green"})
    assert [loss.partition(":")[0] for loss in losses] == ["access_level"]


def test_what_a_ckan_has_taught_costs_no_call_more(site: CkanSite) -> None:
    package = dataset(
        access_level="open", extras=[{"key": "rights_holder", "value": "City"}, {"key": "colour", "value": "green"}]
    )
    site.save({**package, "id": str(uuid4()), "name": f"s-{uuid4().hex[:12]}"}, owner())
    site.actions.clear()

    site.save(package, owner())
    site.save({**package, "title": "Other"}, owner(job=2))

    assert site.actions == ["package_create", "package_revise"]
    assert (site.show(package["id"]) or {})["title"] == "Other"


def test_fields_without_a_place_become_extras_next_to_those_of_the_schema(site: CkanSite) -> None:
    shown, losses = save(site, access_level="closed", theme={"a": 1})

    assert (shown["access_level"], extras(shown)) == ("closed", {"theme": '{"a":1}'})
    assert losses == ["theme: this CKAN has no place for the field; kept as an extra"]
