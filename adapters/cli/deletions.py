"""`approve`, `reject`, `source clear`: what deletes many datasets says how many, and asks."""

import click

from adapters.cli.jobs import describe
from adapters.cli.output import emit, json_option, session

yes_option = click.option("--yes", "-y", is_flag=True, help="Don't ask.")


@click.command()
@click.argument("job")
@yes_option
@json_option
def approve(job: str, yes: bool, as_json: bool) -> None:
    """Carry out the deletions that JOB held (its id, or its source), as a job of its own."""
    with session() as actions:
        held = actions.call("harvest_job_show", id=job)
        confirm(f"Datasets that job {held['id']} of source {held['source']} found missing are going to be deleted.", yes)
        row = actions.call("harvest_job_approve_deletions", id=held["id"])
        emit(row, as_json, lambda: f"Deletions approved; they are carried out by this job:\n{describe(row)}")


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

    Its history stays as well. The job that does it can be stopped like any other.
    """
    with session() as actions:
        source = actions.call("harvest_source_show", id=id_or_name)
        confirm(f"All {source['datasets']} datasets of source {source['name']} are going to be deleted.", yes)
        row = actions.call("harvest_source_clear", id=source["id"])
        emit(row, as_json, lambda: f"Clearing harvest source: {source['name']}, by this job:\n{describe(row)}")


clearsource = click.Command("clearsource", callback=clear.callback, params=clear.params, help=clear.help)
"""The name that ckanext-harvest had before `source clear`."""


def confirm(what: str, yes: bool) -> None:
    """Ask whether to go on; "no" ends the command with status 1."""
    if not yes:
        click.confirm(f"{what} Go on?", abort=True, err=True)
