"""Pages that stay current: `/harvest/-/live` sends the parts of open pages that have changed, as HTML.

A page is rendered once for all who see the same: those who look at the same address in the same language with the same
rights. It is rendered by the function that shows it, so what a viewer is sent is what loading the page again would show.
One stream serves all tabs of a browser: `view` may stand in the query several times, each a language, a blank and an address.
"""

import asyncio
import json
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from adapters.process.announcer import News
from adapters.web import pages
from adapters.web.answers import failure
from adapters.web.kept import rights
from adapters.web.pages.language import NAMES, language
from adapters.web.pages.page import Page, Show, shows
from adapters.web.pages.parts import LiveParts, live_parts
from adapters.web.site import Site, site_of
from adapters.web.streams import HEADERS, OpenStream, Streams, busy
from domain.access import Caller
from domain.errors import HarvestError, NotFound, ServiceUnavailable

log = logging.getLogger("harvestlog.serve")

PATH = "/harvest/-/live"
PACE = 0.5  # seconds between two renderings of a page at least
SHARE, LONGEST_PAUSE = 20, 5.0  # a page is left alone 20 times as long as its rendering kept the processor busy, or 5 s
AGAIN = 2.0  # seconds until a page that couldn't be read is tried again
MOST_OF_A_STREAM = 40  # pages
MOST_VIEWS = 1000  # different ones in a process
MOST_ANONYMOUS_VIEWS = 500  # of those, for anonymous visitors
VIEW = re.compile(rf"({'|'.join(NAMES)}) (/.{{0,2000}})\Z")
"""What a browser wants to follow: the language and the address of a page."""
VIEWER = "(viewer)"  # stands for the name of whoever looks, and is nobody's: what several people see must not be about one
SIGNED_OUT = b"event: signed-out\ndata: {}\n\n"
READY = b"event: ready\ndata: {}\n\n"
STILL_HERE = b"event: here\ndata: {}\n\n"
Key = tuple[Any, ...]


def message(kind: str, **values: Any) -> bytes:
    """An event."""
    return f"event: {kind}\ndata: {json.dumps(values, ensure_ascii=False)}\n\n".encode(errors="replace")


@dataclass
class View:
    """A page as several people see it. `last` is what they were sent; None: nothing yet, or it couldn't be shown."""

    name: str  # as browsers call it: language and address
    scope: Scope
    caller: Caller
    streams: set["PageStream"] = field(default_factory=set)
    last: LiveParts | None = None
    gone: bool = False
    stale: bool = False
    failing: bool = False  # what it needs was away when it was rendered last
    free_at: float = 0.0  # of the monotonic clock: not rendered again before
    task: asyncio.Task[None] | None = None
    timer: asyncio.TimerHandle | None = None
    _whole: bytes | None = None

    @property
    def language(self) -> str:
        """The language that it is in."""
        return self.name.partition(" ")[0]

    @property
    def address(self) -> str:
        """Path and query."""
        return self.name.partition(" ")[2]

    @property
    def is_followed(self) -> bool:
        """Whether what was sent last is kept up to date."""
        return self.last is not None and self.last.about is not None

    def is_about(self, jobs: set[str], sources: set[str]) -> bool:
        """Whether a change of these jobs or sources may change the page."""
        if self.last is None:
            return True
        if self.last.about is None:
            return False
        kind, _, name = self.last.about.partition("=")
        return not name or name in (jobs if kind == "job" else sources)

    def keep(self, parts: LiveParts) -> bytes | None:
        """The page is like this now; the message about what has changed, None for nothing."""
        before, self.last, self._whole, self.gone = self.last, parts, None, False
        if before is None:
            return self.whole
        changed = {key: text for key, text in parts.inside.items() if before.inside.get(key) != text}
        if not changed and before.about == parts.about:
            return None
        return message("parts", view=self.name, parts=changed, ended=parts.about is None)

    def lose(self) -> bytes | None:
        """The page isn't there any more, or not for these viewers; the message that says so, None if all were told."""
        told = self.gone
        self.forget()
        self.gone = True
        return None if told else self.whole

    def forget(self) -> None:
        """All viewers are told of all of it when it is rendered next."""
        self.last, self._whole, self.gone = None, None, False

    @property
    def whole(self) -> bytes:
        """The message with all parts."""
        if self._whole is None:
            if self.last is None:
                self._whole = message("gone", view=self.name)
            else:
                ended = self.last.about is None
                self._whole = message("parts", view=self.name, parts=self.last.inside, ended=ended)
        return self._whole


