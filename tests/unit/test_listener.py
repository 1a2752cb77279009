"""Listening, over connections that are faked."""

from typing import Any, cast

import psycopg
import pytest

from adapters.postgres.database import Database
from adapters.postgres.listener import EVENTS, Listener
from domain.errors import ServiceUnavailable


class Connection:
    """Its LISTEN is cancelled or not; the connection itself stays open."""

    def __init__(self, cancelled: bool) -> None:
        self.cancelled = cancelled
        self.closed = False

    def execute(self, _statement: object) -> None:
        if self.cancelled:
            raise psycopg.errors.QueryCanceled("canceling statement due to user request")

    def close(self) -> None:
        self.closed = True


def test_a_connection_whose_listen_fails_is_not_taken_for_one_that_listens() -> None:
    connections = [Connection(cancelled=True), Connection(cancelled=False)]
    waiting = iter(connections)
    database: Any = type("Fake", (), {"url": "postgresql:///", "connect": lambda _: next(waiting)})()
    listener = Listener(cast(Database, database), EVENTS)

    with pytest.raises(ServiceUnavailable):
        listener.wait(0.0)

    assert listener.wait(0.0) == [""]
    assert listener.has_begun
    assert [connection.closed for connection in connections] == [True, False]
