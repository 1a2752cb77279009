"""What is left to do, and when? Tables ops.work, job_progress, dataset, hidden_dataset, schedule: state for decisions.

A row of work stands for an unfinished object; it goes with the outcome. An object that is gathered and done within one batch
never gets a row.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from projections import datasets, hidden, schedules, statistics
from projections.datasets import DatasetFact
from projections.hidden import HiddenFact
from projections.recorded import Recorded, Row, merge_handlers
from projections.statistics import Statistics


@dataclass(slots=True)
class WorkBatch:
    """What a batch of events changes."""

    jobs: dict[UUID, Row] = field(default_factory=dict)  # job created -> its columns
    progress: dict[UUID, Row] = field(default_factory=dict)  # job -> columns to set
    ended: set[UUID] = field(default_factory=set)  # jobs
    gathered: dict[UUID, str] = field(default_factory=dict)  # object -> job
    retries: dict[UUID, str] = field(default_factory=dict)  # object -> due at (ISO 8601)
    failures: Counter[UUID] = field(default_factory=Counter)  # object -> failed attempts in this batch
    datasets: dict[tuple[str, str], DatasetFact] = field(default_factory=dict)
    hidden: dict[tuple[str, str], HiddenFact] = field(default_factory=dict)
    validators: dict[tuple[str, str], Row] = field(default_factory=dict)  # of documents that had no news, by (source, guid)
    statistics: Statistics = field(default_factory=Statistics)
    new_schedules: dict[UUID, Row] = field(default_factory=dict)
    schedules: dict[UUID, Row] = field(default_factory=dict)  # source -> columns to set


def created(batch: WorkBatch, event: Recorded) -> None:
    """A job to gather."""
    state = event.state
    batch.jobs[event.stream] = {
        "source_id": state["source_id"],
        "kind": state["kind"],
        "trigger": state["trigger"],
        "options": state["options"],
        "created_at": state["timestamp"],
    }


def gather_started(batch: WorkBatch, event: Recorded) -> None:
    """A worker gathers."""
    columns = {"gather": "running", "attempt": event.state["attempt"], "gather_started_at": event.state["timestamp"]}
    _progress(batch, event, **columns)


def gather_finished(batch: WorkBatch, event: Recorded) -> None:
    """The number of objects is final."""
    _progress(batch, event, gather="finished", complete=event.state["complete"], full_listing=event.state["full"])


def _progress(batch: WorkBatch, event: Recorded, **columns: Any) -> None:
    batch.progress.setdefault(event.stream, {}).update(columns)


def ended(batch: WorkBatch, event: Recorded) -> None:
    """Nothing is left to do for the job."""
    batch.ended.add(event.stream)


def gathered(batch: WorkBatch, event: Recorded) -> None:
    """One object to fetch and import."""
    batch.gathered[event.stream] = event.state["job_id"]


def failed(batch: WorkBatch, event: Recorded) -> None:
    """Due again at a later time, unless that was the outcome."""
    if event.state["retry_at"] is not None:
        batch.retries[event.stream] = event.state["retry_at"]
        batch.failures[event.stream] += 1


def found_unchanged(batch: WorkBatch, event: Recorded) -> None:
    """The same document may come with other validators."""
    state = event.state
    if state["status"] == "unchanged" and state["validators"]:
        columns = {name: state[name] for name in ("source_id", "guid", "content_hash", "validators")}
        key = state["source_id"], state["guid"]
        earlier = batch.validators.get(key, {})
        if any(earlier.get(name) != value for name, value in columns.items()):
            batch.validators[key] = {**columns, "object_id": event.stream}  # the first one that reported them


HANDLERS = merge_handlers(
    {
        "object.imported": found_unchanged,
        "job.created": created,
        "job.gather_started": gather_started,
        "job.gather_finished": gather_finished,
        "job.finished": ended,
        "job.aborted": ended,
        "object.gathered": gathered,
        "object.failed": failed,
    },
    datasets.HANDLERS,
    hidden.HANDLERS,
    statistics.HANDLERS,
    schedules.HANDLERS,
)


def fold(events: Iterable[Recorded]) -> WorkBatch:
    """Fold events in log order."""
    batch = WorkBatch()
    for event in events:
        for handler in HANDLERS.get(event.topic, ()):
            handler(batch, event)
    return batch
