"""Which datasets does each source hold? Table dataset: the fact with the largest number counts.

The write side keeps the same in ops.dataset, for its decisions.
"""

from typing import NamedTuple, Protocol
from uuid import UUID

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


class Batch(Protocol):
    """What this fold changes: the newest fact by (source, guid)."""

    datasets: dict[tuple[str, str], DatasetFact]


def imported(batch: Batch, event: Recorded) -> None:
    """An import that changed something is a fact about its dataset; one that found it unchanged is none."""
    state = event.state
    if state["status"] == "unchanged":
        return
    key = (state["source_id"], state["guid"])
    known = batch.datasets.get(key)
    if known is None or known.event_number < event.number:
        batch.datasets[key] = DatasetFact(
            *key,
            state["package_id"],
            event.stream,
            state["content_hash"],
            "deleted" if state["status"] == "deleted" else "active",
            state["timestamp"],
            event.number,
        )


HANDLERS: dict[str, Handler] = {"object.imported": imported}
