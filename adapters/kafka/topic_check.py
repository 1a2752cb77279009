"""What is wrong with a site's topics on a broker that answers."""

from typing import Any

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from adapters.kafka.topics import Broker, connect, partitions_of
from adapters.settings import Settings
from domain.errors import HarvestError

TIMEOUT_MS = 10_000


def topic_problems(broker: Broker, settings: Settings) -> list[str]:
    """Topics that are missing, have fewer partitions than the settings say, or no leader; each with what to do."""
    wanted = partitions_of(settings)
    try:
        admin = connect(KafkaAdminClient, broker, **broker.common(), request_timeout_ms=TIMEOUT_MS)
    except HarvestError as error:
        return [str(error)]
    try:
        existing = set(admin.list_topics())
        described = {row["name"]: row for row in admin.describe_topics([name for name in wanted if name in existing])}
    except KafkaError as error:
        return [f"The broker doesn't list the topics of site {settings.site_id}: {error}"]
    finally:
        admin.close()
    return [problem for name, count in wanted.items() if (problem := _problem(name, count, described.get(name)))]


def _problem(name: str, wanted: int, topic: dict[str, Any] | None) -> str:
    if topic is None:
        return f"Topic {name} is missing: start a role, which makes it, or make it as `harvester topics --print` says"
    partitions = topic["partitions"]
    if len(partitions) < wanted:
        return (
            f"Topic {name} has {len(partitions)} partitions, HARVEST_TOPIC_PARTITIONS is {wanted}: no more than "
            f"{len(partitions)} workers can share it; add partitions while no worker runs, with kafka-topics --alter"
        )
    leaderless = sum(_leader(partition) < 0 for partition in partitions)
    return f"{leaderless} partitions of topic {name} have no broker that leads: see the brokers' logs" if leaderless else ""


def _leader(partition: dict[str, Any]) -> int:
    return int(partition.get("leader_id", partition.get("leader", 0)))
