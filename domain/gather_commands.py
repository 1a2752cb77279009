"""Commands of a worker that gathers a job: each append is guarded by the job's stream."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from domain.deletions import HELD
from domain.jobs import Job
from domain.objects import GatheredRecord, gathered_event, identified_event, skipped_event
from domain.snapshots import EVERY
from domain.storing import Storing

Append = Callable[[Sequence[StoredEvent], Mapping[UUID, int]], None]


class _Page(NamedTuple):
    ids: dict[UUID, GatheredRecord]
    repeated: list[GatheredRecord]
    events: list[Any]


class GatherCommands(Storing):
    """Store what a gather brings, page by page."""

    def start_gather(self, job_id: UUID, worker: str) -> Job:
        """Begin a further attempt at gathering; any earlier one is shut out. Raises NotFound, JobEnded, GuardConflict."""
        job = self.load(Job, job_id)
        job.start_gather(worker)
        self._all_or_nothing(job)
        return job

    def record_pending(self, job: Job) -> None:
        """Store what the job has pending, as after `Job.start_gather`. Raises GuardConflict."""
        self._append_to_job(job)

    def record_page(
        self, job: Job, records: Sequence[GatheredRecord], unchanged: int, cursor: str = ""
    ) -> list[GatheredRecord]:
        """Store a page of gather in one call, guarded by the job; the records whose guid this attempt had stored before.

        `unchanged` is how many further records need no object.

        Objects that an earlier attempt stored are the same objects and stay as they are. Raises GuardConflict when the job
        went on without this worker: nothing was stored, and it must stop.
        """
        page = self._page(job, records, unchanged, cursor)
        return page.repeated + self._repeated(job, page.ids, self._append_to_job(job, page.events))

    @staticmethod
    def _page(job: Job, records: Sequence[GatheredRecord], unchanged: int, cursor: str) -> _Page:
        """A page whose events are not stored yet; the job has it pending."""
        ids: dict[UUID, GatheredRecord] = {}
        object_id, job_id = job.object_ids(), str(job.id)
        repeated = [r for r in records if ids.setdefault(object_id(r.guid), r) is not r]
        job.record_page(cursor, len(ids), unchanged)
        now = job.modified_on
        events: list[Any] = [
            gathered_event(record, identity, job_id, job.source_id, job.attempt, now) for identity, record in ids.items()
        ]
        events += [
            identified_event(identity, record.identified, now)
            for identity, record in ids.items()
            if record.identified not in (None, record.guid)
        ]
        events += [skipped_event(identity, 2, record.skipped, now) for identity, record in ids.items() if record.skipped]
        return _Page(ids, repeated, events)

    def _append_to_job(self, job: Job, more: Sequence[Any] = ()) -> frozenset[UUID]:
        """Append the job's pending events and more, guarded by the job; the other streams that were not stored."""
        pending = job.collect_events()
        if not pending and not more:
            return frozenset()
        try:
            return self.event_log.append(self.stored([*pending, *more]), {job.id: job.version - len(pending)})
        except BaseException:
            job.lost = True
            raise

    def _repeated(self, job: Job, ids: Mapping[UUID, GatheredRecord], conflicts: frozenset[UUID]) -> list[GatheredRecord]:
        objects = self.load_objects(sorted(conflicts)) if conflicts else {}
        return [ids[identity] for identity, stored in objects.items() if stored.gather_attempt == job.attempt]

    def record_gather_error(self, job: Job, code: str, message: str, guid: str | None = None) -> None:
        """Record an error of gather. Raises GuardConflict, JobEnded."""
        job.record_gather_error(code, message, guid)
        self._append_to_job(job)

    def finish_gather(
        self,
        job: Job,
        *,
        complete: bool,
        full: bool,
        deletions: int,
        seen_since: datetime | None = None,
        unchanged: int = 0,
        memory: Mapping[str, Any] | None = None,
        last_page: Sequence[GatheredRecord] = (),
        held: tuple[int, int] | None = None,
        append: Append | None = None,
    ) -> None:
        """End gathering, with a last page in the same call; see `Job.GatherFinished`. Raises GuardConflict, JobEnded.

        Without a last page `unchanged` counts records that no page has; with one they are on it. None of its records may
        have an object already. `held`: how many deletions wait for a person, of how many datasets. `append` is called with
        the events and their guard in place of the log's append, for who stores them later.
        """
        events: list[Any] = []
        if last_page:
            events, unchanged = self._page(job, last_page, unchanged, "").events, 0
        if held is not None:
            job.hold_deletions(*held)
        since = seen_since.isoformat(timespec="seconds") if seen_since else None
        job.finish_gather(complete, full, deletions, since, unchanged, memory)
        if append is not None:
            pending = job.collect_events()
            append(self.stored([*pending, *events]), {job.id: job.version - len(pending)})
            return
        self._append_to_job(job, events)
        if job.version > EVERY:  # its end doesn't replay all its pages
            self._keep_snapshot(job)

    def record_held(self, job: Job, records: Sequence[GatheredRecord]) -> None:
        """Store a page of deletions that wait for a person: objects that are skipped at once. Raises GuardConflict."""
        page = self._page(job, records, 0, HELD)
        events: list[Any] = []
        for gathered in page.events:
            held = gathered.mutate(None)
            held.skip(HELD)
            events += [gathered, *held.collect_events()]
        self._append_to_job(job, events)
