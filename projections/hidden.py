"""Which datasets are hidden in the target, and until when? Table ops.hidden_dataset; the newest fact of a dataset counts.

A dataset that is imported again, or deleted for good, is no longer hidden: that is a later fact of another object. The latter
changes nothing of what the source holds, so `object.removed` alone tells it.
"""

from typing import NamedTuple, Protocol
from uuid import UUID

from domain.objects import job_number
from projections.recorded import Handler, Recorded


class HiddenFact(NamedTuple):
    """What an import said that hid a dataset, or took it out; then `due_at` is None."""

    source_id: str
    guid: str
    package_id: str | None
    title: str
    due_at: str | None
    object_id: UUID
    event_number: int
    job_number: int

    @property
    def order(self) -> tuple[int, int]:
        """What makes one fact newer than another."""
        return self.job_number, self.event_number


class Batch(Protocol):
    """What this fold changes: the newest fact by (source, guid)."""

    hidden: dict[tuple[str, str], HiddenFact]


def removed(batch: Batch, event: Recorded) -> None:
    """A dataset that was hidden is to be deleted later; any other end of it leaves nothing to do."""
    state = event.state
    number = job_number(event.stream) or 0
    names = (state["source_id"], state["guid"], state["package_id"], state["title"])
    due_at = state["until"] if state["how"] == "hidden" else None
    fact = HiddenFact(*names, due_at, event.stream, event.number, number)
    earlier = batch.hidden.get((fact.source_id, fact.guid))
    if earlier is None or earlier.order < fact.order:
        batch.hidden[fact.source_id, fact.guid] = fact


HANDLERS: dict[str, Handler] = {"object.removed": removed}
