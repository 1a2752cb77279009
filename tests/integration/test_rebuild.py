"""`projections rebuild`: the read model rebuilt from the log, compared with the live one, and put in its place."""

import threading
from itertools import pairwise
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import pytest

from adapters.bootstrap import Parts, initialise, require_tables
from adapters.postgres.database import Connection, Database
from adapters.postgres.positions import log_position
from adapters.postgres.read_model import rebuild_copy
from adapters.postgres.read_model.queries import ReadModel
from adapters.postgres.read_model.rebuild import SHADOW, TABLES, begin_shadow, finish_shadow, rebuild_read_model, rebuild_work
from adapters.postgres.read_model.rebuild_copy import copy_streams
from adapters.postgres.work.pending_work import PendingWork
from domain.application import Harvesting
from domain.errors import Refused, SettingError
from domain.objects import GatheredRecord
from domain.sources import SourceFields
from tests.integration.histories import OUTCOMES, History, JobPlan, ObjectPlan

PAGE = 50


def harvest(parts: Parts, name: str, pages: int = 2, *, end: bool = True) -> str:
    """A finished job with all kinds of outcomes; its id."""
    application = parts.application
    source = application.register_source(SourceFields(name, f"http://127.0.0.1/{name}", "noop"), by="test")
    job_id = application.create_job(source, by="test")
    job = application.start_gather(job_id, "test")
    for page in range(pages):
        records = [GatheredRecord(f"{name}-{page}-{n}", extras={"n": str(n)}) for n in range(PAGE)]
        application.record_page(job, records, 1)
        finish_waiting(application, parts.database)
    application.record_gather_error(job, "odd", "something was odd")
    application.finish_gather(job, complete=True, full=True, deletions=0)
    if end:
        application.finish_job(job_id, "finished", {"added": 1})
    return str(job_id)


def finish_waiting(application: Harvesting, database: Database) -> None:
    """Give every object that has none an outcome."""
    ids = [row[0] for row in database.query("SELECT originator_id FROM events.stored_event WHERE topic = 'object.gathered'")]
    objects = [known for known in application.load_objects(ids).values() if known.outcome is None]
    for number, known in enumerate(objects):
        known.fetch("ab" * 32, {"size": "1"})
        if number % 7 == 0:
            known.fail("Import", "validation", f"{known.guid}: no title", None)
        else:
            known.import_as("added", None)
    application.record_objects(objects)


def project(parts: Parts) -> None:
    parts.work_projector().catch_up()
    parts.read_model_projector().catch_up()


def rows(parts: Parts, table: str, schema: str = "harvest") -> list[str]:
    return sorted(row[0] for row in parts.database.query(f"SELECT t::text FROM {schema}.{table} t"))


def test_a_rebuild_gives_the_same_tables(parts: Parts) -> None:
    harvest(parts, "one")
    harvest(parts, "two")
    project(parts)
    before = {table: rows(parts, table) for table in TABLES}

    report = rebuild_read_model(parts.database)

    assert report.differences == []
    assert {table: rows(parts, table) for table in TABLES} == before
    assert len(before["object"]) == 4 * PAGE
    assert before["harvest_object_error"]
    assert parts.database.query("SELECT to_regnamespace('harvest_old'), to_regnamespace('harvest_shadow')") == [(None, None)]


def test_the_new_read_model_goes_on_where_the_log_goes_on(parts: Parts) -> None:
    harvest(parts, "one")
    project(parts)
    rebuild_read_model(parts.database)

    job_id = harvest(parts, "two", pages=1)
    project(parts)

    job = ReadModel(parts.database).job(job_id)
    assert job is not None
    assert (job["objects"], job["status"]) == (PAGE, "Finished")


def test_a_damaged_read_model_is_told_and_replaced_only_on_request(parts: Parts) -> None:
    harvest(parts, "one")
    project(parts)
    whole = rows(parts, "object")
    parts.database.query("UPDATE harvest.object SET state = 'COMPLETE', report_status = 'added'")

    report = rebuild_read_model(parts.database)

    assert report.differences == ["object"]
    assert rows(parts, "object") != whole
    assert rows(parts, "object", "harvest_shadow") == whole

    assert rebuild_read_model(parts.database, accept=True).differences == ["object"]
    assert rows(parts, "object") == whole


