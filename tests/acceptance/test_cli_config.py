"""`harvester config show`, and `-c ckan.ini` before and behind a command."""

from pathlib import Path

import pytest

from tests.acceptance.command_line import CommandLine

INI = """[app:main]
sqlalchemy.url = postgresql://ckan:hidden@db/ckan
ckan.site_id = portal
ckan.harvest.mq.type = redis
ckan.harvest.timout = 5
"""


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    for name in ("HARVEST_CKAN_INI", "HARVEST_CKAN_INI_TOLD", "HARVEST_DATABASE_URL", "HARVEST_SITE_ID", "CKAN_INI"):
        monkeypatch.setenv(name, "")  # so that what a command sets is gone afterwards
    return CommandLine({}, monkeypatch, capsys)


@pytest.fixture
def ini(tmp_path: Path) -> str:
    (tmp_path / "ckan.ini").write_text(INI)
    return str(tmp_path / "ckan.ini")


def test_each_value_is_shown_with_its_origin_and_secrets_are_masked(
    cli: CommandLine, ini: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARVEST_CKAN_TOKEN", "hidden")
    monkeypatch.setenv("HARVEST_LEASE", "7")

    printed = cli("-c", ini, "config", "show")

    lines = {line.split()[0]: line.split(maxsplit=2)[1:] for line in printed.out.splitlines()}
    assert lines["HARVEST_DATABASE_URL"] == ["postgresql://ckan:***@db/ckan", f"sqlalchemy.url in {ini}"]
    assert lines["HARVEST_SITE_ID"] == ["portal", f"ckan.site_id in {ini}"]
    assert lines["HARVEST_CKAN_TOKEN"] == ["***", "environment"]
    assert lines["HARVEST_LEASE"] == ["7.0", "environment"]
    assert lines["HARVEST_LOG_FORMAT"] == ["text", "default"]
    assert "hidden" not in printed.out + printed.err


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("option", [["-c", "INI"], ["--config", "INI"], ["--config=INI"]])
def test_the_ini_is_taken_anywhere_and_what_has_no_effect_is_told_once(
    cli: CommandLine, ini: str, option: list[str], place: int
) -> None:
    words = ["config", "show"]
    words[place:place] = [word.replace("INI", ini) for word in option]

    printed = cli(*words)

    assert "portal" in printed.out
    assert printed.err.count("ckan.harvest.mq.type") == 1
    assert printed.err.count("(did you mean ckan.harvest.timeout?)") == 1
    assert cli(*words).err == ""  # nor again in what this process starts


def test_the_environment_goes_before_the_ini(cli: CommandLine, ini: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARVEST_SITE_ID", "mine")

    rows = {row["setting"]: row for row in _rows(cli, ini)}

    assert rows["HARVEST_SITE_ID"] == {"setting": "HARVEST_SITE_ID", "value": "mine", "from": "environment"}


def _rows(cli: CommandLine, ini: str) -> list[dict[str, str]]:
    cli("config", "show", "-c", ini)
    rows: list[dict[str, str]] = cli.json("config", "show", "--set")["settings"]
    return rows


def test_an_ini_that_is_not_there_is_one_line(cli: CommandLine, tmp_path: Path) -> None:
    line = cli.refused("-c", str(tmp_path / "none.ini"), "sources")

    assert f"{tmp_path}/none.ini can't be read" in line


def test_ckans_own_variable_is_not_followed_and_that_is_said(
    cli: CommandLine, ini: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CKAN_INI", ini)

    printed = cli("config", "show")

    assert "portal" not in printed.out
    assert printed.err == f"Note: CKAN_INI={ini} is not read: give that file with -c, or set HARVEST_CKAN_INI\n"
