"""Every command line of ckanext-harvest's README, typed as it stands there and as it is today, each in a process of its own.

They are run in this order on one site: what one of them makes, a later one may use.
"""

import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from adapters.embedded import EmbeddedPostgres
from tests.conftest import new_database
from tests.support.stack import Stack

pytestmark = pytest.mark.slow

PASTER = "--plugin=ckanext-harvest harvester"


class Typed(NamedTuple):
    """A command line (after the program's name), what its output holds, and its status. `freed`: no job runs any more."""

    line: str
    holds: str
    status: int = 0
    freed: bool = False


LINES = [
    Typed("initdb", "DB tables are up to date"),
    Typed(
        """source old http://127.0.0.1/old noop "The old one" true some-org MANUAL '{"records": 3}'""",
        "Created new harvest source:",
    ),
    Typed("source create new http://127.0.0.1/new noop", "There are 2 harvest sources"),
    Typed("source create third http://127.0.0.1/third noop", "There are 3 harvest sources"),
    Typed("source old", "The old one"),
    Typed("source show new", "http://127.0.0.1/new"),
    Typed("source edit new --frequency DAILY", "DAILY"),
    Typed("sources", "There are 3 active harvest sources"),
    Typed("sources all", "There are 3 harvest sources"),
    Typed(f"{PASTER} sources --config={{ini}}", "There are 3 active harvest sources"),
    Typed("pause old --until 2099-01-01T00:00", "Paused source old until 2099-01-01"),
    Typed("resume old", "Resumed source old"),
    Typed("run_test old", "added:         3"),
    Typed("run-test new", "added:         10"),
    Typed("run_test old force-import=record-1", "updated:       1"),
    Typed("job old", "status:        New"),
    Typed("jobs", "There are 4 harvest jobs"),
    Typed("job_abort old", "Job status: Aborted"),
    Typed("job-all", "Created 3 new harvest jobs"),
    Typed("abort-failed-jobs 3", "There are no jobs to abort"),
    Typed("purge_queues", "the queues are empty"),
    Typed("import old --no-wait", "already has job", 1),
    Typed("import old --no-wait", "of source old created", freed=True),
    Typed("-j --segments=0123456789abcdef import old --no-wait", "of source old created", freed=True),
    Typed("-j -g record-1 import --no-wait", "of source", freed=True),
    Typed("-o {object} import --no-wait", "of source old created", freed=True),
    Typed("import -p no-such-package --no-wait", "Package no-such-package not found", 1),
    Typed("reindex", "Reindexed 3 harvest sources"),
    Typed("harvesters_info", "CKAN"),
    Typed("clearsource_history old --yes", "Cleared job history of harvest source:"),
    Typed("source clear-history --yes", "Cleared job history for all harvest sources:"),
    Typed("clearsource old --yes", "Clearing harvest source: old", freed=True),
    Typed("source clear new --yes", "Clearing harvest source: new"),
    Typed("rmsource third --yes", "Removed harvest source: third"),
    Typed("source remove new --datasets keep --yes", "Removed harvest source: new", freed=True),
    Typed("clean_harvest_log", ""),
]
DAEMONS = ("gather_consumer", "gather-consumer", "fetch_consumer", "fetch-consumer")


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A database on which nothing runs."""
    folder = tmp_path_factory.mktemp("site")
    with new_database(postgres, folder) as settings, Stack(settings, folder, roles=()) as site:
        yield site


def test_every_command_line_of_the_readme_does_what_it_says_there(site: Stack, tmp_path: Path) -> None:
    ini = tmp_path / "production.ini"
    ini.write_text("[app:main]\nckan.site_id = default\n", encoding="utf-8")
    wrong = []
    for typed in LINES:
        if typed.freed:
            _abort_all(site)
        words = [word.replace("{ini}", str(ini)).replace("{object}", _an_object(site)) for word in shlex.split(typed.line)]
        done = site.cli(*words, status=None)
        if done.returncode != typed.status or typed.holds not in done.stdout + done.stderr or "Traceback" in done.stderr:
            wrong.append(f"$ harvester {typed.line}: status {done.returncode}\n{done.stdout}{done.stderr}")

    assert not wrong, "\n".join(wrong)


def _abort_all(site: Stack) -> None:
    for row in site.model.jobs(unfinished=True):
        site.abort(row["id"])


def _an_object(site: Stack) -> str:
    """An object that a dataset of the source `old` stands on."""
    statement = """
        SELECT min(d.object_id) FROM harvest.dataset d JOIN harvest.harvest_source s ON s.id = d.source_id WHERE s.name = 'old'
    """
    return str(site.parts.database.query(statement)[0][0])


@pytest.mark.parametrize("command", DAEMONS)
def test_a_worker_without_a_broker_says_what_to_do(site: Stack, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(site.environment, "HARVEST_KAFKA_BOOTSTRAP_SERVERS", "")

    done = site.cli(command, status=1)

    assert "HARVEST_KAFKA_BOOTSTRAP_SERVERS" in done.stderr


def test_run_test_stops_at_a_breakpoint(site: Stack) -> None:
    site.source("stopping", "http://127.0.0.1/stopping", "stopping", {"records": 1})
    argv = [sys.executable, "-m", "adapters.cli", "run-test", "stopping"]
    done = subprocess.run(
        argv,
        env=site.environment,
        input="p harvest_object.guid\nc\n",
        capture_output=True,
        text=True,
        timeout=60,
        cwd=site.folder,
    )

    assert "(Pdb) 'record-0'" in done.stdout + done.stderr
    assert done.returncode == 0, done.stderr
    assert "added:         1" in done.stdout
