"""Kafka's client and the clock, as the consumer finds them in tests."""

from typing import Any

import pytest

from adapters.kafka import consumer as module
from tests.unit.kafka_client import Clock, FakeClient


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture
def clients(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> list[FakeClient]:
    made: list[FakeClient] = []

    def connect(*_: Any, **__: Any) -> FakeClient:
        made.append(FakeClient())
        return made[-1]

    monkeypatch.setattr(module, "connect", connect)
    return made
