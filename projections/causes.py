"""Why records of a job failed: its errors grouped by cause, for people who can't read a thousand lines. Table error_cause.

Two messages have one cause when they differ only in what names a record: its guid, ids, numbers, addresses, quoted text. The
rule is part of what programs see (`CauseKey.cause`): one that groups otherwise gets another RULE, and the read model another
MODEL_VERSION, since causes are counted as errors are projected.

What is kept of a cause can be added up in any order: batches of the log and streams of a rebuild give the same in the end.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from domain.errors import REPORTED
from domain.secrets import mask_text

if TYPE_CHECKING:  # commands read causes, and need not load all events for that
    from projections.recorded import Key, Recorded, Row

RULE = 4  # the version of the rule that groups
EXAMPLES = 3
LONGEST = 300  # characters of a message
MOST_READ = 2000  # characters of a message's first line
GAP = "…"
GUID = "\ue000"  # stands for the record's own guid, which may have any form
_NAMES_A_FIELD = re.compile(  # words of messages about any record: a guid that is one of them makes no gap
    r"""
    address | author | contact | creator | data | dataset | date | description | distribution | document | extras | field | file
    | format | group | guid | id | identifier | json | keyword | language | licen[cs]e | link | list | maintainer | name | notes
    | number | object | organi[sz]ation | owner | package | private | publisher | record | resource | server | size | spatial
    | state | subject | tags? | temporal | text | theme | title | type | url | value | version | xml
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NAMES_A_RECORD = re.compile(
    r"""
    https?://[^\s'")\]>,]+ | [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}
    | (?<![\w])'(?:[^'\\\n]|\\.)*'(?!\w) | "(?:[^"\\\n]|\\.)*" | `[^`\n]*` | “[^“”\n]*” | „[^„“”\n]*[“”] | «[^«»\n]*»
    | \b[0-9a-f]{12,}\b
    | \b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d[\d:.]*(?:Z|[+-]\d\d:?\d\d)?)? | (?<![\w.])-?\d+(?:[.,]\d+)*(?![\w])
    | \ue000
    """,
    re.IGNORECASE | re.VERBOSE,
)


NEW, RECURRING = "new", "recurring"  # against an earlier job
Example = dict[str, str | None]
"""An error: its id (in the order of the log), the guid and the object of the record that it is about."""


class CauseKey(NamedTuple):
    """What tells causes apart. `gaps`: how many there are, since a message may have a gap's sign of its own."""

    job_id: str
    of_gather: bool
    cause: str  # the same in every job and on every site, as long as the rule is the same
    gaps: int


@dataclass(slots=True)
class Cause:
    """Errors of one cause. `texts`: what all messages have in common; `values`: what stands between, None where they differ."""

    texts: list[str]
    values: list[str | None]
    first: datetime  # when the first of them was stored (UTC without zone)
    last: datetime
    errors: int = 0
    records: int = 0  # objects, which may have failed several times
    examples: list[Example] = field(default_factory=list)

    @property
    def message(self) -> str:
        """What the messages say, with gaps only where they differ."""
        between = [GAP if value is None else value for value in self.values] + [""]
        return "".join(text + value for text, value in zip(self.texts, between, strict=True))[:LONGEST]

    def add(self, other: "Cause") -> None:
        """Add further errors of this cause, of records that it has none of yet."""
        self.errors += other.errors
        self.records += other.records
        self.values = [mine if mine == value else None for mine, value in zip(self.values, other.values, strict=True)]
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        self.examples = _examples([*self.examples, *other.examples])


def _examples(examples: Iterable[Example]) -> list[Example]:
    """The first ones, each of another guid."""
    by_guid: dict[str | None, Example] = {}
    for example in sorted(examples, key=lambda example: example["id"] or ""):
        by_guid.setdefault(example["guid"], example)
    return list(by_guid.values())[:EXAMPLES]


def pattern(message: str) -> str:
    """A message's first line with gaps for what names a record; equal for messages of one cause."""
    return _NAMES_A_RECORD.sub(GAP, _first_line(message))


