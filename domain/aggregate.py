"""The base of all aggregates, and how their events are encoded.

Every event class has a short explicit TOPIC (`object.fetched`): stored names never depend on Python paths. Events are for
ever: fields may be added with a default, never renamed or removed (see `stored_events.py`).
"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import orjson
from eventsourcing.domain import Aggregate, CanMutateAggregate
from eventsourcing.persistence import Transcoder

from domain.text import clean

State = dict[str, Any]
BY_STREAM = {"_id", "_version", "_pending_events"}
NUL = rb"\u0000"  # as JSON has it
SHORT_TIMES = orjson.OPT_UTC_Z  # "Z" for "+00:00": 5 bytes of each of the billions of events


class StoredAggregate(Aggregate):
    """An aggregate whose events have explicit topics."""

    SNAPSHOT_VERSION: ClassVar[int] = 0  # raised whenever what it remembers changes; 0: its streams are short

    @property
    def ended(self) -> bool:
        """True when nothing can change any more: no snapshots are kept of it."""
        return False

    def snapshot_state(self) -> State:
        """What it remembers, as JSON values and times."""
        return {name: value for name, value in vars(self).items() if name not in BY_STREAM}

    def restore_state(self, state: State) -> None:
        """Remember what `snapshot_state` gave."""
        vars(self).update(state)

    class Event(Aggregate.Event):
        """Something that happened to an aggregate."""

    def trigger_event(self, event_class: type[CanMutateAggregate[UUID]], **kwargs: Any) -> None:
        """The library's method without its look at the topic, which was checked when the class was made: half the time."""
        timestamp = kwargs.pop("timestamp", None) or event_class.create_timestamp()
        new: Any = event_class
        event = new(originator_id=self._id, originator_version=self._version + 1, timestamp=timestamp, **kwargs)
        event.apply(self)  # `mutate` would ask whether it is this aggregate's next event
        self._version += 1
        self._modified_on = timestamp
        self._pending_events.append(event)


# The library derives a class `Created` for every subclass, which then lacks a topic: ours name their first event themselves.
delattr(StoredAggregate, "Created")


class Created(StoredAggregate.Event, Aggregate.Created):
    """The first event of a stream."""


class OrjsonTranscoder(Transcoder):
    """JSON bytes; dates as ISO 8601 text, UUIDs as text. Only `timestamp` comes back as a datetime."""

    def encode(self, obj: Any) -> bytes:
        """Encode an event's state; text that no table could hold (NUL, lone surrogates) has U+FFFD in its place."""
        try:
            data = orjson.dumps(obj, option=SHORT_TIMES)
        except TypeError:
            return orjson.dumps(_clean(obj), option=SHORT_TIMES)
        return orjson.dumps(_clean(obj), option=SHORT_TIMES) if NUL in data else data

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
