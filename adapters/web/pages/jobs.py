"""The pages of jobs: all of them, one with how far it is and what went wrong, its errors as CSV; and stop and retry."""

import csv
import io
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from adapters.web.pages import paths
from adapters.web.pages.page import Page, error_page, opened
from adapters.web.pages.search_terms import start_of_page, whole_number
from adapters.web.pages.source import ROWS, Row
from domain.errors import HarvestError, Refused

STATUSES = ("Running", "New", "Finished", "Aborted")
LAST = "last"
ENDED = ("Finished", "Aborted")
LOSSES = 5  # examples of what datasets were imported without
WARNINGS = "warnings"
CAUSES = 50  # on one page
CSV_PAGE = 1000  # errors read at a time
COLUMNS = ("kind", "guid", "stage", "code", "message", "line", "created", "object_id", "original_url")
KINDS = {"gather_errors": "gather", "object_errors": "record", "warnings": "warning", "job_warnings": "warning"}
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""With these a spreadsheet would take a text for a formula."""
NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]")


def every(page: Page) -> Response:
    """Jobs of all sources, newest first."""
    status = page.query.get("status", "") if page.query.get("status") in STATUSES else ""
    answer = page.call("harvest_job_list", status=status, limit=ROWS, after=page.query.get("after", ""))
    following = page.here(after=answer["next"]) if answer["next"] else None
    return page.render("jobs.html", jobs=answer["jobs"], status=status, statuses=STATUSES, following=following)


def _found(page: Page) -> tuple[Row, Row]:
    """The source and the job that the path names; the job `last` is the source's last one."""
    source: Row = page.call("harvest_source_show", id=page.path("id"))
    named = page.path("job")
    job: Row = page.call("harvest_job_progress_show", id=source["id"] if named == LAST else named)
    if job["source_id"] != source["id"]:
        source = page.call("harvest_source_show", id=job["source_id"])
    return source, job


def show(page: Page) -> Response:
    """How far a job is, or how it ended, and what went wrong by cause."""
    source, job = _found(page)
    causes = page.call("harvest_job_error_summary", id=job["id"]) if job["errored"] else None
    ended = job["status"] in ENDED
    return page.render(
        "job.html",
        source=source,
        job=job,
        causes=causes,
        losses=_losses(page, job["id"]) if ended and (job["added"] or job["updated"]) else (),
        **_some_causes(page, causes),
        share=_share(job),
        rate=_rate(job),
        left=_left(job),
        ended=ended,
        may={name: page.may(f"harvest_job_{name}", source) for name in ("abort", "retry", "undo", "approve_deletions")},
        live="" if ended else f"job={job['id']}",
    )


def _losses(page: Page, job_id: str) -> list[Row]:
    """The first things that datasets were imported without, and what all of them lost alike."""
    report = page.call("harvest_job_report", id=job_id, limit=LOSSES, kind=WARNINGS)
    return [*report["job_warnings"], *report["warnings"]]


def _some_causes(page: Page, causes: Row | None) -> Row:
    """The causes of one page, worst first, those of the gather before those of records; and where the others are."""
    both = causes or {"gather_error_summary": [], "object_error_summary": []}
    rows = [(False, cause) for cause in both["gather_error_summary"]] + [
        (True, cause) for cause in both["object_error_summary"]
    ]
    start = start_of_page(page.query.get("start"), len(rows), CAUSES)
    return {
        "listed": rows[start : start + CAUSES],
        "before": page.here(start=max(0, start - CAUSES) or None) if start else None,
        "following": page.here(start=start + CAUSES) if start + CAUSES < len(rows) else None,
    }


def _total(job: Row) -> int | None:
    """How many records there will be; None while that isn't known."""
    return int(job["objects"]) if job["gather_finished"] else job["expected"]


def _share(job: Row) -> Mapping[str, Any]:
    return {"gather": job["objects"], "expected": _total(job), "done": job["done"], "of": job["objects"]}


def _rate(job: Row) -> float | None:
    """Records a second since the job began."""
    begun, end = job["gather_started"], job["finished"] or job["now"]
    if begun is None or not job["done"]:
        return None
    seconds = (end.replace(tzinfo=None) - begun.replace(tzinfo=None)).total_seconds()
    return float(job["done"]) / seconds if seconds > 0.5 else None


def _left(job: Row) -> float | None:
    """Seconds until it is over at this rate; None while that isn't known."""
    total, rate = _total(job), _rate(job)
    if total is None or rate is None or job["status"] in ENDED:
        return None
    return max(0.0, float(total - job["done"]) / rate)


