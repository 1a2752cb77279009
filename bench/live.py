"""Figures of a server while a site works: reads during a harvest, and event streams."""

import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import psutil

from bench.figure import Figure
from bench.harvests import ALL, elapsed, finished, start_quietly
from bench.site import Site, cpu_of, pss_mib, site
from tests.support.stack import ROOT, wait_for

OBJECTS = 100_000
READERS, EVERY = 100, 1.0  # clients, seconds between two reads of one
READS = (
    "/api/3/action/harvest_source_show?id=bench",
    "/api/3/action/harvest_job_list?source_id=bench&limit=20",
    "/api/3/action/harvest_source_list?limit=50",
    "/api/3/action/harvest_job_show?id=bench",
)
WATCHERS = 500
CHANGES = 40  # of a source, two a second
SECONDS = CHANGES / 2


def serve(running: Site) -> tuple[str, str]:
    """Start a server; its address, and a token of a sysadmin."""
    running.stack.cli("person", "create", "bench", "--sysadmin")
    token = str(running.stack.json("token", "create", "bench")["token"])
    running.stack.start("serve", "serve", "--port", "0")
    said = wait_for(lambda: re.search(r"answers at (\S+);", running.stack.log("serve")), 30, "the server says its address")
    return str(said[1]), token


@contextmanager
def watching(
    url: str, token: str, number: int, seconds: float, path: str = "/api/events", pattern: str = '"title":"(change-[0-9]+)"'
) -> Iterator[subprocess.Popen[str]]:
    """Clients with event streams, in a process of their own, connected; see `bench.http_clients`."""
    argv = [sys.executable, "-m", "bench.http_clients", url, token, str(number), str(seconds), path, pattern]
    process = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n", "the clients are not connected"
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def reading(
    url: str, token: str, paths: Sequence[str], number: int, seconds: float, pace: float
) -> Iterator[subprocess.Popen[str]]:
    """Clients that read, in a process of their own, connected; see `bench.raw_clients`."""
    split = urlsplit(url)
    argv = [sys.executable, "-m", "bench.raw_clients", str(split.hostname), str(split.port), token]
    argv += [str(number), str(seconds), str(pace)]
    process = subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write("\n".join(paths))
        process.stdin.close()
        assert process.stdout.readline() == "ready\n", "the clients are not connected"
        yield process
    finally:
        process.kill()
        process.wait()


def result(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What clients say at their end."""
    assert process.stdout is not None
    said: dict[str, Any] = json.loads(process.stdout.readline())
    return said


def reads_during_a_harvest() -> list[Figure]:
    """A harvest of 100,000 objects without content alone, then one while 100 clients read once a second each."""
    with site(*ALL) as running:
        url, token = serve(running)
        for name in ("alone", "bench"):
            running.stack.source(name, f"http://127.0.0.1/{name}", "noop", {"records": OBJECTS})
        alone = _rate(running, start_quietly(running, "alone"))
        job = start_quietly(running, "bench")  # before its readers come, who ask for it
        with reading(url, token, READS, READERS, OBJECTS / alone * 0.9, EVERY) as process:
            loaded = _rate(running, job)
            said = result(process)
    share = 100 * loaded / alone
    note = (
        f"{said['reads']:,} reads by {READERS} clients, {said['failed']} failed; median {said['p50']:.0f} ms, "
        f"worst {said['worst']:.0f} ms"
    )
    rates = f"{loaded:,.0f} objects/s with them, {alone:,.0f} without"
    assert said["failed"] == 0, said
    return [
        Figure("reads_during_a_harvest", said["p99"], "ms at p99", 250, lower_is_better=True, note=note),
        Figure("harvest_while_read", share, "% of unloaded", 70, note=rates),
    ]


def _rate(running: Site, job: str) -> float:
    """Objects a second of a harvest, once it has ended."""
    row = wait_for(lambda: finished(running, job), 300, "the job ends")
    return OBJECTS / elapsed(row)


def event_streams() -> list[Figure]:
    """500 clients of one process, told of a change twice a second: from before it is stored until the last client has it."""
    with site("coordinator") as running:
        url, token = serve(running)
        source = running.stack.source("bench", "http://127.0.0.1/bench", "noop")
        server = psutil.Process(running.stack.process("serve").pid)
        with watching(url, token, WATCHERS, SECONDS + 3) as process:
            before, begun, at = cpu_of(server), time.time(), {}
            for number in range(CHANGES):
                at[f"change-{number}"] = time.time()
                _change(running, source, f"change-{number}")
                time.sleep(max(0.0, begun + (number + 1) / 2 - time.time()))
            busy = 100 * (cpu_of(server) - before) / (time.time() - begun)
            memory = pss_mib(server.pid)
            seen = result(process)["seen"]
    delays = sorted(when - at[title] for title, when in seen)
    told = len({title for title, _ in seen})
    assert len(delays) == CHANGES * WATCHERS, f"{len(delays)} of {CHANGES * WATCHERS} were told"
    note = (
        f"{told} changes to each of {WATCHERS} clients; median {statistics.median(delays) * 1000:.0f} ms, "
        f"p99 {delays[len(delays) * 99 // 100] * 1000:.0f} ms; the server used {busy:.1f} % of a core and {memory:.0f} MiB"
    )
    return [Figure("event_streams", delays[-1], "s at worst", 1, lower_is_better=True, note=note)]


def _change(running: Site, source: str, title: str) -> None:
    application = running.parts.application
    fields = application.find_source(source).fields
    application.change_source(UUID(source), replace(fields, title=title), by="bench")


def ending() -> list[Figure]:
    """A server with 200 event streams is told to end."""
    seconds = []
    with site("coordinator") as running:
        url, token = serve(running)
        with watching(url, token, 200, 60):
            begun = time.monotonic()
            process = running.stack.process("serve")
            process.terminate()
            process.wait(30)
            seconds.append(time.monotonic() - begun)
    return [Figure("end_of_a_server_with_streams", seconds[0], "s", 2, lower_is_better=True, note="200 open event streams")]


FIGURES: dict[str, Any] = {
    "reads_during_a_harvest": reads_during_a_harvest,
    "event_streams": event_streams,
    "end_of_a_server_with_streams": ending,
}
