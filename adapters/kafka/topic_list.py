"""A site's topics as a list: what the brokers have of them, and the commands by which somebody else makes them."""

import shlex
from dataclasses import dataclass
from typing import Any

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from adapters.kafka.topics import Broker, Copies, Topics, connect, copies_of, partitions_of, topic_settings
from adapters.settings import Settings
from domain.errors import ServiceUnavailable

TIMEOUT_MS = 10_000
USUAL_BROKERS = 3  # of a cluster that isn't asked


@dataclass(frozen=True, slots=True)
class TopicState:
    """One topic: how it is to be made, and how the brokers have it; 0 partitions: it isn't there, or can't be seen."""

    name: str
    wanted_partitions: int
    partitions: int
    copies: int


def states(broker: Broker, settings: Settings) -> list[TopicState]:
    """The site's topics on its brokers. Raises ServiceUnavailable, SettingError."""
    wanted = partitions_of(settings)
    admin = connect(KafkaAdminClient, broker, **broker.common(), request_timeout_ms=TIMEOUT_MS)
    try:
        names = sorted(wanted.keys() & set(admin.list_topics()))
        partitions = {topic["name"]: topic["partitions"] for topic in (admin.describe_topics(names) if names else [])}
    except KafkaError as error:
        raise ServiceUnavailable(f"the topics of {settings.site_id} can't be listed: {error}") from error
    finally:
        admin.close()
    return [
        TopicState(name, count, len(partitions.get(name, ())), _fewest(partitions.get(name, ())))
        for name, count in wanted.items()
    ]


def _fewest(partitions: Any) -> int:
    return min((len(partition["replica_nodes"]) for partition in partitions), default=0)


def commands(settings: Settings) -> list[str]:
    """Shell commands for whoever administers Kafka: make the topics, and give our user its rights. No broker is asked."""
    copies = copies_of(USUAL_BROKERS, settings)
    at = f"--bootstrap-server {shlex.quote(settings.kafka_bootstrap_servers or 'HOST:PORT')}"
    topics = [_creation(at, name, count, copies) for name, count in partitions_of(settings).items()]
    return [*topics, *_rights(at, settings)]


def _creation(at: str, name: str, partitions: int, copies: Copies) -> str:
    configs = " ".join(f"--config {key}={value}" for key, value in topic_settings(copies).items())
    shape = f"--partitions {partitions} --replication-factor {copies.replication} {configs}"
    return f"kafka-topics.sh {at} --create --if-not-exists --topic {name} {shape}"


def _rights(at: str, settings: Settings) -> list[str]:
    """What ours needs when Kafka asks who may do what: nothing beyond its own topics and groups."""
    principal = shlex.quote(f"User:{settings.kafka_sasl_username or 'NAME'}")
    allow = f"kafka-acls.sh {at} --add --allow-principal {principal} --resource-pattern-type prefixed"
    prefix = Topics(settings.site_id).prefix
    return [
        f"{allow} --operation Describe --operation Read --operation Write --topic {prefix}",
        f"{allow} --operation Read --group {prefix}",
    ]
