"""Shows how far a job is: a progress bar on a terminal, nothing elsewhere."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


@contextmanager
def shown_progress(*, quiet: bool = False) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """What to tell a job's row to, as often as one likes."""
    utf8 = (getattr(sys.stderr, "encoding", None) or "").lower().startswith("utf")
    with Progress(
        SpinnerColumn("dots" if utf8 else "line"),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[counts]}"),
        TimeElapsedColumn(),
        console=Console(stderr=True, quiet=quiet),
        transient=True,
    ) as progress:
        task = progress.add_task("waiting", total=None, counts="")
        told: set[str] = set()

        def tell(row: Mapping[str, Any]) -> None:
            if "silent" in row:
                if (text := row["silent"]) not in told:
                    told.add(text)
                    progress.console.print(text, markup=False, highlight=False, soft_wrap=True)
                return
            if "away" in row:
                progress.update(task, description=f"waiting for the {row['away']}")
                return
            progress.update(task, description=_stage(row), counts=counts(row), **_amount(row))

        yield tell


def _stage(row: Mapping[str, Any]) -> str:
    if row["gather_started"] is None:
        return "waiting"
    return "importing" if row["gather_finished"] else "gathering"


def _amount(row: Mapping[str, Any]) -> dict[str, Any]:
    unchanged = row["not_modified"] - row["objects_not_modified"]
    total = {"total": float(row["objects"] + unchanged)} if row["gather_finished"] else _expected(row)
    return {"completed": float(row["done"] + unchanged), **total}


def _expected(row: Mapping[str, Any]) -> dict[str, float]:
    """What the remote says it will give, while it is being asked; never less than what it gave."""
    expected = row.get("expected")
    return {} if expected is None else {"total": float(max(expected, row["objects"] + row["not_modified"]))}


def counts(row: Mapping[str, Any]) -> str:
    """The counts that aren't 0, in words."""
    words = {"added": "added", "updated": "updated", "not_modified": "not modified", "deleted": "deleted", "errored": "errored"}
    return ", ".join(f"{row[name]} {word}" for name, word in words.items() if row[name])
