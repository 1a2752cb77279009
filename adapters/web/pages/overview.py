"""Pictures of the whole site: how busy each hour was, and, for sysadmins, jobs, datasets and problems of all sources."""

from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from adapters.actions.parameters import instant
from adapters.web.pages.page import Page
from adapters.web.pages.search_terms import whole_number
from adapters.web.pages.source import every_day, with_all_counts

ROWS = 100  # sources of the heat map
DAYS = 31
DAY = timedelta(days=1)


def show(page: Page) -> Response:
    """The last 24 hours, or 24 earlier ones; and what happened since a month ago."""
    start = whole_number(page.query.get("start"))
    night = page.call("harvest_night_show", until=_until(page), limit=ROWS, offset=start)
    every, until = page.may("harvest_statistics_series"), night["until"]
    return page.render(
        "overview.html",
        night=night,
        earlier=_shown(until - DAY),
        later=_shown(until + DAY) if page.query.get("until") else None,
        before=max(0, start - ROWS) if start else None,
        following=start + ROWS if start + ROWS < night["count"] else None,
        series=_series(page) if every else None,
        causes=page.call("harvest_cause_series") if page.may("harvest_cause_series") else None,
    )


def _until(page: Page) -> str:
    """The end of the hours, as the address names it; what is no time counts as now."""
    text = page.query.get("until", "")
    try:
        return _shown(instant(text))
    except ValueError:
        return ""


def _shown(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M}"


def _series(page: Page) -> list[dict[str, Any]]:
    by_day = {row["day"]: row for row in page.call("harvest_statistics_series", days=DAYS)}
    return [with_all_counts(row) for row in every_day(by_day, DAYS)]
