"""What happened when? Table log_line, shown by the view harvest_log: a line for every step of a job and every error.

A line names its source, job and object. Where they began in an earlier batch, whoever stores the row adds them.
"""

from typing import Any, Protocol
from uuid import UUID

from projections.recorded import Changes, Handler, Recorded


class Batch(Protocol):
    """What this fold changes."""

    jobs: Changes
    objects: Changes
    log: Changes


def line_id(event: Recorded) -> str:
    """The id of a row that an event makes: its number in the form of a UUID."""
    return str(UUID(int=event.number))


def _line(batch: Batch, event: Recorded, level: str, content: str, **ids: Any) -> None:
    row: dict[str, Any] = {"content": content, "level": level, "created": event.state["timestamp"], **ids}
    batch.log.insert(line_id(event), row)


def _job(batch: Batch, event: Recorded, level: str, content: str) -> None:
    row = batch.jobs.rows.get(event.stream, {})
    ids = {"job_id": event.stream, "source_id": row.get("source_id"), "object_id": None}
    _line(batch, event, level, f"Job {event.stream} {content}", **ids)


def _object(batch: Batch, event: Recorded, level: str, content: str) -> None:
    row = batch.objects.rows.get(event.stream, {})
    ids = {"job_id": row.get("harvest_job_id"), "source_id": row.get("harvest_source_id"), "object_id": event.stream}
    _line(batch, event, level, content, **ids)


def created(batch: Batch, event: Recorded) -> None:
    """A job was asked for."""
    state = event.state
    who = f" by {state['by']}" if state["by"] else ""
    content = f"Job {event.stream} created{who} ({state['kind']}, {state['trigger']}) for source {state['source_id']}"
    _line(batch, event, "INFO", content, job_id=event.stream, source_id=state["source_id"], object_id=None)


def gather_started(batch: Batch, event: Recorded) -> None:
    """A worker gathers."""
    _job(batch, event, "INFO", f"gather started by {event.state['worker']}, attempt {event.state['attempt']}")


def gather_finished(batch: Batch, event: Recorded) -> None:
    """Gather is over."""
    state = event.state
    how = "complete" if state["complete"] else "INCOMPLETE"
    counts = f"{state['gathered']} to import, {state['unchanged']} unchanged, {state['deletions']} removed at the remote"
    _job(batch, event, "INFO" if state["complete"] else "WARNING", f"gather finished, {how}: {counts}")


def gather_error(batch: Batch, event: Recorded) -> None:
    """An error of gather."""
    _job(batch, event, "ERROR", f"gather error: {event.state['message']}")


def aborted(batch: Batch, event: Recorded) -> None:
    """A person stopped the job."""
    _job(batch, event, "WARNING", f"aborted by {event.state['by'] or 'somebody'} {event.state['reason']}".rstrip())


def finished(batch: Batch, event: Recorded) -> None:
    """The job is over."""
    counts = ", ".join(f"{count} {word}" for word, count in event.state["counts"].items() if count)
    _job(batch, event, "INFO", f"{event.state['outcome']}: {counts or 'nothing to do'}")


def object_failed(batch: Batch, event: Recorded) -> None:
    """A record failed."""
    state = event.state
    again = f" (again at {state['retry_at']})" if state["retry_at"] else ""
    content = f"Object {event.stream} failed in {state['stage']}{again}: {state['message']}"
    _object(batch, event, "WARNING" if again else "ERROR", content)


def object_error(batch: Batch, event: Recorded) -> None:
    """A loss that all records of a job have alike, once; others stand with their records."""
    if event.state["level"] == "job_warning":
        _object(batch, event, "WARNING", event.state["message"])


HANDLERS: dict[str, Handler] = {
    "job.created": created,
    "job.gather_started": gather_started,
    "job.gather_finished": gather_finished,
    "job.gather_error_recorded": gather_error,
    "job.aborted": aborted,
    "job.finished": finished,
    "object.error_recorded": object_error,
    "object.failed": object_failed,
}
