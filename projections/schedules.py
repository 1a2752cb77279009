"""When is each source harvested by itself? Table ops.schedule: its settings, and up to where its slots are done with.

What a source's slots are follows from that by `domain.schedules`; the leader notes when the next job may start.
"""

from typing import Protocol
from uuid import UUID

from projections.recorded import Handler, Recorded, Row

SETTINGS = ("url", "frequency", "cron", "time_zone", "blackout")
TIMING = ("frequency", "cron", "time_zone")
"""What slots follow from: once it changes, only slots from then on count."""


class Batch(Protocol):
    """What this fold changes."""

    new_schedules: dict[UUID, Row]
    schedules: dict[UUID, Row]  # source -> columns to set


def registered(batch: Batch, event: Recorded) -> None:
    """A new row."""
    state = event.state
    batch.new_schedules[event.stream] = {
        "source_id": str(event.stream),
        **{name: state[name] for name in SETTINGS},
        "active": state["state"] == "active",
        "fresh": True,
        "running": False,
        "paused": False,
        "paused_until": None,
        "after": state["timestamp"],
        "planned": False,
        "due_at": None,
    }


def changed(batch: Batch, event: Recorded) -> None:
    """New settings; they count from now on."""
    changes = {name: new for name, (_, new) in event.state["changes"].items() if name in SETTINGS}
    if changes.keys() & {*TIMING}:
        changes["after"] = event.state["timestamp"]
    if changes:
        _set(batch, event, planned=False, **changes)


def deactivated(batch: Batch, event: Recorded) -> None:
    """Nothing starts."""
    _set(batch, event, active=False, planned=False)


def reactivated(batch: Batch, event: Recorded) -> None:
    """Slots from now on count."""
    _set(batch, event, active=True, after=event.state["timestamp"], planned=False)


def paused(batch: Batch, event: Recorded) -> None:
    """Nothing starts for a while; what is missed is caught up once."""
    _set(batch, event, paused=True, paused_until=event.state["until"], planned=False)


def resumed(batch: Batch, event: Recorded) -> None:
    """Jobs start again."""
    _set(batch, event, paused=False, paused_until=None, planned=False)


def job_started(batch: Batch, event: Recorded) -> None:
    """Slots up to that of a scheduled job are done with."""
    slot = event.state["slot"]
    done = {"after": slot, "planned": False} if slot else {}
    _set(batch, event, running=True, fresh=False, **done)


def job_ended(batch: Batch, event: Recorded) -> None:
    """The next one may start."""
    _set(batch, event, running=False)


def _set(batch: Batch, event: Recorded, **columns: object) -> None:
    row = batch.new_schedules.get(event.stream)
    if row is None:
        row = batch.schedules.setdefault(event.stream, {})
    row.update(columns)


HANDLERS: dict[str, Handler] = {
    "source.registered": registered,
    "source.changed": changed,
    "source.deactivated": deactivated,
    "source.reactivated": reactivated,
    "source.paused": paused,
    "source.resumed": resumed,
    "source.job_started": job_started,
    "source.job_ended": job_ended,
}
