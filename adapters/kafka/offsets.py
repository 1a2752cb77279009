"""What a consumer holds of one partition: fetched records, and which offsets are finished. No input or output."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from adapters.kafka.codec import Undecodable, UnknownSchema, decode
from adapters.kafka.messages import Delivery, Poison

MAX_SPAN = 5_000  # offsets between the oldest unfinished and the newest taken: what a crash can make run again
_SEEKS_PER_GAP = 5


class Record(Protocol):
    """What is used of kafka-python's ConsumerRecord."""

    topic: str
    partition: int
    offset: int
    value: bytes | None


class OffsetTracker:
    """Finished offsets of one partition; only the lowest contiguous one may be committed."""

    __slots__ = ("_next", "_open", "_order")

    def __init__(self) -> None:
        self._order: deque[int] = deque()  # taken, from the oldest unfinished on
        self._open: set[int] = set()
        self._next: int | None = None

    @property
    def position(self) -> int | None:
        """Where reading goes on after a restart: everything before it is finished. None before the first `take`."""
        return self._order[0] if self._order else self._next

    @property
    def span(self) -> int:
        """Offsets from the oldest unfinished one to the newest taken."""
        return self._order[-1] - self._order[0] + 1 if self._order else 0

    def take(self, offset: int) -> None:
        """Note an offset as begun; they must come in ascending order."""
        self._order.append(offset)
        self._open.add(offset)
        self._next = offset + 1

    def finish(self, offset: int) -> None:
        """Note an offset as finished; a second time, or of one never taken, changes nothing."""
        self._open.discard(offset)
        while self._order and self._order[0] not in self._open:
            self._order.popleft()


class PartitionState:
    """One partition while it is assigned to us: its buffer, its tracker, and where the log should go on."""

    __slots__ = ("_gaps", "assignment", "buffer", "committed", "expected", "tracker")

    def __init__(self, assignment: int, expected: int | None = None) -> None:
        self.assignment = assignment
        self.expected = expected  # offset of the next record to be fetched; None when not known
        self.committed: int | None = None
        self.tracker = OffsetTracker()
        self.buffer: deque[Record] = deque()
        self._gaps = 0  # seeks to the same expected offset

    def restarted(self, records: Sequence[Record]) -> bool:
        """True when fetched records lie before what was fetched already: the log was emptied and begins again."""
        return self.expected is not None and records[0].offset < self.expected

    def fill(self, records: Sequence[Record]) -> None:
        """Buffer fetched records; gaps in their offsets are normal on Kafka."""
        self.buffer.extend(records)
        self.expected = records[-1].offset + 1

    def fill_without_gaps(self, records: Sequence[Record]) -> int | None:
        """Buffer records up to the first gap, and return the offset to fetch again, None when there was no gap.

        The embedded broker may skip records that are in its log. A gap that stays after some tries is accepted.
        """
        for record in records:
            if self.expected is not None and record.offset != self.expected and self._gaps < _SEEKS_PER_GAP:
                self._gaps += 1
                return self.expected
            self.buffer.append(record)
            self.expected = record.offset + 1
            self._gaps = 0
        return None

    def take(self, limit: int, may_give_up: Callable[[UnknownSchema], bool]) -> tuple[list[Delivery], list[Poison]]:
        """At most `limit` of the buffered messages.

        Stops at one of an unknown schema as long as `may_give_up` says no, and when too many offsets are open.
        """
        deliveries: list[Delivery] = []
        poison: list[Poison] = []
        while self.buffer and len(deliveries) + len(poison) < limit and self.tracker.span < MAX_SPAN:
            record = self.buffer[0]
            try:
                command = decode(record.value)
            except Undecodable as error:
                if isinstance(error, UnknownSchema) and not may_give_up(error):
                    break
                poison.append(self._poison(record, error.reason))
            else:
                deliveries.append(Delivery(command, record.partition, record.offset, self.assignment))
            self.buffer.popleft()
            self.tracker.take(record.offset)
        return deliveries, poison

    def uncommitted(self) -> int | None:
        """The position to commit, None when there is none or it is committed."""
        position = self.tracker.position
        return None if position == self.committed else position

    def _poison(self, record: Record, reason: str) -> Poison:
        return Poison(record.topic, record.partition, record.offset, record.value, reason, self.assignment)
