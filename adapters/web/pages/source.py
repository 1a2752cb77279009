"""The pages of one source: its datasets, what it is, numbers over time, what happened to it, and its runs."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from starlette.responses import Response

from adapters.web.pages import paths
from adapters.web.pages.charts import ENDS
from adapters.web.pages.dataset_view import DatasetView
from adapters.web.pages.page import Page
from adapters.web.pages.search_terms import whole_number
from domain.errors import Refused

ROWS = 50
DAYS = (31, 92, 366)
DURATIONS = 60  # runs
Row = dict[str, Any]


def found(page: Page) -> Row:
    """The source that the path names. Raises NotFound, NotAuthorized."""
    row: Row = page.call("harvest_source_show", id=page.path("id"))
    return row


def found_to_edit(page: Page) -> Row:
    """The same, for those who may edit it. Raises NotAuthorized for others."""
    source = found(page)
    page.require("harvest_source_update", source)
    return source


def frame(page: Page, source: Row, tab: str) -> Row:
    """What all pages of a source show: its state, its last run, and which other pages there are."""
    may = {name: page.may(f"harvest_{name}", source) for name in ("job_create", "job_list", "source_update", "timeline_list")}
    job = None
    if source["last_job_id"] and may["job_list"]:
        job = page.call("harvest_job_show", id=source["last_job_id"])
    elif source["last_job_id"]:
        runs = page.call("harvest_run_list", source_ids=[source["id"]], limit=1)[source["id"]]
        job = {"kind": "harvest", "decision": None, "gather_errors": 0, "held": 0, **runs[-1]} if runs else None
    return {"source": source, "job": job, "tab": tab, "may": may}


def datasets(page: Page) -> Response:
    """What a source holds. With the local catalogue they can be searched."""
    source = found(page)
    if page.site.settings.ckan_url:
        answer = page.call("harvest_dataset_list", source_id=source["id"], after=page.query.get("after", ""))
        rows = [{"title": row["title"] or row["guid"], "notes": "", **row} for row in answer["datasets"]]
        following = page.here(after=answer["next"]) if answer["next"] else None
        return _datasets(page, source, rows, source["datasets"], None, following, "")
    start, q = whole_number(page.query.get("start")), page.query.get("q", "")[:500]
    values = {"q": q, "source_id": source["id"], "rows": ROWS, "start": start, "facet": False}
    answer = page.call("package_search", **values, sort="metadata_modified desc")
    before = page.here(start=max(0, start - ROWS)) if start else None
    following = page.here(start=start + ROWS) if start + ROWS < answer["count"] else None
    return _datasets(
        page, source, [DatasetView(package) for package in answer["results"]], answer["count"], before, following, q
    )


def _datasets(
    page: Page, source: Row, rows: Sequence[Any], count: int, before: str | None, following: str | None, q: str
) -> Response:
    shown: Row = {"rows": rows, "count": count, "before": before, "following": following, "q": q}
    return page.render("source.html", **frame(page, source, "datasets"), **shown, local=not page.site.settings.ckan_url)


def about(page: Page) -> Response:
    """What a source is, and how it is harvested."""
    source = found(page)
    return page.render("source_about.html", **frame(page, source, "about"))


def statistics(page: Page) -> Response:
    """Runs and records by day, and how long runs took."""
    source = found(page)
    days = next((days for days in DAYS if page.query.get("days") == str(days)), DAYS[0])
    by_day = {row["day"]: row for row in page.call("harvest_statistics_series", source_id=source["id"], days=days)}
    runs = page.call("harvest_run_list", source_ids=[source["id"]], limit=DURATIONS)[source["id"]]
    series = [with_all_counts(row) for row in every_day(by_day, days, source["datasets"])]
    may_see = page.may("harvest_cause_series", source)
    causes = page.call("harvest_cause_series", source_id=source["id"]) if may_see else None
    shown: Row = {"series": series, "days": days, "runs": runs, "causes": causes}
    return page.render("source_statistics.html", **frame(page, source, "statistics"), **shown)


def every_day(by_day: Mapping[str, Row], days: int, datasets: int | None = None) -> list[Row]:
    """One row a day up to today (UTC), also for days without a job; `datasets`: how many there are, when there was no job."""
    last = max([datetime.now(UTC).date(), *(date.fromisoformat(day) for day in by_day)])
    if by_day:
        first = by_day[min(by_day)]
        datasets = max(0, first["datasets"] - first["added"] + first["deleted"])
    rows: list[Row] = []
    for back in range(days - 1, -1, -1):
        day = (last - timedelta(days=back)).isoformat()
        row = by_day.get(day) or {"day": day, "jobs": 0, "datasets": datasets}
        rows.append(row)
        datasets = row["datasets"]
    return rows


def with_all_counts(row: Row) -> Row:
    """A day with all its numbers, by names that templates can use."""
    names = ("added", "updated", "deleted", "errored", *ENDS)
    return {**row, **{name: row.get(name, 0) for name in names}, "not_modified": row.get("not modified", 0)}


def timeline(page: Page) -> Response:
    """What happened to a source, newest first: what, when, by whom."""
    source = found(page)
    before = page.query.get("before", "")
    answer = page.call("harvest_timeline_list", id=source["id"], before=before if before.isdecimal() else None)
    following = page.here(before=answer["next"]) if answer["next"] else None
    return page.render("source_timeline.html", **frame(page, source, "timeline"), events=answer["events"], following=following)


def jobs(page: Page) -> Response:
    """The runs of a source."""
    source = found(page)
    answer = page.call("harvest_job_list", source_id=source["id"], limit=ROWS, after=page.query.get("after", ""))
    following = page.here(after=answer["next"]) if answer["next"] else None
    return page.render("source_jobs.html", **frame(page, source, "job"), jobs=answer["jobs"], following=following)


def harvest(page: Page) -> Response:
    """Make a job of a source, and show it. A second press leads to the job that the first one made."""
    source = found(page)
    try:
        job = page.call("harvest_job_create", source_id=source["id"], full=page.form.get("full") == "1")
    except Refused as refused:
        return page.go(paths.source(source), str(refused), "failed")
    return page.go(paths.job(source, job["id"]), page.text("The harvest has begun. This page shows how far it is."))
