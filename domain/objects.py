"""HarvestObject: one record of a remote in one job, a stream of its own.

Two of its methods run for every record of every job, so they trigger their event themselves: calling the decorated method does
the same through three more layers.

Its id follows from the job and the record's guid, so it is the same object however often a job is gathered.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from eventsourcing.domain import event

from domain import text
from domain.aggregate import Created, StoredAggregate
from domain.errors import ValidationError
from domain.secrets import mask_text

ACTIONS = ("new", "change", "delete")
IMPORTED_AS = ("added", "updated", "unchanged", "deleted")
LEVELS = ("error", "warning", "job_warning")
"""Of what is recorded about an object. A warning: something of the record was lost, and the rest of it was imported.
A job_warning: all records of the job lose the same; it is recorded with the first one that a worker met."""
MAX_LINE = 2**31 - 1
MAX_NUMBER = 2**24 - 1  # of a source's jobs
NO_EXTRAS: Mapping[str, str] = MappingProxyType({})
LOW = (1 << 62) - 1  # the bits of a UUID after its variant
VERSION, VARIANT = 8, 0b10  # of every object's id, as bits: the properties of a UUID cost four calls an import
REMOVED_AS = ("deleted", "purged", "kept", "hidden", "gone")
"""What becomes of a dataset in the target: `kept` as the source's policy says, `hidden` until its grace period is over, `gone`
when somebody else had deleted it there before."""
REPORT_STATUS = {"added": "added", "updated": "updated", "unchanged": "not modified", "deleted": "deleted"}


class GatheredRecord(NamedTuple):
    """A record as gather found it. `content_hash` is the sha256 of its document in hex, None when fetch must get it.

    `identified`: the guid that its document gave it, where an earlier job found out that it is another. `skipped`: why nothing
    is to be done with it, empty for a record that is to be imported.
    """

    guid: str
    action: str = "new"
    content_hash: str | None = None
    extras: Mapping[str, str] = NO_EXTRAS
    metadata_modified: str | None = None
    identified: str | None = None
    skipped: str = ""


class HarvestObject(StoredAggregate):
    """One record of a remote in one job."""

    TOPIC = "object"

    class Gathered(Created):
        """Found at the remote (new, change), or known and missing there (delete)."""

        TOPIC = "object.gathered"
        job_id: str
        source_id: str
        guid: str
        action: str
        content_hash: str | None
        extras: dict[str, str]
        metadata_modified: str | None
        attempt: int

        def mutate(self, aggregate: Any) -> Any:
            """The new object, without the library's look at what three methods want: half the time of loading one."""
            assert aggregate is None
            new = object.__new__(HarvestObject)
            new.__base_init__(self.originator_id, self.originator_version, self.timestamp)
            new.__init__(  # type: ignore[misc]
                self.job_id,
                self.source_id,
                self.guid,
                self.action,
                self.content_hash,
                self.extras,
                self.metadata_modified,
                self.attempt,
            )
            return new

    class Fetched(StoredAggregate.Event):
        """Its document was got and stored under the hash given; extras were added."""

        TOPIC = "object.fetched"
        content_hash: str | None
        extras: dict[str, str]

    class Identified(StoredAggregate.Event):
        """The document says that its guid is another."""

        TOPIC = "object.identified"
        guid: str

    class Located(StoredAggregate.Event):
        """It has an error, and this is where a person finds the original record."""

        TOPIC = "object.located"
        original_url: str

    class ErrorRecorded(StoredAggregate.Event):
        """One of possibly many errors or warnings; not an outcome. `level` is one of LEVELS."""

        TOPIC = "object.error_recorded"
        class_version = 2
        stage: str
        message: str
        line: int | None
        level: str

    class Imported(StoredAggregate.Event):
        """Outcome: the target holds the record, or no longer does. `status` is added, updated, unchanged or deleted.

        What the next job may ask the remote with: when the record was changed there (`metadata_modified`, ISO 8601 in UTC
        without zone), and the `validators` of its document, `etag` and `last_modified` (RFC 9110, section 8.8).
        """

        TOPIC = "object.imported"
        class_version = 2
        source_id: str
        guid: str
        package_id: str | None
        status: str
        content_hash: str | None
        metadata_modified: str | None
        validators: dict[str, str]

    class Removed(StoredAggregate.Event):
        """What became of the dataset in the target, in the words of REMOVED_AS; the outcome `deleted` follows.

        The outcome of a hidden one that goes for good is `unchanged`: it was deleted for its source when it was hidden.

        `until` (ISO 8601): when a hidden one is to be deleted. `title`: what people know it by; empty when that can't be told.
        """

        TOPIC = "object.removed"
        source_id: str
        guid: str
        package_id: str | None
        how: str
        until: str | None
        title: str

    class Failed(StoredAggregate.Event):
        """Did not work, and why; `retry_at` (ISO 8601) says when it is tried again, None: this is the outcome."""

        TOPIC = "object.failed"
        stage: str
        code: str
        message: str
        retry_at: str | None

    class Skipped(StoredAggregate.Event):
        """Outcome: nothing was done, for the reason given."""

        TOPIC = "object.skipped"
        reason: str

    @event(Gathered)
    def __init__(
        self,
        job_id: str,
        source_id: str,
        guid: str,
        action: str,
        content_hash: str | None,
        extras: dict[str, str],
        metadata_modified: str | None,
        attempt: int,
    ) -> None:
        self.job_id = job_id
        self.source_id = source_id
        self.guid = self.gathered_guid = guid
        self.action = action
        self.content_hash = content_hash
        self.extras = dict(extras)
        self.metadata_modified = metadata_modified
        self.gather_attempt = attempt
        self.fetched = False
        self.attempts = 0
        self.errors = 0
        self.package_id: str | None = None
        self.original_url: str | None = None
        self.outcome: str | None = None

    def fetch(self, content_hash: str | None, extras: Mapping[str, str]) -> None:
        """Record the fetched document; after an outcome this changes nothing."""
        if self.outcome is None:
            self.trigger_event(self.Fetched, content_hash=content_hash, extras=dict(extras))

    @event(Fetched)
    def _fetched(self, content_hash: str | None, extras: dict[str, str]) -> None:
        self.content_hash = content_hash
        self.extras.update(extras)
        self.fetched = True

    def identify(self, guid: str) -> None:
        """Record another guid; the same one, or an outcome, changes nothing."""
        if self.outcome is None and guid != self.guid:
            self._identified(guid=text.key(guid, "guid"))

    @event(Identified)
    def _identified(self, guid: str) -> None:
        self.guid = guid

    def locate(self, original_url: str) -> None:
        """Record where a person finds the original record; no address, the same one, or an outcome, changes nothing."""
        if self.outcome is None and original_url and original_url != self.original_url:
            self._located(original_url=original_url)

    @event(Located)
    def _located(self, original_url: str) -> None:
        self.original_url = original_url

    def record_error(self, stage: str, message: str, line: int | None = None) -> None:
        """Record an error that is no outcome; after an outcome this changes nothing. A line that isn't a number is left out."""
        if self.outcome is None:
            valid = isinstance(line, int) and 0 <= line <= MAX_LINE
            self._error_recorded(stage=stage, message=mask_text(message), line=line if valid else None, level="error")

    def record_warning(self, stage: str, message: str, *, of_job: bool = False) -> None:
        """Record a loss that is no failure; after an outcome this changes nothing. `of_job`: it is of the whole job."""
        if self.outcome is None:
            self._error_recorded(
                stage=stage, message=mask_text(message), line=None, level="job_warning" if of_job else "warning"
            )

    @event(ErrorRecorded)
    def _error_recorded(self, stage: str, message: str, line: int | None, level: str) -> None:
        self.errors += level == "error"

    def import_as(self, status: str, package_id: str | None, validators: Mapping[str, str] | None = None) -> None:
        """Record the outcome; a second outcome changes nothing. Raises ValidationError for another status."""
        if status not in IMPORTED_AS:
            raise ValidationError({"status": f"{status!r} is none of {', '.join(IMPORTED_AS)}"})
        if self.outcome is None:
            self.trigger_event(
                self.Imported,
                source_id=self.source_id,
                guid=self.guid,
                package_id=None if package_id is None else text.key(package_id, "package id"),
                status=status,
                content_hash=self.content_hash,
                metadata_modified=self.metadata_modified,
                validators=dict(validators or {}),
            )

    @event(Imported)
    def _imported(
        self,
        source_id: str,
        guid: str,
        package_id: str | None,
        status: str,
        content_hash: str | None,
        metadata_modified: str | None,
        validators: dict[str, str],
    ) -> None:
        self.package_id = package_id
        self.outcome = status

    def remove(self, package_id: str | None, how: str, title: str, until: datetime | None = None) -> None:
        """Record what became of the dataset in the target; after an outcome this changes nothing."""
        if self.outcome is None:
            self._removed(
                source_id=self.source_id,
                guid=self.guid,
                package_id=package_id,
                how=how,
                until=until.isoformat(timespec="seconds") if until else None,
                title=title,
            )

    @event(Removed)
    def _removed(self, source_id: str, guid: str, package_id: str | None, how: str, until: str | None, title: str) -> None:
        self.package_id = package_id

    def fail(self, stage: str, code: str, message: str, retry_at: datetime | None) -> None:
        """Record a failure, final when `retry_at` is None; after an outcome this changes nothing."""
        if self.outcome is None:
            when = retry_at.isoformat() if retry_at else None
            self._failed(stage=stage, code=code, message=mask_text(message), retry_at=when)

    @event(Failed)
    def _failed(self, stage: str, code: str, message: str, retry_at: str | None) -> None:
        self.attempts += 1
        if retry_at is None:
            self.outcome = "errored"

    def skip(self, reason: str) -> None:
        """Record that nothing is to be done; after an outcome this changes nothing."""
        if self.outcome is None:
            self._skipped(reason=reason)

    @event(Skipped)
    def _skipped(self, reason: str) -> None:
        self.outcome = "skipped"


