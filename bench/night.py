"""Figure night: every source of a portal harvested once, and nothing has changed; as a new portal, and after ten years.

The remote is a harvester that lists documents of 5,000 characters; HTTP is left out, the figure `unchanged` has it. What the
sources hold, and the history, are written by SQL (see history.py).

BENCH_NIGHT=20x500x1 measures 20 sources of 500 datasets with one year behind them, in half a minute.
"""

import os
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from bench.figure import Figure
from bench.history import fill, hold
from bench.site import Site, site
from domain.sources import SourceFields
from tests.support.stack import wait_for

SIZE = os.environ.get("BENCH_NIGHT", "800x500x10")  # sources x datasets x years
CONTENT = 5000  # characters of a document
ROLES = ("coordinator", "gather-consumer")
WITHIN = 3600.0  # seconds: the floor for 400,000 datasets
ENGINE = 300.0  # seconds: without HTTP
LONGER = 1.1  # times, at most, after ten years
BYTES = 2.0  # of events' state for each unchanged dataset
GROWN = """
    SELECT (SELECT coalesce(sum(octet_length(state)), 0) FROM events.stored_event WHERE notification_id > %(after)s),
        (SELECT count(*) FROM events.stored_event WHERE notification_id > %(after)s)
"""
ENDED = """
    SELECT count(*), count(*) FILTER (WHERE outcome = 'finished'), max(finished) - min(j.created), sum(t.pages_unchanged)
    FROM harvest.harvest_job j JOIN harvest.job_statistics t ON t.job_id = j.id
    WHERE j.id = ANY (%(jobs)s) AND j.status = 'Finished'
"""
SIZES = """
    SELECT n.nspname || '.' || c.relname, pg_total_relation_size(c.oid) FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname IN ('events', 'content', 'ops', 'harvest')
"""


@dataclass(frozen=True)
class Night:
    """One night: seconds, processor seconds by role, bytes of state and of each table that grew."""

    seconds: float
    cpu: dict[str, float]
    state_bytes: int
    events: int
    tables: dict[str, int]


def night() -> list[Figure]:
    """A night of a new portal, then one with years of nights behind it."""
    sources, datasets, years = map(int, SIZE.split("x"))
    with site() as running:
        ids = _sources(running, sources)
        hold(running.parts, ids, datasets, CONTENT)
        first = _one_night(running, ids, datasets)
        begun = time.perf_counter()
        events = fill(running.parts, ids, years * 365)
        took = time.perf_counter() - begun
        later = _one_night(running, ids, datasets)
    records = sources * datasets
    shape = f"{sources} sources x {datasets} datasets"
    past = f"{years} years of nightly jobs behind each source ({events:,} events, made in {took:.0f} s)"
    work = f"{sum(later.cpu.values()) / sum(first.cpu.values()):.2f} times the CPU"
    ceiling = ENGINE * records / 400_000 + 10.0
    return [
        Figure("night", first.seconds, "s", ceiling, first.cpu, f"{shape}, {_told(first, records)}", lower_is_better=True),
        Figure(
            "night_later",
            later.seconds / first.seconds,
            "times",
            LONGER,
            later.cpu,
            f"{past}; {work}; {_told(later, records)}",
            True,
        ),
        Figure(
            "night_bytes",
            later.state_bytes / records,
            "bytes",
            BYTES,
            note="of state a dataset and night",
            lower_is_better=True,
        ),
    ]


def _told(measured: Night, records: int) -> str:
    grown = ", ".join(f"{table} {size / 1e6:+.1f} MB" for table, size in measured.tables.items())
    rate = records / measured.seconds
    cpu = sum(measured.cpu.values()) / records * 1000
    return f"{measured.seconds:.1f} s, {rate:,.0f} datasets/s, {cpu:.3f} ms of CPU each, {measured.events:,} events; {grown}"


def _sources(running: Site, number: int) -> list[UUID]:
    application = running.parts.application
    config = f'{{"records": {int(SIZE.split("x")[1])}, "listed": {CONTENT}}}'
    fields = (SourceFields(f"s-{n}", f"http://127.0.0.1/{n}", "noop", config=config) for n in range(number))
    return [application.register_source(source, by="bench") for source in fields]


def _one_night(running: Site, sources: list[UUID], datasets: int) -> Night:
    """Start the roles, let one job warm them up, harvest every source once, stop the roles."""
    for role in ROLES:
        running.stack.start(role)
    awake = replace(running, roles=ROLES)
    try:
        _harvest(running, sources[:1], datasets)
        return _measured(awake, sources, datasets)
    finally:
        for role in ROLES:
            running.stack.process(role).terminate()
        for role in ROLES:
            running.stack.process(role).wait(60)


def _measured(running: Site, sources: list[UUID], datasets: int) -> Night:
    database = running.parts.database
    after = running.parts.event_store.max_notification_id() or 0
    before, sizes = running.cpu(), dict(database.query(SIZES))
    seconds = _harvest(running, sources, datasets)
    cpu = {role: round(used - before[role], 2) for role, used in running.cpu().items()}
    state, events = database.query(GROWN, after=after)[0]
    grown = {table: size - sizes.get(table, 0) for table, size in database.query(SIZES)}
    return Night(seconds, cpu, state, events, {table: size for table, size in grown.items() if abs(size) > 50_000})


def _harvest(running: Site, sources: list[UUID], datasets: int) -> float:
    """A job of every source; seconds from the first one's creation to the last one's end, by the database's clock."""
    application = running.parts.application
    jobs = [str(application.create_job(source, trigger="schedule")) for source in sources]

    def ended() -> tuple[Any, ...] | None:
        row = running.parts.database.query(ENDED, jobs=jobs)[0]
        return row if row[0] == len(jobs) else None

    _, finished, took, unchanged = wait_for(ended, WITHIN, "all jobs end", every=0.5)
    assert (finished, unchanged) == (len(jobs), len(jobs) * datasets), "every dataset is unchanged"
    assert isinstance(took, timedelta)
    return took.total_seconds()


FIGURES: dict[str, Any] = {"night": night}
