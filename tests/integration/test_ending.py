"""The duty that ends jobs: none is ended twice while its end is not projected, however many that are."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from adapters.bootstrap import Parts
from adapters.duties import ending
from adapters.duties.ending import EndJobs
from adapters.postgres.work.pending_work import PendingWork
from domain.jobs import Job
from domain.rules import Progress
from domain.sources import HarvestSource, SourceFields

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ENDS = "SELECT count(*) FROM events.stored_event WHERE topic = 'job.finished'"


def empty_job(parts: Parts) -> UUID:
    """A job whose gather brought nothing: it is over."""
    name = f"city-{uuid4()}"
    source = parts.application.register_source(SourceFields(name, f"http://{name}.example", "noop"), "admin")
    job = parts.application.start_gather(parts.application.create_job(source), "worker")
    parts.application.finish_gather(job, complete=True, full=False, deletions=0)
    parts.work_projector().catch_up()
    return job.id


@pytest.mark.parametrize("remembered", [1, 200])
def test_a_job_is_ended_once_though_its_end_is_projected_late(
    emptied: Parts, monkeypatch: pytest.MonkeyPatch, remembered: int
) -> None:
    monkeypatch.setattr(ending, "FORGET", remembered)
    jobs = [empty_job(emptied) for _ in range(3)]
    duty = EndJobs(emptied.application, PendingWork(emptied.database))
    duty.run(NOW)
    asked: list[Mapping[UUID, Progress]] = []
    finish_jobs = emptied.application.finish_jobs

    def finish(over: Mapping[UUID, Progress]) -> dict[UUID, HarvestSource]:
        asked.append(over)
        return finish_jobs(over)

    monkeypatch.setattr(emptied.application, "finish_jobs", finish)

    duty.run(NOW)
    emptied.work_projector().catch_up()
    later = empty_job(emptied)
    duty.run(NOW)

    assert [set(over) for over in asked] == [{later}]
    assert emptied.database.query(ENDS) == [(4,)]
    assert {job.status for job in emptied.application.load_many(Job, [*jobs, later]).values()} == {"Finished"}


def test_the_line_of_a_jobs_end_names_its_source(emptied: Parts, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    job = empty_job(emptied)
    source = emptied.application.load(HarvestSource, UUID(emptied.application.load(Job, job).source_id))

    EndJobs(emptied.application, PendingWork(emptied.database)).run(NOW)

    assert f"job {job} of source {source.fields.name} finished" in caplog.text
