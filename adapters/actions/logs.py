"""Actions on the log: what happened to jobs and records, and what plugins and libraries logged meanwhile."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator

from adapters.actions.jobs import its_source, job_of
from adapters.actions.parameters import Limit, Offset, Parameters, instant
from adapters.actions.session import Session
from adapters.actions.table import action
from adapters.postgres import log_lines
from adapters.postgres.read_model.log_queries import BEGINNING, LEVELS, LogFilter
from adapters.postgres.work.site_state import database_time
from domain.access import Owned, Right
from domain.errors import ValidationError
from domain.nearest import unknown

UNITS = {"s": "seconds", "m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}
AGO = re.compile(r"(\d{1,6})\s*(s|m|min|h|d|w)", re.IGNORECASE)
INCUMBENT_LIMIT = 100


def _level(value: str) -> str:
    """A level as it is stored, whatever the case it was written in."""
    if value and value.upper() not in LEVELS:
        raise ValueError(unknown("level", value, LEVELS))
    return value.upper()


Level = Annotated[str, AfterValidator(_level)]


def _time(value: str) -> str:
    if value and not AGO.fullmatch(value.strip()):
        try:
            instant(value.strip())
        except ValueError as error:
            hint = "write 2026-03-01T06:00 (UTC), 2026-03-01T06:00+01:00, or 2h for 2 hours ago"
            raise ValueError(f"{value} is no time: {hint}") from error
    return value.strip()


Since = Annotated[str, AfterValidator(_time)]
"""ISO 8601 (UTC unless it says otherwise), or a duration up to now: 90s, 15m, 2h, 3d, 1w."""


def _lenient(value: Any) -> Any:
    """As in ckanext-harvest: a value that isn't a number is ignored."""
    if isinstance(value, str) and not value.strip().lstrip("-").isdigit():
        return INCUMBENT_LIMIT
    return value


class LogList(Parameters):
    """`id`: a job, or a source for its last job. `level`: only this level; `lowest`: this level and above.

    `since`: a time (ISO 8601, UTC unless it says otherwise) or how long ago (`90s`, `15m`, `2h`, `3d`, `1w`). `order`: `desc`
    is newest first, `asc` begins at `since`. `after`: the id of the last line of the page before. `per_page` is
    ckanext-harvest's name for `limit`.
    """

    source_id: str = ""
    id: str = ""  # of a job, or of a source for its last job
    level: Level = ""
    lowest: Level = ""
    since: Since = ""
    order: Literal["desc", "asc"] = "desc"
    limit: Annotated[Limit, BeforeValidator(_lenient)] = INCUMBENT_LIMIT
    per_page: Annotated[Limit | None, BeforeValidator(_lenient)] = None
    offset: Annotated[Offset, BeforeValidator(lambda value: 0 if _lenient(value) == INCUMBENT_LIMIT else value)] = 0
    after: str = ""


class LogClean(Parameters):
    """`days`: lines older than this are removed; HARVEST_LOG_TIMEFRAME if not given."""

    days: float | None = None


def _about(session: Session, parameters: LogList) -> Owned | None:
    """The source that the lines are about; None for all sources, and for a job and a source of different owners."""
    if not (parameters.id and parameters.source_id):
        return its_source(session, parameters)
    of_source = its_source(session, LogList(source_id=parameters.source_id))
    of_job = its_source(session, LogList(id=parameters.id))
    return of_job if of_job and of_source and _owner(of_job) == _owner(of_source) else None


def _owner(source: Owned) -> tuple[str, bool]:
    return source.owner_org, source.private


@action(Right.EDIT, LogList, reads=True, subject=_about, listed="lines")
def harvest_log_list(session: Session, parameters: LogList) -> dict[str, Any]:
    """Lines of the log: all, or those of a source or a job.

    Pass `next` as `after` for the next page; `left_out` counts a job's lines that weren't kept.
    """
    job_id = str(job_of(session, parameters.id)) if parameters.id else ""
    source_id = str(session.source(parameters.source_id).id) if parameters.source_id else ""
    session.show_current()
    which = LogFilter(job_id, source_id, _levels(parameters), _instant(session, parameters.since))
    limit = parameters.per_page or parameters.limit
    kept = session.parts.settings.log_lines
    # before the lines: whoever sees the number sees the line that tells of it, too
    left_out = log_lines.left_out(session.parts.database, job_id, kept) if job_id else 0
    if parameters.order == "asc":
        page = session.model.log_lines_after(which, parameters.after, limit)
    else:
        page = session.model.log_lines(which, limit=limit, offset=parameters.offset, after=parameters.after)
    return {"lines": list(page), "next": page.next, "left_out": left_out}


def _levels(parameters: LogList) -> list[str]:
    if parameters.level:
        return [parameters.level]
    return list(LEVELS[LEVELS.index(parameters.lowest) :] if parameters.lowest else LEVELS)


def _instant(session: Session, since: str) -> str:
    """A time in UTC, without zone."""
    if not since:
        return BEGINNING
    if ago := AGO.fullmatch(since):
        back = timedelta(**{UNITS[ago[2].lower()]: int(ago[1])})
        try:
            time = database_time(session.parts.database) - back
        except OverflowError:  # before the year 1: all that is kept
            return BEGINNING
    else:
        time = datetime.fromisoformat(since)
    return (time.astimezone(UTC) if time.tzinfo else time).replace(tzinfo=None).isoformat()


@action(Right.SYSADMIN, LogClean)
def harvest_log_clean(session: Session, parameters: LogClean) -> dict[str, Any]:
    """Remove old lines of the log, and return how many. Events and errors of jobs stay."""
    days = session.parts.settings.log_timeframe if parameters.days is None else parameters.days
    if not 0 <= days < 100_000:
        raise ValidationError({"days": "Must be a number of days, 0 or more"})
    if not days and parameters.days is None:
        return {"removed": 0, "days": 0.0, "before": None}
    database = session.parts.database
    before, removed = log_lines.clean_before(database, days), 0
    while count := log_lines.clean_some(database, before):
        removed += count
    return {"removed": removed, "days": days, "before": before}
