"""A remote CKAN in memory, with a search that filters. For `harvesters.testing.Harness`."""

import json
from copy import deepcopy
from typing import Any

from adapters.sample_ckan.query import predicate
from tests.support.old_remotes import Query, Site

URL = "https://remote.example"


def remote_package(number: int, **fields: Any) -> dict[str, Any]:
    """A dataset as package_show of a CKAN answers it."""
    return {
        "id": f"20000000-0000-4000-8000-{number:012d}",
        "name": f"remote-{number}",
        "title": f"Remote {number}",
        "state": "active",
        "type": "dataset",
        "private": False,
        "metadata_modified": "2020-01-01T00:00:00",
        "tags": [],
        "groups": [],
        "extras": [],
        "resources": [],
        "organization": None,
        **fields,
    }


class MemoryCkan:
    """Its datasets, groups and organisations may be changed between two harvests. `queries` are the `fq` that were asked."""

    def __init__(self, *packages: dict[str, Any], groups: tuple[dict[str, Any], ...] = ()) -> None:
        self.packages = {package["id"]: package for package in packages}
        self.groups = {key: group for group in groups for key in (group["id"], group["name"])}
        self.queries: list[str] = []
        self.knows_organizations = True
        self.site = Site(self.respond)

    def respond(self, path: str, query: Query) -> Any:
        """The answer to a path, None: there is no such page."""
        action = path.removeprefix("/api/3/action/")
        if action == "package_search":
            return {"success": True, "result": self._search(query)}
        if action == "package_show":
            return {"success": True, "result": deepcopy(self.packages[query["id"]])}
        if action == "group_show" or (action == "organization_show" and self.knows_organizations):
            group = self.groups.get(query["id"])
            return group and {"success": True, "result": group}
        if action in ("group_list", "organization_list") and self.groups:
            owners = action == "organization_list"
            groups = [group for group in self.groups.values() if bool(group.get("is_organization")) is owners]
            return {"success": True, "result": sorted({group["name"] for group in groups})}
        return None

    def _search(self, query: Query) -> dict[str, Any]:
        self.queries.append(query.get("fq", ""))
        hidden = query.get("include_private") != "true"
        listed = [package for package in self.packages.values() if not (hidden and package["private"])]
        matches = sorted(filter(predicate(query.get("fq", "")), listed), key=lambda package: str(package["id"]))
        start, rows = int(query["start"]), int(query["rows"])
        return json.loads(json.dumps({"count": len(matches), "results": matches[start : start + rows]}))  # type: ignore[no-any-return]
