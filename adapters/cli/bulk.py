"""`bulk`: one thing to many sources. The set is counted and frozen before a person is asked."""

import sys
import time
from typing import Any

import click

from adapters.actions.whole_lists import all_pages
from adapters.cli.deletions import confirm, yes_option
from adapters.cli.output import emit, json_option, session, table
from adapters.cli.typed import Choice, Renamed
from domain.schedules import FREQUENCIES
from domain.text import counted as number_of

Row = dict[str, Any]
EXAMPLES = 5  # names that are shown before a person is asked
POLL = 0.3  # seconds
HEALTH = ("ok", "failing", "never_succeeded", "running", "new", "inactive")
FILTERS = {"source_type": "source_type", "of_frequency": "frequency", "org": "organization", "health": "health"}
"""Options that choose sources, and the fields that they stand for."""
WORDS = {
    "harvest": ("gets a job", "get a job"),
    "pause": ("starts no scheduled jobs any more", "start no scheduled jobs any more"),
    "resume": ("is no longer paused", "are no longer paused"),
    "schedule": ("gets another schedule", "get another schedule"),
    "clear": ("loses all its datasets, in the target too", "lose all their datasets, in the target too"),
    "delete": ("is removed from the list of sources", "are removed from the list of sources"),
}
"""What becomes of one source, and of several."""


@click.command()
@click.argument("action", type=Choice(list(WORDS)))
@click.argument("sources", nargs=-1)
@click.option("-q", "--query", default="", help="Only sources with these words in title, name, address or description.")
@click.option("--type", "source_type", default="", help="Only sources of this type.")
@click.option(
    "--frequency", "of_frequency", type=Choice(FREQUENCIES, case_sensitive=False), help="Only sources with this frequency."
)
@click.option("--org", cls=Renamed, old="--organization", default="", metavar="ORG", help="Only sources of this organisation.")
@click.option("--health", type=Choice(HEALTH), help="Only sources in this state.")
@click.option("--all", "everything", is_flag=True, help="All active sources.")
@click.option("--full", is_flag=True, help="Of harvest: ask for all records.")
@click.option("--until", default="", metavar="TIME", help="Of pause: when they go on by themselves (ISO 8601, UTC).")
@click.option(
    "--set-frequency", "frequency", default="", help="Of schedule: MANUAL, DAILY, WEEKLY, BIWEEKLY, MONTHLY or ALWAYS."
)
@click.option("--set-cron", "cron", default="", help="Of schedule: a cron expression.")
@click.option("--datasets", default="", help="Of delete: keep, release or delete the datasets.")
@click.option("--wait/--no-wait", default=True, help="Wait until every source has its outcome (the default).")
@yes_option
@json_option
def bulk(action: str, sources: tuple[str, ...], everything: bool, yes: bool, wait: bool, as_json: bool, **given: Any) -> None:
    """Do ACTION to many sources: to the SOURCES named (id or name), or to all that the options find.

    The set is counted and frozen first; sources that have changed when their turn comes are skipped and named. Ends with
    status 1 when one was skipped.
    """
    filters = {field: given.pop(name) for name, field in FILTERS.items()}
    query, chosen = given.pop("query"), {name: value for name, value in filters.items() if value}
    if bool(sources) + bool(query or chosen) + everything != 1:
        raise click.UsageError("Name SOURCES, or say which by --query and filters, or give --all")
    options = {
        "full": given["full"],
        "until": given["until"],
        "frequency": given["frequency"],
        "cron": given["cron"],
        "datasets": given["datasets"],
    }
    with session() as actions:
        fq = " ".join(f'{name}:"{_quoted(value)}"' for name, value in chosen.items())
        if "inactive" in chosen.values():
            fq += " state:deleted"
        counted = actions.call("harvest_bulk_create", what=action, source_ids=list(sources) or None, q=query, fq=fq)
        confirm(_asked(actions, counted), yes)
        answer = actions.call("harvest_bulk_run", id=counted["id"], count=counted["sources"], **options)
        while wait and answer["state"] != "finished":
            time.sleep(POLL)
            # which carries it out here when no coordinator leads any more
            answer = actions.call("harvest_bulk_run", id=counted["id"], count=counted["sources"])
        skipped = list(all_pages(actions, "harvest_bulk_show", "listed", id=counted["id"], skipped=True))
        answer = {**{name: value for name, value in answer.items() if name not in ("listed", "next")}, "listed": skipped}
        emit(answer, as_json, lambda: _text(answer))
    if answer["skipped"]:
        sys.exit(1)


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _asked(actions: Any, counted: Row) -> str:
    """What is going to happen, to how many sources, and the names of a few."""
    listed = actions.call("harvest_bulk_show", id=counted["id"], limit=EXAMPLES)["listed"]
    lines = [f"  {row['name']}" for row in listed]
    if (others := counted["sources"] - len(lines)) > 0:
        lines.append(f"  and {others:,} more")
    if counted["left_out"]:
        lines.append(f"({number_of(counted['left_out'], 'other')} may not be changed by you)")
    count = counted["sources"]
    words = WORDS[counted["action"]][count != 1]
    datasets = number_of(counted["datasets"], "dataset")
    held = f"; {'it holds' if count == 1 else 'they hold'} {datasets}" if counted["action"] in ("clear", "delete") else ""
    return "\n".join([f"{number_of(count, 'source')} {words}{held}:", *lines, ""])


def _text(answer: Row) -> str:
    if answer["state"] != "finished":
        return f"{number_of(answer['sources'], 'source')}: a coordinator carries it out. Set {answer['id']}"
    lines = [f"Done for {answer['done']:,} of {number_of(answer['sources'], 'source')}"]
    if answer["listed"]:
        rows = [{"skipped": row["name"], "reason": row["reason"]} for row in answer["listed"]]
        lines += table(rows)
    return "\n".join(lines)
