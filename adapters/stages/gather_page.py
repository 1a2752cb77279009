"""A page of gathered records before it is stored."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from adapters.postgres.content import content_hash
from domain import text
from domain.errors import PluginError
from domain.objects import ACTIONS, GatheredRecord
from harvesters import extras, results
from harvesters.base import Listed, Record
from harvesters.faults import is_ctrl_c

PAGE = 500  # records stored at a time
PAGE_BYTES = 8_000_000
PAGE_SECONDS = 1.0  # after which a shorter page is stored as well


class PendingRecord(NamedTuple):
    """A record with its document and that one's hash, and how it is stored; None: its extras are too large to keep twice."""

    record: Record
    body: bytes | None
    digest: str | None
    checked: GatheredRecord | None


class Unusable(Exception):
    """A record that can't be stored, and why; without a guid it may be any record of the remote."""

    def __init__(self, code: str, message: str, guid: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.guid = guid


@dataclass(slots=True)
class PendingPage:
    """Records by guid, each with its document."""

    records: dict[str, PendingRecord] = field(default_factory=dict)
    size: int = 0
    begun: float = field(default_factory=time.monotonic)

    def add(self, guid: str, pending: PendingRecord) -> None:
        """Add a record that is not on the page yet."""
        self.records[guid] = pending
        self.size += len(pending.body or b"") + (_extras_size(pending.record) if pending.record.extras else 0)

    def full(self) -> bool:
        """Whether it is to be stored now."""
        late = self.records and time.monotonic() - self.begun > PAGE_SECONDS
        return len(self.records) >= PAGE or self.size >= PAGE_BYTES or bool(late)


def checked(guid: str, record: Record, digest: str | None, documents: dict[str, bytes]) -> GatheredRecord:
    """The record as it is stored; `documents` gets its large extras. Raises what is wrong with it."""
    if not isinstance(record.action, str) or record.action not in ACTIONS:
        raise ValueError(f"its action is {record.action!r}, not one of {', '.join(ACTIONS)}")
    texts = extras.apart(results.extra_texts(record.extras), documents)
    modified = text.utc_time(record.metadata_modified) if record.metadata_modified is not None else None
    skipped = text.message(record.skip) if record.skip else ""
    return GatheredRecord(guid, record.action, digest, texts, modified, skipped=skipped)


def pending_record(record: Record) -> tuple[str, PendingRecord]:
    """A record's guid, and what is to be stored. Objects of the plugin's own are asked here, and may do anything.

    Raises Unusable.
    """
    guid = None
    try:
        guid = results.identity(record.guid)
        text.key(guid, "guid")
        record = _plain(record)
        body = None if record.skip else results.document(record.content)
        digest = None if body is None else content_hash(body)
        large: dict[str, bytes] = {}
        stored = checked(guid, record, digest, large)
        return guid, PendingRecord(record, body, digest, None if large else stored)
    except BaseException as error:
        if is_ctrl_c(error):
            raise
        if guid is None:
            message = f"A record has no guid ({results.said(error)}): {results.shown(getattr(record, 'content', None))}"
            raise Unusable("bad_guid", message) from error
        raise Unusable("bad_record", f"Record {guid[:200]} can't be stored: {results.said(error)}", guid) from error


def listed_guids(listed: Listed) -> list[str]:
    """The guids that a harvester lists without their documents. Raises Unusable, as above."""
    try:
        if isinstance(listed.guids, str | bytes):
            raise PluginError(f"its guids must be a list of texts, are {results.shown(listed.guids)}")
        return list(filter(may_be_held, map(results.identity, listed.guids)))
    except BaseException as error:
        if is_ctrl_c(error):
            raise
        raise Unusable("bad_guid", f"Listed(guids) can't be used: {results.said(error)}") from error


def may_be_held(guid: str) -> bool:
    """A longer one was never imported, and none can be looked up."""
    return len(guid.encode()) <= text.MAX_KEY


def _plain(record: Record) -> Record:
    """A record of plain values, which are the same each time they are asked for. Raises what the plugin's own classes raise."""
    own_content = isinstance(record.content, Mapping) and type(record.content) is not dict
    own_values = type(record.extras) is not dict or not type(record.action) is type(record.skip) is str
    if type(record) is Record and not own_content and not own_values:
        return record
    skip = results.said(record.skip) if record.skip else ""
    action = str.__str__(record.action) if isinstance(record.action, str) else record.action
    content = dict(record.content) if own_content else record.content  # type: ignore[arg-type]
    return Record(record.guid, content, action, results.extra_texts(record.extras), record.metadata_modified, skip)  # type: ignore[arg-type]


def gathered(guid: str, pending: PendingRecord, held: bool, documents: dict[str, bytes]) -> GatheredRecord:
    """The record as it is stored, after the documents that are added."""
    stored = pending.checked or checked(guid, pending.record, pending.digest, documents)
    return stored._replace(action="change") if held and stored.action == "new" else stored


def _extras_size(record: Record) -> int:
    """Characters of values that are text; values of other types are small."""
    return sum(len(value) for value in record.extras.values() if isinstance(value, str))
