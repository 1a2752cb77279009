"""Remotes without package_search: the REST API of CKAN 1.x and 2.x, DKAN, a catalogue in data.json."""

import json
from typing import Any

import pytest

from harvesters.ckan import CKANHarvester
from harvesters.ckan.forms import of_data_json, of_dkan, of_rest, of_search
from harvesters.testing import Answer, Harness
from tests.support.memory_ckan import MemoryCkan, remote_package
from tests.support.old_remotes import SITE, Dkan, OldCkan, Query, Site, dkan_package, old_package


def harness(**config: Any) -> Harness:
    return Harness(CKANHarvester, SITE, config)


def extras(package: dict[str, Any]) -> dict[str, Any]:
    return {extra["key"]: extra["value"] for extra in package["extras"]}


@pytest.mark.parametrize("config", [{}, {"api_version": 1}, {"api_version": 2}, {"api_version": "2"}])
def test_a_ckan_that_only_has_the_rest_api_is_harvested(config: dict[str, Any]) -> None:
    remote = OldCkan(*(old_package(number) for number in range(3)))

    result = harness(**config).harvest(remote.site)

    assert (result.gather_errors, result.errors, result.full_listing) == ((), [], True)
    assert sorted(result.statuses) == sorted(remote.packages)
    package = result.dataset(old_package(1)["id"])
    assert (package["name"], package["title"], package["license_id"]) == ("dataset-1", "Dataset 1", "cc-by")
    assert [tag["name"] for tag in package["tags"]] == ["geo", "Namibia"]
    assert extras(package)["update_frequency"] == "yearly"
    assert package["resources"][0]["url"] == "https://old.example/1.csv"
    assert package.keys().isdisjoint({"ratings_average", "ratings_count", "ckan_url", "download_url", "notes_rendered"})


@pytest.mark.parametrize(
    ("version", "bases", "kind"),
    [
        (None, {"/api/2": 2}, "dataset"),
        (None, {"/api/2": 2}, "package"),
        (None, {"/api": 1}, "package"),
        (1, {"/api": 1}, "dataset"),
        (1, {"/api/1": 1}, "dataset"),
        (1, {"/api/2": 2}, "dataset"),
        (2, {"/api": 1}, "package"),
    ],
)
def test_each_form_of_the_rest_api_is_known(version: int | None, bases: dict[str, int], kind: str) -> None:
    remote = OldCkan(old_package(1), old_package(2), bases=bases, kind=kind)

    result = harness(**({"api_version": version} if version else {})).harvest(remote.site)

    assert (result.gather_errors, sorted(result.statuses)) == ((), sorted(remote.packages))


def test_the_version_that_the_source_says_is_asked_first() -> None:
    remote = OldCkan(old_package(1))

    harness(api_version=1).harvest(remote.site)

    assert remote.site.asked[0] == "/api/1/rest/dataset"
    assert "/api/3/action/package_search" not in remote.site.asked


def test_a_version_that_the_remote_does_not_have_is_no_reason_to_fail() -> None:
    new = {"id": old_package(1)["id"], "name": "new", "title": "New", "tags": [], "extras": [], "resources": []}
    site = Site(
        lambda path, query: (
            {"success": True, "result": {"count": 1, "results": [new] if query["rows"] != "0" else []}}
            if path == "/api/3/action/package_search"
            else None
        )
    )

    result = harness(api_version=1).harvest(site)

    assert (result.gather_errors, list(result.statuses)) == ((), [new["id"]])


@pytest.mark.parametrize(("status", "said"), [(500, "Internal error"), (200, "<html>All our data</html>")])
def test_a_newer_remote_that_fails_at_old_addresses_is_read_by_its_action_api(status: int, said: str) -> None:
    remote = MemoryCkan(remote_package(1))
    failure = Answer(f"{SITE}/api/1/rest/dataset", status=status, headers={"Content-Type": "text/html"}, text=said)

    def respond(path: str, query: Query) -> Any:
        return remote.respond(path, query) if path.startswith("/api/3/") else failure

    result = harness(api_version=1).harvest(Site(respond))

    assert (result.gather_errors, len(result.statuses), result.full_listing) == ((), 1, True)


def test_a_remote_without_a_rest_api_is_not_asked_for_it_each_time() -> None:
    remote = MemoryCkan(remote_package(1))
    source = harness(api_version=1)
    source.harvest(remote.site)
    remote.site.asked.clear()

    source.harvest(remote.site)

    assert set(remote.site.asked) == {"/api/3/action/package_search"}


