"""What may be sent is known without looking through all jobs: from what the projection changed."""

import math
from collections import Counter
from uuid import UUID

import pytest

from adapters.bootstrap import Parts
from adapters.postgres.work import backlog as module
from adapters.postgres.work.backlog import Backlog
from adapters.postgres.work.claims import Claims
from adapters.postgres.work.news import WorkNews
from adapters.postgres.work.pending_work import PendingWork
from domain.objects import HarvestObject
from domain.rules import MIN_BUDGET
from tests.integration.test_claims import new_job


class Reads(PendingWork):
    """Counts how often all jobs are read."""

    readings = 0

    def left(self, jobs=None):  # type: ignore[no-untyped-def]
        self.readings += jobs is None
        return super().left(jobs)


@pytest.fixture
def news() -> WorkNews:
    return WorkNews()


@pytest.fixture
def work(emptied: Parts) -> Reads:
    return Reads(emptied.database)


@pytest.fixture
def backlog(work: Reads, news: WorkNews) -> Backlog:
    backlog = Backlog(work, news.take)
    backlog.refresh()
    return backlog


def due(backlog: Backlog) -> dict[UUID, tuple[int, int]]:
    backlog.refresh()
    return {job.job_id: (job.due, job.under_way) for job in backlog.waiting()}


def project(parts: Parts, news: WorkNews) -> None:
    parts.work_projector(news=news).catch_up()


def test_jobs_that_are_projected_are_known_and_all_jobs_are_read_once(
    emptied: Parts, work: Reads, backlog: Backlog, news: WorkNews
) -> None:
    projected = new_job(emptied, 5, news=news)
    assert due(backlog) == {projected.id: (5, 0)}

    taken = backlog.take({projected.id: 3})

    assert (len(taken), due(backlog), backlog.under_way) == (3, {projected.id: (2, 3)}, 3)
    assert work.readings == 1


def test_a_new_job_is_sent_only_so_far_ahead_until_its_own_records_are_done(
    emptied: Parts, backlog: Backlog, news: WorkNews
) -> None:
    job = new_job(emptied, 3 * MIN_BUDGET, news=news)
    assert due(backlog) == {job.id: (MIN_BUDGET, 0)}

    taken = backlog.take({job.id: MIN_BUDGET})
    nothing_done = due(backlog)
    some = [*emptied.application.load_objects([command.object_id for command in taken[: MIN_BUDGET - 10]]).values()]
    for obj in some:
        obj.import_as("added", "package")
    emptied.application.record_objects(some)
    project(emptied, news)

    assert nothing_done == {}
    assert due(backlog) == {job.id: (2 * MIN_BUDGET, 10)}  # all that is left: quick records may go further ahead


def test_what_is_handed_back_does_not_count_as_done(emptied: Parts, backlog: Backlog, news: WorkNews) -> None:
    job = new_job(emptied, 3 * MIN_BUDGET, news=news)
    backlog.refresh()
    backlog.take({job.id: MIN_BUDGET})
    assert due(backlog) == {}

    emptied.database.query("UPDATE ops.work SET sent = false RETURNING object_id")

    assert due(backlog) == {job.id: (MIN_BUDGET, 0)}


def test_an_outcome_and_a_failure_change_what_is_left(emptied: Parts, backlog: Backlog, news: WorkNews) -> None:
    job = new_job(emptied, 3, news=news)
    backlog.refresh()
    taken = backlog.take({job.id: 3})
    [done, failed, _] = emptied.application.load_objects([command.object_id for command in taken]).values()
    done.import_as("added", "package")
    failed.fail("Fetch", "http_503", "busy", emptied.database.query("SELECT now()")[0][0])

    emptied.application.record_objects([done, failed])
    project(emptied, news)

    assert due(backlog) == {job.id: (1, 1)}
    assert backlog.outcomes == 1


def test_what_waits_for_another_attempt_is_due_when_its_time_comes(
    emptied: Parts, work: Reads, backlog: Backlog, news: WorkNews
) -> None:
    job = new_job(emptied, 1, news=news)
    backlog.refresh()
    [command] = backlog.take({job.id: 1})
    [failed] = emptied.application.load_objects([command.object_id]).values()
    assert isinstance(failed, HarvestObject)
    failed.fail("Fetch", "http_503", "busy", emptied.database.query("SELECT now() + interval '0.3 seconds'")[0][0])
    emptied.application.record_objects([failed])
    project(emptied, news)
    backlog.refresh()

    none_waits = backlog.due_in
    first = backlog.take({job.id: 1})
    waits = backlog.due_in
    emptied.database.query("SELECT pg_sleep(0.4)")

    assert first == []
    assert (none_waits, 0.0 <= waits <= 0.3, backlog.due_in) == (math.inf, True, 0.0)
    assert due(backlog) == {job.id: (1, 0)}
    assert backlog.due_in == math.inf
    assert len(backlog.take({job.id: 1})) == 1


def test_what_a_worker_hands_back_waits_again(emptied: Parts, backlog: Backlog, news: WorkNews) -> None:
    job = new_job(emptied, 4, news=news)
    backlog.refresh()
    taken = backlog.take({job.id: 4})
    claims = Claims(emptied.database, "worker", 60.0)
    claims.claim(taken)
    assert due(backlog) == {}

    claims.release([command.object_id for command in taken[:3]])

    assert due(backlog) == {job.id: (3, 1)}


def test_jobs_that_have_ended_are_forgotten(emptied: Parts, backlog: Backlog, news: WorkNews) -> None:
    job = new_job(emptied, 4, news=news)
    assert due(backlog)

    emptied.application.abort_job(job.id, by="admin")
    project(emptied, news)

    assert due(backlog) == {}


def test_everything_is_read_again_when_somebody_else_moved_the_projection(
    emptied: Parts, work: Reads, backlog: Backlog, news: WorkNews
) -> None:
    job = new_job(emptied, 4)
    assert due(backlog) == {}

    news.unknown()

    assert due(backlog) == {job.id: (4, 0)}
    assert work.readings == 2


def test_jobs_take_turns_when_there_are_more_than_a_pass_looks_at(
    emptied: Parts, backlog: Backlog, news: WorkNews, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WINDOW", 2)
    jobs = [new_job(emptied, 4, news=news, trigger="schedule").id for _ in range(5)]
    got: Counter[UUID] = Counter()
    backlog.refresh()

    for _ in range(5):
        turn = {job.job_id: 1 for job in backlog.waiting()}
        assert len(turn) == 2
        got.update(turn)
        backlog.take(turn)

    assert got == dict.fromkeys(jobs, 2)


def test_a_persons_job_is_looked_at_first(
    emptied: Parts, backlog: Backlog, news: WorkNews, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WINDOW", 2)
    for _ in range(3):
        new_job(emptied, 4, news=news, trigger="schedule")
    backlog.refresh()

    mine = new_job(emptied, 4, news=news)

    assert next(iter(due(backlog))) == mine.id


def test_gathers_that_end_are_counted_by_lane(emptied: Parts, backlog: Backlog, news: WorkNews) -> None:
    for trigger in ("cli", "schedule", "schedule"):
        job = new_job(emptied, 1, trigger=trigger, news=news)
        emptied.application.finish_gather(job, complete=True, full=True, deletions=0)
    project(emptied, news)

    backlog.refresh()

    assert backlog.gathered == {0: 1, 1: 2}
