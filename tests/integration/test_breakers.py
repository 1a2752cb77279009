"""Hosts are shared out among processes, breakers open and close, and what they hold isn't dispatched."""

import math
from collections import Counter
from collections.abc import Callable
from typing import cast
from uuid import UUID

import pytest

from adapters.actions.session import Session
from adapters.bootstrap import Parts
from adapters.duties.probing import ProbeRemotes
from adapters.kafka.dispatcher import Dispatcher
from adapters.kafka.producer import CommandProducer
from adapters.postgres.work.backlog import Backlog
from adapters.postgres.work.breakers import Breakers, Met
from adapters.postgres.work.claims import Claims
from adapters.postgres.work.host_leases import HostLeases
from adapters.postgres.work.pending_work import PendingWork
from domain.commands import FetchObject, GatherJob
from domain.jobs import Job
from tests.integration.test_claims import new_job
from tests.integration.test_dispatcher import FakeProducer

HOST = "data.example.org:443"
DEADLINE = 86_400.0  # seconds
LIMIT = 3  # failures in a row


@pytest.fixture
def breakers(emptied: Parts) -> Breakers:
    emptied.database.query("TRUNCATE ops.breaker, ops.host_lease, ops.pause")
    return Breakers(emptied.database)


def fails(breakers: Breakers, times: int = LIMIT, *, host: str = HOST, scope: str = "host") -> bool:
    met = Met(succeeded=False, failed=times, reason="no connection", url=f"https://{host}/")
    return breakers.note(scope, host if scope == "host" else "", met, limit=LIMIT)


def host_of(parts: Parts, job: Job) -> str:
    source = parts.application.find_source(job.source_id)
    return f"{source.fields.url.removeprefix('http://')}:80"


# shares of hosts


def shares(parts: Parts, *names: str) -> dict[str, HostLeases]:
    return {name: HostLeases(parts.database, name) for name in names}


def test_one_process_may_use_all_that_a_host_bears(emptied: Parts, breakers: Breakers) -> None:
    [one] = shares(emptied, "one").values()

    assert one.ask(HOST, limit=4, wanted=2, in_use=0) == 2
    assert one.ask(HOST, limit=4, wanted=8, in_use=2) == 4


def test_processes_share_a_host_equally_and_together_never_exceed_its_limit(emptied: Parts, breakers: Breakers) -> None:
    one, two = shares(emptied, "one", "two").values()
    one.ask(HOST, limit=4, wanted=4, in_use=0)

    assert two.ask(HOST, limit=4, wanted=4, in_use=0) == 0  # all are in use
    assert one.ask(HOST, limit=4, wanted=4, in_use=4) == 2
    assert two.ask(HOST, limit=4, wanted=4, in_use=0) == 0  # the first has two requests too many under way
    assert one.ask(HOST, limit=4, wanted=4, in_use=2) == 2
    assert two.ask(HOST, limit=4, wanted=4, in_use=0) == 2


def test_what_others_dont_want_is_anybodys(emptied: Parts, breakers: Breakers) -> None:
    one, two = shares(emptied, "one", "two").values()
    one.ask(HOST, limit=4, wanted=1, in_use=0)

    assert two.ask(HOST, limit=4, wanted=4, in_use=0) == 3


def test_more_processes_than_requests_take_turns(emptied: Parts, breakers: Breakers) -> None:
    processes = shares(emptied, "a", "b", "c")
    had: Counter[str] = Counter()
    for _ in range(6):
        granted = {name: process.ask(HOST, limit=1, wanted=1, in_use=0) for name, process in processes.items()}
        assert sum(granted.values()) <= 1
        had.update(name for name, may in granted.items() if may)
        emptied.database.query("UPDATE ops.host_lease SET turn_at = turn_at - interval '3 seconds'")  # a turn is over

    assert set(had) == {"a", "b", "c"}


def test_the_share_of_a_process_that_died_is_free_after_its_lease(emptied: Parts, breakers: Breakers) -> None:
    one, two = shares(emptied, "one", "two").values()
    one.ask(HOST, limit=4, wanted=4, in_use=4)
    assert two.ask(HOST, limit=4, wanted=4, in_use=0) == 0

    emptied.database.query("UPDATE ops.host_lease SET until = now() - interval '1 second' WHERE holder = 'one'")

    assert two.ask(HOST, limit=4, wanted=4, in_use=0) == 4


