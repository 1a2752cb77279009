"""No table holds a source's secrets in clear; plugins get them; keys are changed, missed and lost."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from psycopg import sql

from adapters import bootstrap
from adapters.actions.session import Session
from adapters.bootstrap import Parts
from adapters.postgres.database import Database
from adapters.settings import Settings
from adapters.stages.context import JobContexts
from domain.errors import SettingError, ValidationError
from domain.jobs import Job
from domain.sources import HarvestSource, SourceFields

SECRETS = ("hidden-key", "hidden-password", "hidden-header")
URL = "https://me:hidden-password@remote.example/"
CONFIG = json.dumps({"api_key": "hidden-key", "headers": {"X-Any": "hidden-header"}, "records": 3})
TABLES = """
    SELECT table_schema, table_name FROM information_schema.tables
    WHERE table_schema IN ('events', 'ops', 'harvest', 'content', 'catalogue') AND table_type = 'BASE TABLE'
"""


@pytest.fixture
def session(settings: Settings) -> Iterator[Session]:
    session = Session(Parts(settings, "test"))
    yield session
    session.parts.close()


def create(session: Session, name: str = "some") -> dict[str, Any]:
    row: dict[str, Any] = session.call("harvest_source_create", name=name, url=URL, source_type="noop", config=CONFIG)
    return row


def in_clear(database: Database) -> list[str]:
    """The tables that hold one of the secrets."""
    places = []
    for schema, table in database.query(TABLES):
        column = BYTES.get((schema, table))
        text = sql.SQL("convert_from({}, 'UTF8')").format(sql.Identifier(column)) if column else sql.SQL("t::text")
        rows = database.query(sql.SQL("SELECT {} FROM {} t").format(text, sql.Identifier(schema, table)))
        if any(secret in row for (row,) in rows for secret in SECRETS):
            places.append(f"{schema}.{table}")
    return places


BYTES = {("events", "stored_event"): "state"}
"""Tables that hold text as bytes."""


def as_plugins_see_it(parts: Parts, source_id: str) -> tuple[str, dict[str, Any]]:
    application = parts.application
    job_id = application.create_job(UUID(source_id), by="test")
    contexts = JobContexts(application, parts.target, parts.session)
    view = contexts.make(application.load(Job, job_id), application.load(HarvestSource, UUID(source_id)))
    application.abort_job(job_id, by="test")
    assert view.harvester is not None
    return view.job.source.url, json.loads(view.job.source.config)


def test_no_table_holds_a_secret_and_plugins_get_them(session: Session) -> None:
    row = create(session)
    changed = session.call("harvest_source_patch", id="some", title="Other", config=row["config"], url=row["url"])

    assert in_clear(session.parts.database) == []
    assert not any(secret in str(shown) for shown in (row, changed) for secret in SECRETS)
    assert as_plugins_see_it(session.parts, row["id"]) == (URL, json.loads(CONFIG))


def test_the_check_of_tables_finds_what_earlier_versions_stored(session: Session) -> None:
    register_in_clear(session.parts)

    assert {"events.stored_event", "harvest.harvest_source"} <= set(in_clear(session.parts.database))


def register_in_clear(parts: Parts) -> str:
    """A source as earlier versions stored it."""
    source_id = bootstrap._writing(parts.database).register_source(SourceFields("old", URL, "noop", config=CONFIG), by="test")
    Session(parts).show_current()
    return str(source_id)


def test_a_second_call_and_a_second_source_of_the_same_address_are_noticed(session: Session) -> None:
    row = create(session)
    versions = "SELECT count(*) FROM events.stored_event"
    before = session.parts.database.query(versions)

    session.call("harvest_source_create", id=row["id"], name="some", url=URL, source_type="noop", config=CONFIG)
    session.call("harvest_source_update", id="some", name="some", url=URL, source_type="noop", config=CONFIG, title="some")
    assert session.parts.database.query(versions) == before
    with pytest.raises(ValidationError, match="There already is a Harvest Source for this URL") as refused:
        create(session, "other")
    assert not any(secret in str(refused.value) for secret in SECRETS)


def test_a_source_of_an_earlier_version_is_read_and_keeps_its_address(session: Session) -> None:
    source_id = register_in_clear(session.parts)

    assert as_plugins_see_it(session.parts, source_id) == (URL, json.loads(CONFIG))
    with pytest.raises(ValidationError, match="There already is"):
        create(session)
    session.call("harvest_source_patch", id="old", title="Other")
    newest = session.parts.application.load(HarvestSource, UUID(source_id))
    assert newest.fields.title == "Other"


def test_changing_a_source_of_an_earlier_version_writes_no_secret_into_the_event(session: Session) -> None:
    source_id = register_in_clear(session.parts)

    session.call("harvest_source_patch", id="old", config=CONFIG.replace('"records": 3', '"records": 4'))

    state = session.parts.database.query(
        "SELECT convert_from(state, 'UTF8') FROM events.stored_event WHERE originator_id = %(id)s AND topic = 'source.changed'",
        id=source_id,
    )[0][0]
    assert not any(secret in state for secret in SECRETS)
    assert as_plugins_see_it(session.parts, source_id)[1]["records"] == 4


def test_rotating_encrypts_everything_with_a_new_key_and_what_was_in_clear_too(session: Session) -> None:
    register_in_clear(session.parts)
    shown = session.call("harvest_secrets_show")
    assert (shown["key"], shown["sources"]["in_clear"]) == ("", 1)
    first = session.call("harvest_secrets_rotate")
    source = session.call("harvest_source_show", id="old")
    gathered = session.parts.application.find_source("old")

    second = session.call("harvest_secrets_rotate")

    assert (first["changed"], second["changed"]) == (1, 1)
    assert first["key"] != second["key"]
    shown = session.call("harvest_secrets_show")
    assert (shown["key"], shown["sources"]) == (
        second["key"],
        {"current": 1, "older_key": 0, "in_clear": 0, "key_missing": 0},
    )
    assert "harvest.harvest_source" not in in_clear(session.parts.database)
    assert as_plugins_see_it(session.parts, source["id"]) == (URL, json.loads(CONFIG))
    with pytest.raises(ValidationError, match="There already is"):
        create(session)  # the address is still this source's
    assert session.parts.application.find_source("old").remote_changed_at == gathered.remote_changed_at  # nothing is new there


def test_a_machine_without_the_key_says_so_and_makes_none_of_its_own(session: Session, tmp_path: Path) -> None:
    row = create(session)
    elsewhere = replace(session.parts.settings, data_dir=tmp_path / "elsewhere")
    other = Session(Parts(elsewhere, "test"))

    with pytest.raises(SettingError, match=r"encrypted with key [0-9a-f]{8}, which is not in .*secret.key: copy the key file"):
        create(other, "another")
    with pytest.raises(SettingError, match="copy the key file"):
        other.parts.cipher.require()
    with pytest.raises(SettingError, match=r"Source some can't be harvested here: .* copy the key file"):
        as_plugins_see_it(other.parts, row["id"])
    assert not (tmp_path / "elsewhere" / "secret.key").exists()
    assert other.call("harvest_source_show", id="some")["name"] == "some"  # what needs no secret works
    assert other.call("harvest_secrets_show")["sources"]["key_missing"] == 1
    other.parts.close()


def test_after_the_key_is_lost_secrets_are_entered_again(session: Session, tmp_path: Path) -> None:
    row = create(session)
    new = Session(Parts(replace(session.parts.settings, data_dir=tmp_path / "new"), "test"))

    with pytest.raises(SettingError, match="copy the key file"):
        new.call("harvest_secrets_rotate")
    rotated = new.call("harvest_secrets_rotate", key_lost=True)
    assert [failure["source"] for failure in rotated["failed"]] == ["some"]
    new.call("harvest_source_patch", id="some", url=URL, config=CONFIG)

    assert as_plugins_see_it(new.parts, row["id"]) == (URL, json.loads(CONFIG))
    new.parts.close()


def test_what_a_plugin_says_is_stored_without_secrets_of_addresses(session: Session) -> None:
    row = create(session)
    job_id = session.parts.application.create_job(UUID(row["id"]), by="test")
    job = session.parts.application.start_gather(job_id, "worker")

    session.parts.application.record_gather_error(job, "remote_error", f"GET {URL}?token=hidden-key failed")

    assert in_clear(session.parts.database) == []
