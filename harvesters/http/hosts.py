"""Who may send a request to a remote host now: so many at a time, so long apart; and what came of them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition

LONGEST_LOOK = 5.0  # seconds between two looks whether a request may be sent


@dataclass(slots=True)
class HostState:
    """A remote host (`name:port`) as this process uses it."""

    limit: int  # requests at a time
    busy: int = 0
    waiting: int = 0
    next_start: float = 0.0  # monotonic seconds: no request begins before


class HostSlots:
    """Counts the requests under way to each host, so that all sessions of a process together stay polite."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._hosts: dict[str, HostState] = {}
        self._changed = Condition()

    @contextmanager
    def taken(self, host: str, limit: int, delay: float = 0.0) -> Iterator[None]:
        """Wait until fewer than `limit` requests to the host are under way, and be one of them.

        With a `delay` (seconds) requests begin at least so long apart, one at a time.
        """
        with self._changed:
            state = self._hosts.get(host) or self._new(host, limit)
            fewer = 1 if delay else limit
            if fewer < state.limit:
                self._fewer(host, state)
            state.limit = fewer
            self._wait(host, state)
            state.busy += 1
            state.next_start = self._clock() + delay if delay else 0.0
        try:
            yield
        finally:
            with self._changed:
                state.busy -= 1
                self._left(host, state)
                self._changed.notify_all()

    def succeeded(self, host: str) -> None:
        """The host has answered, with anything but HTTP 5xx."""

    def failed(self, host: str, url: str, reason: str) -> None:
        """A request to the host failed in a way that is the host's: no connection, no answer, or HTTP 5xx."""

    def _new(self, host: str, limit: int) -> HostState:
        state = self._hosts[host] = HostState(limit)
        return state

    def _wait(self, host: str, state: HostState) -> None:
        """With the lock: until a request may begin."""
        state.waiting += 1
        try:
            while (seconds := self._seconds_left(state)) > 0:
                self._changed.wait(seconds)
        finally:
            state.waiting -= 1

    def _seconds_left(self, state: HostState) -> float:
        """How long to wait before looking again; 0: a request may begin."""
        if state.busy >= self._may(state):
            return LONGEST_LOOK
        return min(LONGEST_LOOK, max(0.0, state.next_start - self._clock()))

    def _may(self, state: HostState) -> int:
        """How many requests may be under way."""
        return state.limit

    def _fewer(self, host: str, state: HostState) -> None:
        """With the lock: fewer requests at a time than before, as the host's robots.txt turned out to say."""

    def _left(self, host: str, state: HostState) -> None:
        """With the lock: a request has ended."""
        if not (state.busy or state.waiting) and state.next_start <= self._clock():
            del self._hosts[host]


PROCESS_SLOTS = HostSlots()
