"""One thing to many sources: counted and frozen, confirmed on a page that says how many and which, then followed to its end."""

from typing import Any

from starlette.responses import Response

from adapters.web.pages.page import Page
from adapters.web.pages.search_terms import fq_of, whole_number
from domain.errors import NotFound, Refused, ValidationError

ROWS = 100
TYPE_NUMBER_FROM = 100  # datasets that would go
FREQUENCIES = ("MANUAL", "DAILY", "WEEKLY", "BIWEEKLY", "MONTHLY", "ALWAYS")
ACTIONS = ("harvest", "pause", "resume", "schedule", "clear", "delete")
REMOVING = ("clear", "delete")
OPTIONS = ("until", "frequency", "cron", "datasets")


def count(page: Page) -> Response:
    """Freeze the ticked sources, or all that were found, and show what would be done to them."""
    asked: dict[str, Any] = {"what": page.form.get("do", "")}
    if page.form.get("which") == "all":
        asked |= {"q": page.form.get("q", "")[:500], "fq": fq_of(page.form)}
    else:
        asked["source_ids"] = [line for line in page.form.get("source", "").split("\n") if line.strip()]
        if not asked["source_ids"]:
            return page.go("/harvest", page.text("No source was ticked: tick some, or choose all that were found."), "failed")
    try:
        counted = page.call("harvest_bulk_create", **asked)
    except ValidationError as wrong:
        said = "; ".join(wrong.errors.values())
        return page.go("/harvest", said, "failed")
    except (Refused, NotFound) as refused:
        return page.go("/harvest", str(refused), "failed")
    return page.go(_path(counted))


def _path(counted: dict[str, Any]) -> str:
    return f"/harvest/-/bulk/{counted['id']}"


def show(page: Page) -> Response:
    """What would be done, how far it is, or what became of each source."""
    return _page(page)


def _page(page: Page, errors: dict[str, str] | None = None) -> Response:
    skipped, after = page.query.get("skipped") == "1", whole_number(page.query.get("after"))
    answer = page.call("harvest_bulk_show", id=page.path("id"), skipped=skipped, limit=ROWS, after=after)
    removes = answer["action"] in REMOVING and answer["datasets"] >= TYPE_NUMBER_FROM
    return page.render(
        "bulk.html",
        422 if errors else 200,
        bulk=answer,
        errors=errors or {},
        following=page.here(after=answer["next"]) if answer["next"] else None,
        skipped_only=skipped,
        asks_number=removes,
        values={name: page.form.get(name, "") for name in (*OPTIONS, "number")},
        frequencies=FREQUENCIES,
    )


def confirm(page: Page) -> Response:
    """Let it be carried out. A second press leads to the same page and changes nothing more."""
    counted = page.call("harvest_bulk_show", id=page.path("id"), limit=1)
    if counted["state"] == "counted":
        if errors := _checked(page, counted):
            return _page(page, errors)
        options = {name: page.form.get(name, "").strip() for name in OPTIONS}
        full = page.form.get("full") == "1"
        try:
            page.call("harvest_bulk_run", id=counted["id"], count=whole_number(page.form.get("count")), full=full, **options)
        except ValidationError as wrong:
            return _page(page, dict(wrong.errors))
        except Refused as refused:
            return page.go(_path(counted), str(refused), "failed")
    return page.go(_path(counted))


def _checked(page: Page, counted: dict[str, Any]) -> dict[str, str]:
    """Whether the number of datasets that would go was typed in."""
    removes = counted["action"] == "clear" or page.form.get("datasets") == "delete"
    typed = "".join(sign for sign in page.form.get("number", "") if sign.isdecimal())
    if removes and counted["datasets"] >= TYPE_NUMBER_FROM and typed != str(counted["datasets"]):
        return {"number": page.text("Type the number of datasets: %(number)s", number=str(counted["datasets"]))}
    return {}
