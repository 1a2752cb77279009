"""Reads commands from one topic, as a member of a consumer group or with partitions of its own.

What to know before changing it (kafka-python 3.0.12; the first two have a regression test that shows the bare library):

* poll() with a limit of records, together with pause() and resume(), stalls a partition for ever. So every poll takes
  all that was fetched into a buffer per partition, and a partition whose buffer isn't empty is paused.
* A poll() that ends during a join caused by changed metadata loses the member for good. `_finish_joins` prevents it,
  and a member whose heartbeats stopped is replaced.
* Rebalance callbacks run on the library's IO thread, while our thread is inside poll() or close().
* The embedded broker skips records now and then (offsets are checked, and a gap is fetched again), and answers a fetch
  beyond the end of a log with nothing, so the cluster id tells that it came back empty.
"""

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import count
from typing import Any, Protocol, Self

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.subscription_state import AsyncConsumerRebalanceListener
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from adapters.kafka.codec import UnknownSchema
from adapters.kafka.fetch_times import FetchTimes
from adapters.kafka.messages import Delivery, Poison
from adapters.kafka.offsets import PartitionState
from adapters.kafka.topics import Broker, Cluster, cluster_id, connect
from domain.errors import ServiceUnavailable

log = logging.getLogger(__name__)

COMMIT_INTERVAL, ANNOUNCED_COMMIT_INTERVAL = 1.0, 5.0  # seconds; what isn't committed is read again after a restart
ANNOUNCED_WAIT = 0.02  # seconds that the embedded broker looks for what was announced
PROBE_INTERVAL = 5.0  # seconds between looks at whether the embedded broker is the same, where no announcement tells
UNKNOWN_SCHEMA_WAIT = 60.0  # seconds: a newer writer may be rolling out
_ALL = 10**9  # records of one poll
_SILENCE = 15.0  # seconds over a session without a heartbeat, after which the client is replaced: joins take a while
_FAILURES = 5  # polls in a row that may fail


class Announcements(Protocol):
    """Says when there is something to fetch from the embedded broker, which never wakes a waiting fetch."""

    def wait(self, timeout: float) -> Sequence[str]:
        """What was announced within that many seconds: "cluster-id number-of-commands", "" when some may have been missed."""

    def close(self) -> None:
        """Stop listening."""


