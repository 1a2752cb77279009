"""Pending work: sent, claimed by one worker at a time, taken back when that worker is gone."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from adapters.bootstrap import Parts
from adapters.postgres.work.claims import Claims
from adapters.postgres.work.news import WorkNews
from adapters.postgres.work.pending_work import JobLeft, PendingWork
from domain.commands import FetchObject, GatherJob
from domain.jobs import Job
from domain.objects import GatheredRecord, HarvestObject
from domain.rules import GATHER_DELIVERIES, SOLO_AFTER
from domain.sources import SourceFields
from tests.support.stack import PATIENCE, wait_for

LEASE = 60.0  # seconds
Worker = Callable[[str], Claims]


@pytest.fixture
def work(emptied: Parts) -> PendingWork:
    return PendingWork(emptied.database)


@pytest.fixture
def worker(emptied: Parts) -> Iterator[Worker]:
    made: list[Claims] = []

    def make(name: str) -> Claims:
        made.append(Claims(emptied.database, name, LEASE))
        return made[-1]

    yield make
    for claims in made:
        claims.close()


def new_job(parts: Parts, objects: int = 0, trigger: str = "cli", news: WorkNews | None = None) -> Job:
    """A job with that many objects, projected."""
    name = f"city-{uuid4()}"
    source = parts.application.register_source(SourceFields(name, f"http://{name}.example", "test"), "admin")
    job_id = parts.application.create_job(source, trigger=trigger)
    if objects:
        job = parts.application.start_gather(job_id, "gatherer")
        parts.application.record_page(job, [GatheredRecord(f"guid-{n}") for n in range(objects)], 0)
    parts.work_projector(news=news).catch_up()
    return parts.application.load(Job, job_id)


def take(work: PendingWork, job: Job, number: int = 100) -> list[FetchObject]:
    return work.take({job.id: number})


def lapse(parts: Parts) -> None:
    """All leases are over."""
    parts.database.query("UPDATE ops.work SET lease_until = now() - interval '1 second' WHERE sent")
    parts.database.query("UPDATE ops.job_progress SET lease_until = now() - interval '1 second' WHERE worker IS NOT NULL")


def record(parts: Parts, object_id: UUID, happened: Callable[[HarvestObject], None]) -> None:
    [known] = parts.application.load_objects([object_id]).values()
    happened(known)
    parts.application.record_objects([known])
    parts.work_projector().catch_up()


# sending


def test_what_is_taken_is_not_taken_again(emptied: Parts, work: PendingWork) -> None:
    job = new_job(emptied, 5)

    first = take(work, job, 3)

    assert (work.left(), work.under_way()) == ([JobLeft(job.id, 0, left=5, done=0)], {job.id: 3})
    assert len({c.object_id for c in [*first, *take(work, job)]}) == 5
    assert take(work, job) == []


def test_jobs_of_the_schedule_are_in_a_lane_behind(emptied: Parts, work: PendingWork) -> None:
    new_job(emptied, 1, trigger="schedule")

    assert [job.lane for job in work.left()] == [1]


def test_a_job_that_one_process_runs_alone_is_never_sent(emptied: Parts, work: PendingWork) -> None:
    job = new_job(emptied, 3, trigger="run-test")

    assert work.left() == []
    assert work.take_gather() == []
    assert take(work, job) == []


def test_what_the_broker_did_not_take_is_sent_again_with_another_epoch(emptied: Parts, work: PendingWork) -> None:
    job = new_job(emptied, 2)
    sent = take(work, job)

    work.give_back(sent[:1])

    [again] = take(work, job)
    assert again == FetchObject(sent[0].object_id, sent[0].epoch + 1)


def test_what_was_not_claimed_when_the_broker_lost_all_is_sent_again(emptied: Parts, work: PendingWork, worker: Worker) -> None:
    job = new_job(emptied, 2)
    claimed, waiting = take(work, job)
    worker("one").claim([claimed])

    work.forget_sent()

    assert [command.object_id for command in take(work, job)] == [waiting.object_id]


def test_a_command_that_nobody_claimed_is_sent_again_after_its_lease(emptied: Parts, work: PendingWork) -> None:
    job = new_job(emptied, 1)
    take(work, job)

    work.expire([])
    assert take(work, job) == []
    lapse(emptied)
    work.expire([])

    assert [command.epoch for command in take(work, job)] == [2]


# claiming


def test_a_command_that_is_delivered_twice_is_claimed_once(emptied: Parts, work: PendingWork, worker: Worker) -> None:
    commands = take(work, new_job(emptied, 3))

    claimed = worker("one").claim(commands)

    assert claimed.keys() == {command.object_id for command in commands}
    assert worker("one").claim(commands) == {}
    assert worker("two").claim(commands) == {}


def test_a_command_of_an_earlier_epoch_is_void(emptied: Parts, work: PendingWork, worker: Worker) -> None:
    job = new_job(emptied, 1)
    old = take(work, job)
    work.give_back(old)
    new = take(work, job)

    assert worker("one").claim(old) == {}
    assert worker("one").claim(new).keys() == {new[0].object_id}


def test_a_command_that_was_given_back_is_void(emptied: Parts, work: PendingWork, worker: Worker) -> None:
    commands = take(work, new_job(emptied, 1))

    work.give_back(commands)

    assert worker("one").claim(commands) == {}


def test_what_has_its_outcome_is_claimed_no_more(emptied: Parts, work: PendingWork, worker: Worker) -> None:
    [done, waiting] = take(work, new_job(emptied, 2))

    record(emptied, done.object_id, lambda known: known.import_as("added", "package"))

    assert worker("one").claim([done, waiting]).keys() == {waiting.object_id}


def test_what_an_abort_ended_is_claimed_no_more(emptied: Parts, work: PendingWork, worker: Worker) -> None:
    job = new_job(emptied, 2)
    commands = take(work, job)

    emptied.application.abort_job(job.id, "admin")
    emptied.work_projector().catch_up()

    assert worker("one").claim(commands) == {}
    assert work.left() == []


def test_a_claim_tells_the_attempts_before_it_and_the_databases_time(emptied: Parts, work: PendingWork, worker: Worker) -> None:
    job = new_job(emptied, 1)
    [command] = take(work, job)
    now = emptied.database.query("SELECT now()")[0][0]
    record(emptied, command.object_id, lambda known: known.fail("Fetch", "http_503", "busy", now))

    [claimed] = worker("one").claim(take(work, job)).values()

    assert (claimed.object_id, claimed.attempt) == (command.object_id, 1)
    assert now <= claimed.now < now + timedelta(seconds=60)


def test_what_failed_waits_until_it_is_due(emptied: Parts, work: PendingWork, worker: Worker) -> None:
    job = new_job(emptied, 1)
    [command] = take(work, job)
    worker("one").claim([command])
    later = emptied.database.query("SELECT now() + interval '1 hour'")[0][0]

    record(emptied, command.object_id, lambda known: known.fail("Fetch", "http_503", "busy", later))

    assert (work.left(), work.under_way()) == ([JobLeft(job.id, 0, left=1, done=0)], {})
    assert take(work, job) == []
    assert 3590 < work.next_due([job.id])[job.id] <= 3600


# leases


def test_a_claim_that_is_not_renewed_falls_back(emptied: Parts, work: PendingWork, worker: Worker) -> None:
    job = new_job(emptied, 2)
    worker("slow").claim(take(work, job, 1))
    renewing = worker("alive")
    kept = take(work, job, 1)
    renewing.claim(kept)

    lapse(emptied)
    renewing.renew([command.object_id for command in kept])
    work.expire([])

    again = {command.object_id for command in take(work, job)}
    assert len(again) == 1
    assert again.isdisjoint({kept[0].object_id})


def test_a_claim_that_its_worker_does_not_know_of_lapses(emptied: Parts, work: PendingWork, worker: Worker) -> None:
    job = new_job(emptied, 2)
    claimed = take(work, job)
    one = worker("one")
    one.claim(claimed)

    lapse(emptied)
    one.renew([claimed[0].object_id])
    work.expire([])

    assert {command.object_id for command in take(work, job)} == {claimed[1].object_id}


def test_a_dead_worker_loses_its_claims_and_nobody_else_does(emptied: Parts, work: PendingWork, worker: Worker) -> None:
    job = new_job(emptied, 2)
    lost, kept = take(work, job)
    worker("dead").claim([lost])
    worker("alive").claim([kept])

    work.expire(["dead"])

    assert [command.object_id for command in take(work, job)] == [lost.object_id]


def test_what_is_handed_back_was_not_delivered(emptied: Parts, work: PendingWork, worker: Worker) -> None:
    job = new_job(emptied, 1)
    one = worker("one")
    for _ in range(SOLO_AFTER + 2):
        one.claim(take(work, job))
        one.release([command_id for (command_id,) in emptied.database.query("SELECT object_id FROM ops.work")])

    assert emptied.database.query("SELECT deliveries, sent, worker FROM ops.work") == [(0, False, None)]


def test_nobody_hands_back_what_another_one_holds(emptied: Parts, work: PendingWork, worker: Worker) -> None:
    job = new_job(emptied, 1)
    [command] = take(work, job)
    worker("one").claim([command])

    worker("two").release([command.object_id])
    worker("two").renew([command.object_id])

    assert emptied.database.query("SELECT worker FROM ops.work") == [("one",)]
    assert take(work, job) == []


# objects that take workers down


def deliver(work: PendingWork, worker: Worker, job: Job, *, alone: bool = False) -> bool:
    """Claim the job's object with a worker that then dies; whether it was claimed."""
    commands = take(work, job)
    claimed = worker("victim").claim(commands, alone=alone)
    work.expire(["victim"])
    work.give_back(commands)
    return bool(claimed)


