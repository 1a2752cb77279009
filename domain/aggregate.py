"""The base of all aggregates, and how their events are named and read back.

Every event class has a short explicit TOPIC (`object.fetched`): stored names never depend on Python paths. Events are for
ever: fields may be added with a default, never renamed or removed. A field that is added gets a new `class_version` on the
event class and an entry in UPCASTERS, which the mapper and the batch projectors share.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from eventsourcing.domain import Aggregate, CanMutateAggregate
from eventsourcing.persistence import Mapper, StoredEvent, Transcoder
from eventsourcing.utils import get_topic, resolve_topic

from domain.errors import UnknownEvent
from domain.text import clean

State = dict[str, Any]
NUL = rb"\u0000"  # as JSON has it

UPCASTERS: dict[str, dict[int, Callable[[State], None]]] = {}
"""topic -> {version n: function that turns a state of version n into one of version n + 1, in place}."""


class StoredAggregate(Aggregate):
    """An aggregate whose events have explicit topics."""

    class Event(Aggregate.Event):
        """Something that happened to an aggregate."""

    def trigger_event(self, event_class: type[CanMutateAggregate[UUID]], **kwargs: Any) -> None:
        """The library's method without its look at the topic, which was checked when the class was made: half the time."""
        timestamp = kwargs.pop("timestamp", None) or event_class.create_timestamp()
        new: Any = event_class
        event = new(originator_id=self.id, originator_version=self.version + 1, timestamp=timestamp, **kwargs)
        event.mutate(self)
        self.pending_events.append(event)


# The library derives a class `Created` for every subclass, which then lacks a topic: ours name their first event themselves.
delattr(StoredAggregate, "Created")


class Created(StoredAggregate.Event, Aggregate.Created):
    """The first event of a stream."""


class OrjsonTranscoder(Transcoder):
    """JSON bytes; dates as ISO 8601 text, UUIDs as text. Only `timestamp` comes back as a datetime."""

    def encode(self, obj: Any) -> bytes:
        """Encode an event's state; text that no table could hold (NUL, lone surrogates) has U+FFFD in its place."""
        try:
            data = orjson.dumps(obj)
        except TypeError:
            return orjson.dumps(_clean(obj))
        return orjson.dumps(_clean(obj)) if NUL in data else data

    def decode(self, data: bytes) -> State:
        """Decode an event's state."""
        state: State = orjson.loads(data)
        state["timestamp"] = datetime.fromisoformat(state["timestamp"])
        return state


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {_clean(key): _clean(entry) for key, entry in value.items()}
    return [_clean(entry) for entry in value] if isinstance(value, list | tuple) else value


@cache
def class_versions() -> dict[str, int]:
    """The newest version known of every event topic."""
    return {topic: getattr(cls, "class_version", 1) for topic, cls in event_classes().items()}


def event_classes() -> dict[str, type[StoredAggregate.Event]]:
    """Every event class by its topic."""
    from domain import jobs, objects, sources  # noqa: F401  imported here, since they need this module first

    members = (value for aggregate in StoredAggregate.__subclasses__() for value in vars(aggregate).values())
    events = (value for value in members if isinstance(value, type) and issubclass(value, StoredAggregate.Event))
    return {get_topic(cls): cls for cls in events if hasattr(cls, "TOPIC")}


def upcast(topic: str, state: State, known: dict[str, int]) -> State:
    """Bring the state of a stored event to the newest version of its class, in place.

    Raises UnknownEvent for a topic or a version that this program doesn't know: a projector must stop there, not skip.
    """
    newest = known.get(topic)
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
        known = class_versions()
        if "class_version" in state or stored_event.topic in UPCASTERS or stored_event.topic not in known:
            upcast(stored_event.topic, state, known)
        state["originator_id"] = stored_event.originator_id
        state["originator_version"] = stored_event.originator_version
        cls = resolve_topic(stored_event.topic)
        domain_event = object.__new__(cls)
        object.__setattr__(domain_event, "__dict__", state)
        return domain_event
