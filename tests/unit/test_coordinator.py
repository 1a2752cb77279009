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
from tests.support.stack import PATIENCE, wait_for

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


def coordinator_of(duty: Duty, woken: Unlucky, database: Any = None) -> Coordinator:
    """A coordinator with two rounds, `duty` in the one that sleeps long."""
    events = [threading.Event(), woken]

    class News(WorkNews):
        def listener(self) -> threading.Event:
            self._listeners.append(events[len(self._listeners)])
            return self._listeners[-1]

    nobody: Any = Nobody()
    rounds = [Round([each], lambda: NOW, lambda: None) for each in (Duty("ending jobs"), duty)]
    return Coordinator(
        cast(LeaderDatabase, database or nobody),
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

    wait_for(lambda: duty.runs == 3, PATIENCE, "it runs on the news")
    coordinator.stop()
    leading.join(PATIENCE)
    assert not leading.is_alive()


class Watched(Unlucky):
    """News; how often somebody looked whether there are some."""

    looks = 0

    def is_set(self) -> bool:
        self.looks += 1
        return super().is_set()


def test_news_do_not_wake_a_round_before_they_could_bring_a_duty_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TICK", 0.01)
    duty, news = Duty("mail"), Watched()
    duty.pace = 3600.0
    coordinator = coordinator_of(duty, news)
    leading = threading.Thread(target=coordinator.run, daemon=True)
    leading.start()
    wait_for(lambda: duty.runs == 2, 5, "it rests")

    for _ in range(20):
        news.set()
        threading.Event().wait(0.01)

    assert (duty.runs, news.looks) == (2, 2)
    coordinator.stop()
    leading.join(PATIENCE)
    assert not leading.is_alive()


def test_a_round_that_begins_when_the_lead_is_over_does_not_sleep(news: Unlucky) -> None:
    coordinator = coordinator_of(Duty("dispatching"), news)

    def the_lead_is_over() -> None:
        coordinator.stop()
        news.wait(PATIENCE)  # until the main thread has told everybody

    news.before = the_lead_is_over
    leading = threading.Thread(target=coordinator.run, daemon=True)

    leading.start()

    leading.join(PATIENCE)
    assert not leading.is_alive()


class Waiting(Duty):
    """Waits for another server until it answers."""

    def __init__(self) -> None:
        super().__init__("sending mail")
        self.asked, self.answer = threading.Event(), threading.Event()
        self.at_once = self.most_at_once = 0
        self.threads: set[threading.Thread] = set()

    def run(self, now: datetime) -> bool:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.threads.add(threading.current_thread())
        self.asked.set()
        self.answer.wait(60)
        self.at_once -= 1
        return super().run(now)


def test_a_coordinator_that_is_told_to_end_waits_for_no_other_server(
    news: Unlucky, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "ENDING", 0.05)
    monkeypatch.setattr(module, "SOON", 0.05)
    duty = Waiting()
    coordinator = coordinator_of(duty, news)
    leading = threading.Thread(target=coordinator.run, daemon=True)
    leading.start()
    assert duty.asked.wait(PATIENCE)

    coordinator.stop()

    leading.join(30)
    assert not leading.is_alive()
    assert duty.at_once == 1
    assert "sending mail: still under way, and left to end by itself" in caplog.text
    duty.answer.set()


class LostOnce(Nobody):
    """A database that loses the lead when it is told to, and gets it back at once."""

    leads = 0
    lost = False

    def lead(self) -> bool:
        self.leads += 1
        return True

    def check_lead(self) -> None:
        if self.lost:
            self.lost = False
            raise ServiceUnavailable("The leader's connection to the database is lost")


def test_a_lost_lead_waits_for_no_other_server_and_the_next_one_runs_a_round_once_it_is_free(
    news: Unlucky, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SOON", 0.05)
    duty, database = Waiting(), LostOnce()
    coordinator = coordinator_of(duty, news, database)
    leading = threading.Thread(target=coordinator.run, daemon=True)
    leading.start()
    assert duty.asked.wait(PATIENCE)

    database.lost = True
    wait_for(lambda: database.leads == 2, 30, "it leads again")
    assert (duty.runs, duty.at_once) == (0, 1)
    duty.answer.set()

    wait_for(lambda: duty.runs >= 2, 30, "the round goes on")
    assert (len(duty.threads), duty.most_at_once) == (2, 1)
    coordinator.stop()
    leading.join(30)
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
