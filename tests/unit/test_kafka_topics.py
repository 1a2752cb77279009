"""How many copies new topics get, and the settings of clients."""

import pytest
from kafka.errors import KafkaConnectionError, KafkaError, TopicAuthorizationFailedError

from adapters.kafka.topics import Broker, Copies, copies_of, patiently
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
