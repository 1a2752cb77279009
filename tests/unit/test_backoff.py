"""An outage is told once when it begins, and once, with its duration, when it is over; whatever number of threads meet it."""

import logging
import threading

import pytest

from adapters.kafka import backoff as module
from adapters.kafka.backoff import Backoff
from domain.errors import ServiceUnavailable
from tests.support.logged import logged


class NoWait(threading.Event):
    """Waits no time at all."""

    def wait(self, timeout: float | None = None) -> bool:
        return False


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return logged(caplog, module.__name__)


@pytest.fixture(autouse=True)
def _everything(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(module, "_outages", module._Outages())  # nothing is away for this process yet


def wait(backoff: Backoff, message: str, times: int = 2) -> None:
    for _ in range(times):
        backoff.wait(ServiceUnavailable(message), NoWait())


def test_an_outage_is_told_once_and_its_end_once(caplog: pytest.LogCaptureFixture) -> None:
    backoff = Backoff()

    wait(backoff, "the broker is away", 5)
    for _ in range(3):
        backoff.succeeded()

    begin, end = said(caplog)
    assert begin == "the broker is away; trying again"
    assert end.startswith("over after ")
    assert end.endswith(" s: the broker is away")


def test_one_failure_is_no_outage(caplog: pytest.LogCaptureFixture) -> None:
    backoff = Backoff()

    for _ in range(3):
        wait(backoff, "a stale connection", 1)
        backoff.succeeded()

    assert said(caplog) == []


def test_threads_that_wait_for_the_database_tell_of_it_together(caplog: pytest.LogCaptureFixture) -> None:
    threads = [Backoff() for _ in range(3)]

    for number, backoff in enumerate(threads):
        wait(backoff, f"The database does not answer: reason {number}")
    for backoff in threads:
        assert len(said(caplog)) == 1
        backoff.succeeded()

    assert said(caplog)[0] == "The database does not answer: reason 0; trying again"
    assert said(caplog)[1].endswith(": The database does not answer: reason 0")


def test_another_service_is_told_as_well(caplog: pytest.LogCaptureFixture) -> None:
    database, broker = Backoff(), Backoff()

    wait(database, "The database is away")
    wait(broker, "The broker is away")

    assert said(caplog) == ["The database is away; trying again", "The broker is away; trying again"]
    database.succeeded()
    broker.succeeded()


def test_a_thread_that_gave_up_keeps_no_outage_open(caplog: pytest.LogCaptureFixture) -> None:
    wait(Backoff(), "The database is away")
    backoff = Backoff()
    wait(backoff, "The database is away again")
    backoff.succeeded()

    assert [message.partition(" after")[0] for message in said(caplog)] == [
        "The database is away; trying again",
        "over",
        "The database is away again; trying again",
        "over",
    ]
