"""A page of gathered records before it is stored."""

import time
from dataclasses import dataclass, field

from adapters.postgres.content import content_hash
from domain import text
from domain.objects import ACTIONS, GatheredRecord
from harvesters import extras, results
from harvesters.base import Record

PAGE = 500  # records stored at a time
PAGE_BYTES = 8_000_000
PAGE_SECONDS = 1.0  # after which a shorter page is stored as well


@dataclass(slots=True)
class PendingPage:
    """Records by guid, each with its document."""

    records: dict[str, tuple[Record, bytes | None]] = field(default_factory=dict)
    size: int = 0
    begun: float = field(default_factory=time.monotonic)

    def add(self, guid: str, record: Record, body: bytes | None) -> None:
        """Add a record that is not on the page yet."""
        self.records[guid] = (record, body)
        self.size += len(body or b"") + _extras_size(record)

    def full(self) -> bool:
        """Whether it is to be stored now."""
        late = self.records and time.monotonic() - self.begun > PAGE_SECONDS
        return len(self.records) >= PAGE or self.size >= PAGE_BYTES or bool(late)


def gathered(guid: str, record: Record, digest: str | None, held: bool, documents: dict[str, bytes]) -> GatheredRecord:
    """The record as it is stored, after the documents that are added. Raises what is wrong with it."""
    if record.action not in ACTIONS:
        raise ValueError(f"its action is {record.action!r}, not one of {', '.join(ACTIONS)}")
    action = "change" if held and record.action == "new" else record.action
    texts = extras.apart(results.extra_texts(record.extras), documents)
    modified = text.utc_time(record.metadata_modified)
    return GatheredRecord(guid, action, digest, texts, modified, skipped=text.message(record.skip) if record.skip else "")


def document_hash(body: bytes | None) -> str | None:
    """The content hash of a document; None: there is none."""
    return None if body is None else content_hash(body)


def _extras_size(record: Record) -> int:
    """Characters of values that are text; values of other types are small."""
    return sum(len(value) for value in record.extras.values() if isinstance(value, str))
