"""What stands in for kafka-python's consumer and the clock: the few methods that are used."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kafka import TopicPartition
from kafka.errors import KafkaError

from adapters.kafka.codec import encode
from domain.commands import FetchObject

COMMAND = FetchObject(UUID("01890a5d-ac96-774b-bcce-b302099a8057"), 1)
P0, P1 = TopicPartition("t", 0), TopicPartition("t", 1)


@dataclass
class FetchedRecord:
    partition: int
    offset: int
    topic: str = "t"
    value: bytes | None = encode(COMMAND)


class FakeClient:
    """Hands out what the test put into `answers`, and never anything of a paused partition."""

    def __init__(self) -> None:
        self.answers: list[dict[Any, list[FetchedRecord]] | KafkaError] = []
        self.limits: list[int] = []
        self.commits: list[dict[Any, int]] = []
        self.owned: set[Any] = set()
        self.stopped: set[Any] = set()
        self.heartbeat_age = 0.1
        self.commit_error: KafkaError | None = None
        self.closed = False
        self.sought: list[tuple[Any, int]] = []
        self.listener: Any = None
        self._coordinator = self
        self._join_task: object | None = None

    def need_rejoin(self) -> bool:
        return False

    def subscribe(self, _: list[str], listener: Any) -> None:
        self.listener = listener

    def poll(self, _: int, max_records: int) -> dict[Any, list[FetchedRecord]]:
        self.limits.append(max_records)
        answer = self.answers.pop(0) if self.answers else {}
        if isinstance(answer, KafkaError):
            raise answer
        assert not self.stopped & answer.keys()
        return answer

    def assign(self, tps: list[Any]) -> None:
        self.owned = set(tps)

    def position(self, _: Any, timeout_ms: int) -> int | None:
        return None

    def seek(self, tp: Any, offset: int) -> None:
        self.sought.append((tp, offset))

    def assignment(self) -> set[Any]:
        return set(self.owned)

    def paused(self) -> set[Any]:
        return set(self.stopped)

    def pause(self, *tps: Any) -> None:
        self.stopped |= set(tps)

    def resume(self, *tps: Any) -> None:
        self.stopped -= set(tps)

    @property
    def _cluster(self) -> Any:
        return self

    cluster_id = "x"

    def metrics(self) -> dict[str, dict[str, float]]:
        return {"consumer-coordinator-metrics": {"last-heartbeat-seconds-ago": self.heartbeat_age}}

    def commit(self, offsets: dict[Any, Any], timeout_ms: int) -> None:
        assert timeout_ms > 0
        if self.commit_error is not None:
            error, self.commit_error = self.commit_error, None
            raise error
        self.commits.append({tp: offset.offset for tp, offset in offsets.items()})

    def commit_async(self, offsets: dict[Any, Any], callback: Any = None) -> Any:
        self.commits.append({tp: offset.offset for tp, offset in offsets.items()})
        if callback is not None:
            callback(offsets, None)
        return asyncio.sleep(0) if callback is None else None

    def close(self, autocommit: bool, timeout_ms: int) -> None:
        assert not autocommit
        assert timeout_ms > 0
        self.closed = True

    def give(self, *tps: Any) -> None:
        self.owned |= set(tps)
        asyncio.run(self.listener.on_partitions_assigned(set(tps)))

    def revoke(self, *tps: Any) -> None:
        self.owned -= set(tps)
        asyncio.run(self.listener.on_partitions_revoked(set(tps)))


class Clock:
    """Monotonic seconds, moved by the test; sleeping moves it too."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def fetched(tp: Any, *offsets: int) -> dict[Any, list[FetchedRecord]]:
    return {tp: [FetchedRecord(tp.partition, offset) for offset in offsets]}
