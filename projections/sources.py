"""Which sources are there, and what are their settings? Table harvest_source."""

from typing import Protocol

from projections.recorded import Changes, Handler, Recorded

COLUMNS = {
    "name": "name",
    "url": "url",
    "title": "title",
    "notes": "description",
    "config": "config",
    "type": "type",
    "frequency": "frequency",
    "owner_org": "owner_org",
    "private": "private",
    "extras": "extras",
}
"""Field of the source -> column of the table."""


class Batch(Protocol):
    """What this fold changes."""

    sources: Changes


def registered(batch: Batch, event: Recorded) -> None:
    """A new row."""
    state = event.state
    row = {column: state[field] for field, column in COLUMNS.items()}
    row |= {"active": state["state"] == "active", "created": state["timestamp"], "user_id": state["by"], "publisher_id": ""}
    row["modified"] = state["timestamp"]
    batch.sources.insert(event.stream, row)


def changed(batch: Batch, event: Recorded) -> None:
    """The new values. Secrets that are only encrypted otherwise are no change of the source."""
    changes = {COLUMNS[field]: after for field, (_, after) in event.state["changes"].items() if field in COLUMNS}
    if not event.state["resealed"]:
        changes["modified"] = event.state["timestamp"]
    if changes:
        batch.sources.update(event.stream, **changes)


def deactivated(batch: Batch, event: Recorded) -> None:
    """No longer harvested."""
    batch.sources.update(event.stream, active=False, modified=event.state["timestamp"])


def reactivated(batch: Batch, event: Recorded) -> None:
    """Harvested again."""
    batch.sources.update(event.stream, active=True, modified=event.state["timestamp"])


def removed(batch: Batch, event: Recorded) -> None:
    """Only in lists of all sources from now on."""
    batch.sources.update(event.stream, removed=event.state["datasets"], modified=event.state["timestamp"])


def restored(batch: Batch, event: Recorded) -> None:
    """Entered again."""
    batch.sources.update(event.stream, removed="", modified=event.state["timestamp"])


HANDLERS: dict[str, Handler] = {
    "source.registered": registered,
    "source.changed": changed,
    "source.deactivated": deactivated,
    "source.reactivated": reactivated,
    "source.removed": removed,
    "source.restored": restored,
}