def test_who_wants_nothing_gives_its_share_back(emptied: Parts, breakers: Breakers) -> None:
    one, two = shares(emptied, "one", "two").values()
    one.ask(HOST, limit=1, wanted=1, in_use=0)

    assert one.ask(HOST, limit=1, wanted=0, in_use=0) == 0

    assert two.ask(HOST, limit=1, wanted=1, in_use=0) == 1
    assert emptied.database.query("SELECT holder FROM ops.host_lease") == [("two",)]


# breakers


def test_failures_in_a_row_of_all_processes_together_open_a_breaker(breakers: Breakers) -> None:
    assert not fails(breakers, 2)
    assert not breakers.state("host", HOST).open

    assert fails(breakers, 1)

    state = breakers.state("host", HOST)
    assert (state.open, state.failures, state.reason) == (True, 3, "no connection")
    assert 0 < state.probe_in <= 5
    assert [(breaker.scope, breaker.name) for breaker in breakers.open()] == [("host", HOST)]


def test_a_success_in_between_begins_a_new_row(breakers: Breakers) -> None:
    fails(breakers, 2)

    assert not breakers.note("host", HOST, Met(succeeded=True, failed=2, reason="again"), limit=LIMIT)

    assert breakers.state("host", HOST).failures == 2


def test_only_a_probe_closes_an_open_breaker(breakers: Breakers) -> None:
    fails(breakers)

    breakers.note("host", HOST, Met(succeeded=True), limit=LIMIT)
    assert breakers.state("host", HOST).open
    [breaker] = breakers.open()
    breakers.close(breaker)

    state = breakers.state("host", HOST)
    assert (state.open, state.failures) == (False, 0)


def test_a_breaker_that_opens_again_soon_waits_longer(breakers: Breakers) -> None:
    waits = []
    for _ in range(3):
        fails(breakers)
        waits.append(math.ceil(breakers.state("host", HOST).probe_in))
        breakers.close(breakers.open()[0])

    assert waits == [5, 10, 20]


def due(parts: Parts) -> None:
    parts.database.query("UPDATE ops.breaker SET probe_at = now() - interval '1 second' WHERE opened_at IS NOT NULL")


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def probing(breakers: Breakers, asked: list[str]) -> Callable[[str], ProbeRemotes]:
    def answering(reason: str) -> ProbeRemotes:
        def probe(url: str) -> str:
            asked.append(url)
            return reason

        return ProbeRemotes(breakers, probe, probe)

    return answering


def test_a_probe_that_is_answered_closes_the_breaker(
    emptied: Parts, breakers: Breakers, probing: Callable[[str], ProbeRemotes], asked: list[str]
) -> None:
    fails(breakers)
    now = emptied.database.query("SELECT now()")[0][0]
    probing("").run(now)
    assert asked == []  # it isn't due yet

    due(emptied)
    probing("").run(now)

    assert asked == [f"https://{HOST}/"]
    assert breakers.open() == []


def test_a_probe_without_an_answer_is_made_again_later(
    emptied: Parts, breakers: Breakers, probing: Callable[[str], ProbeRemotes]
) -> None:
    fails(breakers)
    due(emptied)

    probing("still away").run(emptied.database.query("SELECT now()")[0][0])

    [breaker] = breakers.open()
    assert (breaker.probes, breaker.reason) == (1, "still away")
    assert 5 < breakers.state("host", HOST).probe_in <= 10


def test_a_host_is_asked_by_the_address_of_a_source_that_waits_for_it(
    emptied: Parts, breakers: Breakers, probing: Callable[[str], ProbeRemotes], asked: list[str]
) -> None:
    job = new_job(emptied, 1)
    fails(breakers, host=host_of(emptied, job))
    due(emptied)

    probing("").run(emptied.database.query("SELECT now()")[0][0])

    assert asked == [emptied.application.find_source(job.source_id).fields.url]


# dispatch


@pytest.fixture
def producer() -> FakeProducer:
    return FakeProducer()


@pytest.fixture
def dispatcher(emptied: Parts, breakers: Breakers, producer: FakeProducer) -> Dispatcher:
    work = PendingWork(emptied.database)
    return Dispatcher(work, Backlog(work), cast(CommandProducer, producer), held=lambda: breakers.held(DEADLINE))


