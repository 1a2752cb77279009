"""Clients of a server for `bench.live`, many in one process of its own.

`python -m bench.http_clients read URL TOKEN CLIENTS SECONDS`: each client reads once a second over a connection that it keeps.
With `watch` each has an event stream open and notes when it got which change. They say "ready" when all are connected; JSON is
printed at the end.
"""

import asyncio
import json
import sys
import time
from itertools import count
from urllib.parse import urlsplit

EVERY = 1.0  # seconds between two reads of one client
READS = (
    "/api/3/action/harvest_source_show?id=bench",
    "/api/3/action/harvest_job_list?source_id=bench&limit=20",
    "/api/3/action/harvest_source_list?limit=50",
    "/api/3/action/harvest_job_show?id=bench",
)
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def connect(url: str) -> Connection:
    """A connection to the server."""
    split = urlsplit(url)
    return await asyncio.open_connection(split.hostname, split.port, limit=2**22)


def request(path: str, token: str) -> bytes:
    """A GET."""
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: {token}\r\n\r\n".encode()


async def answer(reader: asyncio.StreamReader) -> int:
    """The status of an answer, whose body is read and forgotten."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").lower().split("\r\n")
    length = next((int(line.partition(":")[2]) for line in lines if line.startswith("content-length:")), 0)
    await reader.readexactly(length)
    return int(lines[0].split()[1])


async def read(url: str, token: str, number: int, until: float, taken: list[float], statuses: list[int]) -> None:
    """One client that reads."""
    reader, writer = await connect(url)
    await asyncio.sleep(EVERY * (number % 97) / 97)
    for turn in count(number):
        if time.monotonic() > until:
            break
        begun = time.monotonic()
        writer.write(request(READS[turn % len(READS)], token))
        statuses.append(await answer(reader))
        taken.append(time.monotonic() - begun)
        await asyncio.sleep(max(0.0, EVERY - (time.monotonic() - begun)))
    writer.close()


async def watch(connection: Connection, seen: list[tuple[str, float]]) -> None:
    """One client that watches; it notes the title of every source of which it is told, and when."""
    reader, _ = connection
    while line := await reader.readline():
        if line.startswith(b"data: ") and b'"title":"change-' in line:
            seen.append((line.partition(b'"title":"')[2].partition(b'"')[0].decode(), time.time()))


async def reading(url: str, token: str, clients: int, seconds: float) -> dict[str, object]:
    """All clients that read."""
    taken: list[float] = []
    statuses: list[int] = []
    until = time.monotonic() + seconds
    print("ready", flush=True)
    await asyncio.gather(*(read(url, token, number, until, taken, statuses) for number in range(clients)))
    taken.sort()
    return {
        "reads": len(taken),
        "failed": sum(status != 200 for status in statuses),
        "p50": taken[len(taken) // 2],
        "p99": taken[len(taken) * 99 // 100],
        "worst": taken[-1],
    }


async def watching(url: str, token: str, clients: int, seconds: float) -> dict[str, object]:
    """All clients that watch."""
    seen: list[tuple[str, float]] = []
    connections = [await connect(url) for _ in range(clients)]
    for reader, writer in connections:
        writer.write(request("/api/events", token))
        while b"event: ready" not in await reader.readline():
            pass
    print("ready", flush=True)
    tasks = [asyncio.create_task(watch(connection, seen)) for connection in connections]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    return {"seen": seen}


if __name__ == "__main__":
    what, url, token, clients, seconds = sys.argv[1:]
    measure = {"read": reading, "watch": watching}[what]
    print(json.dumps(asyncio.run(measure(url, token, int(clients), float(seconds)))))
