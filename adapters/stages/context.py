"""What a worker needs to know of a job: its source as plugins see it, and a harvester of its own."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from uuid import UUID

from domain.application import Harvesting
from domain.deletions import CLEAR, EXPIRED
from domain.errors import NotFound, SettingError
from domain.jobs import Job
from domain.sources import HarvestSource as Source
from domain.sources import SourceFields
from harvesters.base import Harvester, HarvestJob, HarvestSource
from harvesters.clearing import Clearing
from harvesters.dataset.values import is_uuid
from harvesters.http import PoliteSession
from harvesters.loading import load_harvester, new_harvester
from harvesters.target import Target

KEPT = 2500  # jobs: more than a worker can have objects of at a time
DAYS = 7.0  # after which a harvester that asks for changes lists everything again
CREATED = 1  # version of a job's first event


class JobContext:
    """One job in one worker. A harvester instance serves one thread, so plugins need not be safe for threads."""

    def __init__(self, job: HarvestJob, make: Callable[[], Harvester]) -> None:
        self.job = job
        self._make = make
        self._local = threading.local()

    @property
    def harvester(self) -> Harvester:
        """The calling thread's harvester of this job."""
        harvester: Harvester | None = getattr(self._local, "harvester", None)
        if harvester is None:
            harvester = self._local.harvester = self._make()
        return harvester


class JobContexts:
    """Contexts of the jobs that this worker saw last."""

    def __init__(
        self,
        application: Harvesting,
        target: Target,
        session: Callable[[], PoliteSession],
        full_listing_days: float = DAYS,
    ) -> None:
        self._application = application
        self._full_listing_days = full_listing_days
        self._target = target
        self._session = session
        self._known: OrderedDict[str, JobContext] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, job_id: str) -> JobContext:
        """The context of a job, read once. Raises NotFound, ServiceUnavailable."""
        if (context := self._found(job_id)) is None:
            self.read([job_id])
            context = self._found(job_id)
        if context is None:
            raise NotFound(f"There is no Job {job_id}")
        return context

    def _found(self, job_id: str) -> JobContext | None:
        with self._lock:
            context = self._known.get(job_id)
            if context is not None:
                self._known.move_to_end(job_id)
            return context

    def read(self, job_ids: Iterable[str]) -> None:
        """Read the contexts of those of the jobs that aren't known yet, in a few queries however many they are.

        Jobs that don't exist are left out. Raises ServiceUnavailable.
        """
        with self._lock:
            missing = {UUID(job_id) for job_id in job_ids if job_id not in self._known}
        if not missing:
            return
        jobs = self._application.load_many(Job, missing, dict.fromkeys(missing, CREATED))
        sources = self.sources_of(list(jobs.values()))
        recorded = self._application.event_log.recorded(list(jobs), CREATED)
        for job_id, source in sources.items():
            job = jobs[job_id]
            context = self._context(job, source, recorded.get(job_id))
            with self._lock:
                self._known.setdefault(str(job.id), context)
                if len(self._known) > KEPT:
                    self._known.popitem(last=False)

    def sources_of(self, jobs: Sequence[Job]) -> dict[UUID, Source]:
        """The source of each job, as in `source_of`; jobs without one are left out."""
        by_source = {UUID(job.source_id): job for job in jobs}
        versions = {source: job.source_version for source, job in by_source.items() if job.source_version}
        loaded = self._application.load_many(Source, by_source, versions)
        sources = {by_source[key].id: source for key, source in loaded.items()}
        for job in jobs:
            if by_source[UUID(job.source_id)] is not job:  # an aborted one, whose source may have been another one then
                sources[job.id] = self.source_of(job)
        return sources

    def source_of(self, job: Job) -> Source:
        """The source as it was when the job was created: an edit counts from the next job on. Raises NotFound."""
        return self._application.load(Source, UUID(job.source_id), job.source_version or None)

    def make(self, job: Job, source: Source, created: datetime | None = None) -> JobContext:
        """A context of a job with its source; `created` by the database's clock, it is asked for when it isn't given."""
        return self._context(job, source, created or self._application.event_log.recorded_at(job.id, CREATED))

    def _context(self, job: Job, source: Source, recorded: datetime | None) -> JobContext:
        fields, unusable = source.fields, None
        try:
            fields = self._application.sealing.opened(fields)
        except SettingError as error:
            unusable = SettingError(f"Source {fields.name} can't be harvested here: {error}")
        view = HarvestJob(
            id=str(job.id),
            source=source_view(source, fields),
            created=job.created_on,
            gather_started=job.gather_started,
            options=job.options,
            number=job.number,
            kind=job.kind,
            recorded=recorded,
            full_listing_days=self._full_listing_days,
            new_records=partial(self._new_records, str(job.id)),
        )
        ours = job.kind == CLEAR or bool(job.options.get(EXPIRED))
        session = cache(self._session)  # one for all threads of a job: it keeps the connections to the remote

        def make_harvester() -> Harvester:
            if unusable is not None and not ours:  # ours ask nothing of the remote
                raise unusable
            return self._new_harvester(view.source.type, session, ours=ours)

        return JobContext(view, make_harvester)

    def _new_records(self, job_id: str, object_ids: Collection[str]) -> Mapping[str, str]:
        """See `harvesters.target.NewRecords`; texts that are no ids are left out."""
        objects = self._application.load_objects([UUID(identity) for identity in object_ids if is_uuid(identity)])
        new = (obj for obj in objects.values() if obj.job_id == job_id and obj.action == "new")
        return {str(obj.id): obj.gathered_guid for obj in new}

    def _new_harvester(self, source_type: str, session: Callable[[], PoliteSession], *, ours: bool) -> Harvester:
        harvester = Clearing() if ours else new_harvester(source_type, load_harvester(source_type))
        harvester.http = session()
        harvester.target = self._target
        return harvester


def source_view(source: Source, fields: SourceFields) -> HarvestSource:
    """A source as plugins see it, with its fields in clear."""
    return HarvestSource(
        id=str(source.id),
        name=fields.name,
        title=fields.title,
        url=fields.url,
        type=fields.type,
        config=fields.config,
        owner_org=fields.owner_org,
        frequency=fields.frequency,
        active=source.active,
    )
