"""Follows a job in the read model, with a progress bar on a terminal."""

import time
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from adapters.bootstrap import Parts
from adapters.cli.services import show_current
from adapters.postgres.leadership import has_leader
from adapters.postgres.read_model.queries import ReadModel, Row
from domain.errors import NotFound, ServiceUnavailable

POLL = 0.05  # seconds
PATIENCE = 10.0  # seconds without a coordinator


def follow(parts: Parts, job_id: str, *, quiet: bool = False) -> Row:
    """Wait until a job has ended, and show how far it is. Raises ServiceUnavailable when no coordinator leads."""
    console = Console(stderr=True, quiet=quiet)
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[counts]}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as progress:
        task = progress.add_task("waiting", total=None, counts="")
        return _follow(parts, job_id, progress, task)


def _follow(parts: Parts, job_id: str, progress: Progress, task: TaskID) -> Row:
    model = ReadModel(parts.database)
    show_current(parts)
    next_check = time.monotonic() + PATIENCE
    while True:
        row = model.job(job_id)
        if row is None:
            raise NotFound(f"Job {job_id} is not in the read model")
        if row["status"] in ("Finished", "Aborted"):
            return row
        progress.update(task, description=_stage(row), counts=counts(row), **_amount(row))
        if time.monotonic() > next_check:
            next_check = time.monotonic() + PATIENCE
            if not has_leader(parts.database):
                raise ServiceUnavailable(
                    "No coordinator leads, so the job waits: start `harvester up` or `harvester coordinator`"
                )
        time.sleep(POLL)


def _stage(row: Row) -> str:
    if row["gather_started"] is None:
        return "waiting"
    return "importing" if row["gather_finished"] else "gathering"


def _amount(row: Row) -> dict[str, Any]:
    unchanged = row["not_modified"] - row["objects_not_modified"]
    total = {"total": float(row["objects"] + unchanged)} if row["gather_finished"] else {}
    return {"completed": float(row["done"] + unchanged), **total}


def counts(row: Row) -> str:
    """The counts that aren't 0, in words."""
    words = {"added": "added", "updated": "updated", "not_modified": "not modified", "deleted": "deleted", "errored": "errored"}
    return ", ".join(f"{row[name]} {word}" for name, word in words.items() if row[name])
