"""What a job of kind `undo` imports and deletes: for each dataset that another job touched, the record that was before it.

All of it comes from the log. The objects of earlier jobs have ids that follow from job and guid, so those of one page of
records are looked up by id, the newest jobs first; jobs that gathered nothing have none.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from uuid import UUID

from adapters.postgres.database import Database
from adapters.postgres.log.job_objects import job_objects, objects_of
from adapters.postgres.positions import log_position
from adapters.postgres.work.held import PAGE, existing, standing_on
from adapters.stages.stored_records import jobs_of, newest_record
from domain.application import Harvesting
from domain.jobs import Job
from domain.objects import GatheredRecord
from domain.sources import HarvestSource
from domain.undoing import ADOPTED, HELD_AGAIN, LOST, UNDOES, may_have_adopted, outcome_of
from projections.recorded import Recorded

IDS = 5000  # that are looked up at a time
Objects = Sequence[Sequence[Recorded]]


class UndoneRecords:
    """The records of one undoing job. `go_on` is called between pages; it raises when this worker ends."""

    def __init__(self, database: Database, application: Harvesting, job: Job, go_on: Callable[[], None]) -> None:
        self._database = database
        self._application = application
        self._job = job
        self._go_on = go_on
        self._undone = application.load(Job, UUID(job.options[UNDOES]))
        source = application.load(HarvestSource, UUID(self._undone.source_id), self._undone.source_version or None)
        self._kept = ADOPTED if may_have_adopted(source.fields.config) else ""
        self._upto = log_position(database)
        jobs = jobs_of(application, UUID(job.source_id))
        self._before = [
            earlier
            for earlier in reversed(jobs)
            if earlier.number < self._undone.number and (earlier.gathered or earlier.attempt > 1)
        ]

    def pages(self) -> Iterator[tuple[list[GatheredRecord], int]]:
        """Pages of records, each with how many datasets are left out, since a later job has changed them."""
        touched = (events for events in job_objects(self._database, self._undone, self._upto) if _outcome(events))
        for page in _batches(touched, PAGE):
            self._go_on()
            standing = self._standing(page)
            yield self._records(standing), len(page) - len(standing)

    def _standing(self, page: Objects) -> list[Sequence[Recorded]]:
        """Objects that still say how their dataset is; an earlier attempt of this job may have put some of them back."""
        rows = standing_on(self._database, UUID(self._job.source_id), [_guid(events) for events in page])
        return [events for events in page if rows.get(_guid(events)) in {events[0].stream, *self._own(events)}]

    def _own(self, events: Sequence[Recorded]) -> set[UUID]:
        return {self._job.object_id(guid) for guid in (_guid(events), events[0].state["guid"])}

    def _records(self, objects: Objects) -> list[GatheredRecord]:
        added = [events for events in objects if _outcome(events) == "added"]
        others = [events for events in objects if _outcome(events) != "added"]
        earlier = self._earlier(others)
        return [
            *(GatheredRecord(_guid(events), "delete", skipped=self._kept) for events in added),
            *(_record_before(events, earlier.get(events[0].stream)) for events in others),
        ]

    def _earlier(self, objects: Objects) -> dict[UUID, Sequence[Recorded]]:
        """By object of the undone job, the newest object before it that its dataset stood on."""
        missing = {events[0].state["guid"]: events[0].stream for events in objects}
        earlier: dict[UUID, Sequence[Recorded]] = {}
        jobs = iter(self._before)
        while missing and (some := list(islice(jobs, max(1, IDS // len(missing))))):
            self._go_on()
            ids = {job.object_id(guid): guid for job in some for guid in missing}
            there = existing(self._database, {identity: str(identity) for identity in ids})
            newest = _newest_by_guid(objects_of(self._database, [UUID(identity) for identity in there]), ids, some)
            earlier |= {missing.pop(guid): events for guid, events in newest.items()}
        if missing:
            earlier |= self._renamed(missing)
        return earlier

    def _renamed(self, missing: Mapping[str, UUID]) -> dict[UUID, Sequence[Recorded]]:
        """The same for records that were listed under other guids than their documents gave them."""
        streams = {self._listed_otherwise[guid]: stream for guid, stream in missing.items() if guid in self._listed_otherwise}
        objects = objects_of(self._database, list(streams)) if streams else []
        return {streams[events[0].stream]: events for events in objects}

    @cached_property
    def _listed_otherwise(self) -> Mapping[str, UUID]:
        """The newest objects of such records, by the guid that the document gave: all objects before are read, once."""
        newest: dict[str, UUID] = {}
        for job in self._before:
            for events in job_objects(self._database, job, self._upto):
                self._go_on()
                guid, stream = _guid(events), events[0].stream
                if stream != job.object_id(guid) and _outcome(events) in HELD_AGAIN:
                    newest.setdefault(guid, stream)
        return newest


def _record_before(events: Sequence[Recorded], before: Sequence[Recorded] | None) -> GatheredRecord:
    """A dataset's record as it was before the undone job; without an earlier version nothing is to be done."""
    action = "new" if _outcome(events) == "deleted" else "change"
    if before is None:
        return GatheredRecord(events[0].state["guid"], action, skipped=LOST)
    return newest_record(before, action)


def _newest_by_guid(objects: Objects, guids: Mapping[UUID, str], jobs: Sequence[Job]) -> dict[str, Sequence[Recorded]]:
    """Of each guid the object of the newest job that a dataset stood on."""
    numbers = {str(job.id): job.number for job in jobs}
    ordered = sorted(objects, key=lambda events: numbers[events[0].state["job_id"]])
    return {guids[events[0].stream]: events for events in ordered if _outcome(events) in HELD_AGAIN}


def _outcome(events: Sequence[Recorded]) -> str | None:
    return outcome_of([(event.topic, event.state) for event in events])


def _guid(events: Sequence[Recorded]) -> str:
    """The guid that an object has in the end."""
    return next(str(event.state["guid"]) for event in reversed(events) if "guid" in event.state)


def _batches(items: Iterable[Sequence[Recorded]], size: int) -> Iterator[list[Sequence[Recorded]]]:
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch
