"""Processor time per dataset, by role, while a target stores a few dozen datasets a second: a CKAN that is made up, and slow.

What the roles do each second counts as much here as what they do for a dataset. No CKAN is needed, and it takes a minute.
"""

import json
import statistics
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bench.figure import Figure
from bench.harvests import ALL, fake_ckan, finished, shared, start_quietly
from bench.into_ckan import duration
from bench.site import Site, site
from tests.support.stack import wait_for

DATASETS, WARM, ROUNDS = 600, 100, 3
WRITE = 0.07  # seconds that the target takes to store a dataset
LOOK = 1.0  # seconds between two looks at the job: they cost processor time too, which is measured
CONFIG = {"remote_groups": "create", "remote_orgs": "create", "force_all": True}
NOT_FOUND, UNKNOWN_ACTION = 404, 400


class SlowTarget(BaseHTTPRequestHandler):
    """Stores nothing: a new dataset is answered as it was sent. Each answer ends its connection, as CKAN's do."""

    def do_POST(self) -> None:
        """An action."""
        action = self.path.rpartition("/")[2]
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if action in ("package_create", "organization_create", "group_create"):
            time.sleep(WRITE)
            self._answer(200, {"success": True, "result": {"id": sent.get("name"), **sent}})
        elif action.endswith("_show") and action != "scheming_dataset_schema_show":
            self._answer(NOT_FOUND, {"success": False, "error": {"__type": "Not Found Error", "message": "Not found"}})
        else:
            self._answer(UNKNOWN_ACTION, f"Bad request - Action name not known: {action}")

    def _answer(self, status: int, answer: Any) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *_: object) -> None:
        """Says nothing."""


@contextmanager
def slow_target() -> Iterator[str]:
    """Its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), SlowTarget)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def harvest(running: Site, source: str) -> tuple[Mapping[str, float], float]:
    """Run a job: milliseconds of processor time for a dataset by role, and how long it took, in seconds."""
    before = running.cpu()
    job_id = start_quietly(running, source)
    seconds = wait_for(lambda: duration(running, job_id), 300, "the job ends", LOOK)
    used = {role: seconds - before[role] for role, seconds in running.cpu().items()}
    row = finished(running, job_id)
    assert row is not None
    assert row["errored"] == 0, row
    return {role: seconds / row["objects"] * 1000 for role, seconds in used.items()}, seconds


def target_cpu() -> list[Figure]:
    """The least of a few harvests: what else runs on the machine only adds to it."""
    script = shared() / "ckan" / "fake_ckan.py"
    if not script.exists():
        note = f"not measured: no {script.name} (HARVEST_TEST_SHARED)"
        return [Figure("target_cpu", 0, "ms", 2.5, note=note, lower_is_better=True)]
    with slow_target() as target, site(*ALL, ckan_url=target, ckan_token="bench") as running:
        wait_for(lambda: "coordinator leads" in running.stack.log("coordinator"), 60, "the coordinator leads")
        with fake_ckan(script, WARM, "warm") as url:
            running.stack.source("warm", url, "ckan", CONFIG)
            harvest(running, "warm")
        rounds = []
        for number in range(ROUNDS):
            with fake_ckan(script, DATASETS, f"round-{number}") as url:
                running.stack.source(f"round-{number}", url, "ckan", CONFIG)
                rounds.append(harvest(running, f"round-{number}"))
    costs = [sum(cpu.values()) for cpu, _ in rounds]
    best = costs.index(min(costs))
    cpu, seconds = rounds[best]
    roles = {role: round(ms, 3) for role, ms in cpu.items()}
    note = (
        f"a dataset; {DATASETS} into a target that takes {WRITE * 1000:.0f} ms for each, in {seconds:.0f} s; "
        f"median {statistics.median(costs):.2f}, up to {max(costs):.2f}"
    )
    return [Figure("target_cpu", min(costs), "ms", 2.5, roles, note, True)]


FIGURES: dict[str, Any] = {"target_cpu": target_cpu}
