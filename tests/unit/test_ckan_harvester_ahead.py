"""The next page of a listing is asked for while the records of the last one are being stored."""

from itertools import islice
from threading import Event
from typing import Any

import pytest

from domain.errors import RemoteError
from harvesters.ckan.ahead import GIVEN_BEFORE, Ahead
from harvesters.ckan.listing import Found, Listing
from harvesters.ckan.pages import SearchPage

ROWS = 200


class Remote:
    """Datasets sorted by id; `asked` are the positions that were asked for. `fails_at` one of them, the remote is away."""

    def __init__(self, count: int = 3 * ROWS, fails_at: int | None = None) -> None:
        self.packages: list[Any] = [{"id": f"id-{number:06d}"} for number in range(count)]
        self.asked: list[int] = []
        self.second = Event()
        self.fails_at = fails_at

    def search(self, start: int, rows: int) -> SearchPage:
        self.asked.append(start)
        if len(self.asked) > 1:
            self.second.set()
        if start == self.fails_at:
            raise RemoteError("it is away", code="unreachable")
        return SearchPage(start, len(self.packages), self.packages[start : start + rows])


def test_the_next_page_is_on_its_way_before_the_last_one_is_used_up() -> None:
    remote = Remote()
    items = iter(Listing(remote.search, ROWS, "http://remote.example"))

    first = list(islice(items, GIVEN_BEFORE + 1))

    assert len(first) == GIVEN_BEFORE + 1
    assert remote.second.wait(20)  # seconds
    guids = [item.guid for item in (*first, *items) if isinstance(item, Found)]
    assert guids == [package["id"] for package in remote.packages]
    assert remote.asked == [0, ROWS - 1, 2 * ROWS - 2, 3 * ROWS - 3]


def test_who_looks_at_a_few_records_costs_the_remote_one_page() -> None:
    remote = Remote()

    items = iter(Listing(remote.search, ROWS, "http://remote.example"))
    list(islice(items, GIVEN_BEFORE))

    assert remote.asked == [0]


@pytest.mark.parametrize("size", [1, 2, 3, ROWS])
def test_the_last_page_asks_for_no_further_one(size: int) -> None:
    remote = Remote(size)

    assert len([item for item in Listing(remote.search, ROWS, "x") if isinstance(item, Found)]) == size
    assert remote.asked == [0]


def test_what_goes_wrong_with_the_next_page_is_raised_behind_the_records_of_the_last_one() -> None:
    remote = Remote(fails_at=ROWS - 1)
    items = iter(Listing(remote.search, ROWS, "x"))

    guids = [item.guid for item in islice(items, ROWS) if isinstance(item, Found)]

    assert len(guids) == ROWS
    next(items)  # where the listing is
    with pytest.raises(RemoteError, match="it is away"):
        next(items)


def test_a_page_that_was_begun_and_is_not_wanted_is_asked_for_as_another() -> None:
    remote = Remote()
    ahead = Ahead(lambda start: remote.search(start, ROWS))

    ahead.begin(5)

    assert ahead.take(7).start == 7
    assert remote.asked == [5, 7]
