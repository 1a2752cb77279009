"""Loading and storing aggregates, for the commands.

Appends go through `EventLog.append`, which reports streams that somebody else changed first; a conflict is answered by loading
and comparing, never by overwriting.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import CanMutateAggregate
from eventsourcing.persistence import ApplicationRecorder, Mapper, StoredEvent, Transcoder
from eventsourcing.utils import resolve_topic

from domain.aggregate import OrjsonTranscoder, StoredAggregate
from domain.errors import NotFound
from domain.objects import HarvestObject
from domain.reservations import Reservations
from domain.reserved_values import Reservation
from domain.sealing import Cipher, NoCipher, Sealing
from domain.snapshots import EVERY, NoSnapshots, Snapshot, Snapshots, restored, taken
from domain.sources import HarvestSource
from domain.stored_events import UpcastingMapper

log = logging.getLogger(__name__)

ATTEMPTS = 5  # of a command that meets a conflict
Event = CanMutateAggregate[UUID]
A = TypeVar("A", bound=StoredAggregate)


class EventLog(Protocol):
    """What the application needs of an event store, besides the library's recorder interface."""

    def append(self, events: Sequence[StoredEvent], guard: Mapping[UUID, int] | None = None) -> frozenset[UUID]:
        """Append; the streams that were not stored because somebody else appended first.

        `guard`: {stream: version it must have}, else GuardConflict is raised and nothing is stored.
        """

    def select_streams(
        self, ids: Sequence[UUID], after: Mapping[UUID, int] | None = None, upto: Mapping[UUID, int] | None = None
    ) -> list[StoredEvent]:
        """All events of many streams, stream by stream, each in order.

        Of streams in `after` only events after a version, of those in `upto` only events up to one.
        """

    def select_events(self, stream: UUID, *, gt: int | None = None, lte: int | None = None) -> Sequence[StoredEvent]:
        """Events of one stream after version `gt`, up to version `lte`, in order."""

    def recorded_at(self, stream: UUID, version: int) -> datetime | None:
        """When an event was stored, by the database's clock (aware UTC); None: there is no such event."""

    def recorded(self, streams: Sequence[UUID], version: int) -> dict[UUID, datetime]:
        """When the event of that version was stored, for each stream that has one."""


