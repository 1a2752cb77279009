"""What went wrong, with which record? Tables harvest_gather_error and harvest_object_error.

An object's error doesn't name its job and guid; where the object was gathered in an earlier batch, whoever stores the row adds
them. The guid is no column: causes are told by it (`projections.causes`).
"""

from typing import Protocol

from domain.errors import REPORTED
from projections.logs import line_id
from projections.recorded import Changes, Handler, Recorded, Row
from projections.statistics import Statistics


class Batch(Protocol):
    """What this fold changes."""

    gather_errors: Changes
    object_errors: Changes
    objects: Changes
    statistics: Statistics


def gather_error(batch: Batch, event: Recorded) -> None:
    """One row per error of gather."""
    state = event.state
    row = {"harvest_job_id": event.stream, "created": state["timestamp"]}
    batch.gather_errors.insert(line_id(event), row | {name: state[name] for name in ("message", "code", "guid")})


def object_error(batch: Batch, event: Recorded) -> None:
    """One row per error or warning that is no outcome."""
    state = event.state
    row = _of_object(batch, event)
    batch.object_errors.insert(line_id(event), row | {name: state[name] for name in ("message", "stage", "line", "level")})


def failed(batch: Batch, event: Recorded) -> None:
    """One row per failure, whether it is tried again or not; errors that the harvester reported have rows already."""
    state = event.state
    if state["code"] == REPORTED:
        return
    row = _of_object(batch, event)
    batch.object_errors.insert(
        line_id(event), row | {name: state[name] for name in ("message", "stage", "code")} | {"level": "error"}
    )


def _of_object(batch: Batch, event: Recorded) -> Row:
    job = batch.statistics.job_of.get(event.stream)
    columns = batch.objects.rows.get(event.stream) or batch.objects.updates.get(event.stream) or {}
    ids = {"harvest_object_id": event.stream, "harvest_job_id": job, "guid": columns.get("guid")}
    return {**ids, "created": event.state["timestamp"]}


HANDLERS: dict[str, Handler] = {
    "job.gather_error_recorded": gather_error,
    "object.error_recorded": object_error,
    "object.failed": failed,
}
