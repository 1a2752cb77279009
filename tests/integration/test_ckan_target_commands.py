"""What initdb and status say about the CKAN that is to be imported into."""

from collections.abc import Iterator

import pytest

from adapters.settings import Settings
from tests.acceptance.command_line import CommandLine
from tests.support.action_site import ActionSite, action_site

DENIED = {"success": False, "error": {"__type": "Authorization Error", "message": "Access denied"}}


@pytest.fixture
def site() -> Iterator[ActionSite]:
    with action_site() as known:
        known.answer = lambda action: (200, {"success": True, "result": {"ckan_version": "2.12.0", "name": "bob"}}, {})
        yield known


@pytest.fixture
def cli(
    settings: Settings, site: ActionSite, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CommandLine:
    environment = {
        "HARVEST_DATABASE_URL": settings.database_url,
        "HARVEST_DATA_DIR": str(settings.data_dir),
        "HARVEST_CKAN_URL": site.url,
        "HARVEST_CKAN_TOKEN": "secret",
    }
    return CommandLine(environment, monkeypatch, capsys)


def test_initdb_and_status_name_the_ckan(cli: CommandLine, site: ActionSite) -> None:
    where = f"CKAN 2.12.0 at {site.url.rstrip('/')}"

    assert cli("initdb").out.endswith(f"\nTarget: {where}\n")
    assert cli.json("status", status=1)["target"] == where  # 1: no role runs


def test_a_token_without_rights_is_said_in_one_line(cli: CommandLine, site: ActionSite) -> None:
    granted = site.answer
    site.answer = lambda action: (403, DENIED, {}) if action == "config_option_list" else granted(action)

    assert "run `ckan sysadmin add bob`" in cli.refused("initdb")
    status = cli.json("status", status=1)
    assert status["target"] is None
    assert sum("HARVEST_CKAN_TOKEN" in problem for problem in status["problems"]) == 1


def test_a_ckan_that_is_down_is_said_and_nothing_else_is_hidden(cli: CommandLine, site: ActionSite) -> None:
    site.answer = lambda action: (503, "maintenance", {})

    status = cli.json("status", status=1)

    assert any("maintenance" in problem for problem in status["problems"])
    assert status["events"] == 0
