"""All event streams of a server process: who has one, what is sent to them, and how they end.

https://html.spec.whatwg.org/multipage/server-sent-events.html. One thread of the process follows the read model
(`adapters.process.announcer`). A stream is a task of the event loop and needs no thread. What a stream sends is its own
affair: `adapters.web.events` has the API's, `adapters.web.live_pages` those of pages.
"""

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress

from starlette.responses import Response
from starlette.types import Receive, Send

from adapters import bootstrap
from adapters.process.announcer import News, Watch
from adapters.web.answers import json_response
from adapters.web.site import Site
from domain.access import Caller
from domain.errors import HarvestError, NotAuthorized

log = logging.getLogger("harvestlog.serve")

HEARTBEAT = 15.0  # seconds; proxies close connections that are silent for 60
RECHECK = 5.0  # seconds; with the 50 s for which CKAN's answers are cached, a revoked token's stream ends within a minute
UNSURE = 50.0  # seconds that a stream goes on while its token can't be checked
STUCK = 30.0  # seconds within which a client must read what it was sent
MOST_STREAMS = 2000  # per process
MOST_ANONYMOUS = 1500  # of those, for anonymous visitors
BEGIN = b"retry: 2000\n\n"  # milliseconds after which a browser reconnects
BYE = b"event: bye\ndata: {}\n\n"
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx must not buffer the stream
]
CREDENTIALS = ("authorization", "x-ckan-api-key", "x-harvest-caller", "cookie")
"""Headers that identify a caller."""


class OpenStream(ABC):
    """One client of a stream, and what waits for it. Use it only in the event loop's thread."""

    wants_states = True  # it needs to be told what it missed

    def __init__(self, caller: Caller, headers: Mapping[str, str]) -> None:
        self.caller = caller
        self.headers = headers
        self.credentials: tuple[str, ...] = tuple(headers.get(name, "") for name in CREDENTIALS)
        self.sure = time.monotonic()  # when the caller was last confirmed
        self.wake = asyncio.Event()
        self.ended = False
        self.live = False  # true: what it missed has been sent, so news can follow

    @abstractmethod
    def begin(self, news: News) -> None:
        """Send what the client missed; from now on it gets news."""

    @abstractmethod
    def offer(self, news: News) -> None:
        """Queue what the client is to be told of the news."""

    @abstractmethod
    def take(self) -> bytes:
        """What waits for the client, as bytes to send; a comment when nothing does."""

    def renew(self, caller: Caller) -> None:
        """The caller was confirmed, perhaps with other rights."""
        self.caller, self.sure = caller, time.monotonic()

    def refuse(self) -> None:
        """Who the client was isn't valid any more: close the stream."""
        self.end()

    def end(self) -> None:
        """Say goodbye and close the stream."""
        self.ended = True
        self.wake.set()

    @abstractmethod
    def left(self) -> None:
        """The client has gone."""


class Streams:
    """All streams of a process. Use it only in the event loop's thread, except for what the announcer calls."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._streams: set[OpenStream] = set()
        self._listeners: list[Callable[[News], None]] = []
        self._ending = False
        self._loop: asyncio.AbstractEventLoop | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow the read model while this lasts."""
        loop = self._loop = asyncio.get_running_loop()
        self._announcer = bootstrap.announcer(
            self._site.settings, lambda news: self._from_thread(self._tell, news), lambda: bool(self._streams)
        )
        self._announcer.start()
        rechecking = loop.create_task(self._recheck())
        try:
            yield
        finally:
            rechecking.cancel()
            self.end()
            await loop.run_in_executor(None, self._announcer.stop)

    def end(self) -> None:
        """Say goodbye to all clients: the process is about to end. Safe in any thread and in a signal handler."""
        self._ending = True
        if self._loop is not None:
            self._from_thread(self._end_all)

    def _from_thread(self, call: Callable[..., None], *arguments: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: the process ends
            assert self._loop is not None
            self._loop.call_soon_threadsafe(call, *arguments)

    def _end_all(self) -> None:
        for stream in self._streams:
            stream.end()

    def also_tell(self, listener: Callable[[News], None]) -> None:
        """Call this with all news, too, in the event loop's thread."""
        self._listeners.append(listener)

    def _tell(self, news: News) -> None:
        for listener in self._listeners:
            listener(news)
        for stream in self._streams:
            if stream.live:
                stream.offer(news)

    def full(self, caller: Caller) -> bool:
        """Whether there is no room for another stream of this caller."""
        if self._ending or len(self._streams) >= MOST_STREAMS:
            return True
        return not caller.name and sum(not stream.caller.name for stream in self._streams) >= MOST_ANONYMOUS

    async def serve(self, stream: OpenStream, after: int | None, receive: Receive, send: Send) -> None:
        """Send events until the client leaves, or its stream is ended. `after`: the last position that the client saw."""
        self._streams.add(stream)
        leaving = asyncio.get_running_loop().create_task(_left(receive, stream))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await send({"type": "http.response.body", "body": BEGIN, "more_body": True})
            self._announcer.watch(Watch(after, lambda news: self._from_thread(stream.begin, news), stream.wants_states))
            await _send_events(stream, send)
            await send({"type": "http.response.body", "body": BYE})
        except TimeoutError:
            log.info("the client of an event stream took nothing for %.0f s: its stream is closed", STUCK)
        finally:
            self._streams.discard(stream)
            stream.left()
            leaving.cancel()

    async def _recheck(self) -> None:
        """Check regularly who the clients are: rights change, and tokens are revoked."""
        while True:
            await asyncio.sleep(RECHECK)
            by_credentials: dict[tuple[str, ...], list[OpenStream]] = {}
            for stream in self._streams:
                if any(stream.credentials):
                    by_credentials.setdefault(stream.credentials, []).append(stream)
            for streams in by_credentials.values():
                await self._recheck_caller(streams)

    async def _recheck_caller(self, streams: list[OpenStream]) -> None:
        headers = streams[0].headers
        try:
            caller = await self._site.run(lambda: self._site.visitor_of(headers))
        except NotAuthorized:
            for stream in streams:
                stream.refuse()
        except HarvestError as error:
            for stream in streams:
                if time.monotonic() - stream.sure > UNSURE:
                    log.warning("the stream of %s ends: %s", stream.caller.name, error)
                    stream.end()
        except Exception:
            log.exception("who the clients of event streams are could not be found out")
        else:
            for stream in streams:
                stream.renew(caller)


async def _send_events(stream: OpenStream, send: Send) -> None:
    while not stream.ended:
        with suppress(TimeoutError):
            async with asyncio.timeout(HEARTBEAT):
                await stream.wake.wait()
        stream.wake.clear()
        if not (stream.live or stream.ended):
            continue
        async with asyncio.timeout(STUCK):
            await send({"type": "http.response.body", "body": stream.take(), "more_body": True})


async def _left(receive: Receive, stream: OpenStream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end()


def busy() -> Response:
    """The answer when there is no room for another stream."""
    error = {"__type": "Service Unavailable Error", "message": "Too many event streams are open: come back later"}
    return json_response({"success": False, "error": error}, 503, {"Retry-After": "30"})
