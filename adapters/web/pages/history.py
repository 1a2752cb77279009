"""The pages of a dataset's history: its versions, how it was at a time, and what differs between two versions."""

from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from adapters.web.pages.page import Page
from adapters.web.pages.search_terms import start_of_page
from adapters.web.pages.source import Row

ROWS = 50
SHOWN = 100  # fields of a version, or differences, on one page
BRIEFLY = 30  # differences next to the fields
LONGEST_NUMBER = 20  # digits of a version's number: more than there can be, and Python reads no number of 5,000


def show(page: Page) -> Response:
    """All versions, newest first; two of them can be compared."""
    answer: Row = page.call("harvest_dataset_history_list", id=page.path("id"), limit=ROWS, after=page.query.get("after", ""))
    following = page.here(after=answer["next"]) if answer["next"] else None
    return _page(page, "dataset_history.html", answer, following=following)


def version(page: Page) -> Response:
    """The dataset as it was: in a version, or at a time."""
    number, at = page.query.get("number", "")[:LONGEST_NUMBER], page.query.get("at", "").strip()
    wanted: dict[str, Any] = {"at": at} if at else {"number": int(number)} if number.isdecimal() and int(number) else {}
    if not wanted:
        wanted = {"version": page.query.get("version", "")}
    answer: Row = page.call("harvest_dataset_version_show", id=page.path("id"), **wanted)
    row = answer["version"]
    count = row["of"] if row else page.call("harvest_dataset_history_list", id=page.path("id"), limit=1)["count"]
    differences = None
    if row and answer["kept"] and row["number"] > 1:
        differences = page.call("harvest_dataset_version_diff", id=page.path("id"), new=row["object_id"])
    start = start_of_page(page.query.get("start"), len(answer["fields"]), SHOWN)
    following = page.here(start=start + SHOWN) if start + SHOWN < len(answer["fields"]) else None
    fields = answer["fields"][start : start + SHOWN]
    told = {"count": count, "at": at, "now": datetime.now(UTC), "following": following, "briefly": BRIEFLY}
    return _page(page, "dataset_version.html", {**answer, "fields": fields}, differences=differences, **told)


def changes(page: Page) -> Response:
    """What differs between two versions; the older one stands first, in whatever order they were picked."""
    old, new = page.query.get("old", ""), page.query.get("new", "")
    answer: Row = page.call("harvest_dataset_version_diff", id=page.path("id"), old=old or None, new=new or None)
    if answer["old"] and answer["old"]["number"] > answer["new"]["number"]:
        answer = page.call("harvest_dataset_version_diff", id=page.path("id"), old=new or None, new=old)
    start = start_of_page(page.query.get("start"), len(answer["differences"]), SHOWN)
    rows = answer["differences"][start : start + SHOWN]
    following = page.here(start=start + SHOWN) if start + SHOWN < len(answer["differences"]) else None
    return _page(page, "dataset_changes.html", {**answer, "differences": rows}, following=following)


def _page(page: Page, template: str, answer: Row, **context: Any) -> Response:
    source: Row = page.call("harvest_source_show", id=answer["dataset"]["source_id"])
    return page.render(
        template,
        source=source,
        dataset=answer["dataset"],
        answer=answer,
        portal=f"/dataset/{answer['dataset']['name']}" if answer["dataset"]["name"] else None,
        may_read_job=page.may("harvest_job_show", source),
        named=page.path("id"),
        **context,
    )
