"""The last runs of several sources at once: a few columns of each, for the small pictures of a list."""

from collections.abc import Sequence
from typing import LiteralString

from adapters.postgres.read_model.queries import ReadModel, Row, seen
from domain.access import Sight

RUNS: LiteralString = """
    SELECT s.id AS source_id, j.id, j.status, j.outcome, j.created, j.gather_started, j.finished, coalesce(t.added, 0) AS added,
        coalesce(t.updated, 0) AS updated, coalesce(t.deleted, 0) AS deleted,
        coalesce(t.unchanged + t.pages_unchanged + t.skipped, 0) AS not_modified,
        coalesce(t.errored + t.gather_errors, 0) AS errored
    FROM (
        SELECT id FROM harvest.harvest_source WHERE id = ANY (%(ids)s)
            AND (%(sees_all)s OR private IS NOT TRUE OR owner_org = ANY (%(sees)s))
    ) s CROSS JOIN LATERAL (
        SELECT * FROM harvest.harvest_job WHERE source_id >= s.id AND source_id <= s.id
        ORDER BY source_id DESC, created DESC, id DESC LIMIT %(limit)s
    ) j
    LEFT JOIN harvest.job_statistics t ON t.job_id = j.id
    ORDER BY j.created, j.id
"""


def last_runs(model: ReadModel, source_ids: Sequence[str], limit: int, sight: Sight) -> dict[str, list[Row]]:
    """The last runs of each source by its id, oldest first; none for a source without runs, and for one that isn't seen."""
    runs: dict[str, list[Row]] = {source_id: [] for source_id in source_ids}
    for row in model.rows(RUNS, ids=list(source_ids), limit=limit, **seen(sight)):
        runs[row.pop("source_id")].append(row)
    return runs
