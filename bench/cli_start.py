"""Figures of the command line's start: processor time of `harvester --help` and `harvester jobs`."""

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.figure import Figure
from bench.site import site

RUNS = 11
MEASURED = {"cli_start_help": (["--help"], 0.2), "cli_start_jobs": (["jobs"], 0.35)}  # arguments, seconds at most


def cli_start() -> list[Figure]:
    """Processor time of a command from its start to its end, on a database without jobs."""
    with site() as running:
        settings = running.settings
        environment = {**os.environ, "HARVEST_DATABASE_URL": settings.database_url, "HARVEST_SITE_ID": settings.site_id}
        return [_figure(name, arguments, floor, environment) for name, (arguments, floor) in MEASURED.items()]


def _figure(name: str, arguments: list[str], floor: float, environment: dict[str, str]) -> Figure:
    times = sorted(_cpu(arguments, environment) for _ in range(RUNS))
    note = f"median of {RUNS}, {times[0]:.2f} to {times[-1]:.2f} s"
    return Figure(name, statistics.median(times), "s of CPU", floor, lower_is_better=True, note=note)


def _cpu(arguments: list[str], environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    program = [str(Path(sys.executable).with_name("harvester"))]
    subprocess.run([*program, *arguments], env=environment, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


FIGURES: dict[str, Any] = {"cli_start": cli_start}
