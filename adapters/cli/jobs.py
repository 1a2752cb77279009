"""`job`, `jobs`, `job-abort`, `job-report`."""

import sys
from typing import Any
from uuid import UUID

import click

from adapters.bootstrap import Parts
from adapters.cli.follow import follow
from adapters.cli.output import block, emit, json_option, paging
from adapters.cli.services import connected, show_current
from adapters.postgres.read_model.queries import ReadModel, Row
from domain.errors import NotFound

full_option = click.option("--full", is_flag=True, help="Ask for all records, not only for those changed since the last job.")


@click.command()
@click.argument("source")
@full_option
@click.option("--wait", is_flag=True, help="Follow the job to its end; status 1 when it failed.")
@json_option
def job(source: str, full: bool, wait: bool, as_json: bool) -> None:
    """Create a harvest job for SOURCE (id or name); a running coordinator starts it at once."""
    with connected() as parts:
        found = parts.application.find_source(source)
        job_id = parts.application.create_job(found.id, by="cli", options={"force_all": True} if full else {})
        row = follow(parts, str(job_id), quiet=as_json) if wait else _row(parts, str(job_id))
        emit(row, as_json, lambda: describe(row))
    if wait and row["outcome"] != "finished":
        sys.exit(1)


@click.command()
@click.option("--source", default="", help="Of this source only (id or name).")
@click.option("--status", default="", help="New, Running, Finished or Aborted.")
@paging(20)
@json_option
def jobs(source: str, status: str, limit: int, offset: int, as_json: bool) -> None:
    """List harvest jobs, newest first."""
    with connected() as parts:
        source_id = str(parts.application.find_source(source).id) if source else ""
        show_current(parts)
        model = ReadModel(parts.database)
        rows = model.jobs(source_id=source_id, status=status, limit=limit, offset=offset)
        count = model.count_jobs(source_id=source_id, status=status)
        text = "There is 1 harvest job" if count == 1 else f"There are {count} harvest jobs"
        emit({"count": count, "jobs": rows}, as_json, lambda: "\n".join([*map(describe, rows), text]))


@click.command("job-abort")
@click.argument("source_or_job")
@json_option
def job_abort(source_or_job: str, as_json: bool) -> None:
    """Stop a job, given by its id or by its source; what was imported stays."""
    with connected() as parts:
        job_id = find_job(parts, source_or_job)
        parts.application.abort_job(job_id, by="cli")
        row = _row(parts, str(job_id))
        emit(row, as_json, lambda: f"Job status: {row['status']}\n{describe(row)}")


@click.command("job-report")
@click.argument("source_or_job")
@paging()
@json_option
def job_report(source_or_job: str, limit: int, offset: int, as_json: bool) -> None:
    """Show a job (by its id, or the last one of a source) with all its errors."""
    with connected() as parts:
        job_id = str(find_job(parts, source_or_job))
        row = _row(parts, job_id)
        model = ReadModel(parts.database)
        report = {
            "job": row,
            "gather_errors": model.gather_errors(job_id, limit, offset),
            "object_errors": model.object_errors(job_id, limit, offset),
            "job_warnings": model.job_warnings(job_id, limit),
            "warnings": model.warnings(job_id, limit, offset),
        }
        emit(report, as_json, lambda: _report(report))


def find_job(parts: Parts, source_or_job: str) -> UUID:
    """The id of a job given by itself, or of the last job of a source. Raises NotFound."""
    from domain.jobs import Job

    try:
        return parts.application.load(Job, UUID(source_or_job)).id
    except (ValueError, NotFound):
        source = parts.application.find_source(source_or_job)
    if source.last_job is None:
        raise NotFound(f"Source {source.fields.name} has no jobs yet")
    return UUID(source.last_job)


def _row(parts: Parts, job_id: str) -> Row:
    show_current(parts)
    row = ReadModel(parts.database).job(job_id)
    if row is None:
        raise NotFound(f"Job {job_id} is not in the read model: is its projection running? See `harvester status`")
    return row


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


def _report(report: dict[str, Any]) -> str:
    gather = [f"  {error['message']}" for error in report["gather_errors"]]
    objects = [f"  {_where(error)}: {error['message']}{_original(error)}" for error in report["object_errors"]]
    titles = [f"Gather errors ({len(gather)}):", *gather, f"Object errors ({len(objects)}):", *objects]
    warnings = [f"  all records: {warning['message']}" for warning in report["job_warnings"]]
    warnings += [f"  {_where(warning)}: {warning['message']}{_original(warning)}" for warning in report["warnings"]]
    titles += [f"Warnings ({len(warnings)}), of datasets that were imported:", *warnings] if warnings else []
    return describe(report["job"]) + "\n" + "\n".join(titles) + "\n"


def _where(error: Row) -> str:
    line = f", line {error['line']}" if error["line"] else ""
    return f"{error['guid']} ({error['stage']}{line})"


def _original(error: Row) -> str:
    return f"\n    original: {error['original_url']}" if error["original_url"] else ""
