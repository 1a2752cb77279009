"""The coordinator: one leads, any number stand by. The leader projects pending work and does its duties.

All that it decides follows from the log by way of `ops`; the rules are pure functions in `domain.rules`, the duties are in
`adapters.duties`. Projections have threads and connections of their own, so no duty holds them up: their checkpoints make that
safe.

A round may wait long for a broker or a mail server. A lead that is over doesn't wait for it: the round's thread ends by itself,
without another word to the database, and only then a later lead's thread takes the round over.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from adapters.duties.rounds import Round
from adapters.kafka.backoff import Backoff
from adapters.postgres.database import Connection
from adapters.postgres.leadership import LeaderDatabase
from adapters.postgres.listener import Listener, WakeUp
from adapters.postgres.log.projector import Projector
from adapters.postgres.work.news import WorkNews
from adapters.postgres.work.workers import Activity, Workers
from domain.errors import ServiceUnavailable

log = logging.getLogger(__name__)

TICK = 1.0  # seconds between two looks of the main thread: whether this process is to end, and whether it still leads
IDLE = 10.0  # seconds between two looks of a projection when no event is announced
ROUND = 60.0  # seconds that a round of duties sleeps at most
STAND_BY = 1.0  # seconds between two tries to lead
FEW = 500  # events; after a batch this small a projector waits for more: events of many small jobs cost half as much together
PAUSE = 4.0  # times as long as the batch took, and the longer the more batches there were one after the other
LONGEST_PAUSE = 0.1  # seconds
REST = 4.0  # times as long as a round of duties took: what it ends and sends comes less often, and more at a time
LONGEST_REST = 0.1  # seconds
SOON = 1.0  # seconds that a projection gets to end by itself; then what it waits for is broken off
ENDING = 5.0  # seconds that rounds get when this process is to end: mail that was sent and not recorded would go out again


def _nothing() -> None:
    pass


class ProjectionThread:
    """Keeps a projection up to date, in a thread of its own. `failed` is called with errors other than a missing service."""

    def __init__(
        self,
        projector: Projector,
        new_listener: Callable[[int], Listener],
        failed: Callable[[Exception], None],
        away: Callable[[], None] = _nothing,
        told: Callable[[], None] = _nothing,
    ) -> None:
        """`new_listener` makes what hears of events; its waits also end when the file descriptor that it gets can be read.

        `away` is called after a while without the database, in which others may have moved the projection; `told` when
        something was announced that is no event, or may have been while nobody listened.
        """
        self._projector = projector
        self._wake_up = WakeUp()
        self._new_listener = new_listener
        self._failed = failed
        self._away = away
        self._told = told
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, or go on after `stop`."""
        self._stop = threading.Event()  # a thread that hangs has its own, and ends when it wakes up
        self._wake_up.clear()
        arguments = (self._stop, self._new_listener(self._wake_up.fileno()))
        self._thread = threading.Thread(target=self._run, args=arguments, daemon=True, name=self._projector.name)
        self._thread.start()

    def stop(self) -> None:
        """End after the batch that is under way. One that takes long, since it waits for a lock or for a server that hangs, is
        broken off: it is applied again later."""
        self._stop.set()
        self._wake_up.wake()
        if self._thread is None:
            return
        self._thread.join(SOON)
        if self._thread.is_alive():
            self._projector.interrupt()
            self._thread.join(SOON)

    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def _run(self, stop: threading.Event, listener: Listener) -> None:
        retry = Backoff()
        batches = 0  # since there was nothing to do
        while not stop.is_set():
            try:
                begun = time.monotonic()
                events = self._projector.run_once()
                retry.succeeded()
                batches = batches + 1 if events else 0
                if not events:
                    self._wait(listener)
                elif events < FEW:
                    stop.wait(min(LONGEST_PAUSE, PAUSE * batches * (time.monotonic() - begun)))
            except ServiceUnavailable as error:
                retry.wait(error, stop)
                self._away()
            except Exception as error:  # an unknown event, or a bug of our own: the process ends, it doesn't go on without us
                self._failed(error)
                break
        listener.close()

    def _wait(self, listener: Listener) -> None:
        """Until events are announced; if none is for a while, something may have gone unheard."""
        begun = time.monotonic()
        payloads = listener.wait(IDLE)
        if listener.has_begun or any(payloads):
            self._told()
        elif not payloads and time.monotonic() - begun >= IDLE:
            self._projector.compare()


