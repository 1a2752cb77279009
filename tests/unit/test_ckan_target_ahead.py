"""What is done for a dataset before its turn to be sent comes: what is sent in the end is what it would be without that."""

from collections.abc import Mapping
from typing import Any

import pytest

from adapters.targets.ckan import api, target
from adapters.targets.ckan.api import LARGEST_AHEAD, Encoded
from adapters.targets.ckan.limits import within_limits
from adapters.targets.ckan.package import other_type, type_of
from adapters.targets.ckan.target import CKANTarget
from domain.errors import TargetError
from harvesters.dataset.values import Losses
from harvesters.target import FieldPolicy, Owner
from tests.support.ckan_in_memory import CkanInMemory


class Forgetful(CkanInMemory):
    """Has a place for the field `colour`, and for no other that CKAN itself doesn't know; `sent` holds each package_create."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Mapping[str, Any]] = []

    def package_create(self, data: Mapping[str, Any]) -> dict[str, Any]:
        self.sent.append(data)
        package = super().package_create(data)
        package.pop("height", None)
        return package


def package(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": f"id-{number}", "name": f"tree-{number}", "title": "Tree", **fields}


def owner(number: int, **fields: Any) -> Owner:
    return Owner("source-1", "City", f"guid-{number}", f"object-{number}", f"hash-{number}", **fields)


def test_what_ckan_says_after_a_dataset_was_prepared_counts_for_it() -> None:
    ckan = Forgetful()
    stores = CKANTarget(ckan)
    fields = {"colour": "green", "height": "3 m", "resources": [{"url": "http://a.example/1", "size": 2**70}]}
    waiting = stores.prepared(package(2, **fields), owner(2))

    stores.save(package(1, colour="red", height="2 m"), owner(1))
    stored = waiting()

    assert (ckan.sent[-1].get("colour"), ckan.sent[-1].get("height")) == ("green", None)
    told = [loss.message.partition(":")[0] for loss in stored.losses]
    assert told == ["height", "resources"]


def test_a_new_dataset_is_arranged_and_encoded_before_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    ckan = Forgetful()
    waiting = CKANTarget(ckan).prepared(package(1, notes="All"), owner(1))
    monkeypatch.setattr(target, "within_limits", None)
    monkeypatch.setattr(api, "_body", None)

    waiting()

    [sent] = ckan.sent
    assert isinstance(sent, Encoded)
    assert sent.body is not None
    assert b'"notes":"All"' in sent.body


def test_a_dataset_under_another_name_is_not_sent_as_it_was_encoded() -> None:
    ckan = Forgetful()
    ckan.packages["other"] = {"id": "other", "name": "tree-1", "state": "active", "extras": []}

    stored = CKANTarget(ckan).save(package(1), owner(1))

    assert stored.name == "tree-11"
    assert [(sent["name"], isinstance(sent, Encoded)) for sent in ckan.sent] == [("tree-1", True), ("tree-11", False)]


def test_the_json_of_a_large_dataset_is_not_kept() -> None:
    assert Encoded({"notes": "x" * LARGEST_AHEAD}).body is None
    assert Encoded({"notes": "x"}).body == b'{"notes":"x"}'


@pytest.mark.parametrize(
    ("size", "is_kept"), [("161152", True), ("9" * 19, False), ("9" * 20, False), ("12 KB", False), (7, True)]
)
def test_a_size_that_a_schema_has_as_text_is_kept_where_the_database_can_hold_it(size: object, is_kept: bool) -> None:
    losses = Losses(FieldPolicy())

    sent = within_limits({"extras": [], "resources": [{"size": size}]}, losses)

    assert ("size" in sent["resources"][0], bool(losses.all())) == (is_kept, not is_kept)


def test_a_type_with_blanks_around_it_is_that_type() -> None:
    assert type_of({"type": " geo\n"}) == "geo"
    assert type_of({"type": " "}) == type_of({"type": ["geo"]}) == type_of({}) == "dataset"
    assert other_type({"type": "dataset"}, {"type": " dataset "}) is None
    assert other_type({"type": "geo"}, {"type": " "}) is other_type({"type": "geo"}, {"type": ["map"]}) is None


def test_a_value_that_is_to_fail_its_dataset_does_so_before_its_turn() -> None:
    fields = FieldPolicy(on_invalid="fail")

    with pytest.raises(TargetError, match="beyond 64 bits"):
        CKANTarget(Forgetful()).prepared(package(1, resources=[{"size": 2**70}]), owner(1, fields=fields))
