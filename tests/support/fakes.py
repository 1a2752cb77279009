"""Fakes that pass the contract suites of the real things: the event log in a list, a target in a dict."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from eventsourcing.persistence import ApplicationRecorder, IntegrityError, Notification, StoredEvent, Subscription

from domain.errors import Conflict, GuardConflict
from harvesters.base import Harvester, HarvestObject, Imported, Package
from harvesters.testing.catalogue import Catalogue as MemoryTarget

__all__ = ["MemoryLog", "MemoryTarget", "import_object"]


class MemoryLog(ApplicationRecorder):
    """The event log in a list. `before_append` are called one by one, each just before an append: somebody was faster."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[StoredEvent] = []
        self._streams: defaultdict[UUID, list[StoredEvent]] = defaultdict(list)  # the same by stream, in order
        self.before_append: list[Callable[[], object]] = []
        self.appends = 0

    def append(self, events: Sequence[StoredEvent], guard: Mapping[UUID, int] | None = None) -> frozenset[UUID]:
        self.appends += 1
        if self.before_append:
            self.before_append.pop(0)()
        if guard and any(self._version(stream) != version for stream, version in guard.items()):
            raise GuardConflict(guard)
        conflicts = frozenset(stream for stream in {_uuid(event) for event in events} if not self._follows(stream, events))
        for event in events:
            if _uuid(event) not in conflicts:
                self.events.append(event)
                self._streams[_uuid(event)].append(event)
        return conflicts

    def _version(self, stream: UUID) -> int:
        events = self._streams.get(stream)
        return events[-1].originator_version if events else 0

    def _follows(self, stream: UUID, events: Sequence[StoredEvent]) -> bool:
        versions = [event.originator_version for event in events if event.originator_id == stream]
        first = self._version(stream) + 1
        return versions == list(range(first, first + len(versions)))

    def select_streams(
        self, ids: Sequence[UUID], after: Mapping[UUID, int] | None = None, upto: Mapping[UUID, int] | None = None
    ) -> list[StoredEvent]:
        wanted: list[StoredEvent] = []
        for stream in sorted(set(ids)):
            start, end = (after or {}).get(stream, 0), (upto or {}).get(stream, 2**62)
            wanted += [event for event in self._streams.get(stream, ()) if start < event.originator_version <= end]
        return wanted

    def recorded(self, streams: Sequence[UUID], version: int) -> dict[UUID, datetime]:
        times = {stream: self.recorded_at(stream, version) for stream in streams}
        return {stream: time for stream, time in times.items() if time is not None}

    def recorded_at(self, stream: UUID, version: int) -> datetime | None:
        events = self.select_events(stream, gt=version - 1, lte=version)
        return datetime.fromisoformat(orjson.loads(events[0].state)["timestamp"]) if events else None

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        first: dict[UUID, int] = {}
        for event in stored_events:
            first.setdefault(_uuid(event), event.originator_version - 1)
        try:
            self.append(stored_events, guard=first)
        except Conflict as error:
            raise IntegrityError(str(error)) from error
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        stream = originator_id if isinstance(originator_id, UUID) else UUID(originator_id)
        events = [event for event in self._streams.get(stream, ()) if event.originator_version > (gt or 0)]
        events = [event for event in events if lte is None or event.originator_version <= lte]
        return (events[::-1] if desc else events)[:limit]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        first = (start or 1) if inclusive_of_start else (start or 0) + 1
        numbered = [(number, event) for number, event in enumerate(self.events, 1) if number >= first]
        wanted = [(n, e) for n, e in numbered if (stop is None or n <= stop) and (not topics or e.topic in topics)]
        return [Notification(e.originator_id, e.originator_version, e.topic, e.state, n) for n, e in wanted[:limit]]

    def max_notification_id(self) -> int | None:
        return len(self.events) or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        raise NotImplementedError


def _uuid(event: StoredEvent) -> UUID:
    return event.originator_id if isinstance(event.originator_id, UUID) else UUID(event.originator_id)


def import_object(harvester: Harvester, one: HarvestObject) -> Imported:
    """Run the import stage, and store what it returns as a worker does."""
    result = harvester.import_stage(one)
    if isinstance(result, Package):
        return harvester.save_package(result.fields, one)
    assert isinstance(result, Imported)
    return result
