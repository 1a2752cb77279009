"""The gather worker, with everything that it talks to faked."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest

from adapters.kafka.consumer import CommandConsumer
from adapters.kafka.dead_letters import DeadLetters
from adapters.kafka.messages import Delivery
from adapters.postgres.work.claims import ClaimedGather, Claims
from adapters.roles.gather_worker import IDLE_POLL, POLL, GatherWorker
from adapters.stages.gather import GatherRun
from adapters.stages.gather_ahead import ReadAhead
from adapters.stages.process_state import ProcessState
from domain.commands import GatherJob
from tests.support.stack import PATIENCE, wait_for

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Broker:
    """Hands out its commands at the first poll."""

    def __init__(self, jobs: int) -> None:
        commands = [GatherJob(UUID(int=number), 1) for number in range(jobs)]
        self._deliveries = [Delivery(command, 0, place, 1) for place, command in enumerate(commands)]
        self.patience: list[float] = []
        self.polled = threading.Event()
        self.finished: list[Delivery] = []
        self.meanwhile: Callable[[], object] = lambda: None  # what happens while commands are fetched

    def poll(self, room: int, timeout: float) -> list[Delivery]:
        deliveries, self._deliveries = self._deliveries, []
        if deliveries:
            self.meanwhile()
        else:
            self.patience.append(timeout)
            self.polled.wait(0.01)
        return deliveries

    def done(self, finished: Iterable[Delivery]) -> None:
        self.finished += finished

    def close(self) -> None:
        """Nobody asks."""


class Database:
    """Claims: each job is this worker's; nothing is claimed before `open`."""

    worker = "gather-1"

    def __init__(self) -> None:
        self.open = threading.Event()

    def gather_lanes(self, commands: Sequence[GatherJob]) -> dict[GatherJob, int]:
        return dict.fromkeys(commands, 0)

    def claim_gathers(self, commands: Sequence[GatherJob]) -> dict[UUID, ClaimedGather]:
        self.open.wait(PATIENCE)
        return {command.job_id: ClaimedGather(command.job_id, 1, NOW, 0.0) for command in commands}

    def ended(self, jobs: Iterator[str]) -> set[str]:
        return set()

    def read(self, claims: Mapping[UUID, ClaimedGather]) -> dict[UUID, object]:
        """What is read ahead."""
        return {job_id: object() for job_id in claims}

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None


class Process:
    """A run, and the process that it may spoil: what happened in it."""

    def __init__(self) -> None:
        self.happened: list[str] = []

    def run(self, *_: object) -> bool:
        self.happened.append("gather")
        return True

    def restore(self) -> None:
        self.happened.append("restore")

    def look(self) -> str:
        return ""

    def show_start(self) -> None:
        """Nobody asks."""


def worker_of(broker: Broker, database: Database, process: Process) -> GatherWorker:
    return GatherWorker(
        cast(CommandConsumer, broker),
        cast(Claims, database),
        cast(ReadAhead, database),
        lambda _: cast(GatherRun, process),
        cast(DeadLetters, database),
        spawn=cast(Any, None),
        threads=1,
        lease=60.0,
        limit=60.0,
        state=cast(ProcessState, process),
    )


Start = Callable[[int], tuple[Broker, Database, Process]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a worker for a number of jobs."""
    running: list[tuple[GatherWorker, threading.Thread, Database]] = []

    def begin(jobs: int) -> tuple[Broker, Database, Process]:
        broker, database, process = Broker(jobs), Database(), Process()
        worker = worker_of(broker, database, process)
        thread = threading.Thread(target=worker.run)
        thread.start()
        running.append((worker, thread, database))
        return broker, database, process

    yield begin
    for worker, thread, database in running:
        database.open.set()
        worker.stop()
        thread.join(PATIENCE)


def test_the_process_is_put_right_after_each_of_the_gathers_that_were_claimed_together(start: Start) -> None:
    _, database, process = start(2)
    database.open.set()

    wait_for(lambda: len(process.happened) == 4, PATIENCE, "both jobs are gathered")

    assert process.happened == ["gather", "restore"] * 2


def test_jobs_that_were_taken_and_are_not_claimed_yet_are_looked_after_soon(start: Start) -> None:
    broker, database, process = start(1)

    wait_for(lambda: broker.patience, PATIENCE, "it polls again")
    assert broker.patience[0] == POLL
    database.open.set()

    wait_for(lambda: process.happened and broker.patience[-1] == IDLE_POLL, PATIENCE, "it has nothing to do")


def test_commands_that_come_while_the_worker_is_asked_to_end_are_left_to_the_next_one() -> None:
    broker, process = Broker(2), Process()
    worker = worker_of(broker, Database(), process)
    broker.meanwhile = worker.stop

    worker.run()

    assert (broker.finished, process.happened) == ([], [])
