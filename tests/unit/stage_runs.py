"""Runs one object through the stages of a harvester that is made of functions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from domain.objects import GatheredRecord, gathered_event, object_id
from domain.objects import HarvestObject as Aggregate
from harvesters.base import Fetched, Harvester, HarvestJob, HarvestObject, HarvestSource, Imported, StageResult
from harvesters.stages import RetryPolicy, StageRun

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
JOB = uuid4()
EARLIER = uuid4()
SOURCE = HarvestSource(str(uuid4()), "city", "City", "http://data.example", "test")


class Plugin(Harvester):
    """Its stages are the functions given."""

    def __init__(
        self, fetch: Callable[[HarvestObject], Any] = lambda _: True, load: Callable[[HarvestObject], Any] = lambda _: True
    ) -> None:
        self._fetch = fetch
        self._import = load
        self.imported: list[HarvestObject] = []

    def fetch_stage(self, harvest_object: HarvestObject) -> StageResult | Fetched:
        result: StageResult | Fetched = self._fetch(harvest_object)
        return result

    def import_stage(self, harvest_object: HarvestObject) -> StageResult | Imported:
        self.imported.append(harvest_object)
        result: StageResult | Imported = self._import(harvest_object)
        return result


@dataclass(frozen=True)
class HeldPackage:
    """A package that the source holds, imported from an earlier object."""

    package_id: str | None
    object_id: UUID = EARLIER
    content_hash: str | None = None
    metadata_modified: str | None = None
    validators: Mapping[str, str] = field(default_factory=dict)


def aggregate(**fields: Any) -> Aggregate:
    record = GatheredRecord(**{"guid": "guid-1", **fields})
    event = gathered_event(record, object_id(NOW, JOB, record.guid), str(JOB), SOURCE.id, 1, NOW)
    made = event.mutate(None)
    assert isinstance(made, Aggregate)
    return made


def run(
    plugin: Plugin,
    known: Aggregate | None = None,
    content: bytes | None = None,
    held: Mapping[str, str | HeldPackage] | None = None,
    options: Mapping[str, Any] | None = None,
    job: HarvestJob | None = None,
) -> tuple[Aggregate, StageRun]:
    """Run both stages on an object; the object, and the run with its documents."""
    known = known or aggregate()
    job = job or HarvestJob(str(JOB), SOURCE, NOW, options=options or {})
    policy = RetryPolicy(first_delay=5.0, max_attempts=4, job_deadline=3600.0)
    datasets = {guid: HeldPackage(known) if isinstance(known, str) else known for guid, known in (held or {}).items()}
    stages = StageRun(lambda: plugin, job, known, content, datasets.get, lambda: NOW, policy)
    if not stages.run():
        stages.save()
    return known, stages


def topics(known: Aggregate) -> list[str]:
    return [event.TOPIC for event in known.pending_events]  # type: ignore[attr-defined]


def failure(known: Aggregate) -> dict[str, Any]:
    """The failure that the object ended with."""
    last = known.pending_events[-1]
    assert last.TOPIC == "object.failed"  # type: ignore[attr-defined]
    return vars(last)
