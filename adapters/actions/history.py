"""Actions that clear the history of sources: ended jobs and their objects go, datasets and what they stand on stay."""

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from adapters.actions.parameters import Parameters, Reference
from adapters.actions.session import Session
from adapters.actions.sources import the_source
from adapters.actions.table import action
from adapters.duties.retention import Retain
from adapters.postgres.clock import DatabaseClock
from adapters.postgres.history import EndedJob, ended_jobs, source_ids
from adapters.postgres.log.job_objects import job_objects
from adapters.postgres.positions import log_position
from adapters.postgres.retention import Retention
from domain.access import Right
from domain.errors import Conflict, ServiceUnavailable
from domain.jobs import Job
from domain.text import counted

AT_A_TIME = 200  # jobs
SOURCES_A_CALL = 1000
STILL_AT_IT = timedelta(hours=1)  # in which workers may still report outcomes of a job that was aborted
PROJECTED_WITHIN = 60.0  # seconds
ATTEMPTS = 5


class HistoryClear(Parameters):
    """`id`: the source. `keep_current`: leave jobs alone that have a current object."""

    id: Reference
    keep_current: bool = False


class HistoriesClear(Parameters):
    """`keep_current`: leave jobs alone that have a current object."""

    keep_current: bool = False


@action(Right.EDIT, HistoryClear, subject=the_source)
def harvest_source_job_history_clear(session: Session, parameters: HistoryClear) -> dict[str, Any]:
    """Remove a source's ended jobs and their objects; its datasets stay, and so do their current objects.

    `kept` lists the jobs that stay, each with the reason. After an interruption, call it again to continue.
    """
    clearing = _Clearing(session, parameters.keep_current)
    return clearing.run(session.source(parameters.id).id)


@action(Right.SYSADMIN, HistoriesClear)
def harvest_sources_job_history_clear(session: Session, parameters: HistoriesClear) -> list[dict[str, Any]]:
    """Remove the ended jobs of all sources and their objects, oldest source first; at most 1,000 sources per call."""
    clearing = _Clearing(session, parameters.keep_current)
    cleared: list[dict[str, Any]] = []
    for source_id in source_ids(session.parts.database):
        answer = clearing.run(source_id)
        if answer["jobs"] or answer["objects"]:
            cleared.append(answer)
        if len(cleared) == SOURCES_A_CALL:
            break
    return cleared


class _Clearing:
    """Clears sources one after another."""

    def __init__(self, session: Session, keep_current: bool) -> None:
        self._session = session
        self._keep_current = keep_current
        self._parts = session.parts
        self._retention = Retention(self._parts.database, self._parts.application)
        self._retain = Retain(self._parts.database, self._parts.application, days=0, keep=0)
        self._upto = self._projected()
        self._now = DatabaseClock(self._parts.database).now()

    def _projected(self) -> int:
        """The position of the log, once both projections have reached it: `ops.dataset` must name the current objects."""
        position = log_position(self._parts.database)
        end = time.monotonic() + PROJECTED_WITHIN
        self._session.show_current()
        while (projected := self._retention.projected()) < position and time.monotonic() < end:
            self._session.show_current(1.0)
            time.sleep(0.05)
        return projected

    def run(self, source_id: UUID) -> dict[str, Any]:
        """Clear one source. Returns what was done."""
        self._source = self._parts.application.find_source(str(source_id))
        self._done: dict[str, Any] = {
            "id": str(source_id),
            "name": self._source.fields.name,
            "jobs": 0,
            "objects": 0,
            "kept": [],
        }
        forgettable: dict[UUID, str] = {}
        for job in ended_jobs(self._parts.database, source_id, self._upto):
            if reason := self._stays(job):
                self._done["kept"].append({"id": str(job.job_id), "reason": reason})
            else:
                forgettable[job.job_id] = job.outcome
            if len(forgettable) == AT_A_TIME:
                forgettable = self._forget(forgettable)
        self._forget(forgettable)
        self._session.show_current()
        return self._done

    def _stays(self, job: EndedJob) -> str:
        """Why a job stays; empty when its objects were removed."""
        if job.outcome == "held" and self._retain.waits(self._source.id, self._job(job.job_id)):
            return f"its deletions wait for `harvester approve|reject {job.job_id}`"
        if job.outcome == "aborted" and self._now - job.ended < STILL_AT_IT:
            return "it was aborted less than an hour ago: workers may still be at it"
        if self._keep_current and self._has_current(job.job_id):
            return "datasets stand on its objects"
        standing = self._prune(job.job_id)
        return f"{counted(standing, 'dataset')} {'stands' if standing == 1 else 'stand'} on its objects" if standing else ""

    def _job(self, job_id: UUID) -> Job:
        return self._parts.application.load(Job, job_id)

    def _has_current(self, job_id: UUID) -> bool:
        objects = job_objects(self._parts.database, self._job(job_id), self._upto)
        return any(self._retention.standing(self._source.id, [events]) for events in objects)

    def _prune(self, job_id: UUID) -> int:
        """Remove the objects of a job. Returns how many stay."""
        for attempt in range(ATTEMPTS):
            before, stand = 0, 0
            try:
                for removed, stand in self._retain.prune(self._source.id, job_id):  # noqa: B007
                    self._done["objects"] += removed - before
                    before = removed
                    self._session.tell({"jobs": self._done["jobs"], "objects": self._done["objects"]})
            except ServiceUnavailable:  # retention, or another call like this one, removes the same
                if attempt == ATTEMPTS - 1:
                    raise
                time.sleep(0.1 * 2**attempt)
            else:
                return stand
        return 0

    def _forget(self, jobs: dict[UUID, str]) -> dict[UUID, str]:
        """Take these jobs off the list. Returns an empty batch, for the next ones."""
        by, keep = self._session.caller.name, self._keep_current
        for attempt in range(ATTEMPTS):
            try:
                self._parts.application.forget_jobs(self._source.id, jobs, by, keep_current=keep)
                break
            except Conflict:
                if attempt == ATTEMPTS - 1:
                    raise
        self._done["jobs"] += len(jobs)
        return {}
