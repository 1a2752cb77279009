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
    """`unsent`: only notices that were not sent. `source_id`: only those about this source. `after`: the id of the last one of
    the page before.
    """

    unsent: bool = False
    source_id: str = ""
    limit: Limit = 100
    after: UUID | None = None


class NoticeChoice(Parameters):
    """`ids`: the notices meant, at most 1,000; not given: all that failed."""

    ids: list[UUID] | None = Field(default=None, min_length=1, max_length=1000)


class MailTest(Parameters):
    """Where to send the mail."""

    address: Address


class Subscribe(Parameters):
    """A mail address and a source; without a source, all sources about which the address gets mail anyway."""

    address: Annotated[str, AfterValidator(_recipient)]
    source_id: str = ""


class SubscriptionList(Parameters):
    """`source_id`: only subscriptions to this source."""

    source_id: str = ""


class RecipientsOf(Parameters):
    """The source."""

    source_id: Reference


@action(Right.SYSADMIN, NoticeList, reads=True)
def harvest_notice_list(session: Session, parameters: NoticeList) -> Row:
    """Mail and webhook events of the last 30 days, newest first; each one that was not sent says why.

    Pass `next` as `after` for the next page.
    """
    source = session.source(parameters.source_id).id if parameters.source_id else None
    rows = _outbox(session).page(
        unsent=parameters.unsent, source=source, limit=parameters.limit, after=str(parameters.after) if parameters.after else ""
    )
    shown = [_shown(row) for row in rows[: parameters.limit]]
    return {"notices": shown, "next": shown[-1]["id"] if len(rows) > parameters.limit else None}


@action(Right.SYSADMIN, NoticeChoice)
def harvest_notice_retry(session: Session, parameters: NoticeChoice) -> dict[str, int]:
    """Send failed notices again at once, even those that were given up: the ones with these ids, or all."""
    number = _outbox(session).retry(parameters.ids)
    if parameters.ids and number < len(set(parameters.ids)):
        raise NotFound(f"{len(set(parameters.ids)) - number} of these are no notices that failed: `harvester notices --unsent`")
    return {"retried": number}


@action(Right.SYSADMIN, NoParameters)
def harvest_notice_drop(session: Session, _: NoParameters) -> dict[str, int]:
    """Drop the notices that failed: they are not tried again."""
    return {"dropped": _outbox(session).drop_failed()}


@action(Right.SYSADMIN, MailTest)
def harvest_mail_test(session: Session, parameters: MailTest) -> dict[str, str]:
    """Send a test mail now. Raises ServiceUnavailable, Refused, which say what is wrong with the settings."""
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
    """Send mail about a source to an address. Without a source: undo its opt-out from the mail that it gets as an admin."""
    subscriptions, source = Subscriptions(session.parts.database), _source_id(session, parameters.source_id)
    if source is not None and parameters.address != EVERYBODY:
        subscriptions.set(parameters.address, source, wants=True, by=session.caller.name)
    elif not subscriptions.remove(parameters.address, source):
        which = f"source {parameters.source_id}" if source else "every source: name the SOURCE that it is to get mail about"
        raise NotFound(f"{_named(parameters.address)} has not opted out of {which}")
    return {"subscriptions": _subscriptions(session, source)}


@action(Right.SYSADMIN, Subscribe)
def harvest_unsubscribe(session: Session, parameters: Subscribe) -> Row:
    """Send no mail about a source (or about any source) to an address, even an admin's. The address `*` means everybody."""
    source = _source_id(session, parameters.source_id)
    if source is None and parameters.address == EVERYBODY:
        raise ValidationError({"source_id": "Missing value: to send no mail at all, unset HARVEST_STATUS_MAIL_*"})
    Subscriptions(session.parts.database).set(parameters.address, source, wants=False, by=session.caller.name)
    return {"subscriptions": _subscriptions(session, source)}


@action(Right.SYSADMIN, SubscriptionList, reads=True)
def harvest_subscription_list(session: Session, parameters: SubscriptionList) -> Row:
    """Subscriptions and opt-outs: who wants mail about which source, and who wants none."""
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
