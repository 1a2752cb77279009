"""`harvester doctor`: what is wrong with an installation, and how to mend it."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from typing import Any

import pytest
from psycopg import sql

from adapters.actions import doctor
from adapters.actions.session import Session
from adapters.bootstrap import Parts
from adapters.embedded import EmbeddedPostgres
from adapters.postgres import installation
from adapters.postgres.database import Database
from domain.errors import SettingError
from tests.acceptance.command_line import CommandLine
from tests.conftest import new_database
from tests.support.action_site import Answer, action_site
from tests.support.stack import Stack, wait_for


@pytest.fixture(scope="module")
def stack(new_stack: Callable[..., AbstractContextManager[Stack]]) -> Iterator[Stack]:
    with new_stack() as stack:
        stack.source("some", "http://127.0.0.1/some", "noop", {"records": 1})
        stack.run("some")
        yield stack


@pytest.fixture
def cli(stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    monkeypatch.setattr(doctor, "LEAST_FILES", 64)  # whatever the machine of the tests allows
    return CommandLine(stack.environment, monkeypatch, capsys)


def of(answer: dict[str, Any], check: str) -> list[str]:
    return [row["text"] for row in answer["checks"] if row["check"] == check]


def settled(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, once all roles run."""
    return {} if any(check == "workers" for check, _ in problems(answer)) else answer


def problems(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row["check"], row["text"]) for row in answer["checks"] if row["state"] == "problem"]


def test_a_site_that_is_well_passes_every_check(cli: CommandLine, stack: Stack) -> None:
    answer = wait_for(lambda: settled(stack.json("doctor", status=None)), 20, "all processes have reported")
    found = [one for one in problems(answer) if one[0] != "plugins"]  # the tests' own plugins are partly broken on purpose

    assert found == []
    assert [row["check"] for row in answer["checks"] if row["check"] != "plugins"] == [
        *(
            "settings",
            "database",
            "rights",
            "connections",
            "clock",
            "broker",
            "target",
            "callers",
            "in CKAN",
            "disk",
            "workers",
            "mail",
            "limits",
        )
    ]
    assert of(answer, "broker")[0].endswith(f"and the topics of site {stack.settings.site_id} are there")
    assert of(answer, "target") == ["local catalogue"]


def test_a_plugin_that_a_source_needs_is_missed(cli: CommandLine, stack: Stack) -> None:
    stack.parts.database.query("UPDATE harvest.harvest_source SET type = 'gone' WHERE name = 'some'")

    text = cli("doctor", status=1).out

    stack.parts.database.query("UPDATE harvest.harvest_source SET type = 'noop' WHERE name = 'some'")
    assert "!!  plugins      1 active source of type gone (some, for example), but no plugin of that type is installed" in text
    assert text.splitlines()[-1].endswith("wrong")


