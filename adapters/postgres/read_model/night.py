"""Reads which jobs ran in a day, by the index on their creation, and which sources they are of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString

from adapters.postgres.read_model.queries import SEEN, WITH_ERRORS, ReadModel, Row, seen
from domain.access import Sight
from projections.hours import Run

LONGEST = "1 day"  # a job that began longer than this before the period isn't in it
MOST_JOBS = 20_000  # that are looked at; the newest ones
STATEMENT: LiteralString = f"""
    SELECT j.id, j.source_id, greatest(coalesce(j.gather_started, j.created), %(since)s) AS begun,
        least(coalesce(j.finished, %(now)s), %(until)s) AS ended, coalesce(j.outcome = 'failed', false) AS failed,
        coalesce(t.errored + t.gather_errors, 0) AS errors
    FROM (
        SELECT * FROM harvest.harvest_job
        WHERE created >= %(since)s - interval '{LONGEST}' AND created < %(until)s
        ORDER BY created DESC, id DESC LIMIT %(most)s
    ) j
    LEFT JOIN harvest.job_statistics t ON t.job_id = j.id AND {WITH_ERRORS}
    WHERE coalesce(j.gather_started, j.created) < %(until)s AND (j.finished IS NULL OR j.finished >= %(since)s)
    ORDER BY j.created, j.id
"""
NAMES: LiteralString = f"SELECT id, name FROM harvest.harvest_source WHERE {SEEN}"
SOURCES: LiteralString = "SELECT id, name, title, owner_org, private FROM harvest.harvest_source WHERE id = ANY (%(ids)s)"


def runs_of_a_night(model: ReadModel, since: datetime, until: datetime, now: datetime, sight: Sight) -> list[Run]:
    """Jobs that ran in a period at sources that are seen, oldest first; all times UTC without zone."""
    period: dict[str, Any] = {"since": since, "until": until, "now": now, "most": MOST_JOBS}
    rows = model.tuples(STATEMENT, **period)
    names: dict[str, str] = dict(model.tuples(NAMES, joins_many=True, **seen(sight)))  # not joined: nearly all are wanted
    return [Run(job, source, names[source], *run) for job, source, *run in rows if source in names]


def names_of(model: ReadModel, source_ids: Sequence[str]) -> dict[str, Row]:
    """What a list shows of sources, and who may see them, by id."""
    return {row["id"]: row for row in model.rows(SOURCES, ids=list(source_ids))} if source_ids else {}
