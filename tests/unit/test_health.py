"""When a person is needed: each thing that can be wrong alone, and what is no reason to wake anybody."""

from dataclasses import replace

import pytest

from domain.health import Health, Process, Still, duration, problems

LEADER = Process("coordinator", "one", 10, started=500.0, silent=1.0, leads=True)
GATHER = Process("gather-consumer", "one", 11, started=500.0, silent=1.0, present=True)
FETCH = Process("fetch-consumer", "one", 12, started=500.0, silent=1.0, present=True)
WELL = Health(leader=True, processes=[LEADER, GATHER, FETCH])
JOB = Still("j", "some", "running", 1000.0)


def with_worker(**changes: object) -> Health:
    return replace(WELL, processes=[LEADER, GATHER, replace(FETCH, **changes)])  # type: ignore[arg-type]


def test_all_is_well_when_everybody_works() -> None:
    assert problems(WELL) == []
    assert problems(replace(WELL, waiting={"fetch-consumer": 300, "gather-consumer": 2}, moved=0.1)) == []


@pytest.mark.parametrize(
    ("health", "said"),
    [
        (replace(WELL, leader=False), "No coordinator leads: start `harvester up` or `harvester coordinator`"),
        (replace(WELL, leader=False, waiting={"coordinator": 2}), "No coordinator leads and 2 unfinished jobs wait: start"),
        (replace(WELL, processes=[LEADER, GATHER]), "No fetch worker runs: start `harvester up` or `harvester fetch-consumer`"),
        (
            replace(WELL, processes=[LEADER, GATHER], waiting={"fetch-consumer": 1200}),
            "No fetch worker runs and 1,200 records wait for one: start",
        ),
        (
            replace(WELL, processes=[LEADER, FETCH], waiting={"gather-consumer": 1}),
            "No gather worker runs and 1 job waits for one: start",
        ),
        (
            replace(WELL, processes=[replace(LEADER, silent=43.0), GATHER, FETCH]),
            "The coordinator on one (pid 10) leads and has not moved for 43 s: restart it",
        ),
        (replace(WELL, still=[JOB], moved=1000.0), "Job j of source some has made no progress for 16 min 40 s (it is being"),
        (
            replace(WELL, still=[replace(JOB, gather="waiting")], moved=1000.0),
            "Job j of source some has made no progress for 16 min 40 s (it waits to be gathered)",
        ),
        (replace(WELL, unsent=(1, "550 no such user")), "1 notice could not be sent so far (550 no such user): see `harvester"),
        (
            replace(WELL, behind={"read_model": (5000, 200.0)}),
            "The projection read_model is 5,000 events behind, the oldest from 3 min 20 s ago",
        ),
        (
            replace(WELL, failing={"dispatching": "no broker"}),
            "The coordinator fails at dispatching, and tries again: no broker",
        ),
        (replace(WELL, dead_letters=1), "1 message of the last day could not be decoded (ops.dead_letter)"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(health: Health, said: str) -> None:
    (problem,) = problems(health)

    assert problem.startswith(said)


def test_a_silent_worker_is_missing_and_named_in_one_line() -> None:
    (stopped,), (killed,) = problems(with_worker(silent=60.0)), problems(with_worker(silent=60.0, present=False))

    who = "the fetch-consumer on one (pid 12)"
    assert stopped == f"No fetch worker runs: {who} has not reported for 1 min, it hangs or was stopped; restart it"
    start = "start `harvester up` or `harvester fetch-consumer`"
    assert killed == f"No fetch worker runs: {start}. {who.capitalize()} was killed, or can't reach the database"


def test_several_silent_workers_are_one_line_with_what_waits() -> None:
    silent = [replace(FETCH, pid=pid, silent=60.0 + pid) for pid in (12, 13, 14)]

    (problem,) = problems(replace(WELL, processes=[LEADER, GATHER, *silent], waiting={"fetch-consumer": 5}))

    who = "the fetch-consumer on one (pid 12), and 2 more has not reported for 1 min 12 s"
    assert problem == f"No fetch worker runs and 5 records wait for one: {who}, it hangs or was stopped; restart it"


def test_a_dead_worker_that_was_replaced_is_no_problem_and_a_stopped_one_is() -> None:
    dead = replace(FETCH, silent=60.0, present=False)
    successor = replace(FETCH, pid=13, started=55.0)

    assert problems(replace(WELL, processes=[LEADER, GATHER, dead, successor])) == []
    assert len(problems(replace(WELL, processes=[LEADER, GATHER, replace(dead, present=True), successor]))) == 1
    assert len(problems(replace(WELL, processes=[LEADER, GATHER, dead, replace(successor, host="other")]))) == 1
    assert len(problems(replace(WELL, processes=[LEADER, GATHER, dead, replace(successor, started=4000.0)]))) == 1


@pytest.mark.parametrize(
    "health",
    [
        replace(WELL, still=[replace(JOB, retries_later=True)]),
        replace(WELL, still=[replace(JOB, seconds=100.0)]),
        replace(WELL, still=[replace(JOB, gather="waiting")], moved=2.0),
        replace(WELL, behind={"work": (5000, 2.0), "read_model": (0, 0.0)}),
    ],
)
def test_what_mends_itself_is_no_problem(health: Health) -> None:
    assert problems(health) == []


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "0 s"), (43.4, "43 s"), (60, "1 min"), (3661, "1 h 1 min"), (90_000, "1 d 1 h"), (86_401, "1 d")],
)
def test_durations(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_a_worker_whose_session_is_gone_is_missing_at_once() -> None:
    assert problems(with_worker(silent=1.0, present=False))[0].startswith("No fetch worker runs")


RESTARTS = {"fetch-consumer": "fetch-consumer-1 ended by SIGKILL 2 s ago", "coordinator": "it was started itself 1 s ago"}


def test_what_up_starts_again_is_told_as_such_and_stays_a_problem() -> None:
    killed = with_worker(silent=3.0, present=False)
    hanging = with_worker(silent=60.0)

    (replaced,) = problems(replace(killed, restarts=RESTARTS, waiting={"fetch-consumer": 5}))
    leaders = problems(replace(WELL, leader=False, processes=[GATHER, FETCH], restarts=RESTARTS))

    why = "`harvester up` starts one; fetch-consumer-1 ended by SIGKILL 2 s ago"
    assert replaced == f"No fetch worker runs and 5 records wait for one: {why}"
    assert leaders == ["No coordinator leads: `harvester up` starts one; it was started itself 1 s ago"]
    assert problems(replace(hanging, restarts=RESTARTS)) == problems(hanging)
    assert problems(replace(WELL, restarts=RESTARTS)) == []


def test_an_earlier_leader_that_was_killed_isnt_taken_for_the_leader() -> None:
    killed = replace(LEADER, pid=9, silent=100.0, started=900.0)
    successor = replace(LEADER, started=90.0)

    assert problems(replace(WELL, processes=[killed, successor, GATHER, FETCH])) == []
    (problem,) = problems(replace(WELL, processes=[replace(killed, host="two"), LEADER, GATHER, FETCH]))
    assert problem.startswith("The coordinator on two (pid 9) has not reported for 1 min 40 s")
