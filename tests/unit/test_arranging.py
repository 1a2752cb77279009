"""Which of the new datasets that want one name gets which, and by which renames."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from harvesters.dataset.arranging import SHARED, Holder, arrange, shared_names
from harvesters.dataset.numbers import with_number
from harvesters.target import Owner


@dataclass
class Shelf:
    """Names of packages; a package's id is its guid. `new` are those of the job, `refused` renames fail."""

    holders: dict[str, str]
    new: set[str]
    refused: int = 0
    renames: list[str] = field(default_factory=list)
    looked: int = 0

    def look(self, names: Sequence[str]) -> dict[str, Holder]:
        self.looked += len(names)
        return {name: Holder(self.holders[name], name, self.holders[name]) for name in names if name in self.holders}

    def rename(self, holder: Holder, name: str) -> bool:
        if self.refused:
            self.refused -= 1
            return False
        if name in self.holders or self.holders.get(holder.name) != holder.package_id:
            return False
        self.holders[name] = self.holders.pop(holder.name)
        self.renames.append(name)
        return True

    def arrange(self, stored_as: str = "") -> dict[str, str]:
        new = {guid: guid for guid in self.new}
        owner = Owner("s", "S", "g", "o", "h", new_records=lambda ids: {key: new[key] for key in ids if key in new})
        return arrange("park", owner, self.look, self.rename, stored_as)


def test_a_ring_is_turned_over_one_spare_name() -> None:
    shelf = Shelf({"park": "b", "park1": "c", "park2": "a"}, new=set("abc"))

    renamed = shelf.arrange("park2")

    assert shelf.holders == {"park": "a", "park1": "b", "park2": "c"}
    assert renamed == {"a": "park", "b": "park1", "c": "park2"}
    assert len(shelf.renames) == 4


def test_names_of_others_are_left_out() -> None:
    shelf = Shelf({"park": "b", "park1": "x", "park2": "a", "park3": "y"}, new=set("ab"))

    shelf.arrange()

    assert shelf.holders == {"park": "a", "park1": "x", "park2": "b", "park3": "y"}


def test_what_is_in_order_costs_one_look() -> None:
    shelf = Shelf({"park": "a", "park1": "b"}, new=set("ab"))

    assert shelf.arrange("park1") == {}
    assert shelf.looked == SHARED


def test_renames_that_others_get_in_the_way_of_are_tried_again() -> None:
    shelf = Shelf({"park": "b", "park1": "a"}, new=set("ab"), refused=3)

    shelf.arrange("park1")

    assert shelf.holders == {"park": "a", "park1": "b"}


@pytest.mark.parametrize("seed", range(10))
def test_of_very_many_the_first_guids_get_the_first_names(seed: int) -> None:
    guids = [f"guid-{number:03}" for number in range(200)]
    shelf = Shelf({}, new=set(guids))

    for guid in random.Random(seed).sample(guids, len(guids)):
        name = next(name for name in ["park", *(with_number("park", n) for n in range(1, 999))] if name not in shelf.holders)
        shelf.holders[name] = guid
        if name != "park":
            shelf.arrange(name)

    assert [shelf.holders[name] for name in shared_names("park")] == guids[:SHARED]
    assert sorted(shelf.holders.values()) == guids


def test_one_that_comes_after_very_many_costs_two_looks() -> None:
    shelf = Shelf({name: f"guid-{place:03}" for place, name in enumerate([*shared_names("park"), f"park{SHARED}"])}, new=set())
    shelf.new = set(shelf.holders.values())

    assert shelf.arrange(f"park{SHARED}") == {}
    assert shelf.looked == 2
