"""Rebuilds projections from the log, while the old ones are read.

The read model goes into a shadow schema: several processes read streams by ranges of ids and COPY complete rows; what crosses
streams is set afterwards by SQL; indexes come last. The shadow then catches up, is compared with the live one at the very same
position, and takes its place by renaming schemas (milliseconds), under the lock that projectors take first.
"""

import gc
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from multiprocessing import get_context
from typing import Any, LiteralString
from uuid import UUID

from psycopg import sql

from adapters.postgres.database import Connection, Database
from adapters.postgres.log.event_store import read_after
from adapters.postgres.log.projector import BATCH, LOCK, Projector
from adapters.postgres.positions import log_position
from adapters.postgres.read_model import tables as read_model
from adapters.postgres.read_model.progress import (
    REBUILD_LOCK,
    RebuildProgress,
    begin_progress,
    end_progress,
    rebuild_progress,
    step_progress,
)
from adapters.postgres.read_model.rebuild_copy import STAGING, copy_streams
from adapters.postgres.read_model.tables import COUNTERS, LIVE, NAME
from adapters.postgres.read_model.writer import ReadModelWriter
from adapters.postgres.work.rebuild import WorkRebuild
from domain.errors import Refused
from projections.model_version import MODEL_VERSION
from projections.recorded import decode
from projections.statistics import Statistics

log = logging.getLogger(__name__)

SHADOW, OLD = "harvest_shadow", "harvest_old"
PROCESSES = 2
SAMPLES = 1000
NEARLY_THERE = 500  # events behind, which the swap itself makes up for
TELL_EVERY = 0.5  # seconds
Tell = Callable[[RebuildProgress], None]
"""Told now and then how far a rebuild is."""
TABLES = (
    *("harvest_source", "harvest_job", "object", "dataset", "harvest_gather_error", "harvest_object_error", "log_line"),
    *("error_cause", "job_statistics", "source_statistics"),
)
ONE_AT_A_TIME: LiteralString = "SELECT pg_try_advisory_lock(ops.lock_key(%(lock)s))"
NEXT: LiteralString = "SELECT pg_advisory_unlock(ops.lock_key(%(lock)s))"
COUNT_EVENTS: LiteralString = "SELECT count(*) FROM events.stored_event WHERE notification_id <= %(upto)s"
NEWEST_FACTS = """
    INSERT INTO {schema}.dataset SELECT DISTINCT ON (source_id, guid) * FROM {schema}.dataset_fact
    ORDER BY source_id, guid, job_number DESC, event_number DESC
"""
COUNT_DATASETS = """
    INSERT INTO {schema}.source_statistics AS t (source_id, datasets)
    SELECT source_id, count(*) FROM {schema}.dataset WHERE state = 'active' GROUP BY source_id
    ON CONFLICT (source_id) DO UPDATE SET datasets = EXCLUDED.datasets
"""
COUNT_JOBS = """
    INSERT INTO {schema}.job_statistics (job_id, {columns}, final)
    SELECT job_id, {sums}, bool_or(final) FROM {schema}.job_count GROUP BY job_id
"""
FORGET_OLD_LINES = "DELETE FROM {schema}.log_line WHERE created < (SELECT before FROM ops.log_horizon)"
CHECKSUM = "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM {table} t"
OUTSIDE_VIEWS = """
    SELECT DISTINCT v.oid::regclass::text, pg_get_viewdef(v.oid) FROM pg_depend d
    JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class v ON v.oid = r.ev_class AND v.relkind = 'v'
    JOIN pg_class t ON t.oid = d.refobjid AND t.relnamespace = %(schema)s::regnamespace
    WHERE v.relnamespace <> %(schema)s::regnamespace AND d.classid = 'pg_rewrite'::regclass
"""

GRANTS = """
    SELECT CASE WHEN r.relname IS NULL THEN format('SCHEMA %%I', n.nspname) ELSE format('%%I.%%I', n.nspname, r.relname) END,
        a.privilege_type, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END
    FROM pg_namespace n
    CROSS JOIN LATERAL (
        SELECT NULL::name AS relname, n.nspacl AS acl, n.nspowner AS owner
        UNION ALL SELECT relname, relacl, relowner FROM pg_class WHERE relnamespace = n.oid AND relkind IN ('r', 'v')
    ) r
    CROSS JOIN LATERAL aclexplode(r.acl) a
    WHERE n.nspname = %(schema)s AND a.grantee <> r.owner
"""
OUTSIDE_MATERIALIZED = """
    SELECT DISTINCT v.oid::regclass::text FROM pg_depend d
    JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class v ON v.oid = r.ev_class AND v.relkind = 'm'
    JOIN pg_class t ON t.oid = d.refobjid AND t.relnamespace = %(schema)s::regnamespace
"""


