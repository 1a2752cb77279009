"""A small server that speaks like CKAN's Action API: it answers every action with what a test says."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.served import served
from tests.support.stack import PATIENCE

HTML = "<html><head><title>502</title></head><body><h1>Bad gateway</h1></body></html>"
Answer = tuple[int, Any, dict[str, str]]  # status, JSON or text, headers


class ActionSite:
    """Answers every POST with what `answer` says; `seen` holds path, headers and body of each.

    While `release` is clear no answer is sent. `most_busy` is the largest number of calls at a time.
    """

    url = ""

    def __init__(self) -> None:
        self.answer: Callable[[str], Answer] = lambda action: (200, {"success": True, "result": action}, {})
        self.seen: list[tuple[str, Mapping[str, str], Any]] = []
        self.busy = self.most_busy = 0
        self.release = threading.Event()
        self.release.set()


@contextmanager
def action_site() -> Iterator[ActionSite]:
    """The server, listening."""
    site = ActionSite()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                site.busy += 1
                site.most_busy = max(site.busy, site.most_busy)
                site.seen.append((self.path, dict(self.headers), json.loads(body)))
            site.release.wait(PATIENCE)
            status, content, headers = site.answer(self.path.rpartition("/")[2])
            text = (content if isinstance(content, str) else json.dumps(content)).encode()
            with lock:
                site.busy -= 1
            with suppress(BrokenPipeError, ConnectionResetError):  # the client waited no longer
                self._send(status, text, headers)

        def _send(self, status: int, text: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            pass

    with served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
        site.url = f"http://127.0.0.1:{server.server_port}/data/"
        yield site
        site.release.set()
