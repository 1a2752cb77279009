"""`night`, `causes` and `statistics`: the numbers of the pages' pictures."""

from typing import Any

import click

from adapters.cli.output import cut, emit, json_option, paging, session, table
from domain.text import counted

Row = dict[str, Any]
MOST_DAYS = 366


@click.command()
@click.option("--until", default="", metavar="TIME", help="The end of the 24 hours (ISO 8601, UTC); without it: now.")
@paging(most=100)
@json_option
def night(until: str, limit: int, offset: int, as_json: bool) -> None:
    """Show how busy each of 24 hours was at each source, and what failed in it. The worst sources come first.

    A line has a sign for each hour: . no job, o a job ran, e it had errors, X it failed.
    """
    with session() as actions:
        answer = actions.call("harvest_night_show", until=until, limit=limit, offset=offset)
        emit(answer, as_json, lambda: _night_text(answer))


def _night_text(answer: Row) -> str:
    period = f"{answer['since']:%Y-%m-%d %H:%M} to {answer['until']:%Y-%m-%d %H:%M} UTC"
    if not answer["sources"]:
        return f"No jobs from {period}"
    rows = [
        {
            "source": row["name"],
            "hours": "".join(_sign(row, hour) for hour in answer["hours"]),
            "jobs": row["jobs"],
            "failed": row["failed"],
            "errors": row["errors"],
            "busy_s": round(row["busy"]),
        }
        for row in answer["sources"]
    ]
    shown = [f"{counted(answer['count'], 'source')} had jobs; shown are {len(rows)}"] if answer["count"] > len(rows) else []
    return "\n".join([f"From {period}:", *table(rows), *shown])


def _sign(row: Row, hour: Any) -> str:
    cell = next((cell for cell in row["hours"] if cell["hour"] == hour), None)
    if cell is None:
        return "."
    return "X" if cell["failed"] else "e" if cell["with_errors"] else "o"


@click.command()
@click.argument("source", default="")
@click.option("--jobs", default=30, show_default=True, type=click.IntRange(1, 100), help="How many jobs of SOURCE.")
@json_option
def causes(source: str, jobs: int, as_json: bool) -> None:
    """Show why records failed, the largest causes first.

    Over the last jobs of SOURCE, or at all sources in 24 hours.
    """
    with session() as actions:
        answer = actions.call("harvest_cause_series", source_id=source, jobs=jobs)
        emit(answer, as_json, lambda: _causes_text(answer))


def _causes_text(answer: Row) -> str:
    if not answer["causes"]:
        return "No errors"
    of_source = bool(answer["jobs"])
    rows = [
        {
            "errors": cause["error_count"],
            "state" if of_source else "sources": cause["state"] if of_source else cause["sources"],
            "where": "gather" if cause["of_gather"] else "records",
            "cause": cause["cause"],
            "message": cause["message"],
        }
        for cause in answer["causes"]
    ]
    return "\n".join(map(cut, table(rows)))


@click.command()
@click.argument("source", default="")
@click.option(
    "--days",
    default=31,
    show_default=True,
    type=click.IntRange(1, MOST_DAYS),
    help="How many days up to today; without SOURCE at most 31.",
)
@json_option
def statistics(source: str, days: int, as_json: bool) -> None:
    """Show jobs, records and datasets by day (UTC): of SOURCE, or of all. Days without a job are left out."""
    with session() as actions:
        answer = actions.call("harvest_statistics_series", source_id=source, days=days)
        emit(answer, as_json, lambda: "\n".join(table(answer)) or "No jobs in these days")
