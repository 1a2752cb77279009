"""When the duty that sends commands runs again: no event tells that the time of another attempt has come."""

import math
from collections import Counter
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from adapters.duties.dispatching import Dispatch
from adapters.duties.rounds import Round
from adapters.kafka import dispatcher as module
from adapters.kafka.dispatcher import Dispatcher
from domain.commands import GatherJob
from domain.errors import ServiceUnavailable
from domain.rules import Waiting as WaitingJob

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Waiting:
    """A dispatcher with nothing to send until another attempt is due."""

    more = in_doubt = False

    def __init__(self, due_in: float, *, idle: bool = False) -> None:
        self.due_in = due_in
        self.idle = idle

    def dispatch(self) -> int:
        return 0


@pytest.mark.parametrize(
    ("due_in", "seconds"),
    [
        (math.inf, 2.0),  # nothing waits
        (600.0, 2.0),
        (0.7, 0.7),
        (0.0, 0.1),  # never without a rest, whatever the database's clock says
    ],
)
def test_the_next_pass_is_when_another_attempt_is_due(due_in: float, seconds: float) -> None:
    duty = Dispatch(cast(Dispatcher, Waiting(due_in)))

    duty.run(NOW)

    assert duty.interval == seconds


def test_without_jobs_passes_are_rarer() -> None:
    duty = Dispatch(cast(Dispatcher, Waiting(math.inf, idle=True)))

    duty.run(NOW)

    assert duty.interval == 5.0


def test_once_that_attempt_was_sent_passes_are_as_rare_as_before() -> None:
    dispatcher = Waiting(0.5)
    duty = Dispatch(cast(Dispatcher, dispatcher))
    duties = Round([duty], lambda: NOW, lambda: None)

    duties.run_due(news=False)
    soon = duties.until_due()
    dispatcher.due_in = math.inf
    duties.run_due(news=True)

    assert (soon <= 0.5, duty.interval) == (True, 2.0)


class Away:
    """A broker that does not answer, and a site without jobs, or with one of which nothing is to be sent."""

    outcomes = under_way = 0
    created = False

    def __init__(self, jobs: bool = False) -> None:
        self.gathered = Counter[int]()
        self.jobs = jobs
        self.cluster = ""

    def cluster_id(self) -> str:
        return self.cluster

    def unavailable(self) -> ServiceUnavailable:
        return ServiceUnavailable("Kafka does not answer")

    def has_jobs(self) -> bool:
        return self.jobs

    def refresh(self) -> None:
        pass

    def gathering(self) -> dict[int, int]:
        return {}

    def gather_threads(self) -> int:
        return 4

    def take_gather(self, *_: object) -> list[GatherJob]:
        return []

    def waiting(self, _: object) -> list[WaitingJob]:
        return []


def test_an_embedded_broker_that_is_away_is_asked_again_at_each_pass_until_it_answers() -> None:
    away: Any = Away()
    dispatcher = Dispatcher(away, away, away, new_broker=lambda: None)
    dispatcher.idle = True

    for _ in range(2):  # within BROKER_CHECK_INTERVAL
        with pytest.raises(ServiceUnavailable, match="does not answer"):
            dispatcher.dispatch()


@pytest.mark.parametrize("jobs", [False, True], ids=["without jobs", "nothing to send"])
def test_kafka_that_stays_away_is_noticed_although_there_is_nothing_to_send(
    jobs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    away: Any = Away(jobs)
    dispatcher = Dispatcher(away, away, away)
    monkeypatch.setattr(module, "SILENT_CHECK_INTERVAL", 0.0)
    monkeypatch.setattr(module, "SILENT_FOR", 3600.0)
    dispatcher.dispatch()  # one of several brokers may have died just now
    assert dispatcher.in_doubt

    monkeypatch.setattr(module, "SILENT_FOR", 0.0)
    for _ in range(2):
        with pytest.raises(ServiceUnavailable, match="Kafka does not answer"):
            dispatcher.dispatch()
    away.cluster = "one"

    assert dispatcher.dispatch() == 0
    assert not dispatcher.in_doubt


def test_kafka_that_did_not_answer_is_asked_again_soon() -> None:
    away: Any = Away()
    duty = Dispatch(Dispatcher(away, away, away))

    duty.run(NOW)
    duty.run(NOW)

    assert duty.interval == 1.0
