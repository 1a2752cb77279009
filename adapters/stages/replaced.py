"""Which of the datasets that are gone has their publisher created again, under another id and the same name?

Those are replaced, not lost: a job that removes them empties no catalogue, so they don't count towards what it may delete
without asking a person.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import orjson

from adapters.postgres.content import ContentStore
from adapters.postgres.work.claims import HeldDataset
from adapters.postgres.work.gather_memory import GatherMemory
from harvesters.base import Record


class Replaced:
    """The names of the records of one gather that its source doesn't hold yet; only of documents in CKAN's form."""

    def __init__(self, memory: GatherMemory, content: ContentStore) -> None:
        self._memory = memory
        self._content = content
        self.any = False  # whether a new record has a name

    def note(self, records: Iterable[Record]) -> None:
        """Remember the names of new records."""
        if names := {name for record in records if (name := _name(record.content))}:
            self.any = True
            self._memory.remember_names(names)

    def count(self, datasets: Collection[HeldDataset]) -> int:
        """How many of these datasets a new record replaces. Call it at the end of gather."""
        documents = self._content.get(dataset.content_hash for dataset in datasets if dataset.content_hash)
        names = [name for body in documents.values() if (name := _name(_parsed(body)))]
        return len(self._memory.named(names))


def _parsed(document: bytes) -> Any:
    try:
        return orjson.loads(document)
    except orjson.JSONDecodeError:
        return None


def _name(document: Any) -> str:
    name = document.get("name") if isinstance(document, Mapping) else None
    return name if isinstance(name, str) else ""
