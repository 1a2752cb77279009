"""What `domain.source_health` wants to know of each active source, by keys only; and lists of sources by anything but age."""

import json
from datetime import UTC, datetime
from typing import Any, LiteralString

from adapters.postgres.read_model.queries import ReadModel, Row, seen
from domain.access import EVERY_SOURCE, Sight
from domain.schedules import NO_SOURCE, Schedule
from domain.source_health import LATE, PERIODS, SourceFacts

FACTS: LiteralString = """
    SELECT s.id, s.name, t.last_success AT TIME ZONE 'UTC' AS last_success,
        -- NULL: it makes no difference. A thousand rows with values in these columns cost 2 ms more
        CASE WHEN t.last_success IS NULL THEN s.created AT TIME ZONE 'UTC' END AS created,
        CASE WHEN t.last_success IS NULL THEN coalesce(t.jobs_finished + t.jobs_failed, 0) > 0 END AS ended, -- not: aborted
        nullif(t.last_outcome, 'finished') AS outcome, CASE WHEN t.last_deleted > 0 THEN t.last_kind END AS kind,
        CASE WHEN t.last_errored > 0 THEN t.last_done END AS done, nullif(t.last_errored, 0) AS errored,
        nullif(t.last_deleted, 0) AS deleted, CASE WHEN t.last_deleted > 0 THEN t.datasets END AS datasets,
        p.frequency, nullif(p.cron, ''), nullif(p.time_zone, ''),
        p.paused AND (p.paused_until IS NULL OR p.paused_until > now())
            OR (SELECT EXISTS (SELECT FROM ops.pause WHERE scope IN ('all', 'target') AND (until IS NULL OR until > now())))
    FROM harvest.harvest_source s
    LEFT JOIN harvest.source_statistics t ON t.source_id = s.id
    LEFT JOIN ops.schedule p ON p.source_id = s.id::uuid
    WHERE s.active AND (t.last_outcome = 'failed' OR t.last_errored > 0 OR t.last_deleted > 0 OR t.last_success IS NULL
        OR t.last_success < %(now)s - make_interval(
            hours => CASE WHEN p.cron <> '' THEN 2 ELSE (%(late)s::jsonb->>p.frequency)::integer END))
    ORDER BY s.created DESC, s.id DESC
"""
SETTINGS = 11  # the place of the first column of the schedule
NOTHING = (None,) * 8  # in the columns between the last success and the schedule, as in most rows
ORDINARY = (False, "", "", 0, 0, 0, 0)  # what these columns mean then, from `ended` on
SORTS: dict[str, LiteralString] = {
    "created": "s.created DESC",
    "name": "s.name",
    "title": "lower(coalesce(nullif(s.title, ''), s.name))",
    "datasets": "coalesce(t.datasets, 0) DESC",
    "errors": "coalesce(c.errored + c.gather_errors, 0) DESC",
    "last-job": "l.created DESC NULLS LAST",
    "last-success": "t.last_success NULLS FIRST",
}
"""What a list of sources may be sorted by."""
SORTED: LiteralString = """
    SELECT s.id, s.name FROM harvest.harvest_source s
    LEFT JOIN harvest.source_statistics t ON t.source_id = s.id
    LEFT JOIN harvest.harvest_job l ON l.id = t.last_job_id
    LEFT JOIN harvest.job_statistics c ON c.job_id = t.last_ended_job_id AND c.errored + c.gather_errors > 0
    WHERE (s.active OR %(inactive)s) AND (%(org)s = '' OR s.owner_org = %(org)s) AND (%(type)s = '' OR s.type = %(type)s)
        AND (NOT %(only)s OR s.id = ANY (%(ids)s))
        AND (%(sees_all)s OR s.private IS NOT TRUE OR s.owner_org = ANY (%(sees)s))
    ORDER BY {order}, s.created DESC, s.id DESC
"""
OLDEST_RUNNING: LiteralString = """
    SELECT j.id, s.name AS source, j.created,
        extract(epoch FROM now() AT TIME ZONE 'UTC' - j.created)::float8 AS seconds
    FROM (SELECT * FROM harvest.harvest_job WHERE status = 'Running' AND status <> 'Finished' ORDER BY created, id LIMIT 1) j
    LEFT JOIN harvest.harvest_source s ON s.id = j.source_id
"""


def source_facts(model: ReadModel, now: datetime) -> list[SourceFacts]:
    """Of the active sources that may be in trouble at `now` (aware UTC), the newest first: most are not, and aren't read."""
    schedules = _Schedules()
    late = json.dumps({frequency: int(LATE * hours) for frequency, hours in PERIODS.items()})
    rows = model.tuples(FACTS, joins_many=True, now=now.astimezone(UTC).replace(tzinfo=None), late=late)
    return [
        SourceFacts._make((row[0], row[1], row[2], row[2], *ORDINARY, schedules[row[SETTINGS:]]))
        if row[3:SETTINGS] == NOTHING
        else _facts(row, schedules[row[SETTINGS:]])
        for row in rows
    ]


def _facts(row: tuple[Any, ...], schedule: Schedule | None) -> SourceFacts:
    source_id, name, last_success, created, ended, outcome, kind, *counts = row[:SETTINGS]
    of_job = (bool(ended), outcome or "", kind or "", *(count or 0 for count in counts))
    return SourceFacts._make((source_id, name, created or last_success, last_success, *of_job, schedule))


class _Schedules(dict[tuple[Any, ...], Schedule | None]):
    """Schedules by the settings that a row has of them: many sources have the same. None: nothing starts by itself."""

    def __missing__(self, settings: tuple[str | None, str | None, str | None, bool]) -> Schedule | None:
        frequency, cron, time_zone, paused = settings
        self[settings] = None if frequency is None or paused else Schedule(NO_SOURCE, frequency, cron or "", time_zone or "")
        return self[settings]


def sorted_sources(
    model: ReadModel, *, sort: str, inactive: bool, org: str, kind: str, ids: list[str] | None, sight: Sight = EVERY_SOURCE
) -> list[tuple[str, str]]:
    """Ids and names of the sources of an organisation, a type, or among `ids`, in the order of `sort` (a key of SORTS).

    Only those that are seen.
    """
    statement: LiteralString = SORTED.replace("{order}", SORTS[sort])
    which: dict[str, Any] = {"inactive": inactive, "org": org, "type": kind, "only": ids is not None, "ids": ids or []}
    return [(row[0], row[1]) for row in model.tuples(statement, joins_many=True, **which, **seen(sight))]


def oldest_running_job(model: ReadModel) -> Row | None:
    """The job that runs longest: id, source, created, seconds. None: no job runs."""
    return next(iter(model.rows(OLDEST_RUNNING)), None)
