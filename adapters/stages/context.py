"""What a worker needs to know of a job: its source as plugins see it, and a harvester of its own."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from uuid import UUID

from domain.application import Harvesting
from domain.jobs import Job
from domain.sources import HarvestSource as Source
from harvesters.base import Harvester, HarvestJob, HarvestSource
from harvesters.http import PoliteSession
from harvesters.loading import load_harvester, new_harvester
from harvesters.target import Target

KEPT = 200  # jobs
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

    def __init__(self, application: Harvesting, target: Target, session: Callable[[], PoliteSession]) -> None:
        self._application = application
        self._target = target
        self._session = session
        self._known: OrderedDict[UUID, JobContext] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, job_id: UUID) -> JobContext:
        """The context of a job, read once. Raises NotFound, ServiceUnavailable."""
        with self._lock:
            if job_id in self._known:
                self._known.move_to_end(job_id)
                return self._known[job_id]
            context = self._known[job_id] = self._load(job_id)
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
            return context

    def _load(self, job_id: UUID) -> JobContext:
        job = self._application.load(Job, job_id, version=CREATED)
        return self.make(job, self.source_of(job))

    def source_of(self, job: Job) -> Source:
        """The source as it was when the job was created: an edit counts from the next job on. Raises NotFound."""
        return self._application.load(Source, UUID(job.source_id), job.source_version or None)

    def make(self, job: Job, source: Source) -> JobContext:
        """A context of a job with its source."""
        view = HarvestJob(
            id=str(job.id),
            source=source_view(source),
            created=job.created_on,
            gather_started=job.gather_started,
            options=job.options,
            number=job.number,
            recorded=self._application.event_log.recorded_at(job.id, CREATED),
        )
        return JobContext(view, lambda: self._new_harvester(view.source.type))

    def _new_harvester(self, source_type: str) -> Harvester:
        harvester = new_harvester(source_type, load_harvester(source_type))
        harvester.http = self._session()
        harvester.target = self._target
        return harvester


def source_view(source: Source) -> HarvestSource:
    """A source as plugins see it."""
    fields = source.fields
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
