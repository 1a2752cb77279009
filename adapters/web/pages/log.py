"""The log: newest first, of all sources, one, or one job; from a level on, and from a time on."""

from typing import Any

from starlette.responses import Response

from adapters.web.pages.page import Page
from domain.errors import ValidationError

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
DEFAULT_LEVEL, DEFAULT_SINCE = "INFO", "1d"
ALL = "all"  # in addresses, where an empty text would be left out
SINCE = ("1h", "1d", "1w", ALL)
ROWS = 100


def show(page: Page) -> Response:
    """Lines of the log that fit what was chosen."""
    level = page.query.get("level", DEFAULT_LEVEL) if page.query.get("level") in LEVELS else DEFAULT_LEVEL
    job, source = page.query.get("job", ""), page.query.get("source", "")
    since = page.query.get("since") or (ALL if job else DEFAULT_SINCE)
    which = {"lowest": level, "since": "" if since == ALL else since, "source_id": source, "id": job}
    errors: dict[str, str] = {}
    answer: dict[str, Any] = {"lines": [], "next": None, "left_out": 0}
    try:
        answer = page.call("harvest_log_list", **which, limit=ROWS, after=page.query.get("after", ""))
    except ValidationError as wrong:
        errors = wrong.errors
    return page.render(
        "log.html",
        422 if errors else 200,
        lines=answer["lines"],
        left_out=answer["left_out"],
        following=page.here(after=answer["next"]) if answer["next"] else None,
        level=level,
        levels=LEVELS,
        since=since,
        sinces=SINCE if since in SINCE else (*SINCE, since),
        job=job,
        source=source,
        errors=errors,
    )
