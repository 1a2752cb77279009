"""How many copies new topics get."""

import pytest

from adapters.kafka.topics import Copies, copies_of
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
