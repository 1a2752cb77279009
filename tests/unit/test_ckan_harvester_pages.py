"""A record that makes its page fail stands alone at last: all others come, and an error names its place."""

from collections.abc import Collection, Mapping, Sequence
from math import ceil, log2
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import RemoteError
from harvesters.base import GatherError
from harvesters.ckan.listing import Found, Listing
from harvesters.ckan.pages import HOPELESS, MAX_EXTRA, SearchPage


class Remote:
    """A listing sorted by id; a page with a bad record in it fails. `most`: more records than that fail too."""

    def __init__(self, size: int, bad: Collection[int] = (), code: str = "http_500", most: int = 10_000) -> None:
        self.packages: list[dict[str, Any]] = [{"id": f"id-{n:05d}", "name": f"name-{n}", "title": "T"} for n in range(size)]
        self.bad = {f"id-{n:05d}" for n in bad}
        self.code = code
        self.most = most
        self.cap = 1000
        self.asked: list[tuple[int, int]] = []
        self.down = False

    def search(self, start: int, rows: int) -> SearchPage:
        self.asked.append((start, rows))
        results = self.packages[start : start + min(rows, self.cap)]
        if self.down or len(results) > self.most or any(package["id"] in self.bad for package in results):
            raise RemoteError(f"rows {start} to {start + rows} failed", code=self.code)
        return SearchPage(start, len(self.packages), results)


def read(
    remote: Remote, rows: int = 500, shown: Mapping[int, Mapping[str, Any]] | None = None
) -> tuple[Sequence[str], Sequence[GatherError], Listing]:
    """The guids, the errors, and the listing."""
    listing = Listing(remote.search, rows, "the remote", look=(shown or {}).get)
    items = list(listing)
    return [i.guid for i in items if isinstance(i, Found)], [i for i in items if isinstance(i, GatherError)], listing


def good(remote: Remote) -> list[str]:
    return [package["id"] for package in remote.packages if package["id"] not in remote.bad]


CODES = ["http_500", "http_403", "http_502", "refused", "not_json", "bad_answer", "too_large", "slow", "timeout"]
CODES += ["disconnected", "bad_encoding"]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("position", [0, 1, 499, 500, 501, 770, 999])
def test_one_bad_record_costs_no_other(code: str, position: int) -> None:
    remote = Remote(1000, {position}, code)

    guids, errors, listing = read(remote)

    assert guids == good(remote)
    assert [error.code for error in errors] == ["unreadable"]
    assert f"record {position} of the listing" in errors[0].message
    assert "failed" in errors[0].message
    assert listing.complete
    assert len(remote.asked) <= 3 + 2 * ceil(log2(500)) + 4


def test_the_error_names_the_record_before() -> None:
    _, errors, _ = read(Remote(30, {16}), rows=10)

    assert errors[0].message == "record 16 of the listing (the one after name-15) can't be read: rows 16 to 17 failed"


def test_the_error_names_the_record_where_that_can_be_had() -> None:
    _, errors, _ = read(Remote(30, {16}), rows=10, shown={16: {"id": "id-00016", "name": "name-16"}})

    assert errors[0].message.startswith("record 16 of the listing (id id-00016, name name-16) can't be read")
    assert errors[0].guid == "id-00016"


def test_a_record_that_can_be_had_by_another_way_is_no_error() -> None:
    remote = Remote(30, {16})

    guids, errors, listing = read(remote, rows=10, shown={16: remote.packages[16]})

    assert (len(guids), errors, listing.complete) == (30, [], True)


@given(
    size=st.integers(1, 300),
    bad=st.sets(st.integers(0, 299), max_size=6),
    rows=st.integers(1, 120),
    cap=st.integers(1, 120),
    most=st.integers(1, 200),
)
@settings(max_examples=300)
def test_whatever_is_bad_the_rest_comes(size: int, bad: set[int], rows: int, cap: int, most: int) -> None:
    remote = Remote(size, {n for n in bad if n < size}, "too_large", most)
    remote.cap = cap

    guids, errors, listing = read(remote, rows)

    assert guids == good(remote)
    assert len(errors) == len(remote.bad)
    assert listing.complete


