"""What the fetch worker does with deliveries, without broker and database."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from adapters.kafka.messages import Delivery
from adapters.roles.fetch_worker import FetchWorker
from adapters.stages.stuck import TimeLimits
from domain.commands import FetchObject
from tests.support.stack import PATIENCE, wait_for


@dataclass
class FakeConsumer:
    """Hands out all deliveries at its first poll with room; tells the worker to stop when `over` says so."""

    deliveries: list[Delivery]
    over: Callable[[], bool]
    worker: FetchWorker | None = None
    finished: list[int] = field(default_factory=list)
    polls: int = 0

    def poll(self, room: int, timeout: float) -> list[Delivery]:
        self.polls += 1
        time.sleep(0.01)
        if self.worker and (self.over() or self.polls > 500):
            self.worker.stop()
        taken, self.deliveries = (self.deliveries, []) if room else ([], self.deliveries)
        return taken

    def done(self, finished: Iterable[Delivery]) -> None:
        self.finished += [delivery.offset for delivery in finished]

    def close(self) -> None:
        assert self.worker is not None


@dataclass
class FakeClaims:
    """Objects that took down workers: only the newest command counts, and only alone."""

    epochs: dict[UUID, int]
    solo: bool = True
    alone: list[FetchObject] = field(default_factory=list)
    given_back: list[FetchObject] = field(default_factory=list)
    released: list[UUID] = field(default_factory=list)

    def claim(self, commands: Sequence[FetchObject], *, alone: bool = False) -> dict[UUID, UUID]:
        self.alone += commands if alone else []
        return {
            command.object_id: command.object_id for command in commands if (alone or not self.solo) and self._current(command)
        }

    def need_solo(self, commands: Sequence[FetchObject]) -> set[FetchObject]:
        return {command for command in commands if self._current(command)}

    def _current(self, command: FetchObject) -> bool:
        return self.epochs[command.object_id] == command.epoch

    def show_presence(self, activity: Any = None) -> None:
        pass

    def give_back(self, commands: Sequence[FetchObject]) -> None:
        self.given_back += commands

    def ended(self, jobs: Iterable[str]) -> set[str]:
        return set()

    def renew(self, objects: Iterable[UUID]) -> None:
        pass

    def release(self, objects: Iterable[UUID]) -> None:
        self.released += objects

    def close(self) -> None:
        pass


class FakeRunner:
    """Objects that take no time."""

    def load(self, claimed: Iterable[UUID]) -> list[Any]:
        return [
            SimpleNamespace(postponed=None, aggregate=SimpleNamespace(id=object_id, job_id="job"), size=0, documents={})
            for object_id in claimed
        ]

    def load_content(self, items: Sequence[Any], most: int) -> Sequence[Any]:
        return items

    def run(self, item: Any) -> bool:
        return True

    def save(self, item: Any) -> bool:
        raise AssertionError("nothing is left to be saved")

    def store(self, items: Sequence[Any]) -> None:
        assert len(items) == 1


LIMITS = TimeLimits(60.0, 60.0, 60.0)


def fetch_worker(consumer: FakeConsumer, claims: Any, runner: Any) -> FetchWorker:
    parts: list[Any] = [consumer, claims, runner, SimpleNamespace(record=lambda _: None)]
    consumer.worker = FetchWorker(*parts, threads=2, savers=2, in_flight=100, lease=60.0, limits=LIMITS, drain=5.0)
    return consumer.worker


def deliveries(commands: Sequence[FetchObject]) -> list[Delivery]:
    return [Delivery(command, 0, offset, 1) for offset, command in enumerate(commands)]


def test_of_an_object_that_took_down_workers_only_the_newest_command_is_run_alone() -> None:
    objects = [uuid4() for _ in range(3)]
    commands = [FetchObject(object_id, epoch) for epoch in (1, 2, 3, 4) for object_id in objects]
    claims = FakeClaims(dict.fromkeys(objects, 4))
    consumer = FakeConsumer(deliveries(commands), over=lambda: len(claims.alone) == 3)

    fetch_worker(consumer, claims, FakeRunner()).run()

    assert consumer.finished == list(range(12))
    assert sorted(claims.alone, key=commands.index) == commands[9:]
    assert claims.given_back == []


def test_what_waits_to_be_claimed_alone_is_given_back_at_the_end() -> None:
    commands = [FetchObject(uuid4(), 1) for _ in range(3)]
    claims = FakeClaims({command.object_id: 1 for command in commands})
    consumer = FakeConsumer(deliveries(commands), over=lambda: bool(claims.alone))

    fetch_worker(consumer, claims, FakeRunner()).run()

    assert len(claims.given_back) >= 1
    assert {*claims.alone, *claims.given_back} == set(commands)


def test_offsets_count_as_done_while_the_record_is_still_run() -> None:
    command = FetchObject(uuid4(), 1)
    begun, done_before = threading.Event(), list[int]()

    class SlowRunner(FakeRunner):
        def run(self, item: Any) -> bool:
            wait_for(lambda: consumer.finished, PATIENCE, "the offset is done")
            done_before.extend(consumer.finished)
            begun.set()
            return True

    claims = FakeClaims({command.object_id: 1}, solo=False)
    consumer = FakeConsumer(deliveries([command]), over=begun.is_set)

    fetch_worker(consumer, claims, SlowRunner()).run()

    assert done_before == [0]
