"""Actions on what happened over time: jobs and records by day, and the events of one job or object."""

from datetime import date, datetime
from typing import Annotated, Any, LiteralString
from uuid import UUID

from pydantic import Field

from adapters.actions.parameters import Limit, Parameters, Reference
from adapters.actions.reading import seen_source
from adapters.actions.session import Session
from adapters.actions.table import action
from adapters.postgres.read_model.api_queries import ApiReads
from adapters.postgres.read_model.queries import Row
from domain.access import Owned, Right
from domain.errors import NotFound, ValidationError
from domain.secrets import mask_text

SITE_DAYS = 31  # of all sources together
SERIES: LiteralString = """
    SELECT j.created::date AS day, count(*) AS jobs, count(*) FILTER (WHERE j.outcome = 'failed') AS jobs_failed,
        count(*) FILTER (WHERE j.outcome = 'aborted') AS jobs_aborted,
        count(*) FILTER (WHERE j.outcome IN ('finished', 'held') AND t.errored + t.gather_errors > 0) AS jobs_with_errors,
        count(*) FILTER (WHERE j.outcome IN ('finished', 'held') AND t.errored + t.gather_errors = 0) AS jobs_finished,
        coalesce(sum(t.added), 0)::bigint AS added, coalesce(sum(t.updated), 0)::bigint AS updated,
        coalesce(sum(t.unchanged + t.pages_unchanged + t.skipped), 0)::bigint AS not_modified,
        coalesce(sum(t.errored + t.gather_errors), 0)::bigint AS errored, coalesce(sum(t.deleted), 0)::bigint AS deleted
    FROM harvest.harvest_job j LEFT JOIN harvest.job_statistics t ON t.job_id = j.id
    WHERE {which} j.created >= (now() AT TIME ZONE 'UTC')::date - (%(days)s::int - 1)
    GROUP BY 1 ORDER BY 1 {page}
"""
DATASETS: LiteralString = """
    SELECT coalesce(sum(datasets), 0)::bigint AS datasets FROM harvest.source_statistics
    WHERE %(source)s = '' OR source_id = %(source)s
"""
ONE_SOURCE: LiteralString = "j.source_id >= %(source)s AND j.source_id <= %(source)s AND"


class Series(Parameters):
    """`source_id`: the source; not given: all sources. `days`: how many days up to today, at most 366 (31 for all sources)."""

    source_id: str = ""
    days: Annotated[int, Field(ge=1, le=366)] = SITE_DAYS


class EventList(Parameters):
    """`id`: the id of a job or object. `after`: the `version` of the last event of the page before."""

    id: Reference
    limit: Limit = 100
    after: Annotated[int, Field(ge=0, le=2_000_000_000)] = 0


def _of_series(session: Session, parameters: Series) -> Owned | None:
    return seen_source(session, parameters.source_id) if parameters.source_id else None


def _of_events(session: Session, parameters: EventList) -> Owned | None:
    return seen_source(session, _source_id(session, parameters.id))


def _source_id(session: Session, job_or_object: str) -> str:
    """The source that a job or an object belongs to. Raises NotFound."""
    if job := session.job_row(job_or_object):
        return str(job["source_id"])
    row = ApiReads(session.model).object(job_or_object)
    if row is None:
        raise NotFound(f"There is no job and no harvest object {job_or_object}")
    return str(row["harvest_source_id"])


@action(Right.READ, Series, reads=True, subject=_of_series)
def harvest_statistics_series(session: Session, parameters: Series) -> list[Row]:
    """Jobs and their five counters by day (UTC), of one source or, for sysadmins, of all; days without a job are left out.

    `jobs_finished` went well, `jobs_with_errors` finished with errors; those that still run are only in `jobs`. `datasets` is
    how many there were at the end of the day, by what jobs have added and deleted since.
    """
    if not parameters.source_id and parameters.days > SITE_DAYS:
        raise ValidationError({"days": f"Must be {SITE_DAYS} or less without a source_id"})
    session.show_current()
    source = seen_source(session, parameters.source_id).id if parameters.source_id else ""
    statement: LiteralString = SERIES.replace("{which}", ONE_SOURCE if source else "")
    rows = session.model.rows(statement, source=source, days=parameters.days)
    datasets = int(session.model.rows(DATASETS, source=source)[0]["datasets"])
    counted = with_datasets(rows, datasets)
    return [{**row, "day": _day(row["day"]), "not modified": row.pop("not_modified")} for row in counted]


def with_datasets(days: list[Row], datasets: int) -> list[Row]:
    """Days with how many datasets there were at the end of each, from how many there are now; in the order of time."""
    counted = []
    for day in reversed(days):
        counted.append({**day, "datasets": datasets})
        datasets = max(0, datasets - day["added"] + day["deleted"])
    return counted[::-1]


def _day(value: date) -> str:
    return value.isoformat()


@action(Right.EDIT, EventList, reads=True, subject=_of_events, listed="events")
def harvest_event_list(session: Session, parameters: EventList) -> dict[str, Any]:
    """The events of one job or object as the log has them, oldest first; pass `next` as `after` for the next page."""
    session.show_current()
    _source_id(session, parameters.id)  # raises NotFound
    stream = UUID(parameters.id)
    application = session.parts.application
    stored = list(application.event_log.select_events(stream, gt=parameters.after, lte=parameters.after + parameters.limit + 1))
    shown = [
        {
            "version": event.originator_version,
            "topic": event.topic,
            "state": plain_event(application.mapper.to_domain_event(event)),
        }
        for event in stored[: parameters.limit]
    ]
    return {"events": shown, "next": shown[-1]["version"] if len(stored) > parameters.limit else None}


def plain_event(event: Any) -> Row:
    """The fields of an event without secrets, as plain values."""
    skipped = ("originator_id", "originator_version", "originator_topic")
    return {name: _shown(value) for name, value in vars(event).items() if name not in skipped}


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, datetime | UUID):
        return value.isoformat() if isinstance(value, datetime) else str(value)
    if isinstance(value, dict):
        return {str(key): _shown(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(item) for item in value]
    return value
