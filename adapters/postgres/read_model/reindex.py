"""Writes the rows of sources again, from the sources' own streams; what else the read model holds stays as it is.

For rows that somebody has changed by hand or that a fault has damaged: a rebuild of everything takes longer.
"""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from adapters.postgres.database import Connection, Database, unavailable
from adapters.postgres.log.projector import LOCK
from adapters.postgres.read_model.progress import why_outdated
from adapters.postgres.read_model.tables import NAME
from adapters.postgres.read_model.writer import ReadModelWriter
from adapters.postgres.read_state import RAISE
from domain.errors import Refused
from projections.read_model import fold
from projections.recorded import decode

AT_A_TIME = 20  # sources at a time, during which the projector waits
POSITION: LiteralString = "SELECT notification_id FROM harvest.checkpoint"
EVENTS: LiteralString = """
    SELECT notification_id, originator_id, originator_version, topic, state, recorded_at AT TIME ZONE 'UTC'
    FROM events.stored_event WHERE originator_id = ANY (%(ids)s) AND notification_id <= %(upto)s
    ORDER BY originator_id, originator_version
"""
DATASETS: LiteralString = """
    SELECT source_id, count(*)::int FROM harvest.dataset WHERE source_id = ANY (%(texts)s) AND state = 'active'
    GROUP BY source_id
"""
ROWS: LiteralString = """
    SELECT s.id, s::text, t::text FROM harvest.harvest_source s LEFT JOIN harvest.source_statistics t ON t.source_id = s.id
    WHERE s.id = ANY (%(texts)s)
"""
DELETE: tuple[LiteralString, ...] = (
    "DELETE FROM harvest.harvest_source WHERE id = ANY (%(texts)s)",
    "DELETE FROM harvest.source_statistics WHERE source_id = ANY (%(texts)s)",
)


def reindex(database: Database, source_ids: Sequence[UUID]) -> list[str]:
    """Write the rows of sources again; the ids of those that were wrong. Raises Refused, ServiceUnavailable."""
    if why := why_outdated(database):
        raise Refused(f"{why}. Its rows are written again then")
    mended: list[str] = []
    for start in range(0, len(source_ids), AT_A_TIME):
        ids = source_ids[start : start + AT_A_TIME]
        with unavailable(database.url), database.connect(whole_tables=True) as connection, connection.transaction():
            connection.execute(LOCK, {"lock": f"harvestlog projection {NAME}"})
            mended += _write(connection, list(ids))
    return mended


def _write(connection: Connection, ids: list[UUID]) -> list[str]:
    texts = [str(source_id) for source_id in ids]
    before = _rows(connection, texts)
    position = connection.execute(POSITION).fetchone()
    upto = position[0] if position else 0
    with connection.cursor(binary=True) as cursor:
        events = decode(cursor.execute(EVENTS, {"ids": ids, "upto": upto}).fetchall())
    datasets: dict[str, int] = dict(connection.execute(DATASETS, {"texts": texts}).fetchall())
    for statement in DELETE:
        connection.execute(statement, {"texts": texts})
    batch, writer = fold(events), ReadModelWriter()
    writer.write_sources(connection, batch.sources)
    writer.count(connection, batch.statistics, (), datasets)
    writer.note_last_jobs(connection, batch.statistics.last_ended.values())
    connection.execute(RAISE)
    after = _rows(connection, texts)
    return [source_id for source_id in texts if before.get(source_id) != after.get(source_id)]


def _rows(connection: Connection, texts: list[str]) -> dict[str, tuple[str, str]]:
    return {row[0]: (row[1], row[2]) for row in connection.execute(ROWS, {"texts": texts})}
