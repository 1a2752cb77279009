"""How the consumer treats its client."""

import pytest
from kafka.errors import KafkaError, RebalanceInProgressError

from adapters.kafka.consumer import CommandConsumer
from adapters.kafka.topics import Broker
from domain.errors import ServiceUnavailable
from tests.unit.kafka_client import P0, P1, Clock, FakeClient, fetched


@pytest.fixture
def consumer(clients: list[FakeClient]) -> CommandConsumer:
    consumer = CommandConsumer(Broker("nowhere:1", embedded=False, session_timeout_ms=10_000), "t", "g")
    clients[0].give(P0, P1)
    return consumer


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
