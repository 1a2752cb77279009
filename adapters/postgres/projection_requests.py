"""What somebody asked to be done with a projection, and what came of it: table ops.projection_request."""

import json
from collections.abc import Mapping
from typing import Any, LiteralString

from adapters.postgres.database import Database
from domain.errors import Refused

Row = dict[str, Any]
KEPT = 50  # requests that have ended

ADD: LiteralString = """
    INSERT INTO ops.projection_request (projection, mode, asked_by)
    SELECT %(projection)s, %(mode)s, %(by)s
    WHERE NOT EXISTS (SELECT FROM ops.projection_request WHERE ended_at IS NULL) RETURNING id
"""
COLUMNS: LiteralString = """
    id, projection, mode, asked_at AS asked, asked_by, begun_at AS begun, ended_at AS ended, report, error
"""
ONE: LiteralString = f"SELECT {COLUMNS} FROM ops.projection_request WHERE id = %(id)s"
LAST: LiteralString = f"SELECT {COLUMNS} FROM ops.projection_request ORDER BY id DESC LIMIT %(limit)s"
NEXT: LiteralString = f"""
    SELECT {COLUMNS} FROM ops.projection_request WHERE ended_at IS NULL ORDER BY id LIMIT 1
"""
BEGIN: LiteralString = "UPDATE ops.projection_request SET begun_at = clock_timestamp() WHERE id = %(id)s"
END: LiteralString = """
    UPDATE ops.projection_request SET ended_at = clock_timestamp(), report = %(report)s::jsonb, error = %(error)s
    WHERE id = %(id)s
"""
FORGET: LiteralString = "DELETE FROM ops.projection_request WHERE id <= %(id)s - %(kept)s AND ended_at IS NOT NULL"


class ProjectionRequests:
    """One at a time: they share what they build. Every method raises ServiceUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, projection: str, mode: str, by: str) -> Row:
        """Ask for something. Raises Refused while something else was asked for and has not ended."""
        rows = self._database.query(ADD, projection=projection, mode=mode, by=by)
        if not rows:
            raise Refused("Something was asked for already: wait until it has ended. `harvester projections list` shows it")
        return self._database.rows(ONE, id=rows[0][0])[0]

    def last(self, limit: int) -> list[Row]:
        """The last ones, newest first."""
        return self._database.rows(LAST, limit=limit)

    def next(self) -> Row | None:
        """The one to carry out: it waits, or a coordinator that began it has ended since."""
        return next(iter(self._database.rows(NEXT)), None)

    def begin(self, request: int) -> None:
        """It is being carried out."""
        self._database.query(BEGIN, id=request)

    def end(self, request: int, report: Mapping[str, Any] | None, error: str = "") -> None:
        """It has ended, well or not."""
        self._database.query(END, id=request, report=json.dumps(report) if report else None, error=error)
        self._database.query(FORGET, id=request, kept=KEPT)