class Lead:
    """One lead of this process, until it is `over`. Its connection holds the lock."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.over = threading.Event()
        self.error: Exception | None = None


class Coordinator:
    """Leads, or stands by until nobody else leads."""

    def __init__(
        self,
        database: LeaderDatabase,
        projector: Projector,
        new_listener: Callable[[int], Listener],
        news: WorkNews,
        rounds: Sequence[Round],
        workers: Workers,
        begin: Callable[[], None],
    ) -> None:
        """`begin` is called whenever this process begins to lead. Every round gets a thread."""
        self._database = database
        self._projector = projector
        self._projection = ProjectionThread(projector, new_listener, self._failed, news.unknown, news.wake)
        self._news = news
        self._rounds = [(duties, news.listener()) for duties in rounds]
        self._workers = workers
        self._begin = begin
        self._stop = threading.Event()
        self._current: Lead | None = None

    def stop(self) -> None:
        """End after what is under way. Safe in a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Lead, or wait until nobody else does, until `stop` is called. Raises UnknownEvent."""
        retry = Backoff()
        while not self._stop.is_set():
            try:
                if not self._database.lead():
                    self._workers.report(Activity(state={"leads": False}))
                    self._stop.wait(STAND_BY)
                    continue
                log.info("this coordinator leads")
                retry.succeeded()
                self._lead()
            except ServiceUnavailable as error:
                retry.wait(error, self._stop)
        self._database.resign()
        with suppress(ServiceUnavailable):
            self._workers.forget()

    def _lead(self) -> None:
        """Until `stop` is called. Raises ServiceUnavailable when the lead is lost, and what a projection raised."""
        lead = self._current = Lead(self._database.connection)
        self._prepare()
        (first, news), *others = self._rounds
        threads = [
            threading.Thread(target=self._run, args=(lead, duties, waker), daemon=True, name=duties.name)
            for duties, waker in others
        ]
        self._projection.start()
        for thread in threads:
            thread.start()
        self._run(lead, first, news, TICK, self._database.check_lead)
        lead.over.set()
        self._news.wake()
        self._leave(threads)
        self._projection.stop()
        if lead.error is not None:
            raise lead.error

    def _leave(self, threads: Sequence[threading.Thread]) -> None:
        """Let the rounds end what is under way, but wait for no other server: the database is the one that can be hurried."""
        _join(threads, ENDING if self._stop.is_set() else SOON)
        if any(thread.is_alive() for thread in threads):
            self._database.break_off()
            _join(threads, SOON)
        for thread in threads:
            if thread.is_alive():
                log.warning("%s: still under way, and left to end by itself", thread.name)

    def _prepare(self) -> None:
        self._news.unknown()
        self._begin()
        for duties, _ in self._rounds:
            duties.begin()

    def _run(
        self, lead: Lead, duties: Round, news: threading.Event, longest: float = ROUND, check: Callable[[], None] = _nothing
    ) -> None:
        """One round, over and over, with at most `longest` seconds of sleep, and a `check` before each."""
        self._database.take_part(lead.connection)
        if not self._takes_over(lead, duties):
            return
        try:
            while not self._is_over(lead):
                check()
                if is_news := news.is_set():
                    news.clear()  # only what was seen: other news may have come since
                begun = time.monotonic()
                more = duties.run_due(news=is_news)
                rest = min(LONGEST_REST, REST * (time.monotonic() - begun))
                until_due = min(longest, duties.until_due())
                if not (more or lead.over.wait(max(rest, min(until_due, duties.deaf_for())))):
                    news.wait(min(longest, duties.until_due()))
        except Exception as error:
            self._end(lead, error)
        finally:
            duties.turn.release()

    def _takes_over(self, lead: Lead, duties: Round) -> bool:
        """Wait for the round's turn: a thread of an earlier lead may still have it. False when the lead is over before that."""
        if duties.turn.acquire(blocking=False):
            return True
        while not duties.turn.acquire(timeout=TICK):
            if self._is_over(lead):
                return False
        duties.begin()  # the other thread may have noted something
        self._news.unknown()  # or taken news
        return True

    def _is_over(self, lead: Lead) -> bool:
        return lead.over.is_set() or self._stop.is_set()

    def _failed(self, error: Exception) -> None:
        if self._current is not None:
            self._end(self._current, error)

    def _end(self, lead: Lead, error: Exception) -> None:
        lead.error = lead.error or error
        lead.over.set()
        self._news.wake()

    def pass_until_idle(self) -> bool:
        """Lead until there is nothing to do at once; False when another coordinator leads. Raises ServiceUnavailable."""
        if not self._database.lead():
            return False
        self._prepare()
        while self.pass_once():
            pass
        self._database.resign()
        return True

    def pass_once(self) -> bool:
        """Project and do what is due, in the calling thread; whether there is more to do at once."""
        events = self._projector.run_once()
        more = [duties.run_due(news=bool(events)) for duties, _ in self._rounds]
        return bool(events) or any(more)


def _join(threads: Sequence[threading.Thread], seconds: float) -> None:
    """Wait that long for all of them together."""
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
