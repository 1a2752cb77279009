"""Which list of a remote may remove datasets: the one that was read the last time, unless a search works."""

from typing import Any

import pytest

from harvesters.ckan import CKANHarvester
from harvesters.testing import Answer, Harness
from tests.support.memory_ckan import MemoryCkan, remote_package
from tests.support.old_remotes import SITE, Dkan, OldCkan, Query, Site, dkan_package, old_package


def harness(**config: Any) -> Harness:
    return Harness(CKANHarvester, SITE, config)


def extras(package: dict[str, Any]) -> dict[str, Any]:
    return {extra["key"]: extra["value"] for extra in package["extras"]}


@pytest.mark.parametrize(
    "failure",
    [{"success": False, "error": {"message": "Search Error"}}, 200, 403, 500],
    ids=str,
)
def test_where_a_search_fails_that_worked_before_no_list_removes_what_it_lacks(failure: Any) -> None:
    remote = MemoryCkan(*(remote_package(number) for number in range(5)))
    source = harness()
    source.harvest(remote.site)
    listed = list(remote.packages)[:3]

    def search_fails(path: str, query: Query) -> Any:
        if path.endswith("/package_search"):
            return Answer(f"{SITE}{path}", status=failure, text="Oops") if isinstance(failure, int) else failure
        return {"success": True, "result": listed} if path.endswith("/package_list") else remote.respond(path, query)

    nights = [source.harvest(Site(search_fails)) for _ in range(3)]
    del remote.packages[listed[0]]
    mended = source.harvest(remote.site, force_all=True)

    for result in nights:
        assert (result.gather_errors, result.full_listing) == ((), False)
        assert "deleted" not in result.statuses.values()
    assert [guid for guid, status in mended.statuses.items() if status == "deleted"] == [listed[0]]


def test_a_remote_that_has_lost_its_search_for_good_is_read_by_its_list_from_the_second_time_on() -> None:
    remote = MemoryCkan(*(remote_package(number) for number in range(5)))
    source = harness()
    source.harvest(remote.site)
    listed = list(remote.packages)[:3]

    def without_search(path: str, query: Query) -> Any:
        if path.endswith("/package_search"):
            return None
        return {"success": True, "result": listed} if path.endswith("/package_list") else remote.respond(path, query)

    nights = [source.harvest(Site(without_search)) for _ in range(2)]

    assert [night.full_listing for night in nights] == [False, True]
    assert [list(night.statuses.values()).count("deleted") for night in nights] == [0, 2]


def failing_search(remote: Any, others: Any, status: int) -> Site:
    """The remote, whose search fails and whose other answers are those of `others` where that has one."""

    def respond(path: str, query: Query) -> Any:
        if path.endswith("/package_search"):
            return Answer(f"{SITE}{path}", status=status, text="Oops")
        return others(path, query) or remote.respond(path, query)

    return Site(respond)


def test_a_search_that_has_failed_for_a_month_is_given_up_for_the_list_that_was_read_all_the_time() -> None:
    remote = MemoryCkan(*(remote_package(number) for number in range(5)))
    listed = list(remote.packages)[:3]

    def lists(path: str, query: Query) -> Any:
        return {"success": True, "result": listed} if path.endswith("/package_list") else None

    nights = []
    for works_on in (None, 20):
        source = harness()
        source.harvest(remote.site)
        failing = failing_search(remote, lists, 500)
        nights.append([source.harvest(remote.site if day == works_on else failing) for day in range(33)])

    removed = [[day for day, night in enumerate(those) if "deleted" in night.statuses.values()] for those in nights]
    assert removed == [[31], []]


def test_the_rest_api_removes_nothing_either_while_a_search_fails_that_worked_before() -> None:
    packages = [old_package(number) for number in range(4)]
    old = OldCkan(*packages[:3])
    remote = MemoryCkan(*({**remote_package(number), "id": package["id"]} for number, package in enumerate(packages)))
    source = harness()
    source.harvest(remote.site)

    def without_actions(path: str, query: Query) -> Any:
        failed = Answer(f"{SITE}{path}", status=403, text="Oops")
        return failed if "/api/3/" in path else old.respond(path, query)

    nights = [source.harvest(Site(without_actions)) for _ in range(3)]

    assert [(night.gather_errors, night.full_listing) for night in nights] == [((), False)] * 3


