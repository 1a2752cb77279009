"""One coordinator leads; whoever loses its connection stops leading."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import LiteralString

import psycopg
import pytest

from adapters.bootstrap import Parts
from adapters.postgres.leadership import LeaderDatabase, has_leader
from domain.errors import ServiceUnavailable
from tests.support.stack import PATIENCE, wait_for

SLEEPS: LiteralString = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'candidate' AND query LIKE '%%pg_sleep(600)'"
Candidates = Callable[[], LeaderDatabase]


@pytest.fixture
def candidate(emptied: Parts) -> Iterator[Candidates]:
    made: list[LeaderDatabase] = []

    def make() -> LeaderDatabase:
        made.append(LeaderDatabase(emptied.settings.database_url, "candidate"))
        return made[-1]

    yield make
    for one in made:
        one.resign()
    wait_for(lambda: not has_leader(emptied.database), PATIENCE, "the server has ended their sessions")


def hang_up(parts: Parts) -> None:
    """The server ends the leader's session."""
    with psycopg.connect(parts.settings.database_url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'candidate'")


def test_one_leads_and_the_second_waits(emptied: Parts, candidate: Candidates) -> None:
    first, second = candidate(), candidate()

    assert not has_leader(emptied.database)
    assert first.lead()
    assert has_leader(emptied.database)
    assert not second.lead()
    assert first.query("SELECT 1") == [(1,)]


def test_whoever_does_not_lead_cannot_write(candidate: Candidates) -> None:
    first, second = candidate(), candidate()
    first.lead()
    second.lead()

    with pytest.raises(ServiceUnavailable, match="leader"):
        second.query("SELECT 1")


def test_a_leader_that_does_nothing_sees_that_its_connection_is_gone(candidate: Candidates, emptied: Parts) -> None:
    leader = candidate()
    leader.lead()
    leader.check_lead()

    hang_up(emptied)

    def is_gone() -> bool:
        try:
            leader.check_lead()
        except ServiceUnavailable:
            return True
        return False

    wait_for(is_gone, PATIENCE, "the leader knows")
    wait_for(candidate().lead, PATIENCE, "another one leads once the server has ended the session")


def test_a_thread_leads_again_after_the_server_has_ended_its_lead(candidate: Candidates, emptied: Parts) -> None:
    leader = candidate()
    assert leader.lead()
    leader.take_part(leader.connection)
    hang_up(emptied)

    wait_for(leader.lead, PATIENCE, "it leads again once the server has ended the session")

    assert leader.query("SELECT 1") == [(1,)]


def test_after_a_resignation_another_one_leads(emptied: Parts, candidate: Candidates) -> None:
    first, second = candidate(), candidate()
    first.lead()

    first.resign()

    wait_for(second.lead, PATIENCE, "the second leads")
    with pytest.raises(ServiceUnavailable):
        first.query("SELECT 1")


def test_a_leader_that_asks_again_still_leads(candidate: Candidates) -> None:
    leader = candidate()
    leader.lead()

    assert wait_for(leader.lead, PATIENCE, "it leads again")
    assert leader.query("SELECT 1") == [(1,)]


def test_a_leader_whose_connection_is_lost_writes_nothing_any_more(emptied: Parts, candidate: Candidates) -> None:
    first, second = candidate(), candidate()
    first.lead()

    hang_up(emptied)

    wait_for(second.lead, PATIENCE, "the second leads")
    for _ in range(2):  # never reopened behind its back
        with pytest.raises(ServiceUnavailable):
            first.query("SELECT 1")
    assert not first.lead()
    assert second.query("SELECT 1") == [(1,)]


def test_a_thread_of_an_earlier_lead_cannot_write_over_the_connection_of_a_later_one(
    candidate: Candidates, emptied: Parts
) -> None:
    leader = candidate()
    leader.lead()
    earlier = leader.connection
    hang_up(emptied)
    wait_for(leader.lead, PATIENCE, "it leads again")

    with ThreadPoolExecutor(1) as thread:
        thread.submit(leader.take_part, earlier).result()
        written = thread.submit(leader.query, "SELECT 1")
        with pytest.raises(ServiceUnavailable, match="leader"):
            written.result()

    assert leader.query("SELECT 1") == [(1,)]
    with ThreadPoolExecutor(1) as thread:
        thread.submit(leader.take_part, leader.connection).result()
        assert thread.submit(leader.query, "SELECT 1").result() == [(1,)]


def test_a_statement_of_another_thread_is_broken_off_with_the_lead(candidate: Candidates, emptied: Parts) -> None:
    leader = candidate()
    leader.lead()
    with ThreadPoolExecutor(1) as thread:
        statement = thread.submit(leader.query, "SELECT pg_sleep(600)")
        wait_for(lambda: emptied.database.query(SLEEPS), PATIENCE, "it runs")

        leader.break_off()

        with pytest.raises((ServiceUnavailable, psycopg.errors.QueryCanceled)):
            statement.result(PATIENCE)
    wait_for(lambda: not has_leader(emptied.database), PATIENCE, "the lock is free")
