"""Clients of event streams for `bench.live`, many in one process of its own.

`python -m bench.http_clients URL TOKEN CLIENTS SECONDS PATH PATTERN`: each client has an event stream open and notes when it
got which change: what the pattern's group matches. They say "ready" when all are connected; JSON is printed at the end.
"""

import asyncio
import json
import re
import sys
import time
from urllib.parse import urlsplit

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def connect(url: str) -> Connection:
    """A connection to the server."""
    split = urlsplit(url)
    return await asyncio.open_connection(split.hostname, split.port, limit=2**22)


def request(path: str, token: str) -> bytes:
    """A GET."""
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: {token}\r\n\r\n".encode()


async def watch(connection: Connection, pattern: re.Pattern[bytes], seen: list[tuple[str, float]]) -> None:
    """One client that watches; it notes every change of which it is told, and when."""
    reader, _ = connection
    while line := await reader.readline():
        if line.startswith(b"data: ") and (change := pattern.search(line)):
            seen.append((change[1].decode(), time.time()))


async def watching(url: str, token: str, clients: int, seconds: float, path: str, pattern: str) -> dict[str, object]:
    """All clients that watch."""
    seen: list[tuple[str, float]] = []
    connections = [await connect(url) for _ in range(clients)]
    for reader, writer in connections:
        writer.write(request(path, token))
        while b"event: ready" not in await reader.readline():
            pass
    print("ready", flush=True)
    tasks = [asyncio.create_task(watch(connection, re.compile(pattern.encode()), seen)) for connection in connections]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    return {"seen": seen}


if __name__ == "__main__":
    url, token, clients, seconds, path, pattern = sys.argv[1:]
    print(json.dumps(asyncio.run(watching(url, token, int(clients), float(seconds), path, pattern))))
