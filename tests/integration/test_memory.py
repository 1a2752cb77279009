"""What reads the log holds a bounded amount of memory, however large the events are."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from uuid import UUID

import psutil
import pytest

from adapters.bootstrap import Parts
from adapters.postgres.log.event_store import read_after, read_streams
from adapters.postgres.log.projector import DecodedLog
from adapters.postgres.read_model.rebuild import rebuild_read_model
from adapters.settings import Settings
from domain.objects import GatheredRecord
from domain.sources import SourceFields
from projections.recorded import StoredRow

pytestmark = pytest.mark.slow

LARGE = "é" * 500_000  # 1 MB
ALLOWED = 200.0  # MiB


def fill_log(parts: Parts, errors: int, records: int) -> int:
    """A job with so many large errors of gather, all in its stream, and large records that fail; events that it wrote."""
    application = parts.application
    source = application.register_source(SourceFields("large", "http://127.0.0.1/large", "noop"), by="test")
    job = application.start_gather(application.create_job(source, by="test"), "test")
    for number in range(errors):
        application.record_gather_error(job, "large", f"{number} {LARGE}")
    for number in range(records):
        record = GatheredRecord(f"record-{number}", extras={"large": LARGE})
        application.record_page(job, [record], 1)
        [ids] = parts.database.query("SELECT originator_id FROM events.stored_event ORDER BY notification_id DESC LIMIT 1")
        [known] = application.load_objects(list(ids)).values()
        known.fail("Import", "large", f"{number} {LARGE}", None)
        application.record_objects([known])
    application.finish_gather(job, complete=True, full=True, deletions=0)
    return int(parts.database.query("SELECT count(*) FROM events.stored_event")[0][0])


def peak(work: Callable[[Settings], object], settings: Settings) -> float:
    """The most memory (MiB, proportional) that a process of its own and its children hold while they do the work."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        pool.submit(os.getpid).result()
        [pid] = pool._processes
        stop, highest = threading.Event(), 0.0
        done = pool.submit(work, settings)
        while not done.done():
            highest = max(highest, _held(pid))
            stop.wait(0.02)
        done.result()
    return highest


def _held(pid: int) -> float:
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return sum(_pss(member.pid) for member in family if "resource_tracker" not in " ".join(_command(member)))


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))


def rebuild(settings: Settings) -> None:
    report = rebuild_read_model(Parts(settings).database)
    assert report.differences == []


def project(settings: Settings) -> None:
    """As in a coordinator: both projections share what they read."""
    parts, shared = Parts(settings), DecodedLog()
    projectors = parts.work_projector(log=shared), parts.read_model_projector(log=shared)
    while sum(projector.run_once() for projector in projectors):
        pass


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory is read from /proc")
def test_a_log_of_large_events_is_projected_and_rebuilt_in_bounded_memory(parts: Parts) -> None:
    fill_log(parts, errors=120, records=60)
    largest = {}

    for work in (project, rebuild):
        largest[work.__name__] = peak(work, parts.settings)

    assert max(largest.values()) < ALLOWED, largest
    assert parts.database.query("SELECT count(*), sum(length(message)) > 120 * 500000 FROM harvest.harvest_gather_error") == [
        (120, True)
    ]
    assert parts.database.query("SELECT objects, errored, gather_errors, pages_unchanged FROM harvest.job_statistics") == [
        (60, 60, 120, 60)
    ]


def test_events_are_read_by_number_and_by_size(parts: Parts) -> None:
    fill_log(parts, errors=12, records=1)
    connection = parts.database.connection
    numbers = [row[0] for row in parts.database.query("SELECT notification_id FROM events.stored_event ORDER BY 1")]

    batches = list(all_batches(lambda last: read_after(connection, last[0] if last else 0, 100, 2_500_000)))
    assert [row[0] for batch in batches for row in batch] == numbers
    assert max(sum(len(row[4]) for row in batch[:-1]) for batch in batches) < 2_500_000
    assert max(map(len, batches)) > 1
    assert [len(batch) for batch in all_batches(lambda last: read_after(connection, last[0] if last else 0, 1))] == [1] * len(
        numbers
    )
    tiny = all_batches(lambda last: read_after(connection, last[0] if last else 0, 100, 1))
    assert [len(batch) for batch in tiny] == [1] * len(numbers)


def test_streams_are_read_one_after_the_other(parts: Parts) -> None:
    fill_log(parts, errors=5, records=2)
    connection, upto = parts.database.connection, parts.event_store.max_notification_id() or 0
    order = parts.database.query("SELECT originator_id, originator_version FROM events.stored_event ORDER BY 1, 2")

    def read(last: StoredRow | None) -> list[StoredRow]:
        after = (last[1], last[2]) if last else (UUID(int=0), 0)
        return read_streams(connection, after, UUID(int=2**128 - 1), upto, 3, 1_500_000)

    batches = list(all_batches(read))
    assert [(row[1], row[2]) for batch in batches for row in batch] == order
    assert max(map(len, batches)) <= 3


def all_batches(read: Callable[[StoredRow | None], list[StoredRow]]) -> Iterator[list[StoredRow]]:
    last = None
    while rows := read(last):
        last = rows[-1]
        yield rows
