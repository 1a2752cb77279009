"""What went wrong, with which record? Tables harvest_gather_error and harvest_object_error."""

from typing import Protocol

from domain.objects import REPORTED
from projections.logs import line_id
from projections.recorded import Changes, Handler, Recorded


class Batch(Protocol):
    """What this fold changes."""

    gather_errors: Changes
    object_errors: Changes


def gather_error(batch: Batch, event: Recorded) -> None:
    """One row per error of gather."""
    state = event.state
    row = {"harvest_job_id": event.stream, "created": state["timestamp"]}
    batch.gather_errors.insert(line_id(event), row | {name: state[name] for name in ("message", "code", "guid")})


def object_error(batch: Batch, event: Recorded) -> None:
    """One row per error or warning that is no outcome."""
    state = event.state
    row = {"harvest_object_id": event.stream, "created": state["timestamp"]}
    batch.object_errors.insert(line_id(event), row | {name: state[name] for name in ("message", "stage", "line", "level")})


def failed(batch: Batch, event: Recorded) -> None:
    """One row per failure, whether it is tried again or not; errors that the harvester reported have rows already."""
    state = event.state
    if state["code"] == REPORTED:
        return
    row = {"harvest_object_id": event.stream, "created": state["timestamp"]}
    batch.object_errors.insert(
        line_id(event), row | {name: state[name] for name in ("message", "stage", "code")} | {"level": "error"}
    )


HANDLERS: dict[str, Handler] = {
    "job.gather_error_recorded": gather_error,
    "object.error_recorded": object_error,
    "object.failed": failed,
}
