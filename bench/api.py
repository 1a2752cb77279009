"""Figures of the Action API over loopback, on the history of a portal: how long reads take, and how many there are in a second.

Twenty clients each ask ten times a second, as pages and scripts would; what the server can do at most is asked by eight clients
without a pause, with one server process on one core. BENCH_SCALE, a share of 1, makes the history smaller.
"""

import asyncio
import os
import re
import statistics
import time
from typing import Any

import psutil

from adapters.actions.session import Session
from bench.figure import Figure
from bench.site import site
from tests.support.full_read_model import Size, fill, job_id, source_id
from tests.support.stack import wait_for

CLIENTS, PACE, SECONDS = 20, 0.1, 8.0  # clients, seconds between two requests of one, seconds of one measurement
BUSY_CLIENTS = 8
MEDIAN, P99, READS = 10.0, 50.0, 1000.0  # ms, ms, a second


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
        found = re.search(r"answers at http://([\d.]+):(\d+)", running.stack.log("serve"))
        assert found is not None
        address = found[1], int(found[2])
        figures = [_paced(name, address, token, path) for name, path in _paths(size).items()]
        psutil.Process(process.pid).cpu_affinity([0])
        for thread in psutil.Process(process.pid).threads():
            os.sched_setaffinity(thread.id, {0})
        return [*figures, _busy(address, token, size)]


def _paths(size: Size) -> dict[str, str]:
    base, source = "/api/3/action", source_id(2)
    search = "package_search?fq=dataset_type:harvest&q=source&facet.field=%5B%22source_type%22,%22frequency%22,%22health%22%5D"
    return {
        "source_show": f"{base}/harvest_source_show?id={source}",
        "job_list": f"{base}/harvest_job_list?source_id={source}",
        "job_show": f"{base}/harvest_job_show?id={job_id(2, size.nights)}",
        "source_search": f"{base}/{search}",
    }


def _paced(name: str, address: tuple[str, int], token: str, path: str) -> Figure:
    times = asyncio.run(_ask(address, token, path, CLIENTS, PACE))
    median, p99 = statistics.median(times) * 1000, statistics.quantiles(times, n=100)[98] * 1000
    note = f"p99 {p99:.1f} ms (at most {P99:.0f}); {CLIENTS} clients, {len(times) / SECONDS:.0f} requests a second"
    return Figure(f"api_{name}", median, "ms", MEDIAN, note=note, lower_is_better=True)


def _busy(address: tuple[str, int], token: str, size: Size) -> Figure:
    path = _paths(size)["source_show"]
    times = asyncio.run(_ask(address, token, path, BUSY_CLIENTS, 0.0))
    note = f"harvest_source_show; one server process on one core, {BUSY_CLIENTS} clients without a pause"
    return Figure("api_reads", len(times) / SECONDS, "reads/s", READS, note=note)


async def _ask(address: tuple[str, int], token: str, path: str, clients: int, pace: float) -> list[float]:
    """Seconds of each answer; each client keeps its connection. Fails on an answer that isn't 200."""
    request = f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: {token}\r\n\r\n".encode()
    times: list[float] = []
    await _client(address, request, time.monotonic() + 1.0, 0.02, [])  # plans and connections are there
    end = time.monotonic() + SECONDS
    await asyncio.gather(*(_client(address, request, end, pace, times) for _ in range(clients)))
    return times


async def _client(address: tuple[str, int], request: bytes, end: float, pace: float, times: list[float]) -> None:
    reader, writer = await asyncio.open_connection(*address)
    while time.monotonic() < end:
        begun = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = re.search(rb"content-length: (\d+)", head.lower())
        assert length is not None
        await reader.readexactly(int(length[1]))
        taken = time.perf_counter() - begun
        times.append(taken)
        if pace > taken:
            await asyncio.sleep(pace - taken)
    writer.close()


FIGURES: dict[str, Any] = {"api": api}
