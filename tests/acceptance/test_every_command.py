"""No command is forgotten: each is called twice, and none that only shows something changes anything.

The commands are those of the command line's own tree: a new one fails the first test until it has a line here.
"""

import shlex
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from adapters.cli.main import main
from adapters.embedded import EmbeddedPostgres
from tests.acceptance.command_line import CommandLine, run_quietly
from tests.acceptance.idle_site import copied_site
from tests.acceptance.test_bad_commands import WITH_REFERENCE
from tests.conftest import new_database
from tests.support.rogue_server import RogueServer
from tests.support.stack import Stack

NEVER_ENDING = {"serve", "up", "coordinator", "gather-consumer", "fetch-consumer", "demo"}
"""Roles, each with tests of its own."""
ELSEWHERE = {"run", "topics", "test-mail", "secrets new-key", "new-plugin"}
"""Need Kafka or a mail server, or know nothing of the site: tests of their own."""
FREE = {
    "org create",
    "person create",
    "source create",
    "sources",
    "abort-failed-jobs",
    "projections rebuild",
    "catalogue search",
    "new-plugin",
    "sql",
    "test-mail",
    "token revoke",
    "breaker reset",
}
"""Their arguments name no source, job or dataset."""


class Again(NamedTuple):
    """A line that changes something; what its second call says, and its status then."""

    line: str
    says: str
    status: int = 1


SHOWING = [
    *(
        "source show idle",
        "sources",
        "jobs",
        "job-report done",
        "log",
        "deletions",
        "deletions done",
        "harvesters-info",
        "types",
        "preview idle",
        "history dataset-1",
    ),
    *("projections list", "catalogue list", "catalogue search x", "catalogue show dataset-1", "sql 'SELECT 1'", "secrets show"),
    *("org list", "org show team", "person list", "person show pat", "token list", "session list pat", "dead-letters"),
    *("night", "night --until 2020-01-01", "causes", "causes portal", "statistics", "statistics done"),
    *("config show", "notices", "recipients idle", "subscriptions", "disk", "status", "doctor"),
]
CHANGING = [
    Again("initdb", "are up to date", 0),
    Again("source create twice http://127.0.0.1/twice noop", "already"),
    Again("source edit idle --frequency DAILY", "DAILY", 0),
    Again("source reactivate asleep", "is active already"),
    Again("source clear done --yes", "already has job"),
    Again("clearsource filled --yes", "already has job"),
    Again("source clear-history idle --yes", "0 jobs and 0 objects removed", 0),
    Again("source remove going --datasets keep --yes", "not found"),
    Again("rmsource leaving --datasets keep --yes", "not found"),
    Again("job begun", "already has job"),
    Again("job-abort stopped", "Job status: Aborted", 0),
    Again("abort-failed-jobs 3", "There are no jobs to abort", 0),
    Again("clean-harvest-log", "", 0),
    Again("import imported --no-wait", "already has job"),
    Again("retry portal", "nothing to try again"),
    Again("undo filled --yes", "once it has ended"),
    Again("pause idle", "Paused source idle", 0),
    Again("bulk pause idle --yes", "Done for 1 of 1 source", 0),
    Again("resume paused", "is not paused"),
    Again("approve done --yes", "holds no deletions"),
    Again("reject done", "holds no deletions"),
    Again("run-test tested", "added:", 0),
    Again("reindex", "Reindexed", 0),
    Again("purge-queues --yes", "the queues are empty", 0),
    Again("projections rebuild", "", 0),
    Again("secrets rotate", "", 0),
    Again("org create press", "already"),
    Again("org edit crew --title Crew", "crew", 0),
    Again("org add-member crew pat editor", "crew", 0),
    Again("org remove-member team pat", "pat"),
    Again("org remove crew", "There is no organisation crew"),
    Again("person create kim", "already"),
    Again("person edit sam --title Sam", "sam", 0),
    Again("person remove sam", "There is no person sam"),
    Again("token create pat purpose", "", 0),
    Again("token revoke {token}", "is refused from now on", 0),
    Again("session end pat", "Ended 0 sessions of pat", 0),
    Again("breaker reset target", "Nothing is held back from the target"),
    Again("subscribe anna@example.org idle", "anna@example.org", 0),
    Again("unsubscribe anna@example.org idle", "anna@example.org", 0),
    Again("job-all", "Created 0 new harvest jobs"),
]
SAYS_WHAT_IS_MISSING = {"status", "doctor"}
"""Status 1, since no role runs here."""
REFUSED_AT_ONCE = {"retry portal", "breaker reset target", "approve done --yes", "reject done"}
TABLES = {"source create twice http://127.0.0.1/twice noop", "job-all", "org create press", "person create kim"}
"""Say why not in several lines: by field, by source."""
REPEATED = {"run-test tested", "secrets rotate"}
"""Do it once more, and are told so."""


