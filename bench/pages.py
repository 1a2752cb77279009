"""Figures of the pages: how long each takes at the size of a large portal, what a browser loads and when it paints, and what
open pages cost. BENCH_SCALE (1 or less) makes the history smaller.
"""

import hashlib
import os
import shutil
import statistics
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psutil
import requests

from adapters.actions.session import Session
from adapters.targets.catalogue_search import add_up
from bench import large_dataset
from bench.catalogue import fill as fill_catalogue
from bench.figure import Figure
from bench.live import result, serve, watching
from bench.site import Site, cpu_of, site
from domain.objects import GatheredRecord, HarvestObject
from tests.support.full_read_model import Size, fill, job_id, source_id
from tests.support.stack import wait_for

DATASETS = 100_000
RUNS = 15
NIGHT = "2016-06-01T12:00"  # one in which every source of the history was harvested
MEDIAN, BYTES, PAINT, SHIFT, BLOCKING = 100.0, 150.0, 1.0, 0.1, 1.0  # ms, kB, s, CLS, requests
CHANGES = 60  # of a source
CALM = 300  # milliseconds after loading, in which a page may still shift
OPEN, RECORDS, SECONDS = 200, 40, 20  # open pages of one job, its records, of which one ends each half second or second
LOADED = """() => {
    const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    return {
        bytes: all.reduce((sum, entry) => sum + entry.transferSize, 0),
        blocking: all.filter((entry) => entry.renderBlockingStatus === 'blocking').length,
        paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 1e6,
        shift: window.shifted,
    };
}"""
SHIFTS = """
    window.shifted = 0;
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shifted += entry.value; })
        .observe({ type: 'layout-shift', buffered: true });
"""


@dataclass(frozen=True)
class InTheLog:
    """What pages are about that ask the log, too: a counted set of sources, and a large dataset."""

    bulk: str
    large: large_dataset.Entered


def addresses(size: Size, entered: InTheLog) -> dict[str, str]:
    """Every page, of the large source where it is about one; `logged` has its events in the log, too."""
    large, job = f"/harvest/{source_id(1)}", f"/harvest/{source_id(1)}/job/{size.large_job}"
    record = str(UUID("f" + hashlib.md5(b"1 17").hexdigest()[1:]))
    return {
        "sources": "/harvest",
        "sources found": "/harvest?q=source",
        "sources of a state": "/harvest?health=failing",
        "new source": "/harvest/new?source_type=ckan",
        "source": "/harvest/logged",
        "about": f"/harvest/about/{source_id(1)}",
        "statistics": f"/harvest/statistics/{source_id(1)}",
        "timeline": "/harvest/timeline/logged",
        "jobs of a source": f"{large}/job",
        "job": job,
        "job with nothing wrong": f"/harvest/{source_id(2)}/job/{job_id(2, size.nights - 1)}",
        "errors": f"{job}/errors",
        "edit": f"/harvest/edit/{source_id(1)}",
        "admin": f"/harvest/admin/{source_id(1)}",
        "clear": f"/harvest/clear/{source_id(1)}",
        "delete": f"/harvest/delete/{source_id(1)}",
        "record": f"/harvest/-/object/{record}",
        "jobs": "/harvest/-/jobs",
        "jobs that run": "/harvest/-/jobs?status=Running",
        "log": "/harvest/-/log?since=all",
        "log of a job": f"/harvest/-/log?job={size.large_job}",
        "system": "/harvest/-/system",
        "tokens": "/harvest/-/tokens",
        "overview": f"/harvest/-/overview?until={NIGHT}",
        "projections": "/harvest/-/system/projections",
        "persons": "/harvest/-/persons",
        "organisations": "/harvest/-/organisations",
        "history": f"/harvest/-/dataset/{record}",
        "version": f"/harvest/-/dataset/{record}/version",
        "datasets": "/dataset",
        "datasets found": "/dataset?q=word500",
        "dataset": "/dataset/dataset-17",
        "sign in": "/harvest/-/sign-in",
        "sessions": "/harvest/-/me/sessions",
        "person": "/harvest/-/persons/bench",
        "organisation": "/harvest/-/organisations/bench",
        "several sources": f"/harvest/-/bulk/{entered.bulk}",
        **_large_ones(entered.large),
    }


