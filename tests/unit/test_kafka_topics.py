"""How many copies new topics get, and the settings of clients."""

from dataclasses import replace

import pytest
from kafka.errors import KafkaConnectionError, KafkaError, TopicAuthorizationFailedError

from adapters.kafka.topic_list import commands
from adapters.kafka.topics import Broker, Copies, Topics, configured, copies_of, patiently
from adapters.settings import Settings
from domain.errors import SettingError


@pytest.mark.parametrize(
    ("brokers", "expected"), [(0, Copies(1, 1)), (1, Copies(1, 1)), (2, Copies(2, 1)), (3, Copies(3, 2)), (7, Copies(3, 2))]
)
def test_a_topic_has_up_to_three_copies_and_one_broker_may_be_away(brokers: int, expected: Copies) -> None:
    assert copies_of(brokers, Settings()) == expected


def test_copies_can_be_set() -> None:
    settings = Settings(topic_replication=5, topic_min_insync_replicas=3)

    assert copies_of(7, settings) == Copies(5, 3)
    assert copies_of(7, Settings(topic_replication=1)) == Copies(1, 1)
    assert copies_of(7, Settings(topic_min_insync_replicas=1)) == Copies(3, 1)


def test_more_copies_than_there_are_cannot_be_asked_for() -> None:
    with pytest.raises(SettingError, match="HARVEST_TOPIC_MIN_INSYNC_REPLICAS"):
        copies_of(1, Settings(topic_min_insync_replicas=2))


@pytest.mark.parametrize("broker", [Broker("one:1", embedded=False), Broker("one:1", embedded=True)])
def test_a_member_may_miss_two_heartbeats(broker: Broker) -> None:
    settings = broker.consumer("group")

    assert settings["session_timeout_ms"] >= 3 * settings["heartbeat_interval_ms"]
    assert settings["session_timeout_ms"] <= 10_000
    assert settings["max_poll_interval_ms"] == 300_000


def test_a_broker_that_hangs_is_given_up_within_a_session() -> None:
    settings = Broker("one:1", embedded=False).consumer("group")

    assert settings["request_timeout_ms"] <= settings["session_timeout_ms"]


class Brokers:
    """Errors, each raised once, then an answer."""

    def __init__(self, *errors: KafkaError) -> None:
        self.errors = list(errors)

    def ask(self) -> str:
        if self.errors:
            raise self.errors.pop(0)
        return "answer"


def test_a_broker_that_just_died_is_asked_again() -> None:
    brokers = Brokers(KafkaConnectionError("refused"), KafkaConnectionError("refused"))

    assert patiently(brokers.ask, 30.0, pause=0.0) == "answer"
    assert not brokers.errors


@pytest.mark.parametrize(
    ("error", "seconds"), [(TopicAuthorizationFailedError("no"), 30.0), (KafkaConnectionError("refused"), 0.0)]
)
def test_an_error_that_does_not_pass_is_raised(error: KafkaError, seconds: float) -> None:
    brokers = Brokers(error, error)

    with pytest.raises(type(error)):
        patiently(brokers.ask, seconds, pause=0.0)

    assert len(brokers.errors) == 1


def test_a_site_is_in_the_names_of_topics_groups_and_clients() -> None:
    topics = Topics("portal")
    settings = Settings(site_id="portal", kafka_bootstrap_servers="one:9092")

    names = [topics.gather, topics.fetch, topics.dead_letters, topics.gather_group, topics.fetch_group]

    assert all(name.startswith("portal.harvest.") for name in names)
    assert configured(settings, "fetch-consumer").common()["client_id"] == "harvestlog-portal-fetch-consumer"
    assert configured(settings, "run test").common()["client_id"] == "harvestlog-portal-run-test"


def test_the_embedded_broker_is_spoken_to_without_tls() -> None:
    secured = Settings(kafka_security_protocol="SASL_SSL", kafka_sasl_username="me", kafka_sasl_password="hidden")

    assert "security_protocol" not in configured(secured, "up", "127.0.0.1:1").common()
    over_tls = configured(replace(secured, kafka_bootstrap_servers="one:1"), "up")
    assert over_tls.common()["security_protocol"] == "SASL_SSL"
    assert "hidden" not in repr(over_tls)


def test_the_printed_commands_say_what_roles_would_do() -> None:
    settings = Settings(site_id="portal", kafka_bootstrap_servers="one:1,two:1", topic_partitions=8, topic_replication=2)

    printed = commands(settings)

    assert [line.split()[0] for line in printed] == ["kafka-topics.sh"] * 3 + ["kafka-acls.sh"] * 2
    assert all("--bootstrap-server one:1,two:1 " in line for line in printed)
    assert "--topic portal.harvest.fetch --partitions 8 --replication-factor 2 --config min.insync.replicas=1" in printed[1]
    assert printed[4].endswith("--resource-pattern-type prefixed --operation Read --group portal.harvest.")
