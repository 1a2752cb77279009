"""Gathers one job: from a harvester's records to objects in the log, page by page, in constant memory.

Every page is one append guarded by the job's stream. A worker that was thought dead can't add objects to a job that another
attempt or an abort went on with: its next page meets GuardConflict, and it stops.
"""

import itertools
import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from adapters.logs import about
from adapters.postgres.content import ContentStore, content_hash
from adapters.postgres.database import Database
from adapters.postgres.log.group_append import GroupAppend
from adapters.postgres.positions import log_position, work_position
from adapters.postgres.work.claims import HeldDataset, held_datasets
from adapters.postgres.work.gather_memory import GatherMemory
from adapters.postgres.work.movement import expect
from adapters.stages.context import JobContexts
from adapters.stages.gather_ahead import Ahead, Holdings
from adapters.stages.gather_deletions import DeletionGather
from adapters.stages.gather_stored import StoredGather
from adapters.stages.job_writes import JobWrites, Settled
from adapters.stages.progress import Progress
from adapters.stages.replaced import Replaced
from domain import text
from domain.application import Harvesting
from domain.deletions import CLEAR, REMOVAL, DeletionPolicy
from domain.errors import Conflict, HarvestError, JobEnded, NotFound, PluginError, ServiceUnavailable, ValidationError
from domain.jobs import Job
from domain.objects import ACTIONS, GatheredRecord
from domain.reimport import STORED_KINDS
from harvesters import extras, results
from harvesters.base import GatherError, Harvester, HarvestJob, Listed, Page, Record, read_config
from harvesters.http.session import RemoteTime
from harvesters.stages import EXPECTED, is_ctrl_c, leave_if_forked

log = logging.getLogger(__name__)

PAGE = 500  # records stored at a time
UNCHANGED_PAGE = 5000  # unchanged records that are counted by an event, so that a person sees them
PAGE_BYTES = 8_000_000
PAGE_SECONDS = 1.0  # after which a shorter page is stored as well
WAIT_FOR_PROJECTION = 60.0  # seconds
CLOCK_MARGIN = timedelta(seconds=60)  # servers of one site differ a little; a Date header has whole seconds
MAX_GUID = 2000  # characters of a guid that is shown with an error
LISTED = "listed"  # in place of the content hash of a record whose document was not asked for
MAX_MEMORY = 10_000  # bytes
MAX_ERRORS = 1000  # recorded one by one; further ones are counted


class Stopped(Exception):
    """The worker is asked to end: the job is gathered again elsewhere."""


