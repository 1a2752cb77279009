"""`log` and `clean-harvest-log`."""

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import click

from adapters.cli.output import after_option, emit, json_option, paging, say, session
from adapters.cli.start import INTERRUPTED
from domain.text import counted

Row = dict[str, Any]
LOOK_EVERY = 1.0  # seconds
LATE = timedelta(seconds=60)  # lines are stored in batches, so one may arrive this long after a later line
AT_A_TIME = 1000  # lines


@click.command()
@click.option("--source", "source_id", default="", help="Only lines of this source (id or name).")
@click.option("--job", "id", default="", help="Only lines of this job; for a source (id or name), of its last job.")
@click.option(
    "--level", "lowest", default="", help="Only lines of this level and above: DEBUG, INFO, WARNING, ERROR or CRITICAL."
)
@click.option("--since", default="", help="Only lines since 2026-03-01T06:00 (UTC), or since 90s, 15m, 2h, 3d ago.")
@click.option("--follow", "-f", is_flag=True, help="Keep showing new lines as they arrive, until Ctrl-C.")
@paging()
@after_option("line's id")
@json_option
def log(follow: bool, as_json: bool, limit: int, offset: int, after: str, **which: Any) -> None:
    """Show what happened to jobs and records, and what plugins logged meanwhile.

    The newest lines, oldest of them first; --after with the id named at the end shows older ones. JSON has
    the newest line first; with --follow, one JSON object a line.
    """
    with session() as actions:
        page = actions.call("harvest_log_list", limit=limit, offset=offset, after=after, **which)
        if not follow:
            emit(page, as_json, lambda: _text(page))
            return
        try:
            for line in _new_lines(actions, page["lines"][::-1], which):
                _show(line, as_json)
        except KeyboardInterrupt:
            raise SystemExit(INTERRUPTED) from None


def _new_lines(actions: Any, lines: list[Row], which: Row) -> Iterator[Row]:
    """All lines, then those that come; each once, though they may come out of order."""
    yield from lines
    newest = max((line["created"] for line in lines), default=None)
    shown = {line["id"]: line["created"] for line in lines}
    if newest:
        shown |= {line["id"]: line["created"] for line in _since(actions, newest, which) if line["created"] <= newest}
    while True:
        for line in _since(actions, newest, which):
            if line["id"] not in shown:
                yield line
            shown[line["id"]] = line["created"]
        newest = max(shown.values(), default=None)
        shown = {line_id: created for line_id, created in shown.items() if newest and created >= newest - LATE}
        time.sleep(LOOK_EVERY)


def _since(actions: Any, newest: datetime | None, which: Row) -> Iterator[Row]:
    """Lines that may have come since the newest one that was shown; before there is one, as the options say."""
    since, after = (newest - LATE).isoformat() if newest else which["since"], ""
    while True:
        values = {**which, "since": since, "order": "asc", "limit": AT_A_TIME, "after": after}
        page = actions.call("harvest_log_list", **values)["lines"]
        yield from page
        if len(page) < AT_A_TIME:
            return
        since, after = page[-1]["created"].isoformat(), page[-1]["id"]


def _show(line: Row, as_json: bool) -> None:
    if as_json:
        say(json.dumps({**line, "created": line["created"].isoformat()}))
    else:
        say(_line(line))


def _line(line: Row) -> str:
    logger = "" if line["logger"] == "events" else f"{line['logger']}: "
    return f"{line['created']:%Y-%m-%d %H:%M:%S} {line['level']:<8} {logger}{line['content']}{_about(line)}"


def _about(line: Row) -> str:
    """The ids that the text itself doesn't name."""
    ids = (("job", line["job_id"]), ("object", line["object_id"]))
    return "".join(f" [{word} {value}]" for word, value in ids if value and value not in line["content"])


def _text(page: Row) -> str:
    lines = [_line(line) for line in page["lines"][::-1]] or ["There are no lines"]
    if page["left_out"]:
        further = counted(page["left_out"], "further line of this job was", "further lines of this job were")
        lines.append(f"{further} left out (HARVEST_LOG_LINES)")
    if page["next"]:
        lines.append(f"There are older ones: --after {page['next']}")
    return "\n".join(lines)


@click.command("clean-harvest-log")
@click.option(
    "--days", type=click.FloatRange(0), help="Remove lines older than this many days. [default: HARVEST_LOG_TIMEFRAME]"
)
@json_option
def clean_harvest_log(days: float | None, as_json: bool) -> None:
    """Remove old lines of the log, as a cron job would; a running coordinator does this by itself."""
    with session() as actions:
        answer = actions.call("harvest_log_clean", days=days)
        emit(answer, as_json, lambda: _cleaned(answer))


def _cleaned(answer: Row) -> str:
    if answer["before"] is None:
        return "Nothing is removed: HARVEST_LOG_TIMEFRAME is 0"
    lines, are = counted(answer["removed"], "line"), "is" if answer["removed"] == 1 else "are"
    return f"{lines} of the log from before {answer['before']:%Y-%m-%d %H:%M} UTC {are} removed"