def test_datasets_are_found_by_the_search_where_the_list_is_not_shown() -> None:
    remote = OldCkan(*(old_package(number) for number in range(5)))
    remote.lists = False

    result = harness(api_version=2).harvest(remote.site)

    assert sorted(result.statuses) == sorted(remote.packages)


IN_THE_INDEX = {
    "id": "13373f8e-f1dd-4110-9a3c-c84a0c755057",
    "name": "food",
    "title": "Food",
    "notes": "Notes",
    "license_id": "uk-ogl",
    "tags": ["eating out", "food"],
    "groups": ["health"],
    "extras": {"dcat_modified": "2017-03-15"},
    "organization": "city",
    "res_url": ["https://a.example/1.csv", "https://a.example/2.csv"],
    "res_format": ["CSV", "CSV"],
    "res_description": ["One", "Two"],
    "state": "active",
    "site_id": "dgu",
    "capacity": "public",
    "entity_type": "package",
    "index_id": "x",
    "revision_id": "r",
}
WHOLE = {
    **{name: IN_THE_INDEX[name] for name in ("id", "name", "title", "notes", "license_id", "state")},
    "tags": [{"name": "eating out"}, {"name": "food"}],
    "groups": [{"name": "health"}],
    "organization": {"name": "city"},
    "extras": [{"key": "dcat_modified", "value": "2017-03-15"}],
    "resources": [
        {"url": "https://a.example/1.csv", "format": "CSV", "description": "One"},
        {"url": "https://a.example/2.csv", "format": "CSV", "description": "Two"},
    ],
}


def test_a_dataset_of_the_search_that_is_nested_too_deep_is_taken_from_its_other_fields() -> None:
    assert of_search({"id": "i", "title": "Food", "data_dict": "[" * 200_000}) == {"id": "i", "title": "Food"}


@pytest.mark.parametrize(
    "entry", [IN_THE_INDEX, {**IN_THE_INDEX, "title": "cut", "validated_data_dict": json.dumps(WHOLE), "data_dict": "{"}]
)
def test_a_remote_that_only_has_the_search_is_read_by_that(entry: dict[str, Any]) -> None:
    remote = OldCkan()
    remote.lists = remote.shows = False
    remote.whole = [entry, *({**entry, "id": f"id-{number}", "validated_data_dict": None} for number in range(4))]
    source = harness(api_version=2, organizations_filter_include=["city"])

    result = source.harvest(remote.site)

    assert (result.gather_errors, len(result.statuses), result.full_listing) == ((), 5, True)
    package = result.dataset(entry["id"])
    assert (package["title"], package["license_id"]) == ("Food", "uk-ogl")
    assert [tag["name"] for tag in package["tags"]] == ["eating out", "food"]
    assert [resource["description"] for resource in package["resources"]] == ["One", "Two"]
    assert extras(package)["dcat_modified"] == "2017-03-15"
    assert package.keys().isdisjoint({"res_url", "site_id", "capacity", "index_id", "data_dict"})


@pytest.mark.parametrize("whole", [True, False])
def test_nothing_is_removed_where_a_search_gives_fewer_datasets_than_it_counts(whole: bool) -> None:
    packages = [old_package(number) for number in range(5)]
    remote = OldCkan(*packages)
    source = harness(api_version=2)
    source.harvest(remote.site)
    remote.lists, remote.pages, remote.whole = False, False, packages if whole else []

    result = source.harvest(remote.site)

    assert result.full_listing is False
    assert "says 5 datasets and gives 2" in result.gather_errors[0]
    assert "deleted" not in result.statuses.values()


def test_everything_is_read_where_there_may_be_more_revisions_than_are_told() -> None:
    remote = OldCkan(*(old_package(number) for number in range(3)))
    source = harness(api_version=2)
    source.harvest(remote.site)
    ids = list(remote.packages)
    remote.packages[ids[1]]["title"] = "Changed"
    remote.revisions = {f"r-{number}": [ids[0]] for number in range(50)}

    result = source.harvest(remote.site)

    assert (result.full_listing, result.statuses[ids[1]]) == (True, "updated")


