"""Figures of what people and programs read: every list, count and report on the history of a portal.

BENCH_SCALE, a share of 1, makes the history smaller.
"""

import os
import re
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from adapters.postgres.database import Database
from adapters.postgres.read_model.queries import ReadModel
from bench.figure import Figure
from bench.site import site
from tests.support.full_read_model import READS, Size, fill

RUNS = 200
FLOOR = 10  # ms


def reads() -> list[Figure]:
    """Milliseconds of each read, at the median and at p99."""
    size = Size().scaled(float(os.environ.get("BENCH_SCALE", "1")))
    with site() as running:
        begun = time.perf_counter()
        fill(running.parts.database, size)
        seconds = time.perf_counter() - begun
        model = ReadModel(Database(running.settings.database_url))
        figures = [_figure(name, partial(read, model, size)) for name, read in READS.items()]
    slowest = max(figures, key=lambda figure: figure.value)
    jobs = size.sources * size.nights
    note = f"of {slowest.name}; {size.sources:,} sources, {jobs:,} jobs, {size.objects:,} objects, made in {seconds:.0f} s"
    return [*figures, Figure("reads_slowest", slowest.value, "ms", FLOOR, note=note, lower_is_better=True)]


def _figure(name: str, read: Callable[[], Any]) -> Figure:
    times = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        result = read()
        times.append((time.perf_counter() - begun) * 1000)
    rows = f", {len(result)} rows" if isinstance(result, list) else ""
    median, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
    slug = re.sub(r"\W+", "_", name)
    return Figure(f"reads_{slug}", median, "ms", FLOOR, note=f"p99 {p99:.1f} ms{rows}", lower_is_better=True)


FIGURES: dict[str, Any] = {"reads": reads}
