"""Messages that can't be decoded: kept once, with their bytes, in the log of dead letters and on their topic."""

import logging
from collections.abc import Callable
from functools import cached_property

from adapters.kafka.consumer import CommandConsumer
from adapters.kafka.messages import Poison
from adapters.kafka.producer import CommandProducer
from adapters.postgres.database import Database
from domain.errors import ServiceUnavailable

log = logging.getLogger(__name__)

RECORD = """
    INSERT INTO ops.dead_letter (topic, partition, record_offset, cluster_id, value, reason)
    VALUES (%(topic)s, %(partition)s, %(offset)s, %(cluster)s, %(value)s, %(reason)s)
    ON CONFLICT DO NOTHING RETURNING topic
"""


class DeadLetters:
    """Takes undecodable messages off a consumer."""

    def __init__(self, database: Database, new_producer: Callable[[], CommandProducer]) -> None:
        """The producer is made at the first message: an idle one costs as much as an idle consumer."""
        self._database = database
        self._new_producer = new_producer
        self._waiting: list[Poison] = []

    def record(self, consumer: CommandConsumer) -> None:
        """Record what can't be decoded, once by topic, partition and offset; then its offset counts as done."""
        self._waiting += consumer.take_poison()
        while self._waiting:
            poison = self._waiting[0]
            cluster = self._producer.cluster_id()
            new = self._database.query(
                RECORD,
                topic=poison.topic,
                partition=poison.partition,
                offset=poison.offset,
                cluster=cluster,
                value=poison.value,
                reason=poison.reason,
            )
            log.error("%s/%s/%s can't be decoded: %s", poison.topic, poison.partition, poison.offset, poison.reason)
            if new:
                self._send(poison)
            consumer.done([poison])
            self._waiting.pop(0)

    @cached_property
    def _producer(self) -> CommandProducer:
        return self._new_producer()

    def _send(self, poison: Poison) -> None:
        try:
            self._producer.dead_letter(poison)
        except ServiceUnavailable as error:
            log.warning("a dead letter is in ops.dead_letter only: %s", error)
