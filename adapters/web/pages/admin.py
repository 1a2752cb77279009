"""The administration of one source: harvest again, stop, pause, decide about held deletions, clear and delete.

Clear and delete are pages of their own that say what goes, with its number, before anything is done; the number comes along
with the form, and when it is another one by then, the page asks again.
"""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import Response

from adapters.web.pages import paths
from adapters.web.pages.page import Page
from adapters.web.pages.search_terms import whole_number
from adapters.web.pages.source import Row, found_to_edit, frame
from domain.errors import NotFound, Refused, ValidationError

SHOWN = 50  # held deletions
ASK_FOR_THE_NAME_FROM = 100  # datasets


def show(page: Page) -> Response:
    """What can be done with a source, and what waits for a decision."""
    return _page(page, found_to_edit(page))


def _page(page: Page, source: Row, errors: Mapping[str, str] | None = None, status: int = 200) -> Response:
    held = _held(page, source)
    return page.render(
        "source_admin.html",
        status,
        **frame(page, source, "admin"),
        held=held,
        deletions=page.call("harvest_deletion_list", id=held["id"], what="held", limit=SHOWN) if held else None,
        errors=errors or {},
        until=page.form.get("until", ""),
        may_stop=page.may("harvest_job_abort", source),
    )


def _held(page: Page, source: Row) -> Row | None:
    """The job whose deletions wait."""
    try:
        job: Row = page.call("harvest_held_job_show", id=source["id"])
    except NotFound:
        return None
    return job if job["held"] and not job["decision"] and job["outcome"] == "held" else None


def act(page: Page) -> Response:
    """What a button of the page says."""
    source = found_to_edit(page)
    todo = ACTS.get(page.form.get("do", ""))
    if todo is None:
        return page.go(paths.source(source, "admin"))
    try:
        return todo(page, source)
    except ValidationError as wrong:
        return _page(page, source, wrong.errors, 422)
    except Refused as refused:
        return page.go(paths.source(source, "admin"), str(refused), "failed")


def _pause(page: Page, source: Row) -> Response:
    until = page.form.get("until", "").strip()
    page.call("harvest_source_pause", id=source["id"], until=until)
    said = page.text("Paused until %(time)s UTC.", time=until) if until else page.text("Paused until somebody resumes it.")
    return page.go(paths.source(source, "admin"), said)


def _resume(page: Page, source: Row) -> Response:
    page.call("harvest_source_resume", id=source["id"])
    return page.go(paths.source(source, "admin"), page.text("It runs by schedule again."))


def _reactivate(page: Page, source: Row) -> Response:
    page.call("harvest_source_reactivate", id=source["id"])
    return page.go(paths.source(source, "admin"), page.text("It is active again."))


def _approve(page: Page, source: Row) -> Response:
    job = page.call("harvest_job_approve_deletions", id=page.form.get("job", ""))
    return page.go(paths.job(source, job["id"]), page.text("Approved: this job carries the deletions out."))


def _reject(page: Page, source: Row) -> Response:
    page.call("harvest_job_reject_deletions", id=page.form.get("job", ""))
    return page.go(paths.source(source, "admin"), page.text("Rejected: nothing is deleted. The next full job asks again."))


ACTS: Mapping[str, Callable[[Page, Row], Response]] = {
    "pause": _pause,
    "resume": _resume,
    "reactivate": _reactivate,
    "approve": _approve,
    "reject": _reject,
}


def clear(page: Page) -> Response:
    """What clearing takes away; and clear, as a job."""
    return _consequences(page, "clear", _cleared)


def delete(page: Page) -> Response:
    """What deleting takes away; and delete."""
    return _consequences(page, "delete", _deleted)


def _cleared(page: Page, source: Row) -> Response:
    job = page.call("harvest_source_clear", id=source["id"])
    return page.go(paths.job(source, job["id"]), page.text("This job removes the datasets of the source."))


def _deleted(page: Page, source: Row) -> Response:
    answer = page.call("harvest_source_delete", id=source["id"], datasets=page.form.get("datasets", ""))
    if answer["job"]:
        return page.go(
            paths.job(source, answer["job"]["id"]), page.text("The source goes once this job has removed its datasets.")
        )
    return page.go("/harvest", page.text("The source %(name)s was removed.", name=source["name"]))


def _consequences(page: Page, what: str, carry_out: Callable[[Page, Row], Response]) -> Response:
    source = found_to_edit(page)
    errors: dict[str, str] = {}
    if page.request.method == "POST":
        errors = _checked(page, source, what)
        if not errors:
            try:
                return carry_out(page, source)
            except ValidationError as wrong:
                errors = wrong.errors
            except Refused as refused:
                errors = {"name": str(refused)}
    context: dict[str, Any] = {"what": what, "errors": errors, "asks_name": source["datasets"] >= ASK_FOR_THE_NAME_FROM}
    status = 422 if errors else 200
    return page.render(
        "source_consequences.html", status, **frame(page, source, "admin"), **context, chosen=page.form.get("datasets", "")
    )


def _checked(page: Page, source: Row, what: str) -> dict[str, str]:
    """What keeps a form from being carried out: another number of datasets than it showed, or a name that isn't typed in."""
    if whole_number(page.form.get("count")) != source["datasets"]:
        return {"name": page.text("The number of datasets has changed since this page was opened: check it, and confirm again")}
    if what == "delete" and page.form.get("datasets") not in ("keep", "release", "delete"):
        return {"datasets": page.text("Choose what should happen to the datasets")}
    removes = what == "clear" or page.form.get("datasets") == "delete"
    if removes and source["datasets"] >= ASK_FOR_THE_NAME_FROM and page.form.get("name", "").strip() != source["name"]:
        return {"name": page.text("Type the name of the source: %(name)s", name=source["name"])}
    return {}
