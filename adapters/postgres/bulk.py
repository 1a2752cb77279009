"""Sets of sources to which one thing is done: tables ops.bulk and ops.bulk_source. The same call again changes nothing more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

import orjson
from psycopg.rows import dict_row

from adapters.postgres.database import Database, unavailable
from adapters.postgres.listener import tell_leader

Row = dict[str, Any]
KEPT_DAYS, UNCONFIRMED_DAYS = 90, 1
FORGET: LiteralString = """
    DELETE FROM ops.bulk WHERE created_at < now() - make_interval(days => %(kept)s)
        OR (confirmed_at IS NULL AND created_at < now() - make_interval(days => %(unconfirmed)s))
"""
CREATE: LiteralString = """
    WITH bulk AS (
        INSERT INTO ops.bulk (id, action, sources, datasets, left_out, created_by, trigger)
        SELECT %(id)s, %(action)s, count(*), coalesce(sum(datasets), 0), %(left_out)s, %(by)s, %(trigger)s
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS x (datasets bigint)
        RETURNING id
    )
    INSERT INTO ops.bulk_source (bulk_id, place, source_id, name, title, datasets, state)
    SELECT bulk.id, x.place, x.source_id, x.name, x.title, x.datasets, x.state
    FROM bulk, jsonb_to_recordset(%(rows)s::jsonb)
        AS x (place integer, source_id uuid, name text, title text, datasets bigint, state text)
"""
SHOW: LiteralString = """
    SELECT b.*, (SELECT count(*) FROM ops.bulk_source s WHERE s.bulk_id = b.id AND outcome = 'skipped') AS skipped,
        (SELECT count(*) FROM ops.bulk_source s WHERE s.bulk_id = b.id AND outcome IS NULL) AS left
    FROM ops.bulk b WHERE b.id = %(id)s
"""
SOURCES: LiteralString = """
    SELECT place, source_id, name, title, datasets, outcome, reason, job_id FROM ops.bulk_source
    WHERE bulk_id = %(id)s AND place > %(after)s AND (NOT %(skipped)s OR outcome = 'skipped') ORDER BY place LIMIT %(limit)s + 1
"""
CONFIRM: LiteralString = """
    UPDATE ops.bulk SET confirmed_at = now(), options = %(options)s::jsonb, confirmed_by = %(by)s, rights_of = %(rights_of)s
    WHERE id = %(id)s AND confirmed_at IS NULL
"""
SKIP: LiteralString = """
    UPDATE ops.bulk_source SET outcome = 'skipped', reason = %(reason)s
    WHERE bulk_id = %(id)s AND source_id = ANY (%(sources)s) AND outcome IS NULL
"""
NEXT: LiteralString = """
    SELECT id, action, sources, options, coalesce(confirmed_by, created_by) AS by, trigger, rights_of FROM ops.bulk
    WHERE confirmed_at IS NOT NULL AND finished_at IS NULL ORDER BY confirmed_at LIMIT 1
"""
ONE: LiteralString = """
    SELECT id, action, sources, options, coalesce(confirmed_by, created_by) AS by, trigger, rights_of FROM ops.bulk
    WHERE id = %(id)s AND confirmed_at IS NOT NULL AND finished_at IS NULL
"""
LEFT: LiteralString = """
    SELECT place, source_id, name, state FROM ops.bulk_source
    WHERE bulk_id = %(id)s AND outcome IS NULL ORDER BY place LIMIT %(limit)s
"""
NOTE: LiteralString = """
    UPDATE ops.bulk_source SET outcome = %(outcome)s, reason = %(reason)s, job_id = %(job)s
    WHERE bulk_id = %(id)s AND place = %(place)s AND outcome IS NULL
"""
FINISH: LiteralString = """
    UPDATE ops.bulk SET finished_at = now() WHERE id = %(id)s AND finished_at IS NULL
        AND NOT EXISTS (SELECT FROM ops.bulk_source WHERE bulk_id = %(id)s AND outcome IS NULL)
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """A source of a set, as it was when it was counted."""

    source_id: UUID
    name: str
    title: str
    datasets: int
    state: str


class Bulks:
    """Reads and writes both tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def _run(self, statement: LiteralString, **parameters: Any) -> list[Row]:
        with unavailable(self._database.url), self._database.connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def create(self, bulk_id: UUID, action: str, sources: Sequence[Counted], left_out: int, by: str, trigger: str) -> None:
        """Freeze a set, and forget old ones."""
        self._run(FORGET, kept=KEPT_DAYS, unconfirmed=UNCONFIRMED_DAYS)
        rows = [
            {
                "place": place,
                "source_id": str(source.source_id),
                "name": source.name,
                "title": source.title,
                "datasets": source.datasets,
                "state": source.state,
            }
            for place, source in enumerate(sources, start=1)
        ]
        values = {"id": bulk_id, "action": action, "left_out": left_out, "by": by, "trigger": trigger}
        self._run(CREATE, **values, rows=orjson.dumps(rows).decode())

    def show(self, bulk_id: UUID) -> Row | None:
        """A set with how far it is."""
        return next(iter(self._run(SHOW, id=bulk_id)), None)

    def sources(self, bulk_id: UUID, *, skipped: bool, limit: int, after: int) -> list[Row]:
        """Its sources from a place on, one more than `limit` if there are more; only those that were skipped if so asked."""
        return self._run(SOURCES, id=bulk_id, skipped=skipped, limit=limit, after=after)

    def confirm(self, bulk_id: UUID, options: Mapping[str, Any], by: str, rights_of: str | None) -> None:
        """Let it be carried out; a second call changes nothing, its options neither.

        `rights_of`: the person whose rights are looked up again for each source; None: nobody's.
        """
        self._run(CONFIRM, id=bulk_id, options=orjson.dumps(options).decode(), by=by, rights_of=rights_of)
        tell_leader(self._database, "bulk")

    def skip(self, bulk_id: UUID, sources: Sequence[UUID], reason: str) -> None:
        """Leave sources out that have no outcome yet."""
        self._run(SKIP, id=bulk_id, sources=list(sources), reason=reason)

    def waiting(self, bulk_id: UUID | None = None) -> Row | None:
        """The set that was confirmed first and isn't finished, or the given one if it isn't."""
        return next(iter(self._run(ONE, id=bulk_id) if bulk_id else self._run(NEXT)), None)

    def left(self, bulk_id: UUID, limit: int) -> list[Row]:
        """Sources without an outcome."""
        return self._run(LEFT, id=bulk_id, limit=limit)

    def note(self, bulk_id: UUID, place: int, outcome: str, reason: str = "", job_id: UUID | None = None) -> None:
        """What became of a source; what was noted before stays."""
        self._run(NOTE, id=bulk_id, place=place, outcome=outcome, reason=reason, job=job_id)

    def finish(self, bulk_id: UUID) -> None:
        """Note that it is over, if no source is left."""
        self._run(FINISH, id=bulk_id)