def test_an_object_that_took_down_workers_is_claimed_alone_and_then_given_up(
    emptied: Parts, work: PendingWork, worker: Worker
) -> None:
    job = new_job(emptied, 1)
    assert [deliver(work, worker, job) for _ in range(SOLO_AFTER + 1)] == [True] * SOLO_AFTER + [False]
    commands = take(work, job)
    superseded = replace(commands[0], epoch=commands[0].epoch - 1)

    assert worker("careful").need_solo([superseded, *commands]) == set(commands)
    assert work.lost_objects() == []
    work.give_back(commands)
    assert deliver(work, worker, job, alone=True)

    assert work.lost_objects() == [commands[0].object_id]


def test_a_failure_that_was_recorded_took_no_worker_down(emptied: Parts, work: PendingWork, worker: Worker) -> None:
    job = new_job(emptied, 1)
    for _ in range(SOLO_AFTER):
        deliver(work, worker, job)
    [(object_id,)] = emptied.database.query("SELECT object_id FROM ops.work")
    now = emptied.database.query("SELECT now()")[0][0]

    record(emptied, object_id, lambda known: known.fail("Fetch", "http_503", "busy", now))

    commands = take(work, job)
    assert worker("one").need_solo(commands) == set()
    assert worker("one").claim(commands).keys() == {object_id}


