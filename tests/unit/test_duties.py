"""Rounds of duties: one that fails is logged once, tried again, and stops nobody else."""

import logging
import math
from datetime import UTC, datetime

import pytest

from adapters.duties import rounds
from adapters.duties.rounds import Duty, Round
from domain.errors import ServiceUnavailable
from tests.support.logged import logged

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Counted:
    """A duty that counts its runs, and fails while `error` is set."""

    def __init__(self, name: str, *, interval: float = 0.0, on_news: bool = True) -> None:
        self.name = name
        self.trouble = f"{name} doesn't work"
        self.interval = interval
        self.on_news = on_news
        self.pace = 0.0
        self.runs = 0
        self.more = False
        self.error: Exception | None = None

    def run(self, now: datetime) -> bool:
        assert now == NOW
        self.runs += 1
        if self.error is not None:
            raise self.error
        return self.more


class Lead:
    """The leader's connection."""

    def __init__(self) -> None:
        self.lost = False

    def __call__(self) -> None:
        if self.lost:
            raise ServiceUnavailable("the lead is lost")


def new_round(*duties: Duty, lead: Lead | None = None) -> Round:
    return Round(duties, lambda: NOW, lead or Lead())


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed is tried again without a wait."""
    monkeypatch.setattr(rounds, "FIRST_WAIT", 0.0)


@pytest.mark.parametrize("error", [ServiceUnavailable("no mail server"), KeyError("a bug")])
@pytest.mark.usefixtures("at_once")
def test_a_duty_that_fails_does_not_stop_the_others_and_is_tried_again(error: Exception) -> None:
    failing, other = Counted("mail"), Counted("ending jobs")
    failing.error = error
    duties = new_round(failing, other)

    for _ in range(3):
        duties.run_due(news=False)

    assert (failing.runs, other.runs) == (3, 3)
    assert duties.failures.keys() == {"mail"}


@pytest.mark.usefixtures("at_once")
def test_a_failure_is_logged_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    duty = Counted("mail")
    duties = new_round(duty)

    duty.error = ServiceUnavailable("no mail server")
    for _ in range(3):
        duties.run_due(news=False)
    duty.error = None
    for _ in range(3):
        duties.run_due(news=False)

    assert logged(caplog, rounds.__name__) == [
        "mail doesn't work: no mail server; trying again",
        "mail works again after 0 s",
    ]
    assert duties.failures == {}


@pytest.mark.usefixtures("at_once")
def test_a_bug_is_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    duty = Counted("mail")
    duty.error = KeyError("address")

    new_round(duty).run_due(news=False)

    [record] = [record for record in caplog.records if record.name == rounds.__name__]
    assert record.exc_info is not None
    assert "KeyError: 'address'" in record.message


def test_a_duty_that_failed_waits_longer_each_time_whatever_the_news() -> None:
    duty = Counted("mail")
    duty.error = KeyError("address")
    duties = new_round(duty)

    duties.run_due(news=True)
    first = duties.until_due()
    duties.run_due(news=True)

    assert duty.runs == 1
    assert 0 < first <= rounds.FIRST_WAIT
    waits = []
    for _ in range(8):
        duties.begin()
        duties.run_due(news=False)
        waits.append(duties.failures["mail"].wait)
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]


def test_a_duty_runs_at_its_interval_and_on_news_if_it_asks_for_them() -> None:
    eager, calm = Counted("eager", interval=3600.0), Counted("calm", interval=3600.0, on_news=False)
    duties = new_round(eager, calm)

    duties.run_due(news=False)
    duties.run_due(news=False)
    duties.run_due(news=True)

    assert (eager.runs, calm.runs) == (2, 1)
    assert 3590 < duties.until_due() <= 3600


def test_news_bring_an_unhurried_duty_forward_but_no_further_than_its_pace() -> None:
    duty = Counted("notices", interval=3600.0)
    duty.pace = 60.0
    duties = new_round(duty)
    duties.run_due(news=False)

    duties.run_due(news=True)

    assert duty.runs == 1
    assert 50 < duties.until_due() <= 60
    duty.pace = 0.0
    duties.run_due(news=True)
    assert duty.runs == 2


def test_a_duty_that_news_find_waiting_for_longer_than_its_pace_runs_at_once() -> None:
    duty = Counted("notices", interval=3600.0)
    duties = new_round(duty)
    duties.run_due(news=False)

    duty.pace = 0.0
    duties.run_due(news=True)

    assert duty.runs == 2


def test_a_round_is_deaf_to_news_that_would_bring_no_duty_on() -> None:
    paced, calm, broken = Counted("mail", interval=3600.0), Counted("calm", on_news=False), Counted("webhooks")
    paced.pace, broken.error = 60.0, KeyError("address")
    duties = new_round(paced, calm, broken)

    before = duties.deaf_for()
    duties.run_due(news=False)

    assert before == 0
    assert 50 < duties.deaf_for() <= 60
    paced.pace = 0.0
    assert duties.deaf_for() == 0
    assert new_round(calm).deaf_for() == math.inf


def test_a_duty_that_has_more_to_do_is_due_at_once() -> None:
    duty = Counted("ending jobs", interval=3600.0)
    duty.more = True
    duties = new_round(duty)

    assert duties.run_due(news=False)

    assert duties.until_due() == 0
    duties.run_due(news=False)
    assert duty.runs == 2


def test_a_leader_that_lost_its_connection_does_nothing_more() -> None:
    first, second, lead = Counted("first"), Counted("second"), Lead()
    first.error, lead.lost = ServiceUnavailable("no answer"), True

    with pytest.raises(ServiceUnavailable, match="the lead is lost"):
        new_round(first, second, lead=lead).run_due(news=False)

    assert second.runs == 0
