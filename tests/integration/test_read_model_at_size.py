"""Lists, counts and reports read a few pages of the tables, whatever the history holds; no list needs an offset."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg import sql
from psycopg.rows import tuple_row

from adapters.embedded import EmbeddedPostgres
from adapters.postgres.database import Database
from adapters.postgres.read_model.deletions import Deletions
from adapters.postgres.read_model.log_queries import LEVELS, LogFilter
from adapters.postgres.read_model.queries import Page, ReadModel, Row
from adapters.postgres.read_model.rebuild import TABLES
from adapters.postgres.read_model.source_facts import source_facts
from domain.errors import NotFound
from domain.source_health import source_health
from tests.conftest import new_database
from tests.support.full_read_model import READS, Size, fill, job_id, source_id
from tests.support.stack import ROOT

SIZE = Size(sources=200, nights=100, objects=60_000, large=40_000)
LARGE = SIZE.large_job
BUFFERS = 1200  # of 8 KB: a page of 100 rows takes some lookups for each; the smallest large table has more
BY_SOURCE = 16  # a few lookups by key for each source
OF_ALL_SOURCES = ("which sources", "sources by")  # how the names of reads begin that look at each source
EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "
PARAMETER = re.compile(r"%\((\w+)\)[sb]")
LARGE_TABLES = {"harvest_job", "job_statistics", "object", "dataset", "harvest_object_error", "log_line"}


@pytest.fixture(scope="module")
def full(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with a large read model."""
    with new_database(postgres, tmp_path_factory.mktemp("full")) as settings:
        database = Database(settings.database_url)
        fill(database, SIZE)
        yield database
        database.close()


