"""However the log is projected - live, at once, stream by stream - the tables come out the same."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg import sql

from adapters.bootstrap import Parts
from adapters.postgres.log.event_store import read_after
from adapters.postgres.log.projector import Projector
from adapters.postgres.read_model import tables as read_model
from adapters.postgres.read_model.tables import COUNTERS, NAME
from adapters.postgres.read_model.writer import ReadModelWriter
from adapters.postgres.work.projection import WorkProjection
from projections.recorded import Recorded, decode
from tests.integration.histories import OUTCOMES, RANDOMS, SOURCES, Expected, History, JobPlan, ObjectPlan, sources_of

LIVE, AT_ONCE, BY_STREAM = SCHEMAS = ("other_live", "other_at_once", "other_by_stream")
TABLES = (
    *("harvest_source", "harvest_job", "job_statistics", "source_statistics", "object", "dataset", "harvest_gather_error"),
    *("harvest_object_error", "error_cause", "log_line", "harvest_log", "harvest_object", "harvest_object_extra"),
)
VIEWS = {"harvest_log", "harvest_object", "harvest_object_extra"}
EXAMPLES = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # add Phase.shrink to look for a small example, for minutes
)


@pytest.fixture
def parts(emptied: Parts) -> Iterator[Parts]:
    """A database with three empty read models next to the live one."""
    for schema in SCHEMAS:
        read_model.create(emptied.database.connection, schema)
    yield emptied
    for schema in SCHEMAS:
        emptied.database.connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))


def begin(parts: Parts) -> int:
    """Empty the read models and set them to the end of the log; its position."""
    position = parts.event_store.max_notification_id() or 0
    for schema in SCHEMAS:
        for table in set(TABLES) - VIEWS:
            parts.database.query(sql.SQL("DELETE FROM {}").format(sql.Identifier(schema, table)))
        parts.database.query(
            sql.SQL("UPDATE {} SET notification_id = {}").format(sql.Identifier(schema, "checkpoint"), sql.Literal(position))
        )
    return position


def projector(parts: Parts, schema: str, batch: int) -> Projector:
    return Projector(parts.database, NAME, schema, ReadModelWriter(schema), batch)


def project_live(parts: Parts, random: Random) -> None:
    while projector(parts, LIVE, random.choice((1, 2, 3, 7, 20))).run_once():
        pass


def project_by_stream(parts: Parts, position: int, random: Random) -> None:
    streams: dict[Any, list[Recorded]] = {}
    for event in decode(read_after(parts.database.connection, position, 100_000)):
        streams.setdefault(event.stream, []).append(event)
    order = list(streams.values())
    random.shuffle(order)
    writer = ReadModelWriter(BY_STREAM)
    while order:
        size = random.randint(1, 5)
        batch, order = order[:size], order[size:]
        with parts.database.connection.transaction():
            writer.apply(parts.database.connection, [event for stream in batch for event in stream])


def rows(parts: Parts, schema: str, table: str) -> list[str]:
    statement = sql.SQL("SELECT to_jsonb(t)::text FROM {} t ORDER BY 1").format(sql.Identifier(schema, table))
    return [text for (text,) in parts.database.query(statement)]


def job_counts(parts: Parts, table: sql.Identifier) -> dict[str, dict[str, int]]:
    columns = sql.SQL(", ").join(map(sql.Identifier, COUNTERS))
    found = parts.database.query(sql.SQL("SELECT job_id::text, {} FROM {}").format(columns, table))
    return {job: {name: n for name, n in zip(COUNTERS, counts, strict=True) if n} for job, *counts in found}


def without_empty(counts: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    return {job: some for job, some in counts.items() if some}


@EXAMPLES
@given(SOURCES, RANDOMS)
def test_the_read_model_does_not_depend_on_how_it_was_projected(
    parts: Parts, plans: Sequence[Sequence[JobPlan]], random: Random
) -> None:
    position = begin(parts)
    history = History(plans, random)
    assert not parts.event_store.append(history.events)

    project_live(parts, random)
    assert projector(parts, AT_ONCE, 100_000).run_once() == len(history.events)
    project_by_stream(parts, position, random)

    for table in TABLES:
        live = rows(parts, LIVE, table)
        assert rows(parts, AT_ONCE, table) == live, f"{table}: at once"
        assert rows(parts, BY_STREAM, table) == live, f"{table}: stream by stream"
    expected = Expected(history.events)
    assert without_empty(job_counts(parts, sql.Identifier(LIVE, "job_statistics"))) == without_empty(expected.counts())
    assert held(parts, LIVE) == expected.datasets
    assert datasets_by_source(parts) == datasets_counted(parts)
    assert jobs_by_source(parts) == jobs_counted(parts)
    assert without_their_job(parts) == []


def held(parts: Parts, schema: str) -> dict[tuple[str, str], str]:
    statement = sql.SQL("SELECT source_id, guid, object_id FROM {} WHERE state = 'active'")
    return {(s, g): o for s, g, o in parts.database.query(statement.format(sql.Identifier(schema, "dataset")))}


def datasets_by_source(parts: Parts) -> list[tuple[Any, ...]]:
    return parts.database.query("SELECT source_id, datasets FROM other_live.source_statistics WHERE datasets > 0 ORDER BY 1")


def datasets_counted(parts: Parts) -> list[tuple[Any, ...]]:
    return parts.database.query(
        "SELECT source_id, count(*) FROM other_live.dataset WHERE state = 'active' GROUP BY 1 ORDER BY 1"
    )


def jobs_by_source(parts: Parts) -> list[tuple[Any, ...]]:
    columns = "source_id, jobs, jobs_finished, jobs_failed, jobs_aborted"
    return parts.database.query(f"SELECT {columns} FROM other_live.source_statistics WHERE jobs > 0 ORDER BY 1")


def jobs_counted(parts: Parts) -> list[tuple[Any, ...]]:
    return parts.database.query("""
        SELECT source_id, count(*), count(*) FILTER (WHERE outcome = 'finished'), count(*) FILTER (WHERE outcome = 'failed'),
            count(*) FILTER (WHERE outcome = 'aborted')
        FROM other_live.harvest_job GROUP BY 1 ORDER BY 1
    """)


def without_their_job(parts: Parts) -> list[tuple[Any, ...]]:
    """Errors and log lines of objects that name another job than the object's, or none."""
    return parts.database.query("""
        SELECT x.id FROM (
            SELECT id, harvest_object_id AS object_id, harvest_job_id AS job_id FROM other_live.harvest_object_error
            UNION ALL SELECT id, object_id, job_id FROM other_live.harvest_log WHERE object_id IS NOT NULL
        ) x
        JOIN other_live.object o ON o.id = x.object_id WHERE x.job_id IS DISTINCT FROM o.harvest_job_id
    """)


