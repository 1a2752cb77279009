"""Paging: nothing is missed and nothing comes twice, whatever the remote does between two pages."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import RemoteError
from harvesters.base import GatherError
from harvesters.ckan.listing import Found, Listing
from harvesters.ckan.pages import SearchPage


class Remote:
    """A listing that a script may change before each page; `cap` is the most rows that it gives."""

    def __init__(self, ids: Sequence[Any], cap: int = 10, sort: Callable[[Any], Any] | None = None) -> None:
        self.packages: list[Any] = [{"id": guid} for guid in ids]
        self.cap = cap
        self.sort = sort or (lambda package: str(package.get("id", "")))
        self.changes: list[Callable[[], None]] = []
        self.asked: list[int] = []
        self.count: int | None = None

    def search(self, start: int, rows: int) -> SearchPage:
        if self.asked and self.changes:
            self.changes.pop(0)()
        self.asked.append(start)
        packages = sorted(self.packages, key=self.sort)
        count = len(packages) if self.count is None else self.count
        return SearchPage(start, count, packages[start : start + min(rows, self.cap)])

    def add(self, *ids: str) -> None:
        self.packages += [{"id": guid} for guid in ids]

    def remove(self, *ids: str) -> None:
        self.packages = [package for package in self.packages if package["id"] not in ids]


def read(remote: Remote, rows: int = 10) -> tuple[list[str], list[GatherError], Listing]:
    """The guids in their order, the errors, and the listing."""
    listing = Listing(remote.search, rows, "the remote")
    items = list(listing)
    errors = [item for item in items if isinstance(item, GatherError)]
    return [item.guid for item in items if isinstance(item, Found)], errors, listing


def ids(first: int, last: int) -> list[str]:
    return [f"id-{number:04d}" for number in range(first, last)]


@pytest.mark.parametrize(("size", "cap"), [(0, 10), (1, 10), (9, 10), (10, 10), (11, 10), (95, 10), (95, 7), (7, 1), (7, 2)])
def test_every_dataset_comes_once(size: int, cap: int) -> None:
    remote = Remote(ids(0, size), cap)

    found, errors, listing = read(remote)

    assert found == ids(0, size)
    assert (errors, listing.complete) == ([], True)


def test_datasets_added_between_pages_hide_nothing() -> None:
    remote = Remote(ids(100, 150))
    remote.changes = [lambda: remote.add(*ids(0, 35)), lambda: remote.add("id-0099", "id-0120x", "id-9999")]

    found, errors, listing = read(remote)

    assert found == sorted([*ids(100, 150), "id-0120x", "id-9999"])
    assert (errors, listing.complete) == ([], True)


def test_datasets_removed_between_pages_hide_nothing() -> None:
    remote = Remote(ids(0, 80))
    remote.changes = [lambda: remote.remove(*ids(0, 9)), lambda: None, lambda: remote.remove(*ids(9, 17))]

    found, errors, listing = read(remote)

    assert found == ids(0, 80)
    assert (errors, listing.complete) == ([], True)


def test_the_last_dataset_seen_may_be_removed() -> None:
    remote = Remote(ids(0, 30))
    remote.changes = [lambda: remote.remove("id-0009", "id-0015")]

    found, _, listing = read(remote)

    assert found == [guid for guid in ids(0, 30) if guid != "id-0015"]
    assert listing.complete


def test_a_listing_that_shrinks_below_the_page_ends() -> None:
    remote = Remote(ids(0, 30))
    remote.changes = [lambda: remote.remove(*ids(0, 28))]

    found, _, listing = read(remote)

    assert found == [*ids(0, 10), "id-0028", "id-0029"]
    assert listing.complete


change = st.tuples(st.sampled_from(["add", "remove"]), st.lists(st.integers(0, 99), max_size=12))


@given(
    start=st.sets(st.integers(0, 99)),
    script=st.lists(change, max_size=8),
    cap=st.integers(3, 20),
)
@settings(max_examples=150)
def test_what_is_there_all_the_time_is_seen_exactly_once(
    start: set[int], script: list[tuple[str, list[int]]], cap: int
) -> None:
    remote = Remote([f"id-{number:04d}" for number in start], cap)
    stayed, ever = set(start), set(start)

    def apply(what: str, numbers: list[int]) -> None:
        names = [f"id-{number:04d}" for number in numbers]
        if what == "add":
            present = {package["id"] for package in remote.packages}
            remote.add(*(set(names) - present))
            ever.update(numbers)
        else:
            remote.remove(*names)
            stayed.difference_update(numbers)

    remote.changes = [lambda step=step: apply(*step) for step in script]  # type: ignore[misc]

    found, _, listing = read(remote, rows=20)

    assert len(found) == len(set(found))
    assert {f"id-{number:04d}" for number in stayed} <= set(found)
    assert set(found) <= {f"id-{number:04d}" for number in ever}
    assert listing.complete or not stayed


@pytest.mark.parametrize("cap", [10, 1, 3])
def test_a_remote_that_does_not_sort_is_read_by_offset(cap: int) -> None:
    remote = Remote(ids(0, 57), cap, sort=lambda package: sha256(str(package["id"]).encode()).hexdigest())

    found, errors, listing = read(remote)

    assert sorted(found) == ids(0, 57)
    assert (errors, listing.complete) == ([], True)


def test_a_listing_that_turns_out_unsorted_late_gives_nothing_twice() -> None:
    natural = [str(number) for number in range(1, 60)]  # in order of number, so "9" comes before "10"
    remote = Remote(natural, 5, sort=lambda package: int(package["id"]))

    found, errors, listing = read(remote)

    assert sorted(found) == sorted(natural)
    assert (errors, listing.complete) == ([], True)


def test_an_unsorted_listing_that_shifts_is_read_again() -> None:
    remote = Remote(ids(0, 50), sort=lambda package: package["id"][::-1])
    remote.changes = [lambda: None, lambda: remote.remove("id-0000", "id-0010")]

    found, errors, listing = read(remote)

    assert set(ids(0, 50)) - {"id-0000", "id-0010"} <= set(found)
    assert (errors, listing.complete) == ([], True)


@pytest.mark.parametrize("count", [3, 26, 1_000_000])
def test_a_count_that_does_not_add_up_is_an_error(count: int) -> None:
    remote = Remote(ids(0, 25))
    remote.count = count

    found, errors, listing = read(remote)

    assert set(found) <= set(ids(0, 25))
    assert [error.code for error in errors] == ["incomplete_listing"]
    assert not listing.complete


@pytest.mark.parametrize("count", [4, 7, 30, 1_000_000])
def test_a_page_that_repeats_for_ever_ends(count: int) -> None:
    asked: list[int] = []

    def search(start: int, rows: int) -> SearchPage:
        asked.append(start)
        return SearchPage(start, count, [{"id": "a"}, {"id": "b"}, {"id": "c"}])

    listing = Listing(search, 10, "the remote")
    ended = ""
    try:
        ended = next((item.code for item in listing if isinstance(item, GatherError)), "")
    except RemoteError as error:
        ended = error.code

    assert ended in ("page_repeats", "incomplete_listing")
    assert not listing.complete
    assert len(asked) < 60


def test_pages_too_large_are_asked_for_in_smaller_pieces() -> None:
    remote = Remote(ids(0, 60), cap=1000)
    sizes = []

    def search(start: int, rows: int) -> SearchPage:
        sizes.append(rows)
        if rows > 10:
            raise RemoteError("too large", code="too_large")
        return remote.search(start, rows)

    found = [item.guid for item in Listing(search, 100, "the remote") if isinstance(item, Found)]

    assert found == ids(0, 60)
    assert sizes[:6] == [100, 0, 50, 25, 12, 6]
    assert len([size for size in sizes if size > 10]) <= 8


BAD = [
    {"name": "no id"},
    {"id": None},
    {"id": ""},
    {"id": "  "},
    {"id": True},
    {"id": 1.5},
    {"id": ["a"]},
    {"id": {"a": 1}},
]
BAD += [{"id": "a\x00b"}, {"id": "half \ud800"}, {"id": "x" * 1001}, "text", None, 5, ["list"]]


@pytest.mark.parametrize("bad", BAD, ids=repr)
def test_a_record_without_usable_id_is_an_error_that_names_its_position(bad: Any) -> None:
    packages = [{"id": guid} for guid in ids(0, 25)]
    packages[12:12] = [bad]

    def search(start: int, rows: int) -> SearchPage:
        return SearchPage(start, len(packages), packages[start : start + rows])

    items = list(Listing(search, 10, "the remote"))

    errors = [item for item in items if isinstance(item, GatherError)]
    assert [item.guid for item in items if isinstance(item, Found)] == ids(0, 25)
    assert [error.code for error in errors] == ["bad_record"]
    assert "record 12 of the listing" in errors[0].message
    errors[0].message.encode()


def test_a_page_of_bad_records_only_is_passed() -> None:
    packages: list[Any] = [{"id": "a"}, *[{"id": {}, "name": number} for number in range(25)], {"id": "b"}]

    def search(start: int, rows: int) -> SearchPage:
        return SearchPage(start, len(packages), packages[start : start + rows])

    items = list(Listing(search, 5, "the remote"))

    assert [item.guid for item in items if isinstance(item, Found)] == ["a", "b"]
    assert len([item for item in items if isinstance(item, GatherError)]) == 25


@pytest.mark.parametrize("position", range(1, 12))
def test_an_id_listed_twice_is_an_error_at_the_second(position: int) -> None:
    packages: list[dict[str, Any]] = [{"id": guid, "title": "one"} for guid in ids(0, 20)]
    packages.insert(position, {**packages[position - 1], "title": "another"})

    def search(start: int, rows: int) -> SearchPage:
        return SearchPage(start, len(packages), packages[start : start + rows])

    items = list(Listing(search, 5, "the remote"))

    found = [item for item in items if isinstance(item, Found)]
    errors = [item for item in items if isinstance(item, GatherError)]
    assert [item.guid for item in found] == ids(0, 20)
    assert {item.package["title"] for item in found} == {"one"}
    assert [(error.code, error.guid) for error in errors] == [("duplicate", packages[position]["id"])]


def test_the_same_record_listed_twice_does_no_harm() -> None:
    remote = Remote([*ids(0, 20), "id-0007"])

    found, errors, listing = read(remote, rows=5)

    assert found == ids(0, 20)
    assert (errors, listing.complete) == ([], True)


def test_an_id_that_is_a_number_is_taken_as_text() -> None:
    found, errors, _ = read(Remote([7, 5, 6]))

    assert (found, errors) == (["5", "6", "7"], [])
