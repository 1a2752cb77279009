"""How the consumer treats its client: a fake of kafka-python's consumer with the few methods that are used."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from kafka import TopicPartition
from kafka.errors import KafkaError, RebalanceInProgressError

from adapters.kafka import consumer as module
from adapters.kafka.codec import encode
from adapters.kafka.consumer import CommandConsumer
from adapters.kafka.topics import Broker
from domain.commands import FetchObject
from domain.errors import ServiceUnavailable

COMMAND = FetchObject(UUID("01890a5d-ac96-774b-bcce-b302099a8057"), 1)
P0, P1 = TopicPartition("t", 0), TopicPartition("t", 1)


@dataclass
class FetchedRecord:
    partition: int
    offset: int
    topic: str = "t"
    value: bytes | None = encode(COMMAND)


class FakeClient:
    """Hands out what the test put into `answers`, and never anything of a paused partition."""

    def __init__(self) -> None:
        self.answers: list[dict[Any, list[FetchedRecord]] | KafkaError] = []
        self.limits: list[int] = []
        self.commits: list[dict[Any, int]] = []
        self.owned: set[Any] = set()
        self.stopped: set[Any] = set()
        self.heartbeat_age = 0.1
        self.commit_error: KafkaError | None = None
        self.closed = False
        self.sought: list[tuple[Any, int]] = []
        self.listener: Any = None
        self._coordinator = self
        self._join_task: object | None = None

    def need_rejoin(self) -> bool:
        return False

    def subscribe(self, _: list[str], listener: Any) -> None:
        self.listener = listener

    def poll(self, _: int, max_records: int) -> dict[Any, list[FetchedRecord]]:
        self.limits.append(max_records)
        answer = self.answers.pop(0) if self.answers else {}
        if isinstance(answer, KafkaError):
            raise answer
        assert not self.stopped & answer.keys()
        return answer

    def assign(self, tps: list[Any]) -> None:
        self.owned = set(tps)

    def position(self, _: Any, timeout_ms: int) -> int | None:
        return None

    def seek(self, tp: Any, offset: int) -> None:
        self.sought.append((tp, offset))

    def assignment(self) -> set[Any]:
        return set(self.owned)

    def paused(self) -> set[Any]:
        return set(self.stopped)

    def pause(self, *tps: Any) -> None:
        self.stopped |= set(tps)

    def resume(self, *tps: Any) -> None:
        self.stopped -= set(tps)

    @property
    def _cluster(self) -> Any:
        return self

    cluster_id = "x"

    def metrics(self) -> dict[str, dict[str, float]]:
        return {"consumer-coordinator-metrics": {"last-heartbeat-seconds-ago": self.heartbeat_age}}

    def commit(self, offsets: dict[Any, Any], timeout_ms: int) -> None:
        assert timeout_ms > 0
        if self.commit_error is not None:
            error, self.commit_error = self.commit_error, None
            raise error
        self.commits.append({tp: offset.offset for tp, offset in offsets.items()})

    def commit_async(self, offsets: dict[Any, Any], callback: Any = None) -> Any:
        self.commits.append({tp: offset.offset for tp, offset in offsets.items()})
        if callback is not None:
            callback(offsets, None)
        return asyncio.sleep(0) if callback is None else None

    def close(self, autocommit: bool, timeout_ms: int) -> None:
        assert not autocommit
        assert timeout_ms > 0
        self.closed = True

    def give(self, *tps: Any) -> None:
        self.owned |= set(tps)
        asyncio.run(self.listener.on_partitions_assigned(set(tps)))

    def revoke(self, *tps: Any) -> None:
        self.owned -= set(tps)
        asyncio.run(self.listener.on_partitions_revoked(set(tps)))


class Clock:
    """Monotonic seconds, moved by the test; sleeping moves it too."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> list[FakeClient]:
    made: list[FakeClient] = []

    def connect(*_: Any, **__: Any) -> FakeClient:
        made.append(FakeClient())
        return made[-1]

    monkeypatch.setattr(module, "connect", connect)
    return made


@pytest.fixture
def consumer(clients: list[FakeClient]) -> CommandConsumer:
    consumer = CommandConsumer(Broker("nowhere:1", embedded=False, session_timeout_ms=10_000), "t", "g")
    clients[0].give(P0, P1)
    return consumer


def fetched(tp: Any, *offsets: int) -> dict[Any, list[FetchedRecord]]:
    return {tp: [FetchedRecord(tp.partition, offset) for offset in offsets]}


def test_every_poll_takes_all_that_was_fetched(consumer: CommandConsumer, clients: list[FakeClient]) -> None:
    consumer.poll(1, 0.1)
    consumer.poll(0, 0.1)

    assert set(clients[0].limits) == {10**9}


