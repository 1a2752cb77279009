"""An outage is told once when it begins, and once, with its duration, when it is over."""

import logging
import threading

import pytest

from adapters.kafka.backoff import Backoff
from domain.errors import ServiceUnavailable


class NoWait(threading.Event):
    """Waits no time at all."""

    def wait(self, timeout: float | None = None) -> bool:
        return False


def test_an_outage_is_told_once_and_its_end_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    backoff, stop = Backoff(), NoWait()

    for _ in range(5):
        backoff.wait(ServiceUnavailable("the broker is away"), stop)
    waited = backoff.waited
    for _ in range(3):
        backoff.succeeded()

    assert [record.getMessage() for record in caplog.records] == [
        "the broker is away; trying again",
        f"over after {waited:.1f} s: the broker is away",
    ]


def test_a_second_outage_is_told_again(caplog: pytest.LogCaptureFixture) -> None:
    backoff, stop = Backoff(), NoWait()

    for _ in range(2):
        backoff.wait(ServiceUnavailable("away"), stop)
        backoff.succeeded()

    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == ["away; trying again"] * 2
