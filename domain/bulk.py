"""What may be done to many sources at once, and whether a source is still as it was when it was counted: pure rules."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from domain.access import Right
from domain.sources import HarvestSource

HARVEST, PAUSE, RESUME, SCHEDULE, CLEAR, DELETE = "harvest", "pause", "resume", "schedule", "clear", "delete"


@dataclass(frozen=True)
class ForOne:
    """The action that does the same to one source, and the right that it asks for."""

    name: str
    right: Right = Right.EDIT
    reads: bool = False


ACTIONS: Mapping[str, ForOne] = {
    HARVEST: ForOne("harvest_job_create"),
    PAUSE: ForOne("harvest_source_pause"),
    RESUME: ForOne("harvest_source_resume"),
    SCHEDULE: ForOne("harvest_source_patch"),
    CLEAR: ForOne("harvest_source_clear"),
    DELETE: ForOne("harvest_source_delete"),
}
REMOVING = (CLEAR, DELETE)
"""Datasets may go: these are only done to a source that has had no job since it was counted."""
DONE, SKIPPED = "done", "skipped"
NO_RIGHT = "You may not change it any more"
MOST_SOURCES = 10_000


def state_of(source: HarvestSource, action: str) -> str:
    """A hash of what must not have changed between the counting of a set and its carrying out."""
    facts: dict[str, Any] = {
        "fields": {**asdict(source.fields), "extras": dict(source.fields.extras)},
        "active": source.active,
        "removed": source.removed,
        "paused": [source.paused, source.paused_until],
    }
    if action in REMOVING:
        facts["jobs"] = [source.last_job, source.running_job]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:32]


def as_wanted(source: HarvestSource, action: str, options: Mapping[str, Any]) -> bool:
    """Whether a source that has changed is what the action would make of it: by an earlier try, or somebody did the same."""
    if action == DELETE:
        return bool(source.removed)
    if source.removed:
        return False
    if action == PAUSE:
        return source.paused and _time(source.paused_until) == _time(options.get("until"))
    if action == RESUME:
        return not source.paused
    if action == SCHEDULE:
        return (source.fields.frequency, source.fields.cron) == (options["frequency"], options["cron"])
    return False


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def job_id(bulk_id: UUID, source_id: UUID) -> UUID:
    """The id of the job that a bulk action makes for a source: the same one however often it is tried."""
    return uuid5(NAMESPACE_OID, f"bulk {bulk_id} {source_id}")