class PageStream(OpenStream):
    """A browser with pages open."""

    wants_states = False

    def __init__(self, caller: Caller, request: Request, hub: "LivePages") -> None:
        super().__init__(caller, dict(request.headers))
        self.scope = request.scope
        if not caller.name:
            self.credentials = ()  # what it sees is for anyone, whether the browser has an old cookie or not
        self.views = [view for view in dict.fromkeys(request.query_params.getlist("view")) if VIEW.match(view)][
            :MOST_OF_A_STREAM
        ]
        self._hub = hub
        self._waiting: dict[str, bytes] = {}

    def begin(self, news: News) -> None:
        """All parts of all pages follow."""
        if self.ended:  # it left before the announcer answered: nobody would take it out again
            return
        self.live = True
        self._waiting[""] = READY
        self._hub.join(self)
        self.wake.set()

    def offer(self, news: News) -> None:
        """Pages follow the news, and streams the pages."""

    def put(self, view: View, changed: bytes | None = None) -> None:
        """Send what has changed of a page; without it, or when something of it waits still, all of it."""
        self._waiting[view.name] = view.whole if changed is None or view.name in self._waiting else changed
        self.wake.set()

    def take(self) -> bytes:
        """What waits, as bytes to send; a comment when nothing does."""
        waiting, self._waiting = self._waiting, {}
        return b"".join(waiting.values()) or STILL_HERE

    def renew(self, caller: Caller) -> None:
        """With other rights, a page looks different."""
        differs = rights(caller) != rights(self.caller)
        super().renew(caller)
        if differs and self.live and not self.ended:
            self._hub.leave(self)
            self._waiting = {name: told for name, told in self._waiting.items() if not name}  # made by the rights before
            self._hub.join(self)

    def refuse(self) -> None:
        """The session has ended: the browser says so, and is sent nothing that is rendered from now on."""
        self._hub.leave(self)
        self._waiting = {"": SIGNED_OUT}
        self.end()

    def left(self) -> None:
        """Nobody needs its pages."""
        self.ended = True
        self._hub.leave(self)


