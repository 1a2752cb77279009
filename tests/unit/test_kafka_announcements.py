"""What the consumer makes of announcements: it asks the embedded broker for what was sent, and for little else."""

from typing import Any

import pytest

from adapters.kafka.consumer import CommandConsumer
from adapters.kafka.topics import Broker
from domain.errors import ServiceUnavailable
from tests.unit.kafka_client import P0, P1, Clock, FakeClient, FetchedRecord, fetched


class Announced:
    """Says what the test put into `clusters`; waiting moves the clock."""

    def __init__(self, clock: Clock) -> None:
        self.clusters: list[str] = []
        self._clock = clock

    def wait(self, timeout: float) -> list[str]:
        if not self.clusters:
            self._clock.now += timeout
        announced, self.clusters = self.clusters, []
        return announced

    def close(self) -> None:
        self.clusters = []


@pytest.fixture
def announced(clock: Clock) -> Announced:
    return Announced(clock)


@pytest.fixture
def announced_consumer(clients: list[FakeClient], announced: Announced) -> CommandConsumer:
    broker = Broker("nowhere:1", embedded=True)
    consumer = CommandConsumer(broker, "t", "g", partitions=[0, 1], announcements=announced)
    for _ in range(20):
        consumer.poll(10, 60.0)  # until it is no longer waiting for what may have been announced before it listened
    return consumer


def test_nothing_is_fetched_until_it_is_announced(
    announced_consumer: CommandConsumer, clients: list[FakeClient], announced: Announced, clock: Clock
) -> None:
    polls, begun = len(clients[0].limits), clock.now
    for _ in range(3):
        announced_consumer.poll(10, 1.0)
    waited = clock.now - begun
    clients[0].answers = [fetched(P0, 0), fetched(P1, 0)]
    announced.clusters = ["one 2"]

    taken = [item.partition for _ in range(3) for item in announced_consumer.poll(10, 1.0)]

    assert waited == pytest.approx(3.0)
    assert taken == [0, 1]
    assert len(clients[0].limits) == polls + 2, "fetched until all had come, and not once again"


def test_what_was_announced_is_asked_for_until_it_comes(
    announced_consumer: CommandConsumer, clients: list[FakeClient], announced: Announced, clock: Clock
) -> None:
    answers: list[dict[Any, list[FetchedRecord]]] = [{}, {}, fetched(P0, 0), {}, {}, fetched(P1, 0)]  # it is slow
    clients[0].answers = [*answers]
    announced.clusters = ["one 2"]
    polls, begun, taken = len(clients[0].limits), clock.now, 0

    while taken < 2:
        taken += len(announced_consumer.poll(10, 1.0))
        assert clock.now - begun < 1.0
    for _ in range(3):
        announced_consumer.poll(10, 1.0)

    assert len(clients[0].limits) == polls + len(answers), "no more after the last one"


def test_what_came_before_its_announcement_is_looked_for_once_more_and_not_again_and_again(
    announced_consumer: CommandConsumer, clients: list[FakeClient], announced: Announced, clock: Clock
) -> None:
    clients[0].answers = [fetched(P0, 0, 1) | fetched(P1, 0)]  # of two sendings, of which one has been announced
    announced.clusters = ["one 2"]
    taken = [item for _ in range(2) for item in announced_consumer.poll(10, 0.5)]
    polls, begun = len(clients[0].limits), clock.now

    announced.clusters = ["one 1"]
    while clock.now - begun < 8.0:
        taken += announced_consumer.poll(10, 1.0)

    assert len(taken) == 3
    assert len(clients[0].limits) == polls + 1, "others may have come in their place"


def test_commands_that_nobody_announced_do_not_hide_later_ones(
    announced_consumer: CommandConsumer, clients: list[FakeClient], announced: Announced, clock: Clock
) -> None:
    clients[0].answers = [fetched(P0, 0, 1)]
    announced.clusters = ["one 1"]
    taken = [item for _ in range(4) for item in announced_consumer.poll(10, 1.0)]

    clients[0].answers = [fetched(P0, 2)]
    announced.clusters = ["one 1"]
    begun = clock.now
    taken += announced_consumer.poll(10, 1.0)

    assert [item.offset for item in taken] == [0, 1, 2]
    assert clock.now == begun


