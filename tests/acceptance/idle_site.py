"""Sites on which nothing runs, for commands that need nobody else."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.embedded import EmbeddedPostgres
from adapters.settings import Settings
from tests.acceptance.command_line import CommandLine
from tests.conftest import copied_database, new_database
from tests.support.stack import Stack


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A database on which nothing runs, for tests that don't count what there is."""
    folder = tmp_path_factory.mktemp("site")
    with new_database(postgres, folder) as settings, Stack(settings, folder, roles=()) as site:
        yield site


@pytest.fixture
def cli(site: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(site.environment, monkeypatch, capsys)


@pytest.fixture
def own_site(settings: Settings, tmp_path: Path) -> Iterator[Stack]:
    """A database of the test's own on which nothing runs."""
    with Stack(settings, tmp_path, roles=()) as site:
        yield site


@pytest.fixture
def own_cli(own_site: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(own_site.environment, monkeypatch, capsys)


@contextmanager
def copied_site(site: Stack, postgres: EmbeddedPostgres, folder: Path) -> Iterator[Stack]:
    """A copy of a site with its database and files, which a test may change."""
    shutil.copytree(site.folder, folder)
    site.parts.close()
    with copied_database(postgres, site.settings.site_id) as url:
        settings = replace(site.settings, database_url=url, data_dir=folder)
        with Stack(settings, folder, roles=()) as copy:
            yield copy
