"""Server-sent events: `/api/events` tells browsers what changes, without polling.

https://html.spec.whatwg.org/multipage/server-sent-events.html. One thread of the process follows the read model
(`adapters.roles.announcer`). A stream is a task of the event loop and needs no thread. Events are states: for a slow client
a newer state replaces an older one, so the number that waits for it is bounded.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from adapters import bootstrap
from adapters.actions.table import find
from adapters.roles.announcer import News, Watch
from adapters.roles.announcer import State as Change
from adapters.web.answers import failure, json_response
from adapters.web.site import Site, site_of
from domain.access import Caller, may
from domain.errors import HarvestError, NotAuthorized

log = logging.getLogger("harvestlog.serve")

HEARTBEAT = 15.0  # seconds; proxies close connections that are silent for 60
RECHECK = 5.0  # seconds; with the 50 s for which CKAN's answers are cached, a revoked token's stream ends within a minute
UNSURE = 50.0  # seconds that a stream goes on while its token can't be checked
STUCK = 30.0  # seconds within which a client must read what it was sent
MOST_WAITING = 2000  # states that wait for a client; one that is further behind is disconnected and reconnects
MOST_STREAMS = 2000  # per process
MOST_ANONYMOUS = 1500  # of those, for anonymous visitors
BEGIN = b"retry: 2000\n\n"  # milliseconds after which a browser reconnects
BYE = b"event: bye\ndata: {}\n\n"
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx must not buffer the stream
]
ACTION_OF = {"job": "harvest_job_show", "held": "harvest_job_show", "source": "harvest_source_show"}
"""Whoever may call this action about a source gets these events of it."""
CREDENTIALS = ("authorization", "x-ckan-api-key", "x-harvest-caller", "cookie")
"""Headers that identify a caller."""


class Stream:
    """One client: what waits for it, and its position. Use it only in the event loop's thread."""

    def __init__(self, caller: Caller, headers: Mapping[str, str], source: str, job: str) -> None:
        """`source` (id or name) and `job` (id): the client wants only their events; empty: all events."""
        self.caller = caller
        self.headers = headers
        self.credentials = tuple(headers.get(name, "") for name in CREDENTIALS)
        self.sure = time.monotonic()  # when the caller was last confirmed
        self.wake = asyncio.Event()
        self.ended = False
        self.live = False  # true: what it missed has been sent, so news can follow
        self._source, self._job = source, job
        self._waiting: dict[tuple[str, str], Change | bytes] = {}
        self._sent = self._position = 0

    def begin(self, news: News) -> None:
        """Send what the client missed; from now on it gets news."""
        self.live, self._sent = True, news.position
        self.offer(news)
        self._waiting["ready", ""] = b'event: ready\ndata: {"position":%d}\n\n' % news.position
        self.wake.set()

    def offer(self, news: News) -> None:
        """Queue states for the client; a newer one replaces an older one, and goes to the end."""
        if news.reset:
            self._waiting = {("reset", ""): b'event: reset\ndata: {"position":%d}\n\n' % news.position}
        for change in news.states:
            if self.may_see(change):
                self._waiting.pop((change.kind, change.id), None)
                self._waiting[change.kind, change.id] = change
        self._position = news.position
        if len(self._waiting) > MOST_WAITING:
            self.end()
        elif self._waiting:
            self.wake.set()

    def may_see(self, change: Change) -> bool:
        """Whether the client wants this change and may see it."""
        if self._source and self._source not in (change.source_id, change.source):
            return False
        if self._job and (change.kind == "source" or change.id != self._job):
            return False
        return may(self.caller, find(ACTION_OF[change.kind]), change)

    def take(self) -> bytes:
        """The queued events as bytes to send; a comment when there are none.

        Only the last event carries the new position: a client that reconnects after reading a part of them gets the rest.
        """
        waiting, self._waiting = list(self._waiting.values()), {}
        bodies = [change if isinstance(change, bytes) else _event(change) for change in waiting if self._still(change)]
        if not bodies:
            self._sent = self._position
            return b": still here\nid: %d\n\n" % self._position
        before, self._sent = self._sent, self._position
        return b"".join(b"id: %d\n%s" % (before, body) for body in bodies[:-1]) + b"id: %d\n%s" % (self._position, bodies[-1])

    def _still(self, change: Change | bytes) -> bool:
        return isinstance(change, bytes) or self.may_see(change)

    def end(self) -> None:
        """Say goodbye and close the stream."""
        self.ended = True
        self.wake.set()


