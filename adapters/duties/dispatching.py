"""Sends commands to the workers."""

from datetime import datetime

from adapters.kafka.dispatcher import Dispatcher

INTERVAL = 2.0  # seconds between two passes while there are jobs and nothing happens
IDLE = 5.0  # seconds between two looks at the broker while there are none
DOUBT = 1.0  # seconds, when it didn't answer
SHORTEST = 0.1  # seconds; attempts that are due at about the same time are sent together


class Dispatch:
    """What is due goes to the broker (`adapters.kafka.dispatcher`)."""

    name = "dispatching"
    trouble = "nothing is dispatched"
    interval = INTERVAL
    on_news = True
    pace = 0.0

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    def run(self, now: datetime) -> bool:
        """Send what may be sent; True when there may be more.

        No event tells that the time of another attempt has come, so the next pass is then.
        """
        self._dispatcher.dispatch()
        self.interval = IDLE if self._dispatcher.idle else min(INTERVAL, max(SHORTEST, self._dispatcher.due_in))
        if self._dispatcher.in_doubt:
            self.interval = min(self.interval, DOUBT)
        return self._dispatcher.more
