"""Why records of a job failed: their errors grouped by cause, for people who can't read a thousand lines.

Two messages have one cause when they differ only in what names a record: ids, numbers, addresses, quoted text.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

EXAMPLES = 3
LONGEST = 300  # characters of a message
GAP = "…"
_NAMES_A_RECORD = re.compile(
    r"""
    https?://[^\s'")\]>,]+ | [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}
    | (?<![\w])'(?:[^'\\\n]|\\.)*'(?!\w) | "(?:[^"\\\n]|\\.)*" | \b[0-9a-f]{12,}\b
    | \b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d[\d:.]*(?:Z|[+-]\d\d:?\d\d)?)? | (?<![\w.])-?\d+(?:[.,]\d+)*(?![\w])
    """,
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(slots=True)
class Cause:
    """Errors of one cause. `message` is the whole of it when all say the same, else with gaps where they differ."""

    message: str
    count: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)  # guid, object_id, original_url


def pattern(message: str) -> str:
    """A message's first line with gaps for what names a record; equal for messages of one cause."""
    lines = message.strip().splitlines() or [""]
    return _NAMES_A_RECORD.sub(GAP, lines[0])[:LONGEST]


def causes(errors: Iterable[Mapping[str, Any]]) -> list[Cause]:
    """Errors (rows with message, guid, object_id, original_url) by cause, the most frequent first."""
    found: dict[str, Cause] = {}
    for error in errors:
        message = error["message"] or ""
        first = (message.strip().splitlines() or [""])[0][:LONGEST]
        shape = pattern(message)
        cause = found.setdefault(shape, Cause(first))
        cause.count += 1
        if cause.message != first:
            cause.message = shape
        guid = error.get("guid")
        if guid and len(cause.examples) < EXAMPLES and all(example["guid"] != guid for example in cause.examples):
            cause.examples.append({name: error.get(name) for name in ("guid", "object_id", "original_url")})
    return sorted(found.values(), key=lambda cause: -cause.count)
