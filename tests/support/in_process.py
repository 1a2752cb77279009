"""Runs jobs in the test's own process, without broker and workers."""

from uuid import UUID

from adapters import bootstrap
from adapters.parts import Parts
from adapters.postgres.read_model.queries import ReadModel, Row


def run_job(parts: Parts, job_id: str) -> Row:
    """Run a job that was made, of any kind, to its end; its row."""
    run = bootstrap.test_run(parts, lambda _: None, let_through=False)
    run._run_stages(UUID(job_id), None)
    row = ReadModel(parts.database).job(job_id)
    assert row is not None
    return row
