"""What is the state of every job? Table harvest_job."""

from typing import NamedTuple, Protocol

from projections.recorded import Changes, Handler, Recorded


class Pruned(NamedTuple):
    """Objects of a job are gone, with ids from `first` to `last` (None: not known which), and `more` will go soon."""

    job: str
    first: str | None
    last: str | None
    more: bool


class Batch(Protocol):
    """What this fold changes."""

    jobs: Changes
    pruned: list[Pruned]


def created(batch: Batch, event: Recorded) -> None:
    """A new row, status New."""
    state = event.state
    row = {name: state[name] for name in ("source_id", "kind", "trigger")}
    batch.jobs.insert(event.stream, row | {"created": state["timestamp"], "created_by": state["by"], "status": "New"})


def gather_started(batch: Batch, event: Recorded) -> None:
    """Running; a further attempt starts from the beginning."""
    batch.jobs.update(event.stream, status="Running", gather_started=event.state["timestamp"])


def gather_finished(batch: Batch, event: Recorded) -> None:
    """All is gathered."""
    state = event.state
    batch.jobs.update(event.stream, gather_finished=state["timestamp"], complete=state["complete"], full_listing=state["full"])


def aborted(batch: Batch, event: Recorded) -> None:
    """Stopped by a person."""
    batch.jobs.update(event.stream, status="Aborted", outcome="aborted", finished=event.state["timestamp"])


def finished(batch: Batch, event: Recorded) -> None:
    """Every object has an outcome."""
    batch.jobs.update(event.stream, status="Finished", outcome=event.state["outcome"], finished=event.state["timestamp"])


def deletions_held(batch: Batch, event: Recorded) -> None:
    """Deletions wait for a person, that many."""
    batch.jobs.update(event.stream, held=event.state["guids"], held_of=event.state["known"])


def deletions_approved(batch: Batch, event: Recorded) -> None:
    """They are carried out by another job."""
    batch.jobs.update(event.stream, decision="approved")


def deletions_rejected(batch: Batch, event: Recorded) -> None:
    """They are dropped."""
    batch.jobs.update(event.stream, decision="rejected")


def pruned(batch: Batch, event: Recorded) -> None:
    """Rows of objects go with their streams."""
    state = event.state
    batch.pruned.append(Pruned(str(event.stream), state["first"], state["last"], state["more"]))


HANDLERS: dict[str, Handler] = {
    "job.created": created,
    "job.gather_started": gather_started,
    "job.gather_finished": gather_finished,
    "job.deletions_held": deletions_held,
    "job.deletions_approved": deletions_approved,
    "job.deletions_rejected": deletions_rejected,
    "job.aborted": aborted,
    "job.finished": finished,
    "job.pruned": pruned,
}
