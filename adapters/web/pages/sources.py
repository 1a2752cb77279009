"""The list of sources: search, facets with counts, last and next run."""

from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from adapters.web.pages.page import Page
from adapters.web.pages.search_terms import FACETS, fq_of, whole_number

ROWS = 50
SORTS = ("health", "title", "datasets desc", "created desc")


def search(page: Page) -> Response:
    """Sources that fit the search and the chosen facets."""
    chosen = {name: page.query[name] for name in FACETS if page.query.get(name)}
    sort = page.query.get("sort", "") if page.query.get("sort") in SORTS else SORTS[0]
    start = whole_number(page.query.get("start"))
    asked: dict[str, Any] = {"q": page.query.get("q", "")[:500], "sort": sort, "rows": ROWS, "start": start}
    answer = page.call("package_search", **asked, fq=fq_of(chosen), **{"facet.field": [*FACETS]})
    runs = page.call("harvest_run_list", source_ids=[row["id"] for row in answer["results"]]) if answer["results"] else {}
    return page.render(
        "sources.html",
        runs=runs,
        tickable={row["id"] for row in answer["results"] if page.may("harvest_source_update", row)},
        answer=answer,
        now=datetime.now(UTC),
        rows=answer["results"],
        chosen=chosen,
        sort=sort,
        start=start,
        q=asked["q"],
        following=start + ROWS if start + ROWS < answer["count"] else None,
        before=max(0, start - ROWS) if start else None,
    )
