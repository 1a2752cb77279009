"""An Apache Kafka of three brokers for tests, and what it says of its topics and groups."""

import functools
import subprocess
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, TypeVar

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import ConfigResource
from kafka.errors import KafkaError

from adapters.kafka.codec import decode
from adapters.kafka.topics import Broker, connect
from domain.commands import FetchObject
from domain.errors import ServiceUnavailable
from tests.support.stack import wait_for

BROKERS = (1, 2, 3)
Answer = TypeVar("Answer")


class Cluster:
    """Brokers 1 to 3, run by the scripts of the shared folder; their data lie in `folder`."""

    def __init__(self, scripts: Path, folder: Path) -> None:
        self._scripts = scripts
        self._folder = folder
        self.bootstrap_servers = ""

    def start(self) -> None:
        """Start the brokers that don't run, and wait until all know of one another. Raises CalledProcessError."""
        last_line = self._run("kafka_up.sh", str(self._folder)).splitlines()[-1]
        self.bootstrap_servers = last_line.partition("=")[2]

    def kill(self, number: int) -> None:
        """kill -9 of a broker."""
        self._run("kafka_kill.sh", str(number), str(self._folder))

    def stop(self) -> None:
        """End all brokers and remove their data; asked to end, the last one waits 10 s for the others."""
        for number in BROKERS:
            with suppress(subprocess.CalledProcessError):
                self.kill(number)
        self._run("kafka_down.sh", str(self._folder), "--wipe")

    def logs(self) -> str:
        """The end of what every broker has logged."""
        logs = ((number, self._folder / f"broker-{number}" / "kafka.log") for number in BROKERS)
        return "".join(f"\n--- broker {number}\n{log.read_text(errors='replace')[-2000:]}" for number, log in logs)

    def _run(self, script: str, *arguments: str) -> str:
        command = ["env", "KAFKA_NODES=3", "KAFKA_HEAP=256m", str(self._scripts / script), *arguments]
        options: dict[str, Any] = {"capture_output": True, "text": True, "check": True, "timeout": 120}
        return str(subprocess.run(command, start_new_session=True, **options).stdout)

    # what the cluster says

    @property
    def broker(self) -> Broker:
        """How our clients see it."""
        return Broker(self.bootstrap_servers, embedded=False)

    def _asked(self, question: Callable[[Any], Answer]) -> Answer:
        """An answer, as soon as a broker gives one."""
        answers: list[Answer] = []

        def answered() -> bool:
            with (
                suppress(KafkaError, ServiceUnavailable),
                closing(connect(KafkaAdminClient, self.broker, **self.broker.common(), request_timeout_ms=5_000)) as admin,
            ):
                answers.append(question(admin))
            return bool(answers)

        wait_for(answered, 40, "a broker answers")
        return answers[0]

    def partitions(self, topic: str) -> list[dict[str, Any]]:
        """Each partition with `leader_id`, `replica_nodes` and `isr_nodes`."""

        def question(admin: Any) -> list[dict[str, Any]]:
            return list(admin.describe_topics([topic])[0]["partitions"])

        return self._asked(question)

    def setting(self, topic: str, name: str) -> str:
        """The value of a topic's own setting."""

        def question(admin: Any) -> str:
            found = admin.describe_configs([ConfigResource("TOPIC", topic)])["topic"][topic]
            return str(found[name]["value"])

        return self._asked(question)

    def leaders(self, topic: str) -> Counter[int]:
        """How many partitions of a topic each broker leads."""
        return Counter(partition["leader_id"] for partition in self.partitions(topic))

    def group_coordinator(self, group: str) -> int:
        """The broker that keeps a consumer group: the one that leads the group's partition of the offsets."""
        partitions = {partition["partition_index"]: partition for partition in self.partitions("__consumer_offsets")}
        java_hash = functools.reduce(lambda value, letter: (31 * value + ord(letter)) & 0xFFFFFFFF, group, 0)
        return int(partitions[(java_hash & 0x7FFFFFFF) % len(partitions)]["leader_id"])

    def in_sync(self, topic: str) -> bool:
        """Whether every partition of a topic is on all three brokers, up to date."""
        return all(len(partition["isr_nodes"]) == len(BROKERS) for partition in self.partitions(topic))

    def members(self, group: str) -> list[list[int]]:
        """The partitions that each member of a consumer group has."""

        def question(admin: Any) -> list[list[int]]:
            members = admin.describe_groups([group])[group]["members"]
            return [_partitions_of(member) for member in members]

        return self._asked(question)

    def fetch_commands(self, topic: str) -> list[FetchObject]:
        """All commands that a topic of fetch commands holds."""
        numbers = [partition["partition_index"] for partition in self.partitions(topic)]
        tps = [TopicPartition(topic, number) for number in numbers]
        found: list[FetchObject] = []
        with closing(connect(KafkaConsumer, self.broker, **self.broker.common(), auto_offset_reset="earliest")) as consumer:
            consumer.assign(tps)
            ends = consumer.end_offsets(tps)

            def all_read() -> bool:
                for records in consumer.poll(200, max_records=10**9).values():
                    found.extend(command for record in records if isinstance(command := decode(record.value), FetchObject))
                return all(consumer.position(tp) >= ends[tp] for tp in tps)

            wait_for(all_read, 30, f"{topic} is read to its end")
        return found


def _partitions_of(member: dict[str, Any]) -> list[int]:
    assigned = (member["member_assignment"] or {}).get("assigned_partitions", [])
    return sorted(number for topic in assigned for number in topic["partitions"])