def test_a_partition_is_paused_while_its_buffer_holds_something(consumer: CommandConsumer, clients: list[FakeClient]) -> None:
    clients[0].answers = [fetched(P0, 0, 1, 2)]

    first = consumer.poll(2, 0.1)
    consumer.poll(0, 0.1)
    while_full = clients[0].paused()
    rest = consumer.poll(2, 0.1)

    assert [item.offset for item in first + rest] == [0, 1, 2]
    assert while_full == {P0}
    assert clients[0].paused() == set()


def test_partitions_take_turns(consumer: CommandConsumer, clients: list[FakeClient]) -> None:
    clients[0].answers = [fetched(P0, *range(100)) | fetched(P1, *range(2))]

    taken = consumer.poll(10, 0.1)

    assert [item.partition for item in taken].count(1) == 2
    assert len(taken) >= 5


def test_commits_are_at_most_one_a_second(consumer: CommandConsumer, clients: list[FakeClient], clock: Clock) -> None:
    clients[0].answers = [fetched(P0, 0, 1, 2)]
    taken = consumer.poll(10, 0.1)

    consumer.done(taken[:1])
    for _ in range(25):
        clock.now += 0.1
        consumer.poll(10, 0.1)

    assert clients[0].commits == [{P0: 1}]


def test_a_revoked_partition_is_committed_and_forgotten(consumer: CommandConsumer, clients: list[FakeClient]) -> None:
    clients[0].answers = [fetched(P0, 0, 1, 2)]
    taken = consumer.poll(2, 0.1)
    consumer.done(taken[:1])

    clients[0].revoke(P0)

    assert clients[0].commits == [{P0: 1}]
    assert consumer.partitions == (1,)
    assert consumer.poll(10, 0.1) == []


def test_done_of_an_earlier_assignment_is_ignored(consumer: CommandConsumer, clients: list[FakeClient]) -> None:
    clients[0].answers = [fetched(P0, 0, 1), fetched(P0, 0, 1)]
    early = consumer.poll(10, 0.1)
    clients[0].revoke(P0)
    clients[0].give(P0)
    late = consumer.poll(10, 0.1)

    consumer.done(early)
    consumer.done(late[:1])
    consumer.close()

    assert clients[0].commits[-1] == {P0: 1}


def test_a_member_whose_heartbeats_stopped_is_made_anew(
    consumer: CommandConsumer, clients: list[FakeClient], clock: Clock
) -> None:
    clients[0].heartbeat_age = float("inf")
    clock.now += 24.0
    consumer.poll(1, 0.1)
    before = len(clients)
    clock.now += 2.0

    consumer.poll(1, 0.1)
    consumer.poll(1, 0.1)

    assert before == 1
    assert clients[0].closed
    assert len(clients) == 2


def test_a_join_under_way_is_awaited_though_its_reason_is_gone(consumer: CommandConsumer, clients: list[FakeClient]) -> None:
    assert consumer.partitions == (0, 1)
    assert clients[0].need_rejoin() is False

    clients[0]._join_task = object()

    assert clients[0].need_rejoin() is True


def test_a_poll_may_fail_but_not_again_and_again(consumer: CommandConsumer, clients: list[FakeClient]) -> None:
    clients[0].answers = [KafkaError("once"), fetched(P0, 0), *[KafkaError("always")] * 5]
    assert consumer.poll(1, 0.1) == []
    assert len(consumer.poll(1, 0.1)) == 1
    for _ in range(4):
        consumer.poll(1, 0.1)

    with pytest.raises(ServiceUnavailable, match="t can't be read: KafkaError: always"):
        consumer.poll(1, 0.1)


def test_the_last_commit_waits_for_a_join(consumer: CommandConsumer, clients: list[FakeClient]) -> None:
    clients[0].answers = [fetched(P0, 0, 1)]
    consumer.done(consumer.poll(10, 0.1))
    clients[0].commit_error = RebalanceInProgressError()

    consumer.close()
    consumer.close()

    assert clients[0].commits == [{P0: 2}]
    assert clients[0].closed


def test_a_log_that_begins_anew_is_read_anew(consumer: CommandConsumer, clients: list[FakeClient]) -> None:
    clients[0].answers = [fetched(P0, 7, 8), fetched(P0, 0, 1)]
    old = consumer.poll(10, 0.1)

    new = consumer.poll(10, 0.1)
    consumer.done(old)
    consumer.done(new)
    consumer.close()

    assert [item.offset for item in new] == [0, 1]
    assert clients[0].commits[-1] == {P0: 2}


# announcements


class Announced:
    """Says what the test put into `clusters`; waiting moves the clock."""

    def __init__(self, clock: Clock) -> None:
        self.clusters: list[str] = []
        self._clock = clock

    def wait(self, timeout: float) -> list[str]:
        if not self.clusters:
            self._clock.now += timeout
        announced, self.clusters = self.clusters, []
        return announced

    def close(self) -> None:
        self.clusters = []


