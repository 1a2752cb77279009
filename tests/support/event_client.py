"""A client of server-sent events that reads as a browser's EventSource does."""

import http.client
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

LONGEST = 15.0  # seconds that a test waits for anything
TOO_LONG = 30.0  # seconds that it waits for an event while others come


@dataclass(frozen=True)
class Event:
    """One event; `id` is the position that the client has reached with it."""

    kind: str
    data: Any
    id: str


class EventClient:
    """An open stream. Use it as a context manager."""

    def __init__(
        self, url: str, token: str = "", last_event_id: str = "", query: str = "", path: str = "/api/events", cookie: str = ""
    ) -> None:
        split = urlsplit(url)
        self._connection = http.client.HTTPConnection(split.hostname or "", split.port, timeout=LONGEST)
        headers = {"Authorization": token} if token else {}
        headers |= {"Last-Event-ID": last_event_id} if last_event_id else {}
        headers |= {"Cookie": cookie} if cookie else {}
        self._connection.request("GET", f"{path}{'?' if query else ''}{query}", headers=headers)
        self.answer = self._connection.getresponse()
        self.last_id = last_event_id
        self.comments = 0

    def __enter__(self) -> "EventClient":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Leave."""
        self.answer.close()
        self._connection.close()

    def events(self) -> Iterator[Event]:
        """Events as they come, until the stream ends."""
        kind = "message"
        data: list[str] = []
        while line := self.answer.readline():
            text = line.decode().rstrip("\n")
            name, _, value = text.partition(": ")
            if text.startswith(":"):
                self.comments += 1
            elif not text:
                if data:
                    yield Event(kind, json.loads("\n".join(data)), self.last_id)
                kind, data = "message", []
            elif name == "id":
                self.last_id = value
            elif name == "event":
                kind = value
            elif name == "data":
                data.append(value)

    def until(self, what: Callable[[Event], bool]) -> list[Event]:
        """All events up to the first that is so; fails the test when the stream ends before, or when it takes too long."""
        seen: list[Event] = []
        end = time.monotonic() + TOO_LONG
        for event in self.events():
            seen.append(event)
            if what(event):
                return seen
            assert time.monotonic() < end, f"not within {TOO_LONG:.0f} s; {seen}"
        raise AssertionError(f"the stream ended after {seen}")

    def ready(self) -> list[Event]:
        """All that the client had missed."""
        return self.until(lambda event: event.kind == "ready")
