"""Harvesting: the one application of the write side, one method per command.

A command may be called twice: what is done already is not done again, and is no error. Appends go through `EventLog.append`,
which reports streams that somebody else changed first; a conflict is answered by loading and comparing, never by overwriting.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar
from uuid import UUID, uuid4, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import CanMutateAggregate
from eventsourcing.persistence import ApplicationRecorder, Mapper, StoredEvent, Transcoder
from eventsourcing.utils import resolve_topic

from domain import schedules
from domain.aggregate import OrjsonTranscoder, StoredAggregate
from domain.deletions import CLEAR, DELETE, EXPIRED, FATES, HELD, RELEASE, REMOVAL
from domain.errors import Conflict, GuardConflict, NotFound, Refused, ValidationError
from domain.jobs import Job
from domain.nearest import unknown
from domain.objects import GatheredRecord, HarvestObject, gathered_event, identified_event
from domain.reservations import Reservations
from domain.rules import Progress, job_outcome
from domain.sealing import Cipher, NoCipher, Sealing
from domain.secrets import mask_url
from domain.snapshots import EVERY, NoSnapshots, Snapshots, restored, taken
from domain.source_fields import checked as checked
from domain.sources import HarvestSource, Reservation, SourceFields, name_value
from domain.stored_events import UpcastingMapper

REMOVE = "remove"
"""Option of a job that clears a source which is removed once it is cleared."""
ATTEMPTS = 5  # of a command that meets a conflict
Event = CanMutateAggregate[UUID]
A = TypeVar("A", bound=StoredAggregate)
Append = Callable[[Sequence[StoredEvent], Mapping[UUID, int]], None]


class EventLog(Protocol):
    """What the application needs of an event store, besides the library's recorder interface."""

    def append(self, events: Sequence[StoredEvent], guard: Mapping[UUID, int] | None = None) -> frozenset[UUID]:
        """Append; the streams that were not stored because somebody else appended first.

        `guard`: {stream: version it must have}, else GuardConflict is raised and nothing is stored.
        """

    def select_streams(
        self, ids: Sequence[UUID], after: Mapping[UUID, int] | None = None, upto: Mapping[UUID, int] | None = None
    ) -> list[StoredEvent]:
        """All events of many streams, stream by stream, each in order.

        Of streams in `after` those after a version, of those in `upto` those up to one.
        """

    def select_events(self, stream: UUID, *, gt: int | None = None, lte: int | None = None) -> Sequence[StoredEvent]:
        """Events of one stream after version `gt`, up to version `lte`, in order."""

    def recorded_at(self, stream: UUID, version: int) -> datetime | None:
        """When an event was stored, by the database's clock (aware UTC); None: there is no such event."""

    def recorded(self, streams: Sequence[UUID], version: int) -> dict[UUID, datetime]:
        """When the event of that version was stored, for each stream that has one."""


class _Page(NamedTuple):
    ids: dict[UUID, GatheredRecord]
    repeated: list[GatheredRecord]
    events: list[Any]


