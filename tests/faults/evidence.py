"""What fault tests look at: jobs that end although roles do, how often records were run, how many outcomes they have."""

from collections import Counter
from pathlib import Path

from adapters.postgres.read_model.queries import Row
from domain.errors import ServiceUnavailable
from tests.support.stack import Stack, wait_for


def ended(stack: Stack, job_id: str, seconds: float = 90.0) -> Row:
    """A job once it has ended; roles that end are started again, as a supervisor would."""

    def row() -> Row | None:
        for role in stack.started():
            stack.restart_when_dead(role)
        try:
            found = stack.model.job(job_id)
        except ServiceUnavailable:
            return None  # the database is away, which may be what the test is about
        return found if found and found["status"] == "Finished" else None

    try:
        job: Row = wait_for(row, seconds, f"job {job_id} ends")
    except AssertionError as error:
        raise AssertionError(f"{error}; it is {stack.model.job(job_id)}\n{pending(stack)}{stack.logs()}") from None
    return job


def pending(stack: Stack) -> str:
    """Where the unfinished objects are: how many are sent, with which worker, until when, delivered how often."""
    statement = """
        SELECT sent, worker, deliveries, count(*), min(lease_until - now()), max(lease_until - now()) FROM ops.work
        GROUP BY 1, 2, 3
    """
    return "".join(f"{row}\n" for row in stack.parts.database.query(statement))


def begun(folder: Path) -> Counter[str]:
    """How often the fetch of each record was begun, as the plugin noted it."""
    notes = folder / "begun"
    return Counter(notes.read_text().split() if notes.exists() else ())


def outcomes(stack: Stack) -> Counter[int]:
    """How many objects have how many outcomes in the log."""
    statement = """
        SELECT count(*) FROM events.stored_event WHERE topic IN ('object.imported', 'object.failed', 'object.skipped')
        GROUP BY originator_id
    """
    return Counter(count for (count,) in stack.parts.database.query(statement))