class LivePages:
    """The pages that are open anywhere. Use it only in the event loop's thread."""

    def __init__(self, site: Site, streams: Streams) -> None:
        self._site = site
        self._views: dict[Key, View] = {}
        self._turn = asyncio.Lock()  # one page is rendered at a time
        streams.also_tell(self.tell)

    def tell(self, news: News) -> None:
        """Render the pages that the news are about."""
        if not self._views:
            return
        jobs = {state.id for state in news.states if state.kind != "source"}
        sources = {state.source_id for state in news.states}
        for view in self._views.values():
            if news.reset or view.is_about(jobs, sources):
                self._refresh(view)

    def join(self, stream: PageStream) -> None:
        """Let a stream follow its pages; it is sent them as they are now."""
        for name in stream.views:
            key = (name, stream.scope.get("root_path", ""), rights(stream.caller))
            view = self._views.get(key)
            if view is None:
                if not self._has_room(stream.caller):
                    continue
                caller = replace(stream.caller, name=VIEWER) if stream.caller.name else stream.caller
                view = self._views[key] = View(name, stream.scope, caller)
            view.streams.add(stream)
            if view.is_followed:
                stream.put(view)
            else:  # it may have changed untold since it was sent to others
                view.forget()
                self._refresh(view)

    def _has_room(self, caller: Caller) -> bool:
        if len(self._views) >= MOST_VIEWS:
            return False
        return bool(caller.name) or sum(not view.caller.name for view in self._views.values()) < MOST_ANONYMOUS_VIEWS

    def leave(self, stream: PageStream) -> None:
        """A stream has ended; a page that nobody looks at is forgotten."""
        for key, view in list(self._views.items()):
            view.streams.discard(stream)
            if not view.streams:
                del self._views[key]
                if view.timer is not None:
                    view.timer.cancel()

    def _refresh(self, view: View) -> None:
        view.stale = True
        if view.task is None:
            view.task = asyncio.get_running_loop().create_task(self._follow(view))

    async def _follow(self, view: View) -> None:
        """Render a page until it is current, in its turn and at its pace."""
        try:
            while view.stale and view.streams:
                await asyncio.sleep(view.free_at - time.monotonic())
                async with self._turn:
                    if view.streams:
                        await self._render(view)
        finally:
            view.task = None

    async def _render(self, view: View) -> None:
        view.stale, begun, pause = False, time.monotonic(), PACE
        told: bytes | None
        try:
            parts, busy_for = await self._site.run(lambda: _measured(self._site, view))
        except ServiceUnavailable as error:
            if not view.failing:
                log.warning("the open page %s can't be brought up to date, and is tried again: %s", view.address, error)
            view.failing, view.stale, view.free_at = True, True, time.monotonic() + AGAIN
            return
        except HarvestError:  # there is none, they may not see it, or its address can't be understood
            told = view.lose()
        except Exception:
            log.exception("the open page %s can't be shown", view.address)
            told = view.lose()
        else:
            if view.last is not None:  # the first time the template is compiled, too
                pause = max(PACE, min(SHARE * busy_for, LONGEST_PAUSE))
            told = view.keep(parts)
        view.failing, view.free_at = False, begun + pause
        self._look_again(view)
        if told is not None:
            for stream in view.streams:
                stream.put(view, told)

    def _look_again(self, view: View) -> None:
        """Some pages hold what nothing announces."""
        if view.timer is not None:
            view.timer.cancel()
        every = view.last.every if view.last is not None and view.is_followed else None
        view.timer = asyncio.get_running_loop().call_later(every, self._refresh, view) if every and view.streams else None


def _measured(site: Site, view: View) -> tuple[LiveParts, float]:
    """The parts of a page, and the seconds of this thread's processor time that they took."""
    begun = time.thread_time()
    parts = rendered(site, view)
    return parts, time.thread_time() - begun


def rendered(site: Site, view: View) -> LiveParts:
    """The parts of a page as they are now. Raises HarvestError. Call it in a thread."""
    show, request = _page_at(view.scope, view.address)
    response = show(Page(request, site, view.caller, language(view.language)))
    if response.status_code != 200:
        raise NotFound(f"There is no page at {view.address}")
    return live_parts(bytes(response.body).decode())


def _page_at(scope: Scope, address: str) -> tuple[Show, Request]:
    """The page of an address, and the request that a browser would send for it, without a cookie. Raises NotFound."""
    path, _, query = address.partition("?")
    named = {b"host", b"accept-language"}
    asked: Scope = {
        **{name: scope[name] for name in ("type", "http_version", "scheme", "server", "client", "root_path", "app")},
        "method": "GET",
        "path": unquote(path),
        "raw_path": path.encode(errors="replace"),
        "state": {},
        "query_string": query.encode(errors="replace"),
        "headers": [item for item in scope["headers"] if item[0] in named],
    }
    for route in pages.routes:
        match, found = route.matches(asked)
        if match is Match.FULL:
            show = shows(route.endpoint)
            if show is not None:
                return show, Request({**asked, **found})
            break
    raise NotFound(f"There is no page at {address}")


class _Endpoint:
    """The endpoint, as a plain ASGI application."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope)
        site = site_of(request)
        streams: Streams = request.app.state.streams
        try:
            caller = await site.run(lambda: site.visitor(request))
        except HarvestError as error:
            await failure(request, "live", error)(scope, receive, send)
            return
        if request.query_params.get("signed_in") and not caller.name:
            await _signed_out()(scope, receive, send)
        elif streams.full(caller):
            await busy()(scope, receive, send)
        else:
            stream = PageStream(caller, request, request.app.state.live_pages)
            await streams.serve(stream, None, receive, send)


def _signed_out() -> Response:
    headers: Mapping[str, str] = {name.decode(): value.decode() for name, value in HEADERS}
    return Response(SIGNED_OUT, headers=headers)


routes = [Route(PATH, _Endpoint(), methods=["GET"])]
