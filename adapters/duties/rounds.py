"""Runs duties one after the other, each when its interval is over or when there is news.

A duty that waits for something that only events bring about looks seldom by itself: an idle leader wakes up a few times in ten
seconds (decision 0094).

A duty that fails is logged once, tried again after a growing wait, and never stops the others. Duties of one round share a
thread, so one that takes long (it waits for a broker or a mail server) belongs in a round of its own.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.errors import HarvestError

log = logging.getLogger(__name__)

FIRST_WAIT, LAST_WAIT = 1.0, 60.0  # seconds after a failure
SERVICE_WAIT = 2.0  # seconds at most after a failure that others must fix: a service may be back any time
QUIET = 10.0  # seconds between two looks of a duty for what it should have been told, such as an event that was announced


class Duty(Protocol):
    """Something that the leader does. All writing goes over the leader's connection, so a former leader can't write."""

    name: str
    trouble: str  # what it means when it fails, for the log
    interval: float  # seconds between two runs when nothing happens; a run may set how soon the next one must be
    on_news: bool  # run it also when events were projected, or somebody said that there is something to do
    pace: float  # seconds between two runs at least, whatever the news

    def run(self, now: datetime) -> bool:
        """Do what is due at `now`, by the database's clock; whether there is more to do at once."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A duty that doesn't work at present."""

    since: float  # monotonic seconds
    message: str
    wait: float  # seconds until it is tried again


class Round:
    """Duties that share a thread."""

    def __init__(self, duties: Sequence[Duty], now: Callable[[], datetime], still_leads: Callable[[], object]) -> None:
        """`still_leads` raises ServiceUnavailable when the leader's connection is lost: then the round ends."""
        self._duties = duties
        self._now = now
        self._still_leads = still_leads
        self._next = {duty.name: 0.0 for duty in duties}  # monotonic seconds
        self._last = dict(self._next)  # when each began to run
        self.failures: dict[str, Failure] = {}
        self.turn = threading.Lock()  # of the one thread that runs the duties

    @property
    def name(self) -> str:
        """Its duties, for the log."""
        return ", ".join(duty.name for duty in self._duties)

    def begin(self) -> None:
        """All duties are due: this process leads from now on."""
        self._next = dict.fromkeys(self._next, 0.0)

    def run_due(self, *, news: bool) -> bool:
        """Run what is due; whether there is more to do at once. Raises ServiceUnavailable when the lead is lost."""
        more = False
        for duty in self._duties:
            if news and duty.on_news and duty.name not in self.failures:
                self._next[duty.name] = min(self._next[duty.name], self._last[duty.name] + duty.pace)
            if time.monotonic() >= self._next[duty.name]:
                more |= self._run(duty)
        return more

    def until_due(self) -> float:
        """Seconds until the next duty is due."""
        return max(0.0, min(self._next.values()) - time.monotonic())

    def deaf_for(self) -> float:
        """Seconds for which news would bring no duty on; infinite when none runs on news."""
        hearing = (duty for duty in self._duties if duty.on_news and duty.name not in self.failures)
        return max(0.0, min((self._last[duty.name] + duty.pace for duty in hearing), default=math.inf) - time.monotonic())

    def _run(self, duty: Duty) -> bool:
        self._last[duty.name] = time.monotonic()
        try:
            more = duty.run(self._now())
        except Exception as error:
            self._still_leads()
            self._failed(duty, error)
            return False
        self._succeeded(duty, more)
        return more

    def _failed(self, duty: Duty, error: Exception) -> None:
        before = self.failures.get(duty.name)
        expected = isinstance(error, HarvestError)
        message = str(error) if expected else f"{type(error).__name__}: {error}"
        longest = SERVICE_WAIT if expected else LAST_WAIT
        wait = min(before.wait * 2, longest) if before else FIRST_WAIT
        since = before.since if before else time.monotonic()
        if before is None or before.message != message:
            log.warning("%s: %s; trying again", duty.trouble, message, exc_info=None if expected else error)
        self.failures[duty.name] = Failure(since, message, wait)
        self._next[duty.name] = time.monotonic() + wait

    def _succeeded(self, duty: Duty, more: bool) -> None:
        self._next[duty.name] = 0.0 if more else time.monotonic() + duty.interval
        if failure := self.failures.pop(duty.name, None):
            log.info("%s works again after %.0f s", duty.name, time.monotonic() - failure.since)
