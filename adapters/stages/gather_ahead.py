"""What gathers need of the database before they begin, read for many jobs at once.

A gather of a few records takes a millisecond of its own; what it must know first is read in as many queries for thirty jobs as
for one.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from adapters.postgres.database import Database
from adapters.postgres.positions import work_position
from adapters.postgres.work.claims import ClaimedGather, HeldDataset
from adapters.stages.context import CREATED, JobContexts
from domain.application import Harvesting
from domain.jobs import Job
from domain.sources import HarvestSource

FEW = 1000  # datasets of a source that are read ahead; none of a source with more
FRESH = 1.0  # seconds that they count
HELD = """
    SELECT s.id, d.guid, d.package_id, d.content_hash, d.object_id, d.metadata_modified, d.validators, d.notification_id,
        d.deleted
    FROM unnest(%(sources)b::uuid[]) AS s (id) CROSS JOIN LATERAL (
        SELECT * FROM ops.dataset WHERE source_id = s.id ORDER BY guid LIMIT %(limit)s
    ) d
"""


@dataclass(frozen=True, slots=True)
class Holdings:
    """All that a source holds, by guid, as it was a moment ago."""

    datasets: Mapping[str, HeldDataset]
    recent: frozenset[str]  # guids of what came to be held after `position`
    position: int  # of the work projection before it was read
    read_at: float  # monotonic seconds

    @property
    def fresh(self) -> bool:
        """Whether it may still be used."""
        return time.monotonic() - self.read_at < FRESH

    def held(self, guids: Iterable[str]) -> dict[str, HeldDataset]:
        """What is held of these guids."""
        return {guid: self.datasets[guid] for guid in guids if guid in self.datasets}

    def missing(self, seen: Iterable[str]) -> dict[str, UUID]:
        """Guids that are held, were held at `position`, and are not among those seen, with their objects; sorted."""
        missing_guids = self.datasets.keys() - set(seen) - self.recent
        return {guid: self.datasets[guid].object_id for guid in sorted(missing_guids)}


@dataclass(frozen=True, slots=True)
class Ahead:
    """A job that was claimed, and what its gather must know. `job` has not been started."""

    claim: ClaimedGather
    job: Job
    source: HarvestSource
    created: datetime | None  # by the database's clock
    position: int  # of the work projection
    holdings: Holdings | None  # None: the source holds too many datasets


class ReadAhead:
    """Reads ahead for jobs that are about to be gathered."""

    def __init__(self, database: Database, application: Harvesting, contexts: JobContexts) -> None:
        self._database = database
        self._application = application
        self._contexts = contexts

    def read(self, claims: Mapping[UUID, ClaimedGather]) -> dict[UUID, Ahead]:
        """What is known of the jobs; those that aren't there are left out. Raises ServiceUnavailable."""
        jobs = self._application.load_many(Job, claims)
        sources = self._contexts.sources_of(list(jobs.values()))
        created = self._application.event_log.recorded(list(jobs), CREATED)
        position = work_position(self._database)  # read before what is held, so that this is known at least
        holdings = self._holdings([source.id for source in sources.values()], position)
        return {
            job_id: Ahead(claims[job_id], jobs[job_id], source, created.get(job_id), position, holdings.get(source.id))
            for job_id, source in sources.items()
        }

    def _holdings(self, sources: Sequence[UUID], position: int) -> dict[UUID, Holdings]:
        read_at = time.monotonic()
        rows_of: dict[UUID, list[tuple[str, HeldDataset, int, bool]]] = {source: [] for source in sources}
        for source, guid, *columns, validators, number, deleted in self._database.query(HELD, sources=sources, limit=FEW + 1):
            package_id, content_hash, object_id, modified = columns
            held = HeldDataset(package_id, content_hash, object_id, modified, validators or {})
            rows_of[source].append((guid, held, number, deleted))
        return {
            source: Holdings(
                {guid: held for guid, held, _, deleted in rows if not deleted},
                frozenset(guid for guid, _, number, _ in rows if number > position),
                position,
                read_at,
            )
            for source, rows in rows_of.items()
            if len(rows) <= FEW
        }