def test_what_may_have_been_announced_unheard_is_read_to_its_end(
    announced_consumer: CommandConsumer, clients: list[FakeClient], announced: Announced, clock: Clock
) -> None:
    clients[0].answers = [fetched(P0, 0), fetched(P0, 1), fetched(P1, 0)]
    announced.clusters = [""]
    begun = clock.now

    taken = [item for _ in range(3) for item in announced_consumer.poll(10, 1.0)]

    assert len(taken) == 3
    assert clock.now == begun


def test_an_announcement_that_may_have_been_missed_is_owed_no_longer_than_until_the_next_one(
    announced_consumer: CommandConsumer, clients: list[FakeClient], announced: Announced, clock: Clock
) -> None:
    announced.clusters = [""]
    announced_consumer.poll(10, 0.01)
    polls = len(clients[0].limits)

    clients[0].answers = [fetched(P0, 0)]
    announced.clusters = ["one 1"]
    begun = clock.now
    while clock.now - begun < 8.0:
        announced_consumer.poll(10, 1.0)

    assert len(clients[0].limits) == polls + 2, "once more than announced, since something may have been missed"


def test_records_that_the_broker_skipped_are_fetched_at_once(
    announced_consumer: CommandConsumer, clients: list[FakeClient], announced: Announced, clock: Clock
) -> None:
    clients[0].answers = [fetched(P0, 0), fetched(P0, 2), fetched(P0, 1, 2)]
    announced.clusters = ["one 2"]
    begun = clock.now

    taken = [item for _ in range(3) for item in announced_consumer.poll(10, 1.0)]

    assert [item.offset for item in taken] == [0, 1, 2]
    assert clock.now == begun


def test_what_nobody_announced_is_found_all_the_same(
    announced_consumer: CommandConsumer, clients: list[FakeClient], clock: Clock
) -> None:
    clients[0].answers = [fetched(P0, 0)]
    begun = clock.now

    while not announced_consumer.poll(10, 1.0):
        assert clock.now - begun < 12


def test_what_there_is_no_room_for_is_not_asked_for(
    announced_consumer: CommandConsumer, clients: list[FakeClient], announced: Announced, clock: Clock
) -> None:
    clients[0].answers = [fetched(P0, *range(5)) | fetched(P1, *range(5))]
    announced.clusters = ["one 1"]
    announced_consumer.poll(1, 1.0)
    polls, begun = len(clients[0].limits), clock.now

    announced_consumer.poll(0, 0.2)

    assert len(clients[0].limits) == polls
    assert clock.now - begun == pytest.approx(0.2)
    assert len(announced_consumer.poll(10, 0.2)) == 9


def test_a_partition_that_was_full_is_asked_again_as_soon_as_it_is_empty(
    announced_consumer: CommandConsumer, clients: list[FakeClient], announced: Announced, clock: Clock
) -> None:
    clients[0].answers = [fetched(P0, *range(5))]
    announced.clusters = ["one 5"]
    announced_consumer.poll(1, 1.0)
    announced_consumer.poll(0, 1.0)  # nothing more of the other partition
    clients[0].answers = [fetched(P0, 5)]
    begun = clock.now

    taken = [item.offset for _ in range(3) for item in announced_consumer.poll(10, 1.0)]

    assert taken == [1, 2, 3, 4, 5]
    assert clock.now - begun < 3.0


def test_another_cluster_is_read_from_the_beginning(
    announced_consumer: CommandConsumer, clients: list[FakeClient], announced: Announced
) -> None:
    taken = []
    for cluster, offsets in (("one", (7, 8)), ("one", (9,)), ("two", (0,))):
        clients[0].answers = [fetched(P0, *offsets)]
        announced.clusters = [f"{cluster} {len(offsets)}"]
        taken += announced_consumer.poll(10, 1.0)

    assert [item.offset for item in taken] == [7, 8, 9, 0]
    assert clients[0].sought == [(P0, 0), (P1, 0)]


def test_what_was_taken_is_handed_out_though_announcements_fail(
    announced_consumer: CommandConsumer, clients: list[FakeClient], announced: Announced, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: float) -> list[str]:
        raise ServiceUnavailable("the database does not answer")

    clients[0].answers = [fetched(P0, 0, 1)]
    announced.clusters = ["one 1"]
    announced_consumer.poll(1, 1.0)
    monkeypatch.setattr(announced, "wait", fails)

    assert [item.offset for item in announced_consumer.poll(1, 1.0)] == [1]
    with pytest.raises(ServiceUnavailable):
        announced_consumer.poll(1, 1.0)