@EXAMPLES
@given(SOURCES, RANDOMS, st.floats(0, 1))
def test_pending_work_is_what_has_no_outcome_yet_and_nothing_in_the_end(
    emptied: Parts, plans: Sequence[Sequence[JobPlan]], random: Random, part: float
) -> None:
    start = emptied.event_store.max_notification_id() or 0
    history = History(plans, random)
    assert not emptied.event_store.append(history.events)
    middle = int(len(history.events) * part)
    numbers = [row[0] for row in read_after(emptied.database.connection, start, 100_000)]

    project_work(emptied, random, upto=[start, *numbers][middle])
    so_far = Expected(history.events[:middle])
    left = emptied.database.query("SELECT object_id::text, job_id::text FROM ops.work")
    running = job_counts(emptied, sql.Identifier("ops", "job_progress"))

    assert set(left) == so_far.work()
    assert running == so_far.counts([job for job in so_far.jobs if job not in so_far.ended])

    project_work(emptied, random)

    assert emptied.database.query("SELECT FROM ops.work") == []
    assert emptied.database.query("SELECT FROM ops.job_progress") == []
    sources = {str(source) for source in sources_of(history.events)}
    found = emptied.database.query("SELECT source_id::text, guid, object_id::text FROM ops.dataset WHERE NOT deleted")
    assert {(s, g): o for s, g, o in found if s in sources} == Expected(history.events).datasets


def project_work(parts: Parts, random: Random, upto: int | None = None) -> None:
    while Projector(parts.database, "work", "ops", WorkProjection(), random.choice((1, 2, 5, 17, 100))).run_once(upto):
        pass


def test_what_the_source_holds_is_the_same_for_decisions_and_for_readers(emptied: Parts) -> None:
    for seed in range(3):
        plans = [[JobPlan(tuple(_objects(Random(seed * 10 + job)))) for job in range(3)] for _ in range(2)]
        emptied.event_store.append(History(plans, Random(seed)).events)
    emptied.work_projector().catch_up()
    emptied.read_model_projector().catch_up()

    columns = "source_id::text, guid, package_id, object_id::text, content_hash"
    decisions = emptied.database.query(f"SELECT {columns}, notification_id FROM ops.dataset WHERE NOT deleted ORDER BY 1, 2")
    readers = emptied.database.query(
        f"SELECT {columns}, event_number FROM harvest.dataset WHERE state = 'active' ORDER BY 1, 2"
    )

    assert len(decisions) > 10
    assert decisions == readers


def _objects(random: Random) -> Iterator[Any]:
    for guid in "abcdefgh":
        yield ObjectPlan(guid, outcome=random.choice(OUTCOMES), identified=random.choice((None, None, f"{guid}2")))
