"""`approve`, `reject`, `deletions`, `source clear`, `source remove`: what deletes many datasets says how many, and asks."""

from typing import Any

import click

from adapters.cli.jobs import describe
from adapters.cli.output import after_option, emit, json_option, limit_option, more, session, table
from adapters.cli.typed import Choice
from domain.deletions import HELD
from domain.errors import Refused
from domain.text import counted

Row = dict[str, Any]
RELEASE = "release"
FATES = {
    "keep": "they stay as they are, and no other source takes them over",
    RELEASE: "they stay, and a source that is entered again at this address takes them over",
    "delete": "they are deleted first, in the target too, by a job",
}
EXAMPLES = 5  # titles that are shown before a person is asked

yes_option = click.option("--yes", "-y", is_flag=True, help="Don't ask.")


@click.command()
@click.argument("job")
@yes_option
@json_option
def approve(job: str, yes: bool, as_json: bool) -> None:
    """Carry out the deletions that JOB held (its id, or its source), in a new job."""
    with session() as actions:
        held = actions.call("harvest_held_job_show", id=job)
        if held["held"] and not held["decision"]:
            examples = (
                [] if yes else actions.call("harvest_deletion_list", id=held["id"], what="held", limit=EXAMPLES)["deletions"]
            )
            confirm(_going(held, examples), yes)
        row = actions.call("harvest_job_approve_deletions", id=held["id"])
        emit(row, as_json, lambda: f"Deletions approved; they are carried out by this job:\n{describe(row)}")


def _going(job: Row, examples: list[Row]) -> str:
    """What an approval deletes: how many, and the titles of a few."""
    lines = [f"  {row['title'] or row['guid']}" for row in examples]
    if (others := job["held"] - len(lines)) > 0:
        lines.append(f"  and {others:,} more: `harvester deletions {job['id']}` lists them")
    count = f"{job['held']:,} of {counted(job['held_of'], 'dataset')} of source {job['source']}"
    are = "is" if job["held"] == 1 else "are"
    return "\n".join([f"{count} that job {job['id']} found missing {are} going to be deleted:", *lines, ""])


@click.command()
@click.argument("job_or_source", default="")
@click.option("--what", default="", help="Only those that were deleted, purged, kept, hidden, gone already, held, or returned.")
@limit_option()
@after_option("object (without JOB_OR_SOURCE: this job)")
@json_option
def deletions(job_or_source: str, what: str, limit: int, after: str, as_json: bool) -> None:
    """List what JOB_OR_SOURCE deleted, kept or holds, or all jobs that hold deletions."""
    with session() as actions:
        if not job_or_source:
            if what not in ("", HELD):
                raise click.UsageError(f"--what {what} needs JOB_OR_SOURCE: without it only held deletions are listed")
            answer = actions.call("harvest_held_job_list", limit=limit, after=after)
            emit(answer, as_json, lambda: _held_text(answer))
        else:
            answer = actions.call("harvest_deletion_list", id=job_or_source, what=what, limit=limit, after=after)
            emit(answer, as_json, lambda: _text(answer))


def _text(answer: dict[str, Any]) -> str:
    rows = [
        {
            "what": row["what"] + (f" until {row['until']:%Y-%m-%d}" if row["until"] else ""),
            "time": row["at"],
            "title": row["title"],
            "guid": row["guid"],
            "job": row["job_id"],
        }
        for row in answer["deletions"]
    ]
    return "\n".join([*table(rows), *more(answer["next"])]) if rows else "No deletions"


def _held_text(answer: dict[str, Any]) -> str:
    names = {"source": "source", "job": "id", "since": "finished", "held": "held", "datasets": "held_of"}
    rows = [{title: job[name] for title, name in names.items()} for job in answer["jobs"]]
    return "\n".join([*table(rows), *more(answer["next"])]) if rows else "No deletions wait for a person"


@click.command()
@click.argument("job")
@json_option
def reject(job: str, as_json: bool) -> None:
    """Drop the deletions that JOB held (its id, or its source): the datasets stay."""
    with session() as actions:
        row = actions.call("harvest_job_reject_deletions", id=job)
        emit(row, as_json, lambda: f"Deletions rejected:\n{describe(row)}")


