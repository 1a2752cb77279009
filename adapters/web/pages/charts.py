"""Shapes of the pictures: numbers become places here, and templates draw them as plain SVG with classes, no styles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters.web.pages.shown import between

OUTCOMES = ("added", "updated", "deleted", "errored", "not_modified")
"""In which order they lie on one another, from the ground up."""
ENDS = ("jobs_finished", "jobs_with_errors", "jobs_failed", "jobs_aborted")
"""How jobs end, in the same order."""
BAD = ("errored", "failed", "jobs_failed", "jobs_with_errors")
"""What is hatched, too: nobody needs to see colours."""
BUSY = (300.0, 1200.0)  # seconds of an hour from which a cell counts as busier
HOUR = 10.0  # the width and height of an hour's cell


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

    @property
    def paths(self) -> dict[str, str]:
        """All bars of a kind as one path of an SVG, by kind: a tenth of the markup."""
        parts: dict[str, list[str]] = {}
        for bar in self.bars:
            width, height = f"{bar.width:g}", f"{bar.height:g}"
            parts.setdefault(bar.kind, []).append(f"M{bar.x:g} {bar.y:g}h{width}v{height}h-{width}z")
        return {kind: "".join(of_kind) for kind, of_kind in parts.items()}


def columns(
    rows: Sequence[Any], kinds: Sequence[str] = OUTCOMES, *, width: float = 600, height: float = 120, gap: float = 0.2
) -> Columns:
    """A column for each row, made of its numbers of these kinds."""
    numbers = [[int(row[kind] or 0) for kind in kinds] for row in rows]
    highest = max(map(sum, numbers), default=0)
    step = width / max(1, len(rows))
    bars, broad = [], _r(step * (1 - gap))
    for place, values in enumerate(numbers):
        top, left = height, _r(place * step + step * gap / 2)
        for kind, value in zip(kinds, values, strict=True):
            if value > 0:
                part = max(1.0, height * value / highest)
                top -= part
                bars.append(Bar(left, _r(top), broad, _r(part), kind))
    return Columns(bars, highest, width, height)


def durations(runs: Sequence[Any]) -> list[dict[str, int]]:
    """How long runs took, in milliseconds, as rows of one number for `columns`; none for one that hasn't ended."""
    took = [between(run["gather_started"], run["finished"]) for run in runs]
    return [{"updated": round(1000 * seconds) if seconds else 0} for seconds in took]


SPARK_STEP, SPARK_BAR, SPARK_HEIGHT = 4, 3, 20


def spark(runs: Sequence[Any]) -> dict[str, str]:
    """Small stacked columns, one for each run: a path of an SVG for each outcome that there was.

    A list of sources has hundreds of columns, so this makes nothing in between.
    """
    numbers = [[run[kind] or 0 for kind in OUTCOMES] for run in runs]
    highest = max(map(sum, numbers), default=0)
    paths: dict[str, list[str]] = {}
    for place, values in enumerate(numbers):
        left, top = place * SPARK_STEP + 0.5, float(SPARK_HEIGHT)
        for kind, value in zip(OUTCOMES, values, strict=True):
            if value > 0:
                part = max(1.0, SPARK_HEIGHT * value / highest)
                top -= part
                paths.setdefault(kind, []).append(f"M{left} {top:.1f}h{SPARK_BAR}v{part:.1f}h-{SPARK_BAR}z")
    return {kind: "".join(parts) for kind, parts in paths.items()}


def failed(runs: Sequence[Any]) -> int:
    """How many runs failed."""
    return sum(run["outcome"] == "failed" for run in runs)


@dataclass(frozen=True)
class Line:
    """An area under a line as the path of an SVG, the line alone, and the numbers between which it moves."""

    area: str
    line: str
    lowest: int
    highest: int
    width: float
    height: float


def line(values: Sequence[int | None], *, width: float = 600, height: float = 120) -> Line:
    """A number over time, as steps from one value to the next; None: not known, which is as before."""
    numbers = [value for value in values if value is not None]
    highest, step = max(numbers, default=0), width / max(1, len(values))
    at, points = height, []
    for place, value in enumerate(values):
        if value is not None:
            at = height - height * value / highest if highest else height
        points.append(f"{_r(place * step)} {_r(at)}H{_r((place + 1) * step)}")
    path = "M" + "L".join(points) if numbers else ""
    area = f"M0 {_r(height)}L{path[1:]}L{_r(width)} {_r(height)}Z" if path else ""
    return Line(area, path, min(numbers, default=0), highest, width, height)


@dataclass(frozen=True)
class Cell:
    """An hour of a source: its place, what happened (failed, with_errors, finished), and how busy it was (0 to 2)."""

    x: float
    kind: str
    level: int
    hour: Any


def cells(hours: Sequence[Any], all_hours: Sequence[Any]) -> list[Cell]:
    """The cells of a row of a heat map: one for each hour in which jobs ran."""
    places = {hour: place for place, hour in enumerate(all_hours)}
    return [
        Cell(_r(places[hour["hour"]] * HOUR), _kind(hour), sum(hour["busy"] >= least for least in BUSY), hour)
        for hour in hours
        if hour["hour"] in places
    ]


def _kind(hour: Any) -> str:
    return "failed" if hour["failed"] else "with_errors" if hour["with_errors"] else "finished"


def share(part: float, whole: float, width: float = 100) -> float:
    """How long a bar is that shows a part of a whole."""
    return _r(width * min(1.0, part / whole)) if whole else 0.0


def _r(value: float) -> float:
    return round(value, 1)