def object_id(job_created: datetime, job_id: UUID, guid: str, number: int = 0) -> UUID:
    """The id of a job's object for a guid: a UUIDv8 (RFC 9562, section 5.8) that contains the job's number in its source.

    A bit that is set, the job's creation in units of 2 seconds (31 bits, so that ids of one job lie together in an index), its
    number (24 bits), and a sha256 of job and guid (66 bits). Jobs without a number, of events of version 1, have milliseconds
    (48 bits, of which the first is 0) and the hash (74 bits).
    """
    return object_ids(job_created, job_id, number)(guid)


def object_ids(job_created: datetime, job_id: UUID, number: int = 0) -> Callable[[str], UUID]:
    """`object_id` for many guids of one job."""
    base, prefix = _object_id(job_created, number, 0).int, f"{job_id}|".encode()
    mask = (1 << (66 if number else 74)) - 1

    def identity(guid: str) -> UUID:
        digest = int.from_bytes(sha256(prefix + guid.encode()).digest()[:10], "big") & mask
        return UUID(int=base | digest >> 62 << 64 | digest & LOW)

    return identity


def object_id_range(job_created: datetime, number: int) -> tuple[UUID, UUID]:
    """The least and the greatest id that objects of a job may have. Objects of other jobs may lie between them."""
    return _object_id(job_created, number, 0), _object_id(job_created, number, -1)


