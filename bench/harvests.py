"""Figures of whole harvests: gather, fetch_import, cpu_per_object, unchanged."""

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil

from adapters.postgres.read_model.queries import ReadModel, Row
from bench.figure import Figure
from bench.site import Peak, Site, cpu_of, site
from domain.reimport import Selection
from tests.support.stack import ROOT, wait_for

ALL = ("coordinator", "gather-consumer", "fetch-consumer")
STARTS = 60.0  # seconds that a fake CKAN has to start
MAKES_ONE = 0.005  # seconds more for each of its datasets; it makes all of them first, one in 0.5 ms of processor time or more


def _job(running: Site, name: str, *options: str) -> str:
    return str(running.stack.json("job", name, *options)["id"])


def _row(running: Site, job_id: str) -> Row:
    row = ReadModel(running.parts.database).job(job_id)
    assert row is not None
    return row


def gather() -> list[Figure]:
    """100,000 objects without content, one gather worker, a coordinator."""
    rates: list[float] = []
    peaks: dict[int, float] = {}
    for records in (10_000, 100_000, 100_000):
        with site("coordinator", "gather-consumer") as running:
            running.stack.source("bench", "http://127.0.0.1/bench", "noop", {"records": records})
            with Peak(running.stack.process("gather-consumer").pid) as peak:
                job_id = _job(running, "bench")
                wait_for(lambda: _row(running, job_id)["gather_finished"], 300, "gather ends")  # noqa: B023
            row = _row(running, job_id)
            rate = records / (row["gather_finished"] - row["gather_started"]).total_seconds()
            peaks[records] = max(peaks.get(records, 0.0), peak.mib)
            if records == 100_000:
                rates.append(rate)
    memory = ", ".join(f"{mib:.0f} MiB at {records:,}" for records, mib in peaks.items())
    flat = peaks[100_000] <= 150
    return [
        Figure("gather", statistics.median(rates), "objects/s", 5000, note=f"peak PSS of the gather worker: {memory}"),
        Figure("gather_memory", peaks[100_000], "MiB", 150, lower_is_better=True, note=f"flat: {flat}; {memory}"),
    ]


def gather_ckan() -> list[Figure]:
    """100,000 datasets of a CKAN over HTTP, with their documents: one gather worker, a coordinator."""
    script = shared() / "ckan" / "fake_ckan.py"
    if not script.exists():
        return [Figure("gather_ckan", 0, "objects/s", 1000, note=f"not measured: no {script.name} (HARVEST_TEST_SHARED)")]
    rates: dict[int, float] = {}
    peaks: dict[int, float] = {}
    by_role: dict[str, float] = {}
    for datasets in (10_000, 100_000):
        with fake_ckan(script, datasets) as url, site("coordinator", "gather-consumer") as running:
            running.stack.source("bench", url, "ckan", {"page_size": 1000})
            before = {**running.cpu(), "remote": _remote_cpu(url)}
            with Peak(running.stack.process("gather-consumer").pid) as peak:
                job_id = start_quietly(running, "bench")
                wait_for(lambda: _row(running, job_id)["gather_finished"], 300, "gather ends")  # noqa: B023
            after = {**running.cpu(), "remote": _remote_cpu(url)}
            row = _row(running, job_id)
            rates[datasets] = datasets / (row["gather_finished"] - row["gather_started"]).total_seconds()
            peaks[datasets] = peak.mib
            by_role = {role: round((after[role] - before[role]) / datasets * 1000, 3) for role in after}
    memory = ", ".join(f"{mib:.0f} MiB at {datasets:,}" for datasets, mib in peaks.items())
    note = f"fake_ckan.py, 5.3 KB each, its processor time included; peak PSS of the gather worker: {memory}"
    return [Figure("gather_ckan", rates[100_000], "objects/s", 1000, note=note, roles=by_role)]


def fetch_import() -> list[Figure]:
    """10,000 objects with 5 KB of content; and the processor time of the same run."""
    records, rates, costs, by_role = 10_000, [], [], {}
    for _ in range(3):
        with site(*ALL) as running:
            running.stack.source("warm", "http://127.0.0.1/warm", "noop", {"records": 200, "content": 5000})
            running.stack.harvest("warm")
            running.stack.source("bench", "http://127.0.0.1/bench", "noop", {"records": records, "content": 5000})
            job_id = start_quietly(running, "bench")
            before = running.cpu()
            row = wait_for(lambda: finished(running, job_id), 300, "the job ends")  # noqa: B023
            seconds = elapsed(row)
            cpu = {role: used - before[role] for role, used in running.cpu().items()}
            rates.append(records / seconds)
            costs.append(sum(cpu.values()) / records * 1000)
            by_role = {role: round(seconds / records * 1000, 3) for role, seconds in cpu.items()}
    return [
        Figure(
            "fetch_import", statistics.median(rates), "objects/s", 1500, note="from gather_started to the job seen as Finished"
        ),
        Figure("cpu_per_object", statistics.median(costs), "ms", 0.8, lower_is_better=True, roles=by_role),
    ]


