"""Appends of several threads in one: a commit waits for the disk, and hundreds of small ones in a row wait hundreds of times.

Like the flusher of a fetch worker: one append is in flight, and what comes meanwhile goes with the next one.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from adapters.postgres.log.event_store import PostgresEventStore
from domain.errors import ServiceUnavailable

TOGETHER = 2000  # events of one append, about; whoever has more to store waits for room
BYTES = 8_000_000  # likewise
TOGETHER_SOON = 0.02  # seconds that an append waits for more, while several threads have something to store
ENOUGH = 500  # events, for which it waits no longer
IDLE = 30.0  # seconds after which the thread ends, and closes its connection to the database
ENDING = 5.0  # seconds that the end waits for an append that is under way

Done = Callable[[BaseException | None], None]


class _Entry(NamedTuple):
    events: Sequence[StoredEvent]
    guard: Mapping[UUID, int]
    done: Done
    size: int  # bytes


class GroupAppend:
    """Stores entries in the order in which they come. An entry is stored whole or, when its guard conflicts, not at all."""

    def __init__(self, store: PostgresEventStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._came = threading.Condition(self._lock)  # of the thread that stores
        self._room = threading.Condition(self._lock)  # of those who have more to store
        self._waiting: list[_Entry] = []
        self._events = self._bytes = 0  # of those that wait
        self._running = self._closed = False
        self._thread: threading.Thread | None = None
        self._several = False  # the last append was of several entries

    def __call__(self, events: Sequence[StoredEvent], guard: Mapping[UUID, int], done: Done) -> None:
        """Have events stored soon; `done` is called in another thread with what went wrong, None: they are stored.

        GuardConflict: nothing of them was stored. ServiceUnavailable: they may have been. `guard` is as in
        `PostgresEventStore.append`. The streams of two entries that wait must not be the same.
        """
        entry = _Entry(events, guard, done, sum(len(event.state) for event in events))
        with self._lock:
            self._room.wait_for(lambda: self._events < TOGETHER and self._bytes < BYTES)
            self._waiting.append(entry)
            self._events += len(events)
            self._bytes += entry.size
            if len(self._waiting) == 1 or self._events >= ENOUGH:  # waking it for each would cost as much as a small gather
                self._came.notify()
            if not self._running:
                self._running, self._closed = True, False
                self._thread = threading.Thread(target=self._run, daemon=True, name="group append")
                self._thread.start()

    def close(self) -> None:
        """End the thread once what waits is stored; a later use starts another."""
        with self._lock:
            thread, self._closed = self._thread, True
            self._came.notify()
        if thread is not None:
            thread.join(ENDING)

    def _run(self) -> None:
        while entries := self._take():
            self._append(entries)
        self._store.database.close()

    def _take(self) -> list[_Entry]:
        """What waits; nothing when this thread is to end."""
        with self._lock:
            self._came.wait_for(lambda: self._waiting or self._closed, IDLE)
            if self._several:
                self._came.wait_for(lambda: self._events >= ENOUGH or self._closed, TOGETHER_SOON)
            entries, self._waiting = self._waiting, []
            self._several = len(entries) > 1
            self._events = self._bytes = 0
            self._running = bool(entries)
            self._room.notify_all()
            return entries

    def _append(self, entries: Sequence[_Entry]) -> None:
        error = self._stored(entries)
        one_by_one = len(entries) > 1 and error is not None and not isinstance(error, ServiceUnavailable)
        for entry in entries:
            entry.done(self._stored([entry]) if one_by_one else error)  # what one of them did wrong is not the others' fault

    def _stored(self, entries: Sequence[_Entry]) -> BaseException | None:
        events = [event for entry in entries for event in entry.events]
        guard = {stream: version for entry in entries for stream, version in entry.guard.items()}
        try:
            self._store.append(events, guard)
        except BaseException as error:
            return error
        return None
