"""Actions on what people would rather look at: how busy each hour was, and why records failed over the last jobs."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from adapters.actions.jobs import its_source
from adapters.actions.parameters import Offset, Parameters, instant
from adapters.actions.reading import seen_source
from adapters.actions.session import Session
from adapters.actions.table import action
from adapters.postgres.read_model.cause_series import causes_of_jobs, recent_causes
from adapters.postgres.read_model.night import MOST_JOBS, names_of, runs_of_a_night
from adapters.postgres.read_model.queries import Row
from adapters.postgres.read_model.runs import last_runs
from adapters.postgres.work.site_state import database_time
from domain.access import EVERY_SOURCE, Right, sight
from projections.causes import RULE
from projections.hours import SourceHours, worst_first

HOURS = 24
MOST_CAUSES = 10
PERIOD = timedelta(days=1)  # of causes of all sources


def _time(value: str) -> str:
    if value:
        try:
            instant(value)
        except ValueError as error:
            example = "write for example 2026-03-01T06:00 (UTC) or 2026-03-01T06:00+01:00"
            raise ValueError(f"{value} is no time: {example}") from error
    return value


class Night(Parameters):
    """`until`: the end of the 24 hours (ISO 8601, UTC unless it says otherwise), taken to the full hour; empty: now.

    `limit`, `offset`: which of the sources, those first that failed most.
    """

    until: Annotated[str, AfterValidator(_time)] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 100
    offset: Offset = 0


class CauseSeries(Parameters):
    """`source_id`: the source whose last `jobs` are looked at; not given: jobs of all sources in the last 24 hours."""

    source_id: str = ""
    jobs: Annotated[int, Field(ge=1, le=100)] = 30


@action(Right.ANYONE, Night, reads=True)
def harvest_night_show(session: Session, parameters: Night) -> dict[str, Any]:
    """How busy each of 24 hours was at each source, and what failed in it: sources with jobs then, the worst first.

    A job counts in each hour in which it ran; `busy` is in seconds. Hours without a job are left out. `job_id` is the newest
    job of the hour. `complete`: all jobs were looked at, not only the 20,000 newest ones.
    """
    session.show_current()
    now: datetime = database_time(session.parts.database).astimezone(UTC).replace(tzinfo=None)
    wanted = instant(parameters.until).replace(tzinfo=None) if parameters.until else now
    until = _full_hour(wanted)
    since = until - timedelta(hours=HOURS)
    runs = runs_of_a_night(session.model, since, until, now, sight(session.caller))
    sources = worst_first(runs)
    page = sources[parameters.offset : parameters.offset + parameters.limit]
    named = names_of(session.model, [source.source_id for source in page])
    return {
        "since": since,
        "until": until,
        "hours": [since + timedelta(hours=number) for number in range(HOURS)],
        "sources": [_source(source, named[source.source_id]) for source in page if source.source_id in named],
        "count": len(sources),
        "complete": len(runs) < MOST_JOBS,
    }


def _full_hour(time: datetime) -> datetime:
    """This time, or the next full hour."""
    hour = time.replace(minute=0, second=0, microsecond=0)
    return hour if hour == time else hour + timedelta(hours=1)


def _source(source: SourceHours, named: Row) -> Row:
    counts = {name: getattr(source, name) for name in ("jobs", "failed", "with_errors", "errors", "busy")}
    return {**named, **counts, "hours": [{"hour": hour, **asdict(cell)} for hour, cell in sorted(source.hours.items())]}


@action(Right.EDIT, CauseSeries, reads=True, subject=its_source)
def harvest_cause_series(session: Session, parameters: CauseSeries) -> dict[str, Any]:
    """Why records failed over the last jobs of a source, or in the last 24 hours at all sources: the ten largest causes.

    `jobs` are those that were looked at, oldest first, each with its errors; a cause has its errors for each of them (`by_job`,
    in that order) and whether the last one has it (`state`: new, recurring or gone). Without a source a cause has the number of
    sources (`sources`) and one of them as an example. `rule` is the version of the rule that groups errors.
    """
    session.show_current()
    if parameters.source_id:
        return {**_of_source(session, parameters), "rule": RULE}
    return {**_of_site(session), "rule": RULE}


def _of_source(session: Session, parameters: CauseSeries) -> dict[str, Any]:
    source = seen_source(session, parameters.source_id)
    runs = last_runs(session.model, [source.id], parameters.jobs, EVERY_SOURCE)[source.id]
    jobs = [{name: run[name] for name in ("id", "created", "finished", "outcome", "errored")} for run in runs]
    rows = causes_of_jobs(session.model, [job["id"] for job in jobs if job["errored"]])
    place = {job["id"]: number for number, job in enumerate(jobs)}
    last = max((number for number, job in enumerate(jobs) if job["outcome"] not in (None, "aborted")), default=-1)
    causes = []
    for largest in _largest(rows):
        by_job = [0] * len(jobs)
        for row in largest:
            by_job[place[row["job_id"]]] += row["errors"]
        causes.append({**_cause(largest), "by_job": by_job, "state": _state(by_job, last)})
    return {"jobs": jobs, "causes": causes}


def _state(by_job: list[int], last: int) -> str:
    """What became of a cause up to the last job that came to its end."""
    if last >= 0 and not by_job[last] and not any(by_job[last + 1 :]):
        return "gone"
    return "recurring" if any(by_job[: max(last, 0)]) else "new"


def _of_site(session: Session) -> dict[str, Any]:
    now: datetime = database_time(session.parts.database).astimezone(UTC).replace(tzinfo=None)
    rows = recent_causes(session.model, now - PERIOD)
    causes = [
        {
            **_cause(largest),
            "sources": len({row["source_id"] for row in largest}),
            "example": {name: largest[-1][name] for name in ("source_id", "source", "source_title", "job_id")},
        }
        for largest in _largest(rows)
    ]
    return {"jobs": [], "causes": causes}


def _largest(rows: Iterable[Row]) -> list[list[Row]]:
    """Rows by cause, those of the most errors first."""
    by_cause: dict[tuple[str, bool], list[Row]] = {}
    for row in rows:
        by_cause.setdefault((row["cause"], row["of_gather"]), []).append(row)
    return sorted(by_cause.values(), key=lambda same: (-sum(row["errors"] for row in same), same[0]["cause"]))[:MOST_CAUSES]


def _cause(rows: list[Row]) -> Row:
    """What its rows have in common; its message is the newest one."""
    return {
        "cause": rows[-1]["cause"],
        "of_gather": rows[-1]["of_gather"],
        "message": rows[-1]["message"],
        "error_count": sum(row["errors"] for row in rows),
        "record_count": sum(row["records"] for row in rows) or None,
        "last": max(row["last"] for row in rows),
    }
