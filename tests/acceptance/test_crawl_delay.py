"""Two workers in processes of their own keep to one Crawl-delay: a remote that counts sees them take turns."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.support.served import served
from tests.support.stack import Stack, wait_for

pytestmark = pytest.mark.slow

DELAY = 0.4  # seconds
RECORDS = 16
LATE = DELAY / 2  # seconds by which a thread of a busy machine may have been late to see the first of two requests
BEAT = 0.01  # seconds


class Remote(ThreadingHTTPServer):
    """A site with a Crawl-delay; notes when each document was asked for, and how long before that it may have been at most."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.asked: list[tuple[float, float]] = []
        self.robots = 0
        self._standstill = (0.0, 0.0)  # the last one of this process: from, to
        self._beat = time.monotonic()
        self._closed = threading.Event()
        threading.Thread(target=self._beats, daemon=True).start()

    def _beats(self) -> None:
        while not self._closed.wait(BEAT):
            now = time.monotonic()
            if now - self._beat > LATE / 2:
                self._standstill = (self._beat, now)
            self._beat = now

    def server_close(self) -> None:
        self._closed.set()
        super().server_close()

    def unseen(self) -> float:
        """Seconds that a request may have waited for this process, which stood still until a moment ago, or may have."""
        now, (begin, end) = time.monotonic(), self._standstill
        return now - (begin if now - end < DELAY else self._beat)


class Handler(BaseHTTPRequestHandler):
    server: Remote

    def do_GET(self) -> None:
        now, unseen = time.monotonic(), self.server.unseen()
        is_robots = self.path == "/robots.txt"
        body = f"User-agent: *\nCrawl-delay: {DELAY}\n".encode() if is_robots else b"{}"
        if is_robots:
            self.server.robots += 1
        else:
            self.server.asked.append((now, unseen))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def remote() -> Iterator[Remote]:
    with served(Remote()) as remote:
        yield remote


def test_the_delay_holds_for_both_workers_together(
    new_stack: Callable[..., AbstractContextManager[Stack]], remote: Remote
) -> None:
    with new_stack(http_robots="delay", fetch_threads=2, in_flight=4) as stack:
        options = ("--partitions", "1,2") if stack.settings.embedded_broker else ()
        stack.start("fetch-consumer", "second", *options)
        workers = "SELECT count(*) FROM ops.worker WHERE role = 'fetch-consumer'"
        wait_for(lambda: stack.parts.database.query(workers)[0][0] == 2, 30, "both workers run")
        documents = {f"record-{number}": f"{remote.url}/{number}" for number in range(RECORDS)}
        stack.source("slow-site", remote.url, "documents", {"documents": documents})
        job = stack.start_job("slow-site")
        host = remote.url.removeprefix("http://")
        holders = "SELECT count(*) FROM ops.host_lease WHERE host LIKE %(host)s AND wanted > 0"
        wait_for(lambda: stack.parts.database.query(holders, host=f"%{host}")[0][0] == 2, 30, "both workers wait for the site")

        ended = stack.ended(job)

    asked = sorted(remote.asked)
    gaps = [later - (earlier - unseen) for (earlier, unseen), (later, _) in itertools.pairwise(asked)]
    first, unseen = asked[0]
    assert (ended["outcome"], ended["added"], len(asked)) == ("finished", RECORDS, RECORDS)
    assert remote.robots == 2, "each worker has read the rules"
    assert min(gaps) >= DELAY - LATE, gaps
    assert asked[-1][0] - (first - unseen) >= (RECORDS - 1) * DELAY - LATE, gaps