def _object_id(job_created: datetime, number: int, digest: int) -> UUID:
    if not number:
        head, hashed = int(job_created.timestamp() * 1000) & (1 << 48) - 1, digest & (1 << 74) - 1
        bits = head << 74 | hashed
    else:
        moment = 1 << 31 | int(job_created.timestamp()) >> 1 & (1 << 31) - 1
        bits = moment << 90 | (number & MAX_NUMBER) << 66 | digest & (1 << 66) - 1
    return UUID(int=bits >> 74 << 80 | VERSION << 76 | (bits >> 62 & 0xFFF) << 64 | VARIANT << 62 | bits & LOW)


def job_number(identity: UUID | str) -> int | None:
    """The number of an object's job in its source; 0 for jobs older than numbers, None for ids that aren't ours.

    Of two objects of a source the one with the larger number is of the newer job.
    """
    try:
        identity = identity if isinstance(identity, UUID) else UUID(identity)
    except ValueError:
        return None
    bits = identity.int
    if bits >> 76 & 0xF != VERSION or bits >> 62 & 0b11 != VARIANT:
        return None
    if not bits >> 127:
        return 0
    return (bits >> 80 & 0xFFFF) << 8 | bits >> 68 & 0xFF


def gathered_event(
    record: GatheredRecord, object_id: UUID, job_id: str, source_id: str, attempt: int, now: datetime
) -> HarvestObject.Gathered:
    """The first event of an object, without the price of building an aggregate."""
    state: dict[str, Any] = {
        "originator_id": object_id,
        "originator_version": 1,
        "timestamp": now,
        "originator_topic": HarvestObject.TOPIC,
        "job_id": job_id,
        "source_id": source_id,
        "guid": record.guid,
        "action": record.action,
        "content_hash": record.content_hash,
        "extras": dict(record.extras),
        "metadata_modified": record.metadata_modified,
        "attempt": attempt,
    }
    event = object.__new__(HarvestObject.Gathered)
    object.__setattr__(event, "__dict__", state)  # as the mapper does; its __init__ takes longer
    return event


def identified_event(object_id: UUID, guid: str, now: datetime) -> HarvestObject.Identified:
    """The event that follows the first one when the guid of the document is known already."""
    state: dict[str, Any] = {"originator_id": object_id, "originator_version": 2, "timestamp": now, "guid": guid}
    return HarvestObject.Identified(**state)


def skipped_event(object_id: UUID, version: int, reason: str, now: datetime) -> HarvestObject.Skipped:
    """The outcome of an object that nothing is to be done with, as soon as it is gathered."""
    state: dict[str, Any] = {"originator_id": object_id, "originator_version": version, "timestamp": now, "reason": reason}
    return HarvestObject.Skipped(**state)