class Harvesting(Application[UUID]):
    """Commands on sources, jobs and objects."""

    name = "harvest"

    def __init__(
        self,
        recorder: ApplicationRecorder,
        log: EventLog,
        snapshots: Snapshots | None = None,
        cipher: Cipher | None = None,
    ) -> None:
        """`cipher` encrypts the secrets of sources; None: they are stored as they are."""
        self.sealing = Sealing(cipher or NoCipher())
        self._given_recorder = recorder
        self.event_log = log
        self._snapshots = snapshots or NoSnapshots()
        super().__init__({"PERSISTENCE_MODULE": "eventsourcing.popo"})

    def construct_recorder(self) -> ApplicationRecorder:
        """The recorder given, in place of one of the library's."""
        return self._given_recorder

    def construct_transcoder(self) -> Transcoder:
        """JSON by orjson."""
        return OrjsonTranscoder()

    def construct_mapper(self) -> Mapper[UUID]:
        """The mapper that knows the upcasters."""
        return UpcastingMapper(self.construct_transcoder())

    # loading and storing

    def load(self, cls: type[A], aggregate_id: UUID, version: int | None = None) -> A:
        """One aggregate as it is now, or as it was at a version of its stream. Raises NotFound.

        It costs the same however long the stream is: the events since a snapshot are replayed.
        """
        snapshot = self._snapshots.newest(aggregate_id, cls.SNAPSHOT_VERSION, version) if cls.SNAPSHOT_VERSION else None
        aggregate: Any = None
        if snapshot is not None:
            aggregate = restored(resolve_topic(snapshot.topic), snapshot)
        events = self.event_log.select_events(aggregate_id, gt=snapshot.version if snapshot else None, lte=version)
        for event in events:
            aggregate = self.mapper.to_domain_event(event).mutate(aggregate)  # type: ignore[attr-defined]
        if aggregate is None:
            raise NotFound(f"There is no {cls.__name__} {aggregate_id}")
        if not isinstance(aggregate, cls):
            raise NotFound(f"{aggregate_id} is not a {cls.__name__} but a {type(aggregate).__name__}")
        if len(events) >= EVERY and version is None:
            self._keep_snapshot(aggregate)
        return aggregate

    def _keep_snapshot(self, aggregate: StoredAggregate) -> None:
        if aggregate.SNAPSHOT_VERSION and not aggregate.ended:
            self._snapshots.keep(taken(aggregate))

    def load_objects(self, ids: Sequence[UUID]) -> dict[UUID, HarvestObject]:
        """Many objects in one query; ids that are unknown are left out."""
        return self.load_many(HarvestObject, ids)

    def load_many(self, cls: type[A], ids: Iterable[UUID], upto: Mapping[UUID, int] | None = None) -> dict[UUID, A]:
        """Many aggregates, by one query for snapshots and one for events; ids that are unknown or of others are left out.

        Those in `upto` as they were at a version of their stream.
        """
        wanted, upto = list(ids), upto or {}
        snapshots = self._snapshots.newest_of(wanted, cls.SNAPSHOT_VERSION, upto) if cls.SNAPSHOT_VERSION else {}
        loaded: dict[UUID, Any] = {key: restored(resolve_topic(one.topic), one) for key, one in snapshots.items()}
        replayed: Counter[UUID] = Counter()
        for stored in self.event_log.select_streams(wanted, {key: one.version for key, one in snapshots.items()}, upto):
            event: Event = self.mapper.to_domain_event(stored)  # type: ignore[assignment]
            stream: UUID = stored.originator_id  # type: ignore[assignment]
            loaded[stream] = event.mutate(loaded.get(stream))
            replayed[stream] += 1
        aggregates = {key: aggregate for key, aggregate in loaded.items() if isinstance(aggregate, cls)}
        for key, aggregate in aggregates.items():
            if replayed[key] >= EVERY and key not in upto:
                self._keep_snapshot(aggregate)
        return aggregates

    def stored(self, events: Iterable[Any]) -> list[StoredEvent]:
        """Events as they are stored."""
        return [self.mapper.to_stored_event(event) for event in events]

    def record(self, *aggregates: StoredAggregate, guard: Mapping[UUID, int] | None = None) -> frozenset[UUID]:
        """Append what the aggregates have pending, in one call; the streams that were not stored."""
        pending = [(aggregate, aggregate.collect_events()) for aggregate in aggregates]
        try:
            events = self.stored(event for _, its in pending for event in its)
            return self.event_log.append(events, guard) if events else frozenset()
        except BaseException:
            for aggregate, its in pending:  # a second call appends them again; what was stored comes back as a conflict
                aggregate.pending_events[:0] = its
            raise

    def _all_or_nothing(self, *aggregates: StoredAggregate) -> None:
        pending = {a.id: a.version - len(a.pending_events) for a in aggregates if a.pending_events}
        self.record(*aggregates, guard=pending)

    # sources

    def register_source(self, fields: SourceFields, by: str, source_id: UUID | None = None) -> UUID:
        """Enter a source; its id. A second call with the same id and fields changes nothing.

        One that was removed is entered again under its old id: given by `source_id`, or found by its address when its datasets
        were released. Raises ValidationError by field: a name, or a url with the same config, belongs to one source.
        """
        fields, given = self.sealing.sealed(checked(fields)), source_id
        source_id = source_id or uuid4()
        for _ in range(ATTEMPTS):
            if removed := self._removed_source(given, fields):
                try:
                    return self._enter_again(removed, fields, by)
                except GuardConflict:
                    continue
            if self._is_registered(source_id, fields):
                return source_id
            reservations = self._reservations.changes(source_id, fields, before=None)
            try:
                self._all_or_nothing(HarvestSource.register(source_id, fields, by), *reservations)
            except GuardConflict:
                continue
            return source_id
        raise Conflict([source_id])

    def _removed_source(self, source_id: UUID | None, fields: SourceFields) -> HarvestSource | None:
        """The removed source that is entered again; None: it is a new one. Raises ValidationError."""
        if source_id is None:
            return next(iter(self._reservations.released(fields)), None)
        try:
            known = self.load(HarvestSource, source_id)
        except NotFound:
            sealed = self.sealing.sealed_as_far_as_possible
            same = [one for one in self._reservations.released(fields) if sealed(one.fields).config == fields.config]
            if same:
                message = f"The datasets of the source that was removed from this address belong to the id {same[0].id}"
                raise ValidationError({"id": f"{message}: enter it without an id, or with that one"}) from None
            return None
        return known if known.removed else None

    def _enter_again(self, source: HarvestSource, fields: SourceFields, by: str) -> UUID:
        reservations = self._reservations.taken_back(source, fields)
        source.restore(by)
        source.change(fields, by, self.sealing.sealed_as_far_as_possible(source.fields))
        self._all_or_nothing(source, *reservations)
        return source.id

    def remove_source(self, source_id: UUID, datasets: str, by: str) -> UUID | None:
        """Take a source out of the list; `datasets` is one of FATES. The job that deletes them first, None: it is done.

        Raises NotFound, SourceInactive when it was removed before, JobExists, ValidationError.
        """
        if datasets not in FATES:
            raise ValidationError({"datasets": unknown("fate of datasets", datasets, FATES)})
        for _ in range(ATTEMPTS):
            source = self.load(HarvestSource, source_id)
            source.must_be_there()
            if datasets == DELETE:
                return self.create_job(source_id, kind=CLEAR, by=by, options={REMOVE: True})
            source.remove(datasets, by)
            try:
                self._all_or_nothing(source, *self._reservations.freed(source, release=datasets == RELEASE))
            except GuardConflict:
                continue
            return None
        raise Conflict([source_id])

    def _is_registered(self, source_id: UUID, fields: SourceFields) -> bool:
        try:
            known = self.load(HarvestSource, source_id)
        except NotFound:
            return False
        if self.sealing.sealed_as_far_as_possible(known.fields) != fields:
            raise ValidationError({"id": f"There already is a source with the id {source_id}: {known.fields.name}"})
        return True

    @property
    def _reservations(self) -> Reservations:
        return Reservations(lambda key: self.load(Reservation, key), lambda key: self.load(HarvestSource, key), self.sealing)

    def change_source(self, source_id: UUID, fields: SourceFields, by: str) -> None:
        """Replace a source's fields; a second call changes nothing. Raises NotFound, ValidationError."""
        fields = self.sealing.sealed(checked(fields))
        for _ in range(ATTEMPTS):
            source = self.load(HarvestSource, source_id)
            source.must_be_there()
            reservations = self._reservations.changes(source_id, fields, before=source.fields)
            source.change(fields, by, self.sealing.sealed_as_far_as_possible(source.fields))
            try:
                return self._all_or_nothing(source, *reservations)
            except GuardConflict:
                continue
        raise Conflict([source_id])

    def reseal_source(self, source_id: UUID, by: str) -> bool:
        """Encrypt a source's secrets with the current key, those in clear too; whether anything was to be done.

        What was stored before stays in the log. Raises NotFound, SettingError for a secret whose key isn't here.
        """
        for _ in range(ATTEMPTS):
            source = self.load(HarvestSource, source_id)
            before, fields = source.fields, self.sealing.sealed(source.fields)
            if before == fields:
                return False
            source.reseal(fields.url, fields.config, by)
            try:
                self._all_or_nothing(source, *self._reservations.moved(source_id, before, fields))
            except GuardConflict:
                continue
            self._snapshots.forget(source_id)  # they hold what was stored before
            return True
        raise Conflict([source_id])

    def deactivate_source(self, source_id: UUID, by: str, reason: str = "") -> None:
        """Stop harvesting a source; datasets, jobs and objects stay. Raises NotFound."""
        source = self.load(HarvestSource, source_id)
        source.deactivate(reason, by)
        self._all_or_nothing(source)

    def reactivate_source(self, source_id: UUID, by: str) -> None:
        """Harvest a source again. Raises NotFound."""
        source = self.load(HarvestSource, source_id)
        source.must_be_there()
        source.reactivate(by)
        self._all_or_nothing(source)

    def find_source(self, id_or_name: str) -> HarvestSource:
        """The source with that id or name. Raises NotFound."""
        try:
            return self.load(HarvestSource, UUID(id_or_name))
        except (ValueError, NotFound):
            pass
        return self._holder([name_value(id_or_name)], f"Source {id_or_name} not found. `harvester sources` lists them")

    def find_source_at(self, url: str, config: str) -> HarvestSource:
        """The source that harvests this address with this configuration. Raises NotFound."""
        values = self._reservations.address_values(SourceFields("", url, "", config=config))
        return self._holder(values, f"No source harvests {mask_url(url)}")

    def _holder(self, values: Sequence[str], otherwise: str) -> HarvestSource:
        """The source that holds a reserved value. Raises NotFound with the message given."""
        source = self._reservations.holder(values)
        if source is None:
            raise NotFound(otherwise)
        return source

    # jobs

    def create_job(
        self,
        source_id: UUID,
        *,
        kind: str = "harvest",
        trigger: str = "cli",
        by: str = "",
        options: Mapping[str, Any] | None = None,
        job_id: UUID | None = None,
    ) -> UUID:
        """Make a job and take its source; the job's id. A second call with the same id changes nothing.

        Raises NotFound, JobExists, SourceInactive.
        """
        job_id = job_id or uuid4()
        for _ in range(ATTEMPTS):
            source = self.load(HarvestSource, source_id)
            if self._is_there(job_id):
                return job_id
            source.start_job(job_id, kind)
            number, version = source.jobs, source.version
            job = Job.create(job_id, source_id, kind, trigger, by, options or {}, number=number, source_version=version)
            try:
                self._all_or_nothing(source, job)
            except GuardConflict:
                continue
            return job_id
        raise Conflict([source_id])

    def start_scheduled_job(self, source_id: UUID, slot: datetime, now: datetime) -> UUID | None:
        """Start the job of a slot; None when the slot no longer counts: its job was made, or the settings have changed.

        Raises NotFound, JobExists while another job of the source runs.
        """
        job_id = schedules.job_id(source_id, slot)
        for _ in range(ATTEMPTS):
            source = self.load(HarvestSource, source_id)
            if self._is_there(job_id) or not source.awaits(slot, now):
                return None
            source.start_job(job_id, "harvest", slot)
            number, version = source.jobs, source.version
            job = Job.create(job_id, source_id, "harvest", "schedule", "", {}, number=number, source_version=version)
            try:
                self._all_or_nothing(source, job)
            except GuardConflict:
                continue
            return job_id
        raise Conflict([source_id])

    def pause_source(self, source_id: UUID, by: str, until: datetime | None = None) -> None:
        """Let no job of a source start by itself until a time, or until it is resumed. Raises NotFound."""
        self._edit_source(source_id, lambda source: source.pause(until, by))

    def resume_source(self, source_id: UUID, by: str) -> None:
        """Let jobs of a source start by themselves again. Raises NotFound."""
        self._edit_source(source_id, lambda source: source.resume(by))

    def _edit_source(self, source_id: UUID, edit: Callable[[HarvestSource], None]) -> None:
        for _ in range(ATTEMPTS):
            source = self.load(HarvestSource, source_id)
            edit(source)
            try:
                return self._all_or_nothing(source)
            except GuardConflict:
                continue
        raise Conflict([source_id])

    def _is_there(self, aggregate_id: UUID) -> bool:
        return bool(self.event_log.select_events(aggregate_id, lte=1))

    def abort_job(self, job_id: UUID, by: str, reason: str = "") -> None:
        """Stop a job; one that has ended stays as it is. Raises NotFound."""
        self._end_job(job_id, lambda job: job.abort(reason, by), outcome="aborted", counts=None)

    def finish_job(
        self, job_id: UUID, outcome: str, counts: Mapping[str, int], statistics: Mapping[str, int] | None = None
    ) -> None:
        """End a job with its counts in the words of reports and all its counters (`Progress.counts`, `.statistics`).

        One that has ended stays as it is. Raises NotFound.
        """
        self._end_job(
            job_id, lambda job: job.finish(_outcome(job, outcome), counts, statistics), outcome=outcome, counts=counts
        )

    def finish_jobs(self, over: Mapping[UUID, Progress]) -> None:
        """End jobs that have nothing left to do, in two loads and one append; those that have ended stay as they are.

        When somebody changed one of the streams meanwhile, each is ended by itself.
        """
        jobs = self.load_many(Job, over)
        sources = self.load_many(HarvestSource, {UUID(job.source_id) for job in jobs.values()})
        for job in jobs.values():
            progress, source = over[job.id], sources[UUID(job.source_id)]
            outcome = _outcome(job, job_outcome(progress) or "failed")
            job.finish(outcome, progress.counts, progress.statistics)
            _give_back(source, job, outcome, progress.counts)
        try:
            freed = [one for source in sources.values() for one in self._freed_at_end(source)]
            self._all_or_nothing(*jobs.values(), *sources.values(), *freed)
        except GuardConflict:
            for job_id in jobs:
                progress = over[job_id]
                self.finish_job(job_id, job_outcome(progress) or "failed", progress.counts, progress.statistics)
        else:
            self._forget_snapshots(jobs.values())

    def _end_job(self, job_id: UUID, end: Any, outcome: str, counts: Mapping[str, int] | None) -> None:
        for _ in range(ATTEMPTS):
            job = self.load(Job, job_id)
            source = self.load(HarvestSource, UUID(job.source_id))
            end(job)
            _give_back(source, job, _outcome(job, outcome), counts)
            try:
                self._all_or_nothing(job, source, *self._freed_at_end(source))
            except GuardConflict:
                continue
            return self._forget_snapshots([job])
        raise Conflict([job_id])

    def _freed_at_end(self, source: HarvestSource) -> list[Reservation]:
        """What a source reserved that the end of a job removes."""
        removed = any(isinstance(event, HarvestSource.Removed) for event in source.pending_events)
        return self._reservations.freed(source, release=False) if removed else []

    def _forget_snapshots(self, ended: Iterable[Job]) -> None:
        for job in ended:
            if job.version > EVERY:
                self._snapshots.forget(job.id)

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
        repeated = [r for r in records if ids.setdefault(job.object_id(r.guid), r) is not r]
        job.record_page(cursor, len(ids), unchanged)
        now = job.modified_on
        events: list[Any] = [
            gathered_event(record, identity, str(job.id), job.source_id, job.attempt, now) for identity, record in ids.items()
        ]
        events += [
            identified_event(identity, record.identified, now)
            for identity, record in ids.items()
            if record.identified not in (None, record.guid)
        ]
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
        known = self.load_objects(sorted(conflicts)) if conflicts else {}
        return [ids[identity] for identity, stored in known.items() if stored.gather_attempt == job.attempt]

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

    def forget_jobs(self, source_id: UUID, ended: Mapping[UUID, str], by: str, *, keep_current: bool = False) -> None:
        """List ended jobs of a source ({job: how it ended}) no longer; a second call changes nothing. Raises NotFound, Refused.

        Their objects must be gone already: those that datasets stand on would be of no job.
        """
        for _ in range(ATTEMPTS):
            source = self.load(HarvestSource, source_id)
            jobs = [job for job in self.load_many(Job, ended).values() if not job.forgotten]
            if not jobs:
                return None
            for job in jobs:
                job.forget(by)
            source.clear_history({job.id: ended[job.id] for job in jobs}, by, keep_current=keep_current)
            try:
                return self._all_or_nothing(source, *jobs)
            except GuardConflict:
                continue
        raise Conflict([source_id])

    # deletions

    def record_held(self, job: Job, records: Sequence[GatheredRecord]) -> None:
        """Store a page of deletions that wait for a person: objects that are skipped at once. Raises GuardConflict."""
        page = self._page(job, records, 0, HELD)
        events: list[Any] = []
        for gathered in page.events:
            held = gathered.mutate(None)
            held.skip(HELD)
            events += [gathered, *held.collect_events()]
        self._append_to_job(job, events)

    def approve_deletions(self, job_id: UUID, by: str, trigger: str = "cli") -> UUID:
        """Let the deletions that a job held go on, as a job of their own; its id. A second call makes no second one.

        Raises NotFound, Refused: it holds none, they were rejected, or a later full run has seen the remote since.
        """
        removal = uuid5(job_id, REMOVAL)
        for _ in range(ATTEMPTS):
            job = self.load(Job, job_id)
            source = self.load(HarvestSource, UUID(job.source_id))
            if job.decision == "approved":
                return removal
            job.approve_deletions(by)
            source.must_be_there()
            _check_newest(job, source)
            source.start_job(removal, REMOVAL)
            number, version = source.jobs, source.version
            options = {"held_job": str(job_id)}
            carried_out = Job.create(removal, source.id, REMOVAL, trigger, by, options, number=number, source_version=version)
            try:
                self._all_or_nothing(job, source, carried_out)
            except GuardConflict:
                continue
            return removal
        raise Conflict([job_id])

    def reject_deletions(self, job_id: UUID, by: str) -> None:
        """Drop the deletions that a job held; a second call changes nothing. Raises NotFound, Refused."""
        for _ in range(ATTEMPTS):
            job = self.load(Job, job_id)
            job.reject_deletions(by)
            try:
                return self._all_or_nothing(job)
            except GuardConflict:
                continue
        raise Conflict([job_id])

    def delete_expired(self, source_id: UUID, now: datetime) -> UUID | None:
        """Make the job that deletes what a source has hidden long enough, one a day at most; None: not now.

        Raises NotFound, JobExists.
        """
        job_id = uuid5(source_id, f"{EXPIRED} {now:%Y-%m-%d}")
        if self._is_there(job_id) or self.load(HarvestSource, source_id).is_paused(now):
            return None
        options = {EXPIRED: now.isoformat(timespec="seconds")}
        return self.create_job(source_id, kind=REMOVAL, trigger="schedule", options=options, job_id=job_id)

    def take_over_source(self, source_id: UUID, by: str) -> None:
        """Note that a source's datasets come from elsewhere: its first full run holds its deletions. Raises NotFound."""
        source = self.load(HarvestSource, source_id)
        source.take_over(by)
        self._all_or_nothing(source)

    # objects

    def record_objects(self, objects: Iterable[HarvestObject]) -> frozenset[UUID]:
        """Store what happened to objects, in one call; those that somebody else changed first (their outcome counts)."""
        return self.record(*objects)


