"""A remote CKAN in the test's own process that is changed between runs, and real records to fill it with.

Its datasets change as they would in a CKAN: each change moves `metadata_modified`, ids stay, names are unique.
"""

import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid5

Package = dict[str, Any]

RECORDED = {  # how many valid records of each portal
    "tokyo": 16,
    "datos-gob-ar": 14,  # ids are no UUIDs
    "envidat": 12,
    "lwbin": 5,
    "data-gov-uk": 4,
    "hdx": 4,
    "stadt-zuerich": 3,
    "data-gov-au": 1,
    "envidat-2026": 1,
}
LARGEST = 20_000  # bytes of a record
LONGEST_NAME = 90  # characters, so that a test may add some


class ChangingRemote:
    """Answers package_search over `packages`, by id. Use it as a context manager.

    `searches` and `sent` hold the queries and the ids of the whole records answered so far; a search that asks for some fields
    (`fl`) gets those. With `pause_before` the search of that
    number (from 1, as again after `forget`) waits for `resume`; while `broken` is set connections are closed unanswered.
    """

    def __init__(self) -> None:
        self.packages: dict[str, Package] = {}
        self.searches: list[dict[str, list[str]]] = []
        self.sent: list[str] = []
        self.bytes_sent = 0
        self.broken = False
        self.pause_before = 0
        self.paused = Event()
        self.resume = Event()
        self.lock = Lock()

    def __enter__(self) -> "ChangingRemote":
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.resume.set()
        self._server.shutdown()
        self._server.server_close()

    def fill(self, packages: Iterable[Package]) -> None:
        """Serve these and no others."""
        self.packages = {package["id"]: package for package in packages}

    def forget(self) -> None:
        """Count from here."""
        self.searches.clear()
        self.sent.clear()
        self.bytes_sent = self.pause_before = 0
        self.paused.clear()
        self.resume.clear()

    def search(self, query: dict[str, list[str]]) -> bytes:
        """The answer to a package_search."""
        with self.lock:
            self.searches.append(query)
            number = len(self.searches)
        if number == self.pause_before:
            self.paused.set()
            self.resume.wait(60.0)  # seconds
        with self.lock:
            found = [package for _, package in sorted(self.packages.items()) if _matches(package, query.get("fq", [""])[-1])]
            start, rows = int(query.get("start", ["0"])[-1]), int(query.get("rows", ["10"])[-1])
            results, fields = found[start : start + rows], query.get("fl", [])
            if fields:
                results = [{name: package[name] for name in fields if name in package} for package in results]
            body = json.dumps({"success": True, "result": {"count": len(found), "results": results}}).encode()
            self.sent += [] if fields else [package["id"] for package in results]
            self.bytes_sent += len(body)
        return body


def _matches(package: Package, terms: str) -> bool:
    """The one term that the harvester sends without filters: changed at or after a time."""
    if not terms:
        return True
    since = terms.removeprefix("+metadata_modified:[").removesuffix("Z TO *]")
    return bool(package["metadata_modified"] >= since)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, remote: ChangingRemote) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.remote = remote

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that are killed hang up."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        assert parts.path == "/api/3/action/package_search", self.path
        body = self.server.remote.search(parse_qs(parts.query))
        if self.server.remote.broken:
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


# records


def recorded(shared: Path, namespace: UUID, per_portal: Callable[[int], int] = lambda number: number) -> list[Package]:
    """Valid records of several portals. UUIDs are other ones and names have a prefix, by the namespace.

    So records of tests that run at the same time don't meet in the CKAN that all of them use.
    """
    found: list[Package] = []
    for folder, number in RECORDED.items():
        usable = (package for package in _read(shared / "data" / "ckan" / folder) if _valid(package))
        distinct = {package["id"]: package for package in usable}
        found += [_moved(package, namespace) for package in list(distinct.values())[: per_portal(number)]]
    return found


def _read(folder: Path) -> Iterator[Package]:
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".json", ".gz"):
            continue
        text = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode()
        parts = text.splitlines() if ".jsonl" in path.name else [text]
        for part in parts:
            yield from _packages(json.loads(part))


def _packages(found: Any) -> Iterator[Package]:
    """Datasets in a list, in CKAN's envelopes, or alone."""
    if isinstance(found, list):
        for one in found:
            yield from _packages(one)
    elif isinstance(found, dict):
        inner = found.get("result", found.get("results"))
        if inner is not None:
            yield from _packages(inner)
        elif {"id", "name", "resources", "metadata_modified"} <= found.keys():
            yield found


def _valid(package: Package) -> bool:
    """Whether a CKAN takes it as it is; odd records are the matter of other tests."""
    small = len(json.dumps(package)) <= LARGEST and len(package["name"]) <= LONGEST_NAME
    return small and isinstance(package["title"], str) and all(map(_has_dates, package["resources"]))


def _has_dates(resource: dict[str, Any]) -> bool:
    return "None" not in (resource.get("last_modified"), resource.get("cache_last_updated"))


def _moved(package: Package, namespace: UUID) -> Package:
    resources = [{**one, "id": _other_id(one["id"], namespace)} if "id" in one else one for one in package["resources"]]
    name = f"{namespace.hex[:6]}-{package['name']}"
    return deepcopy({**package, "id": _other_id(package["id"], namespace), "name": name, "resources": resources})


def _other_id(identity: str, namespace: UUID) -> str:
    try:
        UUID(identity)
    except ValueError:
        return identity
    return str(uuid5(namespace, identity))