@click.command()
@click.argument("id_or_name")
@yes_option
@json_option
def clear(id_or_name: str, yes: bool, as_json: bool) -> None:
    """Delete all datasets of a source, in the target too; the source stays.

    Its history stays as well. The job that deletes them can be stopped like any other.
    """
    with session() as actions:
        source = actions.call("harvest_source_show", id=id_or_name)
        count = source["datasets"]
        what = f"All {counted(count, 'dataset')}" if count != 1 else "The only dataset"
        confirm(f"{what} of source {source['name']} {'is' if count == 1 else 'are'} going to be deleted.", yes)
        row = actions.call("harvest_source_clear", id=source["id"])
        emit(row, as_json, lambda: f"Clearing harvest source: {source['name']}, by this job:\n{describe(row)}")


@click.command()
@click.argument("id_or_name")
@click.option(
    "--datasets",
    type=Choice(FATES),
    help="What happens to its datasets; asked when not given, and release with --yes.",
)
@yes_option
@json_option
def remove(id_or_name: str, datasets: str | None, yes: bool, as_json: bool) -> None:
    """Remove a source. Its datasets are kept, released or deleted; its history stays.

    \b
    keep     they stay as they are, and no other source takes them over
    release  they stay, and a source that is entered again at this address takes them over
    delete   they are deleted first, in the target too, by a job
    """
    with session() as actions:
        source = actions.call("harvest_source_show", id=id_or_name)
        count = source["datasets"]
        if datasets is None:
            datasets = RELEASE if yes or not count or source["removed"] else _fate(source)
        if not source["removed"]:
            confirm(_leaving(source, datasets), yes)
        answer = actions.call("harvest_source_delete", id=source["id"], datasets=datasets)
        emit(answer, as_json, lambda: _removed_text(answer, datasets))


def _fate(source: Row) -> str:
    """What a person wants to become of the datasets."""
    lines = [f"  {fate:<8} {meaning}" for fate, meaning in FATES.items()]
    click.echo("\n".join([f"Source {source['name']} has {counted(source['datasets'], 'dataset')}:", *lines]), err=True)
    answer: str = click.prompt("What becomes of them?", type=Choice(FATES), default=RELEASE, err=True)
    return answer


def _leaving(source: Row, datasets: str) -> str:
    several = {"keep": "stay as they are", RELEASE: "stay, free to be taken over", "delete": "are going to be deleted"}
    single = {"keep": "stays as it is", RELEASE: "stays, free to be taken over", "delete": "is going to be deleted"}
    jobs, count = counted(source["jobs"], "job"), source["datasets"]
    what = f"its {counted(count, 'dataset')} {(single if count == 1 else several)[datasets]}"
    return f"Source {source['name']} ({jobs}) is going to be removed; {what}."


def _removed_text(answer: dict[str, Any], datasets: str) -> str:
    source, job = answer["source"], answer["job"]
    if job:
        return f"Source {source['name']} is removed as soon as this job has deleted its datasets:\n{describe(job)}"
    count = source["datasets"]
    then = " Enter it again with `harvester source create`: it takes them over." if datasets == RELEASE else ""
    return (
        f"Removed harvest source: {source['name']}; its {counted(count, 'dataset')} {'stays' if count == 1 else 'stay'}.{then}"
    )


rmsource = click.Command("rmsource", callback=remove.callback, params=remove.params, help=remove.help)
"""The name that ckanext-harvest had before `source remove`."""
clearsource = click.Command("clearsource", callback=clear.callback, params=clear.params, help=clear.help)
"""The name that ckanext-harvest had before `source clear`."""


def confirm(what: str, yes: bool) -> None:
    """Ask whether to go on; "no" ends the command with status 1. Raises Refused when nobody is there to answer."""
    if yes:
        return
    try:
        go_on = click.confirm(f"{what} Go on?", err=True)
    except click.Abort:
        click.echo(err=True)
        raise Refused("Nobody has answered, so nothing was changed: --yes goes on without asking") from None
    if not go_on:
        raise click.Abort
