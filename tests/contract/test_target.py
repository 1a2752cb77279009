"""What a harvester may rely on in a target, run on the local catalogue, on its fake, and on a real CKAN.

Names follow ckanext-harvest's rule for number-sequence (harvesters/base.py, `_ensure_name_is_unique`).
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.errors import TargetError
from domain.objects import object_id
from harvesters.target import Owner, Stored
from tests.contract.conftest import Catalogue

OURS, THEIRS = str(uuid4()), str(uuid4())


def owner(source: str = OURS, *, job: int = 1, content: str = "a", adopt: bool = False, guid: str = "guid-1") -> Owner:
    """The owner of a package in the source's first, second … job."""
    created = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=job)
    identity = object_id(created, UUID(int=job), f"{source} {guid}", job)
    return Owner(source, "City", guid, str(identity), content * 64, adopt)


def package(name: str = "trees", identity: str = "", **fields: Any) -> dict[str, Any]:
    return {"id": identity or str(uuid4()), "name": name, "title": name.title(), **fields}


def shown(target: Catalogue, key: str) -> dict[str, Any]:
    found = target.show(key)
    assert found is not None
    return found


# saving


def test_a_package_is_shown_by_id_and_by_name_with_its_origin(target: Catalogue) -> None:
    given = package(notes="Of the city", extras=[{"key": "spatial", "value": "{}"}], tags=[{"name": "tree"}])
    ours = owner()

    stored = target.save(given, ours)

    assert stored == Stored(given["id"], "trees")
    found = shown(target, given["id"])
    assert shown(target, "trees") == found
    assert (found["title"], found["notes"], found["state"]) == ("Trees", "Of the city", "active")
    assert [tag["name"] for tag in found["tags"]] == ["tree"]
    extras = {extra["key"]: extra["value"] for extra in found["extras"]}
    expected = {"spatial": "{}", "harvest_object_id": ours.object_id, "harvest_source_id": OURS}
    assert {key: extras.get(key) for key in expected} == expected


def test_what_nobody_saved_is_not_shown(target: Catalogue) -> None:
    assert target.show(str(uuid4())) is None


def test_a_later_job_changes_the_package_and_its_name_stays(target: Catalogue) -> None:
    identity = str(uuid4())
    target.save(package("trees", identity, notes="old"), owner(job=1))

    stored = target.save(package("bushes", identity, notes="new"), owner(job=2))

    assert (stored.name, stored.already) == ("trees", False)
    assert shown(target, identity)["notes"] == "new"


def test_saving_twice_changes_nothing_and_says_so(target: Catalogue) -> None:
    identity = str(uuid4())
    first = target.save(package("trees", identity, notes="first"), owner())

    again = target.save(package("trees", identity, notes="second"), owner())

    assert again == Stored(first.package_id, first.name, already=True)
    assert shown(target, identity)["notes"] == "first"


def test_the_same_object_with_other_content_is_saved(target: Catalogue) -> None:
    identity = str(uuid4())
    target.save(package("trees", identity, notes="first"), owner(content="a"))

    again = target.save(package("trees", identity, notes="second"), owner(content="b"))

    assert not again.already
    assert shown(target, identity)["notes"] == "second"


def test_an_object_of_an_earlier_job_comes_too_late(target: Catalogue) -> None:
    identity = str(uuid4())
    target.save(package("trees", identity, notes="new"), owner(job=2))

    with pytest.raises(TargetError) as late:
        target.save(package("trees", identity, notes="old"), owner(job=1))

    assert (late.value.code, late.value.retryable) == ("superseded", False)
    assert shown(target, identity)["notes"] == "new"


def test_another_object_of_the_same_job_may_write(target: Catalogue) -> None:
    identity = str(uuid4())
    for guid in ("one", "other", "one"):
        target.save(package("trees", identity, notes=guid), owner(guid=guid))

    assert shown(target, identity)["notes"] == "one"


# what the source holds already


