"""`run` and `run-test`."""

import sys
from collections.abc import Mapping
from typing import Any

import click

from adapters.cli.jobs import by_cause, describe, full_option, report_text
from adapters.cli.output import emit, json_option, say, session
from domain.errors import HarvestError
from domain.text import counted

SHOWN_ERRORS = 20


@click.command()
@click.option("--wait", is_flag=True, help="Follow all unfinished jobs to their end.")
@json_option
def run(wait: bool, as_json: bool) -> None:
    """Start waiting jobs and end completed ones, as a cron job would; a running coordinator does this by itself."""
    from adapters.cli.progress import shown_progress

    with session() as actions, shown_progress(quiet=as_json or not wait) as actions.tell:
        answer = actions.call("harvest_jobs_run", wait=wait)
    text = "\n".join(map(describe, answer["jobs"])) or "There are no unfinished jobs"
    emit(answer, as_json, lambda: text)


@click.command("run-test")
@click.argument("source")
@click.argument("guid", required=False)
@full_option
@click.option("--record", type=click.Path(dir_okay=False), help="Save the remote's answers to a new FILE, without secrets.")
@click.option("--replay", type=click.Path(dir_okay=False), help="Take answers from a FILE of --record instead of the remote.")
@click.option("--catch", is_flag=True, help="Record what the harvester raises as errors of the job, as workers do, and go on.")
@json_option
def run_test(
    source: str, guid: str | None, full: bool, record: str | None, replay: str | None, catch: bool, as_json: bool
) -> None:
    """Harvest SOURCE in this process, without broker and workers; for testing a harvester.

    With GUID only that record is imported, even when it hasn't changed. Ends with status 1 when gathering failed, or
    when this record failed or isn't there. What the harvester logs and prints goes to standard error.

    --record lets you show a bug to others: they run the file with --replay, without the remote. It contains no passwords or
    keys, but all that the remote answered: check it before you send it.

    An exception that the harvester doesn't expect ends it with a traceback, and `breakpoint()` stops in it.
    """
    from adapters.cli.plugin_output import log_level, plugin_output

    if record and replay:
        raise click.UsageError("--record or --replay, not both")
    with session(tell=_ignore if as_json else _tell) as actions:
        with plugin_output(log_level()):
            files = {"record": record, "replay": replay}
            row = _run_test(actions, id=source, guid=guid, full=full, let_through=not catch, **files)
        report = actions.call("harvest_job_report", id=row["id"], limit=SHOWN_ERRORS)
        errors = actions.call("harvest_job_error_summary", id=row["id"])
        emit({**row, **errors}, as_json, lambda: report_text(report) + by_cause(errors, row))
    failed = row["outcome"] not in ("finished", "held") or (guid is not None and row["objects_errored"])
    sys.exit(1 if failed else 0)


def _run_test(actions: Any, **values: Any) -> Any:
    """The job; the traceback of what the harvester raised, and status 1."""
    try:
        return actions.call("harvest_source_test", **values)
    except HarvestError:
        raise
    except Exception:
        import traceback

        traceback.print_exc()
        say("The harvester raised this, so its job was aborted. --catch goes on with the other records.", err=True)
        sys.exit(1)


def _tell(progress: Mapping[str, Any]) -> None:
    say(f"{progress['done']:,} of {counted(progress['objects'], 'object')} done", err=True)


def _ignore(_progress: Mapping[str, Any]) -> None:
    pass
