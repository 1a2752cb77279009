"""Recorded catalogues through a remote with faults at random: what can be had is the same as without any."""

import json
import random
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from harvesters.ckan import CKANHarvester
from harvesters.http import HttpLimits, PoliteSession
from tests.integration.test_ckan_harvester import SHARED, Site
from tests.integration.test_ckan_harvester_failures import errors, gather, new_job, records
from tests.support.served import served

FAULTS = ("http", "html", "refused", "cut", "truncated", "large", "charset", "packed")
CATALOGUES = {"envidat": 3, "lwbin": 2, "datos-gob-ar": 6, "tokyo": 9}  # and how many records are bad
pytestmark = pytest.mark.skipif(not SHARED.exists(), reason=f"no {SHARED}: set HARVEST_TEST_SHARED")


class Faulty(BaseHTTPRequestHandler):
    """Passes a catalogue on; pages with a bad record always fail, others at times."""

    protocol_version = "HTTP/1.1"
    packages: list[Any]
    bad: Mapping[str, str]
    chance: random.Random
    rarely = 0.05  # of the good pages

    def do_GET(self) -> None:
        query = {name: values[-1] for name, values in parse_qs(urlsplit(self.path).query).items()}
        action = urlsplit(self.path).path.rpartition("/")[2]
        if action == "package_show":
            return self._send(404, b'{"success": false, "error": {"__type": "Not Found Error"}}')
        start, rows = int(query["start"]), int(query["rows"])
        page = self.packages[start : start + rows]
        body = json.dumps({"success": True, "result": {"count": len(self.packages), "results": page}}).encode()
        fault = next((self.bad[one["id"]] for one in page if one["id"] in self.bad), "")
        if not fault and rows and self.chance.random() < self.rarely:
            fault = self.chance.choice(FAULTS)
        return self._fail(fault, body) if fault else self._send(200, body)

    def _fail(self, fault: str, body: bytes) -> None:
        if fault == "http":
            self._send(self.chance.choice((400, 403, 500, 502, 503)), b"no")
        elif fault == "html":
            self._send(200, b"<html><title>Oops</title></html>")
        elif fault == "refused":
            self._send(200, b'{"success": false, "error": {"__type": "Search Error"}}')
        elif fault == "cut":
            self._send(200, body[: len(body) // 2], length=len(body))
            self.close_connection = True
        elif fault == "truncated":
            self._send(200, body[: len(body) // 2])
        elif fault == "large":
            self._send(200, body, length=10**9)
            self.close_connection = True
        elif fault == "charset":
            self._send(200, body.replace(b"{", b"{\xff", 1))
        else:
            self._send(200, b"\x1f\x8b" + body, encoding="gzip")

    def _send(self, status: int, body: bytes, length: int | None = None, encoding: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


@pytest.fixture(params=CATALOGUES)
def catalogue(request: pytest.FixtureRequest) -> tuple[dict[str, Any], int]:
    """Recorded packages by id, in the order of their ids, and how many are to be bad."""
    site = Site("--data", str(Path(SHARED) / "data" / "ckan" / request.param))
    try:
        gathered = records(gather(new_job(site.url), HttpLimits(allow="loopback")))
    finally:
        site.stop()
    return {record.guid: record.content for record in gathered}, CATALOGUES[request.param]


@pytest.mark.parametrize("seed", range(2))
def test_all_but_the_bad_records_come_whatever_else_fails_at_times(catalogue: tuple[dict[str, Any], int], seed: int) -> None:
    packages, bad = catalogue
    chance = random.Random(seed)
    faults = {guid: chance.choice(FAULTS) for guid in chance.sample(sorted(packages), bad)}
    members = {"packages": [packages[guid] for guid in sorted(packages)], "bad": faults, "chance": chance}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Faulty,), members))
    server.daemon_threads = True
    job = new_job(f"http://127.0.0.1:{server.server_port}", page_size=50)

    harvester = CKANHarvester()
    harvester.http = PoliteSession(
        HttpLimits(allow="loopback", timeout=5.0, total_timeout=60.0, retries=3), sleep=lambda _: None
    )
    with served(server):
        items = list(harvester.gather_stage(job))

    assert {record.guid: record.content for record in records(items)} == {
        guid: package for guid, package in packages.items() if guid not in faults
    }
    assert len([error for error in errors(items) if error.code == "unreadable"]) >= len(faults)
    assert not job.full_listing
