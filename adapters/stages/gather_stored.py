"""Gathers a job whose records are in the log already: an import of stored documents, a retry of what failed, an undo.

Nothing is asked of a remote. What is gathered goes its way like any other object: dispatched, claimed, counted, ended. A second
attempt makes the same objects, so a job goes on where the first one stopped.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar
from uuid import UUID

from adapters.postgres.database import Database
from adapters.postgres.log.job_objects import job_objects, objects_of
from adapters.postgres.positions import log_position
from adapters.postgres.work.claims import held_datasets
from adapters.postgres.work.gather_memory import GatherMemory
from adapters.postgres.work.held import PAGE, ever_held, existing, held_pages
from adapters.stages.gather_undo import UndoneRecords
from adapters.stages.stored_records import jobs_of, newest_record
from domain.application import Harvesting
from domain.jobs import Job
from domain.objects import GatheredRecord
from domain.reimport import Selection, failed, selection
from domain.sources import HarvestSource
from domain.undoing import UNDO
from projections.causes import causes_of
from projections.recorded import Recorded

log = logging.getLogger(__name__)

Records = Sequence[GatheredRecord]
T = TypeVar("T")


class StoredGather:
    """One attempt at gathering a job of kind `import`, `retry` or `undo`."""

    def __init__(
        self, database: Database, application: Harvesting, job: Job, source: HarvestSource, go_on: Callable[[], None]
    ) -> None:
        """`go_on` is called between pages; it raises when this worker ends."""
        self._database = database
        self._application = application
        self._job = job
        self._source = source
        self._go_on = go_on
        self._begun = time.monotonic()

    def run(self) -> None:
        """Store all pages, and the end of gather. Raises GuardConflict, JobEnded, ServiceUnavailable."""
        deletions = 0
        for page, left_out in self._pages():
            self._go_on()
            deletions += len([record for record in page if record.action == "delete"])
            for record in self._application.record_page(self._job, page, left_out):
                message = f"Two datasets of this source come from the record {record.guid}: only one is imported again"
                self._application.record_gather_error(self._job, "duplicate_guid", message, record.guid)
        self._application.finish_gather(self._job, complete=True, full=False, deletions=deletions)
        job, name, seconds = self._job, self._source.fields.name, time.monotonic() - self._begun
        log.info("job %s of source %s: %s of %d records, gathered in %.1f s", job.id, name, job.kind, job.gathered, seconds)

    def _pages(self) -> Iterator[tuple[Records, int]]:
        """Pages of records, each with how many datasets need no object."""
        if self._job.kind == UNDO:
            return UndoneRecords(self._database, self._application, self._job, self._go_on).pages()
        records = self._retried() if self._job.kind == "retry" else self._imported(selection(self._job.options))
        return ((page, 0) for page in records)

    # import

    def _imported(self, chosen: Selection) -> Iterator[Records]:
        if chosen.object_id:
            yield self._with_action(self._records([UUID(chosen.object_id)]))
            return
        for page in held_pages(self._database, self._source.id, chosen):
            yield self._records([row.object_id for row in page])
        if not chosen.join_datasets:
            yield from self._never_imported(chosen)

    def _records(self, ids: Sequence[UUID]) -> list[GatheredRecord]:
        """The records of objects, as changes of what the source holds."""
        objects = objects_of(self._database, ids)
        return [newest_record(events, "change") for events in objects if events[0].state["action"] != "delete"]

    def _with_action(self, records: Records) -> list[GatheredRecord]:
        """New, or a change of what the source holds; there is nothing to do to delete what it doesn't hold."""
        source = str(self._source.id)
        keys = [(source, record.identified or record.guid) for record in records]
        held = held_datasets(self._database, keys) if keys else {}
        selected = []
        for record, key in zip(records, keys, strict=True):
            if record.action == "delete":
                selected += [record] if key in held else []
            else:
                selected.append(record._replace(action="change" if key in held else "new"))
        return selected

    def _never_imported(self, chosen: Selection) -> Iterator[Records]:
        """The newest stored document of each record from which no dataset was ever made.

        The objects of a job aren't read if each of them made, changed or removed a dataset.
        """
        memory = GatherMemory(self._database)
        upto = log_position(self._database)
        for job in reversed(self._jobs_before(self._job.number)):
            if job.all_imported:
                continue
            for page in _batches(job_objects(self._database, job, upto), PAGE):
                self._go_on()
                newest = {record.identified or record.guid: record for record in map(newest_record, page)}
                documents = {
                    guid: record for guid, record in newest.items() if record.content_hash or record.action == "delete"
                }
                held = ever_held(self._database, self._source.id, list(documents))
                again = memory.remember({guid: None for guid in documents if guid not in held})
                records = [
                    record
                    for guid, record in documents.items()
                    if guid not in again and guid not in held and record.action != "delete" and chosen.has(guid, None)
                ]
                if records:
                    yield self._with_action(records)

    # retry

    def _retried(self) -> Iterator[Records]:
        before = self._application.load(Job, UUID(self._job.options["retry_of"]))
        later = [job for job in self._jobs_before(self._job.number) if job.number > before.number and job.kind != "import"]
        streams = job_objects(self._database, before, log_position(self._database))
        for page in _batches(self._failed(before, streams), PAGE):
            tried = self._gathered_later(page, later)
            records = [self._as_gathered(events) for events in page if events[0].state["guid"] not in tried]
            if records:
                yield self._with_action(records)

    def _failed(self, before: Job, streams: Iterable[list[Recorded]]) -> Iterator[list[Recorded]]:
        for events in streams:
            self._go_on()
            topics = {(event.topic, event.state.get("retry_at")) for event in events}
            if failed(topics, aborted=before.status == "Aborted") and self._is_meant(events):
                yield events

    def _is_meant(self, events: list[Recorded]) -> bool:
        """Whether a failed object has the cause that the retry is about, if it is about one."""
        cause = self._job.options.get("cause")
        return not cause or cause in causes_of(events)

    def _gathered_later(self, page: Sequence[list[Recorded]], later: Sequence[Job]) -> set[str]:
        """Guids that a later job has seen: what it knows is newer."""
        guids = [events[0].state["guid"] for events in page]
        return existing(self._database, {job.object_id(guid): guid for job in later for guid in guids})

    def _as_gathered(self, events: Sequence[Recorded]) -> GatheredRecord:
        """As gather found it; the guid that its document gave it only where nothing is fetched again."""
        state = events[0].state
        others = [event.state["guid"] for event in events if event.topic == "object.identified"]
        identified = others[-1] if others and self._job.options.get("without_fetch") else None
        return GatheredRecord(
            state["guid"], state["action"], state["content_hash"], state["extras"], state["metadata_modified"], identified
        )

    def _jobs_before(self, number: int) -> list[Job]:
        """The source's jobs with a lower number than this one, in order."""
        return [job for job in jobs_of(self._application, self._source.id) if job.number < number]


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch
