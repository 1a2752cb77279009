"""What the fetch worker does with deliveries, without broker and database."""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from adapters.kafka.messages import Delivery
from adapters.roles.fetch_worker import FetchWorker
from domain.commands import FetchObject


@dataclass
class FakeConsumer:
    """Hands out all deliveries at its first poll with room; tells the worker to stop when all are done."""

    deliveries: list[Delivery]
    worker: FetchWorker | None = None
    finished: list[int] = field(default_factory=list)
    expected: int = 0
    polls: int = 0
    something_done: threading.Event = field(default_factory=threading.Event)

    def poll(self, room: int, timeout: float) -> list[Delivery]:
        self.polls += 1
        self.something_done.wait(timeout)
        self.something_done.clear()
        if self.worker and (len(self.finished) >= self.expected or self.polls > 500):
            self.worker.stop()
        taken, self.deliveries = (self.deliveries, []) if room else ([], self.deliveries)
        return taken

    def done(self, finished: Iterable[Delivery]) -> None:
        offsets = [delivery.offset for delivery in finished]
        self.finished += offsets
        if offsets:
            self.something_done.set()

    def close(self) -> None:
        assert self.worker is not None


@dataclass
class FakeClaims:
    """Objects that took down workers: only the newest command counts, and only alone."""

    epochs: dict[UUID, int]
    alone: list[FetchObject] = field(default_factory=list)

    def claim(self, commands: Sequence[FetchObject], *, alone: bool = False) -> dict[UUID, UUID]:
        self.alone += commands if alone else []
        return {command.object_id: command.object_id for command in commands if alone and self._current(command)}

    def need_solo(self, commands: Sequence[FetchObject]) -> set[FetchObject]:
        return {command for command in commands if self._current(command)}

    def _current(self, command: FetchObject) -> bool:
        return self.epochs[command.object_id] == command.epoch

    def show_presence(self, activity: Any = None) -> None:
        pass

    def renew(self, objects: Iterable[UUID]) -> None:
        pass

    def release(self, objects: Iterable[UUID]) -> None:
        assert not list(objects)

    def close(self) -> None:
        pass


class FakeRunner:
    """Objects that take no time."""

    def load(self, claimed: Iterable[UUID]) -> list[Any]:
        return [SimpleNamespace(aggregate=SimpleNamespace(id=object_id, job_id="job"), size=0) for object_id in claimed]

    def load_content(self, items: Sequence[Any]) -> None:
        pass

    def run(self, item: Any) -> bool:
        return True

    def save(self, item: Any) -> bool:
        raise AssertionError("nothing is left to be saved")

    def store(self, items: Sequence[Any]) -> None:
        assert len(items) == 1


def test_of_an_object_that_took_down_workers_only_the_newest_command_is_run_alone() -> None:
    objects = [uuid4() for _ in range(3)]
    commands = [FetchObject(object_id, epoch) for epoch in (1, 2, 3, 4) for object_id in objects]
    consumer = FakeConsumer([Delivery(command, 0, offset, 1) for offset, command in enumerate(commands)], expected=12)
    claims = FakeClaims(dict.fromkeys(objects, 4))
    dead_letters = SimpleNamespace(record=lambda _: None)
    parts: list[Any] = [consumer, claims, FakeRunner(), dead_letters]
    worker = consumer.worker = FetchWorker(*parts, threads=2, savers=2, in_flight=100, lease=60.0, drain=5.0)

    worker.run()

    assert sorted(consumer.finished) == list(range(12))
    assert consumer.finished[:9] == list(range(9))  # the superseded ones, at once
    assert sorted(claims.alone, key=commands.index) == commands[9:]