def test_outside_views_and_grants_survive(parts: Parts) -> None:
    harvest(parts, "one")
    project(parts)
    parts.database.query("CREATE VIEW public.errored AS SELECT id FROM harvest.harvest_object WHERE report_status = 'errored'")
    parts.database.query("DO $$ BEGIN CREATE ROLE harvest_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    parts.database.query("GRANT USAGE ON SCHEMA harvest TO harvest_reader")
    parts.database.query("GRANT SELECT ON harvest.harvest_object TO harvest_reader")

    report = rebuild_read_model(parts.database)

    assert report.recreated_views == ["errored"]
    assert parts.database.query("SELECT count(*) > 0 FROM public.errored") == [(True,)]
    parts.database.query("SET ROLE harvest_reader")
    assert parts.database.query("SELECT count(*) FROM harvest.harvest_object") == [(2 * PAGE,)]


def test_materialized_views_forbid_a_rebuild(parts: Parts) -> None:
    parts.database.query("CREATE MATERIALIZED VIEW public.kept AS SELECT id FROM harvest.harvest_job")

    with pytest.raises(Refused, match="kept"):
        rebuild_read_model(parts.database)


def test_readers_and_writers_go_on_while_it_is_rebuilt(parts: Parts, tmp_path: Path) -> None:
    harvest(parts, "one")
    project(parts)
    stop, failures = threading.Event(), []

    def use() -> None:
        own = Parts(parts.settings, "reader")
        number = 0
        try:
            while not stop.is_set():
                harvest(own, f"more-{number}", pages=1)
                own.read_model_projector().catch_up()
                assert ReadModel(own.database).count_jobs() >= 1
                number += 1
        except BaseException as error:
            failures.append(error)

    using = threading.Thread(target=use)
    using.start()
    reports = [rebuild_read_model(parts.database) for _ in range(2)]
    stop.set()
    using.join(30)

    project(parts)
    assert failures == []
    assert [report.differences for report in reports] == [[], []]
    assert rebuild_read_model(parts.database).differences == []


@pytest.mark.parametrize("materialized", [False, True])
def test_a_rebuild_may_follow_before_the_server_notices_that_the_last_one_has_left(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, materialized: bool
) -> None:
    left: list[Connection] = []
    connect = parts.database.connect

    def lasting(**options: bool) -> Connection:
        connection = connect(**options)
        left.append(connection)
        monkeypatch.setattr(connection, "close", lambda: None)
        return connection

    harvest(parts, "one")
    project(parts)
    with monkeypatch.context() as patch:
        patch.setattr(parts.database, "connect", lasting)
        if materialized:  # which ends it early
            parts.database.query("CREATE MATERIALIZED VIEW jobs AS SELECT * FROM harvest.harvest_job")
            with pytest.raises(Refused, match="Materialized"):
                rebuild_read_model(parts.database)
        else:
            rebuild_read_model(parts.database)
        rebuild_work(parts.database)

    parts.database.query("DROP MATERIALIZED VIEW IF EXISTS jobs")
    assert len(left) >= 2
    assert rebuild_read_model(parts.database).differences == []
    monkeypatch.undo()
    for connection in left:
        connection.close()


def test_pending_work_can_be_made_anew_and_claims_stay(parts: Parts) -> None:
    application = parts.application
    source = application.register_source(SourceFields("open", "http://127.0.0.1/open", "noop"), by="test")
    job = application.start_gather(application.create_job(source, by="test"), "test")
    application.record_page(job, [GatheredRecord(f"record-{n}") for n in range(3)], 0)
    project(parts)
    parts.database.query("UPDATE ops.work SET sent = true, worker = 'busy', epoch = 4, lease_until = 'infinity'")
    before = rows(parts, "work", "ops")

    report = rebuild_work(parts.database)

    assert report.differences == []
    kept = parts.database.query("SELECT worker, epoch, sent FROM ops.work")
    assert kept == [("busy", 4, True)] * 3
    assert len(rows(parts, "work", "ops")) == len(before)


def test_a_database_of_a_newer_version_is_refused(parts: Parts) -> None:
    parts.database.query("INSERT INTO ops.migration (name) VALUES ('9999_later')")

    with pytest.raises(SettingError, match="9999_later"):
        require_tables(parts.database, parts.settings.site_id)
    with pytest.raises(SettingError, match="9999_later"):
        initialise(parts.settings)


def some_plans(random: Random) -> list[list[JobPlan]]:
    """Two sources with three jobs each that have all kinds of objects, attempts, errors and ends."""
    ends = ("finished", "failed", "before gather", "in gather", "amid outcomes")

    def objects() -> tuple[ObjectPlan, ...]:
        return tuple(
            ObjectPlan(guid, retries=random.randrange(3), errors=random.randrange(3), outcome=random.choice(OUTCOMES))
            for guid in random.sample("abcdefgh", 5)
        )

    return [
        [JobPlan(objects(), random.randint(1, 3), random.randrange(4), random.randrange(4), random.choice(ends)) for _ in "123"]
        for _ in "12"
    ]


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 50])
def test_a_rebuild_is_the_same_in_whatever_pieces_the_streams_are_read(
    parts: Parts, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild_copy, "PIECE", piece)
    for seed in range(3):
        assert not parts.event_store.append(History(some_plans(Random(100 * piece + seed)), Random(seed)).events)
    project(parts)
    upto = log_position(parts.database)

    with parts.database.connect() as connection:
        begin_shadow(connection, upto)
        edges = [UUID(int=0), *sorted(uuid4() for _ in range(2)), UUID(int=2**128 - 1)]
        ranges = pairwise(edges)
        finish_shadow(connection, [copy_streams(parts.settings.database_url, SHADOW, low, high, upto) for low, high in ranges])

    for table in TABLES:
        assert rows(parts, table, SHADOW) == rows(parts, table), table
    assert rows(parts, "object")


def test_a_job_shows_the_same_counts_after_its_objects_went_from_the_log(parts: Parts) -> None:
    """As retention will do with finished jobs: whole streams of objects go."""
    ended = harvest(parts, "one", end=False)
    parts.work_projector().catch_up()
    parts.application.finish_jobs(PendingWork(parts.database).over((), 10))
    running = harvest(parts, "two", pages=1, end=False)
    project(parts)
    before = [ReadModel(parts.database).job(job) for job in (ended, running)]
    parts.database.query(
        """
        DELETE FROM events.stored_event WHERE originator_id = ANY (
            SELECT id::uuid FROM harvest.object WHERE harvest_job_id = %(job)s
        )
        """,
        job=ended,
    )

    report = rebuild_read_model(parts.database, accept=True)

    lost = {"object", "dataset", "harvest_object_error", "error_cause", "log_line", "source_statistics"}
    assert set(report.differences) == lost
    assert [ReadModel(parts.database).job(job) for job in (ended, running)] == before
    assert before[0] is not None
    assert before[0]["added"] > PAGE