@dataclass(slots=True)
class _Page:
    records: dict[str, tuple[Record, bytes | None]] = field(default_factory=dict)
    size: int = 0
    begun: float = field(default_factory=time.monotonic)

    def full(self) -> bool:
        late = self.records and time.monotonic() - self.begun > PAGE_SECONDS
        return len(self.records) >= PAGE or self.size >= PAGE_BYTES or bool(late)


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

        Of a quick gather that was read `ahead` everything is stored in one append, by another thread, with what other gathers
        have to store: False is returned, and `settled` called with what went wrong. Call `show_start` meanwhile.
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
        self._start_position = self._wait_for_projection()
        self._memory = GatherMemory(self._database)
        context = self._contexts.make(self._job, source, ahead.created if ahead else None)
        view = context.job
        if source.gathered_from and self._job.kind == "harvest":
            view.last_complete = datetime.fromisoformat(source.gathered_from)
            view.memory = dict(source.memory)
        view.lookup, view.count_held = self._held, lambda: self._memory.count_held(source.id)
        self._replaced = Replaced(self._memory, self._content)
        self._holds_any = self._memory.count_held(source.id) > 0
        self._policy = _policy(source.fields.config)
        complete = self._take_all(lambda: context.harvester, view)
        full = complete and view.full_listing and not self._nameless
        held = self._gather_removed(full=full) if complete else None
        seen_since = self._seen_since(_first_answer(context.harvester)) if complete else None
        memory = self._kept(view.memory)
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

    def _kept(self, memory: Any) -> Mapping[str, Any]:
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

    def _seen_since(self, answer: RemoteTime | None) -> datetime | None:
        """Since when changes at the remote may have been missed: the start of the first attempt, whose objects stay.

        By the database's clock, or by the remote's if that is behind: where it is ahead, to ask since too early a time only
        costs some records. This worker's clock doesn't count.
        """
        first, began, noted = self._starts()
        if first is None or began is None:
            return None
        ahead = timedelta(0)
        if answer is not None:
            ahead = answer.time - (began + timedelta(seconds=answer.noted - noted))
        return first + min(ahead, timedelta(0)) - CLOCK_MARGIN

    def _starts(self) -> tuple[datetime | None, datetime | None, float]:
        """By the database's clock: the start of the first attempt, and of this one; the latter in monotonic seconds."""
        if self._ahead is not None:
            claim = self._ahead.claim
            return claim.now, claim.now, claim.noted
        log, job = self._application.event_log, self._job
        first = log.recorded_at(job.id, job.first_started_version)
        began = first if job.first_started_version == self._start_version else log.recorded_at(job.id, self._start_version)
        return first, began, self._began

    # in the thread of who watches

    def silent(self) -> float:
        """For how many seconds the harvester has got on with nothing."""
        return self._progress.silent()

    def stuck(self, limit: float) -> str:
        """What went wrong when the harvester got on with nothing for `limit` seconds, or its own limit; empty: nothing."""
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
        """What the source holds must be known, since unchanged and removed records are told by it.

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
        page = _Page()
        self._complete = False
        for item in self._yielded(make, view):
            self._go_on()
            self._tell_expected(view)
            page = self._take(item, page)
        self._store(page, last=True)
        for gather_error in results.gather_errors(view):  # of a gather_stage that raised
            self._error(gather_error.code, gather_error.message, gather_error.guid)
        if self._errors > MAX_ERRORS:
            more = f"{self._errors - MAX_ERRORS} further errors of this gather are not listed"
            self._writes.error("more_errors", more)
        return self._complete

    def _tell_expected(self, view: HarvestJob) -> None:
        """Keep what the remote says it will give, for those who watch the job."""
        if view.expected != self._expected:
            self._expected = view.expected
            if isinstance(view.expected, int) and 0 <= view.expected < 2**63:
                expect(self._database, self._job.id, view.expected)

    def _yielded(self, make: Callable[[], Harvester], view: HarvestJob) -> Iterator[Any]:
        """What the harvester yields. What it raises becomes an error of the job; what is raised over an item does not."""
        items, process = self._from(make, view), os.getpid()
        while True:
            self._progress.enter(view)
            try:
                item = next(items)
            except StopIteration:
                self._complete = True
                return
            except (Stopped, ServiceUnavailable):
                raise
            except BaseException as error:
                if is_ctrl_c(error) or (self.let_through and not isinstance(error, EXPECTED)):
                    raise
                self._failed(error)
                return
            finally:
                leave_if_forked(process)
                self._progress.leave()
            yield item

    def _from(self, make: Callable[[], Harvester], view: HarvestJob) -> Iterator[Any]:
        harvester = make()
        self._progress.watch(harvester)
        yield from results.gathered(harvester, view)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, HarvestError):
            self._error(error.code, results.said(error))
        else:
            self._error("plugin_error", results.with_traceback(error))

    def _take(self, item: Record | Listed | GatherError | Page, page: _Page) -> _Page:
        if isinstance(item, GatherError):
            self._error(item.code, item.message, item.guid)
        elif isinstance(item, Listed):
            self._memory.remember(dict.fromkeys(map(results.identity, item.guids), LISTED))
        elif isinstance(item, Page):
            if page.full() or len(page.records) * 2 >= PAGE:
                self._store(page, results.said(item.cursor) if item.cursor else "")
                page = _Page()
        else:
            self._add(item, page)
            if page.full():
                self._store(page)
                page = _Page()
        return page

    def _add(self, record: Record, page: _Page) -> None:
        try:
            guid = results.identity(record.guid)
        except PluginError as error:
            self._error("bad_guid", f"A record has no guid ({error}): {results.shown(record.content)}")
            self._nameless = True
            return
        try:
            text.key(guid, "guid")
            body = results.document(record.content)
            _gathered(guid, record, None, False, {})
        except (TypeError, ValueError, AttributeError, RecursionError, ValidationError, PluginError) as error:
            self._error("bad_record", f"Record {guid[:200]} can't be stored: {results.said(error)}", guid[:200])
            self._memory.remember({guid[:MAX_GUID]: None})  # the remote has it: what was imported from it stays
            return
        if guid in page.records:
            self._twice(guid, _digest(page.records[guid][1]), _digest(body))
        else:
            page.records[guid] = (record, body)
            page.size += len(body or b"") + _extras_size(record)

    def _twice(self, guid: str, first: str | None, second: str | None) -> None:
        """The same record again is no news; another one with its guid is an error that names both."""
        if first != second or first is None:
            documents = f"documents {(first or 'none')[:12]} and {(second or 'none')[:12]}"
            self._error(
                "duplicate_guid", f"Two records of this job have the guid {guid} ({documents}): the first was kept", guid
            )

    # pages

    def _store(self, page: _Page, cursor: str = "", *, last: bool = False) -> None:
        if not page.records:
            return
        hashes = {guid: _digest(body) for guid, (_, body) in page.records.items()}
        for guid, first in self._memory.remember(hashes).items():
            if first == LISTED:
                continue
            self._twice(guid, first, hashes.pop(guid))
        held = self._held(hashes)
        unchanged = (
            [] if self._job.options.get("force_import") else [g for g in hashes if self._same(g, held.get(g), hashes[g])]
        )
        changed = {guid: page.records[guid] for guid in hashes.keys() - set(unchanged)}
        for guid in [g for g, (record, _) in changed.items() if record.action == "delete" and g not in held]:
            del changed[guid]  # the source never held it: there is nothing to delete
        documents = {h: body for g, (_, body) in changed.items() if body is not None and (h := hashes[g]) is not None}
        records = [_gathered(guid, record, hashes[guid], guid in held, documents) for guid, (record, _) in changed.items()]
        self._content.put(documents)
        if self._holds_any:
            self._replaced.note(changed[guid][0] for guid in changed if self._is_new(guid, held.get(guid)))
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

    def _held(self, guids: Iterable[str]) -> dict[str, HeldDataset]:
        if (holdings := self._holdings()) is not None:
            return holdings.held(guids)
        source = str(self._source.id)
        return {guid: held for (_, guid), held in held_datasets(self._database, [(source, guid) for guid in guids]).items()}

    def _holdings(self) -> Holdings | None:
        """What was read ahead, while it counts."""
        holdings = self._ahead.holdings if self._ahead else None
        return holdings if holdings is not None and holdings.fresh else None

    def _gather_removed(self, *, full: bool) -> tuple[int, int] | None:
        """Delete what is to go, or hold all of it when more is lost than the source's policy lets go without asking.

        How many were held, of how many datasets; None: nothing was.
        """
        pages = self._removed(full=full)
        few: list[list[GatheredRecord]] = []
        lost, limit = 0, -1
        for page in pages:
            if limit < 0:
                known = self._memory.count_held(self._source.id)
                limit = self._policy.limit(known, taken_over=self._source.taken_over)
            few.append(page)
            lost += self._lost(page)
            if lost > limit:
                return sum(map(self._hold, itertools.chain(few, pages))), known
        for page in few:
            self._store_removed(page)
        return None

    def _removed(self, *, full: bool) -> Iterator[list[GatheredRecord]]:
        """Pages of what the harvester wants deleted, and of what the source holds and a full listing lacks."""
        for start in range(0, len(self._to_delete), PAGE):
            yield self._to_delete[start : start + PAGE]
        if not full:
            return
        for held in self._missing():
            renamed = self._renamed(held)
            if removed := [GatheredRecord(guid, "delete") for guid in held if guid not in renamed]:
                yield removed

    def _lost(self, removed: Sequence[GatheredRecord]) -> int:
        """How many datasets are gone for good: no record that this job brings has their name."""
        if self._source.taken_over or not self._replaced.any:
            return len(removed)
        return len(removed) - self._replaced.count(self._held(record.guid for record in removed).values())

    def _missing(self) -> Iterator[Mapping[str, UUID]]:
        holdings, seen = self._holdings(), self._memory.few
        if holdings is None or seen is None:
            yield from self._memory.missing(self._source.id, self._start_position, PAGE)
        elif missing := holdings.missing(seen):
            yield missing

    def _hold(self, records: Sequence[GatheredRecord]) -> int:
        self._writes.held(records)
        return len(records)

    def _renamed(self, held: Mapping[str, UUID]) -> set[str]:
        """Guids that documents gave themselves: the remote lists those records under other guids, which were seen."""
        gathered = {o.gathered_guid: o.guid for o in self._application.load_objects(list(held.values())).values()}
        others = {listed: guid for listed, guid in gathered.items() if listed != guid}
        return {others[listed] for listed in self._memory.seen(list(others))} if others else set()

    def _store_removed(self, records: Sequence[GatheredRecord]) -> None:
        self._writes.page(records, 0, "removed")
        self._deletions += len(records)

    def _error(self, code: str, message: str, guid: str | None = None) -> None:
        self._errors += 1
        if self._errors <= MAX_ERRORS:
            who = None if guid is None else results.said(guid)[:MAX_GUID]
            self._writes.error(results.said(code), results.said(message), who)


def _gathered(guid: str, record: Record, digest: str | None, held: bool, documents: dict[str, bytes]) -> GatheredRecord:
    """The record as it is stored, after the documents that are added. Raises what is wrong with it."""
    if record.action not in ACTIONS:
        raise ValueError(f"its action is {record.action!r}, not one of {', '.join(ACTIONS)}")
    action = "change" if held and record.action == "new" else record.action
    kept = extras.apart(results.extra_texts(record.extras), documents)
    return GatheredRecord(guid, action, digest, kept, text.utc_time(record.metadata_modified))


def _policy(config: str) -> DeletionPolicy:
    """A configuration that is no JSON, or was entered before these options were checked, has the usual policy."""
    try:
        return DeletionPolicy.of(read_config(config))
    except ValueError:
        return DeletionPolicy()


def _first_answer(harvester: Harvester) -> RemoteTime | None:
    """When the remote first answered, None when the plugin has replaced the session by a client of its own."""
    answer = getattr(getattr(harvester, "http", None), "first_answer", None)
    return answer if isinstance(answer, RemoteTime) else None


def _digest(body: bytes | None) -> str | None:
    return None if body is None else content_hash(body)


def _extras_size(record: Record) -> int:
    """Characters of values that are text; what others there are is small."""
    return sum(len(value) for value in record.extras.values() if isinstance(value, str))
