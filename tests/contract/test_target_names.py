"""Names settle: whatever is stored and removed first, each dataset of a source gets the name that it wants, if it can."""

import random
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import permutations
from uuid import uuid4

import pytest

from harvesters.target import Stored
from tests.contract.conftest import Catalogue
from tests.contract.test_target import THEIRS, owner, package, shown

Step = Callable[[], object]
ROUNDS = 5
THREADS = 6


class Job:
    """Datasets by a word, stored and removed in any order."""

    def __init__(self, target: Catalogue) -> None:
        self.target = target
        self.ids: dict[str, str] = {}
        self.new: dict[str, str] = {}  # guids by object id: those that were new to the source when the job began
        self.stem = f"t{uuid4().hex[:8]}"

    def save(self, dataset: str, name: str, job: int = 2) -> Step:
        """To store a dataset under a name."""
        identity = self.ids.setdefault(dataset, str(uuid4()))
        return lambda: self.target.save(package(f"{self.stem}-{name}", identity), owner(job=job, guid=dataset))

    def new_records(self, ids: Collection[str]) -> dict[str, str]:
        return {key: self.new[key] for key in ids if key in self.new}

    def add(self, dataset: str, name: str, job: int = 2) -> Step:
        """To store a dataset that is new in this job."""
        identity = self.ids.setdefault(dataset, str(uuid4()))
        whose = owner(job=job, guid=dataset)
        self.new[whose.object_id] = dataset
        whose = replace(whose, new_records=self.new_records)
        return lambda: self.target.save(package(f"{self.stem}-{name}", identity), whose)

    def remove(self, dataset: str, job: int = 2) -> Step:
        """To remove one."""
        whose = replace(owner(job=job, guid=dataset), new_records=self.new_records)
        return lambda: self.target.delete(self.ids[dataset], whose)

    def names(self) -> dict[str, str]:
        """The names of the datasets that are there."""
        found = {dataset: self.target.show(identity) for dataset, identity in self.ids.items()}
        return {dataset: one["name"].removeprefix(f"{self.stem}-") for dataset, one in found.items() if one}


def run(steps: Sequence[Step]) -> None:
    """In many threads, in random order."""
    shuffled = random.sample(steps, len(steps))
    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(step) for step in shuffled]:
            done.result()


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_datasets_that_were_made_anew_have_the_names_of_the_old_ones(target: Catalogue, turn: int) -> None:
    job = Job(target)
    words = [f"set-{number:02}" for number in range(8)]
    for word in words:
        job.save(f"old {word}", word, job=1)()

    run([step for word in words for step in (job.remove(f"old {word}"), job.save(f"new {word}", word))])

    assert job.names() == {f"new {word}": word for word in words}


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_two_names_that_are_swapped_by_new_datasets_settle(target: Catalogue, turn: int) -> None:
    job = Job(target)
    job.save("one", "a-name", job=1)()
    job.save("two", "b-name", job=1)()

    run([job.remove("one"), job.remove("two"), job.save("three", "b-name"), job.save("four", "a-name")])

    assert job.names() == {"three": "b-name", "four": "a-name"}


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_a_chain_of_names_settles(target: Catalogue, turn: int) -> None:
    """The dataset with the number gets the plain name, and then the one that really wants the numbered name gets that."""
    job = Job(target)
    job.save("first", "park", job=1)()
    job.save("second", "park", job=1)()  # park1
    job.save("third", "park1", job=1)()  # park11
    before = job.names()

    run([job.remove("first"), job.save("fourth", "other"), job.save("fifth", "first")])

    assert before == {"first": "park", "second": "park1", "third": "park11"}
    assert job.names() == {"second": "park", "third": "park1", "fourth": "other", "fifth": "first"}


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_names_that_change_at_the_remote_stay_here_whatever_comes_first(target: Catalogue, turn: int) -> None:
    """A swap and a chain of renames: the addresses that people have stay right (decision 0008)."""
    job = Job(target)
    for word in ("a-name", "b-name", "c-name"):
        job.save(word, word, job=1)()

    run([job.save("a-name", "b-name"), job.save("b-name", "a-name"), job.save("c-name", "d-name"), job.save("new", "e-name")])

    assert job.names() == {"a-name": "a-name", "b-name": "b-name", "c-name": "c-name", "new": "e-name"}


