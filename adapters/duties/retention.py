"""Removes the objects of old jobs, and the documents that nothing refers to any more.

A dataset's object, its extras and its document stay however old they are: an unchanged dataset stores nothing new.
"""

import logging
from collections.abc import Iterator
from datetime import datetime
from itertools import chain, islice
from uuid import UUID

from adapters.postgres.database import Database
from adapters.postgres.log.job_objects import job_objects, streams
from adapters.postgres.positions import log_position
from adapters.postgres.retention import Retention
from domain.application import Harvesting
from domain.errors import NotFound
from domain.jobs import Job
from domain.retention import expired
from domain.sources import HarvestSource
from projections.recorded import Recorded
from projections.statistics import HANDLERS, Statistics

log = logging.getLogger(__name__)

AT_A_TIME = 1000  # objects removed by one statement
EVERY = 7  # days between two looks at a source
UNSEEN = 7  # days since a document was stored last, before it can go
DOCUMENTS = 50_000  # looked at in one go


class Retain:
    """One small step at a time, so that the duties of the same round don't wait."""

    name = "retention"
    trouble = "nothing old is removed"
    interval = 600.0
    on_news = False
    pace = 0.0

    def __init__(self, database: Database, application: Harvesting, *, days: float, keep: int, every: int = EVERY) -> None:
        """`keep`: jobs of each source whose objects stay. `every`: days between two looks at a source."""
        self._database = database
        self._application = application
        self._retention = Retention(database, application)
        self._days = days
        self._keep = keep
        self._every = every
        self._steps: Iterator[None] = iter(())

    def begin(self) -> None:
        """This process leads from now on: what was under way in an earlier lead starts again."""
        self._steps = iter(())

    def run(self, now: datetime) -> bool:
        """Do one step; whether there are more."""
        if not self._days:
            return False
        try:
            next(self._steps)
        except StopIteration:
            due = self._retention.due(self._every)
            self._steps = iter(()) if due is None else self._source(*due, now)
            return due is not None
        except BaseException:
            self._steps = iter(())  # a generator that raised is over
            raise
        return True

    def _source(self, source_id: UUID, after: int, now: datetime) -> Iterator[None]:
        retained = self._retention.retained(source_id)
        ended = self._retention.ended(source_id, after)
        projected = self._retention.projected()
        old = [job for job in expired(ended, now, days=self._days, keep=self._keep) if job.number <= projected]
        for job_id in [*retained, *(job.job_id for job in old)]:
            for _ in self.prune(source_id, job_id):
                yield
        self._retention.looked_at(source_id, max([after, *(job.version for job in old)]))

    def prune(self, source_id: UUID, job_id: UUID) -> Iterator[tuple[int, int]]:
        """Remove an ended job's objects, batch by batch: how many are gone so far, and how many datasets stand on.

        Raises ServiceUnavailable when somebody else does the same: a further call goes on.
        """
        try:
            job = self._application.load(Job, job_id)
        except NotFound:
            return
        if self.waits(source_id, job):
            self._retention.note(source_id, job_id, retained=True)
            return
        datasets, removed = 0, 0
        for removable, standing, more in self._removable(source_id, job):
            if removable:
                statistics = None if job.statistics_kept else self._statistics(job)
                self._retention.prune(job, removable, statistics, more=more)
            datasets, removed = datasets + standing, removed + len(removable)
            yield removed, datasets
        self._retention.note(source_id, job_id, retained=datasets > 0)
        if removed:
            log.info("job %s of source %s: %d old objects removed, datasets stand on %d", job_id, source_id, removed, datasets)

    def _removable(self, source_id: UUID, job: Job) -> Iterator[tuple[list[list[Recorded]], int, bool]]:
        """Objects that can go, batch by batch: those, how many datasets stand on, and whether more can go.

        What the read model works out again for a whole job, it works out once, after the last ones.
        """
        objects = job_objects(self._database, job, log_position(self._database))
        waiting: list[list[Recorded]] = []
        while batch := list(islice(objects, AT_A_TIME)):
            standing = self._retention.standing(source_id, batch)
            removable = [events for events in batch if events[0].stream not in standing]
            yield (waiting if removable else []), len(standing), True
            waiting = removable or waiting
        if waiting:
            yield waiting, 0, False

    def waits(self, source_id: UUID, job: Job) -> bool:
        """Whether a person may still approve deletions that the job held: its objects say which."""
        undecided = job.held > 0 and not job.decision
        return undecided and str(job.id) in self._application.load(HarvestSource, source_id).held_jobs

    def _statistics(self, job: Job) -> dict[str, int]:
        """All counters of a job whose end didn't name them, counted while its objects are still there."""
        batch, upto = _Counted(), log_position(self._database)
        for events in chain(streams(self._database, job.id, job.id, upto), job_objects(self._database, job, upto)):
            batch.add(events)
        return dict(batch.statistics.by_job().get(str(job.id), {}))


class _Counted:
    def __init__(self) -> None:
        self.statistics = Statistics()

    def add(self, events: list[Recorded]) -> None:
        for event in events:
            if handler := HANDLERS.get(event.topic):
                handler(self, event)


class CollectContent:
    """Documents of removed objects that no other object refers to."""

    name = "collecting content"
    trouble = "documents that nothing refers to stay"
    interval = 3600.0
    on_news = False
    pace = 0.0

    def __init__(self, database: Database, application: Harvesting, *, days: int = UNSEEN) -> None:
        """`database`: connections that may read whole tables. `days`: since a document was stored last."""
        self._retention = Retention(database, application)
        self._days = days

    def run(self, now: datetime) -> bool:
        """Delete what nothing refers to."""
        if deleted := self._retention.collect(self._days, DOCUMENTS):
            log.info("%d documents that nothing referred to are deleted", deleted)
        return False
