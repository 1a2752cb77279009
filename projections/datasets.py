"""Which datasets does each source hold? Table dataset: the fact of the newest job counts, then the one with the largest number.

A job that was aborted may still tell of an import after a later job has. Which job is newer is the number in the object's id.

The write side keeps the same in ops.dataset, for its decisions.
"""

from typing import NamedTuple, Protocol
from uuid import UUID

from domain.objects import job_number
from projections.recorded import Handler, Recorded


class DatasetFact(NamedTuple):
    """What an import said about the dataset of a source's guid."""

    source_id: str
    guid: str
    package_id: str | None
    object_id: UUID
    content_hash: str | None
    state: str  # active or deleted
    imported: str
    event_number: int
    job_number: int
    metadata_modified: str | None
    validators: dict[str, str]

    @property
    def order(self) -> tuple[int, int]:
        """What makes one fact newer than another."""
        return self.job_number, self.event_number


class Batch(Protocol):
    """What this fold changes: the newest fact by (source, guid)."""

    datasets: dict[tuple[str, str], DatasetFact]


def imported(batch: Batch, event: Recorded) -> None:
    """An import that changed something is a fact about its dataset; one that found it unchanged isn't."""
    state = event.state
    if state["status"] == "unchanged":
        return
    fact = DatasetFact(
        state["source_id"],
        state["guid"],
        state["package_id"],
        event.stream,
        state["content_hash"],
        "deleted" if state["status"] == "deleted" else "active",
        state["timestamp"],
        event.number,
        job_number(event.stream) or 0,
        state["metadata_modified"],
        state["validators"],
    )
    key = (fact.source_id, fact.guid)
    earlier = batch.datasets.get(key)
    if earlier is None or earlier.order < fact.order:
        batch.datasets[key] = fact


HANDLERS: dict[str, Handler] = {"object.imported": imported}
