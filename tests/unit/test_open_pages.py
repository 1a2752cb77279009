"""Which pages are rendered for whom, and until when: the hub of all open pages without a server."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast
from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from adapters.process.announcer import News
from adapters.web import live_pages
from adapters.web.live_pages import LivePages, PageStream, View
from adapters.web.pages.parts import LiveParts
from adapters.web.site import Site
from adapters.web.streams import Streams
from domain.access import ANONYMOUS, Caller
from domain.errors import NotFound, Refused, ServiceUnavailable, ValidationError
from domain.persons import PersonFields, checked_person
from tests.support.logged import logged

ADMIN = Caller("admin", sysadmin=True)
EDITOR = Caller("ed", roles={"org": "editor"})
READY = News(1, [])


class Hub:
    """Open pages whose parts are what a test says. `rendered`: the addresses that were rendered."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.parts = LiveParts({"a": "first"}, "", None)
        self.error: Exception | None = None
        self.rendered: list[str] = []
        monkeypatch.setattr(live_pages, "rendered", self._rendered)
        monkeypatch.setattr(live_pages, "PACE", 0.0)
        monkeypatch.setattr(live_pages, "AGAIN", 0.01)
        self.pages = LivePages(cast(Site, self), cast(Streams, self))

    def also_tell(self, listener: Callable[[News], None]) -> None:
        """As streams do."""

    async def run(self, work: Callable[[], Any]) -> Any:
        """As a site does, without a thread."""
        return work()

    def stream(self, caller: Caller = ADMIN, view: str = "en /harvest") -> PageStream:
        """A browser that has a page open."""
        query = urlencode({"view": view}).encode()
        scope = {"type": "http", "method": "GET", "path": live_pages.PATH, "query_string": query, "headers": []}
        return PageStream(caller, Request(scope), self.pages)

    def news(self) -> None:
        """Something has changed."""
        self.pages.tell(News(2, [], reset=True))

    def _rendered(self, _site: Site, view: View) -> LiveParts:
        self.rendered.append(view.address)
        if self.error is not None:
            raise self.error
        return self.parts


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Hub:
    return Hub(monkeypatch)


def run(steps: Awaitable[None]) -> None:
    async def all_steps() -> None:
        await steps

    asyncio.run(all_steps())


async def settled() -> None:
    """All that can be rendered without waiting was."""
    for _ in range(20):
        await asyncio.sleep(0)


def test_for_a_browser_that_left_before_it_was_answered_nothing_is_ever_rendered(hub: Hub) -> None:
    async def steps() -> None:
        stream = hub.stream()
        stream.left()
        stream.begin(READY)
        hub.news()
        await settled()

    run(steps())

    assert hub.rendered == []


def test_rights_that_change_while_a_browser_leaves_dont_bring_its_pages_back(hub: Hub) -> None:
    async def steps() -> None:
        stream = hub.stream(EDITOR)
        stream.begin(READY)
        await settled()
        stream.left()
        stream.renew(Caller("ed"))
        hub.news()
        await settled()

    run(steps())

    assert hub.rendered == ["/harvest"]


def test_what_waits_isnt_sent_to_a_browser_whose_rights_have_changed_or_whose_session_has_ended(hub: Hub) -> None:
    sent: list[bytes] = []

    async def steps() -> None:
        refused, demoted = hub.stream(EDITOR), hub.stream(EDITOR)
        for stream in (refused, demoted):
            stream.begin(READY)
        await settled()
        hub.error = NotFound("gone")
        refused.refuse()
        demoted.renew(Caller("ed"))
        hub.news()
        await settled()
        sent.extend(stream.take() for stream in (refused, demoted))

    run(steps())

    assert b"first" not in sent[0] + sent[1]
    assert sent[0] == live_pages.SIGNED_OUT
    assert sent[1].startswith(live_pages.READY)
    assert b"event: gone" in sent[1]


def test_a_page_that_had_ended_is_rendered_again_for_who_opens_it_later(hub: Hub) -> None:
    sent: list[bytes] = []

    async def steps() -> None:
        hub.parts = LiveParts({"a": "the first rebuild has ended"}, None, None)
        before, later = hub.stream(), hub.stream()
        before.begin(READY)
        await settled()
        hub.parts = LiveParts({"a": "a second one is running"}, "", 2.0)
        later.begin(READY)
        await settled()
        sent.append(later.take())

    run(steps())

    assert b"a second one is running" in sent[0]
    assert b"the first rebuild" not in sent[0]


def test_a_page_that_is_followed_is_sent_to_another_browser_as_it_is(hub: Hub) -> None:
    async def steps() -> None:
        first, second = hub.stream(), hub.stream()
        for stream in (first, second):
            stream.begin(READY)
            await settled()
        assert b"first" in second.take()

    run(steps())

    assert len(hub.rendered) == 1


def test_that_a_page_is_gone_is_said_once_to_each_browser(hub: Hub) -> None:
    sent: list[bytes] = []

    async def steps() -> None:
        hub.error = NotFound("gone")
        first, second = hub.stream(), hub.stream()
        first.begin(READY)
        await settled()
        sent.append(first.take())
        hub.news()
        await settled()
        sent.append(first.take())
        second.begin(READY)
        await settled()
        sent.append(second.take())

    run(steps())

    assert [b"event: gone" in told for told in sent] == [True, False, True]


@pytest.mark.parametrize("error", [Refused("not here"), ValidationError({"after": "Is none"})])
def test_a_page_whose_address_is_refused_is_gone_and_isnt_tried_again_by_itself(hub: Hub, error: Exception) -> None:
    sent: list[bytes] = []

    async def steps() -> None:
        hub.error = error
        stream = hub.stream()
        stream.begin(READY)
        await asyncio.sleep(5 * live_pages.AGAIN)
        sent.append(stream.take())

    run(steps())

    assert b"event: gone" in sent[0]
    assert len(hub.rendered) == 1


def test_while_the_database_is_away_a_page_is_tried_again_and_that_is_logged_once(
    hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    sent: list[bytes] = []

    async def steps() -> None:
        hub.error = ServiceUnavailable("Postgres does not answer")
        stream = hub.stream()
        stream.begin(READY)
        while len(hub.rendered) < 3:
            await asyncio.sleep(live_pages.AGAIN)
        hub.error = None
        told = b""
        while b"event: parts" not in told:
            await asyncio.sleep(live_pages.AGAIN)
            told = stream.take()
        sent.append(told)

    run(steps())

    assert b"first" in sent[0]
    assert logged(caplog, live_pages.log.name) == [
        "the open page /harvest can't be brought up to date, and is tried again: Postgres does not answer"
    ]


def test_what_several_see_is_rendered_for_nobody_who_could_exist() -> None:
    with pytest.raises(ValidationError):
        checked_person(PersonFields(live_pages.VIEWER))


def test_anonymous_visitors_leave_room_for_the_pages_of_others(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_pages, "MOST_VIEWS", 3)
    monkeypatch.setattr(live_pages, "MOST_ANONYMOUS_VIEWS", 2)

    async def steps() -> None:
        for number in range(4):
            hub.stream(ANONYMOUS, f"en /harvest?q={number}").begin(READY)
        hub.stream(ADMIN, "en /harvest/-/system").begin(READY)
        await settled()

    run(steps())

    assert hub.rendered == ["/harvest?q=0", "/harvest?q=1", "/harvest/-/system"]
