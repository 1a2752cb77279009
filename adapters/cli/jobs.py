"""`job`, `jobs`, `job-abort`, `job-report`."""

import sys
from typing import Any

import click

from adapters.cli.output import after_option, block, emit, json_option, more, paging, session

Row = dict[str, Any]
full_option = click.option("--full", is_flag=True, help="Ask for all records, not only for those changed since the last job.")


@click.command()
@click.argument("source")
@full_option
@click.option("--wait", is_flag=True, help="Follow the job to its end; status 1 when it failed.")
@json_option
def job(source: str, full: bool, wait: bool, as_json: bool) -> None:
    """Create a harvest job for SOURCE (id or name); a running coordinator starts it at once."""
    with session() as actions:
        row = actions.call("harvest_job_create", source_id=source, full=full)
        if wait:
            row = follow(actions, row["id"], quiet=as_json)
        emit(row, as_json, lambda: describe(row))
    if wait and row["outcome"] != "finished":
        sys.exit(1)


def follow(actions: Any, job_id: str, *, quiet: bool) -> Row:
    """Wait until a job has ended, and show how far it is."""
    from adapters.cli.progress import shown_progress

    with shown_progress(quiet=quiet) as actions.tell:
        row: Row = actions.call("harvest_job_wait", id=job_id)
    return row


@click.command()
@click.option("--source", "source_id", default="", help="Of this source only (id or name).")
@click.option("--status", default="", help="New, Running, Finished or Aborted.")
@paging(20)
@after_option("job id")
@json_option
def jobs(as_json: bool, **which: Any) -> None:
    """List harvest jobs, newest first."""
    with session() as actions:
        page = actions.call("harvest_job_list", **which)
        count = page["count"]
        end = "There is 1 harvest job" if count == 1 else f"There are {count} harvest jobs"
        emit(page, as_json, lambda: "\n".join([*map(describe, page["jobs"]), end, *more(page["next"])]))


@click.command("job-abort")
@click.argument("source_or_job")
@json_option
def job_abort(source_or_job: str, as_json: bool) -> None:
    """Stop a job, given by its id or by its source; what was imported stays."""
    with session() as actions:
        row = actions.call("harvest_job_abort", id=source_or_job)
        emit(row, as_json, lambda: f"Job status: {row['status']}\n{describe(row)}")


@click.command("job-report")
@click.argument("source_or_job")
@paging()
@after_option("error's id")
@json_option
def job_report(source_or_job: str, as_json: bool, **which: Any) -> None:
    """Show a job (by its id, or the last one of a source) with all its errors."""
    with session() as actions:
        report = actions.call("harvest_job_report", id=source_or_job, **which)
        emit(report, as_json, lambda: report_text(report))


def describe(row: Row) -> str:
    """A job as lines of text."""
    fields = {
        "Job id": row["id"],
        "status": row["status"] + (" (gather failed)" if row["outcome"] == "failed" else ""),
        "source": row["source"],
        "created": row["created"],
        "finished": row["finished"],
        "objects": row["objects"],
        "gather_errors": row["gather_errors"],
        "added": row["added"],
        "updated": row["updated"],
        "not modified": row["not_modified"],
        "deleted": row["deleted"],
        "errored": row["errored"],
    }
    return block(fields)


def report_text(report: dict[str, Any]) -> str:
    """A job with its errors and warnings."""
    gather = [f"  {error['message']}" for error in report["gather_errors"]]
    objects = [f"  {_where(error)}: {error['message']}{_original(error)}" for error in report["object_errors"]]
    titles = [f"Gather errors ({len(gather)}):", *gather, f"Object errors ({len(objects)}):", *objects]
    warnings = [f"  all records: {warning['message']}" for warning in report["job_warnings"]]
    warnings += [f"  {_where(warning)}: {warning['message']}{_original(warning)}" for warning in report["warnings"]]
    titles += [f"Warnings ({len(warnings)}), of datasets that were imported:", *warnings] if warnings else []
    titles += more(report["next"])
    return describe(report["job"]) + "\n" + "\n".join(titles) + "\n"


def _where(error: Row) -> str:
    line = f", line {error['line']}" if error["line"] else ""
    return f"{error['guid']} ({error['stage']}{line})"


def _original(error: Row) -> str:
    return f"\n    original: {error['original_url']}" if error["original_url"] else ""