def test_another_list_of_a_remote_whose_search_never_worked_counts_from_the_second_time_on() -> None:
    remote = Dkan(*(dkan_package(number) for number in range(5)))
    source = harness()
    source.harvest(failing_search(remote, lambda *_: None, 403))
    remote.offers = "current_package_list_with_resources"
    del remote.packages[dkan_package(4)["id"]]

    nights = [source.harvest(failing_search(remote, lambda *_: None, 403)) for _ in range(2)]

    assert [(night.gather_errors, night.full_listing) for night in nights] == [((), False), ((), True)]
    assert nights[1].statuses[dkan_package(4)["id"]] == "deleted"


def test_a_list_that_was_read_before_a_search_worked_is_not_the_one_of_the_last_time() -> None:
    remote = MemoryCkan(*(remote_package(number) for number in range(3)))
    source = harness()

    def only_lists(path: str, query: Query) -> Any:
        if path.endswith("/package_search"):
            return None
        listed = {"success": True, "result": [remote_package(number)["id"] for number in range(3)]}
        return listed if path.endswith("/package_list") else remote.respond(path, query)

    source.harvest(Site(only_lists))
    remote.packages |= {package["id"]: package for package in map(remote_package, range(3, 6))}
    source.harvest(remote.site)

    result = source.harvest(Site(only_lists))

    assert (result.gather_errors, result.full_listing) == ((), False)


def test_a_memory_without_the_way_of_listing_still_lets_revisions_remove() -> None:
    remote = OldCkan(*(old_package(number) for number in range(3)))
    source = harness()
    source.harvest(remote.site)
    del source._memory["listed_by"]
    gone = next(iter(remote.packages))
    del remote.packages[gone]

    result = source.harvest(remote.site)

    assert (result.full_listing, result.statuses[gone]) == (True, "deleted")


def test_data_json_is_not_read_again_once_the_api_gave_the_datasets() -> None:
    catalogue = Dkan(dkan_package(1), offers="data.json")
    remote = MemoryCkan(remote_package(1))
    source = harness()
    source.harvest(catalogue.site)
    source.harvest(remote.site, force_all=True)

    result = source.harvest(catalogue.site, force_all=True)

    assert (result.complete, dict(result.statuses)) == (False, {})


def test_a_remote_that_always_sends_everything_is_read_whole() -> None:
    packages = [dkan_package(number) for number in range(5)]
    everything = {"success": True, "result": packages}
    site = Site(lambda path, query: everything if path.endswith("/current_package_list_with_resources") else None)

    result = harness().harvest(site)

    assert (result.gather_errors, len(result.statuses), result.full_listing) == ((), 5, True)


def test_a_remote_that_makes_up_datasets_for_each_page_comes_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harvesters.ckan.named.MAX_RECORDS", 10)

    def respond(path: str, query: Query) -> Any:
        if not path.endswith("/current_package_list_with_resources"):
            return None
        start = int(query["offset"])
        return {"success": True, "result": [dkan_package(number) for number in range(start, start + 2)]}

    result = harness().harvest(Site(respond))

    assert (result.complete, len(result.gather_errors)) == (False, 1)
    assert "does not end" in result.gather_errors[0]


def test_private_datasets_stay_where_a_search_fails_and_a_list_of_public_ones_is_read() -> None:
    public, private = remote_package(0), remote_package(1, private=True)
    remote = MemoryCkan(public, private)
    source = harness(include_private=True, api_key="k")
    assert source.harvest(remote.site).full_listing

    def respond(path: str, query: Query) -> Any:
        if path.endswith("/package_list"):
            return {"success": True, "result": [public["name"]]}
        return {"success": True, "result": public} if path.endswith("/package_show") else None

    result = source.harvest(Site(respond))

    assert (result.gather_errors, result.full_listing) == ((), False)
    assert private["id"] not in result.statuses
