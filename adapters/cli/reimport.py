"""`import` and `retry`: jobs over what is stored already."""

import sys
from typing import Any

import click

from adapters.cli.jobs import by_cause, creating, describe, follow
from adapters.cli.output import emit, json_option, session
from domain.text import counted

Row = dict[str, Any]
wait_option = click.option("--wait/--no-wait", default=True, help="Follow the jobs to their ends (the default).")


@click.command("import")
@click.argument("source", default="")
@click.option("-s", "--source", "source_option", default="", help="The source (id or name), same as the argument.")
@click.option("-g", "--guid", default="", help="Only datasets with this guid.")
@click.option("-o", "--harvest-object-id", "harvest_object_id", default="", help="Only this harvest object.")
@click.option("-p", "--package-id", default="", help="Only this package (id or name).")
@click.option("--segments", default="", metavar="HEX", help="Only these of 16 parts, as hex digits, e.g. 0f.")
@click.option("-j", "--no-join-datasets", is_flag=True, help="Also records that have no dataset.")
@wait_option
@json_option
def import_(source: str, source_option: str, no_join_datasets: bool, wait: bool, as_json: bool, **which: str) -> None:
    """Import stored documents again without downloading anything.

    All that SOURCE holds, or all sources do, or what the options select. Each source gets a job of kind `import`, which counts
    and reports as any other.
    """
    with session() as actions:
        values = {"source_id": source or source_option, "join_datasets": not no_join_datasets, **which}
        with creating():
            answer = actions.call("harvest_objects_import", **values)
        if wait:
            answer["jobs"] = [follow(actions, row["id"], quiet=as_json) for row in answer["jobs"]]
        emit(answer, as_json, lambda: _text(answer, wait=wait))
    if (wait and not all(row["outcome"] == "finished" for row in answer["jobs"])) or (answer["skipped"] and not answer["jobs"]):
        sys.exit(1)


def _text(answer: Row, *, wait: bool) -> str:
    jobs = answer["jobs"]
    lines = [f"Skipped: {skipped['reason']}" for skipped in answer["skipped"]]
    if not wait:
        return "\n".join([*lines, *(f"Job {row['id']} of source {row['source']} created" for row in jobs)])
    count = sum(row["objects"] - row["errored"] + row["gather_errors"] for row in jobs)
    errored = sum(row["errored"] for row in jobs)
    failures = f", {errored} errored: see `harvester job-report {jobs[-1]['id']}`" if errored else ""
    return "\n".join([*lines, f"{counted(count, 'object')} reimported{failures}"])


@click.command()
@click.argument("job")
@click.option("--cause", default="", help="Only records that failed for this cause: its id, as `causes` and --json show it.")
@click.option("--wait", is_flag=True, help="Follow the new job to its end; status 1 when it failed.")
@json_option
def retry(job: str, cause: str, wait: bool, as_json: bool) -> None:
    """Try the failed records of JOB (its id, or a source for its last job) again, or only those of one cause.

    They go into a new job.
    """
    with session() as actions:
        with creating():
            row = actions.call("harvest_job_retry", id=job, cause=cause)
        errors: Row = {}
        if wait:
            row = follow(actions, row["id"], quiet=as_json)
            errors = actions.call("harvest_job_error_summary", id=row["id"])
        emit({**row, **errors}, as_json, lambda: describe(row) + by_cause(errors, row))
    if wait and row["outcome"] != "finished":
        sys.exit(1)
