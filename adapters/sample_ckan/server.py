"""The Action API of the sample site, read only: the answers have the form and the status codes of CKAN's."""

import gzip
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import NAMESPACE_URL, uuid5

from adapters.sample_ckan.query import BadQuery, predicate

MAX_ROWS = 1000
DEFAULT_ROWS = 10
SORT_FIELDS = {"id": "id", "name": "name", "title_string": "title", "metadata_modified": "metadata_modified"}
UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Params = Mapping[str, str]


class NotFound(Exception):
    """No such thing at the sample site; HTTP 404."""


class Catalogue:
    """The datasets of the site, and the actions that read them."""

    def __init__(self, packages: Sequence[dict[str, Any]]) -> None:
        self._packages = packages
        self._by_id = {str(package["id"]): package for package in packages}
        self._by_name = {str(package.get("name")): package for package in reversed(packages)}
        self._organizations = _distinct([package.get("organization") for package in packages])
        self._groups = _distinct([group for package in packages for group in package.get("groups") or ()])
        self.actions: dict[str, Callable[[Params], Any]] = {
            "package_search": self.package_search,
            "package_list": self.package_list,
            "package_show": self.package_show,
            "organization_list": partial(_listed, self._organizations),
            "organization_show": partial(_shown, self._organizations),
            "group_list": partial(_listed, self._groups),
            "group_show": partial(_shown, self._groups),
            "status_show": self.status_show,
            "site_read": lambda _: True,
        }

    def __len__(self) -> int:
        return len(self._packages)

    def package_search(self, params: Params) -> dict[str, Any]:
        """Datasets by `q` and `fq`, from `start` on, at most `rows`."""
        tests = [predicate(params.get("q", "")), predicate(params.get("fq", ""))]
        packages = [package for package in self._packages if all(test(package) for test in tests)]
        sort = params.get("sort") or "metadata_modified desc"
        start, rows = _number(params, "start", 0), min(_number(params, "rows", DEFAULT_ROWS), MAX_ROWS)
        results = _sorted(packages, sort)[start : start + rows]
        return {"count": len(packages), "sort": sort, "facets": {}, "search_facets": {}, "results": results}

    def package_list(self, params: Params) -> list[str]:
        """Names of all datasets."""
        names = sorted(self._by_name)
        offset = _number(params, "offset", 0)
        return names[offset : offset + _number(params, "limit", len(names))]

    def package_show(self, params: Params) -> dict[str, Any]:
        """A dataset by id or name."""
        wanted = _id(params)
        package = self._by_id.get(wanted) or self._by_name.get(wanted)
        if package is None:
            raise NotFound
        return package

    def status_show(self, params: Params) -> dict[str, Any]:
        """What the site says about itself."""
        return {"site_title": "Sample catalogue", "ckan_version": "2.11.0", "locale_default": "en", "extensions": []}


class SampleServer(ThreadingHTTPServer):
    """The sample site on loopback; port 0 takes a free one."""

    daemon_threads = True

    def __init__(self, port: int = 0, *, twin: bool = False) -> None:
        """`twin`: a site of its own with the same datasets, as `with_other_ids` has them."""
        self.catalogue = Catalogue(list(map(with_other_ids, datasets())) if twin else datasets())
        super().__init__(("127.0.0.1", port), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # the body is written after the headers, and would wait 40 ms for their acknowledgement
    server: SampleServer

    def do_GET(self) -> None:
        """Answer an action with its parameters from the query."""
        parts = urlsplit(self.path)
        status, answer = self._answer(parts.path, dict(parse_qsl(parts.query)))
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json;charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""

    def _answer(self, path: str, params: Params) -> tuple[int, Any]:
        prefix, _, name = path.rstrip("/").rpartition("/")
        action = self.server.catalogue.actions.get(name)
        if prefix not in ("/api/3/action", "/api/action"):
            return 404, {"success": False, "error": {"__type": "Not Found Error", "message": f"No page {path}"}}
        if action is None:
            return 400, f"Bad request - Action name not known: {name}"
        try:
            return 200, {
                "help": f"{self.server.url}{prefix}/help_show?name={name}",
                "success": True,
                "result": action(params),
            }
        except NotFound:
            return 404, {"success": False, "error": {"__type": "Not Found Error", "message": "Not found"}}
        except BadQuery as error:
            return 409, {
                "success": False,
                "error": {"__type": "Search Query Error", "message": f"Invalid search query: {error}"},
            }
        except ValueError as error:
            return 409, {"success": False, "error": {"__type": "Validation Error", "message": str(error)}}


def serve(port: int = 0) -> tuple[SampleServer, str]:
    """Start the site in a thread; end it with `server.shutdown()`. Returns the server and its URL."""
    server = SampleServer(port)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="sample-ckan", daemon=True).start()
    return server, server.url


def datasets() -> list[dict[str, Any]]:
    """The datasets of the site, in no order."""
    packed = files("adapters.sample_ckan").joinpath("datasets.jsonl.gz").read_bytes()
    return [json.loads(line) for line in gzip.decompress(packed).splitlines()]


def with_other_ids(package: dict[str, Any]) -> dict[str, Any]:
    """The dataset under ids of its own, so that it can be harvested next to the demo's: a dataset belongs to one source."""
    text = json.dumps(package)
    for identity in {package.get("id"), *(_ids(package.get("resources")))}:
        if isinstance(identity, str) and UUID_FORM.fullmatch(identity):
            text = text.replace(identity, str(uuid5(NAMESPACE_URL, identity)))
    changed: dict[str, Any] = json.loads(text)
    return changed


def _ids(resources: Any) -> list[Any]:
    return [resource.get("id") for resource in resources if isinstance(resource, dict)] if isinstance(resources, list) else []


def _distinct(objects: Sequence[Any]) -> dict[str, dict[str, Any]]:
    """Groups or organisations by id, where a dataset shows one."""
    return {obj["id"]: obj for obj in objects if isinstance(obj, dict) and "id" in obj}


def _listed(objects: Mapping[str, dict[str, Any]], params: Params) -> list[Any]:
    in_full = params.get("all_fields", "").lower() in ("true", "1")
    return [obj if in_full else obj["name"] for obj in objects.values()]


def _shown(objects: Mapping[str, dict[str, Any]], params: Params) -> dict[str, Any]:
    wanted = _id(params)
    match = objects.get(wanted) or next((obj for obj in objects.values() if obj["name"] == wanted), None)
    if match is None:
        raise NotFound
    return match


def _id(params: Params) -> str:
    if not params.get("id"):
        raise ValueError("id: Missing value")
    return params["id"]


def _number(params: Params, name: str, default: int) -> int:
    value = params.get(name, "")
    if value and not value.isdecimal():
        raise ValueError(f"{name}: Must be a natural number")
    return int(value) if value else default


def _sorted(packages: Sequence[dict[str, Any]], sort: str) -> list[dict[str, Any]]:
    """Datasets sorted by a list such as `title_string asc, id desc`; unknown fields are left out."""
    result = list(packages)
    for part in reversed(sort.split(",")):
        field, _, direction = part.strip().partition(" ")
        if name := SORT_FIELDS.get(field):
            result.sort(key=partial(_sort_key, name), reverse=direction.strip().lower() == "desc")
    return result


def _sort_key(name: str, package: Mapping[str, Any]) -> str:
    return str(package.get(name) or "")
