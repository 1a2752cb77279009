"""`source clear-history`."""

from typing import Any

import click

from adapters.cli.deletions import confirm, yes_option
from adapters.cli.output import emit, json_option, session
from domain.text import counted

Row = dict[str, Any]


@click.command("clear-history")
@click.argument("id_or_name", default="")
@click.option(
    *("-k", "--keep-current"),
    is_flag=False,
    flag_value="true",
    default="false",
    type=bool,
    help="Leave jobs alone whose objects datasets still stand on.",
)
@yes_option
@json_option
def clear_history(id_or_name: str, keep_current: bool, yes: bool, as_json: bool) -> None:
    """Remove ended jobs and their objects, of a source or of all sources (at most 1,000 a call); datasets stay.

    What a dataset stands on stays too, so the next harvest makes no duplicates.
    """
    with session() as actions:
        if id_or_name:
            source = actions.call("harvest_source_show", id=id_or_name)
            jobs = counted(source["jobs"], "job with its objects", "jobs with their objects")
            confirm(f"The history of source {source['name']} ({jobs}) is going to be removed.", yes)
            done = actions.call("harvest_source_job_history_clear", id=source["id"], keep_current=keep_current)
            emit(done, as_json, lambda: f"{_text(done)}\nCleared job history of harvest source: {done['id']}")
            return
        count = actions.call("harvest_source_list", limit=1)["count"]
        sources = counted(count, "source")
        confirm(f"The history of {'all ' if count != 1 else ''}{sources} (jobs and their objects) is going to be removed.", yes)
        every = actions.call("harvest_sources_job_history_clear", keep_current=keep_current)
        end = f"Cleared job history for all harvest sources: {counted(len(every), 'source')}"
        emit(every, as_json, lambda: "\n".join([*map(_text, every), end]))


def _text(done: Row) -> str:
    staying = [f"  job {job['id']} stays: {job['reason']}" for job in done["kept"]]
    return "\n".join(
        [f"{done['name']}: {counted(done['jobs'], 'job')} and {counted(done['objects'], 'object')} removed", *staying]
    )
