"""What processes of their own do in tests of concurrency. They are started, not forked: no connection is shared."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from random import Random
from typing import Any
from uuid import uuid4

from eventsourcing.persistence import StoredEvent

from adapters.bootstrap import Parts
from adapters.postgres.content import ContentStore, content_hash
from adapters.postgres.database import Database
from adapters.postgres.log.event_store import PostgresEventStore
from adapters.postgres.log.projector import Projector
from adapters.postgres.read_model.tables import LIVE, NAME
from adapters.postgres.read_model.writer import ReadModelWriter
from adapters.settings import Settings

PATIENCE = 30.0  # seconds


def start(work: Callable[..., None], *arguments: Any) -> BaseProcess:
    """A process that does the work."""
    process = get_context("spawn").Process(target=work, args=arguments, daemon=True)
    process.start()
    return process


def ended(*processes: BaseProcess) -> list[int | None]:
    """Wait for processes; their exit codes, None of one that still runs and is killed."""
    for process in processes:
        process.join(PATIENCE)
    codes = [process.exitcode for process in processes]
    for process in processes:
        process.kill()
    return codes


@contextmanager
def killed_in_the_end(process: BaseProcess) -> Iterator[BaseProcess]:
    """kill -9 when the block is left."""
    try:
        yield process
    finally:
        process.kill()
        process.join(PATIENCE)


def append_for(url: str, seconds: float, seed: int) -> None:
    """Append batches of new streams, small and large ones."""
    store, random = PostgresEventStore(Database(url)), Random(seed)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        streams = [uuid4() for _ in range(random.choice((1, 2, 20, 300)))]
        conflicts = store.append([StoredEvent(stream, 1, "thing.done", b"x" * 200) for stream in streams])
        assert not conflicts


def append_one_by_one(url: str, stream: Any, versions: int) -> None:
    """Compete for the versions of one stream: whoever meets a conflict loads and goes on."""
    store = PostgresEventStore(Database(url))
    won = 0
    while won < versions:
        version = len(store.select_streams([stream])) + 1
        won += not store.append([StoredEvent(stream, version, "thing.done", b"")])


def put_documents(url: str, barrier: Any, rounds: int, backwards: bool) -> None:
    """Store the same documents as another process, in the same or the opposite order."""
    content = ContentStore(Database(url))
    for number in range(rounds):
        bodies = [f"{number} {body}".encode() * 20 for body in range(1500)]
        documents = {content_hash(body): body for body in sorted(bodies, reverse=backwards)}
        barrier.wait(PATIENCE)
        content.put(documents)


def project_for_ever(settings: Settings, batch: int) -> None:
    """Move the read model in small batches, until killed."""
    projector = Projector(Parts(settings).database, NAME, LIVE, ReadModelWriter(), batch)
    while True:
        if not projector.run_once():
            time.sleep(0.01)


def project_to_the_end(settings: Settings, batch: int, barrier: Any) -> None:
    """Move both projections in small batches until nothing is left."""
    parts = Parts(settings)
    read_model = Projector(parts.database, NAME, LIVE, ReadModelWriter(), batch)
    work = parts.work_projector()
    newest = parts.event_store.max_notification_id() or 0
    barrier.wait(PATIENCE)
    while read_model.position() < newest:
        read_model.run_once()
        work.run_once()
    work.catch_up()
