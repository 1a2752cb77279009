"""The HTTP server for a test: uvicorn in a thread, on a free port, with callers of the test's own."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

from adapters.access.known import Known
from adapters.settings import Settings
from adapters.web.app import create_app
from adapters.web.site import Callers
from domain.access import ANONYMOUS, Caller
from domain.errors import UnknownToken
from tests.support.stack import PATIENCE, wait_for

SYSADMIN = "sysadmin-token"


class Tokens:
    """Callers by their token; none is anonymous."""

    def __init__(self, callers: Mapping[str, Caller] | None = None) -> None:
        self.callers = {SYSADMIN: Caller("admin", sysadmin=True), **(callers or {})}

    def caller(self, headers: Mapping[str, str]) -> Caller:
        """The caller whose token the header `Authorization` holds."""
        token = headers.get("authorization", "")
        if not token:
            return ANONYMOUS
        if token not in self.callers:
            raise UnknownToken("The API token is not valid")
        return self.callers[token]

    def known(self, headers: Mapping[str, str]) -> Known:
        """The same; it holds for this request only."""
        return Known(self.caller(headers), 0.0)


@dataclass(frozen=True)
class Answer:
    """What the server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class WebServer:
    """A server that runs; `url` is without a slash at its end."""

    url: str

    def request(self, path: str, body: bytes | None = None, token: str = "", **headers: str) -> Answer:
        """Send a request: a POST when there is a body."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            named["Authorization"] = token
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, body, named), timeout=30) as answer:
                return Answer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, {name.lower(): value for name, value in error.headers.items()}, error.read())

    def get(self, action: str, query: str = "", token: str = "") -> Answer:
        """GET an action."""
        return self.request(f"/api/3/action/{action}{'?' if query else ''}{query}", token=token)

    def post(self, action: str, values: Any = None, token: str = "") -> Answer:
        """POST JSON to an action."""
        body = json.dumps(values or {}).encode()
        return self.request(f"/api/3/action/{action}", body, token, Content_Type="application/json")

    def result(self, action: str, values: Any = None, token: str = SYSADMIN) -> Any:
        """The result of an action that succeeds."""
        answer = self.post(action, values, token)
        assert answer.status == 200, f"{action} {values}: {answer.status} {answer.body[:1000]!r}"
        return answer.json["result"]


@contextmanager
def web_server(settings: Settings, callers: Callers | None = None) -> Iterator[WebServer]:
    """The server, listening."""
    app = create_app(settings, callers or Tokens())
    config = uvicorn.Config(
        app,
        port=0,
        log_config=None,
        lifespan="on",
        timeout_graceful_shutdown=1,
        root_path=settings.serve_root_path,
        proxy_headers=bool(settings.serve_proxies),
        forwarded_allow_ips=settings.serve_proxies or None,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        wait_for(lambda: server.started or not thread.is_alive(), PATIENCE, "the server listens", every=0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield WebServer(f"http://127.0.0.1:{port}")
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