@dataclass(frozen=True)
class Report:
    """What a rebuild did; `differences` are tables in which the old projection differed from the new one."""

    projection: str
    events: int
    seconds: float
    swap_ms: float = 0.0
    differences: list[str] = field(default_factory=list)
    recreated_views: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For people and programs."""
        rate = round(self.events / self.seconds) if self.seconds else 0
        return {**asdict(self), "seconds": round(self.seconds, 2), "events_per_second": rate}


def _nobody(_: RebuildProgress) -> None:
    pass


def rebuild_read_model(
    database: Database, *, accept: bool = False, processes: int = PROCESSES, tell: Tell = _nobody, replace: bool = True
) -> Report:
    """Rebuild the read model and put it in place. Raises Refused when another rebuild runs.

    When the new one differs from the live one, the live one stays in place and the new one in schema harvest_shadow, to be
    compared; with `accept` the new one takes its place all the same and the old one stays in schema harvest_old. A live
    model of another version of the tables is always replaced. Without `replace` the two are only compared.
    """
    begun = time.monotonic()
    with database.connect(whole_tables=True) as connection, alone(connection):
        _refuse_materialized_views(connection)
        upto = log_position(database)
        events = database.query(COUNT_EVENTS, upto=upto)[0][0]
        begin_progress(connection, events)
        _make_shadow(connection, database, upto, processes, tell)
        step_progress(connection, "catching up")
        _catch_up(database, tell)
        step_progress(connection, "comparing")
        _tell(database, tell)
        swap = _swap(connection, accept, replace)
        if not swap.differences:
            _drop(connection, OLD if replace else SHADOW)
        end_progress(connection)
    return Report(NAME, events, time.monotonic() - begun, swap.swap_ms, swap.differences, swap.views)


@contextmanager
def alone(connection: Connection) -> Iterator[None]:
    """No other rebuild begins meanwhile; one may follow at once, before the server notices that this connection is closed.

    Raises RebuildRunning.
    """
    row = connection.execute(ONE_AT_A_TIME, {"lock": REBUILD_LOCK}).fetchone()
    if not row or not row[0]:
        raise RebuildRunning("Another rebuild is running: wait until it has ended. `harvester projections list` shows it")
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute(NEXT, {"lock": REBUILD_LOCK})


class RebuildRunning(Refused):
    """Two can't share the shadow schema."""


def _refuse_materialized_views(connection: Connection) -> None:
    """They would go on showing the old tables: nothing else can create them again."""
    names = [name for (name,) in connection.execute(OUTSIDE_MATERIALIZED, {"schema": LIVE})]
    if names:
        raise Refused(f"Materialized views read the read model: drop {', '.join(names)}, rebuild, and make them again")


def _drop(connection: Connection, schema: str) -> None:
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))


# the shadow


def _make_shadow(connection: Connection, database: Database, upto: int, processes: int, tell: Tell) -> None:
    begin_shadow(connection, upto)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_seldom_look_for_garbage) as pool:
        copies = [
            pool.submit(copy_streams, database.url, SHADOW, low, high, upto) for low, high in _ranges(database, upto, processes)
        ]
        while wait(copies, timeout=TELL_EVERY, return_when=FIRST_EXCEPTION).not_done:
            _tell(database, tell)
        statistics = [copy.result() for copy in copies]
    step_progress(connection, "making indexes")
    _tell(database, tell)
    finish_shadow(connection, statistics)