class CommandConsumer:
    """At least once: what wasn't reported as `done` comes again after a restart or a rebalance.

    All methods but `done` belong to one thread, which must call `poll` at least every few seconds, also when it has no
    room: that keeps the membership and commits offsets.
    """

    def __init__(
        self,
        broker: Broker,
        topic: str,
        group: str,
        *,
        partitions: Sequence[int] | None = None,
        announcements: Announcements | None = None,
        unknown_schema_wait: float = UNKNOWN_SCHEMA_WAIT,
    ) -> None:
        """Join the group, or read `partitions` without joining it; offsets are the group's in both cases.

        With announcements little is fetched until something is announced.
        Raises ServiceUnavailable when the broker doesn't answer.
        """
        self._broker = broker
        self._topic = topic
        self._group = group
        self._fixed = None if partitions is None else [TopicPartition(topic, number) for number in partitions]
        self._wait = unknown_schema_wait
        self._lock = threading.Lock()  # guards the next three
        self._states: dict[Any, PartitionState] = {}
        self._poison: list[Poison] = []
        self._turn = 0  # of the partitions, whose it is
        self._assignments = count(1)
        self._first_seen: dict[bytes, float] = {}  # unknown fingerprint -> monotonic seconds
        self._failures = 0
        self._commit_interval = COMMIT_INTERVAL if announcements is None else ANNOUNCED_COMMIT_INTERVAL
        self._opened = self._next_look = self._next_probe = 0.0  # monotonic seconds
        self._consumer: Any = None
        self._announcements = announcements
        self._times = FetchTimes()
        self._full: set[Any] = set()  # partitions of which the last take has left something
        self._cluster = ""  # of the embedded broker
        self._probe = Cluster(broker) if broker.embedded and announcements is None else None
        self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def partitions(self) -> tuple[int, ...]:
        """Partitions that are ours now, sorted."""
        with self._lock:
            return tuple(sorted(tp.partition for tp in self._states))

    def poll(self, room: int, timeout: float) -> list[Delivery]:
        """At most `room` commands, from all partitions in turn; waits up to `timeout` seconds when there is none.

        Gets over a broker that is away. Raises ServiceUnavailable when the client fails again and again.
        """
        if self._consumer is None and not self._reopen(timeout):
            return []
        self._look_after()
        deliveries = self._take(room)
        if self._consumer is not None:
            try:
                self._fetch(0.0 if deliveries else timeout)
            except ServiceUnavailable:
                if not deliveries:
                    raise
        return deliveries or self._take(room)

    def take_poison(self) -> list[Poison]:
        """Messages met since the last call that can't be decoded; report them as `done` once they are put away."""
        with self._lock:
            poison, self._poison = self._poison, []
            return poison

    def done(self, finished: Iterable[Delivery | Poison]) -> None:
        """Mark as finished, from any thread; what is no longer assigned to us is ignored."""
        with self._lock:
            for item in finished:
                state = self._states.get(TopicPartition(self._topic, item.partition))
                if state is not None and state.assignment == item.assignment:
                    state.tracker.finish(item.offset)

    def close(self, timeout: float = 10.0) -> None:
        """Commit, leave the group and close, within `timeout` seconds; a second call changes nothing."""
        if self._consumer is None:
            return
        deadline = time.monotonic() + timeout
        while not self._commit_now() and time.monotonic() < deadline:
            with suppress(ServiceUnavailable):
                self._fetch(0.1)  # a join is under way: take it further
        self._discard(max(1.0, deadline - time.monotonic()))
        for other in (self._announcements, self._probe):
            if other is not None:
                other.close()

    # -- taking ----------------------------------------------------------------------------------------------------

    def _take(self, room: int) -> list[Delivery]:
        batch: list[Delivery] = []
        with self._lock:
            states = [state for state in self._states.values() if state.buffer]
            for index in range(len(states)):
                share = -(-(room - len(batch)) // (len(states) - index))  # what others leave goes to the next ones
                deliveries, poison = states[(self._turn + index) % len(states)].take(share, self._may_give_up)
                batch += deliveries
                self._poison += poison
            before, self._full = self._full, {tp for tp, state in self._states.items() if state.buffer}
            self._turn += 1
        if before - self._full:
            self._times.due = 0.0  # a partition was paused, and no longer is
        return batch

    def _may_give_up(self, error: UnknownSchema) -> bool:
        now = time.monotonic()
        return now - self._first_seen.setdefault(error.fingerprint, now) >= self._wait

    # -- fetching --------------------------------------------------------------------------------------------------

    def _has_more(self, announcements: Announcements, timeout: float) -> bool:
        """Whether a fetch may find something; waits so long for an announcement."""
        with self._lock:
            room = not all(state.buffer for state in self._states.values())
        until_due = max(0.0, self._times.due - time.monotonic())
        for announced in announcements.wait(min(timeout, until_due) if room else timeout):
            cluster, _, number = announced.partition(" ")
            self._follow(cluster)
            if number:
                self._times.announced(int(number), time.monotonic())
            else:
                self._times.missed()
        return room and time.monotonic() >= self._times.due

    def _fetch(self, timeout: float) -> None:
        if self._announcements is not None:
            if not self._has_more(self._announcements, timeout):
                return
            timeout = min(timeout, 1.5 * ANNOUNCED_WAIT)
        self._pause_full_ones()
        self._note_positions()
        try:
            fetched = self._consumer.poll(int(timeout * 1000), max_records=_ALL)
        except KafkaError as error:
            self._failed(error, timeout)
            return
        self._failures = 0
        if timeout or fetched:
            self._times.fetched(sum(map(len, fetched.values())), time.monotonic())
        self._fill(fetched)

    def _pause_full_ones(self) -> None:
        consumer = self._consumer
        with self._lock:
            full = {tp for tp, state in self._states.items() if state.buffer}
        assigned, paused = consumer.assignment(), consumer.paused()
        consumer.pause(*(full & assigned - paused))
        consumer.resume(*(paused & assigned - full))

    def _note_positions(self) -> None:
        """Where the log of a new partition should go on, for the check of offsets."""
        if not self._broker.embedded:
            return
        with self._lock:
            unknown = [tp for tp, state in self._states.items() if state.expected is None]
        positions = {tp: self._consumer.position(tp, timeout_ms=0) for tp in unknown}
        with self._lock:
            for tp, position in positions.items():
                self._states[tp].expected = position

    def _fill(self, fetched: dict[Any, list[Any]]) -> None:
        with self._lock:
            for tp, records in fetched.items():
                if tp not in self._states:
                    continue
                if self._states[tp].restarted(records):
                    self._own(tp)
                if not self._broker.embedded:
                    self._states[tp].fill(records)
                elif (missing := self._states[tp].fill_without_gaps(records)) is not None:
                    log.warning("the broker skipped offset %d of %s/%d: fetched again", missing, *tp)
                    self._consumer.seek(tp, missing)
                    self._times.doubt()

    def _follow(self, cluster: str) -> None:
        """Read from the beginning when the embedded broker is another one than before. It may take heartbeats of members that
        it has never seen, so that a group doesn't notice, and the library's metadata may be of the old one for minutes."""
        now = cluster or cluster_id(self._broker)
        before, self._cluster = self._cluster, now or self._cluster
        if before and before != self._cluster:
            self._times.forget()
            self._start_over()

    def _start_over(self) -> None:
        log.warning("the embedded broker came back empty: reading %s from the beginning", self._topic)
        with self._lock:
            for tp in list(self._states):
                self._own(tp, expected=0)
                self._consumer.seek(tp, 0)

    def _failed(self, error: KafkaError, timeout: float) -> None:
        self._failures += 1
        if self._failures >= _FAILURES:
            raise ServiceUnavailable(f"{self._topic} can't be read: {error}") from error
        log.warning("poll of %s failed: %s", self._topic, error)
        time.sleep(min(timeout, 0.5))

    # -- offsets ---------------------------------------------------------------------------------------------------

    def _look_after(self) -> None:
        """Once in the interval: commit, and see that the membership is alive."""
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + self._commit_interval
        if self._probe is not None and now >= self._next_probe:
            self._next_probe = now + PROBE_INTERVAL
            if cluster := self._probe.id():
                self._follow(cluster)
        if offsets := self._positions():
            self._consumer.commit_async(offsets, callback=self._committed)
        if self._is_silent(now):
            log.warning("no heartbeat of group %s any more: joining again", self._group)
            self._discard(1.0)

    def _positions(self, tps: Iterable[Any] | None = None) -> dict[Any, Any]:
        with self._lock:
            states = {tp: self._states[tp] for tp in (self._states if tps is None else tps) if tp in self._states}
        positions = {tp: state.uncommitted() for tp, state in states.items()}
        return {tp: OffsetAndMetadata(value, "", -1) for tp, value in positions.items() if value is not None}

    def _committed(self, offsets: dict[Any, Any], answer: Any) -> None:
        if isinstance(answer, Exception):
            log.info("commit of %s failed, the next one will carry it: %r", self._topic, answer)
            return
        with self._lock:
            for tp, offset in offsets.items():
                if tp in self._states:
                    self._states[tp].committed = offset.offset

    def _commit_now(self) -> bool:
        """False when it has to be tried again."""
        offsets = self._positions()
        try:
            if offsets:
                self._consumer.commit(offsets, timeout_ms=2_000)
        except KafkaError as error:
            log.info("commit of %s failed: %r", self._topic, error)
            return False
        self._committed(offsets, None)
        return True

    # -- connection and assignment -----------------------------------------------------------------------------------

    def _open(self, wait: float | None = None) -> None:
        waiting = {} if wait is None else {"wait": wait}
        settings = self._broker.consumer(self._group)
        if self._announcements is not None:
            settings["fetch_max_wait_ms"] = int(ANNOUNCED_WAIT * 1000)
        consumer = connect(KafkaConsumer, self._broker, **waiting, **settings)
        self._times.doubt()
        self._opened = time.monotonic()
        self._next_look = self._opened + self._commit_interval
        self._cluster = (self._probe and self._probe.id()) or self._cluster
        if self._fixed is None:
            _finish_joins(consumer)
            consumer.subscribe([self._topic], listener=_Listener(self))
        else:
            self._assigned(self._fixed)
            consumer.assign(self._fixed)
        self._consumer = consumer

    def _reopen(self, timeout: float) -> bool:
        try:
            self._open(wait=0.0)
        except ServiceUnavailable as error:
            log.warning("%s", error)
            time.sleep(timeout)
            return False
        return True

    def _discard(self, timeout: float) -> None:
        consumer, self._consumer = self._consumer, None
        with self._lock:
            self._states.clear()
        try:
            consumer.close(autocommit=False, timeout_ms=int(timeout * 1000))
        except KafkaError as error:
            log.info("closing the consumer of %s: %r", self._topic, error)

    def _is_silent(self, now: float) -> bool:
        if self._fixed is not None:
            return False
        metrics = self._consumer.metrics()["consumer-coordinator-metrics"]
        age = min(metrics["last-heartbeat-seconds-ago"], now - self._opened)  # the metric is infinite before the first
        return bool(age > self._broker.session_ms / 1000 + _SILENCE)

    def _own(self, tp: Any, expected: int | None = None) -> None:
        """Begin with a partition, forgetting what was known of it; the lock is held."""
        self._states[tp] = PartitionState(next(self._assignments), expected)

    def _assigned(self, tps: Iterable[Any]) -> None:
        with self._lock:
            for tp in tps:
                self._own(tp)

    def _lost(self, tps: Iterable[Any]) -> None:
        with self._lock:
            for tp in tps:
                self._states.pop(tp, None)

    async def _revoked(self, tps: Iterable[Any]) -> None:
        offsets = self._positions(tps)
        try:
            if offsets:
                await self._consumer.commit_async(offsets)
        except KafkaError as error:
            log.info("commit of partitions that go failed, they will be read again: %r", error)
        self._lost(tps)


class _Listener(AsyncConsumerRebalanceListener):  # type: ignore[misc]
    """Runs on the library's IO thread. With the cooperative protocol a revocation is final."""

    def __init__(self, consumer: CommandConsumer) -> None:
        self._consumer = consumer

    async def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
        await self._consumer._revoked(revoked)

    async def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
        self._consumer._assigned(assigned)

    async def on_partitions_lost(self, lost: Iterable[Any]) -> None:
        self._consumer._lost(lost)


def _finish_joins(consumer: Any) -> None:
    """Make the client await a join that is under way, also when its reason is gone meanwhile."""
    coordinator = consumer._coordinator
    need_rejoin = coordinator.need_rejoin
    coordinator.need_rejoin = lambda: coordinator._join_task is not None or need_rejoin()