def errors(page: Page) -> Response:
    """The errors of a job one by one."""
    source, job = _found(page)
    named = page.query.get("cause", "")
    cause = page.call("harvest_job_cause_show", id=job["id"], cause=named) if named else None
    shown = WARNINGS if page.query.get("kind") == WARNINGS and not named else ""
    answer = page.call(
        "harvest_job_report", id=job["id"], limit=ROWS, after=page.query.get("after", ""), cause=named, kind=shown
    )
    kinds = ("gather_errors", "object_errors", "warnings", "job_warnings")
    rows = [{**row, "kind": kind} for kind in kinds for row in answer[kind]]
    following = page.here(after=answer["next"]) if answer["next"] else None
    return page.render("job_errors.html", source=source, job=job, rows=rows, following=following, cause=cause, kind=shown)


def abort(page: Page) -> Response:
    """Stop a job; what was imported stays."""
    source, job = _found(page)
    try:
        page.call("harvest_job_abort", id=job["id"])
    except Refused as refused:
        return page.go(paths.job(source, job["id"]), str(refused), "failed")
    return page.go(paths.job(source, job["id"]), page.text("The job was stopped. What it had imported stays."))


def ask_retry(page: Page) -> Response:
    """How many records failed for one cause, before they are tried again."""
    source, job = _found(page)
    page.require("harvest_job_retry", source)
    if not page.query.get("cause"):
        return page.go(paths.job(source, job["id"]))
    cause = page.call("harvest_job_cause_show", id=job["id"], cause=page.query["cause"])
    return page.render("job_retry.html", source=source, job=job, cause=cause)


def retry(page: Page) -> Response:
    """Make a job over the records that failed, or over those of one cause."""
    source, job = _found(page)
    cause = page.form.get("cause", "")
    count = whole_number(page.form.get("count")) if cause else None
    try:
        again = page.call("harvest_job_retry", id=job["id"], cause=cause, count=count)
    except Refused as refused:
        return page.go(paths.job(source, job["id"]), str(refused), "failed")
    return page.go(paths.job(source, again["id"]), page.text("This job tries the failed records again."))


async def errors_as_csv(request: Request) -> Response:
    """All errors of a job as a table for spreadsheets, sent while they are read: nothing is kept in memory."""
    part = await _first_part(request)
    if isinstance(part, Response):
        return part
    page, first = part

    async def parts() -> AsyncIterator[bytes]:
        yield b"\xef\xbb\xbf" + csv_lines([dict(zip(COLUMNS, COLUMNS, strict=True))])
        answer, job = first, str(first["job"]["id"])  # the one that was the last when this began
        while True:
            yield csv_lines(_rows(answer))
            if not answer["next"]:
                return
            after = answer["next"]
            answer = await page.site.run(lambda after=after: _report(opened(request), job, after))  # type: ignore[misc]

    disposition = f'attachment; filename="{file_name(page.path("id"), page.path("job"))}"'
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return StreamingResponse(parts(), headers=headers, media_type="text/csv; charset=utf-8")


def file_name(source: str, job: str) -> str:
    """The name of a table of errors, by what the address says, which anybody can make up."""
    return NOT_IN_NAMES.sub("_", f"{source[:60]}-{job[:36]}-errors.csv")


async def _first_part(request: Request) -> tuple[Page, Row] | Response:
    """The first part of a job's errors, or why there is none."""
    from adapters.web.site import site_of

    def first() -> tuple[Page, Row] | Response:
        page = opened(request)
        try:
            if isinstance(request.state.problem, HarvestError):
                raise request.state.problem
            return page, _report(page, _reference(page), "")
        except Exception as error:
            return error_page(page, error)

    return await site_of(request).run(first)


def _reference(page: Page) -> str:
    """The job that the path names, or the source whose last one is meant."""
    return page.path("id") if page.path("job") == LAST else page.path("job")


def _report(page: Page, job_id: str, after: str) -> Row:
    cause = page.query.get("cause", "")
    report: Row = page.call("harvest_job_report", id=job_id, limit=CSV_PAGE, after=after, cause=cause)
    return report


def _rows(report: Row) -> list[Row]:
    return [{**row, "kind": word} for kind, word in KINDS.items() for row in report[kind]]


def csv_lines(rows: list[Row]) -> bytes:
    """Rows as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in COLUMNS])
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
