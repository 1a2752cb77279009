"""A site for tests of mail and webhooks, with a real SMTP server and a receiver of webhooks on loopback."""

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest

from adapters.actions.session import Session
from adapters.bootstrap import Parts
from adapters.duties.notices import WriteNotices
from adapters.duties.sending import SendMail, SendWebhooks
from adapters.notice_parts import NoticeParts
from adapters.postgres.content import content_hash
from adapters.postgres.outbox import Outbox
from domain.objects import GatheredRecord
from domain.sources import SourceFields
from tests.support.action_site import ActionSite, action_site
from tests.support.mail_server import MailServer, mail_server

ANNA, BEN = "anna@example.org", "ben@example.org"
SECRET = "whsec_" + base64.b64encode(b"shared by both").decode()
CONFIG = json.dumps({"api_key": "geheim-1", "headers": {"X-Auth": "geheim-2"}, "records": 3})
EVENTS = (
    "SELECT convert_from(state, 'UTF8')::jsonb FROM events.stored_event WHERE topic = 'notice.sent' ORDER BY notification_id"
)


class Site:
    """A site whose duties run when a test says so, by the database's clock."""

    def __init__(self, parts: Parts, **settings: Any) -> None:
        self.parts = parts
        self.database = parts.database
        defaults = {
            "mail_to": f"Anna@Example.org, {ANNA}",
            "smtp_mail_from": "harvest@example.org",
            "site_title": "Portal",
            "http_allow": "loopback",
        }
        self.settings = replace(parts.settings, **{**defaults, **settings})
        self.notices = NoticeParts(self.settings, parts.database)
        self.outbox = Outbox(parts.database)
        mails, webhooks = self.notices.duties(parts.database, parts.application, Parts(self.settings).webhook_session)
        self.duties: list[WriteNotices | SendMail | SendWebhooks] = [*mails, *webhooks]  # type: ignore[list-item]
        self.write = self.duties[0]
        self.write.run(self.now())

    @property
    def session(self) -> Session:
        return Session(Parts(self.settings, "test"))

    def now(self) -> datetime:
        time: datetime = self.database.query("SELECT clock_timestamp()")[0][0]
        return time.astimezone(UTC)

    def tell(self, now: datetime | None = None) -> None:
        """All that the leader does about notices."""
        self.parts.work_projector().catch_up()
        self.parts.read_model_projector().catch_up()
        for duty in self.duties:
            while duty.run(now or self.now()):
                pass

    def hurry(self) -> None:
        """What is to be tried later, or in a digest, is due now."""
        self.database.query("UPDATE ops.outbox SET due_at = now() WHERE due_at IS NOT NULL")

    def rows(self, columns: str = "recipient, attempts, error") -> list[tuple[Any, ...]]:
        with self.database.connect() as connection:
            return connection.execute(f"SELECT {columns} FROM ops.outbox ORDER BY recipient, event_number".encode()).fetchall()

    def sent(self) -> list[dict[str, Any]]:
        return [row[0] for row in self.database.query(EVENTS)]

    def source(self, name: str = "city", **fields: Any) -> UUID:
        values = SourceFields(name, f"http://data.example/{name}", "noop", **{"title": "City", "config": CONFIG, **fields})
        return self.parts.application.register_source(values, "admin")

    def job(
        self,
        source: UUID,
        *,
        errors: Sequence[str] = (),
        gather: Sequence[str] = (),
        outcome: str = "",
        kind: str = "harvest",
        trigger: str = "cli",
    ) -> str:
        """A job that has ended, with an added record for good measure; its id."""
        app = self.parts.application
        job = app.start_gather(app.create_job(source, kind=kind, trigger=trigger), "worker")
        for message in gather:
            job.record_gather_error("remote", message)
        text = b"{}"
        self.parts.content.put({content_hash(text): text})
        guids = ["fine", *(f"record-{number}" for number in range(len(errors)))]
        app.record_page(job, [GatheredRecord(guid, "new", content_hash(text)) for guid in guids], 0)
        app.finish_gather(job, complete=outcome != "failed", full=False, deletions=0)
        objects = app.load_objects([job.object_id(guid) for guid in guids])
        for number, message in enumerate(errors):
            failed = objects[job.object_id(f"record-{number}")]
            failed.record_error("Import", message, 7)
            failed.fail("Import", "reported", message, None)
        objects[job.object_id("fine")].import_as("added", f"package-{job.id}")
        app.record_objects(objects.values())
        counts = {"added": 1, "errored": len(errors) + len(gather)}
        app.finish_job(job.id, outcome or "finished", counts)
        return str(job.id)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def receiver() -> Iterator[ActionSite]:
    with action_site() as receiver:
        yield receiver


@pytest.fixture
def new_site(emptied: Parts, server: MailServer) -> Callable[..., Site]:
    def make(**settings: Any) -> Site:
        return Site(emptied, **{"smtp_server": server.address, "status_mail_errored": True, **settings})

    return make


@pytest.fixture
def site(new_site: Callable[..., Site]) -> Site:
    return new_site()


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    content: str = part.get_content()
    return content