@pytest.mark.parametrize("known", [True, False])
def test_a_package_that_the_source_holds_is_changed(target: Catalogue, known: bool) -> None:
    identity = str(uuid4())
    target.save(package("trees", identity, notes="old"), owner(job=1))
    previous = owner(job=1).object_id if known else ""

    stored = target.save(package("bushes", identity, notes="new"), replace(owner(job=2), held=True, previous=previous))

    assert stored == Stored(identity, "trees")
    assert shown(target, identity)["notes"] == "new"


@pytest.mark.parametrize("missing", [{}, {"resources": None, "tags": None, "extras": None}], ids=["left out", "null"])
def test_what_a_package_no_longer_has_is_gone(target: Catalogue, missing: dict[str, None]) -> None:
    given = package(
        resources=[{"url": "http://a"}], tags=[{"name": "tree"}], extras=[{"key": "spatial", "value": "{}"}], notes="old"
    )
    target.save(given, owner(job=1))
    less = package("trees", given["id"], **missing)

    target.save(less, replace(owner(job=2), held=True, previous=owner(job=1).object_id))

    found = shown(target, given["id"])
    assert [found.get(name) or None for name in ("resources", "tags", "notes")] == [None, None, None]
    assert "spatial" not in {extra["key"] for extra in found["extras"]}


def test_a_package_that_somebody_purged_is_made_again(target: Catalogue) -> None:
    given = package()

    stored = target.save(given, replace(owner(job=2), held=True, previous=owner(job=1).object_id))

    assert stored == Stored(given["id"], "trees")
    assert shown(target, given["id"])["state"] == "active"


@pytest.mark.parametrize("previous", ["", owner(job=2).object_id], ids=["asked", "told"])
def test_a_package_that_the_source_lost_to_another_stays_as_it_is(target: Catalogue, previous: str) -> None:
    identity = str(uuid4())
    target.save(package("trees", identity, notes="theirs"), owner(THEIRS, job=2))

    with pytest.raises(TargetError) as refused:
        target.save(package("trees", identity), replace(owner(job=3), held=True, previous=previous))

    assert refused.value.code == "dataset_not_ours"
    assert shown(target, identity)["notes"] == "theirs"


# ownership


def test_a_package_of_another_source_is_never_changed(target: Catalogue) -> None:
    identity = str(uuid4())
    target.save(package("trees", identity, notes="theirs"), owner(THEIRS))

    with pytest.raises(TargetError) as refused:
        target.save(package("trees", identity, notes="ours"), owner(job=2))

    assert (refused.value.code, refused.value.field, refused.value.retryable) == ("dataset_not_ours", "id", False)
    assert identity in str(refused.value)
    assert shown(target, identity)["notes"] == "theirs"


def test_a_package_of_another_source_is_never_deleted(target: Catalogue) -> None:
    identity = str(uuid4())
    target.save(package("trees", identity), owner(THEIRS))

    with pytest.raises(TargetError) as refused:
        target.delete(identity, owner(job=2, adopt=True))

    assert refused.value.code == "dataset_not_ours"
    assert shown(target, identity)["state"] == "active"


def test_a_package_that_another_source_deleted_is_for_whoever_brings_it_next(target: Catalogue) -> None:
    identity = str(uuid4())
    target.save(package("trees", identity, notes="theirs"), owner(THEIRS, job=5))
    target.delete(identity, owner(THEIRS, job=6))

    taken = target.save(package("trees", identity, notes="ours"), owner(job=3))

    assert taken == Stored(identity, "trees")
    assert shown(target, identity)["notes"] == "ours"
    with pytest.raises(TargetError) as refused:
        target.save(package("trees", identity), owner(THEIRS, job=7))
    assert refused.value.code == "dataset_not_ours"


