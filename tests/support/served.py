"""HTTP servers of a test, on a thread of this process."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

Server = TypeVar("Server", bound=ThreadingHTTPServer)


@contextmanager
def served(server: Server) -> Iterator[Server]:
    """The server, answering until the block ends."""
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class JsonSite:
    """A server whose address is `url`; `seen` are the paths that were asked for."""

    url: str = ""
    seen: list[str] = field(default_factory=list)


@contextmanager
def json_site(answer: Callable[[str, Mapping[str, str]], Any]) -> Iterator[JsonSite]:
    """A server that answers every GET with JSON, by path and query; None: HTTP 500."""
    site = JsonSite()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            site.seen.append(address.path)
            value = answer(address.path, dict(parse_qsl(address.query)))
            body = json.dumps(value).encode()
            self.send_response(500 if value is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
        site.url = f"http://127.0.0.1:{server.server_port}"
        yield site
