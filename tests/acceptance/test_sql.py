"""`harvester sql`: psql on the database, or the answer to one statement."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from adapters.embedded import EmbeddedPostgres
from adapters.postgres.free_query import without_password
from tests.acceptance.command_line import CommandLine
from tests.conftest import new_database
from tests.support.stack import Stack


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A source from which nothing has been harvested."""
    folder = tmp_path_factory.mktemp("site")
    with new_database(postgres, folder) as settings, Stack(settings, folder, roles=()) as site:
        site.source("parks", "http://127.0.0.1/parks", "noop", {"records": 3})
        yield site


@pytest.fixture
def cli(site: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(site.environment, monkeypatch, capsys)


def test_a_statement_is_answered_with_a_table(cli: CommandLine) -> None:
    printed = cli("sql", "SELECT name, url, active, next_run FROM harvest_source")

    head, line, row, count = printed.out.splitlines()
    assert head.split(" | ") == ["name ", "url                   ", "active", "next_run"]
    assert set(line) == {"-", "+"}
    assert row.split(" | ")[:2] == ["parks", "http://127.0.0.1/parks"]
    assert count == "(1 row)"


def test_an_answer_can_be_had_as_json(cli: CommandLine) -> None:
    rows = cli.json("sql", "SELECT name, 1.5 AS half, 2::numeric AS two, '\\xff'::bytea AS bytes FROM harvest_source")

    assert rows[0]["name"] == "parks"
    assert (rows[0]["half"], rows[0]["two"], rows[0]["bytes"]) == (1.5, 2, "\\xff")


def test_the_answer_shows_what_happened_up_to_now(cli: CommandLine) -> None:
    cli("job", "parks")

    assert cli.json("sql", "SELECT status FROM harvest_job") == [{"status": "New"}]


def test_a_long_answer_is_cut_and_says_so(cli: CommandLine) -> None:
    printed = cli("sql", "SELECT * FROM generate_series(1, 30)", "--limit", "10")

    assert printed.out.endswith("(10 rows)\n")
    assert printed.err == "There are more rows: --limit 100\n"


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("SELECT nothing", 'column "nothing" does not exist'),
        ("DELETE FROM harvest_job", "cannot execute DELETE in a read-only transaction"),
        ("UPDATE events.stored_event SET topic = ''", "cannot execute UPDATE in a read-only transaction"),
        ("SELECT 1; COMMIT", "cannot insert multiple commands into a prepared statement"),
        ("", "no statement"),
    ],
)
def test_what_postgres_refuses_is_said_in_its_words(cli: CommandLine, statement: str, words: str) -> None:
    printed = cli("sql", statement, status=1)

    assert words in printed.err
    assert "Traceback" not in printed.err
    assert cli.json("sql", "SELECT count(*) AS n FROM harvest_source") == [{"n": 1}]


def test_without_a_statement_psql_is_opened_on_the_database(site: Stack) -> None:
    argv = [sys.executable, "-m", "adapters.cli", "sql"]
    asked = "SELECT name FROM harvest_source;\nDELETE FROM harvest_job;\n"

    done = subprocess.run(argv, input=asked, env=site.environment, capture_output=True, text=True, timeout=60)

    assert "parks" in done.stdout
    assert "cannot execute DELETE in a read-only transaction" in done.stderr


def test_the_password_is_not_in_the_command_that_others_see() -> None:
    address, password = without_password("postgresql://me:s%20ecret@db.example:5433/harvest?sslmode=disable")

    assert password == "s ecret"
    assert "ecret" not in address
    assert set(address.split()) == {"user=me", "dbname=harvest", "host=db.example", "port=5433", "sslmode=disable"}
