"""The leader's rounds: news that come at an unlucky moment wake them all the same."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import psycopg
import pytest

from adapters.duties.rounds import Round
from adapters.postgres.leadership import LeaderDatabase
from adapters.postgres.listener import Listener
from adapters.postgres.log.projector import Projector
from adapters.postgres.work.news import WorkNews
from adapters.postgres.work.workers import Workers
from adapters.roles import coordinator as module
from adapters.roles.coordinator import Coordinator
from domain.errors import ServiceUnavailable
from tests.support.stack import wait_for

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Duty:
    """Has more to do at once after its first run; then it waits for news."""

    trouble = "nothing is done"
    interval = 3600.0
    on_news = True
    pace = 0.0

    def __init__(self, name: str) -> None:
        self.name = name
        self.runs = 0

    def run(self, now: datetime) -> bool:
        self.runs += 1
        return self.runs == 1


class Nobody:
    """A database, a projector and workers, of which nothing is wanted."""

    name = "work"
    has_begun = False  # to listen

    def lead(self) -> bool:
        return True

    def run_once(self) -> int:
        return 0

    def wait(self, timeout: float) -> list[str]:
        threading.Event().wait(0.01)
        return [""]

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None


class Unlucky(threading.Event):
    """News; something happens just before, or just after, the second look whether there are some."""

    def __init__(self) -> None:
        super().__init__()
        self.before: Callable[[], object] = lambda: None
        self.after: Callable[[], object] = lambda: None
        self._looks = 0

    def is_set(self) -> bool:
        self._looks += 1
        if self._looks == 2:
            self.before()
        seen = super().is_set()
        if self._looks == 2:
            self.after()
        return seen


@pytest.fixture
def news(monkeypatch: pytest.MonkeyPatch) -> Unlucky:
    monkeypatch.setattr(module, "TICK", 0.01)
    return Unlucky()


def coordinator_of(duty: Duty, woken: Unlucky) -> Coordinator:
    """A coordinator with two rounds, `duty` in the one that sleeps long."""
    events = [threading.Event(), woken]

    class News(WorkNews):
        def listener(self) -> threading.Event:
            self._listeners.append(events[len(self._listeners)])
            return self._listeners[-1]

    nobody: Any = Nobody()
    rounds = [Round([each], lambda: NOW, lambda: None) for each in (Duty("ending jobs"), duty)]
    return Coordinator(
        cast(LeaderDatabase, nobody),
        cast(Projector, nobody),
        lambda _: cast(Listener, nobody),
        News(),
        rounds,
        cast(Workers, nobody),
        lambda: None,
    )


def test_news_that_come_after_a_look_for_them_bring_a_duty_on(news: Unlucky) -> None:
    duty = Duty("dispatching")
    coordinator = coordinator_of(duty, news)
    news.after = news.set
    leading = threading.Thread(target=coordinator.run, daemon=True)

    leading.start()

    wait_for(lambda: duty.runs == 3, 5, "it runs on the news")
    coordinator.stop()
    leading.join(5)
    assert not leading.is_alive()


def test_a_round_that_begins_when_the_lead_is_over_does_not_sleep(news: Unlucky) -> None:
    coordinator = coordinator_of(Duty("dispatching"), news)

    def the_lead_is_over() -> None:
        coordinator.stop()
        news.wait(5)  # until the main thread has told everybody

    news.before = the_lead_is_over
    leading = threading.Thread(target=coordinator.run, daemon=True)

    leading.start()

    leading.join(5)
    assert not leading.is_alive()


class Lost:
    """A connection that is lost just after somebody saw that it isn't."""

    closed = broken = False

    def fileno(self) -> int:
        raise psycopg.OperationalError("the connection is lost")


def test_a_lead_that_another_thread_finds_lost_at_the_same_moment_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    database = LeaderDatabase("postgresql://nowhere", "coordinator")
    monkeypatch.setattr(database, "_held", Lost())

    with pytest.raises(ServiceUnavailable):
        database.check_lead()
