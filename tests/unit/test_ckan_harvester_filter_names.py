"""Names in filters that the remote doesn't have are told; a search can't tell them from those without datasets."""

import logging
from typing import Any

import pytest

from harvesters.ckan import CKANHarvester
from harvesters.testing import Harness
from tests.support.memory_ckan import URL, MemoryCkan, remote_package

PARKS = {"id": "0a000000-0000-4000-8000-000000000001", "name": "parks", "title": "Parks Department", "is_organization": True}
CLIMATE = {"id": "0a000000-0000-4000-8000-000000000002", "name": "climate", "title": "Climate"}
OAKS = remote_package(1, organization={"name": "parks"}, groups=[{"name": "climate"}])


def harvested(config: dict[str, Any], **changes: Any) -> Any:
    remote = MemoryCkan(OAKS, groups=(PARKS, CLIMATE))
    for name, value in changes.items():
        setattr(remote, name, value)
    return Harness(CKANHarvester, URL, config).harvest(remote.site)


@pytest.mark.parametrize(
    ("config", "why"),
    [
        (
            {"organizations_filter_include": ["Parks Department"]},
            "organizations_filter_include: the remote has no organisation Parks Department",
        ),
        (
            {"organizations_filter_include": ["Parks"]},
            "organizations_filter_include: the remote has no organisation Parks (did you mean parks?)",
        ),
        (
            {"organizations_filter_include": [PARKS["id"]]},
            f"organizations_filter_include: {PARKS['id']} is the organisation parks; filters take that name",
        ),
        (
            {"groups_filter_include": ["climat"]},
            "groups_filter_include: the remote has no group climat (did you mean climate?)",
        ),
        ({"organizations_filter_exclude": ["parks"]}, "the filters leave none"),
    ],
)
def test_a_harvest_that_finds_nothing_says_what_is_wrong_with_its_filters(config: dict[str, Any], why: str) -> None:
    result = harvested(config)

    assert result.gather_errors == (f"No datasets found at CKAN: {URL}; {why}",)


@pytest.mark.parametrize(
    ("config", "line"),
    [
        (
            {"organizations_filter_include": ["parks", "prks"]},
            "organizations_filter_include: the remote has no organisation prks (did you mean parks?)",
        ),
        (
            {"groups_filter_exclude": ["Climate"]},
            "groups_filter_exclude: the remote has no group Climate (did you mean climate?)",
        ),
    ],
)
def test_one_that_finds_too_few_or_too_many_says_so_in_its_log(
    config: dict[str, Any], line: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        result = harvested(config)

    assert (list(result.statuses.values()), result.gather_errors) == (["added"], ())
    assert line in caplog.messages


def test_a_remote_that_lists_nothing_or_cuts_its_list_off_says_nothing_of_names(caplog: pytest.LogCaptureFixture) -> None:
    class Cut(MemoryCkan):
        def respond(self, path: str, query: Any) -> Any:
            if path.endswith("organization_list"):
                return {"success": True, "result": ["other"]}
            return super().respond(path, query)

    silent = Harness(CKANHarvester, URL, {"organizations_filter_include": ["parks"]})
    cut = Harness(CKANHarvester, URL, {"organizations_filter_include": ["parks"]})

    with caplog.at_level(logging.WARNING):
        silent.harvest(MemoryCkan(OAKS).site)
        cut.harvest(Cut(OAKS, groups=(PARKS,)).site)

    assert [record.getMessage() for record in caplog.records if record.name.startswith("harvesters.")] == []


def test_a_remote_that_fails_to_show_what_it_has_is_not_asked_again_and_again() -> None:
    asked: list[str] = []

    class Broken(MemoryCkan):
        def respond(self, path: str, query: Any) -> Any:
            if path.endswith("_show") and not path.endswith("package_show"):
                asked.append(query["id"])
                raise ConnectionError("broken")
            return super().respond(path, query)

    names = [f"name-{number}" for number in range(12)]
    config = {"organizations_filter_exclude": names, "groups_filter_exclude": names}

    result = Harness(CKANHarvester, URL, config).harvest(Broken(OAKS, groups=(PARKS, CLIMATE)).site)

    assert list(result.statuses.values()) == ["added"]
    assert len(set(asked)) == 1
