"""A database that can't be used: what a person is told to do depends on why."""

import psycopg
import pytest

from adapters.postgres.database import Database, unavailable
from domain.errors import ServiceUnavailable

FAILED = 'connection failed: connection to server at "127.0.0.1", port 5432 failed: '


@pytest.mark.parametrize(
    ("reason", "hint"),
    [
        ("FATAL:  the database system is starting up", "It is starting, or recovering from a crash: try again in a moment"),
        ("FATAL:  the database system is in recovery mode", "It is recovering from a crash: try again in a moment"),
        ("FATAL:  the database system is shutting down", "It is being stopped or restarted: try again once it is back"),
        ("FATAL:  sorry, too many clients already", "All its connections are in use: raise max_connections"),
        (
            "FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute",
            "All its connections are in",
        ),
        ("FATAL:  could not write init file: No space left on device", "Its disk is full: free some space"),
        ("Connection refused", "Check HARVEST_DATABASE_URL"),
        ('FATAL:  password authentication failed for user "x"', "Check HARVEST_DATABASE_URL"),
    ],
)
def test_the_hint_fits_the_reason(monkeypatch: pytest.MonkeyPatch, reason: str, hint: str) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise psycopg.OperationalError(FAILED + reason)

    monkeypatch.setattr(psycopg, "connect", refuse)

    with pytest.raises(ServiceUnavailable) as refused:
        Database("postgresql://h@127.0.0.1/x").connect()

    assert f". {hint}" in str(refused.value)
    assert str(refused.value).count("Check HARVEST_DATABASE_URL") == (hint == "Check HARVEST_DATABASE_URL")


def test_a_full_disk_is_no_server_that_does_not_answer() -> None:
    with pytest.raises(ServiceUnavailable) as refused, unavailable("postgresql://h@127.0.0.1/x"):
        raise psycopg.errors.DiskFull('could not extend file "base/1/2": No space left on device')

    assert str(refused.value) == (
        'The disk of the database postgresql://h@127.0.0.1/x is full: could not extend file "base/1/2": No space left on device'
    )