def sent_for(parts: Parts, producer: FakeProducer) -> set[UUID]:
    job_of = dict(parts.database.query("SELECT object_id, job_id FROM ops.work"))
    fetched = {job_of[command.object_id] for command in producer.sent if isinstance(command, FetchObject)}
    return fetched | {command.job_id for command in producer.sent if isinstance(command, GatherJob)}


def pause(parts: Parts, scope: str, name: str = "") -> None:
    Session(parts).call("harvest_site_pause", scope=scope, name=name)


def test_nothing_is_sent_for_a_host_in_trouble_and_all_goes_on_after_a_probe(
    emptied: Parts, breakers: Breakers, dispatcher: Dispatcher, producer: FakeProducer
) -> None:
    away, other = new_job(emptied, 3), new_job(emptied, 3)
    fails(breakers, host=host_of(emptied, away))

    dispatcher.dispatch()
    assert sent_for(emptied, producer) == {other.id}
    breakers.close(breakers.open()[0])
    dispatcher.dispatch()

    assert sent_for(emptied, producer) == {other.id, away.id}
    assert Counter(type(command) for command in producer.sent) == {FetchObject: 6, GatherJob: 2}


def test_a_gather_is_held_as_well(emptied: Parts, breakers: Breakers, dispatcher: Dispatcher, producer: FakeProducer) -> None:
    away, other = new_job(emptied), new_job(emptied)
    fails(breakers, host=host_of(emptied, away))

    dispatcher.dispatch()

    assert sent_for(emptied, producer) == {other.id}


@pytest.mark.parametrize("scope", ["host", "target"])
def test_what_a_person_paused_is_not_sent_until_it_is_resumed(
    emptied: Parts, dispatcher: Dispatcher, producer: FakeProducer, scope: str
) -> None:
    gather, fetch = new_job(emptied), new_job(emptied, 2)
    for job in (gather, fetch):
        pause(emptied, scope, emptied.application.find_source(job.source_id).fields.url if scope == "host" else "")

    dispatcher.dispatch()
    assert producer.sent == []
    emptied.database.query("DELETE FROM ops.pause")
    dispatcher.dispatch()

    assert sent_for(emptied, producer) == {gather.id, fetch.id}


def test_a_pause_of_everything_leaves_jobs_of_people_alone(
    emptied: Parts, dispatcher: Dispatcher, producer: FakeProducer
) -> None:
    job = new_job(emptied, 1)
    pause(emptied, "all")

    dispatcher.dispatch()

    assert sent_for(emptied, producer) == {job.id}


def test_a_target_in_trouble_holds_everything_but_what_is_past_its_deadline(
    emptied: Parts, breakers: Breakers, dispatcher: Dispatcher, producer: FakeProducer
) -> None:
    fresh, late = new_job(emptied, 1), new_job(emptied, 1)
    emptied.database.query(
        "UPDATE ops.job_progress SET created_at = now() - interval '25 hours' WHERE job_id = %(j)s", j=late.id
    )
    fails(breakers, scope="target")

    dispatcher.dispatch()

    assert sent_for(emptied, producer) == {late.id}
    assert fresh.id not in sent_for(emptied, producer)


def test_an_object_that_is_postponed_counts_no_attempt_and_waits(emptied: Parts) -> None:
    job = new_job(emptied, 2)
    work = PendingWork(emptied.database)
    claims = Claims(emptied.database, "worker", 60.0)
    commands = work.take({job.id: 2})
    claimed = claims.claim(commands)

    claims.postpone(dict.fromkeys(claimed, 20.0))

    rows = emptied.database.query("SELECT sent, worker, attempt, deliveries, due_at > now() + interval '15 s' FROM ops.work")
    assert rows == [(False, None, 0, 0, True)] * 2
    assert work.take({job.id: 2}) == []
    claims.close()


def test_status_names_what_is_in_trouble(emptied: Parts, breakers: Breakers) -> None:
    fails(breakers)
    fails(breakers, scope="target")

    status = Session(emptied).call("harvest_status_show")

    assert {(row["what"], row["name"], row["failures"]) for row in status["breakers"]} == {
        ("host", "data.example.org", 3),
        ("target", "", 3),
    }
    assert any(problem.startswith("Nothing is sent to host data.example.org for ") for problem in status["problems"])
    assert any(problem.startswith("Nothing is sent to the target for ") for problem in status["problems"])