def test_several_bad_records_cost_a_bounded_number_of_requests() -> None:
    bad = range(37, 5000, 211)
    remote = Remote(5000, bad)

    guids, errors, _ = read(remote)

    assert (len(guids), len(errors)) == (5000 - len(bad), len(bad))
    assert len(remote.asked) <= 10 + len(bad) * (2 * ceil(log2(500)) + 4)


def test_a_record_that_is_too_large_leaves_the_other_pages_as_they_are() -> None:
    remote = Remote(5000, {7}, "too_large")

    read(remote)

    assert remote.asked[-1][1] == 500


def test_pages_that_are_too_large_become_smaller_for_good() -> None:
    remote = Remote(2000, code="too_large", most=130)

    guids, errors, _ = read(remote)

    assert (guids, errors) == (good(remote), [])
    assert len([rows for _, rows in remote.asked if rows > 130]) <= 5


@pytest.mark.parametrize("code", [*CODES, "http_404", "http_401", "http_429", "unreachable", "tls"])
def test_a_remote_that_is_down_is_not_halved_to_death(code: str) -> None:
    remote = Remote(1000, code=code)
    remote.down = True

    with pytest.raises(RemoteError) as caught:
        read(remote)

    assert "rows 0 to 500" in str(caught.value)
    assert len(remote.asked) <= 2


@pytest.mark.parametrize("after", range(2, 12))
def test_a_remote_that_goes_down_while_a_page_is_halved_fails_the_gather(after: int) -> None:
    remote = Remote(1000, {321})
    search = remote.search

    def failing(start: int, rows: int) -> SearchPage:
        remote.down = len(remote.asked) >= after
        return search(start, rows)

    remote.search = failing  # type: ignore[method-assign]

    with pytest.raises(RemoteError):
        read(remote)

    assert len(remote.asked) <= after + 2 + ceil(log2(500))


def test_a_remote_none_of_whose_records_can_be_read_is_given_up() -> None:
    remote = Remote(100_000, range(100_000))

    with pytest.raises(RemoteError):
        read(remote)

    assert len(remote.asked) < 10 + 4 * HOPELESS + ceil(log2(500))


def test_a_bad_beginning_doesnt_hide_the_rest() -> None:
    remote = Remote(1000, range(40))

    guids, errors, _ = read(remote)

    assert (len(guids), len(errors)) == (960, 40)


def test_bad_records_without_number_are_left_out_by_whole_pages_at_last() -> None:
    remote = Remote(100_000, range(3, 100_000, 5))

    guids, errors, listing = read(remote)

    assert len(guids) > 300
    assert "records " in errors[-1].message
    assert len(remote.asked) < 3 * MAX_EXTRA + 3 * 200
    assert listing.complete


def test_a_failure_that_passes_leaves_no_error() -> None:
    remote = Remote(1000)
    search, failures = remote.search, [3, 9]

    def failing(start: int, rows: int) -> SearchPage:
        if len(remote.asked) in failures:
            failures.remove(len(remote.asked))
            remote.asked.append((start, rows))
            raise RemoteError("passing", code="http_500")
        return search(start, rows)

    remote.search = failing  # type: ignore[method-assign]

    guids, errors, listing = read(remote, rows=100)

    assert (guids, errors, listing.complete) == (good(remote), [], True)


def test_a_bad_record_of_a_listing_that_is_not_sorted_costs_no_other() -> None:
    remote = Remote(400, {150})
    remote.packages.sort(key=lambda package: package["id"][::-1])
    position = next(n for n, package in enumerate(remote.packages) if package["id"] == "id-00150")

    guids, errors, listing = read(remote, rows=50)

    assert sorted(guids) == sorted(good(remote))
    assert [f"record {position} of the listing" in error.message for error in errors] == [True]
    assert listing.complete
