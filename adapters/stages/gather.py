"""Gathers one job: from a harvester's records to objects in the log, page by page, in constant memory.

Every page is one append guarded by the job's stream. A worker that was thought dead can't add objects to a job that another
attempt or an abort went on with: its next page meets GuardConflict, and it stops.
"""

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from adapters.logs import about
from adapters.postgres.content import ContentStore
from adapters.postgres.database import Database
from adapters.postgres.log.group_append import GroupAppend
from adapters.postgres.positions import log_position, work_position
from adapters.postgres.work.claims import HeldDataset
from adapters.postgres.work.gather_memory import GatherMemory
from adapters.postgres.work.movement import expect
from adapters.stages import gather_page
from adapters.stages.context import JobContexts
from adapters.stages.gather_ahead import Ahead
from adapters.stages.gather_deletions import DeletionGather
from adapters.stages.gather_page import PendingPage, Unusable, gathered, listed_guids, pending_record
from adapters.stages.gather_removed import RemovedDatasets
from adapters.stages.gather_stored import StoredGather
from adapters.stages.gather_times import Starts, first_answer
from adapters.stages.job_writes import JobWrites, Settled
from adapters.stages.listing import Listing, Stopped
from adapters.stages.progress import Progress
from adapters.stages.replaced import Replaced
from adapters.stages.source_holdings import SourceHoldings
from domain import text
from domain.application import Harvesting
from domain.deletions import CLEAR, REMOVAL
from domain.errors import Conflict, HarvestError, JobEnded, NotFound, ServiceUnavailable
from domain.jobs import Job
from domain.objects import GatheredRecord
from domain.reimport import STORED_KINDS
from domain.text import counted
from harvesters import results
from harvesters.base import GatherError, Harvester, HarvestJob, Listed, Page, Record

log = logging.getLogger(__name__)

UNCHANGED_PAGE = 5000  # unchanged records that are counted by an event, so that a person sees them
WAIT_FOR_PROJECTION = 60.0  # seconds
MAX_GUID = 2000  # characters of a guid that is shown with an error
LISTED = "listed"  # in place of the content hash of a record whose document was not asked for
MAX_MEMORY = 10_000  # bytes
MAX_ERRORS = 1000  # recorded one by one; further ones are counted


class GatherRun:
    """One attempt at gathering one job."""

    def __init__(
        self,
        database: Database,
        application: Harvesting,
        content: ContentStore,
        contexts: JobContexts,
        stopping: Callable[[], bool],
        catch_up: Callable[[], Any] | None = None,
        append: GroupAppend | None = None,
    ) -> None:
        """`append` stores the ends of quick gathers, of many in one."""
        self._database = database
        self._application = application
        self._content = content
        self._contexts = contexts
        self._stopping = stopping
        self._catch_up = catch_up
        self._append = append
        self._errors = 0
        self._deletions = self._unrecorded = 0
        self._to_delete: list[GatheredRecord] = []
        self._last_page: list[GatheredRecord] = []
        self._expected: int | None = None
        self._nameless = False  # a record without guid may be any of those that seem to be gone
        self._progress = Progress()
        self._ahead: Ahead | None = None
        self._writes: JobWrites
        self.let_through = False  # what the harvester raises by mistake ends the gather, and is no error of the job

    def run(self, job_id: UUID, worker: str, ahead: Ahead | None = None, settled: Settled | None = None) -> bool:
        """Gather the job to its end. A job that went on without this worker is left alone.

        All that a quick gather with something read `ahead` brings is stored in one append, by another thread, with what other
        gathers have to store: then this returns False, and `settled` is called with what went wrong. Call `show_start`
        meanwhile.
        Raises Stopped, ServiceUnavailable: the job is to be gathered again.
        """
        with about(job=str(job_id)):
            try:
                self._writes = JobWrites(self._application, self._append, settled)
                self._start(job_id, worker, ahead)
                with about(source=self._job.source_id):
                    if self._job.kind in STORED_KINDS:
                        source = self._contexts.source_of(self._job)
                        StoredGather(self._database, self._application, self._job, source, self._go_on).run()
                    elif self._job.kind in (CLEAR, REMOVAL):
                        position = self._wait_for_projection()
                        DeletionGather(self._database, self._application, self._job, position, self._go_on).run()
                    else:
                        self._gather()
            except (Conflict, JobEnded) as error:
                self._writes.check()
                log.info("job %s went on without this worker: %s", job_id, error)
        return not self._writes.handed_over

    def _start(self, job_id: UUID, worker: str, ahead: Ahead | None) -> None:
        self._began = time.monotonic()
        self._ahead = None if ahead is None or ahead.job.attempt or ahead.job.kind != "harvest" else ahead
        self._job = self._writes.start(job_id, worker, self._ahead.job if self._ahead else None)
        self._start_version = self._job.version

    def show_start(self) -> None:
        """Store that the gather has begun, unless that is done. To be called by another thread, some time after it began."""
        if self._ahead is not None:
            self._writes.show_start()

    def _gather(self) -> None:
        ahead = self._ahead
        self._source = source = ahead.source if ahead else self._contexts.source_of(self._job)
        name = source.fields.name
        log.info("job %s of source %s: gathering starts (attempt %d)", self._job.id, name, self._job.attempt)
        position = self._wait_for_projection()
        self._memory = GatherMemory(self._database)
        context = self._contexts.make(self._job, source, ahead.created if ahead else None)
        view = context.job
        if self._job.kind == "harvest":
            view.memory = dict(source.memory)
            view.last_complete = datetime.fromisoformat(source.gathered_from) if source.gathered_from else None
        self._holdings = SourceHoldings(self._database, self._memory, source.id, ahead.holdings if ahead else None)
        view.lookup, view.count_held = self._holdings.held, self._holdings.count
        view.held_guids = self._holdings.guids
        self._replaced = Replaced(self._memory, self._content)
        self._holds_any = self._holdings.count() > 0
        removed = RemovedDatasets(self._application, self._writes, self._memory, self._holdings, source, position)
        complete = self._take_all(lambda: context.harvester, view)
        full = complete and view.full_listing and not self._nameless
        held = removed.store(self._to_delete, self._replaced, full=full) if complete else None
        self._deletions = removed.count
        seen_since = self._starts().seen_since(first_answer(context.harvester)) if complete else None
        memory = self._storable(view.memory)
        self._writes.finish(
            self._tell_end,
            complete=complete,
            full=full,
            deletions=self._deletions,
            seen_since=seen_since,
            unchanged=self._unrecorded,
            memory=memory,
            last_page=self._last_page,
            held=held,
        )

    def _tell_end(self) -> None:
        job = self._job
        log.info(
            "job %s of source %s: gathered %d records to import, %d unchanged, %d to remove, %d errors, in %.1f s%s",
            *(job.id, self._source.fields.name, job.gathered - self._deletions, job.unchanged, self._deletions, self._errors),
            *(time.monotonic() - self._began, "" if job.complete else ", not complete"),
        )

    def _go_on(self) -> None:
        if self._stopping():
            raise Stopped
        self._writes.check()

    def _storable(self, memory: Any) -> Mapping[str, Any]:
        """What the harvester wants to remember; what can't be stored is an error of the job."""
        if not isinstance(memory, dict):
            self._error("bad_memory", f"harvest_job.memory must be a dict, is {results.shown(memory)}")
            return {}
        try:
            size = len(orjson.dumps(memory))
        except TypeError as error:
            self._error("bad_memory", f"harvest_job.memory can't be stored as JSON: {error}")
            return {}
        if size > MAX_MEMORY:
            self._error("bad_memory", f"harvest_job.memory has {size:,} bytes as JSON; at most {MAX_MEMORY:,} are kept")
            return {}
        return memory

    def _starts(self) -> Starts:
        if self._ahead is not None:
            return Starts.of_claim(self._ahead.claim)
        return Starts.of_job(self._application.event_log, self._job, self._start_version, self._began)

    # in the thread of who watches

    def silent(self) -> float:
        """For how many seconds the harvester has made no progress."""
        return self._progress.silent()

    def stuck(self, limit: float) -> str:
        """What went wrong when the harvester made no progress for `limit` seconds, or its own limit; empty: nothing."""
        return self._progress.stuck(limit)

    def attempts(self, job_id: UUID) -> int:
        """How often gathering a job was begun. Raises ServiceUnavailable."""
        return self._application.load(Job, job_id).attempt

    def give_up(self, job_id: UUID, code: str, message: str) -> None:
        """Fail a gather whose thread or process is stuck or gone; what it stored before stays. Raises ServiceUnavailable."""
        try:
            job = self._application.load(Job, job_id)
            self._application.record_gather_error(job, code, text.message(message))
            self._application.finish_gather(job, complete=False, full=False, deletions=0)
        except (Conflict, JobEnded, NotFound) as error:
            log.info("job %s went on: %s", job_id, error)

    def _wait_for_projection(self) -> int:
        """What the source holds must be known, since unchanged and removed records are recognised by it.

        A job is sent once its creation is projected, and it was created after the source's earlier jobs had ended: so all that
        they imported is known by then. What an earlier attempt of this job imported is waited for.
        """
        if self._ahead is not None:
            return self._ahead.position
        if self._job.attempt == 1 and self._catch_up is None:
            return work_position(self._database)
        position = log_position(self._database)
        end = time.monotonic() + WAIT_FOR_PROJECTION
        while work_position(self._database) < position:
            if self._catch_up is not None:
                self._catch_up()
            elif time.monotonic() > end or self._stopping():
                raise ServiceUnavailable("The coordinator doesn't project events: is it running?")
            else:
                time.sleep(0.01)
        return position

    # records

    def _take_all(self, make: Callable[[], Harvester], view: HarvestJob) -> bool:
        """Store everything the harvester yields; whether it came to its end."""
        page = PendingPage()
        listing = Listing(make, view, self._progress, let_through=self.let_through)
        with closing(listing.items()) as items:
            for item in items:
                self._go_on()
                self._tell_expected(view)
                page = self._take(item, page)
        if listing.error is not None:
            self._failed(listing.error, view)
        self._store(page, last=True)
        for gather_error in results.gather_errors(view):  # of a gather_stage that raised
            self._error(gather_error.code, gather_error.message, gather_error.guid)
        if self._errors > MAX_ERRORS:
            more = counted(self._errors - MAX_ERRORS, "further error of this gather is", "further errors of this gather are")
            self._writes.error("more_errors", f"{more} not listed")
        return listing.is_complete

    def _tell_expected(self, view: HarvestJob) -> None:
        """Keep what the remote says it will give, for those who watch the job."""
        expected = view.expected
        if type(expected) is int and expected != self._expected and 0 <= expected < 2**63:
            self._expected = expected
            expect(self._database, self._job.id, expected)

    def _failed(self, error: BaseException, view: HarvestJob) -> None:
        if isinstance(error, results.GatherFailed) and view.errors:
            return  # the harvester said why
        if isinstance(error, HarvestError):
            self._error(error.code, results.said(error))
        else:
            self._error("plugin_error", results.with_traceback(error))

    def _take(self, item: Record | Listed | GatherError | Page, page: PendingPage) -> PendingPage:
        if isinstance(item, GatherError):
            self._error(item.code, item.message, item.guid)
        elif isinstance(item, Listed):
            self._list(item)
        elif isinstance(item, Page):
            if page.full() or len(page.records) * 2 >= gather_page.PAGE:
                self._store(page, results.said(item.cursor) if item.cursor else "")
                page = PendingPage()
        else:
            self._add(item, page)
            if page.full():
                self._store(page)
                page = PendingPage()
        return page

    def _list(self, listed: Listed) -> None:
        """What can't be read may be any record, so nothing is removed then."""
        try:
            self._memory.remember(dict.fromkeys(listed_guids(listed), LISTED))
        except Unusable as unusable:
            self._error(unusable.code, str(unusable))
            self._nameless = True

    def _add(self, record: Record, page: PendingPage) -> None:
        try:
            guid, pending = pending_record(record)
        except Unusable as unusable:
            self._error(unusable.code, str(unusable), unusable.guid and unusable.guid[:200])
            self._nameless |= unusable.guid is None
            if unusable.guid and gather_page.may_be_held(unusable.guid):
                self._memory.remember({unusable.guid: None})  # the remote has it: what was imported from it stays
            return
        if guid in page.records:
            self._twice(guid, page.records[guid].digest, pending.digest)
        else:
            page.add(guid, pending)

    def _twice(self, guid: str, first: str | None, second: str | None) -> None:
        """The same record again changes nothing; a different one with its guid is an error that names both."""
        if first != second or first is None:
            documents = f"documents {(first or 'none')[:12]} and {(second or 'none')[:12]}"
            message = f"Two records of this job have the guid {guid} ({documents}): the first was kept"
            self._error("duplicate_guid", message, guid)

    # pages

    def _store(self, page: PendingPage, cursor: str = "", *, last: bool = False) -> None:
        if not page.records:
            return
        hashes = {guid: pending.digest for guid, pending in page.records.items()}
        for guid, first in self._memory.remember(hashes).items():
            if first == LISTED:
                continue
            self._twice(guid, first, hashes.pop(guid))
        held = self._holdings.held(hashes)
        forced = self._job.options.get("force_import")
        unchanged = [] if forced else [g for g in hashes if self._same(g, held.get(g), hashes[g])]
        changed = {guid: page.records[guid] for guid in hashes.keys() - set(unchanged)}
        for guid in [g for g, (record, *_) in changed.items() if record.action == "delete" and g not in held]:
            del changed[guid]  # the source never held it: there is nothing to delete
        documents = {p.digest: p.body for p in changed.values() if p.body is not None and p.digest is not None}
        records = [gathered(guid, pending, guid in held, documents) for guid, pending in changed.items()]
        self._content.put(documents)
        if self._holds_any:
            new = (guid for guid in changed if self._is_new(guid, held.get(guid)))
            self._replaced.note(changed[guid].record for guid in new if not changed[guid].record.skip)
        self._to_delete += [record for record in records if record.action == "delete"]
        records = [record for record in records if record.action != "delete"]  # those wait for the end of gather
        self._unrecorded += len(unchanged)
        if last and (self._job.attempt == 1 or not records):  # an earlier attempt may have stored the same objects
            self._last_page = records  # they are stored with the end of gather
            return
        if not records and self._unrecorded < UNCHANGED_PAGE:
            return  # a later page's event counts them, or the end of gather
        counted, self._unrecorded = self._unrecorded, 0
        for record in self._writes.page(records, counted, cursor):
            self._twice(record.guid, None, record.content_hash)

    def _same(self, guid: str, held: HeldDataset | None, digest: str | None) -> bool:
        """Whether nothing changed since an earlier job; what an earlier attempt imported is counted by its object."""
        if held is None or digest is None or held.content_hash != digest:
            return False
        return self._job.attempt == 1 or held.object_id != self._job.object_id(guid)

    def _is_new(self, guid: str, held: HeldDataset | None) -> bool:
        """Whether this job brings the dataset; an earlier attempt may have imported it by now."""
        return held is None or held.object_id == self._job.object_id(guid)

    def _error(self, code: str, message: str, guid: str | None = None) -> None:
        self._errors += 1
        if self._errors <= MAX_ERRORS:
            who = None if guid is None else results.said(guid)[:MAX_GUID]
            self._writes.error(results.said(code), results.said(message), who)