def _large_ones(entered: large_dataset.Entered) -> dict[str, str]:
    """Pages about a dataset of 1.4 MB, and about jobs that are in the log."""
    newest, history = entered.versions[0], f"/harvest/-/dataset/{entered.dataset}"
    return {
        "large dataset": f"/dataset/{entered.name}",
        "large record": f"/harvest/-/object/{newest}",
        "large history": history,
        "large version": f"{history}/version?number=2",
        "large changes": f"{history}/changes?new={newest}",
        "undo": "/harvest/large/job/last/undo",
        "retry": f"/harvest/taken/job/{entered.failed_job}/retry?cause={entered.cause}",
    }


def pages() -> list[Figure]:
    """The slowest page at its median, the heaviest, the one that paints last, and the worst shift."""
    share = float(os.environ.get("BENCH_SCALE", "1"))
    size = Size().scaled(share)
    with site(serve_anonymous_rate=0.0) as running:
        fill(running.parts.database, size)
        fill_catalogue(running.parts.database, round(DATASETS * share))
        entered = _enter(running)
        url, token = serve(running)
        medians = _medians(url, token, addresses(size, entered))
        loaded = _loaded(url, token, addresses(size, entered))
    what = f"{size.sources:,} sources, {round(DATASETS * share):,} datasets, {size.objects:,} objects"
    each = ", ".join(f"{name} {ms:.0f}" for name, ms in sorted(medians.items(), key=lambda item: -item[1]))
    slowest = Figure("pages_slowest", max(medians.values()), "ms", MEDIAN, note=f"{what}; {each}", lower_is_better=True)
    return [
        slowest,
        _worst("pages_heaviest", loaded, "bytes", 1000, "kB", BYTES),
        _worst("pages_last_painted", loaded, "paint", 1000, "s", PAINT),
        _worst("pages_layout_shift", loaded, "shift", 1, "CLS", SHIFT),
        _worst("pages_blocking_requests", loaded, "blocking", 1, "requests", BLOCKING),
    ]


def _enter(running: Site) -> InTheLog:
    """A source with events, and datasets in the catalogue; a large dataset; every source counted for a bulk action."""
    session = Session(running.parts)
    source = session.call("harvest_source_create", name="logged", url="http://127.0.0.1/logged", source_type="ckan")["id"]
    for number in range(CHANGES):
        session.call("harvest_source_patch", id=source, title=f"Title {number}")
    running.parts.database.query("UPDATE catalogue.package SET source_id = %(id)s WHERE source_id = 'source-7'", id=source)
    while add_up(running.parts.database):  # as a coordinator does
        pass
    session.call("harvest_organization_create", name="bench", title="The office")
    large = large_dataset.enter(session)
    named = {"source_ids": ["logged", "large", "taken"]}
    return InTheLog(session.call("harvest_bulk_create", what="pause", **named)["id"], large)


def _worst(name: str, loaded: dict[str, dict[str, float]], of: str, per: float, unit: str, limit: float) -> Figure:
    page = max(loaded, key=lambda one: loaded[one][of])
    value = max(loaded[page][of] / per, 0.0001)  # nothing at all is a good value, not one that wasn't measured
    return Figure(name, value, unit, limit, note=f"of {page}, Chromium without a cache", lower_is_better=True)


def _medians(url: str, token: str, pages: dict[str, str]) -> dict[str, float]:
    """Milliseconds from the request to the last byte, of a signed-in person. Fails for a page that isn't there."""
    medians = {}
    with requests.Session() as session:
        session.headers.update({"Authorization": token, "Accept": "text/html", "Sec-Fetch-Site": "none"})
        for name, path in pages.items():
            times = []
            for _ in range(RUNS):
                begun = time.perf_counter()
                answer = session.get(url + path, timeout=30)
                times.append((time.perf_counter() - begun) * 1000)
                assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"
            medians[name] = statistics.median(times)
    return medians


