"""Actions on jobs of many sources at once: create one for each, abort stuck ones, take back what was dispatched."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field

from adapters.actions.jobs import current_job
from adapters.actions.parameters import Parameters
from adapters.actions.session import Session
from adapters.actions.table import action
from adapters.actions.whole_lists import AT_A_TIME, all_rows
from adapters.postgres.clock import DatabaseClock
from adapters.postgres.read_model.api_queries import ApiReads
from adapters.postgres.read_model.queries import Row
from adapters.postgres.work.dispatched import Dispatched, dispatched_jobs
from domain.access import EVERY_SOURCE, Right
from domain.errors import JobExists, SourceInactive
from domain.rules import FEW, MANY, stuck_after

LIFE_SPAN = 7.0  # days that a job of a source without a regular schedule may run


def _listed(value: Any) -> Any:
    """A list. Text is split at commas."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


References = Annotated[list[str], BeforeValidator(_listed)]
"""Ids or names: a list, or text with commas."""


class JobsCreate(Parameters):
    """Which active sources: those of one organisation (`owner_org`), or only those that are due (`only_to_run`).

    `only_active` and `run` have no effect (ckanext-harvest has them): inactive sources get no jobs, and jobs start at once.
    """

    owner_org: str = ""
    only_to_run: bool = False
    only_active: bool = True
    run: bool = True


class FailedJobs(Parameters):
    """Only jobs of the sources in `include`, or of all sources except those in `exclude` (ids or names).

    `life_span`: how many days a job may run if its source has the frequency MANUAL or ALWAYS, or a cron expression.
    """

    life_span: float = Field(default=LIFE_SPAN, ge=0)
    include: References = Field(default_factory=list)
    exclude: References = Field(default_factory=list)


@action(Right.SYSADMIN, JobsCreate, listed="jobs")
def harvest_job_create_all(session: Session, parameters: JobsCreate) -> dict[str, Any]:
    """Create a job for every active source, or for some; `skipped` lists sources that can't have one now, with the reason."""
    application = session.parts.application
    jobs: list[UUID] = []
    skipped: list[dict[str, Any]] = []
    session.show_current()
    for source in _sources(session, parameters):
        options = {MANY: True} if len(jobs) >= FEW else {}
        try:
            jobs.append(
                application.create_job(UUID(source["id"]), by=session.caller.name, trigger=session.trigger, options=options)
            )
        except (JobExists, SourceInactive) as refused:
            skipped.append({"source_id": source["id"], "source": source["name"], "reason": str(refused)})
        session.tell({"done": len(jobs) + len(skipped)})
    return {"jobs": [current_job(session, str(job_id)) for job_id in jobs], "skipped": skipped}


def _sources(session: Session, parameters: JobsCreate) -> Iterator[Row]:
    """The active sources that were asked for, read page by page."""
    due = set(_due(session)) if parameters.only_to_run else None
    for source in all_rows(lambda after: session.model.sources(limit=AT_A_TIME, after=after)):
        wanted = not parameters.owner_org or source["owner_org"] == parameters.owner_org
        if wanted and (due is None or source["id"] in due):
            yield source


def _due(session: Session) -> Iterator[str]:
    """Ids of all sources that are due."""
    page, offset = [""], 0
    while page:
        page = ApiReads(session.model).due_sources(AT_A_TIME, offset, EVERY_SOURCE)
        yield from page
        offset += len(page)


@action(Right.SYSADMIN, FailedJobs)
def harvest_abort_failed_jobs(session: Session, parameters: FailedJobs) -> dict[str, Any]:
    """Abort jobs that have run longer than their source's frequency allows: a day for DAILY, 30 days for MONTHLY and so on."""
    included = {str(session.source(reference).id) for reference in parameters.include}
    excluded = {str(session.source(reference).id) for reference in parameters.exclude}
    session.show_current()
    now = DatabaseClock(session.parts.database).now()
    running = list(all_rows(lambda after: session.model.jobs(status="Running", limit=AT_A_TIME, after=after)))
    concerned = [job for job in running if (job["source_id"] in included if included else job["source_id"] not in excluded)]
    aborted = [job["id"] for job in concerned if _is_stuck(session, job, now, parameters.life_span)]
    for job_id in aborted:
        _abort(session, UUID(job_id), "abort-failed-jobs: it ran for too long")
    return {"running": len(running), "aborted": [current_job(session, job_id) for job_id in aborted]}


def _is_stuck(session: Session, job: Row, now: datetime, life_span: float) -> bool:
    application = session.parts.application
    begun = application.event_log.recorded_at(UUID(job["id"]), 1)
    fields = session.source(job["source_id"]).fields
    return begun is not None and now - begun > timedelta(days=stuck_after(fields.frequency, fields.cron, life_span))


def _abort(session: Session, job_id: UUID, reason: str) -> None:
    """Abort a job, unless it has ended by itself meanwhile."""
    session.parts.application.abort_job(job_id, by=session.caller.name, reason=reason)


@action(Right.SYSADMIN, reads=True)
def harvest_queues_show(session: Session, _asked: Parameters) -> dict[str, Any]:
    """What was sent to workers and has no outcome yet: jobs, each with the number of its records."""
    return {"jobs": [_shown(job) for job in _dispatched(session)]}


@action(Right.SYSADMIN)
def harvest_queues_purge(session: Session, _asked: Parameters) -> dict[str, Any]:
    """Take back what was sent to workers, and abort the jobs it belongs to.

    Commands that are still on their way then have no effect. Jobs that no worker has started stay.
    """
    jobs = _dispatched(session)
    for job in jobs:
        _abort(session, job.job_id, "purge-queues")
    session.show_current()
    return {"jobs": [_shown(job) for job in jobs]}


def _dispatched(session: Session) -> list[Dispatched]:
    session.show_current()
    return dispatched_jobs(session.parts.database)


def _shown(job: Dispatched) -> Row:
    return {"id": str(job.job_id), "source_id": str(job.source_id), "source": job.source, "objects": job.objects}
