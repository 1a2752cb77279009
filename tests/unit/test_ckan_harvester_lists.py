"""Remotes without package_search that list their datasets, whole or by name, in pages that may move, and DKAN."""

from typing import Any

import pytest

from harvesters.ckan import CKANHarvester
from harvesters.testing import Harness
from tests.support.memory_ckan import remote_package
from tests.support.old_remotes import SITE, Dkan, Query, Site, dkan_package


def harness(**config: Any) -> Harness:
    return Harness(CKANHarvester, SITE, config)


def extras(package: dict[str, Any]) -> dict[str, Any]:
    return {extra["key"]: extra["value"] for extra in package["extras"]}


@pytest.mark.parametrize("offers", ["package_list", "current_package_list_with_resources"])
def test_a_dkan_is_harvested(offers: str) -> None:
    remote = Dkan(*(dkan_package(number) for number in range(5)), offers=offers)

    result = harness().harvest(remote.site)

    assert (result.gather_errors, result.errors, result.full_listing) == ((), [], True)
    assert sorted(result.statuses) == sorted(remote.packages)
    package = result.dataset(dkan_package(1)["id"])
    assert (package["name"], package["type"], package["private"]) == ("dataset-1", "dataset", False)
    assert package["license_id"] == "http://opendefinition.org/licenses/cc-by/"
    assert (package["metadata_created"], package["metadata_modified"]) == ("2012-10-31T12:00:00", "2013-08-06T10:46:00")
    resource = package["resources"][0]
    assert (resource["size"], resource["last_modified"]) == (4209, "2013-08-06T10:46:00")
    assert [record.warnings for record in result.records.values()] == [()] * 5


def test_nothing_is_removed_where_a_remote_always_sends_the_first_page(monkeypatch: pytest.MonkeyPatch) -> None:
    remote = Dkan(*(dkan_package(number) for number in range(5)), offers="current_package_list_with_resources")
    source = harness()
    source.harvest(remote.site)
    monkeypatch.setattr("harvesters.ckan.remote.PAGE", 2)
    remote.pages = False

    result = source.harvest(remote.site)

    assert result.full_listing is False
    assert "sends the first 2 datasets, whichever it is asked for" in result.gather_errors[0]
    assert "deleted" not in result.statuses.values()


def test_a_dataset_that_moves_to_a_page_that_was_read_already_is_not_missed() -> None:
    remote = Dkan(*(dkan_package(number) for number in range(7)), offers="current_package_list_with_resources")
    source = harness()
    source.harvest(remote.site)
    last = list(remote.packages)[-1]

    def moves_once(path: str, query: Query) -> Any:
        answer = remote.respond(path, query)
        if query.get("offset") == "3" and list(remote.packages)[-1] == last:
            remote.packages = {last: remote.packages[last], **remote.packages}  # it is changed, and the newest come first
        return answer

    result = source.harvest(Site(moves_once))

    assert (result.gather_errors, result.full_listing) == ((), True)
    assert sorted(result.statuses) == sorted(remote.packages)
    assert set(result.statuses.values()) == {"not modified"}


def test_a_dataset_that_slides_between_two_pages_is_not_missed() -> None:
    remote = Dkan(*(dkan_package(number) for number in range(7)), offers="current_package_list_with_resources")
    source = harness()
    source.harvest(remote.site)
    gone = next(iter(remote.packages))

    def loses_one(path: str, query: Query) -> Any:
        answer = remote.respond(path, query)
        if query.get("offset") == "1":
            remote.packages.pop(gone, None)
        return answer

    result = source.harvest(Site(loses_one))

    assert (result.gather_errors, result.full_listing) == ((), True)
    assert {status for guid, status in result.statuses.items() if guid != gone} == {"not modified"}


def test_a_listing_that_never_comes_to_rest_removes_nothing() -> None:
    remote = Dkan(*(dkan_package(number) for number in range(9)), offers="current_package_list_with_resources")
    source = harness()
    source.harvest(remote.site)

    def turns(path: str, query: Query) -> Any:
        answer = remote.respond(path, query)
        if int(query.get("offset", 0)) > 0:
            number = len(remote.packages)
            remote.packages = {dkan_package(number)["id"]: dkan_package(number), **remote.packages}
        return answer

    result = source.harvest(Site(turns))

    assert result.full_listing is False
    assert result.gather_errors[-1].endswith("changes while it is read")


@pytest.mark.parametrize(("offset", "times"), [(0, 99), (1, 1), (4, 1), (4, 99)])
def test_an_empty_page_in_the_middle_of_a_listing_is_not_its_end(offset: int, times: int) -> None:
    remote = Dkan(*(dkan_package(number) for number in range(9)), offers="current_package_list_with_resources")
    source = harness()
    source.harvest(remote.site)
    asked: list[str] = []

    def stumbles(path: str, query: Query) -> Any:
        answer = remote.respond(path, query)
        if query.get("offset") == str(offset):
            asked.append(path)
            if len(asked) <= times and (offset or len(asked) > 1):
                return {"success": True, "result": []}
        return answer

    result = source.harvest(Site(stumbles))

    assert "deleted" not in result.statuses.values()
    assert not result.full_listing or len(result.statuses) == 9


def test_dates_that_have_two_readings_are_understood_by_a_dataset_further_down_the_page() -> None:
    first = dkan_package(0)
    for fields in (first, first["resources"][0]):
        fields |= dict.fromkeys(
            ("metadata_created", "metadata_modified", "created", "last_modified"), "Mon, 03/12/2012 - 10:00"
        )
        fields["revision_timestamp"] = ""
    remote = Dkan(first, dkan_package(1), offers="current_package_list_with_resources")

    result = harness().harvest(remote.site)

    package = result.dataset(first["id"])
    assert (package["metadata_modified"], result.records[first["id"]].warnings) == ("2012-03-12T10:00:00", ())


def test_a_package_list_that_php_wrote_as_an_object_is_a_list() -> None:
    remote = Dkan(*(dkan_package(number) for number in range(3)))

    def as_object(path: str, query: Query) -> Any:
        answer = remote.respond(path, query)
        if path.endswith("/package_list"):
            answer["result"] = {str(2 * place): name for place, name in enumerate(answer["result"])}
        return answer

    result = harness().harvest(Site(as_object))

    assert (result.gather_errors, result.full_listing, sorted(result.statuses)) == ((), True, sorted(remote.packages))


@pytest.mark.parametrize("answer", [{"success": False, "error": {"message": "Search error: Solr is away"}}, {"result": 1}, [1]])
def test_datasets_are_asked_for_one_by_one_where_the_search_is_of_no_use(answer: Any, caplog: pytest.LogCaptureFixture) -> None:
    packages = {package["name"]: package for package in (remote_package(number) for number in range(3))}

    def respond(path: str, query: Query) -> Any:
        if path.endswith("/package_list"):
            return {"success": True, "result": [*packages]}
        return {"success": True, "result": packages[query["id"]]} if path.endswith("/package_show") else answer

    result = harness().harvest(Site(respond))

    assert (result.gather_errors, len(result.statuses), result.full_listing) == ((), 3, True)
    assert "asking for each dataset by its name, since a search failed" in caplog.text
