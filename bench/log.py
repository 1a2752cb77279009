"""Figures of the log alone: append, project, rebuild."""

import statistics
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from adapters.postgres.read_model.rebuild import rebuild_read_model
from bench.figure import Figure
from bench.site import Site, site
from domain.application import Harvesting
from domain.objects import GatheredRecord, HarvestObject, gathered_event, object_id
from domain.sources import SourceFields

CALL = 500  # events in one append
EXTRAS = {"kind": "bench", "origin": "http://127.0.0.1/bench"}


def append() -> list[Figure]:
    """Events built, encoded and appended, 500 a call, by one process."""
    rates = []
    with site() as running:
        application, job_id = running.parts.application, _job(running)
        for run in range(5):
            begun = time.perf_counter()
            for page in range(40):
                application.event_log.append(application.stored(_gathered(job_id, run * 40 + page)))
            rates.append(40 * CALL / (time.perf_counter() - begun))
    return [Figure("append", statistics.median(rates), "events/s", 15_000, note="500 events a call, one process")]


def _job(running: Site) -> UUID:
    application = running.parts.application
    source = application.register_source(SourceFields("bench", "http://127.0.0.1/bench", "noop"), by="bench")
    return application.create_job(source, by="bench")


CREATED = datetime(2026, 1, 1, tzinfo=UTC)


def _gathered(job_id: UUID, page: int) -> list[HarvestObject.Gathered]:
    records = (GatheredRecord(f"record-{page * CALL + n}", extras=EXTRAS) for n in range(CALL))
    source = str(UUID(int=1))
    return [gathered_event(r, object_id(CREATED, job_id, r.guid), str(job_id), source, 1, CREATED) for r in records]


def fill(application: Harvesting, job_id: UUID, events: int) -> int:
    """A log of 3 events an object, as a harvest writes it: outcomes come some pages behind gather. How many events."""
    pages = events // (3 * CALL)
    waiting: list[list[Any]] = []
    for page in range(pages):
        gathered = _gathered(job_id, page)
        application.event_log.append(application.stored(gathered))
        waiting.append(gathered)
        if len(waiting) > 4:
            _finish(application, waiting.pop(0))
    for gathered in waiting:
        _finish(application, gathered)
    return pages * 3 * CALL


def _finish(application: Harvesting, gathered: list[Any]) -> None:
    objects = [event.mutate(None) for event in gathered]
    for obj in objects:
        obj.fetch("ab" * 32, {})
        obj.import_as("added", None)
    application.record_objects(objects)


def project() -> list[Figure]:
    """One million events through the live projector, then a plain rebuild."""
    with site() as running:
        application = running.parts.application
        events = fill(application, _job(running), 1_000_000)
        projector = running.parts.read_model_projector()
        begun = time.perf_counter()
        done = projector.catch_up()
        live = done / (time.perf_counter() - begun)
        report = rebuild_read_model(running.parts.database)
    note = f"{events:,} events, 3 an object, 2 extras each, one source"
    rebuilt = report.events / report.seconds
    differences = f"differences: {report.differences or 'none'}; swap {report.swap_ms} ms"
    return [
        Figure("project", live, "events/s", 12_000, note=note),
        Figure("rebuild", rebuilt, "events/s", 30_000, note=f"{note}; {differences}"),
    ]


FIGURES: dict[str, Any] = {"append": append, "project": project}
