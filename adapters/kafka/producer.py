"""Sends commands, a batch at a time, and what can't be decoded to the dead letters."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from itertools import zip_longest
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from adapters.kafka.codec import encode
from adapters.kafka.messages import Command, Poison
from adapters.kafka.topics import Broker, Cluster, Topics, connect
from domain.commands import FetchObject, GatherJob
from domain.errors import ServiceUnavailable

log = logging.getLogger(__name__)

_FAILURES_BEFORE_REBUILD = 2  # batches in a row

NO_TIMESTAMP = -1
"""Instead of this host's time: Kafka refuses a message that seems to come from more than an hour ahead
(message.timestamp.after.max.ms), so a wrong clock would stop everything. Topics that we create have the broker's time."""


class CommandProducer:
    """For one thread.

    An idempotent producer never gets over a broker that came back empty: after two batches in a row with a delivery
    that was not acknowledged, the client is replaced.
    """

    def __init__(self, broker: Broker, site_id: str, *, timeout: float = 30.0) -> None:
        """`timeout` in seconds for one batch; a cluster that loses a broker may be silent for 15 s.

        Raises ServiceUnavailable when the broker doesn't answer.
        """
        self._broker = broker
        self._topics = Topics(site_id)
        self._topic_of = {GatherJob: self._topics.gather, FetchObject: self._topics.fetch}
        self._timeout = timeout
        self._cluster = Cluster(broker)
        self._failures = 0
        self._refusal: type[Exception] | None = None  # why commands were not acknowledged last
        self._producer: Any = None
        self._connected()

    def send(self, commands: Sequence[Command]) -> list[Command]:
        """Send all, wait until each is acknowledged or given up, and return those that were not acknowledged.

        One of the latter may have been stored all the same. Raises ServiceUnavailable when none was acknowledged: the
        broker doesn't answer, or it refuses them, and says why.
        """
        if not commands:
            return []
        producer = self._connected()
        deliveries = self._enqueue(producer, commands)
        self._flush(producer)
        pairs = zip_longest(commands, deliveries)
        missing = [command for command, delivery in pairs if delivery is None or not delivery.succeeded()]
        self._note(failed=bool(missing))
        if missing:
            error = next((delivery.exception for delivery in deliveries if delivery.failed()), None)
            error = error or KafkaTimeoutError("no answer in time")
            self._log_refusal(f"{len(missing)} of {len(commands)} commands", error)
            if len(missing) == len(commands):
                raise self._no_command_taken(error)
        else:
            self._refusal = None
        return missing

    def _log_refusal(self, what: str, error: Exception) -> None:
        """Once for each kind of error, until all is acknowledged again."""
        if type(error) is not self._refusal:
            log.warning("%s were not acknowledged by the broker: %s", what, error)
        self._refusal = type(error)

    def _no_command_taken(self, error: Exception) -> ServiceUnavailable:
        if not self.cluster_id():
            return self._broker.unavailable()
        return ServiceUnavailable(f"the broker at {self._broker.bootstrap_servers} takes no commands: {error}")

    def dead_letter(self, poison: Poison) -> None:
        """Store a message that can't be decoded; raises ServiceUnavailable unless the broker acknowledged it."""
        headers = [
            ("reason", poison.reason.encode()),
            ("topic", poison.topic.encode()),
            ("partition", str(poison.partition).encode()),
            ("offset", str(poison.offset).encode()),
        ]
        key = f"{poison.topic}/{poison.partition}/{poison.offset}".encode()
        producer = self._connected()
        try:
            delivery = producer.send(
                self._topics.dead_letters, value=poison.value, key=key, headers=headers, timestamp_ms=NO_TIMESTAMP
            )
            delivery.get(self._timeout)
        except KafkaError as error:
            self._note(failed=True)
            raise ServiceUnavailable(f"a dead letter was not stored by {self._broker.bootstrap_servers}: {error}") from error
        self._note(failed=False)

    def cluster_id(self) -> str:
        """Id of the broker's cluster, about 1 ms; "" when no answer came within 2 s."""
        return self._cluster.id()

    def unavailable(self) -> ServiceUnavailable:
        """The error of a broker that doesn't answer."""
        return self._broker.unavailable()

    def forget(self) -> None:
        """Replace the client at its next use: what it knows of topics is of a broker that is gone."""
        self._discard()

    def close(self) -> None:
        """Close all connections; what was sent is sent."""
        self._cluster.close()
        self._discard()

    def _enqueue(self, producer: Any, commands: Sequence[Command]) -> list[Any]:
        """Futures of the first commands, up to one that the client refuses (no metadata, its buffer is full).

        The partition is chosen here since the library's hash of the key takes a third of the time of a send.
        """
        deliveries: list[Any] = []
        try:
            partitions = {topic: self._read_partitions(producer, topic) for topic in self._topics_of(commands)}
            for command in commands:
                topic, key = self._topic_of[type(command)], command.key
                partition = partitions[topic][command.turn % len(partitions[topic])]
                deliveries.append(
                    producer.send(topic, encode(command), key.bytes, partition=partition, timestamp_ms=NO_TIMESTAMP)
                )
        except (KafkaError, ValueError) as error:  # ValueError: the partition is gone since partitions_for()
            log.warning("sent %d of %d commands: %s", len(deliveries), len(commands), error)
        return deliveries

    def _read_partitions(self, producer: Any, topic: str) -> list[int]:
        """Those that workers read: a topic that the embedded broker made by itself may have more."""
        partitions = sorted(producer.partitions_for(topic))
        return partitions[: self._broker.partitions] if self._broker.partitions else partitions

    def _topics_of(self, commands: Sequence[Command]) -> set[str]:
        return {self._topic_of[kind] for kind in {type(command) for command in commands}}

    def _flush(self, producer: Any) -> None:
        try:
            producer.flush(self._timeout + 1.0)  # deliveries expire a second earlier
        except KafkaError as error:
            log.warning("no acknowledgement from %s: %s", self._broker.bootstrap_servers, error)

    def _note(self, *, failed: bool) -> None:
        self._failures = self._failures + 1 if failed else 0
        if self._failures >= _FAILURES_BEFORE_REBUILD:
            log.warning("replacing the producer after %d batches without all acknowledgements", self._failures)
            self._discard()

    def _discard(self) -> None:
        producer, self._producer, self._failures = self._producer, None, 0
        if producer is not None:
            _close(producer)

    def _connected(self) -> Any:
        if self._producer is None:
            self._producer = connect(KafkaProducer, self._broker, **self._broker.producer(self._timeout))
        return self._producer


def _close(producer: Any) -> None:
    """Close a client. One with messages that nobody acknowledges refuses to close, and its thread would send them later on."""
    try:
        producer.close(timeout=1.0)
    except KafkaError:
        producer._sender.force_close()
        producer._sender.join(1.0)
        with suppress(KafkaError):
            producer.close(timeout=0)
