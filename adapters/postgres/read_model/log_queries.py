"""Reads the log: lines that events make and lines that were captured, as one list.

Lines are ordered by when they were said (`created`, then id). Each page is found by index, level by level in both tables: the
scope (everything, a job, a source) comes first in the index, then the level. Conditions and orders are written as in
`queries.py`, so that no other index looks cheaper.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
COLUMNS: LiteralString = "id, created, level, content, source_id, job_id, object_id, logger"
EVENT_COLUMNS: LiteralString = "id, created, level, content, source_id, job_id, object_id, 'events'::text AS logger"
NOT_NULL: dict[str, LiteralString] = {
    "": "",
    "job": " AND job_id IS NOT NULL",
    "source": " AND source_id IS NOT NULL",
}
"""Tells the planner that the partial indexes hold all that is asked for. A bound of the job alone would do so too, but then the
index is read from that bound on: all errors of a job before its first warning."""
KEY: LiteralString = "SELECT created AS after_created, id AS after_id FROM harvest.harvest_log WHERE id = %(after)s"
SCOPES: dict[str, LiteralString] = {"": "", "job": "job_id, ", "source": "source_id, "}
VALUES: dict[str, LiteralString] = {"": "", "job": "%(job)s, ", "source": "%(source)s, "}
END, BEGINNING = "infinity", "-infinity"
LAST_ID = "g"  # sorts after all ids


@dataclass(frozen=True)
class LogFilter:
    """Which lines: of a job, of a source, or all; of these levels; said at `since` (a timestamp, UTC) or later."""

    job_id: str = ""
    source_id: str = ""
    levels: Sequence[str] = LEVELS
    since: str = BEGINNING

    @property
    def scope(self) -> str:
        """What the index begins with. A job's lines are of one source."""
        return "job" if self.job_id else "source" if self.source_id else ""

    def parameters(self) -> dict[str, Any]:
        """Of the statements below."""
        return {"job": self.job_id, "source": self.source_id, "levels": list(self.levels), "since": self.since}


def newest_first(scope: str) -> LiteralString:
    """A page of lines before (`before`, `before_id`)."""
    columns: LiteralString = SCOPES[scope] + "level, created, id"
    keys: LiteralString = VALUES[scope] + "wanted.level"
    return _union(
        f"({columns}) < ({keys}, %(before)s, %(before_id)s) AND ({columns}) >= ({keys}, %(since)s, '')" + NOT_NULL[scope],
        ", ".join(f"{name.strip()} DESC" for name in columns.split(",")),
        "DESC",
    )


def oldest_first(scope: str) -> LiteralString:
    """A page of lines after (`since`, `since_id`)."""
    columns: LiteralString = SCOPES[scope] + "level, created, id"
    keys: LiteralString = VALUES[scope] + "wanted.level"
    where: LiteralString = f"({columns}) > ({keys}, %(since)s, %(since_id)s) AND ({columns}) <= ({keys}, 'infinity', '')"
    return _union(where + NOT_NULL[scope], columns, "ASC")


def _union(where: LiteralString, order: LiteralString, direction: LiteralString) -> LiteralString:
    part: LiteralString = "(SELECT {columns} FROM {table} WHERE {where} ORDER BY {order} LIMIT %(limit)s + 1 + %(offset)s)"
    part = part.replace("{where}", where).replace("{order}", order)
    events = part.replace("{columns}", EVENT_COLUMNS).replace("{table}", "harvest.log_line")
    captured = part.replace("{columns}", COLUMNS).replace("{table}", "ops.log_line")
    return f"""
        SELECT l.* FROM unnest(%(levels)s::ops.log_level[]) AS wanted (level)
        CROSS JOIN LATERAL ({events} UNION ALL {captured}) l
        ORDER BY l.created {direction}, l.id {direction} LIMIT %(limit)s + 1 OFFSET %(offset)s
    """
