"""Events as projectors read them, and the changes that folding them makes to tables.

A fold is a plain function of a batch of events; a batch is any run of the log, or any number of whole streams. Both must give
the same rows in the end, so a fold uses nothing but the events: what crosses streams is "the fact with the largest number".
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, cast
from uuid import UUID

import orjson

from domain.stored_events import class_versions, first_versions, upcast

Row = dict[str, Any]
Key = UUID | str


class Recorded(NamedTuple):
    """One event of the log. `number` is its notification id; `state` is at the newest version of its class.

    `state["timestamp"]` is when the database stored the event (ISO 8601, UTC), not what its writer's clock said.
    """

    number: int
    stream: UUID
    version: int
    topic: str
    state: dict[str, Any]
    written: str = ""  # the time by its writer's clock, which only the ids of a job's objects follow


# A named tuple's own way to make one goes through two Python functions, and there is one for every event of the log.
_recorded = cast("Callable[[tuple[int, UUID, int, str, dict[str, Any], str]], Recorded]", partial(tuple.__new__, Recorded))

StoredRow = tuple[int, UUID, int, str, bytes, datetime]
"""notification id, stream, version, topic, state, when it was stored (UTC without zone): as it lies in the log."""


def decode(rows: Iterable[StoredRow]) -> list[Recorded]:
    """Decode stored events at the newest version of their class. Raises UnknownEvent: a projector stops, it never skips."""
    versions, never_changed = class_versions(), first_versions()
    events, loads = [], orjson.loads
    for number, stream, version, topic, stored, recorded in rows:
        state = loads(stored)
        if topic not in never_changed or "class_version" in state:
            state = upcast(topic, state, versions)
        written, state["timestamp"] = state["timestamp"], recorded.isoformat() + "+00:00"
        events.append(_recorded((number, stream, version, topic, state, written)))
    return events


@dataclass(slots=True)
class Changes:
    """New rows of a table and changes to rows that are there, by key. A change of None leaves the column as it is.

    `additive` columns are summed, `merged` ones (dicts) merged, others replaced.
    """

    additive: frozenset[str] = frozenset()
    merged: frozenset[str] = frozenset()
    rows: dict[Key, Row] = field(default_factory=dict)
    updates: dict[Key, Row] = field(default_factory=dict)

    def insert(self, key: Key, row: Row) -> None:
        """Add a row that isn't in the table yet."""
        self.rows[key] = row

    def update(self, key: Key, **columns: Any) -> None:
        """Change a row, of this batch or of the table."""
        row = self.rows.get(key)
        if row is None:
            row = self.updates.setdefault(key, {})
        for name, value in columns.items():
            if value is None:
                continue
            if name in self.additive:
                row[name] = (row.get(name) or 0) + value
            elif name in self.merged:
                row[name] = {**(row.get(name) or {}), **value}
            else:
                row[name] = value


Handler = Callable[[Any, Recorded], None]


def merge_handlers(*handlers: Mapping[str, Handler]) -> dict[str, tuple[Handler, ...]]:
    """All handlers by topic."""
    topics = {topic for table in handlers for topic in table}
    return {topic: tuple(table[topic] for table in handlers if topic in table) for topic in topics}
