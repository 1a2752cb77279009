"""What all processes of a site share about remote hosts and the target: who may send how many requests, and who is in trouble.

A thread asks the database once a second for each host in use, and at once when a host is new or a request would have to wait:
requests themselves cost no round trip. Shares are leases (`ops.host_lease`), so a process that dies holds up the others for ten
seconds at most; while the database is away everybody keeps the share that it had.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from adapters.postgres.database import Database
from adapters.postgres.work.breakers import Breakers, BreakerState, Met
from adapters.postgres.work.host_leases import HostLeases
from domain.breakers import origin_of, shown_remote
from domain.errors import Postponed, ServiceUnavailable
from harvesters.http.hosts import HostSlots, HostState

log = logging.getLogger(__name__)

INTERVAL = 1.0  # seconds between two talks about a host
SOON = 0.25  # seconds, while requests wait for a share
FRESH = 2.0  # seconds for which what is known of a breaker is used
ENDING = 5.0  # seconds that the end waits for a talk that is under way
LONGEST_WAIT = 60.0  # seconds that a record waits for its host's turn before it is handed back
LONGEST_DELAY = 30.0  # seconds until a record that was handed back is due again
TARGET = ("target", "")


@dataclass(slots=True)
class Outcomes:
    """What this process has seen of a host or the target since it last reported, and what it knows from the others."""

    succeeded: bool = False
    failed: int = 0
    reason: str = ""
    url: str = ""
    known: BreakerState = field(default_factory=BreakerState)
    known_at: float = float("-inf")  # monotonic seconds
    next_talk: float = 0.0  # monotonic seconds
    quiet: bool = False  # nobody has used it since the last talk

    def succeed(self) -> None:
        """A request was answered. What the others have met since the last talk may be newer than that."""
        self.succeeded, self.failed = self.succeeded or self.known.failures > 0, 0

    def take(self) -> Met | None:
        """What to report now; None: there is nothing that the others don't know."""
        is_news = self.failed or self.succeeded
        met = Met(self.succeeded, self.failed, self.reason, self.url) if is_news else None
        self.succeeded, self.failed = False, 0
        return met

    def give_back(self, met: Met) -> None:
        """It couldn't be reported."""
        self.failed = self.failed if self.succeeded else self.failed + met.failed
        self.succeeded = self.succeeded or met.succeeded
        self.reason, self.url = self.reason or met.reason, self.url or met.url


@dataclass(slots=True)
class SharedHost(HostState):
    """A host as this process uses it. Numbers are of requests."""

    may: int = 0  # may be under way here
    peak: int = 0  # were or would have been under way since the last talk
    told: int = 0  # the peak that was reported last

    def use(self, now: float) -> dict[str, int]:
        """What to tell the others; another peak begins."""
        in_use = self.busy or int(self.next_start > now)
        self.told = min(self.limit, max(self.peak, in_use))
        self.peak = min(self.limit, self.busy + self.waiting)
        return {"limit": self.limit, "wanted": self.told, "in_use": in_use}


