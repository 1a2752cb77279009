"""A source is loaded at the same price after thousands of jobs, from snapshots that may be lost at any time."""

from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from eventsourcing.persistence import StoredEvent

from adapters.bootstrap import Parts
from domain.errors import NotFound
from domain.jobs import Job
from domain.rules import Progress
from domain.snapshots import EVERY
from domain.sources import HarvestSource, SourceFields

JOBS = 100
SNAPSHOTS = "SELECT originator_version FROM ops.snapshot WHERE originator_id = %(id)s ORDER BY 1"


def source_with_history(parts: Parts, jobs: int = JOBS) -> UUID:
    """A source with that many ended jobs behind it, as the log holds them."""
    source = parts.application.register_source(SourceFields(f"city-{uuid4()}", f"http://{uuid4()}.example", "test"), "admin")
    parts.event_store.append(job_events(source, jobs, version=1))
    return source


def job_events(source: UUID, jobs: int, version: int) -> list[StoredEvent]:
    events = []
    for number in range(jobs):
        job, at = str(UUID(int=number + 1)), "2026-03-01T00:00:00+00:00"
        started = {"timestamp": at, "job_id": job, "kind": "harvest"}
        ended = {"timestamp": at, "job_id": job, "outcome": "finished", "gathered_from": None}
        events += [
            StoredEvent(source, version + 2 * number + 1, "source.job_started", orjson.dumps(started)),
            StoredEvent(source, version + 2 * number + 2, "source.job_ended", orjson.dumps(ended)),
        ]
    return events


