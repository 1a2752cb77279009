"""The remote that the ported plugins harvest: a JSON list, an API with pages, and a CKAN, under one address."""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import NAMESPACE_URL, uuid5

from tests.ported import feeds

PAGE = 2  # ids


def identity(name: str) -> str:
    """A UUID that is the same in every run."""
    return str(uuid5(NAMESPACE_URL, f"https://remote.example/{name}"))


def _entry(name: str, title: str, theme: str) -> dict[str, Any]:
    return {
        "id": identity(name),
        "title": title,
        "about": f"All about {title}",
        "words": [theme, "open data"],
        "theme": theme,
        "file": f"https://remote.example/{name}.csv",
    }


def _item(name: str, title: str, changed: str) -> dict[str, Any]:
    files = [f"https://remote.example/{name}.{kind}" for kind in ("csv", "json")]
    return {"id": identity(name), "title": title, "author": "Ana", "changed": changed, "files": files}


def _package(name: str, title: str) -> dict[str, Any]:
    return {
        "id": identity(name),
        "name": name,
        "title": title,
        "notes": "Ünïcode – notes",
        "type": "dataset",
        "state": "active",
        "private": False,
        "author": "Bo",
        "url": "https://remote.example/home",
        "metadata_modified": "2024-05-01T10:00:00.000000",
        "tags": [{"name": "water", "display_name": "water", "state": "active"}],
        "groups": [],
        "organization": None,
        "extras": [{"key": "frequency", "value": "daily"}],
        "resources": [
            {"id": identity(f"{name}-table"), "url": f"https://remote.example/{name}.csv", "format": "CSV", "name": "Table"},
            {
                "id": identity(f"{name}-program"),
                "url": f"https://remote.example/{name}.exe",
                "format": "EXE",
                "name": "Program",
            },
        ],
    }


ENTRIES = [
    _entry("list-trees", "Trees", "nature"),
    _entry("list-more-trees", "Trees", "nature"),
    {**_entry("list-untitled", "", "nature"), "title": ""},
    {**_entry("list-nameless", "No id", "nature"), "id": None},
    _entry("list-benches", "Bänke & Tische – 2019", "streets"),
]
ITEMS = [
    _item("api-rivers", "Rivers", "2024-01-01T00:00:00"),
    _item("api-lakes", "Lakes", "2024-02-01T00:00:00"),
    {**_item("api-about", "About", "2024-02-01T00:00:00"), "kind": "page"},
    _item("api-rivers-again", "Rivers", "2024-03-01T00:00:00"),
]
MISSING = identity("api-missing")
PACKAGES = [_package("city-pools", "Pools"), _package("city-wells", "Wells")]


def answer(path: str, *, later: bool) -> Any:
    """What a path is answered with, JSON or text; None: there is nothing."""
    parts = urlsplit(path)
    query = parse_qs(parts.query)
    if parts.path == "/list.json":
        return ENTRIES
    if parts.path == "/api/items":
        ids, page = [item["id"] for item in ITEMS] + [MISSING], int(query["page"][0])
        return {"ids": ids[(page - 1) * PAGE : page * PAGE], "next": page + 1 if page * PAGE < len(ids) else None}
    if parts.path.startswith("/api/items/"):
        return next((item for item in ITEMS if item["id"] == parts.path.rpartition("/")[2]), None)
    if parts.path == "/ckan/api/3/action/package_search":
        start, rows = int(query.get("start", ["0"])[0]), int(query.get("rows", ["10"])[0])
        found = [] if "metadata_modified:[2" in query.get("fq", [""])[0] else PACKAGES
        return {"success": True, "result": {"count": len(found), "results": found[start : start + rows]}}
    return feeds.answer(path, later=later)


class _Server(ThreadingHTTPServer):
    later = False  # after a request for /later, until one for /first


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        if self.path in ("/later", "/first"):
            self.server.later = self.path == "/later"
        value = answer(self.path, later=self.server.later)
        is_text = isinstance(value, str)
        body = (value if is_text else json.dumps({"error": "nothing here"} if value is None else value)).encode()
        self.send_response(404 if value is None else 200)
        self.send_header("Content-Type", "text/xml" if is_text else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def remote(port: int = 0) -> Iterator[str]:
    """The server's address."""
    server = _Server(("127.0.0.1", port), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    with remote(int(sys.argv[1])):
        threading.Event().wait()
