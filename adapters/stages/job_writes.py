"""What one gather writes to its job.

The first thing is that it has begun. Most gathers are over so soon that this can be stored with the rest, in one append with
what other gathers have to store; for a longer one `show_start` stores it, so that people see it.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from adapters.logs import about
from adapters.postgres.log.group_append import GroupAppend
from domain.application import Harvesting
from domain.errors import Conflict, ServiceUnavailable
from domain.jobs import Job
from domain.objects import GatheredRecord

log = logging.getLogger(__name__)

Settled = Callable[[BaseException | None], None]
"""Told of a gather whose end is stored: None, or ServiceUnavailable when it must be gathered again, or a bug of our own."""


class JobWrites:
    """For one thread, except `show_start`, which another one calls. All raise GuardConflict when the job went on elsewhere."""

    def __init__(self, application: Harvesting, append: GroupAppend | None, settled: Settled | None) -> None:
        """Without `append` or `settled` everything is stored at once."""
        self._application = application
        self._append = append
        self._settled = settled
        self._lock = threading.Lock()
        self._stored: Callable[[], None] = lambda: None
        self._unstored: ServiceUnavailable | None = None  # why the start could not be stored
        self.handed_over = False  # the end is stored by another thread

    def start(self, job_id: UUID, worker: str, loaded: Job | None) -> Job:
        """Begin a further attempt; a first one of a job that was loaded is stored with what comes next."""
        if loaded is None or self._append is None or self._settled is None:
            self.job = self._application.start_gather(job_id, worker)
        else:
            with self._lock:
                self.job = loaded
                loaded.start_gather(worker)
        return self.job

    def show_start(self) -> None:
        """Store that the gather has begun, unless that is done. What goes wrong is raised in the gather's own thread."""
        if not self._lock.acquire(blocking=False):
            return  # what is being stored has the start with it
        try:
            if self.job.pending_events:
                self._application.record_pending(self.job)
        except ServiceUnavailable as error:
            self._unstored = error
        except Conflict as error:
            log.info("job %s went on without this worker: %s", self.job.id, error)
        finally:
            self._lock.release()

    def check(self) -> None:
        """Raises ServiceUnavailable when the start could not be stored."""
        if self._unstored is not None:
            raise self._unstored

    def page(self, records: Sequence[GatheredRecord], unchanged: int, cursor: str) -> list[GatheredRecord]:
        """Store a page; the records that this attempt had stored before."""
        with self._lock:
            return self._application.record_page(self.job, records, unchanged, cursor)

    def held(self, records: Sequence[GatheredRecord]) -> None:
        """Store deletions that wait for a person."""
        with self._lock:
            self._application.record_held(self.job, records)

    def error(self, code: str, message: str, guid: str | None = None) -> None:
        """Store an error of gather."""
        with self._lock:
            self._application.record_gather_error(self.job, code, message, guid)

    def finish(self, stored: Callable[[], None], **what: Any) -> None:
        """End the gather, see `Harvesting.finish_gather`; `stored` is called when that is stored, maybe by another thread."""
        self._stored = stored
        with self._lock:
            quick = bool(self.job.pending_events)  # nothing was stored so far
            self._application.finish_gather(self.job, **what, append=self._hand_over if quick else None)
        if not quick:
            stored()

    def _hand_over(self, events: Sequence[StoredEvent], guard: Mapping[UUID, int]) -> None:
        assert self._append is not None
        self.handed_over = True
        self._append(events, guard, self._settle)

    def _settle(self, error: BaseException | None) -> None:
        assert self._settled is not None
        with about(job=str(self.job.id), source=self.job.source_id):
            if error is None:
                self._stored()
            elif isinstance(error, Conflict):
                log.info("job %s went on without this worker: %s", self.job.id, error)
                error = None
        self._settled(error)
