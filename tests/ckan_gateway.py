"""A gateway to a CKAN that can be away, or answer with an error of its own, while the CKAN behind it goes on."""

import threading
from contextlib import suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

TIMEOUT = 60.0  # seconds for the CKAN's answer


class CkanGateway:
    """Passes requests on while it is `up`; use it as a context manager. `status`: what it answers itself, 0: nothing."""

    def __init__(self, ckan_url: str) -> None:
        self._upstream = urlsplit(ckan_url).netloc
        self._server: ThreadingHTTPServer | None = None
        self._port = 0
        self.status = 0
        self.calls = 0

    @property
    def url(self) -> str:
        """Its address, the same each time that it is up."""
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> "CkanGateway":
        self.up()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.down()

    def up(self) -> None:
        """Listen."""
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), self._handler())
        self._server.daemon_threads = True
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def down(self) -> None:
        """Refuse connections; what is under way is answered."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                gateway.calls += 1
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, content = (gateway.status, b"<h1>Error</h1>") if gateway.status else self._pass_on(body)
                self.send_response(status)
                self.send_header("Content-Type", "text/html" if gateway.status else "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                with suppress(BrokenPipeError, ConnectionResetError):  # the worker was killed
                    self.wfile.write(content)

            def _pass_on(self, body: bytes) -> tuple[int, bytes]:
                connection = HTTPConnection(gateway._upstream, timeout=TIMEOUT)
                connection.request("POST", self.path, body, dict(self.headers))
                answer = connection.getresponse()
                content = answer.read()
                connection.close()
                return answer.status, content

            def log_message(self, *_: Any) -> None:
                pass

        return Handler
