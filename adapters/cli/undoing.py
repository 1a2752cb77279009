"""`undo`."""

import sys
from typing import Any

import click

from adapters.cli.deletions import confirm, yes_option
from adapters.cli.jobs import creating, describe, follow
from adapters.cli.output import emit, json_option, session
from domain.errors import Refused
from domain.text import counted

Row = dict[str, Any]
TEXTS = {
    "delete": (" that it added is deleted", " that it added are deleted"),
    "restore": (" that it updated goes back to the version before", " that it updated go back to the version before"),
    "bring_back": (" that it deleted comes back", " that it deleted come back"),
    "left_out": (
        " stays as it is, since a later job has changed it",
        " stay as they are, since a later job has changed them",
    ),
    "adopted": (
        " stays: it may have been there before, as the source takes over others' datasets (on_taken_id)",
        " stay: they may have been there before, as the source takes over others' datasets (on_taken_id)",
    ),
    "lost": (
        " stays as it is, since what it was before is no longer kept",
        " stay as they are, since what they were before is no longer kept",
    ),
}
"""What becomes of one dataset, and of several."""


@click.command()
@click.argument("job")
@click.option("--reason", default="", help="Why; it is kept in the history.")
@click.option("--pause", is_flag=True, help="Start no scheduled jobs of the source until somebody resumes it.")
@click.option("--wait", is_flag=True, help="Follow the new job to its end; status 1 when it failed.")
@yes_option
@json_option
def undo(job: str, reason: str, pause: bool, wait: bool, yes: bool, as_json: bool) -> None:
    """Undo what JOB did (its id, or a source for its last job), in a new job.

    What it added is deleted, what it updated goes back to the version before, and what it deleted comes back, all from stored
    documents. Datasets that a later job has changed stay as they are. The next harvest may bring the same again,
    unless `--pause` stops it.
    """
    with session() as actions:
        told = actions.call("harvest_job_undo_show", id=job)
        if told["refused"]:
            raise Refused(told["refused"])
        if told["count"]:
            confirm("\n".join([f"Undoing job {told['job']['id']} of source {told['job']['source']}:", *_lines(told)]), yes)
        with creating():
            row = actions.call("harvest_job_undo", id=told["job"]["id"], reason=reason, count=told["count"])
        if pause:
            actions.call("harvest_source_pause", id=row["source_id"])
        if wait:
            row = follow(actions, row["id"], quiet=as_json)
        emit({**row, "undone": told}, as_json, lambda: describe(row) + _hint(told, pause=pause))
    if wait and row["outcome"] != "finished":
        sys.exit(1)


def _lines(told: Row) -> list[str]:
    return [f"  {counted(told[name], 'dataset')}{texts[told[name] != 1]}" for name, texts in TEXTS.items() if told[name]]


def _hint(told: Row, *, pause: bool) -> str:
    if pause or told["paused"] or told["next_run"] is None:
        return ""
    return (
        f"\nThe next scheduled job ({told['next_run']:%Y-%m-%d %H:%M} UTC) may bring the same again: "
        f"harvester pause {told['job']['source']}"
    )
