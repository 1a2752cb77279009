"""A page of gathered records before it is stored."""

import time
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from adapters.postgres.content import content_hash
from domain import text
from domain.objects import ACTIONS, GatheredRecord
from harvesters import extras, results
from harvesters.base import Record

PAGE = 500  # records stored at a time
PAGE_BYTES = 8_000_000
PAGE_SECONDS = 1.0  # after which a shorter page is stored as well


class PendingRecord(NamedTuple):
    """A record with its document, and how it is stored; None: its extras are too large to keep twice."""

    record: Record
    body: bytes | None
    checked: GatheredRecord | None


@dataclass(slots=True)
class PendingPage:
    """Records by guid, each with its document."""

    records: dict[str, PendingRecord] = field(default_factory=dict)
    size: int = 0
    begun: float = field(default_factory=time.monotonic)

    def add(self, guid: str, record: Record, body: bytes | None, checked: GatheredRecord | None) -> None:
        """Add a record that is not on the page yet."""
        self.records[guid] = PendingRecord(record, body, checked)
        self.size += len(body or b"") + _extras_size(record)

    def full(self) -> bool:
        """Whether it is to be stored now."""
        late = self.records and time.monotonic() - self.begun > PAGE_SECONDS
        return len(self.records) >= PAGE or self.size >= PAGE_BYTES or bool(late)


def checked(guid: str, record: Record, documents: dict[str, bytes]) -> GatheredRecord:
    """The record as it is stored without its document; `documents` gets its large extras. Raises what is wrong with it."""
    if record.action not in ACTIONS:
        raise ValueError(f"its action is {record.action!r}, not one of {', '.join(ACTIONS)}")
    texts = extras.apart(results.extra_texts(record.extras), documents)
    modified = text.utc_time(record.metadata_modified) if record.metadata_modified is not None else None
    skipped = text.message(record.skip) if record.skip else ""
    return GatheredRecord(guid, record.action, None, texts, modified, skipped=skipped)


def gathered(guid: str, pending: PendingRecord, digest: str | None, held: bool, documents: dict[str, bytes]) -> GatheredRecord:
    """The record as it is stored, after the documents that are added."""
    stored = pending.checked or checked(guid, pending.record, documents)
    action = "change" if held and stored.action == "new" else stored.action
    if digest is None and action == stored.action:
        return stored
    return replace(stored, action=action, content_hash=digest)


def document_hash(body: bytes | None) -> str | None:
    """The content hash of a document; None: there is none."""
    return None if body is None else content_hash(body)


def _extras_size(record: Record) -> int:
    """Characters of values that are text; values of other types are small."""
    return sum(len(value) for value in record.extras.values() if isinstance(value, str))