def test_only_what_revisions_name_is_read_again_and_what_is_gone_is_removed() -> None:
    remote = OldCkan(*(old_package(number) for number in range(4)))
    source = harness(api_version=2)
    source.harvest(remote.site)
    ids = list(remote.packages)
    remote.packages[ids[1]]["title"] = "Changed"
    remote.revisions = {"r-2": [ids[1]], "r-3": [ids[3]]}
    del remote.packages[ids[3]]
    remote.packages |= {old_package(9)["id"]: old_package(9)}
    remote.site.asked.clear()

    result = source.harvest(remote.site)

    assert result.statuses == {ids[1]: "updated", ids[3]: "deleted", old_package(9)["id"]: "added"}
    assert f"/api/2/rest/dataset/{ids[0]}" not in remote.site.asked


def test_everything_is_read_where_revisions_are_not_told() -> None:
    remote = OldCkan(*(old_package(number) for number in range(3)))
    source = harness(api_version=2)
    source.harvest(remote.site)
    ids = list(remote.packages)
    remote.packages[ids[1]]["title"] = "Changed"
    remote.tells_changes = False

    result = source.harvest(remote.site)

    assert (result.full_listing, result.statuses[ids[1]], result.statuses[ids[0]]) == (True, "updated", "not modified")


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(
    ("option", "names", "expected"),
    [
        ("groups_filter_include", ["parks", "nothing"], [0, 2]),
        ("groups_filter_exclude", ["parks"], [1]),
        ("organizations_filter_include", ["city"], [1]),
        ("organizations_filter_exclude", ["city", "nothing"], [0, 2]),
    ],
)
def test_filters_by_name_hold_though_version_2_has_ids(
    version: int, option: str, names: list[str], expected: list[int]
) -> None:
    packages = [old_package(0), old_package(1, groups=["g-2"]), old_package(2)]
    remote = OldCkan(*packages)
    remote.groups["g-2"] = {"id": "g-2", "name": "city", "title": "City", "type": "organization"}
    source = harness(api_version=version, **{option: names})

    first = source.harvest(remote.site)
    remote.revisions = {"r-2": [packages[0]["id"], packages[1]["id"]]}
    packages[0]["title"] = packages[1]["title"] = "Changed"
    second = source.harvest(remote.site)

    assert sorted(first.statuses) == [packages[number]["id"] for number in expected]
    changed = [guid for guid, status in second.statuses.items() if status != "not modified"]
    assert changed == [packages[number]["id"] for number in expected if number < 2]


@pytest.mark.parametrize("whole", [True, False])
def test_a_dataset_that_slides_between_two_pages_of_the_old_search_is_not_taken_for_removed(whole: bool) -> None:
    packages = [old_package(number) for number in range(5)]
    remote = OldCkan(*packages)
    remote.lists, remote.whole = False, packages if whole else []
    source = harness()
    source.harvest(remote.site)
    gone = packages[0]["id"]

    def loses_one(path: str, query: Query) -> Any:
        answer = remote.respond(path, query)
        if answer and "/search/" in path and query.get("offset") == "0" and ("all_fields" in query) == whole:
            remote.packages.pop(gone, None)
            remote.whole = [package for package in remote.whole if package["id"] != gone]
        return answer

    result = source.harvest(Site(loses_one))

    assert result.full_listing is False
    assert "deleted" not in result.statuses.values()
    assert any("changes while it is read" in error for error in result.gather_errors)


def test_a_licence_by_its_title_and_a_download_without_resource_are_not_lost() -> None:
    package = of_rest({"license": "OKD Compliant::CC BY", "download_url": "http://a.example/x", "resources": []}, "ref", [])

    assert package == {
        "id": "ref",
        "license_title": "OKD Compliant::CC BY",
        "license_id": "OKD Compliant::CC BY",
        "resources": [{"url": "http://a.example/x"}],
    }


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


@pytest.mark.parametrize("most", [2, 5])
def test_a_package_list_that_a_remote_cuts_off_is_asked_for_the_rest(most: int) -> None:
    remote = Dkan(*(dkan_package(number) for number in range(5)))

    def cuts(path: str, query: Query) -> Any:
        answer = remote.respond(path, query)
        if path.endswith("/package_list"):
            start = int(query.get("offset", 0))
            answer["result"] = answer["result"][start : start + most]
        return answer

    result = harness().harvest(Site(cuts))

    assert (result.gather_errors, result.full_listing) == ((), True)
    assert sorted(result.statuses) == sorted(remote.packages)


