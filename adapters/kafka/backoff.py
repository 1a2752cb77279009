"""Waiting for a service that doesn't answer."""

import logging
import threading
import time

from adapters.kafka.consumer import CommandConsumer
from domain.errors import ServiceUnavailable

log = logging.getLogger(__name__)

FIRST, LAST = 0.2, 2.0  # seconds; a worker must be back well before the coordinator takes it for dead


class Backoff:
    """Growing waits; an outage is logged once when it begins, and once with its duration when it is over."""

    def __init__(self) -> None:
        self._delay = FIRST
        self._error = ""
        self.waited = 0.0  # seconds in all since the last success

    def succeeded(self) -> None:
        """The service answered."""
        if self.waited:
            log.info("over after %.1f s: %s", self.waited, self._error)
        self._delay, self.waited = FIRST, 0.0

    def wait(self, error: Exception, stop: threading.Event) -> None:
        """Wait, longer each time, or until `stop` is set."""
        if not self.waited:
            self._error = str(error)
            log.warning("%s; trying again", error)
        stop.wait(self._delay)
        self.waited += self._delay
        self._delay = min(self._delay * 2, LAST)


def keep_reading(consumer: CommandConsumer) -> None:
    """For 0.05 s, of a worker that ends: keep membership and offsets, whatever is away; nothing is taken."""
    try:
        consumer.poll(0, 0.05)
    except ServiceUnavailable as error:
        log.info("%s; ending all the same", error)
        time.sleep(0.05)
