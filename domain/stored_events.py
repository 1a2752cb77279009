"""All events by their stored names, and how they are read back at their newest version.

A field that is added to an event gets a new `class_version` on its class and an entry in UPCASTERS, which the mapper and the
batch projectors share.
"""

from collections.abc import Callable
from functools import cache
from typing import Any
from uuid import UUID

from eventsourcing.persistence import Mapper, StoredEvent
from eventsourcing.utils import get_topic, resolve_topic

from domain.aggregate import State, StoredAggregate
from domain.errors import UnknownEvent
from domain.jobs import Job
from domain.objects import HarvestObject
from domain.reserved_values import Reservation
from domain.sent_notices import Notice
from domain.sources import HarvestSource

AGGREGATES = (HarvestSource, Reservation, Job, HarvestObject, Notice)


def _set_level(state: State) -> None:
    """Before version 2 there were no warnings."""
    state["level"] = "error"


def _job_without_number(state: State) -> None:
    state["number"] = state["source_version"] = 0


def _count_unchanged(state: State) -> None:
    state["unchanged"] = len(state["unchanged"])


def _without_seen_since(state: State) -> None:
    state["seen_since"] = None


def _without_statistics(state: State) -> None:
    state["statistics"] = None


def _without_validators(state: State) -> None:
    state["metadata_modified"], state["validators"] = None, {}


def _without_memory(state: State) -> None:
    state["memory"] = {}


def _without_new_memory(state: State) -> None:
    state["memory"] = None


def _without_ids(state: State) -> None:
    state["first"] = state["last"] = None
    state["more"] = False


def _without_schedule(state: State) -> None:
    state["cron"] = state["time_zone"] = state["blackout"] = ""


def _without_slot(state: State) -> None:
    state["slot"] = None


def _not_full(state: State) -> None:
    state["full"] = False


def _without_jobs(state: State) -> None:
    state["jobs"], state["last"] = {}, False


def _not_resealed(state: State) -> None:
    state["resealed"] = False


UPCASTERS: dict[str, dict[int, Callable[[State], None]]] = {
    "job.created": {1: _job_without_number},
    "job.page_gathered": {1: _count_unchanged},
    "job.gather_finished": {1: _without_seen_since, 2: _without_memory},
    "job.finished": {1: _without_statistics},
    "job.pruned": {1: _without_ids},
    "object.error_recorded": {1: _set_level},
    "source.changed": {1: _not_resealed},
    "source.registered": {1: _without_schedule},
    "source.history_cleared": {1: _without_jobs},
    "source.job_started": {1: _without_slot},
    "source.job_ended": {1: _without_new_memory, 2: _not_full},
    "object.imported": {1: _without_validators},
}
"""topic -> {version n: function that turns a state of version n into one of version n + 1, in place}."""


@cache
def class_versions() -> dict[str, int]:
    """The newest version known of every event topic."""
    return {topic: getattr(cls, "class_version", 1) for topic, cls in event_classes().items()}


@cache
def first_versions() -> frozenset[str]:
    """Topics that never changed: a state of theirs that names no version needs no upcaster."""
    return frozenset(topic for topic, version in class_versions().items() if version == 1)


def event_classes() -> dict[str, type[StoredAggregate.Event]]:
    """Every event class by its topic."""
    members = (value for aggregate in AGGREGATES for value in vars(aggregate).values())
    events = (value for value in members if isinstance(value, type) and issubclass(value, StoredAggregate.Event))
    return {get_topic(cls): cls for cls in events if hasattr(cls, "TOPIC")}


def upcast(topic: str, state: State, versions: dict[str, int]) -> State:
    """Bring the state of a stored event to the newest version of its class, in place.

    Raises UnknownEvent for a topic or a version that this program doesn't know: a projector must stop there, not skip.
    """
    newest = versions.get(topic)
    if newest is None:
        raise UnknownEvent(f"the log holds an event {topic!r} that this version of harvestlog doesn't know: upgrade it")
    version = state.pop("class_version", 1)
    if version > newest:
        raise UnknownEvent(f"the log holds version {version} of {topic!r}, newest known is {newest}: upgrade harvestlog")
    while version < newest:
        UPCASTERS[topic][version](state)
        version += 1
    return state


class UpcastingMapper(Mapper[UUID]):
    """The library's mapper, with upcasters looked up by topic."""

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """A stored event as an object of its class, at the class's newest version. Raises UnknownEvent."""
        state = self.transcoder.decode(stored_event.state)
        versions = class_versions()
        if "class_version" in state or stored_event.topic in UPCASTERS or stored_event.topic not in versions:
            upcast(stored_event.topic, state, versions)
        state["originator_id"] = stored_event.originator_id
        state["originator_version"] = stored_event.originator_version
        cls = resolve_topic(stored_event.topic)
        domain_event = object.__new__(cls)
        object.__setattr__(domain_event, "__dict__", state)
        return domain_event
