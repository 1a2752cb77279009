"""Aggregates as they were at a version of their stream, so that a stream of any length is loaded at the price of a short one.

A snapshot is never the truth: without it the whole stream is replayed, to the same result. Whoever changes what an aggregate
remembers, or how an event changes it, raises the class's SNAPSHOT_VERSION: snapshots of another version are not read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from eventsourcing.utils import get_topic

from domain.aggregate import StoredAggregate

EVERY = 20  # events replayed by one load after which a new snapshot is kept
A = TypeVar("A", bound=StoredAggregate)
TIME = "@"  # ends the names of times, which JSON doesn't have


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One aggregate at one version of its stream; `topic` is its class's, `state` plain JSON values."""

    stream: UUID
    class_version: int
    version: int
    topic: str
    state: Mapping[str, Any]


class Snapshots(Protocol):
    """Where snapshots are kept. It may lose any of them."""

    def newest(self, stream: UUID, class_version: int, upto: int | None) -> Snapshot | None:
        """The newest one of that class version, of at most version `upto` of the stream."""

    def newest_of(self, streams: Sequence[UUID], class_version: int, upto: Mapping[UUID, int]) -> dict[UUID, Snapshot]:
        """The newest ones of that class version, for streams in `upto` of at most that version; others are left out."""

    def keep(self, snapshot: Snapshot) -> None:
        """Keep it, and of the stream's older ones only the last few."""

    def forget(self, stream: UUID) -> None:
        """Drop all of a stream that is no longer loaded."""


class NoSnapshots:
    """Keeps none."""

    def newest(self, stream: UUID, class_version: int, upto: int | None) -> Snapshot | None:
        """There is none."""

    def newest_of(self, streams: Sequence[UUID], class_version: int, upto: Mapping[UUID, int]) -> dict[UUID, Snapshot]:
        """There are none."""
        return {}

    def keep(self, snapshot: Snapshot) -> None:
        """It is lost at once."""

    def forget(self, stream: UUID) -> None:
        """There is none."""


def taken(aggregate: StoredAggregate) -> Snapshot:
    """A snapshot of an aggregate whose events are all stored."""
    state = aggregate.snapshot_state()
    plain = {f"{k}{TIME}" if isinstance(v, datetime) else k: _plain(v) for k, v in state.items()}
    return Snapshot(aggregate.id, aggregate.SNAPSHOT_VERSION, aggregate.version, get_topic(type(aggregate)), plain)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def restored(cls: type[A], snapshot: Snapshot) -> A:
    """The aggregate that a snapshot was taken of."""
    times = {name: datetime.fromisoformat(value) for name, value in snapshot.state.items() if name.endswith(TIME)}
    state = {name.removesuffix(TIME): times.get(name, value) for name, value in snapshot.state.items()}
    aggregate = object.__new__(cls)
    vars(aggregate).update(_id=snapshot.stream, _version=snapshot.version, _pending_events=[])
    aggregate.restore_state(state)
    return aggregate
