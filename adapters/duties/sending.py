"""Sends the mail and the webhooks' events that are due, and records in the log what was sent.

If this process ends between sending and recording, the message goes out once more, with the same id.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from uuid import UUID

from adapters.duties.rounds import QUIET
from adapters.mail.recipients import Recipients
from adapters.mail.reports import Reports
from adapters.mail.smtp import Connection, MailRefused, MailServer, MailUnavailable, connected
from adapters.mail.texts import Details, Site, digest_mail, identified, job_mail
from adapters.mail.webhooks import Webhooks
from adapters.postgres.outbox import Notice, Outbox
from domain.application import Harvesting
from domain.errors import RemoteError
from domain.notices import DIGEST, ERROR, masked
from domain.secrets import mask_text
from domain.sent_notices import Notice as SentNotice

log = logging.getLogger(__name__)

MESSAGES = 10  # in one go
INTERVAL = 2.0  # seconds between two looks while something is due
READ_MODEL_WAIT = 2.0  # seconds until errors that are not in the read model yet are looked for again
GONE = "http_410"


class SendMail:
    """One message to each recipient, so that an address that is refused stops nobody else's mail."""

    name = "mail"
    trouble = "mail is not sent"
    interval = INTERVAL
    on_news = True
    pace = INTERVAL

    def __init__(
        self,
        outbox: Outbox,
        application: Harvesting,
        server: MailServer,
        site: Site,
        reports: Reports,
        recipients: Recipients,
    ) -> None:
        self._outbox = outbox
        self._application = application
        self._server = server
        self._site = site
        self._reports = reports
        self._recipients = recipients
        self._away = ""  # why the server takes no mail at present

    def run(self, now: datetime) -> bool:
        """Send some; whether there may be more."""
        due_in = self._outbox.due_in("mail")
        self.interval = min(QUIET, max(INTERVAL, due_in))
        if due_in > 0:
            return False
        single = self._outbox.claim("mail", MESSAGES)
        digest = self._outbox.claim_digest()
        batches = [batch for batch in [*([notice] for notice in single), digest] if self._is_wanted(batch)]
        details = {batch[0].id: self._details(batch[0], now) for batch in batches}
        unread = [batch[0].id for batch in batches if details[batch[0].id] is None]
        if unread:
            self._outbox.wait(unread, READ_MODEL_WAIT)
        ready = [(batch, detail) for batch in batches if (detail := details[batch[0].id]) is not None]
        return self._send(ready, now) and (len(single) == MESSAGES or bool(digest))

    def _is_wanted(self, batch: list[Notice]) -> bool:
        """Leaves out what the recipient has opted out of since it was written down; whether something is left."""
        unwanted = [notice for notice in batch if self._recipients.wants_none(notice.recipient, notice.source_id)]
        if unwanted:
            self._outbox.drop([notice.id for notice in unwanted])
            batch[:] = [notice for notice in batch if notice not in unwanted]
        return bool(batch)

    def _details(self, notice: Notice, now: datetime) -> Details | None:
        """What the mail about one job says in addition to its end; None: not there yet."""
        if notice.kind == DIGEST:
            return Details()
        return self._reports.details(notice.end, notice.number, now, errors=notice.kind == ERROR)

    def _send(self, batches: Sequence[tuple[list[Notice], Details]], now: datetime) -> bool:
        """Send each batch as one message; False when the server takes no mail."""
        if not batches:
            return True
        unsent = [notice.id for batch, _ in batches for notice in batch]
        try:
            with connected(self._server) as connection:
                for batch, details in batches:
                    self._send_one(connection, batch, details, now)
                    del unsent[: len(batch)]
        except MailUnavailable as error:
            self._outbox.all_later(unsent, str(error), "mail")
            self._note(str(error))
            return False
        self._note("")
        return True

    def _send_one(self, connection: Connection, batch: list[Notice], details: Details, now: datetime) -> None:
        first, ids = batch[0], [notice.id for notice in batch]
        try:
            message = identified(self._message(batch, details), first.id, now, self._site)
            connection.send(message, first.recipient)
        except MailRefused as error:
            log.warning("mail to %s: %s", first.recipient, error)
            if error.final:
                self._outbox.give_up(ids, str(error))
            else:
                self._outbox.later(ids, str(error))
        else:
            _record(self._application, first, [notice.end.job_id for notice in batch])
            self._outbox.sent(ids)

    def _message(self, batch: Sequence[Notice], details: Details) -> EmailMessage:
        if batch[0].kind == DIGEST:
            return digest_mail(self._site, [notice.end for notice in batch])
        return job_mail(self._site, batch[0].end, batch[0].kind, details)

    def _note(self, reason: str) -> None:
        """An outage is logged once, and so is its end."""
        if reason and not self._away:
            log.warning("mail is not sent: %s; trying again", reason)
        elif self._away and not reason:
            log.info("mail is sent again")
        self._away = reason


class SendWebhooks:
    """Posts events; a receiver that fails is left alone for a while, with all that is due for it."""

    name = "webhooks"
    trouble = "webhooks get no events"
    interval = INTERVAL
    on_news = True
    pace = INTERVAL

    def __init__(self, outbox: Outbox, application: Harvesting, webhooks: Webhooks, urls: Sequence[str]) -> None:
        self._outbox = outbox
        self._application = application
        self._webhooks = webhooks
        self._urls = frozenset(urls)

    def run(self, now: datetime) -> bool:
        """Post some; whether there may be more."""
        due_in = self._outbox.due_in("webhook")
        self.interval = min(QUIET, max(INTERVAL, due_in))
        if due_in > 0:
            return False
        notices = self._outbox.claim("webhook", MESSAGES)
        failed: set[str] = set()
        for place, notice in enumerate(notices):
            if notice.recipient in failed:
                continue
            if notice.recipient not in self._urls:
                self._outbox.give_up([notice.id], "its address is no longer in HARVEST_WEBHOOK_URLS")
            elif not self._post(notice, [other.id for other in notices[place:] if other.recipient == notice.recipient], now):
                failed.add(notice.recipient)
        return len(notices) == MESSAGES

    def _post(self, notice: Notice, same: Sequence[UUID], now: datetime) -> bool:
        """Post one; False when the receiver is to be left alone, with the others for it (`same`)."""
        try:
            self._webhooks.post(notice.recipient, notice.id, notice.kind, notice.end, now)
        except RemoteError as error:
            reason = mask_text(str(error))
            log.warning("webhook %s: %s", masked(notice.recipient), reason)
            if error.retryable:
                self._outbox.all_later(same, reason, "webhook", notice.recipient)
                return False
            if error.code == GONE:
                self._outbox.give_up([notice.id], reason)
            else:
                self._outbox.later([notice.id], reason)
        else:
            _record(self._application, notice, [notice.end.job_id])
            self._outbox.sent([notice.id])
        return True


def _record(application: Harvesting, notice: Notice, jobs: list[str]) -> None:
    """Record what was sent; what is recorded already stays as it is."""
    application.record(SentNotice.sent(notice.id, notice.channel, notice.kind, masked(notice.recipient), jobs))