def _loaded(url: str, token: str, pages: dict[str, str]) -> dict[str, dict[str, float]]:
    """What a browser loads that has nothing of the site yet, and when it paints first."""
    from playwright.sync_api import sync_playwright

    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    seen = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, path in pages.items():
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            context.add_cookies([{"name": "harvestlog", "value": _signed_in(url, token), "url": url}])
            page = context.new_page()
            page.add_init_script(SHIFTS)
            page.goto(url + path, wait_until="load")
            page.wait_for_timeout(CALM)
            seen[name] = page.evaluate(LOADED)
            context.close()
        browser.close()
    return seen


def _signed_in(url: str, token: str) -> str:
    """The cookie of a new session."""
    values, headers = {"token": token, "then": "/harvest"}, {"Origin": url}
    answer = requests.post(f"{url}/harvest/-/sign-in", values, headers=headers, timeout=30, allow_redirects=False)
    return answer.cookies["harvestlog"]


def open_pages() -> list[Figure]:
    """200 open pages of one job whose records end one a second: processor time, and until the last is told; then the end."""
    with site("coordinator") as running:
        url, token = serve(running)
        path, records = _running_job(running)
        server = psutil.Process(running.stack.process("serve").pid)
        view = f"/harvest/-/live?view=en%20{path}"
        with watching(url, token, OPEN, SECONDS + 5, view, f"([0-9]+) of {RECORDS} done") as process:
            time.sleep(2.0)  # all have been sent the page as it is
            before, begun, at = cpu_of(server), time.time(), {}
            for number in range(1, SECONDS + 1):
                at[str(number)] = time.time()
                records[number].fail("Fetch", "http_status", "404", None)
                running.parts.application.record_objects([records[number]])
                time.sleep(max(0.0, begun + number - time.time()))
            busy = 100 * (cpu_of(server) - before) / (time.time() - begun)
            seen = [(number, when) for number, when in result(process)["seen"] if number in at]
        with watching(url, token, OPEN, 60, view, "unused"):
            ending = time.monotonic()
            serving = running.stack.process("serve")
            serving.terminate()
            serving.wait(30)
            ended = time.monotonic() - ending
    delays = sorted(when - at[number] for number, when in seen)
    assert len(delays) == SECONDS * OPEN, f"{len(delays)} of {SECONDS * OPEN} were told"
    note = f"{OPEN} pages of one job, a change a second"
    told = f"{note}; median {statistics.median(delays) * 1000:.0f} ms"
    return [
        Figure("open_job_pages", busy, "% of a core", 3, note=note, lower_is_better=True),
        Figure("open_job_pages_told", delays[-1], "s at worst", 1, note=told, lower_is_better=True),
        Figure("end_of_a_server_with_pages", ended, "s", 2, note=f"{OPEN} open pages", lower_is_better=True),
    ]


def _running_job(running: Site) -> tuple[str, list[HarvestObject]]:
    """A job that has gathered its records: the address of its page, and the records."""
    application = running.parts.application
    source = running.stack.source("bench", "http://127.0.0.1/bench", "noop")
    identity = application.create_job(UUID(source), by="bench")
    job = application.start_gather(identity, "bench")
    application.record_page(job, [GatheredRecord(f"record-{number}") for number in range(RECORDS)], 0, "")
    wait_for(lambda: (running.stack.model.job(str(identity)) or {}).get("objects") == RECORDS, 30, "the records are gathered")
    ids = [job.object_id(f"record-{number}") for number in range(RECORDS)]
    return f"/harvest/bench/job/{identity}", [application.load(HarvestObject, object_id) for object_id in ids]


FIGURES: dict[str, Any] = {"pages": pages, "open_pages": open_pages}
