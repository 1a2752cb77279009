"""Notices that the server is about to end, before it waits for requests under way: event streams never end by themselves.

uvicorn tells an application only after that wait.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def told_to_end(end: Callable[[], None]) -> Iterator[None]:
    """While this lasts, `end` is called when a signal ends the server, just before what the server does itself."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are another thread's business
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def handler(number: int, frame: FrameType | None) -> None:
        end()
        previous = before[signal.Signals(number)]
        if callable(previous):
            previous(number, frame)

    for number in SIGNALS:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number, previous in before.items():
            if signal.getsignal(number) is handler:
                signal.signal(number, previous)