def reimport() -> list[Figure]:
    """10,000 objects with 5 KB of stored content, imported again by a harvester that does nothing with them."""
    records, rates, options = 10_000, [], Selection(join_datasets=False).options()
    with site(*ALL) as running:
        running.stack.source("bench", "http://127.0.0.1/bench", "noop", {"records": records, "content": 5000})
        running.stack.harvest("bench", timeout=300)
        for _ in range(3):
            job_id = start_quietly(running, "bench", kind="import", options=options)
            row = wait_for(lambda: finished(running, job_id), 300, "the job ends")  # noqa: B023
            seconds = elapsed(row)
            assert (row["objects"], row["errored"]) == (records, 0), row
            rates.append(records / seconds)
    note = f"{min(rates):.0f} to {max(rates):.0f}; from gather_started to the job seen as Finished, nothing is fetched"
    return [Figure("reimport", statistics.median(rates), "objects/s", 2000, note=note)]


def start_quietly(running: Site, source: str, **more: Any) -> str:
    """Make a job from this process: no command line runs next to what is measured."""
    application = running.parts.application
    job_id = str(application.create_job(application.find_source(source).id, by="bench", **more))
    wait_for(lambda: ReadModel(running.parts.database).job(job_id), 10, "the job is shown")
    return job_id


def finished(running: Site, job_id: str) -> Row | None:
    """A job once it has ended."""
    row = _row(running, job_id)
    return row if row["status"] == "Finished" else None


def elapsed(row: Row) -> float:
    """Seconds from a job's gather_started to now."""
    begun: datetime = row["gather_started"]
    return time.time() - begun.replace(tzinfo=UTC).timestamp()


def unchanged() -> list[Figure]:
    """Full re-gather of 10,000 unchanged datasets of a CKAN."""
    datasets, rates = 10_000, []
    script = shared() / "ckan" / "fake_ckan.py"
    if not script.exists():
        return [Figure("unchanged", 0, "datasets/s", 1000, note=f"not measured: no {script.name} (HARVEST_TEST_SHARED)")]
    with fake_ckan(script, datasets) as url, site(*ALL) as running:
        running.stack.source("bench", url, "ckan", {"force_all": True})
        running.stack.harvest("bench", timeout=600)
        for _ in range(3):
            job_id = start_quietly(running, "bench")
            row = wait_for(lambda: finished(running, job_id), 300, "the job ends")  # noqa: B023
            seconds = elapsed(row)
            assert row["not_modified"] == datasets, row
            rates.append(datasets / seconds)
    return [Figure("unchanged", statistics.median(rates), "datasets/s", 1000, note="fake_ckan.py, 5.3 KB each")]


def shared() -> Path:
    """Where fake servers are."""
    return Path(os.environ.get("HARVEST_TEST_SHARED") or ROOT.parent / "shared")


@contextmanager
def fake_ckan(script: Path, datasets: int, seed: str = "7") -> Iterator[str]:
    """A made-up CKAN with that many datasets; different ones for another seed. Raises AssertionError when it doesn't start."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    argv = [sys.executable, str(script), "--port", str(port), "--n", str(datasets), "--seed", seed]
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: _answers(process, url), STARTS + MAKES_ONE * datasets, "the fake CKAN answers")
        yield url
    finally:
        process.terminate()
        process.wait()


def _answers(process: subprocess.Popen[bytes], url: str) -> bool:
    if process.poll() is not None:
        raise AssertionError(f"the fake CKAN has ended with status {process.returncode} before it answered")
    try:
        with urlopen(f"{url}/_fake/stats", timeout=1):
            return True
    except OSError:
        return False


def _remote_cpu(url: str) -> float:
    """Processor seconds that a fake CKAN has used so far."""
    port = url.rpartition(":")[2]
    for child in psutil.Process().children():
        with suppress(psutil.Error):  # one that has just ended
            if port in child.cmdline():
                return cpu_of(child)
    raise AssertionError(f"no process serves {url}")


FIGURES: dict[str, Any] = {
    "gather": gather,
    "gather_ckan": gather_ckan,
    "fetch_import": fetch_import,
    "unchanged": unchanged,
    "reimport": reimport,
}
