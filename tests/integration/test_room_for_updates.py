"""What is written again and again has room in its page, and nothing compares all rows of a batch with all others."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from adapters.bootstrap import Parts
from adapters.postgres.database import Database
from adapters.postgres.read_model import statements
from adapters.postgres.read_model.tables import LIVE
from adapters.postgres.work.claims import Claims
from adapters.postgres.work.pending_work import PendingWork
from domain.objects import GatheredRecord
from tests.integration.test_claims import new_job

FEW = 10  # rows: they and their new versions fit into one page
ROWS = 200
UPDATES = """
    SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE schemaname = %(schema)s AND relname = %(table)s
"""


def updates(database: Database, schema: str, table: str) -> tuple[int, int]:
    """Updates of rows so far, and those of them that needed to write to no index."""
    database.query("SELECT pg_stat_force_next_flush()")
    database.query("SELECT pg_stat_clear_snapshot()")
    [row] = database.query(UPDATES, schema=schema, table=table)
    return row[0], row[1]


def test_a_claim_writes_to_no_index(emptied: Parts) -> None:
    emptied.database.query("TRUNCATE ops.work")
    job = new_job(emptied, FEW)
    commands = PendingWork(emptied.database).take({job.id: FEW})
    before = updates(emptied.database, "ops", "work")

    claimed = Claims(emptied.database, "worker", 60.0).claim(commands)

    after = updates(emptied.database, "ops", "work")
    assert (len(claimed), after[0] - before[0], after[1] - before[1]) == (FEW, FEW, FEW)


@pytest.mark.parametrize(("schema", "table"), [("ops", "dataset"), ("harvest", "dataset"), ("harvest", "object")])
def test_outcomes_write_to_no_index_of_rows_that_are_there(parts: Parts, schema: str, table: str) -> None:
    app = parts.application
    job = new_job(parts, 0)
    harvest(parts, job.id, "added")
    app.finish_job(job.id, "finished", {"added": FEW}, {"objects": FEW, "added": FEW})
    again = app.create_job(UUID(job.source_id))
    before = updates(parts.database, schema, table)

    harvest(parts, again, "updated")

    after = updates(parts.database, schema, table)
    assert (after[0] - before[0], after[1] - before[1]) == (FEW, FEW)


def harvest(parts: Parts, job_id: UUID, outcome: str) -> None:
    """A job of a few objects, projected once they are gathered and once they have an outcome."""
    app, projectors = parts.application, (parts.work_projector(), parts.read_model_projector())
    job = app.start_gather(job_id, "worker")
    app.record_page(job, [GatheredRecord(f"guid-{number}") for number in range(FEW)], 0)
    for projector in projectors:
        projector.catch_up()
    objects = app.load_objects([job.object_id(f"guid-{number}") for number in range(FEW)])
    for harvested in objects.values():
        harvested.import_as(outcome, None)
    app.record_objects(objects.values())
    for projector in projectors:
        projector.catch_up()


def test_datasets_that_are_there_are_saved_without_comparing_all_with_all(database: Database) -> None:
    source = str(uuid4())
    connection = database.connection
    saving = statements.save_datasets(LIVE)
    assert connection.execute(saving, facts(source, 1)).fetchall() == [(source, ROWS)]

    explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {saving.as_string(connection)}"
    [[[plan]]] = connection.execute(explain.encode(), facts(source, 2)).fetchall()

    compared = {node["Node Type"]: removed for node in nodes(plan["Plan"]) if (removed := removed_by(node))}
    assert compared == {}
    assert connection.execute(saving, facts(source, 3, "deleted")).fetchall() == [(source, -ROWS)]
    assert connection.execute(saving, facts(source, 2)).fetchall() == []  # older facts change nothing


def facts(source: str, number: int, state: str = "active") -> dict[str, Any]:
    """What a job of that number says of all datasets of a source."""
    fact = {"source_id": source, "object_id": str(uuid4()), "state": state, "event_number": number, "job_number": number}
    return {"rows": orjson.dumps([{**fact, "guid": f"guid-{row}"} for row in range(ROWS)]).decode()}


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A node of a plan and all below it."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def removed_by(node: dict[str, Any]) -> int:
    """How many rows a node read in vain, in all its loops."""
    removed = node.get("Rows Removed by Join Filter", 0) + node.get("Rows Removed by Filter", 0)
    return int(removed * node.get("Actual Loops", 1))
