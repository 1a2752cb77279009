"""Server-sent events: `/api/events` tells programs and browsers what changes, without polling.

Events are states: for a slow client a newer state replaces an older one, so the number that waits for it is bounded.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from adapters.actions.table import find
from adapters.process.announcer import News
from adapters.process.announcer import State as Change
from adapters.web.answers import failure
from adapters.web.site import site_of
from adapters.web.streams import OpenStream, Streams, busy
from domain.access import Caller, may
from domain.errors import HarvestError

MOST_WAITING = 2000  # states that wait for a client; one that is further behind is disconnected and reconnects
ACTION_OF = {"job": "harvest_job_show", "held": "harvest_job_show", "source": "harvest_source_show"}
"""Whoever may call this action about a source gets these events of it."""


class Stream(OpenStream):
    """One client: what waits for it, and its position. Use it only in the event loop's thread."""

    def __init__(self, caller: Caller, headers: Mapping[str, str], source: str, job: str) -> None:
        """`source` (id or name) and `job` (id): the client wants only their events; empty: all events."""
        super().__init__(caller, headers)
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
        self._position = news.position if news.reset else max(self._position, news.position)  # it may have been told more
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

    def left(self) -> None:
        """Nothing was kept for it elsewhere."""

    def _still(self, change: Change | bytes) -> bool:
        return isinstance(change, bytes) or self.may_see(change)


def _event(change: Change) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (change.kind.encode(), change.text)


class _EventStream:
    """The endpoint, as a plain ASGI application."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope)
        site = site_of(request)
        streams: Streams = request.app.state.streams
        headers = dict(request.headers)
        try:
            caller = await site.run(lambda: site.visitor(request))
        except HarvestError as error:
            await failure(request, "events", error)(scope, receive, send)
            return
        if streams.full(caller):
            await busy()(scope, receive, send)
            return
        query = request.query_params
        stream = Stream(caller, headers, query.get("source_id", ""), query.get("job_id", ""))
        await streams.serve(stream, _seen(request), receive, send)


def _seen(request: Request) -> int | None:
    """The last position that a client saw; None for a new client, and -1, which leads to a reset, for a malformed one."""
    event_id = request.headers.get("last-event-id") or request.query_params.get("last_event_id") or ""
    if not event_id:
        return None
    return int(event_id) if event_id.isascii() and event_id.isdecimal() and len(event_id) <= 18 else -1


routes = [Route("/api/events", _EventStream(), methods=["GET"])]
