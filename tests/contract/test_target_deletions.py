"""Deleting, hiding and purging, and packages that come back: the same for every target."""

from dataclasses import replace
from uuid import uuid4

import pytest

from domain.errors import TargetError
from harvesters.target import OnRemoved, Owner, Stored
from tests.contract.conftest import Catalogue
from tests.contract.test_target import THEIRS, owner, package, shown


def test_a_deleted_package_is_not_shown_and_its_name_is_free(target: Catalogue) -> None:
    identity = str(uuid4())
    target.save(package("trees", identity), owner())

    assert target.delete(identity, owner(job=2)) is True

    assert target.show(identity) is None
    assert target.show("trees") is None
    assert target.save(package("trees"), owner(THEIRS)).name == "trees"


def test_deleting_what_is_gone_changes_nothing(target: Catalogue) -> None:
    identity = str(uuid4())
    target.save(package("trees", identity), owner())
    target.delete(identity, owner(job=2))

    assert target.delete(identity, owner(job=2)) is False
    assert target.delete(str(uuid4()), owner()) is False


def test_an_object_of_an_earlier_job_neither_deletes_nor_brings_back(target: Catalogue) -> None:
    identity = str(uuid4())
    target.save(package("trees", identity), owner(job=2))

    with pytest.raises(TargetError) as late:
        target.delete(identity, owner(job=1))
    target.delete(identity, owner(job=3))
    with pytest.raises(TargetError) as too_late:
        target.save(package("trees", identity), owner(job=2))

    assert (late.value.code, too_late.value.code) == ("superseded", "superseded")
    assert target.show(identity) is None


def test_a_purged_package_can_come_back(target: Catalogue) -> None:
    identity = str(uuid4())
    target.save(package("trees", identity), owner())

    assert target.delete(identity, replace(owner(job=2), on_removed="purge")) is True

    assert target.show(identity) is None
    assert target.save(package("trees", identity), owner(job=3)) == Stored(identity, "trees")


def hidden(job: int) -> Owner:
    return replace(owner(job=job), hide=True)


def test_a_hidden_package_is_not_found_and_comes_back_under_its_name(target: Catalogue) -> None:
    identity = str(uuid4())
    target.save(package("trees", identity), owner())

    assert target.delete(identity, hidden(2)) is True
    assert target.delete(identity, hidden(2)) is True
    assert (target.show(identity), target.show("trees")) == (None, None)

    assert target.save(package("trees", identity), owner(job=3)) == Stored(identity, "trees")
    assert shown(target, identity)["state"] == "active"


def test_the_name_of_a_hidden_package_is_free_and_one_that_comes_back_gets_a_number(target: Catalogue) -> None:
    identity = str(uuid4())
    target.save(package("trees", identity), owner())
    target.delete(identity, hidden(2))

    assert target.save(package("trees"), owner(THEIRS)).name == "trees"
    assert target.save(package("trees", identity), owner(job=3)) == Stored(identity, "trees1")
    assert shown(target, "trees1")["id"] == identity


def test_a_package_that_replaces_one_gets_its_name_when_that_is_hidden(target: Catalogue) -> None:
    old, new = str(uuid4()), str(uuid4())
    target.save(package("trees", old), owner())
    numbered = target.save(package("trees", new), owner(job=2, guid="guid-2")).name

    target.delete(old, hidden(2))

    assert (numbered, shown(target, new)["name"]) == ("trees1", "trees")
    assert target.delete(old, owner(job=3)) is True
    assert shown(target, new)["name"] == "trees"


@pytest.mark.parametrize("on_removed", ["delete", "purge"])
def test_a_hidden_package_is_deleted_later(target: Catalogue, on_removed: OnRemoved) -> None:
    identity = str(uuid4())
    target.save(package("trees", identity), owner())
    target.delete(identity, hidden(2))

    assert target.delete(identity, replace(owner(job=3), on_removed=on_removed)) is True

    assert target.delete(identity, replace(owner(job=3), on_removed=on_removed)) is False
    assert target.save(package("trees"), owner(THEIRS)).name == "trees"


def test_a_package_that_somebody_deleted_is_not_hidden(target: Catalogue) -> None:
    identity = str(uuid4())
    target.save(package("trees", identity), owner())
    target.delete(identity, owner(job=2))

    assert target.delete(identity, hidden(3)) is False
    assert target.delete(str(uuid4()), hidden(3)) is False


def test_another_source_hides_nothing(target: Catalogue) -> None:
    identity = str(uuid4())
    target.save(package("trees", identity), owner(THEIRS))

    with pytest.raises(TargetError) as refused:
        target.delete(identity, hidden(2))

    assert refused.value.code == "dataset_not_ours"
    assert shown(target, identity)["state"] == "active"


def test_what_is_to_be_kept_stays_even_if_a_plugin_wants_it_deleted(target: Catalogue) -> None:
    identity = str(uuid4())
    target.save(package("trees", identity), owner())

    assert target.delete(identity, replace(owner(job=2), on_removed="keep")) is False
    assert shown(target, identity)["state"] == "active"


def test_a_package_that_comes_back_is_active_again_under_a_free_name(target: Catalogue) -> None:
    identity = str(uuid4())
    target.save(package("trees", identity), owner())
    target.delete(identity, owner(job=2))
    target.save(package("trees"), owner(THEIRS))

    back = target.save(package("trees", identity), owner(job=3))

    assert back == Stored(identity, "trees1")
    assert shown(target, identity)["state"] == "active"


def test_a_package_comes_back_though_a_deleted_one_bears_its_new_name(target: Catalogue) -> None:
    identity = str(uuid4())
    deleted = package("trees")
    for given in (deleted, package("bushes", identity)):
        target.save(given, owner(guid=given["id"]))
        target.delete(given["id"], owner(job=2, guid=given["id"]))

    back = target.save(package("trees", identity), owner(job=3))

    assert back.name in ("trees", "trees1")
    assert shown(target, back.name)["id"] == identity
    assert target.show(deleted["id"]) is None


def test_a_package_that_the_same_object_deleted_and_saves_again_is_written(target: Catalogue) -> None:
    identity = str(uuid4())
    target.save(package("trees", identity), owner())
    target.delete(identity, owner())

    back = target.save(package("trees", identity), owner())

    assert not back.already
    assert shown(target, identity)["name"] == "trees"
