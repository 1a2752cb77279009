"""A broker that loses everything, and messages that nobody can read: no record is lost, and work goes on."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from adapters.embedded import EmbeddedBroker
from adapters.kafka.topics import Broker, Topics, connect, ensure_topics
from adapters.settings import Settings
from tests.faults.evidence import ended, outcomes
from tests.support.stack import Stack, wait_for

pytestmark = pytest.mark.slow

GARBAGE = [b"garbage", b"", b"\xc3\x01", b"\xff" * 5000, b'{"json": true}']


@pytest.fixture
def own_stack(settings: Settings, broker: EmbeddedBroker, tmp_path: Path) -> Iterator[Stack]:
    """A stack on that broker."""
    services = replace(settings, kafka_bootstrap_servers=broker.bootstrap_servers, embedded_broker=True)
    make_topics(services)
    with Stack(services, tmp_path) as stack:
        yield stack


def make_topics(settings: Settings) -> None:
    ensure_topics(Broker(settings.kafka_bootstrap_servers, embedded=True), settings)


def test_a_broker_that_comes_back_empty_loses_nothing(own_stack: Stack, broker: EmbeddedBroker) -> None:
    own_stack.source("long", "http://127.0.0.1/long", "slow", {"records": 500, "seconds": 0.05})
    job_id = own_stack.start_job("long")
    own_stack.wait_for_objects(job_id, 40)

    assert broker.process is not None
    broker.process.kill()
    broker.process.wait()
    broker.restart()
    make_topics(own_stack.settings)
    job = ended(own_stack, job_id, 75)  # a command that is lost is sent again after 60 s

    assert (job["outcome"], job["objects"], job["added"], job["errored"]) == ("finished", 500, 500, 0)
    assert outcomes(own_stack) == {1: 500}


def test_a_job_made_while_the_broker_is_away_runs_when_it_is_back(own_stack: Stack, broker: EmbeddedBroker) -> None:
    own_stack.source("patient", "http://127.0.0.1/patient", "noop", {"records": 20})
    own_stack.run("patient")
    broker.stop()
    job_id = own_stack.start_job("patient")
    wait_for(lambda: "nothing is dispatched" in own_stack.log("coordinator"), 30, "the coordinator has tried")

    broker.restart()
    make_topics(own_stack.settings)
    job = ended(own_stack, job_id, 75)  # a command that is lost is sent again after 60 s

    assert (job["outcome"], job["updated"], job["errored"]) == ("finished", 20, 0)


def test_bytes_that_cant_be_read_become_dead_letters_once_and_work_goes_on(stack: Stack) -> None:
    topics, broker = Topics(stack.settings.site_id), stack.parts.broker
    stack.source("before", "http://127.0.0.1/before", "noop", {"records": 20})
    stack.run("before")

    send(broker, [(topic, partition, value) for topic in (topics.gather, topics.fetch) for partition, value in places()])
    wait_for(lambda: len(dead_letters(stack)) == 2 * len(places()), 30, "all are dead letters")
    stack.source("after", "http://127.0.0.1/after", "noop", {"records": 100})
    job = stack.run("after")
    for role in ("fetch-consumer", "gather-consumer"):
        stack.kill(role)
        stack.start(role)
    again = ended(stack, stack.start_job("after"))

    assert (job["outcome"], job["added"], job["errored"]) == ("finished", 100, 0)
    assert (again["outcome"], again["updated"], again["errored"]) == ("finished", 100, 0)
    expected = [(topic, value) for topic in (topics.gather, topics.fetch) for _, value in places()]
    assert sorted(dead_letters(stack)) == sorted(expected)
    assert sorted(read(broker, topics.dead_letters)) == sorted(value for _, value in expected)
    assert stack.json("status", status=1)["dead_letters"] == len(expected)  # a person should look at them


def places() -> list[tuple[int, bytes]]:
    """Garbage on all partitions."""
    return [(partition, value) for partition in range(3) for value in GARBAGE]


def send(broker: Broker, messages: list[tuple[str, int, bytes]]) -> None:
    producer = connect(KafkaProducer, broker, **broker.producer(20.0))
    sent = [producer.send(topic, value=value, partition=partition) for topic, partition, value in messages]
    for one in sent:
        one.get(20.0)
    producer.close()


def dead_letters(stack: Stack) -> list[tuple[str, bytes]]:
    return [
        (topic, bytes(value or b"")) for topic, value in stack.parts.database.query("SELECT topic, value FROM ops.dead_letter")
    ]


def read(broker: Broker, topic: str) -> list[bytes]:
    """All messages of a topic of one partition."""
    settings: dict[str, Any] = {**broker.common(), "auto_offset_reset": "earliest", "consumer_timeout_ms": 1500}
    consumer = connect(KafkaConsumer, broker, **settings)
    consumer.assign([TopicPartition(topic, 0)])
    found = [bytes(record.value or b"") for record in consumer]
    consumer.close()
    return found