def test_a_package_list_that_fails_when_it_is_asked_for_more_is_read_and_removes_nothing() -> None:
    remote = Dkan(*(dkan_package(number) for number in range(5)))
    source = harness()
    source.harvest(remote.site)
    gone = dkan_package(4)["id"]
    del remote.packages[gone]

    def fails(path: str, query: Query) -> Any:
        asked_for_more = path.endswith("/package_list") and "offset" in query
        return Answer(f"{SITE}{path}", status=500, text="Oops") if asked_for_more else remote.respond(path, query)

    result = source.harvest(Site(fails))

    assert (result.complete, result.full_listing, sorted(result.statuses)) == (True, False, sorted(remote.packages))
    assert "package_list may not be complete" in result.gather_errors[0]


def test_a_package_list_that_php_wrote_as_an_object_is_a_list() -> None:
    remote = Dkan(*(dkan_package(number) for number in range(3)))

    def as_object(path: str, query: Query) -> Any:
        answer = remote.respond(path, query)
        if path.endswith("/package_list"):
            answer["result"] = {str(2 * place): name for place, name in enumerate(answer["result"])}
        return answer

    result = harness().harvest(Site(as_object))

    assert (result.gather_errors, result.full_listing, sorted(result.statuses)) == ((), True, sorted(remote.packages))


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


def test_a_data_json_is_read_where_there_is_no_api_at_all() -> None:
    dataset = {
        "@type": "dcat:Dataset",
        "identifier": "parks-1",
        "title": "Trees",
        "description": "All of them",
        "keyword": ["trees", "parks"],
        "modified": "2024-05-01",
        "publisher": {"@type": "org:Organization", "name": "City"},
        "contactPoint": {"fn": "Jane", "hasEmail": "mailto:jane@example.org"},
        "accessLevel": "public",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "distribution": [{"downloadURL": "https://a.example/t.csv", "mediaType": "text/csv", "title": "Table"}],
    }
    site = Site(lambda path, query: {"dataset": [dataset]} if path == "/data.json" else None)

    result = harness().harvest(site)

    package = result.dataset("parks-1")
    assert (package["title"], package["notes"], package["maintainer"]) == ("Trees", "All of them", "Jane")
    assert package["maintainer_email"] == "jane@example.org"
    assert [tag["name"] for tag in package["tags"]] == ["trees", "parks"]
    assert package["resources"][0]["url"] == "https://a.example/t.csv"
    assert extras(package)["accessLevel"] == "public"


def test_a_site_that_offers_nothing_is_told_with_the_first_error() -> None:
    result = harness().harvest(Site(lambda path, query: None))

    assert not result.complete
    assert len(result.gather_errors) == 1
    assert "package_search" in result.gather_errors[0]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Wed, 10/31/2012 - 12:00", "2012-10-31T12:00:00"),
        ("Wed, 07/03/2018 - 08:30", "2018-03-07T08:30:00"),
        ("Sun, 02/30/2018 - 08:30", "Sun, 02/30/2018 - 08:30"),
        ("2018-03-07", "2018-03-07"),
    ],
)
def test_the_weekday_tells_which_number_of_a_date_is_the_month(written: str, stored: str) -> None:
    assert of_dkan({"metadata_created": written})["metadata_created"] == stored


def test_a_dataset_that_is_not_published_is_private() -> None:
    assert [of_dkan({"private": word})["private"] for word in ("Published", "Unpublished", "")] == [False, True, False]


@pytest.mark.parametrize("size", ["1.2.3 MB", "...  KB", "9" * 400 + " TB"])
def test_a_size_that_is_no_number_stays_as_it_is(size: str) -> None:
    assert of_dkan({"resources": [{"size": size}]})["resources"] == [{"size": size}]


def test_fields_of_data_json_without_a_place_become_extras() -> None:
    package = of_data_json({"identifier": "i", "theme": ["a"], "temporal": "2000/2001", "spatial": ""})

    assert extras(package) == {"theme": '["a"]', "temporal": "2000/2001"}


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


def test_data_json_is_not_read_for_a_source_that_has_datasets_of_the_api() -> None:
    remote = MemoryCkan(remote_package(1))
    source = harness()
    source.harvest(remote.site)
    catalogue = {"dataset": [{"identifier": "other-id", "title": "The same"}]}

    result = source.harvest(Site(lambda path, query: catalogue if path == "/data.json" else None))

    assert (result.complete, result.statuses) == (False, {})
    assert source.catalogue.show(remote_package(1)["id"]) is not None


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
