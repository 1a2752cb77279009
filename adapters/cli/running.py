"""`run` and `run-test`."""

import sys
from dataclasses import replace
from functools import partial

import click

from adapters.bootstrap import Parts, coordinator
from adapters.cli.follow import follow
from adapters.cli.jobs import describe, full_option
from adapters.cli.output import emit, json_option
from adapters.cli.services import connected, show_current
from adapters.postgres.leadership import has_leader
from adapters.postgres.read_model.queries import ReadModel
from adapters.postgres.work.claims import Claims
from domain.errors import ServiceUnavailable
from domain.rules import Progress


@click.command()
@click.option("--wait", is_flag=True, help="Follow all unfinished jobs to their end.")
@json_option
def run(wait: bool, as_json: bool) -> None:
    """Start the jobs that wait and end those that are done, as a cron job would; a running coordinator does so by itself."""
    with connected() as parts:
        if not has_leader(parts.database):
            _one_pass(parts)
        show_current(parts)
        rows = ReadModel(parts.database).jobs(unfinished=True, limit=1000)
        if wait:
            rows = [follow(parts, row["id"], quiet=as_json) for row in rows]
        text = "\n".join(map(describe, rows)) or "There are no unfinished jobs"
        emit({"jobs": rows}, as_json, lambda: text)


def _one_pass(parts: Parts) -> None:
    """Lead until there is nothing to do at once."""
    leader = coordinator(parts.settings)
    if not leader.pass_until_idle():
        raise ServiceUnavailable("Another coordinator has begun to lead: try again")


@click.command("run-test")
@click.argument("source")
@click.argument("guid", required=False)
@full_option
@json_option
def run_test(source: str, guid: str | None, full: bool, as_json: bool) -> None:
    """Harvest SOURCE in this process, without broker and workers; for testing a harvester.

    With GUID only that record is imported, even when it hasn't changed.
    """
    from adapters.stages.objects import ObjectRunner
    from adapters.stages.run_test import TestRun

    with connected() as parts:
        found = parts.application.find_source(source)
        projectors = [parts.work_projector(), parts.read_model_projector()]
        gather = parts.gather_run(lambda: False, projectors[0].catch_up)
        tell = partial(_tell, quiet=as_json)
        once = replace(parts.policy, max_attempts=1)  # nobody would come by for another attempt
        runner = ObjectRunner(parts.database, parts.application, parts.content, parts.contexts, once)
        claims = Claims(parts.database, f"run-test-{parts.worker_name()}", parts.settings.lease)
        test = TestRun(parts.database, parts.application, gather, runner, claims, projectors, tell)
        job_id = test.run(found.id, by="cli", guid=guid, full=full)
        row = ReadModel(parts.database).job(str(job_id)) or {}
        emit(row, as_json, lambda: describe(row))
    sys.exit(0 if row.get("outcome") == "finished" else 1)


def _tell(progress: Progress, *, quiet: bool) -> None:
    if not quiet:
        click.echo(f"{progress.done} of {progress.objects} objects done", err=True)
