"""`org`, `person` and `token`, as an operator types them."""

import re

import pytest

from adapters.bootstrap import Parts
from tests.acceptance.command_line import CommandLine


@pytest.fixture
def cli(parts: Parts, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    environment = {"HARVEST_DATABASE_URL": parts.settings.database_url, "HARVEST_DATA_DIR": str(parts.settings.data_dir)}
    return CommandLine(environment, monkeypatch, capsys)


def test_an_editor_gets_a_role_and_a_token_and_loses_them(cli: CommandLine, parts: Parts) -> None:
    cli("org", "create", "bka", "--title", "Bundeskanzleramt")
    cli("person", "create", "anna", "--email", "anna@example.org")
    assert cli("org", "add-member", "bka", "anna", "editor").out == "anna is editor in bka\n"
    made = cli("token", "create", "anna", "nightly", "--scope", "read,harvest_job_*", "--expires", "90d").out

    token, said = made.splitlines()
    assert re.fullmatch(
        r"This token of anna is shown once; it allows harvest_job_\*, read, until \d{4}-\d\d-\d\d \d\d:\d\d\.", said
    )
    assert parts.callers.caller({"authorization": token}).has_role("bka", "editor")
    assert "editor in bka" in cli("person", "list").out
    assert "Bundeskanzleramt" in cli("org", "list").out
    assert "anna    editor" in cli("org", "show", "bka").out
    [row] = cli.json("token", "list", "anna")["tokens"]
    assert "until" in cli("token", "list").out

    cli("token", "revoke", row["id"])
    cli("org", "remove-member", "bka", "anna")
    cli("person", "edit", "anna", "--inactive", "--title", "Anna A.")

    assert "revoked" in cli("token", "list").out
    assert cli.json("person", "show", "anna")["active"] is False
    cli("person", "remove", "anna")
    cli("org", "edit", "bka", "--title", "BKA")
    cli("org", "remove", "bka")
    assert "There are no persons yet" in cli("person", "list").out
    assert "There are no organisations yet" in cli("org", "list").out
    assert cli("token", "list").out == "There are no tokens\n"


def test_a_token_of_a_service_is_nobodys(cli: CommandLine) -> None:
    token, said = cli("token", "create", "--service", "ckan", "--expires", "never").out.splitlines()

    assert token.startswith("hls_")
    assert said == "This token of the service ckan is shown once; it allows admin, for ever."
    assert "service ckan" in cli("token", "list").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("person", "show", "nobody"), "There is no person nobody: `harvester person list` lists them"),
        (("org", "show", "nowhere"), "There is no organisation nowhere: `harvester org list` lists them"),
        (("token", "create", "nobody"), "There is no person nobody: `harvester person list` lists them"),
        (("token", "revoke", "a0a0a0a0-0000-4000-8000-00000000dead"), "There is no token a0a0a0a0-0000-4000-8000-00000000dead"),
    ],
)
def test_what_isnt_there_is_named_with_the_command_that_lists_what_is(
    cli: CommandLine, arguments: tuple[str, ...], said: str
) -> None:
    assert said in cli.refused(*arguments)


def test_with_a_ckan_its_users_count_and_services_still_have_tokens(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARVEST_CKAN_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("HARVEST_CKAN_TOKEN", "x")

    assert "HARVEST_CKAN_URL is set, so the users" in cli.refused("person", "create", "anna")
    assert cli("token", "create", "--service", "ckan").out.startswith("hls_")
