"""What became of every record of every job? Table object, shown as harvest_object and harvest_object_extra."""

from typing import Protocol

from domain.deletions import HELD
from domain.objects import REPORT_STATUS
from projections.recorded import Changes, Handler, Recorded

ADDITIVE = frozenset({"retry_times"})
MERGED = frozenset({"extras"})


class Batch(Protocol):
    """What this fold changes."""

    objects: Changes


def gathered(batch: Batch, event: Recorded) -> None:
    """A new row, WAITING."""
    state = event.state
    batch.objects.rows[event.stream] = {
        "guid": state["guid"],
        "harvest_job_id": state["job_id"],
        "harvest_source_id": state["source_id"],
        "action": state["action"],
        "state": "WAITING",
        "content_hash": state["content_hash"],
        "extras": state["extras"],
        "metadata_modified_date": state["metadata_modified"],
        "gathered": state["timestamp"],
        "retry_times": 0,
    }


def fetched(batch: Batch, event: Recorded) -> None:
    """Its document is there."""
    state = event.state
    batch.objects.update(
        event.stream,
        state="IMPORT",
        content_hash=state["content_hash"],
        fetch_finished=state["timestamp"],
        extras=state["extras"] or None,
    )


def identified(batch: Batch, event: Recorded) -> None:
    """Its guid is another."""
    batch.objects.update(event.stream, guid=event.state["guid"])


def located(batch: Batch, event: Recorded) -> None:
    """It has an error, and its original is at this address."""
    batch.objects.update(event.stream, original_url=event.state["original_url"])


def imported(batch: Batch, event: Recorded) -> None:
    """Done."""
    state = event.state
    batch.objects.update(
        event.stream,
        state="COMPLETE",
        report_status=REPORT_STATUS[state["status"]],
        package_id=state["package_id"],
        import_finished=state["timestamp"],
    )


def removed(batch: Batch, event: Recorded) -> None:
    """What became of its dataset in the target."""
    state = event.state
    batch.objects.update(
        event.stream,
        package_id=state["package_id"],
        removed=state["how"],
        removed_until=state["until"],
        removed_title=state["title"] or None,
    )


def failed(batch: Batch, event: Recorded) -> None:
    """Failed for good, or waiting for the next attempt."""
    if event.state["retry_at"] is None:
        batch.objects.update(
            event.stream, state="ERROR", report_status="errored", import_finished=event.state["timestamp"], retry_times=1
        )
    else:
        batch.objects.update(event.stream, state="WAITING", retry_times=1)


def skipped(batch: Batch, event: Recorded) -> None:
    """Nothing was to be done; a deletion that is held waits for a person."""
    columns = {"state": "COMPLETE", "report_status": "not modified", "import_finished": event.state["timestamp"]}
    if event.state["reason"] == HELD:
        columns["removed"] = HELD
    batch.objects.update(event.stream, **columns)


HANDLERS: dict[str, Handler] = {
    "object.gathered": gathered,
    "object.fetched": fetched,
    "object.identified": identified,
    "object.located": located,
    "object.imported": imported,
    "object.removed": removed,
    "object.failed": failed,
    "object.skipped": skipped,
}