def _check_newest(job: Job, source: HarvestSource) -> None:
    if str(job.id) not in source.held_jobs:
        raise Refused(
            f"Source {source.fields.name} has been listed in full since job {job.id}: its deletions are out of date. "
            "See the source's last job"
        )


def _outcome(job: Job, outcome: str) -> str:
    """How a job ends in words: one that finished may have held deletions."""
    return HELD if job.held and outcome == "finished" else outcome


def _give_back(source: HarvestSource, job: Job, outcome: str, counts: Mapping[str, int] | None) -> None:
    """End a job on its source's side."""
    gathered = source.running_job == str(job.id)
    full = job.full and counts is not None and job.kind == "harvest"
    source.end_job(job.id, outcome, _gathered_from(job, counts), _memory(job, counts), full=full)
    if gathered and job.kind == CLEAR and outcome == "finished" and counts is not None and not counts.get("errored"):
        source.clear(job.id, job.by)
        if job.options.get(REMOVE) and not source.removed:
            source.remove(DELETE, job.by)


def _gathered_from(job: Job, counts: Mapping[str, int] | None) -> str | None:
    """Since when the next job must ask for changes after one that missed nothing; None: it must ask for everything.

    A job that skipped all records but one missed them.
    """
    if counts is None or job.kind != "harvest" or job.options.get("only_guid") or not job.error_free(counts):
        return None
    return job.seen_since


def _memory(job: Job, counts: Mapping[str, int] | None) -> Mapping[str, Any] | None:
    """What the harvester wants to remember of a gather that came to its end; None: as before."""
    seen = counts is not None and job.kind == "harvest" and job.complete and not job.options.get("only_guid")
    return job.memory if seen else None
