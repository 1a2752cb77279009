"""What all requests of one server process share: its parts, its threads, and who finds out who calls.

Actions wait for Postgres, so they run in threads: each thread has its own connection, with its prepared statements. What runs
in the event loop must never wait.
"""

import asyncio
import contextvars
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from starlette.requests import HTTPConnection

from adapters.access.headers import token_of
from adapters.access.known import Known
from adapters.actions.session import Session
from adapters.actions.waiting import Waits
from adapters.parts import Parts
from adapters.settings import Settings
from adapters.web.cookies import cookie_of
from adapters.web.limits import Limit
from domain.access import Caller
from domain.errors import UnknownToken

T = TypeVar("T")
WAITS = 25.0  # seconds that a call may wait for jobs: less than most proxies and clients do for an answer


class Callers(Protocol):
    """Finds out who calls. Asked in a thread, so it may wait."""

    def caller(self, headers: Mapping[str, str]) -> Caller:
        """The caller by a request's headers, whose names are in lower case. Raises NotAuthorized, ServiceUnavailable."""

    def known(self, headers: Mapping[str, str]) -> Known:
        """The same, with how long it holds."""


class Site:
    """The parts of a server process."""

    def __init__(self, settings: Settings, callers: Callers | None = None) -> None:
        self.settings = settings
        self.parts = Parts(settings, "serve")
        self.callers = callers or self.parts.callers
        self._anonymous = Limit(settings.serve_anonymous_rate / max(1, settings.serve_workers))
        self._refused = Limit(settings.serve_refused_rate / max(1, settings.serve_workers))
        self._waits = Waits(max(1, settings.serve_threads // 4), WAITS)
        self.waits_of_forms = Waits(max(1, settings.serve_threads // 2), WAITS)
        self._threads = ThreadPoolExecutor(settings.serve_threads, "request")

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises, from a thread; log lines of it bear the request's id."""
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._threads, context.run, work)

    def caller(self, request: HTTPConnection) -> Caller:
        """Who sent a request that may be served. Raises NotAuthorized, TooManyCalls, ServiceUnavailable."""
        caller = self.known(request).caller
        self.admit(request, caller)
        return caller

    def known(self, request: HTTPConnection) -> Known:
        """Who sent a request, and for how long that holds. Raises NotAuthorized, TooManyCalls, ServiceUnavailable."""
        address = address_of(request)
        self._refused.check(address)
        try:
            return self.callers.known(request.headers)
        except UnknownToken:
            self._refused.count(address)
            raise

    def admit(self, request: HTTPConnection, caller: Caller) -> None:
        """Count a request of a known caller. Waits for nothing. Raises TooManyCalls."""
        address = address_of(request)
        self._refused.check(address)
        if not caller.name:
            self._anonymous.check(address)
            self._anonymous.count(address)

    def visitor(self, request: HTTPConnection) -> Caller:
        """As `caller`, for what only reads and for pages: who signed in with a browser is known by a cookie, too.

        A session that has ended is an anonymous visitor's.
        """
        caller = None if token_of(request.headers) else self.signed_in(request.headers)
        return self.caller(request) if caller is None else caller

    def visitor_of(self, headers: Mapping[str, str]) -> Caller:
        """The same by the headers alone, and without limits. Raises UnknownToken for a session that has ended."""
        if token_of(headers) or not cookie_of(headers):
            return self.callers.caller(headers)
        caller = self.signed_in(headers)
        if caller is None:
            raise UnknownToken("The session has ended")
        return caller

    def signed_in(self, headers: Mapping[str, str]) -> Caller | None:
        """Who signed in with the browser that sent these headers. Raises ServiceUnavailable."""
        cookie = cookie_of(headers)
        return self.parts.browsers.caller(cookie) if cookie else None

    def refused(self, request: HTTPConnection) -> None:
        """Count a wrong token or password of an address."""
        self._refused.count(address_of(request))

    def check_refused(self, request: HTTPConnection) -> None:
        """Raises TooManyCalls for an address that sent too many of them."""
        self._refused.check(address_of(request))

    def session(self, caller: Caller, *, writes: bool = False) -> Session:
        """A session for one call, made in the thread that uses it. Only one that writes waits for the read model."""
        return Session(self.parts, caller, shows_current=writes, waits=self._waits)

    def close(self) -> None:
        """Take no more work; what runs in threads ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self.parts.close()


def address_of(request: HTTPConnection) -> str:
    """Where a request came from, for limits."""
    return request.client.host if request.client else ""


def site_of(request: HTTPConnection) -> Site:
    """The site that a request came to."""
    site: Site = request.app.state.site
    return site