class RemoteHosts(HostSlots):
    """The hosts of one process. With `refusing`, requests to what is in trouble are refused with Postponed."""

    def __init__(
        self,
        database: Database,
        holder: str,
        *,
        failures: int,
        refusing: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`holder` names this process to the others; this many `failures` in a row open a breaker."""
        super().__init__(clock)
        self._database = database
        self._leases = HostLeases(database, holder)
        self._breakers = Breakers(database)
        self._failures = failures
        self._refusing = refusing
        self._outcomes: dict[tuple[str, str], Outcomes] = {}
        self._thread: threading.Thread | None = None
        self._closed: threading.Thread | None = None

    # what requests and calls tell

    def succeeded(self, host: str) -> None:
        with self._changed:
            self._note(("host", host)).succeed()

    def failed(self, host: str, url: str, reason: str) -> None:
        with self._changed:
            self._fail(("host", host), reason, origin_of(url))

    def target_succeeded(self) -> None:
        """The target has answered a call, with anything but HTTP 5xx."""
        with self._changed:
            self._note(TARGET).succeed()

    def target_failed(self, reason: str) -> None:
        """A call of the target failed: no connection, no answer, or HTTP 5xx."""
        with self._changed:
            self._fail(TARGET, reason, "")

    def require_target(self) -> None:
        """Raises Postponed while nothing is to be sent to the target."""
        with self._changed:
            self._require(TARGET)

    def _note(self, key: tuple[str, str]) -> Outcomes:
        if (outcomes := self._outcomes.get(key)) is None:
            outcomes = self._outcomes[key] = Outcomes()
            self._wake()
        outcomes.quiet = False
        return outcomes

    def _fail(self, key: tuple[str, str], reason: str, url: str) -> None:
        outcomes = self._note(key)
        outcomes.failed += 1
        outcomes.reason, outcomes.url = reason, url
        if not outcomes.known.open:
            self._tell_soon(outcomes)  # the others' failures and this one may open it together

    # waiting for a turn

    def _new(self, host: str, limit: int) -> HostState:
        state = self._hosts[host] = SharedHost(limit)
        return state

    def _may(self, state: HostState) -> int:
        assert isinstance(state, SharedHost)
        return min(state.may, state.limit)

    def _wait(self, host: str, state: HostState) -> None:
        assert isinstance(state, SharedHost)
        state.waiting += 1
        try:
            self._ask_for_one_more(host, state)
            self._require(("host", host))
            end = self._clock() + LONGEST_WAIT
            while (seconds := self._seconds_left(state)) > 0:
                if self._refusing and self._clock() > end:
                    raise Postponed(f"{shown_remote(host)} is busy with other requests of this site", wait=INTERVAL)
                if not self._is_running():
                    self._wake()  # closed meanwhile
                self._changed.wait(seconds)
            self._require(("host", host))
        finally:
            state.waiting -= 1

    def _ask_for_one_more(self, host: str, state: SharedHost) -> None:
        """Talk at once when more requests than the others know of would be under way."""
        outcomes = self._note(("host", host))
        state.peak = max(state.peak, min(state.limit, state.busy + state.waiting))
        if state.busy >= self._may(state) and state.peak > state.told:
            self._talk_soon(outcomes)

    def _fewer(self, host: str, state: HostState) -> None:
        """A share that was given while more were allowed counts no longer: each process would send on its own."""
        assert isinstance(state, SharedHost)
        state.may = 0
        self._talk_soon(self._note(("host", host)))

    def _left(self, host: str, state: HostState) -> None:
        assert isinstance(state, SharedHost)
        if not (state.busy or state.may):
            self._tell_soon(self._note(("host", host)))  # it is somebody else's turn

    def _tell_soon(self, outcomes: Outcomes) -> None:
        """What is over; the end of a request that was under way at `close` starts no thread."""
        if self._thread is not None:
            self._talk_soon(outcomes)

    def _talk_soon(self, outcomes: Outcomes) -> None:
        outcomes.next_talk = 0.0
        self._wake()

    def _require(self, key: tuple[str, str]) -> None:
        """Raises Postponed when the breaker is open; what isn't known lately is asked for."""
        if not self._refusing:
            return
        outcomes = self._note(key)
        if (known_at := outcomes.known_at) < self._clock() - FRESH:
            self._talk_soon(outcomes)
            self._changed.wait_for(lambda: outcomes.known_at > known_at, timeout=FRESH)
        if outcomes.known.open:
            what = f"host {shown_remote(key[1])}" if key[1] else "the target"
            wait = min(LONGEST_DELAY, outcomes.known.probe_in + INTERVAL)
            raise Postponed(f"Nothing is sent to {what} at present: {outcomes.known.reason}", wait=wait)

    # the thread that talks to the database

    def _is_running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _wake(self) -> None:
        """With the lock."""
        if not self._is_running():
            self._thread = threading.Thread(target=self._run, args=(self._closed,), daemon=True, name="remote hosts")
            self._thread.start()
        self._changed.notify_all()

    def close(self) -> None:
        """End the thread; a later use starts another, and asks for its share again."""
        with self._changed:
            self._closed, self._thread = self._thread or self._closed, None
            for state in self._hosts.values():
                if isinstance(state, SharedHost):
                    state.may = state.told = 0
            self._changed.notify_all()
        if self._closed is not None:
            self._closed.join(ENDING)

    def _run(self, before: threading.Thread | None) -> None:
        """One thread talks at a time: that `before` this one may still be in a talk when it was closed."""
        if before is not None:
            before.join()
        try:
            while due := self._next():
                for key in due:
                    self._talk(key)
        finally:
            self._database.close()

    def _next(self) -> list[tuple[str, str]]:
        """Whom to talk about, once it is time; nobody when this thread is to end."""
        with self._changed:
            while self._thread is threading.current_thread():
                if due := self._due():
                    return due
                self._changed.wait(self._until_due())
            return []

    def _due(self) -> list[tuple[str, str]]:
        now = self._clock()
        return [key for key, outcomes in self._outcomes.items() if outcomes.next_talk <= now]

    def _until_due(self) -> float | None:
        nexts = [outcomes.next_talk for outcomes in self._outcomes.values()]
        return max(0.001, min(nexts) - self._clock()) if nexts else None

    def _talk(self, key: tuple[str, str]) -> None:
        with self._changed:
            outcomes = self._outcomes[key]
            met = outcomes.take()
            state = self._hosts.get(key[1]) if key != TARGET else None
            use = state.use(self._clock()) if isinstance(state, SharedHost) else None
            outcomes.next_talk = self._clock() + INTERVAL
        try:
            latest = self._exchange(key, met)
            may = self._leases.ask(key[1], **use) if use else 0
        except ServiceUnavailable as error:
            log.debug("shares of remote hosts stay as they are: %s", error)
            with self._changed:
                if met is not None:
                    outcomes.give_back(met)
            return
        with self._changed:
            outcomes.known, outcomes.known_at = latest, self._clock()
            if use and isinstance(state, SharedHost) and use["limit"] > state.limit:
                may, outcomes.next_talk = 0, 0.0  # asked before it was known that fewer are allowed
            self._learn(key, state, may)
            self._changed.notify_all()

    def _exchange(self, key: tuple[str, str], met: Met | None) -> BreakerState:
        """Tell what was met, and learn what the others have met."""
        if met is not None and self._breakers.note(*key, met, limit=self._failures):
            log.warning("nothing is sent to %s until a probe is answered: %s", shown_remote(key[1]) or key[0], met.reason)
        return self._breakers.state(*key)

    def _learn(self, key: tuple[str, str], state: HostState | None, may: int) -> None:
        """With the lock: what may be under way here from now on; what isn't in use is forgotten."""
        outcomes = self._outcomes[key]
        if isinstance(state, SharedHost):
            state.may = may
            if state.told and may < state.told:
                outcomes.next_talk = self._clock() + SOON
        in_use = isinstance(state, SharedHost) and (state.told or state.busy or state.waiting)
        if not in_use and not outcomes.failed and outcomes.quiet:
            self._hosts.pop(key[1], None)
            del self._outcomes[key]
        outcomes.quiet = True
