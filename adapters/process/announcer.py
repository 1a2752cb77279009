"""Follows the read model for those who watch: one thread and one LISTEN of a process, however many watch.

It alone reads what is sent to them, one thing after another, so that nobody gets an older state after a newer one. While
nobody watches it listens to nothing and sleeps.
"""

import logging
import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from adapters.kafka.backoff import Backoff
from adapters.postgres.listener import Listener
from adapters.postgres.read_model.announcing import announced
from adapters.postgres.read_model.changes import Changes, Missed
from adapters.postgres.read_model.changes import State as State
from domain.errors import ServiceUnavailable

log = logging.getLogger(__name__)

IDLE = 5.0  # seconds to wait when nothing is announced
LINGER = 30.0  # seconds for which it goes on listening after the last watcher has left
PACE = 0.25  # seconds between two reads: at most 4 updates a second for one job


@dataclass(frozen=True, slots=True)
class News:
    """States to send, and the position that whoever has them has reached. `reset`: too much was missed to tell it."""

    position: int
    states: Sequence[State]
    reset: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    """Somebody begins to watch, who has seen all up to `after` (None: nothing yet); `answer` is called in our thread.

    `states`: whether the answer must hold what was missed; else it only says that news will follow.
    """

    after: int | None
    answer: Callable[[News], None]
    states: bool = True


class Announcer:
    """Tells what changes. `tell` and the answers are called in its thread, in order, and must not wait."""

    def __init__(
        self,
        new_listener: Callable[[int], Listener],
        changes: Changes,
        tell: Callable[[News], None],
        anyone: Callable[[], bool] = lambda: True,
    ) -> None:
        """`new_listener` makes one that something to read on a file descriptor wakes, too.

        `anyone`: whether anybody watches; as long as nobody does, nothing is read.
        """
        self._wake, self._woken = socket.socketpair()
        for end in (self._wake, self._woken):
            end.setblocking(False)
        self._listener = new_listener(self._woken.fileno())
        self._changes = changes
        self._tell = tell
        self._anyone = anyone
        self._lock = threading.Lock()
        self._watches: list[Watch] = []
        self._position: int | None = None  # all changes up to it were told; the read model may be further
        self._missed = True  # an announcement may have been missed
        self._watched_at = -LINGER  # of the monotonic clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="announcer")

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """End, within a second."""
        self._stop.set()
        self._wake_up()
        self._thread.join(timeout=1.0)

    def watch(self, watch: Watch) -> None:
        """Answer a new watcher. News after that continues the answer. Safe in any thread."""
        with self._lock:
            self._watches.append(watch)
        self._wake_up()

    def _wake_up(self) -> None:
        with suppress(OSError):  # full: it is awake already; closed: it has ended
            self._wake.send(b".")

    def _run(self) -> None:
        retry = Backoff()
        while not self._stop.is_set():
            try:
                self._sleep_while_alone()
                begun = time.monotonic()
                if self._round():
                    self._stop.wait(max(0.0, PACE - (time.monotonic() - begun)))
                retry.succeeded()
            except ServiceUnavailable as error:
                self._missed = True
                retry.wait(error, self._stop)
            except Exception:  # a bug of ours must not silence all who watch
                log.exception("what has changed could not be told; it is tried again")
                self._missed = True
                self._stop.wait(PACE)
        self._listener.close()

    def _sleep_while_alone(self) -> None:
        """Until somebody watches, or it ends."""
        if self._is_watched():
            self._watched_at = time.monotonic()
        elif time.monotonic() - self._watched_at >= LINGER:
            self._listener.close()
            self._missed = True
            poller = select.poll()
            poller.register(self._woken.fileno(), select.POLLIN)
            poller.poll()
            self._watched_at = time.monotonic()

    def _is_watched(self) -> bool:
        return self._anyone() or bool(self._watches)

    def _round(self) -> bool:
        """Wait, and tell what has changed; whether there was anything to tell."""
        payloads = self._listener.wait(IDLE)
        with suppress(BlockingIOError):
            self._woken.recv(4096)
        if not self._is_watched():
            self._missed = True
            return bool(payloads)
        if self._missed or "" in payloads:
            self._catch_up()
        said = announced(payloads)
        self._position = max(self._position or 0, said.position)
        if said.jobs or said.sources:
            self._tell(News(self._position, self._changes.states(said.jobs, said.sources)))
        self._answer()
        return bool(said.jobs or said.sources)

    def _catch_up(self) -> None:
        """An announcement may have come while nobody listened."""
        missed = self._changes.missed(self._position)
        if self._position is not None:
            reset = self._position < missed.horizon
            self._tell(News(missed.position, missed.after(self._position), reset))
        self._position = missed.position
        self._missed = False

    def _answer(self) -> None:
        with self._lock:
            watches, self._watches = self._watches, []
        if not watches:
            return
        try:
            if any(watch.states for watch in watches):
                missed = self._changes.missed(min((watch.after for watch in watches if watch.after is not None), default=None))
            else:
                missed = Missed(self._changes.position(), (), {}, 0)
        except BaseException:
            with self._lock:
                self._watches = watches + self._watches
            raise
        for watch in watches:
            unknown = watch.after is not None and not missed.horizon <= watch.after <= missed.position
            states = missed.after(missed.position if watch.after is None or unknown else watch.after)
            watch.answer(News(missed.position, states, reset=unknown))
