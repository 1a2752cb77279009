"""Sends commands to the workers."""

from datetime import datetime

from adapters.kafka.dispatcher import Dispatcher


class Dispatch:
    """What is due goes to the broker (`adapters.kafka.dispatcher`)."""

    name = "dispatching"
    trouble = "nothing is dispatched"
    interval = 2.0
    on_news = True

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    def run(self, now: datetime) -> bool:
        """Send what may be sent; True when there may be more."""
        self._dispatcher.dispatch()
        return self._dispatcher.more