class Counting:
    """Counts the events that loads read."""

    def __init__(self, parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read = 0
        select = parts.event_store.select_events

        def counted(*arguments: Any, **options: Any) -> Any:
            events = select(*arguments, **options)
            self.read += len(events)
            return events

        monkeypatch.setattr(parts.event_store, "select_events", counted)


@pytest.fixture
def counting(emptied: Parts, monkeypatch: pytest.MonkeyPatch) -> Counting:
    return Counting(emptied, monkeypatch)


def as_it_is(source: HarvestSource) -> dict[str, Any]:
    return {name: value for name, value in vars(source).items() if name != "_pending_events"}


def test_a_long_stream_is_replayed_once_and_from_then_on_a_few_events(emptied: Parts, counting: Counting) -> None:
    source = source_with_history(emptied)
    emptied.application.load(HarvestSource, source)
    assert counting.read == 1 + 2 * JOBS

    counting.read = 0
    for _ in range(JOBS):
        emptied.application.abort_job(emptied.application.create_job(source), "admin")

    loads = 2 * JOBS  # of the source; jobs have 1 or 2 events each
    assert counting.read <= loads * EVERY + 3 * JOBS
    assert emptied.application.load(HarvestSource, source).jobs == 2 * JOBS
    assert len(emptied.database.query(SNAPSHOTS, id=source)) <= 3


def test_many_jobs_are_ended_from_the_snapshots_of_their_sources(emptied: Parts, counting: Counting) -> None:
    sources = [source_with_history(emptied) for _ in range(3)]
    jobs = [emptied.application.create_job(source) for source in sources]

    emptied.application.finish_jobs(dict.fromkeys(jobs, Progress("finished", True, 0)))

    assert [emptied.application.load(HarvestSource, source).running_job for source in sources] == [None] * 3
    assert [emptied.application.load(Job, job).status for job in jobs] == ["Finished"] * 3


def test_losing_snapshots_changes_nothing(emptied: Parts) -> None:
    source = source_with_history(emptied)
    emptied.application.load(HarvestSource, source)
    emptied.application.deactivate_source(source, "admin", "for a while")
    with_snapshot = as_it_is(emptied.application.load(HarvestSource, source))
    assert emptied.database.query(SNAPSHOTS, id=source)

    emptied.database.query("TRUNCATE ops.snapshot")

    assert as_it_is(emptied.application.load(HarvestSource, source)) == with_snapshot
    assert with_snapshot["active"] is False


def test_a_snapshot_of_another_class_version_is_not_read_and_taken_again(
    emptied: Parts, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = source_with_history(emptied)
    emptied.application.load(HarvestSource, source)
    counting.read = 0
    monkeypatch.setattr(HarvestSource, "SNAPSHOT_VERSION", HarvestSource.SNAPSHOT_VERSION + 1)

    for _ in range(2):
        assert emptied.application.load(HarvestSource, source).jobs == JOBS

    assert counting.read == 1 + 2 * JOBS  # the second load needs none
    versions = emptied.database.query("SELECT DISTINCT class_version FROM ops.snapshot WHERE originator_id = %(id)s", id=source)
    assert versions == [(HarvestSource.SNAPSHOT_VERSION,)]


DAMAGES = {
    "no JSON": b"{",
    "something else": b"[]",
    "a part of it": b'{"active": true}',
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_snapshot_is_dropped_and_the_stream_replayed(emptied: Parts, damage: str) -> None:
    application, source = emptied.application, source_with_history(emptied)
    whole = as_it_is(application.load(HarvestSource, source))
    emptied.database.query("UPDATE ops.snapshot SET state = %(state)b", state=DAMAGES[damage])

    assert as_it_is(application.load_many(HarvestSource, [source])[source]) == whole

    emptied.database.query("UPDATE ops.snapshot SET state = %(state)b", state=DAMAGES[damage])
    job = application.create_job(source)
    assert application.load(Job, job).number == JOBS + 1
    assert application.load(HarvestSource, source).running_job == str(job)


def test_a_running_jobs_source_is_read_as_it_was_though_newer_snapshots_are_there(emptied: Parts) -> None:
    application = emptied.application
    source = source_with_history(emptied)
    job = application.load(Job, application.create_job(source))
    before = application.load(HarvestSource, source).fields
    for number in range(EVERY + 1):
        application.change_source(source, SourceFields(before.name, before.url, "test", title=f"Title {number}"), "admin")
        application.load(HarvestSource, source)

    assert application.load(HarvestSource, source, job.source_version).fields == before
    assert application.load(HarvestSource, source).fields.title == f"Title {EVERY}"


def test_a_source_is_no_job_though_both_have_snapshots(emptied: Parts) -> None:
    source = source_with_history(emptied)
    emptied.application.load(HarvestSource, source)

    with pytest.raises(NotFound, match="not a Job but a HarvestSource"):
        emptied.application.load(Job, source)


def test_the_end_of_a_job_does_not_replay_its_pages_and_leaves_no_snapshot(emptied: Parts, counting: Counting) -> None:
    application = emptied.application
    job = application.start_gather(application.create_job(source_with_history(emptied, 0)), "worker")
    for _ in range(5 * EVERY):
        application.record_page(job, [], 500)
    application.finish_gather(job, complete=True, full=True, deletions=0)
    counting.read = 0

    application.finish_job(job.id, "finished", {"not modified": 50_000})

    assert counting.read <= EVERY
    assert application.load(Job, job.id).unchanged == 50_000
    assert emptied.database.query(SNAPSHOTS, id=job.id) == []


REMEMBERED = {
    (HarvestSource, 1): "_created_on _modified_on active fields gathered_from job_started_at jobs last_job remote_changed_at "
    "running_job",
    (
        Job,
        1,
    ): "_created_on _modified_on attempt complete first_started first_started_version full gather_errors gather_finished "
    "gather_started gathered kind lost number options seen_since source_id source_version status unchanged",
    (HarvestSource, 2): "_created_on _modified_on active fields gathered_from job_started_at jobs last_job memory "
    "remote_changed_at running_job",
    (
        Job,
        2,
    ): "_created_on _modified_on attempt complete first_started first_started_version full gather_errors gather_finished "
    "gather_started gathered kind lost memory number options seen_since source_id source_version status unchanged",
    (HarvestSource, 4): "_created_on _modified_on active fields gathered_from held_job job_started_at jobs last_job memory "
    "paused paused_until remote_changed_at running_job taken_over",
    (HarvestSource, 5): "_created_on _modified_on active fields gathered_from held_jobs job_started_at jobs last_job memory "
    "paused paused_until remote_changed_at running_job taken_over",
    (HarvestSource, 6): "_created_on _modified_on active fields gathered_from held_jobs job_started_at jobs last_job memory "
    "paused paused_until remote_changed_at removed running_job taken_over",
    (
        Job,
        4,
    ): "_created_on _modified_on attempt by complete decision first_started first_started_version full gather_errors "
    "gather_finished gather_started gathered held kind lost memory number options pruned seen_since source_id source_version "
    "statistics_kept status unchanged",
    (
        Job,
        5,
    ): "_created_on _modified_on attempt by complete decision first_started first_started_version forgotten full "
    "gather_errors gather_finished gather_started gathered held kind lost memory number options pruned seen_since source_id "
    "source_version statistics_kept status unchanged",
    (
        Job,
        6,
    ): "_created_on _modified_on all_imported attempt by complete decision first_started first_started_version forgotten full "
    "gather_errors gather_finished gather_started gathered held kind lost memory number options pruned seen_since source_id "
    "source_version statistics_kept status unchanged",
}
"""What an aggregate remembers, by class and version: who changes it raises SNAPSHOT_VERSION and adds a line."""


def test_what_a_snapshot_holds_changes_only_with_its_version(emptied: Parts) -> None:
    source = source_with_history(emptied, 1)
    job = emptied.application.create_job(source)
    for cls, identity in ((HarvestSource, source), (Job, job)):
        remembered = emptied.application.load(cls, identity).snapshot_state()

        assert " ".join(sorted(remembered)) == REMEMBERED[cls, cls.SNAPSHOT_VERSION]
