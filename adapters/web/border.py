"""What happens to every request first: it gets an id, a limit on its size, and the common headers of its answer.

Plain ASGI without copying the answer, so streams pass through unchanged.
"""

import asyncio
import logging
import re
import secrets
import time
from contextlib import suppress
from contextvars import ContextVar

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.logs import about

log = logging.getLogger("harvestlog.serve")

request_id: ContextVar[str] = ContextVar("harvestlog_request_id", default="-")
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
"""Headers of answers that don't set them themselves."""
PATIENCE = 5.0  # seconds in which a request that is too large is read, at most
TOO_LARGE = b'"Bad request - The request is larger than HARVEST_SERVE_MAX_BODY allows"'


def local_path(scope: Scope) -> str:
    """The path of a request without the prefix of a proxy (ASGI's root_path), which servers put before it."""
    path, prefix = str(scope["path"]), str(scope.get("root_path", ""))
    return path.removeprefix(prefix) if path.startswith(f"{prefix}/") else path


class TooLarge(Exception):
    """The body of a request is larger than allowed."""


class Border:
    """Gives each request an id, caps its body, and completes the answer's headers. `max_body` is in bytes."""

    def __init__(self, app: ASGIApp, max_body: int) -> None:
        self._app = app
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        client_id = headers.get("x-request-id", "")
        id_of_request = client_id if GIVEN_ID.fullmatch(client_id) else secrets.token_hex(8)
        token = request_id.set(id_of_request)
        started, status, received = time.monotonic(), 0, 0

        async def send_completed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answer = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    answer.setdefault(name, value)
                answer["X-Request-Id"] = id_of_request
            await send(message)

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_body:
                raise TooLarge
            return message

        with about(request=id_of_request):
            try:
                if self._declared(headers) > self._max_body:
                    raise TooLarge
                await self._app(scope, receive_limited, send_completed)
            except TooLarge:
                await self._drain(receive)
                await _refuse(send_completed)
            finally:
                _log(scope, status, time.monotonic() - started)
        request_id.reset(token)

    async def _drain(self, receive: Receive) -> None:
        """Read on, up to the limit once more and for PATIENCE: most clients read no answer before they have sent everything."""
        left = self._max_body
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while left > 0:
                    message = await receive()
                    left -= len(message.get("body", b""))
                    if not message.get("more_body"):
                        return

    @staticmethod
    def _declared(headers: Headers) -> int:
        length = headers.get("content-length", "0")
        return int(length) if length.isdecimal() else 0


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"application/json;charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": TOO_LARGE})


def _log(scope: Scope, status: int, seconds: float) -> None:
    """Successful reads are logged at DEBUG only: there are a thousand a second."""
    quiet = scope["method"] in ("GET", "HEAD") and 200 <= status < 400
    level = logging.DEBUG if quiet else logging.WARNING if status >= 500 else logging.INFO
    if log.isEnabledFor(level):
        log.log(
            level,
            "%s %s %s in %.0f ms (request %s)",
            *(scope["method"], scope["path"], status, 1000 * seconds, request_id.get()),
        )