def _seldom_look_for_garbage() -> None:
    """A piece of the log is many small values and no cycles: the collector went through them all again and again."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def begin_shadow(connection: Connection, upto: int) -> None:
    """An empty read model in the shadow schema, its checkpoint at an event number."""
    for schema in (SHADOW, OLD):
        _drop(connection, schema)
    read_model.create(connection, SHADOW, upto, indexes=False)
    _run(connection, STAGING)


def finish_shadow(connection: Connection, statistics: Sequence[Statistics]) -> None:
    """Indexes, and what crosses streams; `statistics` are those of the processes that copied."""
    read_model.create_indexes(connection, SHADOW)
    _run(connection, NEWEST_FACTS)
    _count(connection, statistics)
    _run(connection, "DROP TABLE {schema}.dataset_fact, {schema}.job_count")
    for table in TABLES:
        connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(SHADOW, table)))


def _run(connection: Connection, statement: str) -> None:
    connection.execute(statement.replace("{schema}", SHADOW).encode())


def _ranges(database: Database, upto: int, processes: int) -> list[tuple[UUID, UUID]]:
    """Ranges of stream ids with about as many events each, by a sample."""
    positions = [upto * n // SAMPLES for n in range(1, SAMPLES + 1)]
    statement: LiteralString = """
        SELECT originator_id FROM events.stored_event WHERE notification_id = ANY (%(positions)s) ORDER BY originator_id
    """
    sample = [row[0] for row in database.query(statement, positions=positions)]
    cuts = [sample[len(sample) * n // processes] for n in range(1, processes)] if len(sample) >= processes else []
    edges = [UUID(int=0), *sorted(set(cuts)), UUID(int=2**128 - 1)]
    return list(pairwise(edges))


def _count(connection: Connection, statistics: Sequence[Statistics]) -> None:
    writer = ReadModelWriter(SHADOW)
    for part in statistics:
        writer.count(connection, part, (), {})
    _run(connection, COUNT_DATASETS)
    sums = ", ".join(f"coalesce(sum({name}) FILTER (WHERE final), sum({name}))" for name in COUNTERS)
    _run(connection, COUNT_JOBS.format(columns=", ".join(COUNTERS), sums=sums, schema="{schema}"))
    for part in statistics:
        writer.note_last_jobs(connection, part.last_ended.values())
        writer.forget(connection, part.forgotten)


# catching up and taking the place


def _catch_up(database: Database, tell: Tell) -> None:
    shadow = Projector(database, NAME, SHADOW, ReadModelWriter(SHADOW))
    reported = time.monotonic()
    while log_position(database) - shadow.position() > NEARLY_THERE and shadow.run_once():
        if time.monotonic() - reported > TELL_EVERY:
            reported = time.monotonic()
            _tell(database, tell)


def _tell(database: Database, tell: Tell) -> None:
    if progress := rebuild_progress(database):
        tell(progress)


@dataclass(frozen=True)
class _Swap:
    swap_ms: float
    differences: list[str]
    views: list[str]


def _swap(connection: Connection, accept: bool, replace: bool) -> _Swap:
    with connection.transaction():
        connection.execute(LOCK, {"lock": f"projection {NAME}"})
        newest = max(_position(connection, LIVE), _position(connection, SHADOW))
        comparable = read_model.model_version(connection) == MODEL_VERSION
        for schema in (SHADOW, LIVE) if comparable else (SHADOW,):
            _advance(connection, schema, newest)
            connection.execute(FORGET_OLD_LINES.replace("{schema}", schema).encode())
        differences = _differences(connection) if comparable else []
        if not replace or (differences and not accept):
            return _Swap(0.0, differences, [])
        begun = time.monotonic()
        views = connection.execute(OUTSIDE_VIEWS, {"schema": LIVE}).fetchall()
        grants = connection.execute(GRANTS, {"schema": LIVE}).fetchall()
        _rename(connection, LIVE, OLD)
        _rename(connection, SHADOW, LIVE)
        for name, definition in views:
            connection.execute(f"CREATE OR REPLACE VIEW {name} AS {definition}".encode())
        for relation, privilege, grantee in grants:
            connection.execute(f"GRANT {privilege} ON {relation} TO {grantee}".encode())
    if differences:
        log.warning("the old read model differed in %s: it is kept in schema %s", ", ".join(differences), OLD)
    return _Swap(round((time.monotonic() - begun) * 1000, 1), differences, [name for name, _ in views])


def _differences(connection: Connection) -> list[str]:
    return [table for table in TABLES if _checksum(connection, LIVE, table) != _checksum(connection, SHADOW, table)]


def _position(connection: Connection, schema: str) -> int:
    statement = sql.SQL("SELECT notification_id FROM {}.checkpoint WHERE name = %s").format(sql.Identifier(schema))
    row = connection.execute(statement, (NAME,)).fetchone()
    return int(row[0]) if row else 0


def _advance(connection: Connection, schema: str, upto: int) -> None:
    writer = ReadModelWriter(schema)
    moved = sql.SQL("UPDATE {}.checkpoint SET notification_id = %s WHERE name = %s").format(sql.Identifier(schema))
    position = _position(connection, schema)
    while rows := [row for row in read_after(connection, position, BATCH) if row[0] <= upto]:
        writer.apply(connection, decode(rows))
        position = rows[-1][0]
        connection.execute(moved, (position, NAME))


def _checksum(connection: Connection, schema: str, table: str) -> tuple[Any, ...]:
    statement = sql.SQL(CHECKSUM).format(table=sql.Identifier(schema, table))
    return connection.execute(statement).fetchone() or ()


def _rename(connection: Connection, schema: str, to: str) -> None:
    connection.execute(sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(schema), sql.Identifier(to)))


# the work projection


def rebuild_work(database: Database, *, datasets: bool = False) -> Report:
    """Build ops.work and ops.job_progress again from the unfinished jobs; claims of workers stay.

    With `datasets`, or when there are none, ops.dataset as well, from all imports in the log.
    """
    begun = time.monotonic()
    with database.connect() as connection, alone(connection):
        rebuild = WorkRebuild(database, datasets=datasets)
        rebuild.run()
    locked = round(rebuild.locked * 1000, 1)
    return Report("work", rebuild.events, time.monotonic() - begun, locked, rebuild.differences)
