"""Writes and removes lines of the log that are no events: tables ops.log_line, ops.log_count.

Removing takes the lines that events made as well. A rebuild of the read model leaves out what was removed: ops.log_horizon.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import uuid4

from adapters.postgres.database import Database, unavailable
from adapters.postgres.log.projector import LOCK
from projections.model_version import MODEL_VERSION

SEVERE = ("WARNING", "ERROR", "CRITICAL")
Share = tuple[str, bool]
"""A job's lines that are counted together: its id, whether they are WARNING or above."""

COUNT: LiteralString = """
    INSERT INTO ops.log_count AS t (job_id, severe, said, updated)
    SELECT *, now() AT TIME ZONE 'UTC' FROM unnest(%(jobs)s::text[], %(severe)s::boolean[], %(said)s::bigint[])
    ON CONFLICT (job_id, severe) DO UPDATE SET said = t.said + EXCLUDED.said, updated = EXCLUDED.updated
    RETURNING job_id, severe, said
"""
INSERT: LiteralString = """
    INSERT INTO ops.log_line (id, content, level, created, source_id, job_id, object_id, logger, process)
    SELECT id, content, level, (clock_timestamp() - make_interval(secs => age)) AT TIME ZONE 'UTC', nullif(source, ''),
        nullif(job, ''), nullif(object, ''), logger, %(process)s
    FROM unnest(%(ids)s::text[], %(contents)s::text[], %(levels)s::ops.log_level[], %(ages)s::float8[], %(sources)s::text[],
        %(jobs)s::text[], %(objects)s::text[], %(loggers)s::text[]) AS x (id, content, level, age, source, job, object, logger)
    ON CONFLICT (id) DO NOTHING
"""
LEFT_OUT: LiteralString = (
    "SELECT coalesce(sum(greatest(said - %(limit)s, 0)), 0)::bigint FROM ops.log_count WHERE job_id = %(job)s"
)
BEFORE: LiteralString = "SELECT now() AT TIME ZONE 'UTC' - make_interval(secs => %(days)s * 86400)"
HORIZON: LiteralString = """
    INSERT INTO ops.log_horizon AS t (before) VALUES (%(before)s)
    ON CONFLICT ((true)) DO UPDATE SET before = greatest(t.before, EXCLUDED.before)
"""
MODEL: LiteralString = "SELECT model_version FROM harvest.checkpoint WHERE name = 'read_model'"
CLEAN_EVENTS: LiteralString = """
    DELETE FROM harvest.log_line WHERE id = ANY (ARRAY(
        SELECT id FROM harvest.log_line WHERE created < %(before)s ORDER BY created, id LIMIT %(limit)s))
"""
CLEAN_CAPTURED: LiteralString = """
    DELETE FROM ops.log_line WHERE id = ANY (ARRAY(
        SELECT id FROM ops.log_line WHERE created < %(before)s ORDER BY created, id LIMIT %(limit)s))
"""
CLEAN_COUNTS: LiteralString = "DELETE FROM ops.log_count WHERE updated < %(before)s"
AT_A_TIME = 5000  # lines removed by one statement


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was captured; ids are empty where it is about none. `said` is in monotonic seconds."""

    id: str
    content: str
    level: str
    said: float
    logger: str
    job: str = ""
    source: str = ""
    object: str = ""
    lost: int = 0  # how many lost lines this one tells of

    @property
    def share(self) -> Share:
        """What it is counted with."""
        return self.job, self.level in SEVERE


class LogLines:
    """The lines of one process (`process`: its role, host and pid)."""

    def __init__(self, database: Database, process: str, limit: int) -> None:
        """`limit`: lines of a job that are kept, and as many WARNINGs and above, however many processes write them."""
        self._database = database
        self._process = process
        self._limit = limit

    def store(self, lines: Sequence[Line], left_out: Mapping[Share, int], now: float) -> dict[Share, int]:
        """Store lines, as far as their jobs may have more; `left_out` counts lines that weren't handed in.

        How many lines each share had so far, over the limit or not. `now`: monotonic seconds. Raises ServiceUnavailable.
        """
        with unavailable(self._database.url), self._database.connection.transaction():
            totals = self._count(lines, left_out)
            if stored := self._kept(lines, totals, now):
                self._insert(stored, now)
        return {share: total for share, (_, total) in totals.items()}

    def _kept(self, lines: Sequence[Line], totals: Mapping[Share, tuple[int, int]], now: float) -> list[Line]:
        """Lines that their jobs have room for, and a last one where the room ends."""
        room = {share: self._limit - before for share, (before, _) in totals.items()}
        stored = []
        for line in lines:
            if line.job:
                room[line.share] -= 1
                if room[line.share] < 0:
                    continue
            stored.append(line)
        full = [share for share, (before, total) in totals.items() if before <= self._limit < total]
        return [*stored, *(self._last(share, now) for share in full)]

    def _last(self, share: Share, now: float) -> Line:
        job, severe = share
        which = "WARNING, ERROR and CRITICAL" if severe else "INFO and DEBUG"
        content = f"This job has more than {self._limit:,} lines of {which}: the others are left out (HARVEST_LOG_LINES)"
        return Line(str(uuid4()), content, "WARNING", now, __name__, job)

    def _count(self, lines: Sequence[Line], left_out: Mapping[Share, int]) -> dict[Share, tuple[int, int]]:
        """By share: how many lines there were before these, and with these."""
        new = dict(left_out)
        for line in lines:
            if line.job:
                new[line.share] = new.get(line.share, 0) + 1
        if not new:
            return {}
        shares = sorted(new)  # always in this order: two workers then don't wait for each other
        values = {"jobs": [job for job, _ in shares], "severe": [severe for _, severe in shares]}
        rows = self._database.connection.execute(COUNT, {**values, "said": [new[share] for share in shares]}).fetchall()
        totals = {(job, severe): number for job, severe, number in rows}
        return {share: (totals[share] - count, totals[share]) for share, count in new.items()}

    def _insert(self, lines: Sequence[Line], now: float) -> None:
        self._database.connection.execute(
            INSERT,
            {
                "process": self._process,
                "ids": [line.id for line in lines],
                "contents": [line.content for line in lines],
                "levels": [line.level for line in lines],
                "ages": [max(0.0, now - line.said) for line in lines],
                "sources": [line.source for line in lines],
                "jobs": [line.job for line in lines],
                "objects": [line.object for line in lines],
                "loggers": [line.logger for line in lines],
            },
        )


def left_out(database: Database, job_id: str, limit: int) -> int:
    """How many lines of a job were not kept, since it had more than `limit`."""
    return int(database.query(LEFT_OUT, job=job_id, limit=limit)[0][0])


def clean_some(database: Database, before: datetime) -> int:
    """Remove some lines said before a time (UTC without zone), the oldest first; how many: 0 when none are left.

    The read model's projector and a rebuild that takes its place wait meanwhile: milliseconds.
    """
    values = {"before": before, "limit": AT_A_TIME}
    with unavailable(database.url), database.connection.transaction():
        database.connection.execute(LOCK, {"lock": "harvestlog projection read_model"})
        database.connection.execute(HORIZON, values)
        version = database.connection.execute(MODEL).fetchone()
        of_events = 0
        if version and version[0] == MODEL_VERSION:  # a read model of another version is rebuilt without them
            of_events = database.connection.execute(CLEAN_EVENTS, values).rowcount
    with unavailable(database.url):
        captured = database.connection.execute(CLEAN_CAPTURED, values).rowcount
        database.connection.execute(CLEAN_COUNTS, values)
    return of_events + captured


def clean_before(database: Database, days: float) -> datetime:
    """The time that many days ago by the database's clock, UTC without zone."""
    before: datetime = database.query(BEFORE, days=days)[0][0]
    return before
