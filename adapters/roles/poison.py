"""Messages that can't be decoded: kept once, with their bytes, in the log of dead letters and on their topic."""

import logging

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

    def __init__(self, database: Database, producer: CommandProducer) -> None:
        self._database = database
        self._producer = producer
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

    def _send(self, poison: Poison) -> None:
        try:
            self._producer.dead_letter(poison)
        except ServiceUnavailable as error:
            log.warning("a dead letter is in ops.dead_letter only: %s", error)
