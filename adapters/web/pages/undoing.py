"""The page that undoes a job: it says what would happen, with numbers and examples, before anything does."""

from starlette.responses import Response

from adapters.web.pages import paths
from adapters.web.pages.page import Page
from adapters.web.pages.search_terms import whole_number
from adapters.web.pages.source import Row
from domain.errors import Refused

EXAMPLES = 5
ASK_FOR_THE_NAME_FROM = 100  # datasets that are deleted


def undo(page: Page) -> Response:
    """What undoing a job means; and undo it, as a job of its own."""
    named = page.path("id") if page.path("job") == "last" else page.path("job")
    told: Row = page.call("harvest_job_undo_show", id=named, examples=EXAMPLES)
    source: Row = page.call("harvest_source_show", id=told["job"]["source_id"])
    page.require("harvest_job_undo", source)
    errors: dict[str, str] = {}
    if page.request.method == "POST":
        errors = _checked(page, source, told)
        if not errors:
            try:
                return _undo(page, source, told)
            except Refused as refused:
                errors = {"name": str(refused)}
    return page.render(
        "job_undo.html",
        422 if errors else 200,
        source=source,
        told=told,
        job=told["job"],
        errors=errors,
        asks_name=told["delete"] >= ASK_FOR_THE_NAME_FROM,
        reason=page.form.get("reason", ""),
        pause=page.form.get("pause") == "1" if page.form else True,
    )


def _checked(page: Page, source: Row, told: Row) -> dict[str, str]:
    """What keeps the form from being carried out: another number than it showed, or a name that isn't typed in."""
    if not told["undone_by"] and whole_number(page.form.get("count")) != told["count"]:
        return {"name": page.text("The number of datasets has changed since this page was opened: check it, and confirm again")}
    if told["delete"] >= ASK_FOR_THE_NAME_FROM and page.form.get("name", "").strip() != source["name"]:
        return {"name": page.text("Type the name of the source: %(name)s", name=source["name"])}
    return {}


def _undo(page: Page, source: Row, told: Row) -> Response:
    job = page.call(
        "harvest_job_undo",
        id=told["job"]["id"],
        count=None if told["undone_by"] else told["count"],
        reason=page.form.get("reason", "").strip(),
    )
    if page.form.get("pause") == "1" and page.may("harvest_source_pause", source) and not told["paused"]:
        page.call("harvest_source_pause", id=source["id"])
    return page.go(paths.job(source, job["id"]), page.text("This job undoes the other one. This page shows how far it is."))
