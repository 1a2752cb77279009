"""Figures of the Action API over loopback, on the history of a portal: how long reads take, and how many there are in a second.

Twenty clients ask without a pause, in a process of their own that costs little (`bench.raw_clients`). Each read is measured
twice: one address again and again, as pages that are looked at by many, whose answer is kept; and another one each time, which
has to be read. The server is one process on one core; its clients and Postgres share the other. BENCH_SCALE (1 or less) makes
the history smaller.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psutil

from adapters.actions.session import Session
from bench.figure import Figure
from bench.live import reading, result
from bench.site import Site, cpu_of, site
from tests.support.full_read_model import Size, fill, job_id, source_id
from tests.support.stack import wait_for

CLIENTS, SECONDS = 20, 6.0
PACE = 0.1  # seconds between two requests of one client, where each asks something else
MEDIAN, P99, READS = 10.0, 50.0, 1000.0  # ms, ms, a second
BASE = "/api/3/action"
FACETS = "facet.field=%5B%22source_type%22,%22frequency%22,%22health%22%5D"


def api() -> list[Figure]:
    """Each read's median with its p99, and reads a second."""
    size = Size().scaled(float(os.environ.get("BENCH_SCALE", "1")))
    with site(serve_anonymous_rate=0.0) as running:
        fill(running.parts.database, size)
        session = Session(running.parts)
        session.call("harvest_person_create", name="bench", sysadmin=True)
        token = session.call("harvest_token_create", person="bench", name="bench")["token"]
        process = running.stack.start("serve", "serve", "--port", "0", "--workers", "1")
        wait_for(lambda: "answers at" in running.stack.log("serve"), 60, "the server runs")
        match = re.search(r"answers at (http://[\d.]+:\d+)", running.stack.log("serve"))
        assert match is not None
        server = psutil.Process(process.pid)
        server.cpu_affinity([0])
        for thread in server.threads():
            os.sched_setaffinity(thread.id, {0})
        load = _Load(running, server, match[1], token)
        paths = _paths(size)
        load.ask(paths["source_show"], 2.0, 0.0)  # plans and connections are there
        again = {name: load.ask(several[:1], SECONDS, 0.0) for name, several in paths.items()}
        others = {name: load.ask(several, SECONDS, PACE) for name, several in paths.items()}
        busy = load.ask(paths["source_show"], SECONDS, 0.0)
    figures = [_median(f"api_{name}", seen, f"{CLIENTS} clients without a pause") for name, seen in again.items()]
    pace = f"{CLIENTS} clients, each asks something else {1 / PACE:.0f} times a second"
    figures += [_median(f"api_{name}_of_many", seen, pace) for name, seen in others.items()]
    turn = f"{len(paths['source_show']):,} sources in turn, whose answers are kept after the first turn"
    many = f"harvest_source_show of {turn}, {_cost(busy)}"
    return [
        *figures,
        Figure(
            "api_reads",
            again["source_show"]["rate"],
            "reads/s",
            READS,
            note=f"harvest_source_show, {_cost(again['source_show'])}",
        ),
        Figure("api_reads_of_many", busy["rate"], "reads/s", READS, note=many),
    ]


@dataclass(frozen=True)
class _Load:
    """Clients of one server."""

    running: Site
    server: psutil.Process
    url: str
    token: str

    def ask(self, paths: Sequence[str], seconds: float, pace: float) -> dict[str, Any]:
        """What the clients saw, and the share of a core that each side used. Fails on an answer that isn't 200."""
        before = self._cpu()
        with reading(self.url, self.token, paths, CLIENTS, seconds, pace) as clients:
            seen = result(clients)
        assert seen["failed"] == 0, seen
        used = {name: (cpu - before[name]) / seconds for name, cpu in self._cpu().items()}
        return {**seen, **used, "clients": seen["cpu"] / seconds}

    def _cpu(self) -> dict[str, float]:
        return {"server": cpu_of(self.server), "postgres": self.running.cpu()["postgres"]}


def _cost(seen: dict[str, Any]) -> str:
    return f"server {seen['server']:.2f} of a core, Postgres {seen['postgres']:.2f}, clients {seen['clients']:.2f}"


def _median(name: str, seen: dict[str, Any], how: str) -> Figure:
    note = f"p99 {seen['p99']:.1f} ms (at most {P99:.0f}); {how}, {seen['rate']:.0f} requests/s; {_cost(seen)}"
    return Figure(name, seen["p50"], "ms", MEDIAN, note=note, lower_is_better=True)


def _paths(size: Size) -> dict[str, list[str]]:
    numbers = [number for number in range(2, size.sources + 1) if number % 50]
    search = f"{BASE}/package_search?fq=dataset_type:harvest&{FACETS}&q="
    return {
        "source_show": [f"{BASE}/harvest_source_show?id={source_id(number)}" for number in numbers],
        "job_list": [f"{BASE}/harvest_job_list?source_id={source_id(number)}" for number in numbers],
        "job_show": [f"{BASE}/harvest_job_show?id={job_id(number, size.nights)}" for number in numbers],
        "source_search": [f"{search}source", *(f"{search}source-{number}" for number in numbers)],
    }


FIGURES: dict[str, Any] = {"api": api}