def test_unknown_settings_missing_topics_and_partitions_are_told(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARVEST_FETCH_WORKER", "3")
    monkeypatch.setenv("HARVEST_TOPIC_PARTITIONS", "50")

    found = dict(problems(json.loads(cli("doctor", "--json", status=1).out)))

    assert "HARVEST_FETCH_WORKER is not a setting of harvestlog" in found["settings"]
    assert "has 3 partitions, HARVEST_TOPIC_PARTITIONS is 50" in found["broker"]
    monkeypatch.setenv("HARVEST_SITE_ID", "another")
    assert "Topic another.harvest.gather is missing" in cli("doctor", status=1).out


def test_a_mail_server_that_does_not_answer_is_told(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HARVEST_STATUS_MAIL_ERRORED", "true")
        monkeypatch.setenv("HARVEST_SMTP_MAIL_FROM", "harvest@example.org")
        monkeypatch.setenv("HARVEST_SMTP_SERVER", f"127.0.0.1:{nobody.getsockname()[1]}")

        found = dict(problems(cli.json("doctor", status=1)))

    assert "127.0.0.1" in found["mail"]


def test_without_a_database_the_rest_is_examined_all_the_same(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARVEST_DATABASE_URL", "postgresql://nobody:geheim@127.0.0.1:1/none")

    answer = cli.json("doctor", status=1)

    assert "can't be used" in of(answer, "database")[0]
    assert of(answer, "rights") == of(answer, "clock") == of(answer, "workers") == ["the database can't be used"]
    assert of(answer, "disk")
    assert "geheim" not in str(answer)


def test_a_setting_that_cant_be_read_is_told(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARVEST_FETCH_THREADS", "many")

    assert problems(cli.json("doctor", status=1)) == [("settings", "HARVEST_FETCH_THREADS='many' is not a number")]


def test_open_files_and_a_full_disk_are_told(cli: CommandLine, monkeypatch: pytest.MonkeyPatch, stack: Stack) -> None:
    monkeypatch.setattr(doctor, "LEAST_FILES", 10**9)
    monkeypatch.setattr("domain.health.LEAST_FREE", 10**18)

    found = dict(problems(cli.json("doctor", status=1)))

    assert "ulimit -n 1000000000" in found["limits"]
    assert f"The disk of {stack.settings.data_dir} has " in found["disk"]


# the database


@pytest.fixture
def poor(postgres: EmbeddedPostgres, tmp_path: Any) -> Iterator[Database]:
    """A database as a role that may only read it."""
    with new_database(postgres, tmp_path) as settings:
        owner = Database(settings.database_url)
        with owner.connect() as connection:
            role = f"poor_{settings.site_id}"
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            connection.execute(sql.SQL("GRANT USAGE ON SCHEMA ops, events TO {}").format(sql.Identifier(role)))
            yield Database(settings.database_url.replace("postgres@", f"{role}@", 1))
            connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
        owner.close()


def test_a_role_without_rights_is_told_what_to_grant(poor: Database) -> None:
    with pytest.raises(SettingError, match=r"may not make schemas.*GRANT CREATE ON DATABASE"):
        installation.check_rights(poor)
    poor.close()


def test_a_role_without_temporary_tables_is_told_what_to_grant(poor: Database) -> None:
    name, role = poor.query("SELECT current_database(), current_user")[0]
    owner = Database(poor.url.replace(f"{role}@", "postgres@", 1))
    with owner.connect() as connection:
        connection.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        connection.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(role)))
    owner.close()

    with pytest.raises(SettingError, match=r"may not make temporary tables.*GRANT TEMPORARY ON DATABASE"):
        installation.check_rights(poor)
    poor.close()


def test_a_clock_that_is_wrong_is_told(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3600)

    with pytest.raises(SettingError, match=r"clock of this machine is 3\d\d\d s ahead of the database's: set it by NTP"):
        installation.check_clock(parts.database)


def test_tables_of_another_version_are_told(parts: Parts) -> None:
    parts.database.query("UPDATE harvest.checkpoint SET model_version = 1")

    with pytest.raises(SettingError, match="run `harvester initdb`"):
        installation.check_tables(parts.database)


def test_a_check_that_fails_by_itself_keeps_no_other_from_being_made(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_session: Session) -> doctor.Found:
        raise ZeroDivisionError("bug")

    monkeypatch.setattr(doctor, "CHECKS", {"broken": broken, "limits": doctor.CHECKS["limits"]})

    answer = Session(parts).call("harvest_installation_check")

    assert [row["check"] for row in answer["checks"]] == ["broken", "limits"]
    assert answer["checks"][0]["text"] == "The check itself failed with ZeroDivisionError: bug"


def test_a_token_that_is_in_use_and_ends_soon_is_told_of(parts: Parts) -> None:
    session = Session(parts)
    session.call("harvest_person_create", name="anna")
    for name, expires in (("nightly", "10d"), ("later", "90d"), ("idle", "10d")):
        token = session.call("harvest_token_create", person="anna", name=name, expires=expires)["token"]
        if name != "idle":
            parts.callers.caller({"authorization": token})

    answer = session.call("harvest_installation_check")

    [text] = of(answer, "callers")
    assert text.startswith("The token 'nightly' of anna is in use and ends on ")
    parts.database.query("DELETE FROM ops.token")
    assert of(session.call("harvest_installation_check"), "callers") == ["1 person of our own may have tokens"]


@pytest.mark.parametrize(
    ("user", "words"),
    [
        (None, "CKAN doesn't know the token in HARVEST_CKAN_TOKEN"),
        ({"name": "bob", "state": "active", "sysadmin": False}, "run `ckan sysadmin add bob`"),
        ({"name": "root", "state": "active", "sysadmin": True}, "HARVEST_CKAN_TOKEN is of its sysadmin root"),
    ],
)
def test_the_right_of_our_token_in_ckan_is_looked_at(parts: Parts, user: dict[str, Any] | None, words: str) -> None:
    unknown: Answer = (404, {"success": False, "error": {"__type": "Not Found Error", "message": "Not found"}}, {})
    with action_site() as site:
        site.answer = lambda action: (
            unknown if user is None else (200, {"success": True, "result": user if action == "user_show" else []}, {})
        )
        settings = replace(parts.settings, ckan_url=site.url, ckan_token="ours")

        with closing(Parts(settings)) as parts:
            [text] = of(Session(parts).call("harvest_installation_check"), "callers")

    assert words in text
