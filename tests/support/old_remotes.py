"""Remotes in memory that have no package_search: a CKAN of the REST API, and a DKAN. For `harvesters.testing.Harness`."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from harvesters.http.recording import Answer, Replay

SITE = "https://old.example"
Query = Mapping[str, str]


class Site(Replay):
    """Answers whatever `respond` has for a path and its query; 404 for what it has not. `asked` are the paths, in order."""

    def __init__(self, respond: Callable[[str, Query], Any]) -> None:
        super().__init__([])
        self._respond = respond
        self.asked: list[str] = []

    def answer(self, method: str, url: str) -> Answer:
        parts = urlsplit(url)
        self.asked.append(parts.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        value = self._respond(unquote(parts.path), query)
        if isinstance(value, Answer):
            return value
        if value is None:
            return Answer(url, status=404, headers={"Content-Type": "text/html"}, text="<html><title>Not Found</title></html>")
        return Answer(url, headers={"Content-Type": "application/json"}, text=json.dumps(value))


def old_package(number: int, **fields: Any) -> dict[str, Any]:
    """A dataset as /api/2/rest/dataset/ID of CKAN 1.x answers it."""
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "name": f"dataset-{number}",
        "title": f"Dataset {number}",
        "notes": "Old *notes*",
        "notes_rendered": "<p>Old <em>notes</em></p>",
        "license_id": "cc-by",
        "license": "Creative Commons Attribution",
        "tags": ["geo", "Namibia"],
        "groups": ["g-1"],
        "extras": {"encoding": "utf8", "update_frequency": "yearly"},
        "resources": [{"url": f"https://old.example/{number}.csv", "format": "CSV", "description": "", "hash": ""}],
        "ratings_average": None,
        "ratings_count": 0,
        "download_url": f"https://old.example/{number}.csv",
        "ckan_url": f"https://old.example/dataset/dataset-{number}",
        "relationships": [],
        "state": "active",
        "metadata_modified": "2011-04-12T10:23:00",
        "revision_id": "r-1",
        **fields,
    }


class OldCkan:
    """The REST API of a CKAN 1.x. `bases`: where it is; `kind`: what datasets are called; `lists`: it shows all of them.
    `pages`: its search heeds the offset."""

    def __init__(self, *packages: dict[str, Any], bases: Mapping[str, int] | None = None, kind: str = "dataset") -> None:
        self.packages = {package["id"]: package for package in packages}
        self.groups = {"g-1": {"id": "g-1", "name": "parks", "title": "Parks", "packages": []}}
        self.bases = bases or {"/api/2": 2, "/api/1": 1, "/api": 1}
        self.kind = kind
        self.lists = self.tells_changes = self.shows = self.pages = True
        self.whole: list[Any] = []  # what the search answers with all fields
        self.revisions: dict[str, list[str]] = {}
        self.site = Site(self.respond)

    def respond(self, path: str, query: Query) -> Any:
        """The answer to a path, None: there is no such page."""
        base = next((base for base in sorted(self.bases, key=len, reverse=True) if path.startswith(f"{base}/")), None)
        if base is None:
            return None
        what, _, rest = path[len(base) + 1 :].partition("/")
        references = [self._reference(package, self.bases[base]) for package in self.packages.values()]
        if (what, rest) == ("rest", self.kind):
            return references if self.lists else None
        if (what, rest) == ("search", self.kind):
            start, rows = int(query["offset"]) * self.pages, min(2, int(query["limit"]))  # it gives fewer than it is asked for
            results = self.whole if self.whole and query.get("all_fields") else references
            return {"count": len(results), "results": results[start : start + rows]}
        if (what, rest) == ("search", "revision"):
            return list(self.revisions) if self.tells_changes else None
        kind, _, name = rest.partition("/")
        if what == "rest" and kind == "revision":
            return {"id": name, "packages": self.revisions[name]} if name in self.revisions else None
        if what == "rest" and kind == "group":
            return next((group for group in self.groups.values() if name in (group["id"], group["name"])), None)
        if what == "rest" and kind == self.kind and self.shows:
            return self._shown(name, self.bases[base])
        return None

    @staticmethod
    def _reference(package: Mapping[str, Any], version: int) -> str:
        return str(package["id"] if version == 2 else package["name"])

    def _shown(self, name: str, version: int) -> Any:
        package = next((package for package in self.packages.values() if name in (package["id"], package["name"])), None)
        if package is None or version == 2:
            return package
        return {**package, "groups": [self.groups[group]["name"] for group in package["groups"]]}


def dkan_package(number: int, **fields: Any) -> dict[str, Any]:
    """A dataset as package_show of DKAN 7.x-1.x answers it, without the list around it."""
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "name": f"dataset-{number}",
        "title": f"Dataset {number}",
        "maintainer": "admin",
        "maintainer_email": "admin@example.org",
        "license_title": "http://opendefinition.org/licenses/cc-by/",
        "notes": "<p>Notes</p>",
        "url": f"http://dkan.example/dataset/dataset-{number}",
        "state": "Active",
        "log_message": "Edited by admin.",
        "private": "Published",
        "revision_timestamp": "Wed, 10/31/2012 - 12:00",
        "metadata_created": "Wed, 10/31/2012 - 12:00",
        "metadata_modified": "Tue, 08/06/2013 - 10:46",
        "creator_user_id": "1",
        "type": "Dataset",
        "resources": [
            {
                "id": f"10000000-0000-4000-8000-{number:012d}",
                "revision_id": "",
                "url": f"http://dkan.example/{number}.csv",
                "description": "",
                "format": "csv",
                "state": "Active",
                "revision_timestamp": "Tue, 08/06/2013 - 10:46",
                "name": "Table",
                "mimetype": "text/csv",
                "size": "4.11 KB",
                "created": "Wed, 10/31/2012 - 12:00",
                "last_modified": "Date changed  Tue, 08/06/2013 - 10:46",
            }
        ],
        "tags": [{"id": "7", "vocabulary_id": "2", "name": "elections"}],
        "groups": [{"id": "g-1", "name": "parks", "title": "Parks", "description": "", "image_display_url": ""}],
        **fields,
    }


class Dkan:
    """A DKAN in the form of CKAN's API. `offers`: package_list (with package_show), current_package_list_with_resources,
    data.json. `pages`: it heeds the offset."""

    def __init__(self, *packages: dict[str, Any], offers: str = "package_list") -> None:
        self.packages = {package["id"]: package for package in packages}
        self.offers = offers
        self.pages = True
        self.site = Site(self.respond)

    def respond(self, path: str, query: Query) -> Any:
        """The answer to a path, None: there is no such page."""
        action = path.rpartition("/")[2]
        if action == "data.json" == self.offers:
            return {"dataset": list(self.packages.values())}
        if action == "package_show" and self.offers == "package_list":
            return {"success": True, "result": [self.packages[query["id"]]]}
        if action != self.offers:
            return None
        if action == "package_list":
            return {"success": True, "result": list(self.packages)}
        start, rows = int(query["offset"]) * self.pages, min(2, int(query["limit"]))
        return {"success": True, "result": [list(self.packages.values())[start : start + rows]]}
