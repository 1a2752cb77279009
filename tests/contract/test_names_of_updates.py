"""Names as ckanext-harvest's users know them: what a title becomes, and what an update does to a name that has a number."""

from uuid import uuid4

import pytest

from harvesters.names import dataset_name
from tests.contract.conftest import Catalogue
from tests.contract.test_target import THEIRS, owner, package


def numbered(target: Catalogue, *theirs: str, wanted: str) -> str:
    """A dataset of ours that got a number, since others had these names; its id."""
    for name in theirs:
        target.save(package(name), owner(THEIRS))
    identity = str(uuid4())
    target.save(package(wanted, identity), owner())
    return identity


def test_a_title_of_one_word_becomes_the_name_in_lower_case() -> None:
    assert dataset_name({"title": "Trees"}, "guid") == "trees"


def test_spaces_dashes_and_a_dot_in_a_title_become_single_dashes() -> None:
    assert dataset_name({"title": "Trees and branches - survey."}, "guid") == "trees-and-branches-survey"


def test_a_second_dataset_of_the_same_title_gets_the_first_number(target: Catalogue) -> None:
    target.save(package(dataset_name({"title": "Trees"}, "one")), owner(THEIRS))

    assert target.save(package(dataset_name({"title": "Trees"}, "two")), owner()).name == "trees1"


def test_a_dataset_of_another_name_makes_no_difference(target: Catalogue) -> None:
    target.save(package("unrelated"), owner(THEIRS))

    assert target.save(package("trees"), owner()).name == "trees"


def test_an_update_under_the_same_name_keeps_it_though_others_are_similar(target: Catalogue) -> None:
    identity = numbered(target, "tree", "trees-1", wanted="trees")

    assert target.save(package("trees", identity), owner(job=2)).name == "trees"


def test_an_update_takes_the_name_without_number_once_that_is_free(target: Catalogue) -> None:
    theirs = package("trees")
    target.save(theirs, owner(THEIRS))
    identity = numbered(target, wanted="trees")
    target.delete(theirs["id"], owner(THEIRS, job=2))

    assert target.save(package("trees", identity), owner(job=2)).name == "trees"


def test_an_update_does_not_go_from_one_number_to_another(target: Catalogue) -> None:
    first = package("trees1")
    target.save(first, owner(THEIRS))
    identity = numbered(target, "trees", wanted="trees")
    target.delete(first["id"], owner(THEIRS, job=2))

    assert target.save(package("trees", identity), owner(job=2)).name == "trees2"


@pytest.mark.parametrize("wanted", ["tree", "frogs"])
def test_an_update_that_wants_quite_another_name_keeps_the_one_that_people_have(target: Catalogue, wanted: str) -> None:
    """Here it differs: there the address changed with the title (decision 0008)."""
    identity = numbered(target, "trees", wanted="trees")

    assert target.save(package(wanted, identity), owner(job=2)).name == "trees1"
