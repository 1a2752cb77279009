"""The read model: all tables that people, CKAN and SQL read, folded in one pass over a batch of events."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from projections import datasets, errors, jobs, logs, objects, sources, statistics
from projections.causes import Causes
from projections.datasets import DatasetFact
from projections.jobs import Pruned
from projections.recorded import Changes, Recorded, merge_handlers
from projections.statistics import Statistics

HANDLERS = merge_handlers(
    sources.HANDLERS,
    jobs.HANDLERS,
    objects.HANDLERS,
    datasets.HANDLERS,
    errors.HANDLERS,
    logs.HANDLERS,
    statistics.HANDLERS,
)


@dataclass(slots=True)
class ReadModelBatch:
    """What a batch of events changes, table by table."""

    sources: Changes = field(default_factory=Changes)
    jobs: Changes = field(default_factory=Changes)
    objects: Changes = field(default_factory=lambda: Changes(objects.ADDITIVE, objects.MERGED))
    gather_errors: Changes = field(default_factory=Changes)
    object_errors: Changes = field(default_factory=Changes)
    causes: Causes = field(default_factory=Causes)  # filled by whoever stores the errors: they need the guids of records
    log: Changes = field(default_factory=Changes)
    datasets: dict[tuple[str, str], DatasetFact] = field(default_factory=dict)
    statistics: Statistics = field(default_factory=Statistics)
    pruned: list[Pruned] = field(default_factory=list)

    def split(self, stream: UUID) -> "ReadModelBatch":
        """Take out what later events of a stream may still change; it goes into a batch of its own."""
        rest = ReadModelBatch()
        for changes, others in ((self.sources, rest.sources), (self.jobs, rest.jobs), (self.objects, rest.objects)):
            if (row := changes.rows.pop(stream, None)) is not None:
                others.rows[stream] = row
        self.statistics.split(stream, rest.statistics)
        return rest


def fold(events: Iterable[Recorded], batch: ReadModelBatch | None = None) -> ReadModelBatch:
    """Fold events in order; of one stream in its order, streams in any order. They are added to `batch`, if there is one."""
    batch = batch or ReadModelBatch()
    for event in events:
        for handler in HANDLERS.get(event.topic, ()):
            handler(batch, event)
    return batch