def _first_line(message: str) -> str:
    return (message.strip().splitlines() or [""])[0][:MOST_READ]


@dataclass(slots=True)
class Causes:
    """Errors by cause, as they come."""

    by_key: dict[CauseKey, Cause] = field(default_factory=dict)
    _failed: dict[str, set[str]] = field(default_factory=dict)  # object -> causes that it is counted for

    def failed_before(self, object_id: str, causes: Collection[str]) -> None:
        """An object is counted for these causes already, by errors of earlier batches."""
        self._failed.setdefault(object_id, set()).update(causes)

    def failed(self, object_id: str) -> Collection[str]:
        """The causes that an object is counted for."""
        return self._failed.get(object_id, ())

    def add(self, error_id: str, error: "Row", object_id: str | None) -> str:
        """Add an error of a record, or of gather (`object_id`: None); the id of its cause.

        `error` has harvest_job_id, guid, message, and `created` as events have it.
        """
        guid = mask_text(error["guid"]) if error.get("guid") else None
        cause_id, texts, values = _cause(error["message"], guid)
        created = _utc(error["created"])
        examples: list[Example] = [{"id": error_id, "guid": guid, "object_id": object_id}] if guid else []
        records = 0
        if object_id is not None and cause_id not in self._failed.setdefault(object_id, set()):
            self._failed[object_id].add(cause_id)
            records = 1
        key = CauseKey(str(error["harvest_job_id"]), object_id is None, cause_id, len(values))
        cause = Cause(texts, list(values), created, created, 1, records, examples)
        if (earlier := self.by_key.get(key)) is None:
            self.by_key[key] = cause
        else:
            earlier.add(cause)
        return cause_id


def _cause(message: str | None, guid: str | None) -> tuple[str, list[str], list[str]]:
    """The id of a message's cause, the texts that it shares with others, and the values between."""
    texts, values = _parts(_first_line(mask_text(message or "")), guid or "")
    return f"{RULE}-{sha256(GAP.join(texts).encode()).hexdigest()[:16]}", texts, values


def causes_of(events: Iterable["Recorded"]) -> set[str]:
    """The causes of an object's errors, from its events, whichever of its guids they were told by."""
    causes: set[str] = set()
    guids: set[str] = set()
    for event in events:
        if guid := event.state.get("guid"):
            guids.add(mask_text(guid))
        is_error = event.topic == "object.failed" and event.state["code"] != REPORTED
        if is_error or (event.topic == "object.error_recorded" and event.state["level"] == "error"):
            causes |= {_cause(event.state["message"], guid)[0] for guid in guids}
    return causes


def _utc(created: datetime | str) -> datetime:
    time = datetime.fromisoformat(created) if isinstance(created, str) else created
    return time.replace(tzinfo=None)


def _parts(line: str, guid: str) -> tuple[list[str], list[str]]:
    """The texts of a line and the values between them. A guid that is the name of a field stays: the message may mean that."""
    if not guid or _NAMES_A_FIELD.fullmatch(guid) or guid not in line:
        return _NAMES_A_RECORD.split(line), _NAMES_A_RECORD.findall(line)
    marked = re.sub(rf"(?<!\w){re.escape(guid)}(?!\w)", GUID, line)
    values = [value.replace(GUID, guid) for value in _NAMES_A_RECORD.findall(marked)]
    return _NAMES_A_RECORD.split(marked), values


def add_errors(causes: Causes, gather_errors: "Mapping[Key, Row]", object_errors: "Mapping[Key, Row]") -> None:
    """Add rows of errors by their ids, and name their causes in them; an error of a job that nobody knows has none."""
    for error_id, row in gather_errors.items():
        row["cause"] = causes.add(str(error_id), row, None)
    for error_id, row in object_errors.items():
        if row["level"] == "error" and row["harvest_job_id"] is not None:
            row["cause"] = causes.add(str(error_id), row, str(row["harvest_object_id"]))
