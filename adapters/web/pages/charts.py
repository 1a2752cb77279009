"""Shapes of the pictures: numbers become places here, and templates draw them as plain SVG with classes, no styles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters.web.pages.shown import between

OUTCOMES = ("added", "updated", "deleted", "errored", "not_modified")
"""In which order they lie on one another, from the ground up."""


@dataclass(frozen=True)
class Bar:
    """A part of a column; lengths are in the picture's units. `row` is what the column stands for."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True)
class Columns:
    """Stacked columns, and what the highest one is worth."""

    bars: Sequence[Bar]
    highest: int
    width: float
    height: float


def columns(
    rows: Sequence[Any], kinds: Sequence[str] = OUTCOMES, *, width: float = 600, height: float = 120, gap: float = 0.2
) -> Columns:
    """A column for each row, made of its numbers of these kinds."""
    highest = max((sum(int(row[kind] or 0) for kind in kinds) for row in rows), default=0)
    step = width / max(1, len(rows))
    bars = []
    for place, row in enumerate(rows):
        top = height
        for kind in kinds:
            value = int(row[kind] or 0)
            if value and highest:
                part = max(1.0, height * value / highest)
                top -= part
                bars.append(Bar(_r(place * step + step * gap / 2), _r(top), _r(step * (1 - gap)), _r(part), kind))
    return Columns(bars, highest, width, height)


def durations(runs: Sequence[Any]) -> list[dict[str, int]]:
    """How long runs took, in milliseconds, as rows of one number for `columns`; none for one that hasn't ended."""
    took = [between(run["gather_started"], run["finished"]) for run in runs]
    return [{"updated": round(1000 * seconds) if seconds else 0} for seconds in took]


def share(part: float, whole: float, width: float = 100) -> float:
    """How long a bar is that shows a part of a whole."""
    return _r(width * min(1.0, part / whole)) if whole else 0.0


def _r(value: float) -> float:
    return round(value, 1)
