"""Waiting for a service that doesn't answer."""

import logging
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

from adapters.kafka.consumer import CommandConsumer
from domain.errors import ServiceUnavailable

log = logging.getLogger(__name__)

FIRST, LAST = 0.2, 2.0  # seconds; a worker must be back well before the coordinator takes it for dead


class Backoff:
    """Growing waits of one thread. The second failure in a row is logged, since the first may be a stale connection."""

    def __init__(self) -> None:
        self._delay = FIRST
        self._failures = 0
        self.waited = 0.0  # seconds in all since the last success

    def succeeded(self) -> None:
        """The service answered."""
        if self._failures:
            _outages.end(self)
        self._delay, self._failures, self.waited = FIRST, 0, 0.0

    def wait(self, error: Exception, stop: threading.Event) -> None:
        """Wait, longer each time, or until `stop` is set."""
        self._failures += 1
        if self._failures == 2:
            _outages.begin(self, str(error))
        stop.wait(self._delay)
        self.waited += self._delay
        self._delay = min(self._delay * 2, LAST)

    def __del__(self) -> None:
        with suppress(Exception):  # the interpreter may be ending
            _outages.end(self)


@dataclass
class _Outage:
    """A service that is away for some threads of this process."""

    message: str
    since: float  # monotonic seconds
    waiting: set[int] = field(default_factory=set)


class _Outages:
    """What is away for this process: told once when it begins, and once with its duration when the last thread is served."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a waiting thread's object may be collected while another one is in here
        self._open: dict[str, _Outage] = {}
        self._services: dict[int, str] = {}

    def begin(self, waiting: Backoff, message: str) -> None:
        """A thread waits for a service."""
        with self._lock:
            service = "database" if "database" in message else message
            if service not in self._open:
                log.warning("%s; trying again", message)
                self._open[service] = _Outage(message, time.monotonic() - waiting.waited)
            self._open[service].waiting.add(id(waiting))
            self._services[id(waiting)] = service

    def end(self, waiting: Backoff) -> None:
        """A thread waits no longer."""
        with self._lock:
            service = self._services.pop(id(waiting), None)
            if service is None:
                return
            outage = self._open[service]
            outage.waiting.discard(id(waiting))
            if not outage.waiting:
                del self._open[service]
                log.info("over after %.1f s: %s", time.monotonic() - outage.since, outage.message)


_outages = _Outages()


def keep_reading(consumer: CommandConsumer) -> None:
    """For 0.05 s, of a worker that ends: keep membership and offsets, whatever is away; nothing is taken."""
    try:
        consumer.poll(0, 0.05)
    except ServiceUnavailable as error:
        log.info("%s; ending all the same", error)
        time.sleep(0.05)
