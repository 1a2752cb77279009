"""Actions on mail and webhooks: what was sent and what was not, who gets mail about a source, a mail to test the settings."""

from collections.abc import Mapping
from datetime import UTC
from typing import Annotated, Any
from uuid import UUID, uuid4

from pydantic import AfterValidator, Field

from adapters.actions.parameters import Limit, NoParameters, Parameters, Reference
from adapters.actions.session import Session
from adapters.actions.table import action
from adapters.postgres.outbox import Outbox
from adapters.postgres.read_model.queries import Row
from adapters.postgres.subscriptions import Subscriptions
from domain.access import Right
from domain.errors import NotFound, Refused, ValidationError
from domain.notices import EVERYBODY, checked_address
from domain.secrets import mask_text, mask_url


def _recipient(value: str) -> str:
    return value if value == EVERYBODY else checked_address(value)


Address = Annotated[str, AfterValidator(checked_address)]
"""An address of mail; lower case."""


class NoticeList(Parameters):
    """Which notices; `after` is the id of the last one seen."""

    unsent: bool = False
    source_id: str = ""
    limit: Limit = 100
    after: UUID | None = None


class NoticeChoice(Parameters):
    """Those that failed: the ones with these ids, or all."""

    ids: list[UUID] | None = Field(default=None, min_length=1, max_length=1000)


class MailTest(Parameters):
    """Where to send the mail."""

    address: Address


class Subscribe(Parameters):
    """An address and a source; without one, all sources of which it gets mail anyway."""

    address: Annotated[str, AfterValidator(_recipient)]
    source_id: str = ""


class SubscriptionList(Parameters):
    """The wishes about one source, or all."""

    source_id: str = ""


class RecipientsOf(Parameters):
    """The source."""

    source_id: Reference


@action(Right.SYSADMIN, NoticeList, reads=True)
def harvest_notice_list(session: Session, parameters: NoticeList) -> Row:
    """Mail and webhooks' events of the last 30 days, newest first; `unsent`: those that were not sent, and why not.

    `next` is `after` for the next page.
    """
    source = session.source(parameters.source_id).id if parameters.source_id else None
    rows = _outbox(session).page(
        unsent=parameters.unsent, source=source, limit=parameters.limit, after=str(parameters.after) if parameters.after else ""
    )
    shown = [_shown(row) for row in rows[: parameters.limit]]
    return {"notices": shown, "next": shown[-1]["id"] if len(rows) > parameters.limit else None}


@action(Right.SYSADMIN, NoticeChoice)
def harvest_notice_retry(session: Session, parameters: NoticeChoice) -> dict[str, int]:
    """Send what failed again at once, given up or not: the notices with these ids, or all."""
    number = _outbox(session).retry(parameters.ids)
    if parameters.ids and number < len(set(parameters.ids)):
        raise NotFound(f"{len(set(parameters.ids)) - number} of these are no notices that failed: `harvester notices --unsent`")
    return {"retried": number}


@action(Right.SYSADMIN, NoParameters)
def harvest_notice_drop(session: Session, _: NoParameters) -> dict[str, int]:
    """Forget the notices that failed: they are not tried again."""
    return {"dropped": _outbox(session).drop_failed()}


@action(Right.SYSADMIN, MailTest)
def harvest_mail_test(session: Session, parameters: MailTest) -> dict[str, str]:
    """Send a mail now, to see whether the settings are right. Raises ServiceUnavailable, Refused."""
    from adapters.mail.smtp import MailRefused, connected
    from adapters.mail.texts import identified, test_mail
    from adapters.postgres.work.schedules import Schedules

    notices = session.parts.notices
    now = Schedules(session.parts.database).now().astimezone(UTC)
    try:
        with connected(notices.server) as connection:
            connection.send(identified(test_mail(notices.site), uuid4(), now, notices.site), parameters.address)
    except MailRefused as error:
        raise Refused(f"{parameters.address}: {error}") from error
    return {"sent_to": parameters.address, "server": notices.server.address, "from": notices.server.sender}


@action(Right.SYSADMIN, RecipientsOf, reads=True)
def harvest_get_notifications_recipients(session: Session, parameters: RecipientsOf) -> list[dict[str, str]]:
    """Who gets mail about a source, each address once, and why."""
    source = session.source(parameters.source_id)
    people = session.parts.notices.recipients.of(source.id, source.fields.owner_org)
    return [{"email": person.address, "why": person.why} for person in people]


@action(Right.SYSADMIN, Subscribe)
def harvest_subscribe(session: Session, parameters: Subscribe) -> Row:
    """Send mail about a source to an address; without a source: send it again what it gets as an admin."""
    subscriptions, source = Subscriptions(session.parts.database), _source_id(session, parameters.source_id)
    if source is not None and parameters.address != EVERYBODY:
        subscriptions.set(parameters.address, source, wants=True, by=session.caller.name)
    elif not subscriptions.remove(parameters.address, source):
        which = f"source {parameters.source_id}" if source else "every source: name the SOURCE that it is to get mail about"
        raise NotFound(f"{_named(parameters.address)} has not opted out of {which}")
    return {"subscriptions": _subscriptions(session, source)}


@action(Right.SYSADMIN, Subscribe)
def harvest_unsubscribe(session: Session, parameters: Subscribe) -> Row:
    """Send no mail about a source (or about any) to an address, also as an admin; `*`: to nobody."""
    source = _source_id(session, parameters.source_id)
    if source is None and parameters.address == EVERYBODY:
        raise ValidationError({"source_id": "Missing value: to send no mail at all, unset HARVEST_STATUS_MAIL_*"})
    Subscriptions(session.parts.database).set(parameters.address, source, wants=False, by=session.caller.name)
    return {"subscriptions": _subscriptions(session, source)}


@action(Right.SYSADMIN, SubscriptionList, reads=True)
def harvest_subscription_list(session: Session, parameters: SubscriptionList) -> Row:
    """What people said: of which sources they want mail, and of which none."""
    return {"subscriptions": _subscriptions(session, _source_id(session, parameters.source_id))}


def _subscriptions(session: Session, source_id: UUID | None) -> list[Row]:
    wishes = Subscriptions(session.parts.database).all(source_id)
    names = {source: _name(session, source) for source in {wish.source_id for wish in wishes} if source}
    return [
        {
            "address": wish.recipient,
            "source": names.get(wish.source_id) if wish.source_id else None,
            "wants": wish.wants,
            "since": wish.since,
            "by": wish.by,
        }
        for wish in wishes
    ]


def _name(session: Session, source_id: UUID) -> str:
    try:
        return session.source(str(source_id)).fields.name
    except NotFound:
        return str(source_id)


def _source_id(session: Session, reference: str) -> UUID | None:
    return session.source(reference).id if reference else None


def _named(address: str) -> str:
    return "Everybody" if address == EVERYBODY else address


def _outbox(session: Session) -> Outbox:
    return Outbox(session.parts.database)


def _shown(row: Mapping[str, Any]) -> Row:
    texts = {name: str(row[name]) for name in ("id", "job_id", "source_id")}
    error = mask_text(row["error"]) if row["error"] else None
    return {**row, **texts, "recipient": mask_url(row["recipient"]), "error": error}
