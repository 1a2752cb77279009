"""What the source of a job holds: as it was read ahead, while that is fresh, else as the database has it."""

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from adapters.postgres.database import Database
from adapters.postgres.work.claims import HeldDataset, held_datasets
from adapters.postgres.work.gather_memory import GatherMemory
from adapters.stages.gather_ahead import Holdings


class SourceHoldings:
    """Datasets by guid."""

    def __init__(self, database: Database, memory: GatherMemory, source_id: UUID, ahead: Holdings | None) -> None:
        self._database = database
        self._memory = memory
        self._source_id = source_id
        self._ahead = ahead

    def count(self) -> int:
        """How many datasets the source holds."""
        if (holdings := self._fresh()) is not None:
            return len(holdings.datasets)
        return self._memory.count_held(self._source_id)

    def guids(self) -> Iterator[str]:
        """Guids of all datasets that the source holds, sorted."""
        if (holdings := self._fresh()) is not None:
            yield from sorted(holdings.datasets)
        else:
            yield from self._memory.held_guids(self._source_id)

    def held(self, guids: Iterable[str]) -> dict[str, HeldDataset]:
        """What the source holds of these guids."""
        if (holdings := self._fresh()) is not None:
            return holdings.held(guids)
        source = str(self._source_id)
        return {guid: held for (_, guid), held in held_datasets(self._database, [(source, guid) for guid in guids]).items()}

    def missing(self, position: int, size: int) -> Iterator[Mapping[str, UUID]]:
        """Guids that it held at event number `position` and that this gather has not seen, with their objects, in pages."""
        holdings, seen = self._fresh(), self._memory.few
        if holdings is None or seen is None:
            yield from self._memory.missing(self._source_id, position, size)
        elif missing := holdings.missing(seen):
            yield missing

    def _fresh(self) -> Holdings | None:
        return self._ahead if self._ahead is not None and self._ahead.fresh else None