class Storing(Application[UUID]):
    """What all commands stand on."""

    def __init__(
        self,
        recorder: ApplicationRecorder,
        log: EventLog,
        snapshots: Snapshots | None = None,
        cipher: Cipher | None = None,
    ) -> None:
        """`cipher` encrypts the secrets of sources; None: they are stored as they are."""
        self.sealing = Sealing(cipher or NoCipher())
        self._given_recorder = recorder
        self.event_log = log
        self._snapshots = snapshots or NoSnapshots()
        super().__init__({"PERSISTENCE_MODULE": "eventsourcing.popo"})

    def construct_recorder(self) -> ApplicationRecorder:
        """The recorder given, in place of one of the library's."""
        return self._given_recorder

    def construct_transcoder(self) -> Transcoder:
        """JSON by orjson."""
        return OrjsonTranscoder()

    def construct_mapper(self) -> Mapper[UUID]:
        """The mapper that knows the upcasters."""
        return UpcastingMapper(self.construct_transcoder())

    def load(self, cls: type[A], aggregate_id: UUID, version: int | None = None) -> A:
        """One aggregate as it is now, or as it was at a version of its stream. Raises NotFound.

        It costs the same however long the stream is: the events since a snapshot are replayed.
        """
        snapshot = self._snapshots.newest(aggregate_id, cls.SNAPSHOT_VERSION, version) if cls.SNAPSHOT_VERSION else None
        aggregate: Any = self._restored([snapshot] if snapshot else []).get(aggregate_id)
        events = self.event_log.select_events(aggregate_id, gt=aggregate.version if aggregate else None, lte=version)
        for event in events:
            aggregate = self.mapper.to_domain_event(event).mutate(aggregate)  # type: ignore[attr-defined]
        if aggregate is None:
            raise NotFound(f"There is no {cls.__name__} {aggregate_id}")
        if not isinstance(aggregate, cls):
            raise NotFound(f"{aggregate_id} is not a {cls.__name__} but a {type(aggregate).__name__}")
        if len(events) >= EVERY and version is None:
            self._keep_snapshot(aggregate)
        return aggregate

    def _restored(self, snapshots: Iterable[Snapshot]) -> dict[UUID, Any]:
        """Aggregates from their snapshots, by id; one that can't be read is forgotten: its whole stream is replayed."""
        aggregates = {}
        for snapshot in snapshots:
            try:
                aggregates[snapshot.stream] = restored(resolve_topic(snapshot.topic), snapshot)
            except Exception as error:
                log.warning("the snapshot of %s at version %d can't be read: it is dropped", snapshot.stream, snapshot.version)
                log.debug("what is wrong with it", exc_info=error)
                self._snapshots.forget(snapshot.stream)
        return aggregates

    def _keep_snapshot(self, aggregate: StoredAggregate) -> None:
        if aggregate.SNAPSHOT_VERSION and not aggregate.ended:
            self._snapshots.keep(taken(aggregate))

    def load_objects(self, ids: Sequence[UUID]) -> dict[UUID, HarvestObject]:
        """Many objects in one query; ids that are unknown are left out."""
        return self.load_many(HarvestObject, ids)

    def load_many(self, cls: type[A], ids: Iterable[UUID], upto: Mapping[UUID, int] | None = None) -> dict[UUID, A]:
        """Many aggregates, by one query for snapshots and one for events; ids that are unknown or of others are left out.

        Those in `upto` as they were at a version of their stream.
        """
        wanted, upto = list(ids), upto or {}
        long = [key for key in wanted if upto.get(key, EVERY) >= EVERY] if cls.SNAPSHOT_VERSION else []  # may have a snapshot
        snapshots = self._snapshots.newest_of(long, cls.SNAPSHOT_VERSION, upto) if long else {}
        loaded = self._restored(snapshots.values())
        snapshot_versions = {key: aggregate.version for key, aggregate in loaded.items()}
        for stored in self.event_log.select_streams(wanted, snapshot_versions, upto):
            event: Event = self.mapper.to_domain_event(stored)  # type: ignore[assignment]
            stream: UUID = stored.originator_id  # type: ignore[assignment]
            loaded[stream] = event.mutate(loaded.get(stream))
        aggregates = {key: aggregate for key, aggregate in loaded.items() if isinstance(aggregate, cls)}
        for key, aggregate in aggregates.items() if cls.SNAPSHOT_VERSION else ():
            replayed = aggregate.version - snapshot_versions.get(key, 0)
            if replayed >= EVERY and key not in upto:
                self._keep_snapshot(aggregate)
        return aggregates

    def stored(self, events: Iterable[Any]) -> list[StoredEvent]:
        """Events as they are stored."""
        return [self.mapper.to_stored_event(event) for event in events]

    def record(self, *aggregates: StoredAggregate, guard: Mapping[UUID, int] | None = None) -> frozenset[UUID]:
        """Append what the aggregates have pending, in one call; the streams that were not stored."""
        pending = [(aggregate, aggregate.collect_events()) for aggregate in aggregates]
        try:
            events = self.stored(event for _, unsaved in pending for event in unsaved)
            return self.event_log.append(events, guard) if events else frozenset()
        except BaseException:
            for aggregate, unsaved in pending:  # a second call appends them again; what was stored comes back as a conflict
                aggregate.pending_events[:0] = unsaved
            raise

    def _all_or_nothing(self, *aggregates: StoredAggregate) -> None:
        pending = {a.id: a.version - len(a.pending_events) for a in aggregates if a.pending_events}
        self.record(*aggregates, guard=pending)

    @property
    def _reservations(self) -> Reservations:
        return Reservations(lambda key: self.load(Reservation, key), lambda key: self.load(HarvestSource, key), self.sealing)

    def _is_there(self, aggregate_id: UUID) -> bool:
        return bool(self.event_log.select_events(aggregate_id, lte=1))
