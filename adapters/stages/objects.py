"""Runs objects through fetch and import, and stores their outcomes: all reading and writing is by the batch."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from adapters.logs import about
from adapters.postgres.content import ContentStore
from adapters.postgres.database import Database
from adapters.postgres.work.claims import Claimed, HeldDataset, held_datasets, running_jobs
from adapters.stages.context import JobContext, JobContexts
from domain import text
from domain.application import Harvesting
from domain.objects import HarvestObject, job_number
from harvesters import extras
from harvesters.stages import RetryPolicy, StageRun

ALL = 2**62  # bytes
FACTS = ("added", "updated", "deleted")  # outcomes that say something new about a dataset


@dataclass(slots=True)
class Item:
    """An object that this worker runs."""

    aggregate: HarvestObject
    claimed: Claimed
    held: HeldDataset | None
    content: bytes | None = None
    documents: dict[str, bytes] = field(default_factory=dict)
    stages: StageRun | None = None

    @property
    def postponed(self) -> float | None:
        """In how many seconds it is to run again, as if it had not run; None: it has run."""
        return self.stages.postponed if self.stages else None

    @property
    def asked_plugin(self) -> bool:
        """Whether saving it has run code of the plugin."""
        return self.stages is not None and self.stages.asked_plugin

    @property
    def size(self) -> int:
        """Bytes that it keeps in memory: its extras, its document before the stages, the new ones after them."""
        size = sum(map(len, self.aggregate.extras.values())) + (len(self.content) if self.content else 0)
        return size + sum(map(len, self.documents.values())) if self.documents else size


class ObjectRunner:
    """Loads, runs and stores objects."""

    def __init__(
        self,
        database: Database,
        application: Harvesting,
        content: ContentStore,
        contexts: JobContexts,
        policy: RetryPolicy,
    ) -> None:
        self._database = database
        self._application = application
        self._content = content
        self._contexts = contexts
        self._policy = policy

    def load(self, claimed: Iterable[Claimed]) -> list[Item]:
        """Claimed objects with what their source holds; those that have an outcome already are left out."""
        by_id = {claim.object_id: claim for claim in claimed}
        loaded = self._application.load_objects(list(by_id))
        open_objects = [aggregate for aggregate in loaded.values() if aggregate.outcome is None]
        keys = [(aggregate.source_id, aggregate.guid) for aggregate in open_objects]
        held = held_datasets(self._database, keys) if keys else {}
        self._contexts.read({aggregate.job_id for aggregate in open_objects})
        return [Item(aggregate, by_id[aggregate.id], held.get(key)) for aggregate, key in zip(open_objects, keys, strict=True)]

    def load_content(self, items: Sequence[Item], most: int = ALL) -> Sequence[Item]:
        """Get the documents that gather or an earlier attempt stored, up to about `most` bytes; the items that have theirs.

        The others need a further call; there is always one that doesn't.
        """
        needed = [_documents_of(item) for item in items]
        documents, left = self._content.get_some((digest for digests in needed for digest in digests), most)
        if items and not left.isdisjoint(needed[0]):  # one record has more than that
            documents |= self._content.get(left.intersection(needed[0]))
            left.difference_update(needed[0])
        loaded = [item for item, digests in zip(items, needed, strict=True) if left.isdisjoint(digests)]
        for item in loaded:
            _take_documents(item, documents)
        return loaded

    def run(self, item: Item) -> bool:
        """Run one object's stages in the calling thread; no event is stored yet. False: `save` is to follow.

        Raises ServiceUnavailable, NotFound.
        """
        aggregate = item.aggregate
        if item.held is not None and _newer(item.held.object_id, aggregate.id):
            aggregate.skip("superseded")
            return True
        context = self._contexts.get(aggregate.job_id)
        with about(job=aggregate.job_id, source=aggregate.source_id, object=str(aggregate.id)):
            return self._run(item, context)

    def _run(self, item: Item, context: JobContext) -> bool:
        aggregate = item.aggregate
        item.stages = StageRun(
            new_harvester=lambda: context.harvester,
            job=context.job,
            aggregate=aggregate,
            content=item.content,
            held=self._held(item),
            now=item.claimed.database_time,
            policy=self._policy,
            documents=item.documents,
            stored=lambda digest: self._content.get([digest]).get(digest),
        )
        item.content = None
        return item.stages.run()

    @staticmethod
    def save(item: Item) -> bool:
        """Store the dataset that an object's import returned, in the target; in any thread. Always True: that was all."""
        assert item.stages is not None
        aggregate = item.aggregate
        with about(job=aggregate.job_id, source=aggregate.source_id, object=str(aggregate.id)):
            item.stages.save()
        return True

    def _held(self, item: Item) -> Callable[[str], HeldDataset | None]:
        datasets = {item.aggregate.guid: item.held}

        def held(guid: str) -> HeldDataset | None:
            if guid not in datasets:
                key = (item.aggregate.source_id, guid)
                datasets[guid] = held_datasets(self._database, [key]).get(key)
            return datasets[guid]

        return held

    def give_up(self, errors: Mapping[UUID, tuple[str, str]]) -> None:
        """Fail for good the objects that threads are stuck with: {object: (stage, message)}. The threads have their own
        copies."""
        objects = self._application.load_objects(list(errors))
        for object_id, aggregate in objects.items():
            stage, message = errors[object_id]
            aggregate.fail(stage, "timed_out", text.message(message), None)
        self._application.record_objects(objects.values())

    def store(self, items: Sequence[Item]) -> frozenset[UUID]:
        """Put documents, then what happened, into the log, in one call each; the objects that somebody else changed first."""
        documents = {digest: body for item in items for digest, body in item.documents.items()}
        if documents:
            self._content.put(documents)
        return self._application.record_objects(self._without_late([item.aggregate for item in items]))

    def _without_late(self, objects: Sequence[HarvestObject]) -> list[HarvestObject]:
        """The objects; one whose job was aborted is superseded when a later job has imported its dataset meanwhile.

        Its import would be the newest fact about the dataset, though the target has the later job's content.
        """
        late = self._late([aggregate for aggregate in objects if aggregate.outcome in FACTS])
        fresh = self._application.load_objects(late) if late else {}
        for aggregate in fresh.values():
            aggregate.skip("superseded")
        return [fresh.get(aggregate.id, aggregate) for aggregate in objects]

    def _late(self, imported: Sequence[HarvestObject]) -> list[UUID]:
        jobs = {aggregate.job_id for aggregate in imported}
        ended = jobs - running_jobs(self._database, jobs) if jobs else set()
        keys = {obj.id: (obj.source_id, obj.guid) for obj in imported if obj.job_id in ended}
        held = held_datasets(self._database, list(keys.values())) if keys else {}
        return [obj for obj, key in keys.items() if key in held and _newer(held[key].object_id, obj)]


def _documents_of(item: Item) -> list[str]:
    """The hashes of the documents that an object needs: its own, and those of its large extras."""
    own = [item.aggregate.content_hash] if item.aggregate.content_hash else []
    return own + extras.referenced(item.aggregate.extras)


def _take_documents(item: Item, documents: Mapping[str, bytes]) -> None:
    item.content = documents.get(item.aggregate.content_hash or "")
    if extras.referenced(item.aggregate.extras):
        item.aggregate.extras = extras.whole(item.aggregate.extras, documents.get)


def _newer(object_id: UUID, other: UUID) -> bool:
    """Whether an object belongs to a newer job of the same source."""
    return (job_number(object_id) or 0) > (job_number(other) or 0)
