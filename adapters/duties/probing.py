"""Asks remote hosts and a target that nothing is sent to whether they answer again."""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from adapters.duties.rounds import QUIET
from adapters.postgres.work.breakers import Breakers, OpenBreaker
from domain.breakers import Dispatchable, remote_of, shown_remote

log = logging.getLogger(__name__)

AT_A_TIME = 8  # probes
INTERVAL = 1.0  # seconds between two looks while something may be in trouble
FORGET_INTERVAL = 3600.0  # seconds

Probe = Callable[[str], str]
"""Asks a host by the address given, or the target; why it is still in trouble, empty when it answered."""


class ProbeRemotes:
    """One probe for each open breaker when it is due: an answer closes it, and the jobs that it held go on."""

    name = "probing remotes"
    trouble = "what is in trouble is not asked whether it answers again"
    interval = INTERVAL
    on_news = True
    pace = INTERVAL

    def __init__(self, breakers: Breakers, host: Probe, target: Probe) -> None:
        self._breakers = breakers
        self._probes = {"host": host, "target": target}
        self._next_forgetting = 0.0  # monotonic seconds

    def run(self, now: datetime) -> bool:
        """Ask all that are due, a few at a time; True when there may be more."""
        self.interval = INTERVAL if self._breakers.may_open() else QUIET
        if time.monotonic() >= self._next_forgetting:
            self._breakers.forget_old()
            self._next_forgetting = time.monotonic() + FORGET_INTERVAL
        due = self._breakers.open(now, AT_A_TIME) if self.interval == INTERVAL else []
        if not due:
            return False
        jobs = self._breakers.jobs()
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            reasons = list(pool.map(lambda breaker: self._ask(breaker, jobs), due))
        for breaker, reason in zip(due, reasons, strict=True):
            self._note(breaker, reason)
        return len(due) == AT_A_TIME

    def _ask(self, breaker: OpenBreaker, jobs: Sequence[Dispatchable]) -> str:
        """By the address of a source that waits for the host, since a portal's front may answer for what is behind it."""
        waiting = (job.url for job in jobs if breaker.scope == "host" and remote_of(job.url) == breaker.name)
        return self._probes[breaker.scope](next(waiting, breaker.url))

    def _note(self, breaker: OpenBreaker, reason: str) -> None:
        if reason:
            self._breakers.wait(breaker, reason)
            return
        self._breakers.close(breaker)
        log.info("%s answers again: what waits for it goes on", shown_remote(breaker.name) or "the target")
