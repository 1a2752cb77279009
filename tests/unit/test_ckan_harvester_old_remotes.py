"""Remotes without package_search that have the REST API of CKAN 1.x and 2.x."""

import json
from typing import Any

import pytest

from harvesters.ckan import CKANHarvester
from harvesters.ckan.forms import of_rest, of_search
from harvesters.testing import Answer, Harness
from tests.support.memory_ckan import MemoryCkan, remote_package
from tests.support.old_remotes import SITE, OldCkan, Query, Site, old_package


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