# gather


def test_a_job_is_gathered_by_one_worker_at_a_time(emptied: Parts, work: PendingWork, worker: Worker) -> None:
    job = new_job(emptied)

    [command] = work.take_gather()

    assert command == GatherJob(job.id, 1)
    assert work.take_gather() == []
    assert worker("one").claim_gathers([command])
    assert not worker("two").claim_gathers([command])


def test_a_gather_that_is_handed_back_waits_as_long_as_it_says(emptied: Parts, work: PendingWork, worker: Worker) -> None:
    job = new_job(emptied)
    one = worker("one")
    one.claim_gathers([work.take_gather()[0]])

    one.release_gathers([job.id], delay=3600.0)
    assert work.take_gather() == []
    one.release_gathers([job.id])
    emptied.database.query("UPDATE ops.job_progress SET due_at = now()")

    assert work.take_gather() == [GatherJob(job.id, 2)]
    assert work.lost_jobs() == []


def test_a_gather_falls_back_with_its_lease_and_is_given_up_at_last(emptied: Parts, work: PendingWork, worker: Worker) -> None:
    job = new_job(emptied)
    for _ in range(GATHER_DELIVERIES):
        assert work.lost_jobs() == []
        [command] = work.take_gather()
        assert worker("one").claim_gathers([command])
        lapse(emptied)
        work.expire([])

    assert work.take_gather() == []
    assert work.lost_jobs() == [job.id]


def test_a_gather_that_goes_on_keeps_its_claim(emptied: Parts, work: PendingWork, worker: Worker) -> None:
    job = new_job(emptied)
    one = worker("one")
    one.claim_gathers([work.take_gather()[0]])

    lapse(emptied)
    one.renew_gather([job.id])
    work.expire([])

    assert work.take_gather() == []


# presence


def test_a_worker_is_absent_when_its_connection_is_gone(emptied: Parts, work: PendingWork, worker: Worker) -> None:
    job = new_job(emptied, 2)
    alive, dead = worker("alive"), worker("dead")
    for claims in (alive, dead):
        claims.show_presence()
        claims.show_presence()
        claims.claim(take(work, job, 1))
    assert work.absent_workers() == set()

    dead.close()

    wait_for(lambda: work.absent_workers() == {"dead"}, PATIENCE, "the dead one is absent")


def test_a_worker_that_never_showed_its_presence_is_absent(emptied: Parts, work: PendingWork, worker: Worker) -> None:
    new_job(emptied)
    worker("shy").claim_gathers([work.take_gather()[0]])

    assert work.absent_workers() == {"shy"}
