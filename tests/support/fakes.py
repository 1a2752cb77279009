"""Fakes that pass the contract suites of the real things: the event log in a list, a target in a dict."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import Any
from uuid import UUID

import orjson
from eventsourcing.persistence import ApplicationRecorder, IntegrityError, Notification, StoredEvent, Subscription

from domain.errors import Conflict, GuardConflict, TargetError
from harvesters.base import Harvester, HarvestObject, Imported, Package
from harvesters.dataset import fit
from harvesters.dataset.arranging import Holder, arrange
from harvesters.dataset.numbers import RESERVED, numbered
from harvesters.target import Origin, Owner, Stored


class MemoryLog(ApplicationRecorder):
    """The event log in a list. `before_append` are called one by one, each just before an append: somebody was faster."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[StoredEvent] = []
        self.before_append: list[Callable[[], object]] = []
        self.appends = 0

    def append(self, events: Sequence[StoredEvent], guard: Mapping[UUID, int] | None = None) -> frozenset[UUID]:
        self.appends += 1
        if self.before_append:
            self.before_append.pop(0)()
        if guard and any(self._version(stream) != version for stream, version in guard.items()):
            raise GuardConflict(guard)
        conflicts = frozenset(stream for stream in {_uuid(event) for event in events} if not self._follows(stream, events))
        self.events += [event for event in events if event.originator_id not in conflicts]
        return conflicts

    def _version(self, stream: UUID) -> int:
        return max((event.originator_version for event in self.events if event.originator_id == stream), default=0)

    def _follows(self, stream: UUID, events: Sequence[StoredEvent]) -> bool:
        versions = [event.originator_version for event in events if event.originator_id == stream]
        first = self._version(stream) + 1
        return versions == list(range(first, first + len(versions)))

    def select_streams(
        self, ids: Sequence[UUID], after: Mapping[UUID, int] | None = None, upto: Mapping[UUID, int] | None = None
    ) -> list[StoredEvent]:
        parts = {stream: ((after or {}).get(stream, 0), (upto or {}).get(stream, 2**62)) for stream in ids}
        known = [(event, parts[_uuid(event)]) for event in self.events if _uuid(event) in parts]
        wanted = [event for event, (start, end) in known if start < event.originator_version <= end]
        return sorted(wanted, key=lambda event: (_uuid(event), event.originator_version))

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
        events = [event for event in self.events if event.originator_id == originator_id]
        events = [event for event in events if event.originator_version > (gt or 0)]
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


def _origin(owner: Owner, state: str) -> Origin:
    return Origin(owner.source_id, owner.object_id, owner.content_hash, state == "active", state == "deleted")


class MemoryTarget:
    """A target in a dict: id -> (package, owner, state). Names follow the rules of the local catalogue."""

    def __init__(self) -> None:
        self.packages: dict[str, tuple[dict[str, Any], Owner, str]] = {}
        self.wanted: dict[str, str] = {}  # names by id
        self._lock = Lock()

    def save(self, package: Mapping[str, Any], owner: Owner) -> Stored:
        fitted = fit(package, owner.fields)
        wanted = fitted.package["name"]
        with self._lock:
            stored = self._save(fitted.package, owner)
            if not stored.already and numbered(stored.name, wanted):
                self._settle(wanted, owner)
            if not owner.held and (stored.already or numbered(stored.name, wanted)):
                self._arrange(wanted, owner, stored.name)
        return replace(stored, name=self.packages[package["id"]][0]["name"], losses=fitted.losses)

    def _save(self, package: Mapping[str, Any], owner: Owner) -> Stored:
        name = ""
        if package["id"] in self.packages:
            known, holder, state = self.packages[package["id"]]
            name = known["name"] if state != "deleted" else ""
            if _origin(holder, state).holds(package["id"], owner):
                return Stored(package["id"], name, already=True)
        name = name or self._unique(package["name"])
        self.packages[package["id"]] = ({**package, "name": name}, owner, "active")
        self.wanted[package["id"]] = package["name"]
        return Stored(package["id"], name)

    def _unique(self, name: str) -> str:
        taken = RESERVED | {package["name"] for package, _, state in self.packages.values() if state != "deleted"}
        numbered = (f"{name[: 100 - len(str(number))]}{number}" for number in range(1, 1000))
        free = next((candidate for candidate in (name, *numbered) if candidate not in taken), None)
        if free is None:
            raise TargetError(f"All names {name}1 to {name}999 are taken", code="name_taken", field="name")
        return free

    def delete(self, package_id: str, owner: Owner) -> bool:
        if package_id not in self.packages:
            return False
        package, holder, state = self.packages[package_id]
        _origin(holder, state).check_owned(package_id, owner)
        if owner.on_removed == "keep":
            return False
        if owner.hide and state != "deleted":
            self.packages[package_id] = (package, owner, "draft")
            return True
        self.packages[package_id] = (package, owner, "deleted")
        if owner.on_removed == "purge":
            del self.packages[package_id]
        self._settle(package["name"], owner)
        self._arrange(package["name"], owner)
        return state != "deleted"

    def _arrange(self, name: str, owner: Owner, stored_as: str = "") -> None:
        def look(names: Sequence[str]) -> dict[str, Holder]:
            shown = {package["name"]: key for key, (package, _, state) in self.packages.items() if state != "deleted"}
            return {held: self._holder(shown[held], name, owner) for held in names if held in shown}

        def rename(holder: Holder, new: str) -> bool:
            package, theirs, state = self.packages[holder.package_id]
            self.packages[holder.package_id] = ({**package, "name": new}, theirs, state)
            return True

        arrange(name, owner, look, rename, stored_as)

    def _holder(self, package_id: str, name: str, owner: Owner) -> Holder:
        package, holder, state = self.packages[package_id]
        ours = holder.source_id == owner.source_id and state == "active" and self.wanted[package_id] == name
        return Holder(package_id, package["name"], holder.object_id if ours else "")

    def _settle(self, name: str, owner: Owner) -> None:
        """Give a name that is free to the source's package that wants it, then that one's to the next."""
        active = {key: package["name"] for key, (package, _, state) in self.packages.items() if state == "active"}
        waiting = [
            (len(held), held, key)
            for key, held in active.items()
            if self.wanted[key] == name != held and numbered(held, name) and self.packages[key][1].source_id == owner.source_id
        ]
        hidden = {package["name"] for package, _, state in self.packages.values() if state == "draft"}
        if waiting and name not in {*active.values(), *hidden, *RESERVED}:
            _, held, key = min(waiting)
            package, holder, state = self.packages[key]
            self.packages[key] = ({**package, "name": name}, holder, state)
            self._settle(held, owner)

    def show(self, id_or_name: str) -> dict[str, Any] | None:
        for package, owner, state in self.packages.values():
            if state == "active" and id_or_name in (package["id"], package["name"]):
                extras = {"harvest_object_id": owner.object_id, "harvest_source_id": owner.source_id}
                added = [{"key": key, "value": value} for key, value in extras.items()]
                filled = {"title": package.get("title") or package["name"], "type": package.get("type") or "dataset"}
                return {**package, **filled, "state": state, "extras": [*(package.get("extras") or ()), *added]}
        return None


def import_object(harvester: Harvester, one: HarvestObject) -> Imported:
    """Run the import stage, and store what it returns as a worker does."""
    result = harvester.import_stage(one)
    if isinstance(result, Package):
        return harvester.save_package(result.fields, one)
    assert isinstance(result, Imported)
    return result
