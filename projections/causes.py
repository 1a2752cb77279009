"""Why records of a job failed: their errors grouped by cause, for people who can't read a thousand lines.

Two messages have one cause when they differ only in what names a record: its guid, ids, numbers, addresses, quoted text. The
rule is part of what programs see (`Cause.id`): one that groups otherwise gets another RULE.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

RULE = 3  # the version of the rule that groups
EXAMPLES = 3
LONGEST = 300  # characters of a message
MOST_READ = 2000  # characters of a message's first line
GAP = "…"
GUID = "\ue000"  # stands for the record's own guid, which may have any form
_NAMES_A_RECORD = re.compile(
    r"""
    https?://[^\s'")\]>,]+ | [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}
    | (?<![\w])'(?:[^'\\\n]|\\.)*'(?!\w) | "(?:[^"\\\n]|\\.)*" | \b[0-9a-f]{12,}\b
    | \b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d[\d:.]*(?:Z|[+-]\d\d:?\d\d)?)? | (?<![\w.])-?\d+(?:[.,]\d+)*(?![\w])
    | \ue000
    """,
    re.IGNORECASE | re.VERBOSE,
)


NEW, RECURRING = "new", "recurring"


@dataclass(slots=True)
class Cause:
    """Errors of one cause. `texts`: what all messages have in common; `values`: what stands between, None where they differ."""

    shape: str
    texts: Sequence[str]
    values: list[str | None]
    count: int = 0
    records: set[str] = field(default_factory=set)  # ids of the objects, which may have failed several times
    examples: list[dict[str, Any]] = field(default_factory=list)  # guid, object_id, original_url

    @property
    def id(self) -> str:
        """The same for this cause in every job and on every site, as long as the rule is the same."""
        return f"{RULE}-{sha256(self.shape.encode()).hexdigest()[:16]}"

    @property
    def message(self) -> str:
        """What the messages say, with gaps only where they differ."""
        between = [GAP if value is None else value for value in self.values] + [""]
        return "".join(text + value for text, value in zip(self.texts, between, strict=True))[:LONGEST]

    def add(self, values: Sequence[str]) -> None:
        """Add a message."""
        self.count += 1
        self.values = [mine if mine == other else None for mine, other in zip(self.values, values, strict=True)]


def pattern(message: str) -> str:
    """A message's first line with gaps for what names a record; equal for messages of one cause."""
    return _NAMES_A_RECORD.sub(GAP, _first_line(message))


def _first_line(message: str) -> str:
    return (message.strip().splitlines() or [""])[0][:MOST_READ]


def causes(errors: Iterable[Mapping[str, Any]]) -> list[Cause]:
    """Errors (rows with message, guid, object_id, original_url) by cause; the one of the most records first."""
    by_shape: dict[tuple[str, int], Cause] = {}
    for error in errors:
        texts, values = _parts(_first_line(error["message"] or ""), error.get("guid") or "")
        shape = GAP.join(texts)
        cause = by_shape.setdefault((shape, len(values)), Cause(shape, texts, list(values)))
        cause.add(values)
        if object_id := error.get("object_id"):
            cause.records.add(str(object_id))
        _add_example(cause, error)
    return sorted(by_shape.values(), key=lambda cause: (-(len(cause.records) or cause.count), -cause.count))


def _parts(line: str, guid: str) -> tuple[list[str], list[str]]:
    """The texts of a line and the values between them. A guid that is a plain word stays: the message may mean the word."""
    if not guid or guid.isalpha() or guid not in line:
        return _NAMES_A_RECORD.split(line), _NAMES_A_RECORD.findall(line)
    marked = re.sub(rf"(?<!\w){re.escape(guid)}(?!\w)", GUID, line)
    values = [value.replace(GUID, guid) for value in _NAMES_A_RECORD.findall(marked)]
    return _NAMES_A_RECORD.split(marked), values


def _add_example(cause: Cause, error: Mapping[str, Any]) -> None:
    guid = error.get("guid")
    if guid and len(cause.examples) < EXAMPLES and all(example["guid"] != guid for example in cause.examples):
        cause.examples.append({name: error.get(name) for name in ("guid", "object_id", "original_url")})


def compared(now: Sequence[Cause], before: Sequence[Cause]) -> tuple[dict[str, str], list[Cause]]:
    """Which causes (by id) are new or recurring against an earlier job, and those of that job that are gone."""
    earlier, present = {cause.id for cause in before}, {cause.id for cause in now}
    marks = {cause.id: RECURRING if cause.id in earlier else NEW for cause in now}
    return marks, [cause for cause in before if cause.id not in present]
