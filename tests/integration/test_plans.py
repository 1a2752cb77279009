"""No statement reads a whole table because its plan was made when the table was empty."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.bootstrap import Parts
from adapters.postgres.database import Database
from adapters.postgres.work.claims import Claims, held_datasets
from adapters.postgres.work.gather_memory import GatherMemory
from adapters.targets.catalogue import LocalCatalogue
from domain.commands import FetchObject
from domain.objects import GatheredRecord
from domain.sources import SourceFields
from harvesters.target import Owner

PREPARED = 12  # runs after which driver and server have both settled on a plan
GROWN = 20_000  # rows
SCANS = """
    SELECT schemaname || '.' || relname, seq_tup_read FROM pg_stat_user_tables
    WHERE schemaname IN ('events', 'ops', 'catalogue', 'harvest')
"""


def scanned(database: Database) -> dict[str, int]:
    """Rows read by scans so far, by table."""
    database.query("SELECT pg_stat_force_next_flush()")
    database.query("SELECT pg_stat_clear_snapshot()")
    return dict(database.query(SCANS))


@contextmanager
def no_scan_of(database: Database, *tables: str) -> Iterator[None]:
    """Fails when the block reads rows of these tables by a scan."""
    before = scanned(database)
    yield
    after = scanned(database)
    assert {table: after[table] - before[table] for table in tables if after[table] > before[table]} == {}


def forget_statistics(database: Database, *tables: str) -> None:
    """The worst start: a table that was vacuumed while it was empty, so that Postgres believes it has no page at all."""
    with database.connect() as connection:
        for table in tables:
            connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)".encode())
            connection.execute(f"VACUUM ANALYZE {table}".encode())


def package(number: int) -> dict[str, Any]:
    return {"id": str(UUID(int=number)), "name": f"dataset-{number}", "title": f"Dataset {number}"}


def owner() -> Owner:
    return Owner("source", "Source", "guid", str(uuid4()), "ab" * 32)


def test_the_local_catalogue_goes_by_indexes_after_it_grew(database: Database) -> None:
    forget_statistics(database, "catalogue.package")
    catalogue = LocalCatalogue(database)
    for number in range(PREPARED):
        catalogue.save(package(number), owner())
    with database.connect() as other:
        other.execute(
            """
            INSERT INTO catalogue.package (id, name, title, package)
            SELECT lpad(to_hex(n), 32, '0')::uuid::text, 'dataset-' || n, '', '{}' FROM generate_series(1000, %s) AS n
            """,
            (GROWN,),
        )

    with no_scan_of(database, "catalogue.package"):
        for number in range(500_000, 500_000 + PREPARED):
            catalogue.save(package(number), owner())
            catalogue.save({**package(number), "title": "another"}, owner())
        assert catalogue.save({**package(600_000), "name": "dataset-1000"}, owner()).name == "dataset-100010"
        catalogue.show("dataset-1000")
        catalogue.list(limit=10, after="dataset-1000")
        assert catalogue.delete(package(500_000)["id"], owner())
        assert not catalogue.delete(str(uuid4()), owner())


@pytest.mark.parametrize("name", ["a_b", "x" * 98, "y" * 100])
def test_a_taken_name_gets_the_next_number(database: Database, name: str) -> None:
    catalogue = LocalCatalogue(database)
    catalogue.save({"id": str(uuid4()), "name": "axb1"}, owner())

    stored = [catalogue.save({"id": str(uuid4()), "name": name}, owner()).name for _ in range(11)]

    assert stored == [name, *(f"{name[: 100 - len(str(number))]}{number}" for number in range(1, 11))]


def test_what_sources_hold_and_a_gather_has_seen_is_found_by_indexes_after_it_grew(parts: Parts) -> None:
    database, source = parts.database, uuid4()
    forget_statistics(database, "ops.dataset")
    memory = GatherMemory(database)
    for number in range(PREPARED):
        held_datasets(database, [(str(source), f"guid-{number}-{n}") for n in range(50)])
        memory.remember({f"early-{number}": None})
        memory.seen([f"early-{number}"])
        list(memory.missing(source, 10**9, 50))
    with database.connect() as other:
        other.execute(
            """
            INSERT INTO ops.dataset (source_id, guid, package_id, object_id, notification_id)
            SELECT %s, 'guid-' || n, n::text, gen_random_uuid(), n FROM generate_series(1, %s) AS n
            """,
            (source, GROWN),
        )
    for start in range(1, GROWN, 1000):
        memory.remember({f"guid-{n}": None for n in range(start, start + 1000) if n % 100})

    with no_scan_of(database, "ops.dataset"), no_scan_of_seen(database):
        held = held_datasets(database, [(str(source), f"guid-{n}") for n in range(1, 100)])
        missing = [guid for page in memory.missing(source, 10**9, 50) for guid in page]
        again = memory.remember({"guid-1": None, "new": None})

    assert len(held) == 99
    assert len(missing) == GROWN // 100
    assert again == {"guid-1": None}


@contextmanager
def no_scan_of_seen(database: Database) -> Iterator[None]:
    """Fails when the temporary table of a gather, which nobody ever analyses, is read by a scan."""
    statement = """
        SELECT pg_stat_force_next_flush()::text, coalesce(sum(seq_tup_read), 0)
        FROM pg_stat_all_tables WHERE relid = 'pg_temp.seen'::regclass GROUP BY 1
    """
    scanned(database)
    [[_, before]] = database.query(statement)
    yield
    scanned(database)
    [[_, after]] = database.query(statement)
    assert after == before


def test_claims_and_projections_go_by_indexes_after_the_tables_grew(parts: Parts) -> None:
    tables = ("ops.work", "ops.dataset", "harvest.object", "harvest.dataset", "harvest.harvest_object_error")
    forget_statistics(parts.database, *tables, "events.stored_event", "ops.job_progress", "harvest.harvest_job")
    claims = Claims(parts.database, "worker", 60.0)
    for number in range(PREPARED):
        harvest_some(parts, claims, f"early-{number}", 3)
    harvest_some(parts, claims, "large", 1500)

    with no_scan_of(parts.database, *tables, "events.stored_event"):
        for number in range(3):
            harvest_some(parts, claims, f"late-{number}", 5)


def test_a_claim_reads_only_the_objects_named_after_many_more_were_sent(database: Database) -> None:
    claims = Claims(database, "worker", 60.0)
    for _ in range(PREPARED):
        claims.claim(send(database, 2))
    many = send(database, 2000)
    before = read_by(database, "work_sent_idx")

    claimed = claims.claim(many[:200])
    claims.need_solo(many[200:400])
    claims.give_back(many[400:600])

    assert len(claimed) == 200
    assert read_by(database, "work_sent_idx") == before


def send(database: Database, number: int) -> list[FetchObject]:
    """So many more objects for which commands are under way."""
    insert = """
        INSERT INTO ops.work (object_id, job_id, due_at, sent, epoch)
        SELECT gen_random_uuid(), gen_random_uuid(), now(), true, 1 FROM generate_series(1, %(number)s)
        RETURNING object_id, epoch
    """
    return [FetchObject(*row) for row in database.query(insert, number=number)]


def read_by(database: Database, index: str) -> int:
    """Entries read from an index so far."""
    scanned(database)
    statement = "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE schemaname = 'ops' AND indexrelname = %(index)s"
    [[entries]] = database.query(statement, index=index)
    return int(entries)


def harvest_some(parts: Parts, claims: Claims, name: str, records: int) -> None:
    """A job with records that are claimed, renewed, and fail or succeed, projected step by step."""
    application, projectors = parts.application, (parts.work_projector(), parts.read_model_projector())
    source = application.register_source(SourceFields(name, f"http://127.0.0.1/{name}", "noop"), by="test")
    job = application.start_gather(application.create_job(source, by="test"), "test")
    for start in range(0, records, 500):
        page = [GatheredRecord(f"{name}-{n}") for n in range(start, min(start + 500, records))]
        application.record_page(job, page, 0)
    application.finish_gather(job, complete=True, full=True, deletions=0)
    for projector in projectors:
        projector.catch_up()
    mark = "UPDATE ops.work SET sent = true, epoch = 1 WHERE job_id = %(job)s AND NOT sent RETURNING object_id"
    ids = [row[0] for row in parts.database.query(mark, job=job.id)]
    assert len(claims.claim([FetchObject(object_id, 1) for object_id in ids])) == records
    claims.renew(ids)
    for number, known in enumerate(application.load_objects(ids).values()):
        known.fetch("ab" * 32, {})
        known.record_error("Import", "odd")
        if number % 2:
            known.fail("Import", "bad", "it is bad", None)
        else:
            known.import_as("added", str(known.id))
        if records < 10:  # of the large job all is left as it is
            application.record_objects([known])
            for projector in projectors:
                projector.catch_up()
