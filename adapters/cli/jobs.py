"""`job`, `jobs`, `job-abort`, `job-report`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from adapters.cli.csv_output import csv_option, write_csv
from adapters.cli.output import after_option, block, emit, json_option, more, paging, say, session, table
from adapters.cli.start import INTERRUPTED
from domain.text import counted

Row = dict[str, Any]
SHOWN_CAUSES = 10
full_option = click.option("--full", is_flag=True, help="Ask for all records, not only for those changed since the last job.")


@click.command()
@click.argument("source")
@full_option
@click.option("--wait", is_flag=True, help="Follow the job to its end; status 1 when it failed.")
@click.option("--follow", "attach", is_flag=True, help="Create no job: follow the one with this id, or the source's last one.")
@json_option
def job(source: str, full: bool, wait: bool, attach: bool, as_json: bool) -> None:
    """Create a harvest job for SOURCE (id or name); a running coordinator starts it at once.

    With --wait it is followed to its end. Ctrl-C then ends only the following: the job goes on, and
    `harvester job --follow JOB` follows it again.
    """
    with session() as actions:
        if attach:
            row = actions.call("harvest_job_show", id=source)
        else:
            with creating():
                row = actions.call("harvest_job_create", source_id=source, full=full)
        errors: Row = {}
        if wait or attach:
            row = follow(actions, row["id"], quiet=as_json)
            errors = actions.call("harvest_job_error_summary", id=row["id"])
        emit({**row, **errors}, as_json, lambda: describe(row) + by_cause(errors, row))
    if (wait or attach) and row["outcome"] not in ("finished", "held"):
        sys.exit(1)


def follow(actions: Any, job_id: str, *, quiet: bool) -> Row:
    """Wait until a job has ended, and show how far it is."""
    with _goes_on(job_id):
        from adapters.cli.progress import shown_progress

        with shown_progress(quiet=quiet) as actions.tell:
            row: Row = actions.call("harvest_job_wait", id=job_id)
    return row


@contextmanager
def creating() -> Iterator[None]:
    """Ctrl-C while jobs are created leaves open whether they are there; says how to see."""
    try:
        yield
    except KeyboardInterrupt:
        say("\nA job may have been created: `harvester jobs` lists it, `harvester job --follow JOB` follows it", err=True)
        sys.exit(INTERRUPTED)


@contextmanager
def _goes_on(job_id: str) -> Iterator[None]:
    """Ctrl-C ends the following, not the job; says so."""
    try:
        yield
    except KeyboardInterrupt:
        say(
            f"\nThe job goes on. To follow it again: harvester job --follow {job_id}\nTo stop it: harvester job-abort {job_id}",
            err=True,
        )
        sys.exit(INTERRUPTED)


@click.command()
@click.option("--source", "source_id", default="", help="Only jobs of this source (id or name).")
@click.option("--status", default="", help="New, Running, Finished or Aborted.")
@paging(20)
@after_option("job id")
@json_option
def jobs(as_json: bool, **which: Any) -> None:
    """List harvest jobs, newest first, one line each."""
    with session() as actions:
        page = actions.call("harvest_job_list", **which)
        count = page["count"]
        end = f"There {'is' if count == 1 else 'are'} {counted(count, 'harvest job')}"
        emit(page, as_json, lambda: "\n".join([*table(map(_line, page["jobs"])), end, *more(page["next"])]))


def _line(row: Row) -> Row:
    took = row["finished"] - row["created"] if row["finished"] else None
    return {
        "job id": row["id"],
        "source": row["source"],
        "status": status_of(row),
        "created": row["created"].strftime("%Y-%m-%d %H:%M"),
        "took": "" if took is None else str(took).partition(".")[0],
        **{word: row[word.replace(" ", "_")] for word in ("added", "updated", "not modified", "deleted", "errored")},
    }


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
@csv_option
@paging()
@after_option("error's id")
@click.option("--cause", default="", help="Only errors of this cause, by its id in the summary (--json).")
@json_option
def job_report(source_or_job: str, as_csv: bool, as_json: bool, **which: Any) -> None:
    """Show a job (by its id, or the last one of a source) with all its errors."""
    with session() as actions:
        if as_csv:
            write_csv(CSV_COLUMNS, _errors(actions, source_or_job, **which))
            return
        report = actions.call("harvest_job_report", id=source_or_job, **which)
        errors = actions.call("harvest_job_error_summary", id=report["job"]["id"])
        emit({**report, **errors}, as_json, lambda: report_text(report) + by_cause(errors, report["job"]))


CSV_COLUMNS = (
    *("id", "job_id", "source", "kind", "stage", "code", "guid", "object_id", "line", "message", "created"),
    "original_url",
)
KINDS = {
    "gather_errors": "gather error",
    "object_errors": "error",
    "warnings": "warning",
    "job_warnings": "warning of all records",
}


def _errors(actions: Any, source_or_job: str, **which: Any) -> Iterator[Row]:
    """All errors and warnings from a page on, one by one."""
    which["limit"] = 1000
    while True:
        report = actions.call("harvest_job_report", id=source_or_job, **which)
        job = {"job_id": report["job"]["id"], "source": report["job"]["source"]}
        for name, kind in KINDS.items():
            yield from ({**error, **job, "kind": kind} for error in report[name])
        if not report["next"]:
            return
        following = {"limit": 1000, "after": report["next"], "cause": which.get("cause", "")}
        source_or_job, which = job["job_id"], following


def status_of(row: Row) -> str:
    """A job's status in words; ckanext-harvest's word first."""
    held = f" ({counted(row['held'], 'deletion')} {row['decision'] or 'held'})" if row["held"] else ""
    more = {"failed": " (gather failed)", "held": held}
    return str(row["status"]) + more.get(row["outcome"], "")


def describe(row: Row) -> str:
    """A job as lines of text."""
    fields = {
        "Job id": row["id"],
        "status": status_of(row),
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
    if row["outcome"] == "held" and not row["decision"]:
        fields["to decide"] = f"harvester deletions {row['id']}, then harvester approve|reject {row['id']}"
    return block(fields)


def by_cause(errors: Row, row: Row) -> str:
    """A job's errors by cause, the most frequent first, each with its count and examples; and causes that are gone."""
    causes = [*errors.get("gather_error_summary", ()), *errors.get("object_error_summary", ())]
    gone = errors.get("gone", [])
    if not causes and not gone:
        return ""
    partly = "" if errors["summary_complete"] else " (the most frequent ones)"
    lines = [f"\nErrors by cause{partly}:"] if causes else []
    for cause in causes[:SHOWN_CAUSES]:
        mark = f" ({cause['mark']})" if cause["mark"] else ""
        lines.append(f"  {_times(cause)} x {cause['message']}{mark}")
        lines += [f"      {_example(example)}" for example in cause["examples"]]
    if len(causes) > SHOWN_CAUSES:
        lines.append(f"  and {len(causes) - SHOWN_CAUSES} further causes")
    if gone:
        lines.append(f"\nGone since job {errors['compared_with']}:")
        lines += [f"  {_times(cause)} x {cause['message']}" for cause in gone[:SHOWN_CAUSES]]
    return "\n".join([*lines, f"All errors: harvester job-report {row['id']}"]) + "\n"


def _times(cause: Row) -> int:
    """For how many records, however often each was tried."""
    count: int = cause["record_count"] or cause["error_count"]
    return count


def _example(example: Row) -> str:
    title = f"{example['title']} " if example["title"] else ""
    return f"{title}({example['guid']})" + (f" {example['original_url']}" if example["original_url"] else "")


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
