"""A gateway between harvestlog and a real CKAN: it counts calls, holds them up, loses answers, and can be away."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 60.0  # seconds


class Hold:
    """Calls of an action about a dataset wait at the gateway, from the first one on, until `release` is set.

    With `answered` CKAN has done what was asked before the wait.
    """

    def __init__(self, action: str, about: str, *, answered: bool = False) -> None:
        self._action, self._about = action, about
        self.answered = answered
        self.arrived, self.release = threading.Event(), threading.Event()

    def wait(self, action: str, data: Any) -> None:
        """Wait if the call is meant, and it is the first such call."""
        if action == self._action and self._about in json.dumps(data) and not self.arrived.is_set():
            self.arrived.set()
            self.release.wait(PATIENCE)


class Gateway:
    """What the gateway does: an answer that `answered` (the action) says no to is not passed on, `hold` holds a call up.

    Calls about the dataset `refuse` are answered with 503, all calls with `status` unless it is 0. `done` counts the calls
    that CKAN answered with success, by action; `written` has those that changed something, with what was sent.
    """

    token = ""  # for those who know the CKAN only by the gateway

    def __init__(self, upstream: str = "", answered: Callable[[str], bool] = lambda action: True) -> None:
        self._upstream = urlsplit(upstream).netloc
        self._server: ThreadingHTTPServer | None = None
        self._port = 0
        self.answered = answered
        self.status = self.calls = 0
        self.hold: Hold | None = None
        self.refuse = ""
        self.done: Counter[str] = Counter()
        self.written: list[tuple[str, Any]] = []
        self.lock = threading.Lock()

    def writes(self) -> dict[str, int]:
        """The successful calls that changed something."""
        return dict(Counter(action for action, _ in self.written))

    def note(self, action: str, body: bytes) -> None:
        """A call that CKAN answered with success."""
        with self.lock:
            self.done[action] += 1
            if not action.endswith(("_show", "_search")):
                self.written.append((action, json.loads(body)))

    def forget(self) -> None:
        """Begin to count again."""
        self.done.clear()
        self.written.clear()

    @property
    def url(self) -> str:
        """Its address, the same each time that it is up."""
        return f"http://127.0.0.1:{self._port}"

    def up(self) -> None:
        """Listen."""
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), _handler(self, self._upstream))
        self._server.daemon_threads = True
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def down(self) -> None:
        """Refuse connections; what is under way is answered."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()


@contextmanager
def gateway(url: str, answered: Callable[[str], bool] = lambda action: True) -> Iterator[Gateway]:
    """A gateway to the CKAN at this address, listening."""
    known = Gateway(url, answered)
    known.up()
    try:
        yield known
    finally:
        if known.hold:
            known.hold.release.set()
        known.down()


def _handler(known: Gateway, upstream: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            known.calls += 1
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if known.status:
                self._send(known.status, b"<h1>Error</h1>")
                return
            action, hold = self.path.rpartition("/")[2], known.hold
            if hold and not hold.answered:
                hold.wait(action, json.loads(body))
            if known.refuse and known.refuse in body.decode():
                self._send(503, b"")
                return
            status, content = self._ask(body)
            if hold and hold.answered:
                hold.wait(action, json.loads(body))
            if status == 200:
                known.note(action, body)
                if not known.answered(action):
                    return
            with suppress(BrokenPipeError, ConnectionResetError):  # the worker was killed
                self._send(status, content)

        def _ask(self, body: bytes) -> tuple[int, bytes]:
            connection = HTTPConnection(upstream, timeout=PATIENCE)
            connection.request("POST", self.path, body, dict(self.headers))
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            return answer.status, content

        def _send(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