def commands(context: click.Context) -> Iterator[click.Context]:
    """All commands below one."""
    assert isinstance(context.command, click.Group)
    for name in context.command.list_commands(context):
        command = context.command.get_command(context, name)
        assert command is not None
        below = click.Context(command, parent=context, info_name=name)
        if isinstance(command, click.Group):
            yield from commands(below)
        else:
            yield below


TREE = {
    each.command_path.removeprefix("harvester "): each.command for each in commands(click.Context(main, info_name="harvester"))
}


def path(line: str) -> str:
    """The command of a line: the longest name in the tree that it begins with."""
    return max((name for name in TREE if f"{line} ".startswith(f"{name} ")), key=len, default="source show")


def test_every_command_is_called_twice_here() -> None:
    here = {path(line) for line in (*SHOWING, *(again.line for again in CHANGING))}

    assert set(TREE) - NEVER_ENDING - ELSEWHERE == here


def test_every_command_that_names_something_is_tried_with_what_isnt_there() -> None:
    tried = {path(line) for line in WITH_REFERENCE}
    names = {name for name, command in TREE.items() if any(isinstance(each, click.Argument) for each in command.params)}

    assert names - FREE <= tried


def test_every_command_that_ends_answers_in_json_too() -> None:
    without = [name for name, command in TREE.items() if not any("--json" in each.opts for each in command.params)]

    assert set(without) - NEVER_ENDING == {"secrets new-key"}, "it prints a key and nothing else"


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A site where nothing runs, with a source for each command that changes one."""
    folder = tmp_path_factory.mktemp("every")
    with new_database(postgres, folder) as settings, Stack(settings, folder, roles=()) as site:
        application = site.parts.application
        for name in (
            "idle",
            "asleep",
            "done",
            "filled",
            "going",
            "leaving",
            "begun",
            "stopped",
            "paused",
            "tested",
            "imported",
        ):
            site.source(name, f"http://127.0.0.1/{name}", "noop", {"records": 2})
        application.deactivate_source(application.find_source("asleep").id, "test")
        application.pause_source(application.find_source("paused").id, "test")
        run_quietly(site.environment, "run-test", "done")
        with RogueServer("good") as remote:
            site.source("portal", remote.url)
            run_quietly(site.environment, "run-test", "portal")
        run_quietly(site.environment, "run-test", "filled")
        site.start_job("stopped")
        for line in (
            *("person create pat", "person create sam", "org create team", "org create crew", "org add-member team pat editor"),
            "token create pat first",
        ):
            run_quietly(site.environment, *line.split())
        yield site


@pytest.fixture
def cli(site: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(site.environment, monkeypatch, capsys)


@pytest.fixture
def own_site(site: Stack, postgres: EmbeddedPostgres, tmp_path: Path) -> Iterator[Stack]:
    """A copy of the site, which one test may change."""
    with copied_site(site, postgres, tmp_path / "site") as copy:
        yield copy


@pytest.fixture
def own_cli(own_site: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(own_site.environment, monkeypatch, capsys)


def events(site: Stack) -> int:
    """How many events there are, notes of what was sent left out."""
    return int(site.parts.database.query("SELECT count(*) FROM events.stored_event")[0][0])


@pytest.mark.parametrize("line", SHOWING)
def test_what_shows_something_changes_nothing(site: Stack, cli: CommandLine, line: str) -> None:
    before = events(site)

    printed = cli(*shlex.split(line), status=int(path(line) in SAYS_WHAT_IS_MISSING))

    assert printed.out
    assert events(site) == before


@pytest.mark.parametrize("again", CHANGING, ids=lambda again: path(again.line))
def test_a_second_call_changes_nothing_more_and_says_so(own_site: Stack, own_cli: CommandLine, again: Again) -> None:
    words = shlex.split(again.line)
    if "{token}" in words:
        words[words.index("{token}")] = a_token(own_cli)
    if again.line not in REFUSED_AT_ONCE:
        own_cli(*words)
    before = events(own_site)

    if again.status and again.line not in TABLES:
        said = own_cli.refused(*words)
    else:
        said = "".join(own_cli(*words, status=again.status))

    assert again.says in said
    assert again.line in REPEATED or events(own_site) == before


def a_token(cli: CommandLine) -> str:
    """The id of some token."""
    tokens = cli.json("token", "list")
    return str((tokens if isinstance(tokens, list) else tokens["tokens"])[0]["id"])


@pytest.mark.slow
@pytest.mark.parametrize("line", [again.line for again in CHANGING if "{" not in again.line], ids=path)
def test_of_two_at_once_each_is_done_or_says_why_not(own_site: Stack, line: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: own_site.cli(*shlex.split(line), status=None), range(2)))

    for done in both:
        assert done.returncode in (0, 1), done
        assert "Traceback" not in done.stderr, done
        assert done.returncode == 0 or line in TABLES or len(done.stderr.splitlines()) == 1, done
