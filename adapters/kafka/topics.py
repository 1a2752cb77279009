"""The broker, how our clients talk to it, and the topics of a site.

The embedded broker (Tansu, in memory) speaks Kafka's protocol with gaps, so there are two profiles of client settings:
it forgets idempotent producers when it restarts, lets a group join only after half a session, and never wakes a waiting
fetch. It loses everything at a restart; the cluster id then changes, and stays with the data on Apache Kafka.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from kafka import KafkaAdminClient
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import AuthorizationError, KafkaError, TopicAlreadyExistsError

from adapters.kafka.security import Security, security
from adapters.settings import Settings
from domain.errors import ServiceUnavailable, SettingError

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")

CONNECT_TIMEOUT = 5.0  # seconds for a server to listen, and as long again for it to answer
_ADMIN_TIMEOUT_MS = 10_000
_PROBE_TIMEOUT_MS = 2_000
_FAILOVER = 20.0  # seconds, after which the other brokers have long stopped naming one that died (their default: 9)


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and of which kind; the settings of each kind of client."""

    bootstrap_servers: str  # host:port, several of them separated by commas
    embedded: bool
    fetch_max_wait_ms: int = 1000  # of the embedded broker: its answer to a waiting fetch is late by up to half of this
    partitions: int = 0  # that workers read of each topic of the embedded broker; it makes 4 of a topic that a client asks for
    client_id: str = "harvestlog"
    security: Security = field(default_factory=Security)
    session_timeout_ms: int = 0  # 0: 6 s on the embedded broker, 10 s on Kafka (whose own minimum is 6 s)

    @property
    def session_ms(self) -> int:
        """Time without a heartbeat after which the broker takes a member's partitions away."""
        return self.session_timeout_ms or (6_000 if self.embedded else 10_000)

    def common(self) -> dict[str, Any]:
        """Settings of every client."""
        return {
            "bootstrap_servers": [server.strip() for server in self.bootstrap_servers.split(",") if server.strip()],
            "bootstrap_timeout_ms": int(CONNECT_TIMEOUT * 1000),
            "client_id": self.client_id,
            "reconnect_backoff_max_ms": 1_000,  # the default makes a client wait up to 30 s for a broker that is back
            **self.security.options,
        }

    def producer(self, timeout: float) -> dict[str, Any]:
        """Settings of a producer that gives a delivery up after `timeout` seconds."""
        timeout_ms = int(timeout * 1000)
        return {
            **self.common(),
            "acks": "all",
            "enable_idempotence": not self.embedded,
            # What was in flight when the embedded broker ended must not reach the next one before its topics are made: it would
            # make other topics by itself, and acknowledge commands that no consumer finds.
            **({"retries": 0} if self.embedded else {}),
            "linger_ms": 20,
            "batch_size": 131_072,
            "delivery_timeout_ms": timeout_ms,
            "request_timeout_ms": max(1_000, min(10_000, timeout_ms // 2)),
            "max_block_ms": min(5_000, timeout_ms),  # for the topic's metadata
            "allow_auto_create_topics": False,
            "metrics_enabled": False,
        }

    def consumer(self, group: str) -> dict[str, Any]:
        """Settings of a consumer; offsets are committed by hand."""
        return {
            **self.common(),
            "group_id": group,
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "allow_auto_create_topics": False,
            "max_poll_interval_ms": 300_000,
            "max_partition_fetch_bytes": 262_144,
            "fetch_max_wait_ms": self.fetch_max_wait_ms if self.embedded else 500,
            # The next heartbeat waits for the answer to the last one, which a broker that hangs never gives.
            **({} if self.embedded else {"request_timeout_ms": self.session_ms}),
            "session_timeout_ms": self.session_ms,
            "heartbeat_interval_ms": min(3_000, self.session_ms // 3),
            "partition_assignment_strategy": [CooperativeStickyAssignor()],
        }

    def unavailable(self) -> ServiceUnavailable:
        """The error of a broker that doesn't answer."""
        advice = (
            "" if self.embedded else f": is it running, and is HARVEST_KAFKA_BOOTSTRAP_SERVERS right?{self.security.advice}"
        )
        kind = "the embedded broker (HARVEST_KAFKA_BOOTSTRAP_SERVERS is not set)" if self.embedded else "Kafka"
        return ServiceUnavailable(f"{kind} does not answer at {self.bootstrap_servers}{advice}")


def connect(client: Callable[..., Any], broker: Broker, *, wait: float = CONNECT_TIMEOUT, **settings: Any) -> Any:
    """A new client of kafka-python; raises ServiceUnavailable when the broker doesn't answer within `wait` + 5 s.

    A constructor that fails leaves its IO thread behind, so a server must listen before one is tried.
    """
    _wait_for_server(broker, wait)
    try:
        return client(**settings)
    except KafkaError as error:
        raise broker.unavailable() from error


def _wait_for_server(broker: Broker, wait: float) -> None:
    deadline = time.monotonic() + wait
    while not any(broker.security.listens(server) for server in broker.common()["bootstrap_servers"]):
        if time.monotonic() >= deadline:
            raise broker.unavailable()
        time.sleep(0.1)


def configured(settings: Settings, role: str, servers: str = "") -> Broker:
    """The broker of the settings, or the embedded one at `servers`. Its clients are told apart by site and role.

    Raises SettingError for a file of TLS that can't be used.
    """
    embedded = settings.embedded_broker or bool(servers and settings.own_broker)
    return Broker(
        settings.kafka_bootstrap_servers or servers,
        embedded=embedded,
        partitions=settings.topic_partitions if embedded else 0,
        client_id=f"harvestlog-{settings.site_id}-{role.replace(' ', '-')}",
        security=Security() if embedded else security(settings),
    )


@dataclass(frozen=True, slots=True)
class Topics:
    """Names of a site's topics; a consumer group has the name of the topic that it reads."""

    site_id: str

    @property
    def prefix(self) -> str:
        """How the names of all topics and groups of the site begin."""
        return f"{self.site_id}.harvest."

    @property
    def gather(self) -> str:
        """Commands to gather a job."""
        return f"{self.prefix}gather"

    @property
    def fetch(self) -> str:
        """Commands to fetch and import an object."""
        return f"{self.prefix}fetch"

    @property
    def dead_letters(self) -> str:
        """Messages that can't be decoded, with their bytes as they came."""
        return f"{self.prefix}dead-letters"

    @property
    def gather_group(self) -> str:
        """Consumer group of the gather workers."""
        return self.gather

    @property
    def fetch_group(self) -> str:
        """Consumer group of the fetch workers."""
        return self.fetch


def ensure_topics(broker: Broker, settings: Settings) -> list[str]:
    """Create the site's topics that don't exist, wait until they can be used, and return the names of the new ones.

    A topic that exists keeps its partitions and its copies: adding partitions while workers run can cost a group its leader.
    """
    wanted = partitions_of(settings)
    admin = connect(KafkaAdminClient, broker, **broker.common(), request_timeout_ms=_ADMIN_TIMEOUT_MS)
    created: list[str] = []

    def ensure() -> None:
        existing = set(admin.list_topics())
        copies = Copies(1, 1) if broker.embedded else copies_of(len(admin.describe_cluster()["brokers"]), settings)
        for name, count in wanted.items():
            if name not in existing and _create(admin, name, count, broker, copies):
                created.append(name)
        admin.wait_for_topics(list(wanted), timeout_ms=_ADMIN_TIMEOUT_MS)
        if not broker.embedded:
            _warn_of_few_copies(admin, existing & wanted.keys(), copies)

    try:
        patiently(ensure, 0.0 if broker.embedded else _FAILOVER)
    except AuthorizationError as error:
        raise SettingError(
            f"Kafka does not let {broker.security.user} create topics, and not all of {', '.join(wanted)} are there (or it "
            "may not see them): have them made and its rights given, `harvester topics --print` says how"
        ) from error
    except KafkaError as error:
        raise ServiceUnavailable(f"the topics of {settings.site_id} can't be created: {error}") from error
    finally:
        admin.close()
    return created


def partitions_of(settings: Settings) -> dict[str, int]:
    """The site's topics, and how many partitions each gets when it is made."""
    topics = Topics(settings.site_id)
    return {topics.gather: settings.topic_partitions, topics.fetch: settings.topic_partitions, topics.dead_letters: 1}


def patiently(ask: Callable[[], Answer], seconds: float, pause: float = 0.2) -> Answer:
    """Ask the brokers, and again for that many seconds while that fails with an error that may pass.

    The admin client sends a request only once, and to any broker that the cluster names, one that has just died included.
    """
    deadline, asked_again = time.monotonic() + seconds, False
    while True:
        try:
            return ask()
        except KafkaError as error:
            if not error.retriable or time.monotonic() >= deadline:
                raise
            log.log(logging.DEBUG if asked_again else logging.INFO, "asking the brokers again: %s", error)
            asked_again = True
        time.sleep(pause)


@dataclass(frozen=True, slots=True)
class Copies:
    """How many brokers keep each message, and how many of them must have it before it counts as sent."""

    replication: int
    min_insync: int


def copies_of(brokers: int, settings: Settings) -> Copies:
    """The copies of a new topic on that many brokers: one of three may be away, and what was sent is on two all the same.

    Raises SettingError when more copies are asked for than there are.
    """
    replication = settings.topic_replication or min(3, max(1, brokers))
    min_insync = settings.topic_min_insync_replicas or min(2, max(1, replication - 1))
    if min_insync > replication:
        raise SettingError(
            f"HARVEST_TOPIC_MIN_INSYNC_REPLICAS={min_insync}, but there are {replication} copies ({brokers} brokers)"
        )
    return Copies(replication, min_insync)


def topic_settings(copies: Copies) -> dict[str, str]:
    """Kafka's own settings of a topic of ours."""
    return {"min.insync.replicas": str(copies.min_insync), "message.timestamp.type": "LogAppendTime"}


def _create(admin: Any, name: str, partitions: int, broker: Broker, copies: Copies) -> bool:
    """True when created, False when another process was first."""
    topic: dict[str, Any] = {"num_partitions": partitions, "replication_factor": copies.replication}
    if not broker.embedded:
        topic["configs"] = topic_settings(copies)
    try:
        admin.create_topics({name: topic})
    except TopicAlreadyExistsError:
        return False
    log.info("created topic %s with %d partition(s), %d copies", name, partitions, copies.replication)
    return True


def _warn_of_few_copies(admin: Any, names: set[str], copies: Copies) -> None:
    """Topics that were made when there were fewer brokers lose what only a broker that is gone has."""
    for topic in admin.describe_topics(sorted(names)) if names else []:
        fewest = min((len(partition["replica_nodes"]) for partition in topic["partitions"]), default=0)
        if fewest < copies.replication:
            log.warning(
                "topic %s has %d of %d copies: see docs/operations.md, Kafka", topic["name"], fewest, copies.replication
            )


class Cluster:
    """Asks the broker for its cluster id over a connection of its own; for one thread."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._admin: Any = None

    def id(self, patience: float = 0.0) -> str:
        """The cluster id, which changes when the embedded broker starts again; "" when no answer came.

        One is waited for up to 2 s, and as long again for a connection; another one asked for during `patience` seconds.
        """
        try:
            return str(patiently(self._ask, patience)["cluster_id"] or "")
        except (KafkaError, ServiceUnavailable) as error:
            log.debug("no cluster id: %s", error)
            return ""

    def close(self) -> None:
        """Close the connection; `id` opens it again."""
        if self._admin is not None:
            self._admin.close()
            self._admin = None

    def _ask(self) -> Any:
        return self._connected().describe_cluster()

    def _connected(self) -> Any:
        if self._admin is None:
            settings = {**self._broker.common(), "bootstrap_timeout_ms": _PROBE_TIMEOUT_MS}
            self._admin = connect(KafkaAdminClient, self._broker, wait=0.0, **settings, request_timeout_ms=_PROBE_TIMEOUT_MS)
        return self._admin


def cluster_id(broker: Broker, patience: float = 0.0) -> str:
    """The broker's cluster id, over a connection that is closed again; see `Cluster.id`."""
    cluster = Cluster(broker)
    try:
        return cluster.id(patience)
    finally:
        cluster.close()
