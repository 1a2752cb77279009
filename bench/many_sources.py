"""Figures of many jobs at once: many_sources, many_sources_cpu, many_waiting."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, LiteralString
from uuid import UUID

from bench.figure import Figure
from bench.site import Site, site
from domain.sources import SourceFields
from tests.support.stack import wait_for

ALL = ("coordinator", "gather-consumer", "fetch-consumer")
OBJECTS = 16_000  # in each of the shapes
SHAPES = ((1, 16_000), (150, 106), (800, 20))  # jobs, records of each
WAITING, WAITING_OBJECTS = 10_000, 10  # jobs that nobody works on, and objects of every second one
IDLE_SECONDS = 20
ENDED: LiteralString = "SELECT count(*) FROM harvest.harvest_job WHERE status = 'Finished'"
FILL_JOBS: LiteralString = """
    INSERT INTO ops.job_progress (job_id, source_id, kind, lane, inline, created_at, gather, complete, objects)
    SELECT gen_random_uuid(), gen_random_uuid(), 'harvest', 1, false, now(),
        CASE WHEN n %% 2 = 0 THEN 'waiting' ELSE 'finished' END, n %% 2 = 1, n %% 2 * %(objects)s
    FROM generate_series(1, %(jobs)s) AS n
"""
FILL_WORK: LiteralString = """
    INSERT INTO ops.work (object_id, job_id, due_at)
    SELECT gen_random_uuid(), j.job_id, now() FROM ops.job_progress j, generate_series(1, j.objects)
"""


@dataclass(frozen=True)
class Run:
    """How one shape went."""

    rate: float  # objects a second
    cpu: dict[str, float] = field(default_factory=dict)  # ms for an object, by role


def many_sources() -> list[Figure]:
    """The same number of records without content as one job, and as hundreds that begin at once."""
    runs = {jobs: _run(jobs, records) for jobs, records in SHAPES}
    single, most = runs[SHAPES[0][0]], runs[SHAPES[-1][0]]
    rates = ", ".join(f"{jobs} x {records}: {runs[jobs].rate:,.0f}/s" for jobs, records in SHAPES)
    ratio = most.cpu["coordinator"] / single.cpu["coordinator"]
    cpu = f"{single.cpu['coordinator']:.3f} ms an object for one job, {most.cpu['coordinator']:.3f} ms for 800"
    roles = ", ".join(f"{role} {used:.2f}" for role, used in single.cpu.items())
    note = f"{rates}; ms of CPU an object for one job: {roles}"
    return [
        Figure("many_sources", most.rate / single.rate * 100, "% of one job's rate", 80, note=note, roles=most.cpu),
        Figure("many_sources_cpu", ratio, "times one job's coordinator", 1.5, lower_is_better=True, note=cpu),
    ]


def _run(jobs: int, records: int) -> Run:
    with site(*ALL) as running:
        running.stack.source("warm", "http://127.0.0.1/warm", "noop", {"records": 200})
        running.stack.harvest("warm")
        sources = [_source(running, number, records) for number in range(jobs)]
        with _stopped(running, "coordinator"):
            for source in sources:
                running.parts.application.create_job(source, by="bench")
            before = running.cpu()
            begun = time.monotonic()
        wait_for(lambda: running.parts.database.query(ENDED)[0][0] > jobs, 600, "the jobs end")
        seconds = time.monotonic() - begun
        objects = jobs * records
        cpu = {role: round((used - before[role]) / objects * 1000, 4) for role, used in running.cpu().items()}
    return Run(objects / seconds, cpu)


def _source(running: Site, number: int, records: int) -> UUID:
    name = f"source-{number}"
    fields = SourceFields(name, f"http://127.0.0.1/{name}", "noop", config=json.dumps({"records": records}))
    return running.parts.application.register_source(fields, by="bench")


@contextmanager
def _stopped(running: Site, role: str) -> Iterator[None]:
    """A role stands still meanwhile, so that all jobs are there when it sees the first."""
    time.sleep(2.5)  # what it does on becoming idle is over
    running.stack.process(role).send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        running.stack.process(role).send_signal(signal.SIGCONT)


def many_waiting() -> list[Figure]:
    """Processor time of a coordinator that has thousands of jobs and no workers, and of Postgres for it."""
    idle, waiting = _idle(0), _idle(WAITING)
    used = sum(waiting.values()) - sum(idle.values())
    note = f"{WAITING:,} jobs and no worker, {sum(idle.values()):.2f} % of a core without them, over {IDLE_SECONDS} s"
    return [Figure("many_waiting", max(used, 0.01), "% of a core", 1.0, roles=waiting, lower_is_better=True, note=note)]


def _idle(jobs: int) -> dict[str, float]:
    with site() as running:
        running.parts.database.query(FILL_JOBS, jobs=jobs, objects=WAITING_OBJECTS)
        running.parts.database.query(FILL_WORK)
        running.parts.database.query("ANALYZE ops.work, ops.job_progress")
        running.stack.start("coordinator")
        roled = Site(running.settings, running.stack, running.postgres, running.broker, running.parts, ("coordinator",))
        time.sleep(10)  # it has led for some seconds, and has sent what it may
        before = roled.cpu()
        time.sleep(IDLE_SECONDS)
        return {role: round((used - before[role]) / IDLE_SECONDS * 100, 3) for role, used in roled.cpu().items()}


FIGURES: dict[str, Any] = {"many_sources": many_sources, "many_waiting": many_waiting}