def test_the_number_goes_with_the_next_harvest_once_another_source_has_freed_the_name(target: Catalogue) -> None:
    theirs = package()
    target.save(theirs, owner(THEIRS))
    ours = package()
    before = target.save(ours, owner()).name
    target.delete(theirs["id"], owner(THEIRS, job=2))
    waiting = shown(target, ours["id"])["name"]

    after = target.save(ours, owner(job=2)).name

    assert (before, waiting, after) == ("trees1", "trees1", "trees")
    assert shown(target, "trees")["id"] == ours["id"]


def test_a_dataset_that_comes_back_gets_a_name_that_only_another_sources_deleted_one_has(target: Catalogue) -> None:
    ours, theirs = package(), package()
    target.save(ours, owner())
    target.delete(ours["id"], owner(job=2))
    target.save(theirs, owner(THEIRS))
    target.delete(theirs["id"], owner(THEIRS, job=2))

    back = target.save(ours, owner(job=3)).name
    theirs_back = target.save(theirs, owner(THEIRS, job=3)).name

    assert (back, theirs_back) == ("trees", "trees1")
    assert (shown(target, "trees")["id"], shown(target, "trees1")["id"]) == (ours["id"], theirs["id"])


def test_a_freed_name_is_never_given_to_another_sources_dataset(target: Catalogue) -> None:
    ours, theirs = package(), package()
    target.save(ours, owner())
    target.save(theirs, owner(THEIRS))

    target.delete(ours["id"], owner(job=2))

    assert shown(target, theirs["id"])["name"] == "trees1"
    assert target.show("trees") is None


# datasets of one job that want the same name


@pytest.mark.parametrize("order", ["abcd", "dcba", "badc", "cdab", "dabc", "bcda", "cadb", "bdac"])
def test_new_datasets_of_one_title_are_named_by_guid_whatever_comes_first(target: Catalogue, order: Sequence[str]) -> None:
    job = Job(target)

    for guid in order:
        job.add(guid, "park")()

    assert job.names() == {"a": "park", "b": "park1", "c": "park2", "d": "park3"}


@pytest.mark.parametrize("turn", range(3))
def test_new_datasets_of_one_title_are_named_by_guid_when_workers_meet(target: Catalogue, turn: int) -> None:
    job = Job(target)
    guids = [f"guid-{number}" for number in range(6)]

    run([job.add(guid, "park") for guid in guids])

    assert job.names() == dict(zip(guids, ["park", *(f"park{number}" for number in range(1, 6))], strict=True))


def test_the_name_that_storing_answers_is_the_one_that_the_dataset_has(target: Catalogue) -> None:
    job = Job(target)
    job.add("b", "park")()

    stored = job.add("a", "park")()

    assert isinstance(stored, Stored)
    assert stored.name == f"{job.stem}-park"


@pytest.mark.parametrize("order", list(permutations("abc")))
def test_what_an_earlier_job_has_stored_keeps_its_name(target: Catalogue, order: Sequence[str]) -> None:
    job = Job(target)
    job.add("z", "park", job=1)()
    job.new.clear()

    for guid in order:
        job.add(guid, "park")()

    assert job.names() == {"z": "park", "a": "park1", "b": "park2", "c": "park3"}


@pytest.mark.parametrize("order", list(permutations(["-old", "+a", "+b"])))
def test_a_name_that_is_freed_goes_to_the_first_guid_and_leaves_no_gap(target: Catalogue, order: Sequence[str]) -> None:
    job = Job(target)
    job.add("old", "park", job=1)()
    job.new.clear()

    for step in order:
        (job.remove("old") if step == "-old" else job.add(step[1:], "park"))()

    assert job.names() == {"a": "park", "b": "park1"}


def test_a_dataset_that_really_wants_the_numbered_name_keeps_it(target: Catalogue) -> None:
    job = Job(target)
    job.add("x", "park1")()

    for guid in "cba":
        job.add(guid, "park")()

    assert job.names() == {"x": "park1", "a": "park", "b": "park2", "c": "park3"}


def test_a_delivery_that_comes_again_finishes_the_order(target: Catalogue) -> None:
    """The worker that stored the dataset died before it had put the names in order."""
    job = Job(target)
    job.save("b", "park")()
    job.save("a", "park")()
    before = job.names()

    job.add("b", "park")
    job.add("a", "park")()

    assert before == {"b": "park", "a": "park1"}
    assert job.names() == {"a": "park", "b": "park1"}


@pytest.mark.parametrize("name", ["new", "edit", "search"])
def test_a_dataset_called_like_a_page_of_ckan_gets_a_number(target: Catalogue, name: str) -> None:
    identity = str(uuid4())

    stored = target.save(package(name, identity), owner())

    assert stored.name.removeprefix(name).isdecimal()
    assert shown(target, identity)["name"] == stored.name
