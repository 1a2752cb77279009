"""Wires what tells people and programs of jobs; a part of `bootstrap`, which hands in what it shares with others."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from adapters.duties.notices import Plan, WriteNotices
from adapters.duties.rounds import Duty
from adapters.duties.sending import SendMail, SendWebhooks
from adapters.mail.recipients import People, Recipients
from adapters.mail.reports import Reports
from adapters.mail.smtp import MailServer
from adapters.mail.texts import Site
from adapters.mail.webhooks import Webhooks
from adapters.postgres.database import Database
from adapters.postgres.outbox import Outbox
from adapters.postgres.persons import OwnPeople
from adapters.postgres.subscriptions import Subscriptions
from adapters.settings import Settings
from domain.application import Harvesting
from domain.notices import MailPolicy, webhook_urls
from harvesters.http import PoliteSession

PEOPLE_TIMEOUT = 20.0  # seconds for one call of CKAN: others wait for the answer


@dataclass(frozen=True)
class NoticeParts:
    """The parts, each made when it is first asked for. `database`: connections that belong to their threads."""

    settings: Settings
    database: Database

    @cached_property
    def server(self) -> MailServer:
        """Where mail is handed in."""
        s = self.settings
        return MailServer(
            address=s.smtp_server,
            sender=s.smtp_mail_from,
            reply_to=s.smtp_reply_to,
            starttls=s.smtp_starttls,
            user=s.smtp_user,
            password=s.smtp_password,
            ca_file=s.smtp_ca_file,
        )

    @cached_property
    def site(self) -> Site:
        """How the site presents itself."""
        return Site(self.settings.site_title, self.settings.site_url)

    @cached_property
    def recipients(self) -> Recipients:
        """Who gets mail."""
        return Recipients(Subscriptions(self.database), self.settings.mail_to, self._people())

    def _people(self) -> People:
        s = self.settings
        if not s.ckan_url:
            return OwnPeople(self.database)
        from adapters.targets.ckan.api import ActionAPI
        from adapters.targets.ckan.people import CkanPeople

        timeout = min(s.ckan_timeout, PEOPLE_TIMEOUT)
        return CkanPeople(ActionAPI(s.ckan_url, s.ckan_token, concurrency=1, timeout=timeout, user_agent=s.http_user_agent))

    def duties(
        self, leader: Database, application: Harvesting, session: Callable[[], PoliteSession]
    ) -> tuple[list[Duty], list[Duty]]:
        """Duties for two rounds, since both wait for others: of mail, and of webhooks.

        `leader` is the connection that they write over, `application` writes over it too.
        """
        s, outbox = self.settings, Outbox(leader)
        policy = MailPolicy(s.status_mail_errored, s.status_mail_all, s.status_mail_digest)
        plan = Plan(policy, s.status_mail_digest_at, webhook_urls(s.webhook_urls))
        reports = Reports(self.database, application)
        mail = SendMail(outbox, application, self.server, self.site, reports, self.recipients)
        webhooks = Webhooks(session, s.webhook_secret, self.site, s.site_id)
        writing = WriteNotices(self.database, application, outbox, self.recipients, plan)
        return [writing, mail], [SendWebhooks(outbox, application, webhooks, plan.webhooks)]
