"""A dataset that is there keeps its type: CKAN writes an update as one of that type, and forgets what only the new one has."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from adapters.targets.ckan.target import CKANTarget
from domain.errors import TargetError
from harvesters.target import Owner
from tests.support.ckan_in_memory import CkanInMemory

PLAIN_FIELDS = {"id", "name", "title", "notes", "type", "state", "extras", "resources", "tags"}
SCHEMA = {"dataset_fields": [{"field_name": name} for name in ("title", "name", "notes", "frequency")], "resource_fields": []}
TOLD = (
    "type: datasets that are there keep the type dataset, CKAN makes none of them open-data;"
    ' to change that, set the source\'s option on_removed to "purge", clear the source and harvest it again'
)


class WithSchema(CkanInMemory):
    """A CKAN with a schema for open-data; plain datasets have no frequency."""

    def call(self, action: str, data: Mapping[str, Any]) -> Any:
        if action == "scheming_dataset_schema_show" and data["type"] == "open-data":
            return SCHEMA
        answer = super().call(action, data)
        for package in self.packages.values():
            if package.get("type", "dataset") == "dataset":
                for name in package.keys() - PLAIN_FIELDS:
                    del package[name]
        return {"package": self.packages[data["match"]["id"]]} if action == "package_revise" else answer


def package(**fields: Any) -> dict[str, Any]:
    return {"id": "id-1", "name": "trees", "title": "Trees", **fields}


def owner(number: int) -> Owner:
    previous = f"object-{number - 1}" if number > 1 else ""
    return Owner("source-1", "City", "guid-1", f"object-{number}", f"hash-{number}", held=number > 1, previous=previous)


def test_an_update_goes_as_the_type_that_is_there_and_says_so() -> None:
    ckan = WithSchema()
    target = CKANTarget(ckan)
    target.save(package(type="dataset"), owner(1))

    stored = target.save(package(type="open-data", title="All trees", frequency="daily"), owner(2))

    shown = ckan.packages["id-1"]
    extras = {extra["key"]: extra["value"] for extra in shown["extras"]}
    assert (shown["type"], shown["title"], extras["frequency"]) == ("dataset", "All trees", "daily")
    assert extras["harvest_object_id"] == "object-2"
    assert TOLD in [loss.message for loss in stored.losses if loss.of_job]


def test_a_preview_tells_it_as_well_and_shows_what_would_be_sent() -> None:
    ckan = WithSchema()
    target = CKANTarget(ckan)
    target.save(package(type="dataset"), owner(1))

    fitting = target.preview(package(type="open-data", frequency="daily"), owner(1))
    same = target.preview(package(type="dataset"), owner(1))

    assert fitting.package["type"] == "dataset"
    assert [loss.message for loss in fitting.losses] == [TOLD]
    assert same.losses == ()


def test_an_update_of_the_same_type_costs_one_call() -> None:
    ckan = WithSchema()
    target = CKANTarget(ckan)
    target.save(package(type="open-data", frequency="daily"), owner(1))
    ckan.actions.clear()

    stored = target.save(package(type="open-data", frequency="weekly"), owner(2))

    assert (ckan.actions, ckan.packages["id-1"]["frequency"], stored.losses) == (["package_revise"], "weekly", ())


def test_what_a_schema_takes_is_sent_where_the_dataset_there_has_one() -> None:
    ckan = WithSchema()
    target = CKANTarget(ckan)
    target.save(package(type="open-data", frequency="daily"), owner(1))

    stored = target.save(package(type="dataset", frequency="weekly"), owner(2))

    assert (ckan.packages["id-1"]["type"], ckan.packages["id-1"]["frequency"]) == ("open-data", "weekly")
    assert any("keep the type open-data" in loss.message for loss in stored.losses)


def test_a_dataset_that_was_purged_is_made_anew_as_the_type_that_is_sent() -> None:
    ckan = WithSchema()
    target = CKANTarget(ckan)
    target.save(package(type="dataset"), owner(1))
    del ckan.packages["id-1"]

    stored = target.save(package(type="open-data", frequency="daily"), replace(owner(2), held=False, previous=""))

    assert (ckan.packages["id-1"]["type"], ckan.packages["id-1"]["frequency"], stored.losses) == ("open-data", "daily", ())


def test_an_update_without_a_type_is_one_of_whatever_type_is_there() -> None:
    ckan = WithSchema()
    target = CKANTarget(ckan)
    target.save(package(), owner(1))
    ckan.packages["id-1"]["type"] = "open-data"  # a CKAN's own first type
    ckan.actions.clear()

    stored = target.save(package(title="All trees"), owner(2))

    assert (ckan.actions, ckan.packages["id-1"]["title"], stored.losses) == (["package_revise"], "All trees", ())


def test_a_dataset_that_changes_its_type_again_meanwhile_is_tried_again() -> None:
    class Racing(WithSchema):
        def find(self, action: str, data: Mapping[str, Any]) -> Any:
            answer = super().find(action, data)
            return {**answer, "type": f"type-{len(self.actions)}"} if answer else answer

    ckan = Racing()
    target = CKANTarget(ckan)
    target.save(package(type="dataset"), owner(1))
    ckan.packages["id-1"]["type"] = "other"

    with pytest.raises(TargetError, match="changed by others again and again") as caught:
        target.save(package(type="open-data", frequency="daily"), owner(2))

    assert caught.value.retryable