def test_a_package_that_another_source_has_hidden_is_still_its_own(target: Catalogue) -> None:
    identity = str(uuid4())
    target.save(package("trees", identity), owner(THEIRS))
    target.delete(identity, replace(owner(THEIRS, job=2), hide=True))

    with pytest.raises(TargetError) as refused:
        target.save(package("trees", identity), owner(job=3))

    assert refused.value.code == "dataset_not_ours"


def test_a_source_that_may_adopts_and_owns_from_then_on(target: Catalogue) -> None:
    identity = str(uuid4())
    target.save(package("trees", identity, notes="theirs"), owner(THEIRS, job=5))

    adopted = target.save(package("other", identity, notes="ours"), owner(job=2, adopt=True))

    assert adopted == Stored(identity, "trees")
    assert shown(target, identity)["notes"] == "ours"
    with pytest.raises(TargetError) as refused:
        target.save(package("trees", identity), owner(THEIRS, job=6))
    assert refused.value.code == "dataset_not_ours"


# deleting


def test_many_packages_of_one_long_name_can_all_be_deleted(target: Catalogue) -> None:
    for number in range(3):
        identity = str(uuid4())
        target.save(package("n" * 100, identity), owner(guid=str(number)))
        assert target.delete(identity, owner(job=2, guid=str(number)))


# names


@pytest.mark.parametrize(
    ("taken", "wanted", "given"),
    [
        ((), "trees", "trees"),
        (("fields",), "trees", "trees"),
        (("trees",), "trees", "trees1"),
        (("trees", "trees1"), "trees", "trees2"),
        (("trees", "trees2"), "trees", "trees1"),
        (("trees", "trees1", "trees2"), "trees1", "trees11"),
        (("trees-of-paris",), "trees", "trees"),
        (("t" * 100,), "t" * 100, "t" * 99 + "1"),
        (("t" * 99,), "t" * 99, "t" * 99 + "1"),
        (("t" * 98,), "t" * 98, "t" * 98 + "1"),
        (("t" * 100, *("t" * 99 + str(n) for n in range(1, 10))), "t" * 100, "t" * 98 + "10"),
        (("a_b",), "a-b", "a-b"),
        (("axb", "axb1"), "a_b", "a_b"),
        (("a_b", "axb1"), "a_b", "a_b1"),
    ],
)
def test_a_name_that_is_taken_gets_a_number(target: Catalogue, taken: tuple[str, ...], wanted: str, given: str) -> None:
    for name in taken:
        target.save(package(name), owner(THEIRS))

    stored = target.save(package(wanted), owner())

    assert stored.name == given
    assert len(given) <= 100
    assert shown(target, given)["id"] == stored.package_id


def test_saving_again_keeps_the_number_of_a_name(target: Catalogue) -> None:
    for name in ("trees", "trees1"):
        target.save(package(name), owner(THEIRS))
    identity = str(uuid4())
    target.save(package("trees", identity), owner())

    assert target.save(package("trees", identity), owner(job=2)).name == "trees2"


# what is refused


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", None),
        ("name", "a"),
        ("name", "n" * 101),
        ("name", "Trees"),
        ("name", "some trees"),
        ("name", "trees\n"),
        ("name", 5),
    ],
)
def test_a_name_that_can_be_none_is_refused(target: Catalogue, field: str, value: Any) -> None:
    with pytest.raises(TargetError) as refused:
        target.save({**package(), field: value}, owner())

    assert (refused.value.code, refused.value.field, refused.value.retryable) == ("validation", field, False)
    assert str(refused.value).startswith(f"{field}: ")
    assert target.show("trees") is None


@pytest.mark.parametrize("field", ["title", "notes", "url", "license_id", "resources", "tags", "extras", "groups"])
def test_what_a_dataset_lacks_is_no_error(target: Catalogue, field: str) -> None:
    target.save({**package(), field: None}, owner())

    assert target.show("trees") is not None


@pytest.mark.parametrize("length", [2, 100])
def test_names_of_any_allowed_length_are_kept(target: Catalogue, length: int) -> None:
    assert target.save(package("n" * length), owner()).name == "n" * length
