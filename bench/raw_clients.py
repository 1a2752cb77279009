"""Many HTTP clients in one process that costs little, so that a server is what is measured: sockets and epoll, no HTTP library.

`python -m bench.raw_clients HOST PORT TOKEN CLIENTS SECONDS PACE < paths`: each client keeps its connection and asks for one
path after another, from a random one on: without a pause, or one in PACE seconds. It says "ready" when all are connected; JSON
is printed at the end. A latency is counted from when a request was due, so a server that falls behind can't hide it.
"""

import heapq
import json
import random
import select
import socket
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

MOST = 2**20  # bytes read at a time


@dataclass(slots=True)
class Client:
    """One connection and what it waits for."""

    connection: socket.socket
    turn: int
    due: float = 0.0
    head: bytes = b""
    left: int = -1  # bytes of the body that are still to come; -1: the head isn't complete


@dataclass
class Load:
    """All clients of a run, and what they saw."""

    address: tuple[str, int]
    requests: Sequence[bytes]
    pace: float
    seconds_each: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    received: int = 0

    def run(self, number: int, seconds: float) -> None:
        """Connect, say so, and ask for that long."""
        clients = {}
        self._ready = select.epoll()
        for _ in range(number):
            connection = socket.create_connection(self.address)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            clients[connection.fileno()] = Client(connection, random.randrange(len(self.requests)))
            self._ready.register(connection, select.EPOLLIN)
        print("ready", flush=True)
        begun = time.perf_counter()
        self._until = begun + seconds
        self._waiting = [(begun + self.pace * place / number, fileno) for place, fileno in enumerate(clients)]
        self._open = 0
        while self._open or (self._waiting and self._waiting[0][0] < self._until):
            self._send_due(clients)
            pause = self._waiting[0][0] - time.perf_counter() if self._waiting else 1.0
            for fileno, _ in self._ready.poll(min(1.0, max(0.0, pause))):
                self._receive(clients[fileno])

    def _send_due(self, clients: dict[int, Client]) -> None:
        while self._waiting and self._waiting[0][0] <= (now := time.perf_counter()):
            due, fileno = heapq.heappop(self._waiting)
            if due >= self._until:
                continue
            client = clients[fileno]
            client.due = due if self.pace else now
            client.turn = (client.turn + 1) % len(self.requests)
            client.connection.sendall(self.requests[client.turn])
            self._open += 1

    def _receive(self, client: Client) -> None:
        chunk = client.connection.recv(MOST)
        if not chunk:
            raise SystemExit("the server closed a connection")
        self.received += len(chunk)
        if client.left < 0:
            client.head += chunk
            head, separator, body = client.head.partition(b"\r\n\r\n")
            if not separator:
                return
            self.statuses[int(head[9:12])] += 1
            lower = head.lower()
            start = lower.index(b"content-length: ") + 16
            client.left = int(lower[start:].split(b"\r\n", 1)[0]) - len(body)
            client.head = b""
        else:
            client.left -= len(chunk)
        if client.left == 0:
            client.left = -1
            self._end(client)

    def _end(self, client: Client) -> None:
        now = time.perf_counter()
        self.seconds_each.append(now - client.due)
        self._open -= 1
        if now < self._until:
            heapq.heappush(self._waiting, (max(now, client.due + self.pace), client.connection.fileno()))

    def summary(self, seconds: float) -> dict[str, object]:
        """What a figure shows; latencies in ms."""
        taken = sorted(self.seconds_each)
        return {
            "reads": len(taken),
            "rate": len(taken) / seconds,
            "failed": sum(number for status, number in self.statuses.items() if status != 200),
            "statuses": dict(self.statuses),
            "p50": taken[len(taken) // 2] * 1000,
            "p99": taken[len(taken) * 99 // 100] * 1000,
            "worst": taken[-1] * 1000,
            "cpu": time.process_time(),
            "bytes": self.received,
        }


def main(host: str, port: int, token: str, clients: int, seconds: float, pace: float) -> None:
    """Run all clients."""
    paths = sys.stdin.read().split()
    requests = [f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: {token}\r\n\r\n".encode() for path in paths]
    load = Load((host, port), requests, pace)
    load.run(clients, seconds)
    print(json.dumps(load.summary(seconds)), flush=True)


if __name__ == "__main__":
    host, port, token, clients, seconds, pace = sys.argv[1:]
    main(host, int(port), token, int(clients), float(seconds), float(pace))
