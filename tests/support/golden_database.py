"""A database as this version leaves it, as SQL: `python -m tests.support.golden_database > tests/golden/database.vN.sql`.

Run it with a version that has just landed, and never change the file afterwards: tests/integration/test_upgrade.py upgrades it.
A small portal: sources with all kinds of jobs behind them, people, notices, and a job under way.
"""

import base64
import socket
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

from adapters.actions.session import Session
from adapters.bootstrap import Parts, initialise
from adapters.embedded import EmbeddedPostgres
from adapters.embedded.postgres import psql_program
from adapters.settings import Settings
from tests.acceptance.changing_remote import ChangingRemote
from tests.support.in_process import run_job

SITE = "golden"
KEY = base64.b64encode(b"golden" + bytes(58)).decode()  # encrypts the secrets of its sources
SCHEMAS = ("catalogue", "content", "events", "harvest", "ops")


def package(number: int, version: int = 1, **fields: Any) -> dict[str, Any]:
    """A dataset of the remote."""
    return {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "name": f"dataset-{number}",
        "title": f"Dataset {number}, version {version}",
        "metadata_modified": f"2026-01-01T00:00:{version:02}",
        "state": "active",
        "resources": [{"id": f"r-{number}", "name": "List", "url": f"https://example.org/{number}.csv", "format": "CSV"}],
        "tags": [{"name": "golden"}],
        "extras": [],
        **fields,
    }


def city(session: Session, remote: ChangingRemote) -> None:
    """Harvested four times, edited, undone; deletions held, approved and rejected; records that failed, tried again."""
    remote.fill([package(number) for number in range(8)])
    config = {"api_key": "geheim", "hold_deletions_percent": 10, "hold_deletions_count": 0}
    values = {"source_type": "ckan", "owner_org": "amt", "config": config}
    session.call("harvest_source_create", name="city", title="The city", url=remote.url, frequency="DAILY", **values)
    session.call("harvest_source_test", id="city")
    remote.fill([package(0, 2), *(package(number) for number in range(1, 6)), package(8, 1, title=None, name="")])
    session.call("harvest_source_test", id="city", full=True)
    session.call("harvest_source_patch", id="city", title="The city of today")
    session.call("harvest_job_reject_deletions", id="city")
    remote.fill([package(0, 3), package(1)])
    session.call("harvest_source_test", id="city", full=True)
    run_job(session.parts, session.call("harvest_job_approve_deletions", id="city")["id"])
    run_job(session.parts, session.call("harvest_job_undo", id="city", reason="too much at once")["id"])


def others(session: Session) -> None:
    """Sources that failed, were aborted, paused, cleared, removed."""
    parts = session.parts
    for name, kind, config in (
        ("failing", "raising", {"records": 6, "poison": ["record-1"], "false": ["record-2"]}),
        ("aborted", "noop", {"records": 3}),
        ("paused", "noop", {"records": 3}),
        ("cleared", "noop", {"records": 3}),
        ("gone", "noop", {"records": 3}),
        ("history", "noop", {"records": 3}),
    ):
        session.call("harvest_source_create", name=name, url=f"http://127.0.0.1/{name}", source_type=kind, config=config)
        session.call("harvest_source_test", id=name)
    run_job(parts, session.call("harvest_job_retry", id="failing")["id"])
    session.call("harvest_job_create", source_id="aborted")
    session.call("harvest_job_abort", id="aborted")
    session.call("harvest_source_pause", id="paused")
    run_job(parts, session.call("harvest_source_clear", id="cleared")["id"])
    session.call("harvest_source_delete", id="gone")
    session.call("harvest_bulk_create", what="resume", source_ids=["paused", "aborted"])
    session.call("harvest_source_job_history_clear", id="history")


def people(session: Session) -> None:
    """Persons with passwords, roles, tokens and subscriptions."""
    session.call("harvest_organization_create", name="amt", title="The office")
    for name in ("admin", "editor"):
        session.call("harvest_person_create", name=name, sysadmin=name == "admin", email=f"{name}@example.org")
    session.call("harvest_person_password_set", person="admin", password="four words of a password")
    session.call("harvest_organization_member_create", id="amt", username="editor", role="editor")
    session.call("harvest_token_create", person="admin", name="of a script")


def under_way(session: Session) -> None:
    """A job whose records are gathered, and none of them done."""
    parts = session.parts
    values = {"source_type": "noop", "config": {"records": 5, "content": 50}}
    source = session.call("harvest_source_create", name="under-way", url="http://127.0.0.1/under-way", **values)
    session.call("harvest_subscribe", source_id="under-way", address="somebody@example.org")
    job_id = parts.application.create_job(UUID(source["id"]))
    parts.gather_run(lambda: False, parts.work_projector().catch_up).run(job_id, "worker")
    parts.work_projector().catch_up()
    assert parts.database.query("SELECT count(*) FROM ops.work") == [(5,)]
    parts.read_model_projector().catch_up()


def fill(settings: Settings) -> None:
    """The portal."""
    initialise(settings)
    parts = Parts(settings, "test")
    session = Session(parts)
    people(session)
    with ChangingRemote() as remote:
        city(session, remote)
    others(session)
    under_way(session)
    parts.close()


def _statements(dump: str) -> str:
    """Without psql's own commands, and what an older server doesn't know."""
    lines = dump.splitlines()
    return "\n".join(line for line in lines if not line.startswith(("\\", "SET transaction_timeout", "--")) and line)


def main() -> None:
    """Print the database."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = EmbeddedPostgres(folder / "pg")
        server.start()
        try:
            with patch.object(socket, "gethostname", lambda: "portal"):
                fill(
                    replace(
                        Settings(),
                        database_url=server.url,
                        data_dir=folder,
                        site_id=SITE,
                        secret_key=KEY,
                        http_allow="loopback",
                    )
                )
            schemas = (argument for schema in SCHEMAS for argument in ("--schema", schema))
            pg_dump = Path(psql_program() or "").with_name("pg_dump")
            argv = [str(pg_dump), "--no-owner", "--no-privileges", "--rows-per-insert=50", *schemas, server.url]
            print(_statements(subprocess.run(argv, check=True, capture_output=True, text=True).stdout))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
