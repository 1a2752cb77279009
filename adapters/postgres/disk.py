"""What uses how much disk space, from the database's own catalogue; and what retention would remove, from the read model."""

from typing import Any

from adapters.postgres.database import Database

SIZES = """
    SELECT n.nspname, count(*), sum(pg_total_relation_size(c.oid))::bigint, sum(greatest(c.reltuples, 0))::bigint
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname = ANY (%(schemas)s) GROUP BY n.nspname
"""
WOULD_GO = """
    WITH ended AS (
        SELECT id, source_id, finished, row_number() OVER (PARTITION BY source_id ORDER BY finished DESC) AS position
        FROM harvest.harvest_job WHERE finished IS NOT NULL
    ), old AS (
        SELECT id FROM ended WHERE position > %(keep)s AND finished < now() AT TIME ZONE 'UTC' - make_interval(days => %(days)s)
    )
    SELECT count(DISTINCT o.harvest_job_id), count(*) FROM harvest.object o
    WHERE o.harvest_job_id IN (SELECT id FROM old) AND NOT EXISTS (
        SELECT FROM harvest.dataset d
        WHERE d.source_id = o.harvest_source_id AND d.guid = o.guid AND d.object_id = o.id)
"""
CANDIDATES = "SELECT count(*) FROM ops.content_candidate"
PARTS = {
    "events": "the event log",
    "content": "documents",
    "harvest": "the read model",
    "ops": "pending work",
    "catalogue": "the local catalogue",
    "harvest_old": "a read model that a rebuild has replaced",
    "harvest_shadow": "a read model that is being rebuilt",
}
"""Schemas, in words."""


def sizes(database: Database) -> list[dict[str, Any]]:
    """Bytes by schema with indexes, the largest first; `rows` is an estimate."""
    rows = database.query(SIZES, schemas=list(PARTS))
    parts = [{"part": PARTS[name], "schema": name, "bytes": size, "rows": count} for name, _, size, count in rows]
    return sorted(parts, key=lambda part: -part["bytes"])


def database_bytes(database: Database) -> int:
    """The size of the whole database."""
    return int(database.query("SELECT pg_database_size(current_database())")[0][0])


def would_go(database: Database, *, days: float, keep: int) -> dict[str, int]:
    """Old objects that no dataset stands on, the jobs that they are of, and documents that will be looked at.

    Reads the objects of the read model once: seconds at the size of a portal.
    """
    candidates = int(database.query(CANDIDATES)[0][0])
    if not days:
        return {"jobs": 0, "objects": 0, "documents_to_check": candidates}
    with database.connect(whole_tables=True) as connection:
        row = connection.execute(WOULD_GO, {"keep": keep, "days": int(days)}).fetchone()
    jobs, objects = row or (0, 0)
    return {"jobs": jobs, "objects": objects, "documents_to_check": candidates}