class Explained(ReadModel):
    """Explains what it reads, too."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.buffers = 0
        self.scanned: set[str] = set()

    def _fetch(self, form: Any, statement: str, parameters: Any, **how: Any) -> list[Any]:
        [(plan,)] = self._explain(statement, parameters, how)
        self._note(plan[0]["Plan"])
        self.buffers += sum(plan[0]["Plan"][f"Shared {kind} Blocks"] for kind in ("Hit", "Read"))
        return super()._fetch(form, statement, parameters, **how)

    def _explain(self, statement: str, parameters: Any, how: Any) -> list[tuple[Any, ...]]:
        return ReadModel._fetch(self, tuple_row, EXPLAIN + statement, parameters, **how)

    def _note(self, node: dict[str, Any]) -> None:
        if node["Node Type"] == "Seq Scan":
            self.scanned.add(node["Relation Name"])
        for child in node.get("Plans", ()):
            self._note(child)


@pytest.mark.parametrize("read", READS)
def test_a_read_touches_few_pages_and_scans_no_large_table(full: Database, read: str) -> None:
    model = Explained(full)

    READS[read](model, SIZE)

    assert model.scanned & LARGE_TABLES == set()
    assert model.buffers < few_pages(read)


class ExplainedForAnyValues(Explained):
    """Explains by the plan that a session keeps for any values of the parameters once it has run a statement for a while."""

    def _explain(self, statement: str, parameters: Any, how: Any) -> list[tuple[Any, ...]]:
        if not how.get("any_values", True):
            return super()._explain(statement, parameters, how)
        names = list(dict.fromkeys(PARAMETER.findall(statement)))
        numbered = PARAMETER.sub(lambda match: f"${names.index(match[1]) + 1}", statement).replace("%%", "%")
        values = sql.SQL(", ").join(sql.Literal(parameters[name]) for name in names)
        connection = self._database.connection
        types = ", ".join("timestamp" if isinstance(parameters[name], datetime) else "unknown" for name in names)
        connection.execute(f"PREPARE statement {f'({types})' if names else ''} AS {numbered}".encode())
        try:
            execute = sql.SQL("EXECUTE statement ({})" if names else "EXECUTE statement").format(values)
            return ReadModel._fetch(self, tuple_row, EXPLAIN + execute.as_string(connection), {}, **how)
        finally:
            connection.execute("DEALLOCATE statement")


def few_pages(read: str) -> int:
    return BY_SOURCE * SIZE.sources if read.startswith(OF_ALL_SOURCES) else BUFFERS


@pytest.mark.parametrize("read", READS)
def test_a_read_touches_few_pages_also_by_a_plan_for_any_values(full: Database, read: str) -> None:
    model = ExplainedForAnyValues(full)

    with full.connection.transaction():
        full.connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        READS[read](model, SIZE)

    assert model.scanned & LARGE_TABLES == set()
    assert model.buffers < few_pages(read)


def test_deletions_are_found_without_a_look_at_what_else_is_there(full: Database) -> None:
    model = ExplainedForAnyValues(full)

    with full.connection.transaction():
        full.connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        of_job = Deletions(model).of_job(LARGE)
        of_source = Deletions(model).of_source(source_id(1), limit=5)

    assert (len(of_job), len(of_source)) == (0, 5)
    assert model.buffers < 100


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING"])
def test_lines_of_a_job_are_found_without_a_look_at_its_errors(full: Database, level: str) -> None:
    model = Explained(full)

    lines = model.log_lines(LogFilter(job_id=LARGE, levels=[level]), limit=5)

    assert {line["level"] for line in lines} <= {level}
    assert model.buffers < 30


def test_the_last_page_of_a_sources_jobs_costs_as_much_as_the_first(full: Database) -> None:
    model = Explained(full)

    [job] = model.jobs(source_id=source_id(7), after=job_id(7, 2))

    assert job["id"] == job_id(7, 1)
    assert model.buffers < 30


def test_current_objects_of_a_source_are_found_from_what_it_holds(full: Database) -> None:
    model = Explained(full)
    statement = "SELECT count(*) AS n FROM harvest.harvest_object WHERE current AND harvest_source_id = %(source)s"

    [counted] = model._rows(statement, source=source_id(7))

    assert counted["n"] == SIZE.each
    assert model.scanned & LARGE_TABLES == set()
    assert model.buffers < 20 * SIZE.each


def all_pages(read: Callable[..., Page], **arguments: Any) -> list[Row]:
    rows: list[Row] = []
    after: str | None = ""
    while after is not None:
        page = read(**arguments, after=after)
        rows += page
        after = page.next
    return rows


PAGED: dict[str, tuple[Callable[[ReadModel], Callable[..., Page]], dict[str, Any], str, str]] = {
    "sources": (lambda m: m.sources, {"inactive": True, "limit": 7}, "harvest_source", "true"),
    "active sources": (lambda m: m.sources, {"limit": 7}, "harvest_source", "active"),
    "jobs": (lambda m: m.jobs, {"limit": 1000}, "harvest_job", "true"),
    "aborted jobs": (lambda m: m.jobs, {"limit": 3, "status": "Aborted"}, "harvest_job", "status = 'Aborted'"),
    "jobs of a source": (
        lambda m: m.jobs,
        {"limit": 9, "source_id": source_id(4)},
        "harvest_job",
        f"source_id = '{source_id(4)}'",
    ),
    "errors of objects": (
        lambda m: m.object_errors,
        {"limit": 999, "job_id": LARGE},
        "harvest_object_error",
        f"harvest_job_id = '{LARGE}'",
    ),
    "errors of gather": (
        lambda m: m.gather_errors,
        {"limit": 100, "job_id": LARGE},
        "harvest_gather_error",
        f"harvest_job_id = '{LARGE}'",
    ),
    "the log of a job": (
        lambda m: m.log_lines,
        {"limit": 3, "which": LogFilter(job_id=job_id(4, 2))},
        "harvest_log",
        f"job_id = '{job_id(4, 2)}'",
    ),
    "the log": (lambda m: m.log_lines, {"limit": 20_000}, "harvest_log", "true"),
    "the log of a source": (
        lambda m: m.log_lines,
        {"limit": 70, "which": LogFilter(source_id=source_id(4))},
        "harvest_log",
        f"source_id = '{source_id(4)}'",
    ),
    "warnings and errors": (
        lambda m: m.log_lines,
        {"limit": 5000, "which": LogFilter(levels=LEVELS[2:])},
        "harvest_log",
        "level >= 'WARNING'",
    ),
}


@pytest.mark.parametrize("name", PAGED)
def test_pages_hold_every_row_once_in_order(full: Database, name: str) -> None:
    read, arguments, table, condition = PAGED[name]
    rows = [row["id"] for row in all_pages(read(ReadModel(full)), **arguments)]

    expected = {row[0] for row in full.query(f"SELECT id FROM harvest.{table} WHERE {condition}")}
    assert expected
    assert len(rows) == len(expected)
    assert set(rows) == expected
    one_page = read(ReadModel(full))(**{**arguments, "limit": len(rows)})
    assert [row["id"] for row in one_page] == rows
    assert one_page.next is None


def test_datasets_of_a_source_are_paged_by_guid(full: Database) -> None:
    model = ReadModel(full)
    guids = [row["guid"] for row in all_pages(model.datasets, source_id=source_id(3), limit=11)]

    assert len(guids) == SIZE.each
    assert guids == sorted(guids)


def test_counts_are_those_of_the_rows(full: Database) -> None:
    model = ReadModel(full)
    by_status = dict(full.query("SELECT status, count(*) FROM harvest.harvest_job GROUP BY 1"))
    of_source = dict(
        full.query("SELECT status, count(*) FROM harvest.harvest_job WHERE source_id = %(s)s GROUP BY 1", s=source_id(7))
    )

    for status in ("New", "Running", "Finished", "Aborted"):
        assert model.count_jobs(status=status) == by_status.get(status, 0)
        assert model.count_jobs(status=status, source_id=source_id(7)) == of_source.get(status, 0)
    assert model.count_jobs() == sum(by_status.values())


def test_an_offset_that_skips_rows_gives_the_same_rows_as_a_page_after_them(full: Database) -> None:
    model = ReadModel(full)
    first = model.jobs(limit=50)

    assert model.jobs(limit=50, offset=50) == model.jobs(limit=50, after=first.next or "")


@pytest.mark.parametrize("read", ["jobs", "sources"])
def test_a_row_to_go_on_after_that_is_not_there_is_named(full: Database, read: str) -> None:
    with pytest.raises(NotFound, match="no-such-id"):
        getattr(ReadModel(full), read)(after="no-such-id")


def test_what_is_made_for_these_tests_is_consistent(full: Database) -> None:
    """The bench measures the same rows: its counters must be what is counted."""
    [[objects, errored]] = full.query("SELECT sum(objects), sum(errored) FROM harvest.job_statistics")
    assert full.query("SELECT count(*), count(*) FILTER (WHERE state = 'ERROR') FROM harvest.object") == [(objects, errored)]
    assert full.query("SELECT sum(datasets) FROM harvest.source_statistics") == full.query(
        "SELECT count(*) FROM harvest.dataset"
    )
    assert full.query("SELECT sum(gather_errors) FROM harvest.job_statistics") == full.query(
        "SELECT count(*) FROM harvest.harvest_gather_error"
    )
    assert set(TABLES) == {row[0] for row in full.query("SELECT tablename FROM pg_tables WHERE schemaname = 'harvest'")} - {
        "checkpoint"
    }


DOCUMENT = (ROOT / "docs" / "sql.md").read_text(encoding="utf-8")
QUESTIONS: dict[str, str] = dict(re.findall(r"^## (\d+)\. [^\n]+\n.*?^```sql\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL))
VALUES = {"source": "source-7", "guid": "guid-7-5", "package": "none", "at": "2016-02-01 00:00", "days": "30", "word": "water"}
ABOUT_CATALOGUE = {"21"}


def reading_many_rows() -> set[str]:
    """The questions of which the document says so."""
    [said] = re.findall(r"Statements that read many rows \(([^)]+)\)", DOCUMENT)
    parts = [part.split(" to ") for part in said.split(", ")]
    return {str(number) for part in parts for number in range(int(part[0]), int(part[-1]) + 1)}


READING_FEW: set[str] = set(QUESTIONS) - reading_many_rows() - ABOUT_CATALOGUE


@pytest.mark.parametrize("question", sorted(READING_FEW))
def test_a_documented_statement_reads_few_pages_unless_it_says_otherwise(full: Database, question: str) -> None:
    text = re.sub(r":'(\w+)'", lambda name: f"'{VALUES[name[1]]}'", QUESTIONS[question])
    with full.connect(whole_tables=True) as connection:  # as psql is
        row = connection.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {text}".encode()).fetchone()

    assert row is not None
    plan = row[0][0]["Plan"]
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 12_000


def test_the_pages_of_a_report_hold_every_error_once_in_the_order_of_the_log(full: Database) -> None:
    model, after = ReadModel(full), ""
    seen: list[str] = []
    while True:
        report = model.report(LARGE, limit=700, after=after)
        page = [row["id"] for name in ("object_errors", "gather_errors", "warnings") for row in report[name]]
        assert len(page) <= 700
        assert not seen or min(page) > max(seen)
        seen += sorted(page)
        if report["next"] is None:
            break
        after = report["next"]
        assert after == seen[-1]

    errors = [row["id"] for row in all_pages(model.object_errors, job_id=LARGE)]
    gather = [row["id"] for row in all_pages(model.gather_errors, job_id=LARGE)]
    assert len(errors) == SIZE.large // 4
    assert seen == sorted([*errors, *gather])


@pytest.mark.parametrize("days", [0.05, 0.5, 1.5, 2.5, 8.0])
def test_the_sources_that_are_read_for_their_trouble_are_all_that_have_one(full: Database, days: float) -> None:
    now = datetime(2016, 1, 1, tzinfo=UTC) + timedelta(days=SIZE.nights + days)
    model = ReadModel(full)
    everything = source_facts(model, datetime(2099, 1, 1, tzinfo=UTC))

    some = source_facts(model, now)

    assert len(everything) == model.count_sources()
    assert source_health(some, now, 10.0) == source_health(everything, now, 10.0)
    assert len(some) < len(everything) or days > 2
