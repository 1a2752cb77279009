"""`harvester --help` is quick because it imports next to nothing; what it shows of commands is what they say themselves."""

import subprocess
import sys

import click
import pytest

from adapters.cli.main import COMMANDS, main
from adapters.cli.roles import say_ready
from adapters.settings import Settings
from tests.support.stack import ROOT

HEAVY = {"rich", "eventsourcing", "psycopg", "pydantic", "kafka", "requests", "pycurl", "orjson", "logging", "asyncio"}
PROGRAM = """
import sys
from adapters.cli.start import harvester
try:
    harvester()
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], []])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, cwd=ROOT, check=False)

    printed = done.stdout + done.stderr
    assert "Usage: harvester" in printed
    assert "job-report" in printed
    imported = done.stderr.splitlines()[-1].split()
    assert "click" in imported
    assert not HEAVY & set(imported)


@pytest.mark.parametrize("action", ["harvest_job_list", "harvest_cause_series", "harvest_status_show"])
def test_a_command_that_lists_loads_no_aggregates(action: str) -> None:
    """Events, the library for them, and plugins take longer to import than what is listed takes to be read."""
    program = (
        "import sys, adapters.actions.session; from adapters.actions.table import find\n"
        f"find({action!r}); print(*sorted(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)

    assert "adapters.postgres.read_model.queries" in done.stdout.split()
    assert not {"eventsourcing", "domain.aggregate", "harvesters", "kafka", "requests"} & set(done.stdout.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_of_help_is_how_the_command_describes_itself(name: str) -> None:
    context = click.Context(main)

    command = main.get_command(context, name)

    assert command is not None
    assert command.name == name
    assert (command.help or "").startswith(COMMANDS[name][1].rstrip("."))


def test_an_unknown_command_is_named_with_the_nearest_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["jbos"])

    assert ended.value.code == 2
    assert "No such command 'jbos' (did you mean jobs?)." in capsys.readouterr().err


def test_an_underscore_is_a_hyphen() -> None:
    assert main.get_command(click.Context(main), "job_abort") is main.get_command(click.Context(main), "job-abort")


@pytest.mark.parametrize(
    ("host", "root", "address"), [("127.0.0.1", "", "127.0.0.1:5999"), ("0.0.0.0", "/h/", "127.0.0.1:5999/h")]
)
def test_up_says_where_its_pages_are(capsys: pytest.CaptureFixture[str], host: str, root: str, address: str) -> None:
    say_ready(Settings(serve_host=host, serve_port=5999, serve_root_path=root))

    assert f"pages: http://{address}/harvest;" in capsys.readouterr().err


@pytest.mark.parametrize("settings", [Settings(serve_workers=0), Settings(serve_port=0)])
def test_up_names_no_pages_where_it_serves_none_or_at_any_free_port(
    capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    say_ready(settings)

    said = capsys.readouterr().err
    assert "harvestlog is up" in said
    assert "pages" not in said