@pytest.fixture
def announced(clock: Clock) -> Announced:
    return Announced(clock)


@pytest.fixture
def announced_consumer(clients: list[FakeClient], announced: Announced) -> CommandConsumer:
    broker = Broker("nowhere:1", embedded=True)
    consumer = CommandConsumer(broker, "t", "g", partitions=[0, 1], announcements=announced)
    for _ in range(20):
        consumer.poll(10, 60.0)  # until it is no longer waiting for what may have been announced before it listened
    return consumer


def test_nothing_is_fetched_until_it_is_announced(
    announced_consumer: CommandConsumer, clients: list[FakeClient], announced: Announced, clock: Clock
) -> None:
    polls, begun = len(clients[0].limits), clock.now
    for _ in range(3):
        announced_consumer.poll(10, 1.0)
    waited = clock.now - begun
    clients[0].answers = [fetched(P0, 0), fetched(P1, 0)]
    announced.clusters = ["one 2"]

    taken = [item.partition for _ in range(3) for item in announced_consumer.poll(10, 1.0)]

    assert waited == pytest.approx(3.0)
    assert taken == [0, 1]
    assert len(clients[0].limits) == polls + 3, "fetched until there was no more, and not once again"


def test_what_was_announced_is_asked_for_until_it_comes(
    announced_consumer: CommandConsumer, clients: list[FakeClient], announced: Announced, clock: Clock
) -> None:
    answers: list[dict[Any, list[FetchedRecord]]] = [{}, {}, fetched(P0, 0), {}, {}, fetched(P1, 0), {}]  # it is slow
    clients[0].answers = [*answers]
    announced.clusters = ["one 2"]
    polls, begun, taken = len(clients[0].limits), clock.now, 0

    while taken < 2:
        taken += len(announced_consumer.poll(10, 1.0))
        assert clock.now - begun < 1.0
    for _ in range(3):
        announced_consumer.poll(10, 1.0)

    assert len(clients[0].limits) == polls + len(answers), "once more after the last one, then no more"


def test_what_nobody_announced_is_found_all_the_same(
    announced_consumer: CommandConsumer, clients: list[FakeClient], clock: Clock
) -> None:
    clients[0].answers = [fetched(P0, 0)]
    begun = clock.now

    while not announced_consumer.poll(10, 1.0):
        assert clock.now - begun < 12


def test_what_there_is_no_room_for_is_not_asked_for(
    announced_consumer: CommandConsumer, clients: list[FakeClient], announced: Announced, clock: Clock
) -> None:
    clients[0].answers = [fetched(P0, *range(5)) | fetched(P1, *range(5))]
    announced.clusters = ["one 1"]
    announced_consumer.poll(1, 1.0)
    polls, begun = len(clients[0].limits), clock.now

    announced_consumer.poll(0, 0.2)

    assert len(clients[0].limits) == polls
    assert clock.now - begun == pytest.approx(0.2)
    assert len(announced_consumer.poll(10, 0.2)) == 9


def test_a_partition_that_was_full_is_asked_again_as_soon_as_it_is_empty(
    announced_consumer: CommandConsumer, clients: list[FakeClient], announced: Announced, clock: Clock
) -> None:
    clients[0].answers = [fetched(P0, *range(5))]
    announced.clusters = ["one 5"]
    announced_consumer.poll(1, 1.0)
    announced_consumer.poll(0, 1.0)  # nothing more of the other partition
    clients[0].answers = [fetched(P0, 5)]
    begun = clock.now

    taken = [item.offset for _ in range(3) for item in announced_consumer.poll(10, 1.0)]

    assert taken == [1, 2, 3, 4, 5]
    assert clock.now - begun < 3.0


def test_another_cluster_is_read_from_the_beginning(
    announced_consumer: CommandConsumer, clients: list[FakeClient], announced: Announced
) -> None:
    taken = []
    for cluster, offsets in (("one", (7, 8)), ("one", (9,)), ("two", (0,))):
        clients[0].answers = [fetched(P0, *offsets)]
        announced.clusters = [f"{cluster} {len(offsets)}"]
        taken += announced_consumer.poll(10, 1.0)

    assert [item.offset for item in taken] == [7, 8, 9, 0]
    assert clients[0].sought == [(P0, 0), (P1, 0)]


def test_what_was_taken_is_handed_out_though_announcements_fail(
    announced_consumer: CommandConsumer, clients: list[FakeClient], announced: Announced, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: float) -> list[str]:
        raise ServiceUnavailable("the database does not answer")

    clients[0].answers = [fetched(P0, 0, 1)]
    announced.clusters = ["one 1"]
    announced_consumer.poll(1, 1.0)
    monkeypatch.setattr(announced, "wait", fails)

    assert [item.offset for item in announced_consumer.poll(1, 1.0)] == [1]
    with pytest.raises(ServiceUnavailable):
        announced_consumer.poll(1, 1.0)
