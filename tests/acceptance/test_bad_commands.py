"""Every command with what isn't there, at a wrong time, twice, or two at once: one line that says so, and nothing half done."""

import shlex
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.embedded import EmbeddedPostgres
from tests.acceptance.command_line import CommandLine, run_quietly
from tests.acceptance.idle_site import copied_site
from tests.conftest import new_database
from tests.support.stack import Stack

NOWHERE = "a0a0a0a0-0000-4000-8000-00000000dead"
WITH_REFERENCE = [
    *("source show {}", "source {}", "source edit {} --frequency DAILY", "source reactivate {}", "source clear {} --yes"),
    *("clearsource {}", "source remove {} --yes", "rmsource {}", "source clear-history {}", "reindex {}", "job {}"),
    *("job {} --wait", "job --follow {}", "jobs --source {}", "job-abort {}", "job-report {}", "retry {}", "import {}"),
    *("import -s {}", "import -o {}", "import -p {}", "import -g {}", "approve {}", "reject {}", "deletions {}", "pause {}"),
    *("resume {}", "run-test {}", "preview {}", "abort-failed-jobs -i {}", "log --source {}", "log --job {}"),
    *("recipients {}", "subscribe anna@example.org {}", "unsubscribe anna@example.org {}", "subscriptions {}"),
    *("catalogue show {}", "org show {}", "org edit {} --title T", "org remove {}", "org add-member {} pat editor"),
    *("org remove-member {} pat", "person show {}", "person edit {} --title T", "person remove {}", "token create {} why"),
    *("token list {}", "types {}", "causes {}", "statistics {}", "bulk pause {} --yes", "session list {}", "session end {}"),
    *("undo {} --yes", "history {}"),
]
WITH_JOB = [
    *("job --follow {}", "job-abort {}", "job-report {}", "retry {}", "approve {} --yes", "reject {}", "deletions {}"),
    *("log --job {}", "undo {} --yes"),
]
AT_A_WRONG_TIME = [
    ("job asleep", "is inactive"),
    ("run-test asleep", "is inactive"),
    ("import asleep", "is inactive"),
    ("job-abort idle", "has no jobs yet"),
    ("job-abort done", "there is nothing to stop"),
    ("job-report idle", "has no jobs yet"),
    ("retry idle", "has no jobs yet"),
    ("undo idle --yes", "has no jobs yet"),
    ("approve idle --yes", "has no jobs yet"),
    ("job busy", "already has job"),
    ("run-test busy", "already has job"),
    ("import busy", "already has job"),
    ("source clear busy --yes", "already has job"),
    ("source remove busy --datasets keep --yes", "has not ended"),
    ("retry busy", "once it has ended"),
    ("undo busy --yes", "once it has ended"),
    ("approve busy --yes", "holds no deletions"),
    ("reject busy", "holds no deletions"),
]
TYPED = [
    ("log --level warn", 1, "--level: Unknown level 'warn' (did you mean WARNING?): use one of DEBUG"),
    ("jobs --status finnished", 1, "status: Unknown status 'finnished' (did you mean Finished?)"),
    ("sources --sort nam", 2, "'--sort': 'nam' is not one of 'created', 'name', "),
    ("sources --sort last_job", 2, "(did you mean last-job?)"),
    ("bulk pauze idle --yes", 2, "(did you mean pause?)"),
    (
        "bulk schedule idle --set-frequency dayly --yes",
        1,
        "--set-frequency: Frequency dayly not recognised (did you mean DAILY?)",
    ),
    ("bulk pause --frequency dayly --yes", 2, "(did you mean DAILY?)"),
    ("bulk pause --health failng --yes", 2, "(did you mean failing?)"),
    ("source edit idle --frequency weakly", 1, "frequency: Frequency weakly not recognised (did you mean WEEKLY?)"),
    (
        "source edit idle --time-zone Europe/Berln",
        1,
        "time_zone: Time zone Europe/Berln not known (did you mean Europe/Berlin?)",
    ),
    ("source edit idle --type ckan --configuration {", 1, "--configuration: "),
    ("source edit idle --type nop", 1, "type: Unknown harvester type: nop (did you mean noop?)"),
    ("recipients ''", 1, "source: Missing value"),
    ("job ''", 1, "source: Missing value"),
    ("org add-member nobody pat editr", 2, "(did you mean editor?)"),
    ("deletions done --what delete", 1, "what: Unknown what 'delete' (did you mean deleted?)"),
    ("night --until tomorrow", 1, "until: "),
]
"""What is wrong with a value, by the name that the person has typed, and the nearest value."""


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A site where nothing runs: one source is inactive, one has no jobs, one has a job that waits."""
    folder = tmp_path_factory.mktemp("site")
    with new_database(postgres, folder) as settings, Stack(settings, folder, roles=()) as site:
        for name in ("asleep", "idle", "busy", "done", "contested"):
            site.source(name, f"http://127.0.0.1/{name}", "noop")
        site.parts.application.deactivate_source(site.parts.application.find_source("asleep").id, "test")
        site.start_job("busy")
        run_quietly(site.environment, "run-test", "done")
        yield site


@pytest.fixture
def own_site(site: Stack, postgres: EmbeddedPostgres, tmp_path: Path) -> Iterator[Stack]:
    """A copy of the site, which one test may change."""
    with copied_site(site, postgres, tmp_path / "site") as copy:
        yield copy


@pytest.fixture
def cli(site: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(site.environment, monkeypatch, capsys)


def events(site: Stack) -> int:
    return int(site.parts.database.query("SELECT count(*) FROM events.stored_event")[0][0])


@pytest.mark.parametrize("reference", ["nowhere", NOWHERE])
@pytest.mark.parametrize("line", WITH_REFERENCE)
def test_what_isnt_there_is_named_on_one_line(site: Stack, cli: CommandLine, line: str, reference: str) -> None:
    before = events(site)

    said = cli.refused(*line.format(reference).split())

    assert reference in said
    assert events(site) == before


@pytest.mark.parametrize("line", WITH_JOB)
def test_an_unknown_id_where_a_job_is_expected_is_not_called_a_sources(cli: CommandLine, line: str) -> None:
    assert f"No job and no source has the id {NOWHERE}" in cli.refused(*line.format(NOWHERE).split())


def test_a_token_that_isnt_there_is_named(cli: CommandLine) -> None:
    assert f"There is no token {NOWHERE}" in cli.refused("token", "revoke", NOWHERE)


def test_deletions_of_all_sources_are_not_filtered_without_a_word(site: Stack) -> None:
    assert "--what deleted needs JOB_OR_SOURCE" in site.cli("deletions", "--what", "deleted", status=2).stderr


@pytest.mark.parametrize(("line", "why"), AT_A_WRONG_TIME)
def test_at_a_wrong_time_a_command_says_why_and_changes_nothing(site: Stack, cli: CommandLine, line: str, why: str) -> None:
    before = events(site)

    assert why in cli.refused(*line.split())
    assert events(site) == before


@pytest.mark.parametrize(
    ("line", "won", "lost"),
    [
        ("job contested", 1, "already has job"),
        ("source create twin http://127.0.0.1/twin noop", 1, "already"),
        ("job-abort busy", 2, ""),
        ("source clear-history contested --yes", 2, ""),
    ],
)
def test_of_two_at_once_both_succeed_or_one_is_told_why_not(own_site: Stack, line: str, won: int, lost: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: own_site.cli(*line.split(), status=None), range(2)))

    assert sorted(each.returncode for each in done) == [0] * won + [1] * (2 - won), done
    for each in done:
        assert "Traceback" not in each.stderr
        assert each.returncode == 0 or lost in each.stderr


@pytest.mark.parametrize(("line", "status", "said"), TYPED)
def test_a_wrong_value_is_named_as_it_was_typed_with_the_nearest_one(
    site: Stack, cli: CommandLine, line: str, status: int, said: str
) -> None:
    before = events(site)

    printed = cli(*shlex.split(line), status=status)

    assert said in " ".join(printed.err.split())
    assert events(site) == before


def test_who_cannot_be_asked_is_told_to_say_yes(site: Stack) -> None:
    before = events(site)

    for line in ("source clear-history", "source clear idle", "source remove idle --datasets keep"):
        assert "--yes" in site.cli(*line.split(), status=1).stderr, line
    assert events(site) == before