def _event(change: Change) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (change.kind.encode(), change.text)


class Events:
    """All streams of a process. Use it only in the event loop's thread, except for what the announcer calls."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._streams: set[Stream] = set()
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

    def _tell(self, news: News) -> None:
        for stream in self._streams:
            if stream.live:
                stream.offer(news)

    def full(self, caller: Caller) -> bool:
        """Whether there is no room for another stream of this caller."""
        if self._ending or len(self._streams) >= MOST_STREAMS:
            return True
        return not caller.name and sum(not stream.caller.name for stream in self._streams) >= MOST_ANONYMOUS

    async def serve(self, stream: Stream, after: int | None, receive: Receive, send: Send) -> None:
        """Send events until the client leaves, or its stream is ended. `after`: the last position that the client saw."""
        self._streams.add(stream)
        leaving = asyncio.get_running_loop().create_task(_left(receive, stream))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await send({"type": "http.response.body", "body": BEGIN, "more_body": True})
            self._announcer.watch(Watch(after, lambda news: self._from_thread(stream.begin, news)))
            await _send_events(stream, send)
            await send({"type": "http.response.body", "body": BYE})
        except TimeoutError:
            log.info("a client of /api/events took nothing for %.0f s: its stream is closed", STUCK)
        finally:
            self._streams.discard(stream)
            leaving.cancel()

    async def _recheck(self) -> None:
        """Check regularly who the clients are: rights change, and tokens are revoked."""
        while True:
            await asyncio.sleep(RECHECK)
            by_credentials: dict[tuple[str, ...], list[Stream]] = {}
            for stream in self._streams:
                if any(stream.credentials):
                    by_credentials.setdefault(stream.credentials, []).append(stream)
            for streams in by_credentials.values():
                await self._recheck_caller(streams)

    async def _recheck_caller(self, streams: list[Stream]) -> None:
        headers = streams[0].headers
        try:
            caller = await self._site.run(lambda: self._site.visitor_of(headers))
        except NotAuthorized:
            for stream in streams:
                stream.end()
        except HarvestError as error:
            for stream in streams:
                if time.monotonic() - stream.sure > UNSURE:
                    log.warning("the stream of %s ends: %s", stream.caller.name, error)
                    stream.end()
        except Exception:
            log.exception("who the clients of /api/events are could not be found out")
        else:
            for stream in streams:
                stream.caller, stream.sure = caller, time.monotonic()


async def _send_events(stream: Stream, send: Send) -> None:
    while not stream.ended:
        with suppress(TimeoutError):
            async with asyncio.timeout(HEARTBEAT):
                await stream.wake.wait()
        stream.wake.clear()
        if not (stream.live or stream.ended):
            continue
        async with asyncio.timeout(STUCK):
            await send({"type": "http.response.body", "body": stream.take(), "more_body": True})


async def _left(receive: Receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end()


class _EventStream:
    """The endpoint, as a plain ASGI application."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope)
        site, events = site_of(request), request.app.state.events
        headers = dict(request.headers)
        try:
            caller = await site.run(lambda: site.visitor(request))
        except HarvestError as error:
            await failure(request, "events", error)(scope, receive, send)
            return
        if events.full(caller):
            await _busy()(scope, receive, send)
            return
        query = request.query_params
        stream = Stream(caller, headers, query.get("source_id", ""), query.get("job_id", ""))
        await events.serve(stream, _seen(request), receive, send)


def _seen(request: Request) -> int | None:
    """The last position that a client saw; None for a new client, and -1, which leads to a reset, for a malformed one."""
    event_id = request.headers.get("last-event-id") or request.query_params.get("last_event_id") or ""
    if not event_id:
        return None
    return int(event_id) if event_id.isascii() and event_id.isdecimal() and len(event_id) <= 18 else -1


def _busy() -> Response:
    error = {"__type": "Service Unavailable Error", "message": "Too many event streams are open: come back later"}
    return json_response({"success": False, "error": error}, 503, {"Retry-After": "30"})


routes = [Route("/api/events", _EventStream(), methods=["GET"])]
