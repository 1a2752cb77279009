"""The package_list of a remote without package_search, in pages that may be cut off, refused, or change while they are read."""

from collections.abc import Callable
from typing import Any

import pytest

from harvesters.ckan import CKANHarvester, names
from harvesters.testing import Answer, Harness, Result
from tests.support.old_remotes import SITE, Dkan, Query, Site, dkan_package

Change = Callable[[Dkan, Query], Any]
"""What becomes of a package_list before it is answered; an Answer stands in its place."""


class Paged:
    """A source of a remote that lists at most `most` names at a time; it holds all of them."""

    def __init__(self, size: int, most: int) -> None:
        self.remote = Dkan(*(dkan_package(number) for number in range(size)))
        self.most = most
        self.source = Harness(CKANHarvester, SITE, {})
        self.source.harvest(self.remote.site)

    def harvest(self, change: Change = lambda remote, query: None, *, offsets: bool = True) -> Result:
        def respond(path: str, query: Query) -> Any:
            if path.endswith("/package_show") and query["id"] not in self.remote.packages:
                return None
            if not path.endswith("/package_list"):
                return self.remote.respond(path, query)
            if isinstance(instead := change(self.remote, query), Answer):
                return instead
            start = int(query.get("offset", 0)) * offsets
            return {"success": True, "result": list(self.remote.packages)[start : start + self.most]}

        return self.source.harvest(Site(respond))


def no(status: int) -> Answer:
    return Answer(f"{SITE}/api/3/action/package_list", status=status, text="No")


@pytest.mark.parametrize(("size", "most"), [(5, 2), (5, 5), (5, 9), (7, 3), (20, 10)])
def test_a_package_list_that_a_remote_cuts_off_is_asked_for_the_rest(size: int, most: int) -> None:
    source = Paged(size, most)
    del source.remote.packages[dkan_package(1)["id"]]

    result = source.harvest()

    assert (result.gather_errors, result.full_listing) == ((), True)
    assert [guid for guid, status in result.statuses.items() if status == "deleted"] == [dkan_package(1)["id"]]


@pytest.mark.parametrize("removed", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("when", [1, 2, 3])
def test_a_removal_while_pages_are_read_shifts_no_name_out_of_sight(removed: int, when: int) -> None:
    source, asked = Paged(9, 3), []

    def removes(remote: Dkan, query: Query) -> None:
        asked.append(query)
        if len(asked) == when + 1:
            remote.packages.pop(dkan_package(removed)["id"])

    result = source.harvest(removes)

    assert source.remote.packages.keys() <= result.statuses.keys()
    assert {status for guid, status in result.statuses.items() if guid in source.remote.packages} == {"not modified"}


def test_a_list_that_changes_all_the_time_removes_nothing() -> None:
    source = Paged(40, 3)

    def shrinks(remote: Dkan, query: Query) -> None:
        if "offset" in query:
            remote.packages.pop(next(iter(remote.packages)))

    result = source.harvest(shrinks)

    assert result.full_listing is False
    assert any("package_list may not be complete: it changes while it is read" in error for error in result.gather_errors)
    assert "deleted" not in result.statuses.values()


def test_a_package_list_that_fails_when_it_is_asked_for_more_is_read_and_removes_nothing() -> None:
    source = Paged(5, 5)
    del source.remote.packages[dkan_package(4)["id"]]

    result = source.harvest(lambda remote, query: no(500) if "offset" in query else None)

    assert (result.complete, result.full_listing, sorted(result.statuses)) == (True, False, sorted(source.remote.packages))
    assert "package_list may not be complete" in result.gather_errors[0]


@pytest.mark.parametrize(
    ("size", "most", "refused_from", "status", "whole"),
    [
        (5, 5, 0, 400, True),
        (5, 5, 0, 403, True),
        (5, 5, 0, 404, True),
        (5, 3, 5, 400, True),  # the last name came once more, and nothing behind it
        (5, 3, 4, 400, False),
        (9, 3, 4, 403, False),
        (9, 3, 4, 400, False),
        (60, 50, 0, 400, False),
        (60, 25, 0, 405, False),
        (120, 100, 0, 400, False),
        (260, 250, 0, 403, False),
        (260, 260, 0, 403, True),
    ],
)
def test_a_package_list_that_may_be_cut_off_removes_nothing(
    size: int, most: int, refused_from: int, status: int, *, whole: bool
) -> None:
    source = Paged(size, most)

    def refuses(remote: Dkan, query: Query) -> Answer | None:
        return no(status) if "offset" in query and int(query["offset"]) >= max(refused_from, 1) else None

    result = source.harvest(refuses)

    assert result.full_listing is whole
    assert "deleted" not in result.statuses.values()
    assert ["whether there are more than" in error for error in result.gather_errors] == [True] * (not whole)


@pytest.mark.parametrize(("most", "whole"), [(9, True), (50, False)])
def test_a_list_behind_which_nothing_comes_is_whole_unless_it_looks_cut_off(most: int, *, whole: bool) -> None:
    source = Paged(most, most)
    empty = Answer(f"{SITE}/api/3/action/package_list", text='{"success": true, "result": []}')

    result = source.harvest(lambda remote, query: empty if "offset" in query else None)

    assert (result.full_listing, len(result.statuses)) == (whole, most)


def test_a_remote_that_knows_no_offset_is_read_up_to_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Paged(9, 9)
    monkeypatch.setattr(names, "PAGE_OF_NAMES", 6)

    assert source.harvest(offsets=False).full_listing is True

    def limits(remote: Dkan, query: Query) -> None:
        source.most = int(query.get("limit", 3))

    result = source.harvest(limits, offsets=False)

    assert (result.full_listing, len(result.statuses)) == (False, 6)
    assert "whether there are more than 6" in result.gather_errors[0]


def test_a_remote_that_is_away_behind_the_first_names_removes_nothing() -> None:
    source = Paged(5, 5)

    result = source.harvest(lambda remote, query: no(429) if "offset" in query else None)

    assert (result.complete, "deleted" in result.statuses.values()) == (False, False)
