"""What is imported again from stored content, and what of a job is tried again: pure rules.

A job of kind `import` takes the documents that were imported last and runs import_stage over them; nothing is downloaded. A job
of kind `retry` takes the records of an earlier job that failed, and runs both stages over them.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from domain.errors import ValidationError

HEX = "0123456789abcdef"
STORED_KINDS = ("import", "retry", "undo")
"""Kinds of jobs whose records come from the log, not from a remote."""
KEPT_OPTIONS = ("force_import", "without_fetch")
"""Options that a job's retry has, too."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which datasets of one source are imported again; empty fields select all.

    `segments`: hex digits; of sixteen equal parts of the guids, those named. `join_datasets`: only records that a package was
    made of; without it also those that were never imported.
    """

    guid: str = ""
    object_id: str = ""
    package_id: str = ""
    segments: str = ""
    join_datasets: bool = True

    def has(self, guid: str, package_id: str | None) -> bool:
        """Whether a dataset is among them."""
        if (self.guid and guid != self.guid) or (self.package_id and package_id != self.package_id):
            return False
        if self.join_datasets and not self.object_id and package_id is None:
            return False
        return not self.segments or segment(guid) in self.segments

    def options(self) -> dict[str, Any]:
        """The options of the job that imports them."""
        return {"force_import": True, "without_fetch": True, "select": asdict(self)}


def selection(options: Mapping[str, Any]) -> Selection:
    """What a job of kind `import` is about, from its options."""
    return Selection(**options.get("select", {}))


def segment(guid: str) -> str:
    """Which of sixteen equal parts a record belongs to: a hex digit that stays the same from import to import."""
    return hashlib.md5(guid.encode(), usedforsecurity=False).hexdigest()[0]


def checked_segments(segments: str) -> str:
    """Segments in lower case. Raises ValidationError."""
    wanted = segments.strip().lower()
    if bad := sorted(set(wanted) - set(HEX)):
        raise ValidationError({"segments": f"{''.join(bad)!r}: only the hex digits 0 to 9 and a to f, as in --segments=0f"})
    return wanted


def retry_options(job_id: str, options: Mapping[str, Any], cause: str = "") -> dict[str, Any]:
    """The options of a job that tries the failed records of another one again; with `cause` only those of one cause."""
    kept = {name: options[name] for name in KEPT_OPTIONS if name in options}
    return {**kept, "retry_of": job_id, **({"cause": cause} if cause else {})}


def failed(topics: Collection[tuple[str, str | None]], *, aborted: bool) -> bool:
    """Whether an object has failed, from its events as (topic, retry_at); in an aborted job also when it has no outcome."""
    if ("object.failed", None) in topics:
        return True
    return aborted and not {topic for topic, _ in topics} & {"object.imported", "object.skipped"}
