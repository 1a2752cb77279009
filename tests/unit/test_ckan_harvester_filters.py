"""Filters of a CKAN source: each combination, on the first harvest and on those that ask for changes."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest

from harvesters.ckan import CKANHarvester
from harvesters.testing import Harness
from tests.support.memory_ckan import URL, MemoryCkan, remote_package

ORGANIZATIONS = ("parks", "roads", "water")
GROUPS = ((), ("climate",), ("health",), ("climate", "health"))
NAMES: tuple[tuple[str, ...], ...] = ((), ("roads",), ("roads", "water"))
GROUP_NAMES: tuple[tuple[str, ...], ...] = ((), ("climate",), ("climate", "health"))


def datasets() -> list[dict[str, Any]]:
    """One for each organisation and set of groups."""
    return [
        remote_package(number, organization={"id": owner, "name": owner}, groups=[{"id": name, "name": name} for name in names])
        for number, (owner, names) in enumerate(product(ORGANIZATIONS, GROUPS))
    ]


def expected(packages: list[dict[str, Any]], config: Mapping[str, Any]) -> set[str]:
    """The ids that pass, by the words of the README."""
    ids = set()
    for package in packages:
        owner, names = package["organization"]["name"], {group["name"] for group in package["groups"]}
        wanted = (
            (not config["organizations_filter_include"] or owner in config["organizations_filter_include"])
            and owner not in config["organizations_filter_exclude"]
            and (not config["groups_filter_include"] or names & set(config["groups_filter_include"]))
            and not names & set(config["groups_filter_exclude"])
        )
        ids |= {package["id"]} if wanted else set()
    return ids


@pytest.mark.parametrize("remote_filters", [True, False])
@pytest.mark.parametrize("by_group", ["include", "exclude"])
@pytest.mark.parametrize("by_organization", ["include", "exclude"])
@pytest.mark.parametrize("groups", GROUP_NAMES)
@pytest.mark.parametrize("organizations", NAMES)
def test_each_combination_of_filters_holds_on_the_first_and_on_later_harvests(
    organizations: tuple[str, ...], groups: tuple[str, ...], by_organization: str, by_group: str, remote_filters: bool
) -> None:
    packages = datasets()
    remote = MemoryCkan(*packages)
    config: dict[str, Any] = {
        f"{kind}_filter_{how}": [] for kind in ("organizations", "groups") for how in ("include", "exclude")
    }
    config |= {f"organizations_filter_{by_organization}": [*organizations], f"groups_filter_{by_group}": [*groups]}
    source = Harness(CKANHarvester, URL, config)
    if not remote_filters:
        remote.respond = _deaf(remote)  # type: ignore[method-assign]
        remote.site._respond = remote.respond

    first = source.harvest(remote.site)
    for package in packages:
        package |= {"title": "Changed", "metadata_modified": "2026-03-01T00:00:00"}
    later = source.harvest(remote.site)

    assert set(first.statuses) == expected(packages, config)
    assert {guid for guid, status in later.statuses.items() if status == "updated"} == expected(packages, config)
    assert "deleted" not in later.statuses.values()


def _deaf(remote: MemoryCkan) -> Any:
    """A remote that leaves `fq` aside: what we ask for is checked here, too."""
    answer = MemoryCkan.respond

    def respond(path: str, query: Mapping[str, str]) -> Any:
        return answer(remote, path, {name: value for name, value in query.items() if name != "fq"})

    return respond


def test_a_dataset_that_moves_out_of_the_filter_is_removed_and_one_that_moves_in_is_added() -> None:
    packages = datasets()
    remote = MemoryCkan(*packages)
    source = Harness(CKANHarvester, URL, {"organizations_filter_include": ["roads", "water"]})
    source.harvest(remote.site)
    moved = {"metadata_modified": "2026-03-01T00:00:00"}
    packages[0] |= {"organization": {"id": "water", "name": "water"}, **moved}
    packages[-1] |= {"organization": {"id": "parks", "name": "parks"}, **moved}

    result = source.harvest(remote.site)

    changed = {guid: status for guid, status in result.statuses.items() if status != "not modified"}
    assert changed == {packages[0]["id"]: "added", packages[-1]["id"]: "deleted"}
