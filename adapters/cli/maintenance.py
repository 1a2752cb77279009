"""`job-all`, `abort-failed-jobs`, `purge-queues`, `reindex`: what is about many sources at once."""

import sys
from typing import Any

import click

from adapters.cli.deletions import confirm, yes_option
from adapters.cli.output import emit, json_option, session
from domain.text import counted

Row = dict[str, Any]


@click.command("job-all")
@json_option
def job_all(as_json: bool) -> None:
    """Create a harvest job for every active source that has none; status 1 when none could be created."""
    with session() as actions:
        answer = actions.call("harvest_job_create_all")
        emit(answer, as_json, lambda: _created(answer))
    sys.exit(1 if answer["skipped"] and not answer["jobs"] else 0)


def _created(answer: Row) -> str:
    count = len(answer["jobs"])
    skipped = [f"Skipped: {source['reason']}" for source in answer["skipped"]]
    return "\n".join([*skipped, f"Created {count} new harvest job{'' if count == 1 else 's'}"])


@click.command("abort-failed-jobs")
@click.argument("life_span", type=float, default=7.0)
@click.option("-i", "--include", default="", help="Only jobs of these sources: ids or names, separated by commas.")
@click.option("-e", "--exclude", default="", help="Leave out jobs of these sources, unless they are included.")
@json_option
def abort_failed_jobs(life_span: float, include: str, exclude: str, as_json: bool) -> None:
    """Stop jobs that have run for longer than their sources' frequency allows.

    That is 1 day for DAILY, 7 for WEEKLY, 14 for BIWEEKLY, 30 for MONTHLY; LIFE_SPAN days (7 unless given) for sources with
    another frequency or a cron expression. What was imported stays.
    """
    with session() as actions:
        answer = actions.call("harvest_abort_failed_jobs", life_span=life_span, include=include, exclude=exclude)
        emit(answer, as_json, lambda: _aborted(answer))


def _aborted(answer: Row) -> str:
    jobs = [f"Aborted: job {job['id']} of source {job['source']}" for job in answer["aborted"]]
    end = f"Done. Aborted jobs: {len(jobs)}" if answer["running"] else "There are no jobs to abort"
    return "\n".join([*jobs, end])


@click.command("purge-queues")
@yes_option
@json_option
def purge_queues(yes: bool, as_json: bool) -> None:
    """Take back what was sent to workers, and stop the jobs it belonged to; what was imported stays.

    This affects only what this site sent. Jobs that no worker has started stay, and start as usual.
    """
    with session() as actions:
        jobs = actions.call("harvest_queues_show")["jobs"]
        if jobs:
            text = "\n".join(map(_dispatched, jobs))
            records = sum(job["objects"] for job in jobs)
            are = "is" if len(jobs) == 1 else "are"
            what = f"{counted(len(jobs), 'job')} with {counted(records, 'record')} at workers {are} going to be aborted."
            confirm(f"{text}\n{what}", yes)
        answer = actions.call("harvest_queues_purge")
        emit(answer, as_json, lambda: _purged(answer))


def _dispatched(job: Row) -> str:
    return f"job {job['id']} of source {job['source']}: {counted(job['objects'], 'record')} at workers"


def _purged(answer: Row) -> str:
    jobs = [f"Aborted: {_dispatched(job)}" for job in answer["jobs"]]
    return "\n".join(jobs) if jobs else "Nothing is dispatched: the queues are empty"


@click.command("reindex")
@click.argument("id_or_name", default="")
@json_option
def reindex(id_or_name: str, as_json: bool) -> None:
    """Rebuild the search rows of all sources, or of one, from the log; says what was wrong.

    With HARVEST_CKAN_SOURCES the sources' datasets in CKAN are compared as well. `harvester projections rebuild` rebuilds
    everything else, too.
    """
    with session() as actions:
        if id_or_name:
            answer = actions.call("harvest_source_reindex", id=id_or_name)
        else:
            answer = actions.call("harvest_sources_reindex")
        emit(answer, as_json, lambda: _reindexed(answer))


def _reindexed(answer: Row) -> str:
    mended = [f"Mended: {source_id}" for source_id in answer["mended"]]
    return "\n".join([*mended, f"Reindexed {answer['sources']} harvest source{'' if answer['sources'] == 1 else 's'}"])
