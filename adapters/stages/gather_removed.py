"""The end of a gather: deletes what the harvester wants deleted and what a full listing lacks, or holds it for a person."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from adapters.postgres.work.gather_memory import GatherMemory
from adapters.stages import gather_page
from adapters.stages.job_writes import JobWrites
from adapters.stages.replaced import Replaced
from adapters.stages.source_holdings import SourceHoldings
from domain.application import Harvesting
from domain.deletions import DeletionPolicy
from domain.objects import GatheredRecord
from domain.sources import HarvestSource
from harvesters.base import read_config


class RemovedDatasets:
    """The deletions of one gather; `position`: the event number up to which what the source holds was known at its start."""

    def __init__(
        self,
        application: Harvesting,
        writes: JobWrites,
        memory: GatherMemory,
        holdings: SourceHoldings,
        source: HarvestSource,
        position: int,
    ) -> None:
        self._application = application
        self._writes = writes
        self._memory = memory
        self._holdings = holdings
        self._source = source
        self._position = position
        self._policy = _policy(source.fields.config)
        self.count = 0  # deletions that were stored

    def store(self, wanted: Sequence[GatheredRecord], replaced: Replaced, *, full: bool) -> tuple[int, int] | None:
        """Delete what is to go, or hold all of it when more is lost than the source's policy lets go without asking.

        How many were held, of how many datasets; None: nothing was. `wanted`: what the harvester wants deleted.
        """
        pages = self._removed(wanted, full=full)
        few: list[list[GatheredRecord]] = []
        lost = datasets = 0
        limit = -1
        for page in pages:
            if limit < 0:
                datasets = self._holdings.count()
                limit = self._policy.limit(datasets, taken_over=self._source.taken_over)
            few.append(page)
            lost += self._lost(page, replaced)
            if lost > limit:
                return sum(map(self._hold, itertools.chain(few, pages))), datasets
        for page in few:
            self._writes.page(page, 0, "removed")
            self.count += len(page)
        return None

    def _removed(self, wanted: Sequence[GatheredRecord], *, full: bool) -> Iterator[list[GatheredRecord]]:
        """Pages of what the harvester wants deleted, and of what the source holds and a full listing lacks."""
        for start in range(0, len(wanted), gather_page.PAGE):
            yield list(wanted[start : start + gather_page.PAGE])
        if not full:
            return
        for held in self._holdings.missing(self._position, gather_page.PAGE):
            renamed = self._renamed(held)
            if removed := [GatheredRecord(guid, "delete") for guid in held if guid not in renamed]:
                yield removed

    def _lost(self, removed: Sequence[GatheredRecord], replaced: Replaced) -> int:
        """How many datasets are gone for good: no record that this job brings has their name."""
        if self._source.taken_over or not replaced.any:
            return len(removed)
        return len(removed) - replaced.count(self._holdings.held(record.guid for record in removed).values())

    def _hold(self, records: Sequence[GatheredRecord]) -> int:
        self._writes.held(records)
        return len(records)

    def _renamed(self, held: Mapping[str, UUID]) -> set[str]:
        """Guids that documents gave themselves: the remote lists those records under other guids, which were seen."""
        objects = self._application.load_objects(list(held.values())).values()
        guids = {obj.gathered_guid: obj.guid for obj in objects}
        renamed = {listed: guid for listed, guid in guids.items() if listed != guid}
        return {renamed[listed] for listed in self._memory.seen(list(renamed))} if renamed else set()


def _policy(config: str) -> DeletionPolicy:
    """A configuration that isn't JSON, or was entered before these options were checked, has the usual policy."""
    try:
        return DeletionPolicy.of(read_config(config))
    except ValueError:
        return DeletionPolicy()
