"""Gathers jobs that ask no remote, only delete: what a person approved, what was hidden long enough, or all of a source."""

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from uuid import UUID

from adapters.postgres.database import Database
from adapters.postgres.work.claims import held_datasets
from adapters.postgres.work.gather_memory import GatherMemory
from adapters.postgres.work.held_deletions import held_guids
from adapters.postgres.work.hidden import hidden_pages
from domain.application import Harvesting
from domain.deletions import CLEAR, EXPIRED, HIDDEN_PACKAGE, HIDDEN_TITLE, REMOVAL
from domain.jobs import Job
from domain.objects import GatheredRecord, job_number
from domain.undoing import UNDO

log = logging.getLogger(__name__)

PAGE = 500  # objects stored at a time


class DeletionGather:
    """One attempt at gathering a job of kind `removal` or `clear`.

    What the source holds must be projected up to event number `position`. `go_on` raises when the worker is to stop.
    """

    def __init__(self, database: Database, application: Harvesting, job: Job, position: int, go_on: Callable[[], None]) -> None:
        self._database = database
        self._application = application
        self._job = job
        self._position = position
        self._go_on = go_on

    def run(self) -> None:
        """Store an object for each dataset that is to go. Raises Conflict, JobEnded, ServiceUnavailable."""
        deletions = 0
        for records in self._records():
            self._go_on()
            self._application.record_page(self._job, records, 0, "removed")
            deletions += len(records)
        self._application.finish_gather(self._job, complete=True, full=False, deletions=deletions)
        log.info("job %s: %d datasets to delete", self._job.id, deletions)

    def _records(self) -> Iterator[list[GatheredRecord]]:
        if expired := self._job.options.get(EXPIRED):
            yield from self._hidden(datetime.fromisoformat(expired))
            return
        for guids in self._approved() if self._job.kind == REMOVAL else self._all_held():
            yield [GatheredRecord(guid, "delete") for guid in guids]
        if self._job.kind == CLEAR:
            yield from self._hidden(None)

    def _hidden(self, until: datetime | None) -> Iterator[list[GatheredRecord]]:
        for page in hidden_pages(self._database, UUID(self._job.source_id), until, PAGE):
            yield [
                GatheredRecord(row.guid, "delete", extras={HIDDEN_PACKAGE: row.package_id, HIDDEN_TITLE: row.title})
                for row in page
                if row.package_id
            ]

    def _all_held(self) -> Iterator[list[str]]:
        for held in GatherMemory(self._database).missing(UUID(self._job.source_id), self._position, PAGE):
            yield list(held)

    def _approved(self) -> Iterator[list[str]]:
        """What the job held whose deletions were approved; a dataset that a later job has found at the remote stays."""
        job = self._application.load(Job, UUID(self._job.options["held_job"]))
        for guids in held_guids(self._database, job, PAGE):
            keys = [(self._job.source_id, guid) for guid in guids]
            held = {guid: dataset.object_id for (_, guid), dataset in held_datasets(self._database, keys).items()}
            back = self._found_since(job, held)
            if page := [guid for guid in guids if guid in held and guid not in back]:
                yield page

    def _found_since(self, job: Job, held: Mapping[str, UUID]) -> set[str]:
        """Guids of datasets that a later job has imported from the remote; one that imports stored documents has asked none."""
        newer = {stream: guid for guid, stream in held.items() if (job_number(stream) or 0) > job.number}
        objects = self._application.load_objects(list(newer)) if newer else {}
        jobs = self._application.load_many(Job, {UUID(obj.job_id) for obj in objects.values()})
        return {newer[stream] for stream, obj in objects.items() if jobs[UUID(obj.job_id)].kind not in ("import", UNDO)}
