"""Writes down what is to be sent about jobs that have ended, and to whom. `sending.py` sends it.

It follows the log with a checkpoint of its own, which no rebuild moves: a rebuild or a replay sends nothing.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.duties.rounds import QUIET
from adapters.mail.recipients import Recipients
from adapters.postgres.database import Database
from adapters.postgres.job_ends import RecordedEnd, job_ends
from adapters.postgres.outbox import Intent, Outbox
from domain.application import Harvesting
from domain.errors import ServiceUnavailable
from domain.notices import DIGEST, JobEnd, MailPolicy, event_type, mail_kind, next_digest
from domain.sources import HarvestSource

log = logging.getLogger(__name__)

AT_A_TIME = 100  # ends of jobs
PEOPLE_WITHIN = timedelta(minutes=15)  # how long mail waits for a CKAN that doesn't say who its people are
KEPT_DAYS = 30
FORGOTTEN = 1000  # notices at a time


@dataclass(frozen=True, slots=True)
class Plan:
    """What the site sends: mail by a policy, the digest at a time of day, webhooks to URLs."""

    policy: MailPolicy
    digest_at: str
    webhooks: Sequence[str]

    @property
    def mails(self) -> bool:
        """Whether any mail is sent."""
        return self.policy != MailPolicy()


class WriteNotices:
    """Writes down what is to be sent about each job that has ended."""

    name = "notices"
    trouble = "nobody is told of jobs that end"
    interval = QUIET
    on_news = True
    pace = 2.0

    def __init__(self, database: Database, application: Harvesting, outbox: Outbox, recipients: Recipients, plan: Plan) -> None:
        self._database = database
        self._application = application
        self._outbox = outbox
        self._recipients = recipients
        self._plan = plan

    def run(self, now: datetime) -> bool:
        """Go on through the log; whether there may be more. Raises ServiceUnavailable when nobody can say whom to tell."""
        position = self._outbox.position()
        ends, upto = job_ends(self._database, position, AT_A_TIME)
        if upto == position:
            return False
        self._outbox.store(self._intents(ends, now), position, upto)
        self._outbox.forget(KEPT_DAYS, FORGOTTEN)
        return len(ends) == AT_A_TIME

    def _intents(self, ends: Sequence[RecordedEnd], now: datetime) -> list[Intent]:
        if not (self._plan.mails or self._plan.webhooks):
            return []
        sources = self._application.load_many(HarvestSource, {end.source_id for end in ends})
        notices = [(end, job_end(end, sources[end.source_id])) for end in ends if end.source_id in sources]
        return [intent for recorded, end in notices for intent in self._of(recorded, end, now)]

    def _of(self, recorded: RecordedEnd, end: JobEnd, now: datetime) -> list[Intent]:
        number = recorded.ended.number
        intents = []
        if kind := event_type(end):
            intents += [Intent("webhook", url, kind, end, number) for url in self._plan.webhooks]
        if kind := mail_kind(end, self._plan.policy):
            due = next_digest(now, self._plan.digest_at) if kind == DIGEST else None
            intents += [Intent("mail", address, kind, end, number, due) for address in self._addresses(recorded, end, now)]
        return intents

    def _addresses(self, recorded: RecordedEnd, end: JobEnd, now: datetime) -> list[str]:
        try:
            people = self._recipients.of(recorded.source_id, end.owner_org)
        except ServiceUnavailable as error:
            if now - recorded.recorded_at < PEOPLE_WITHIN:
                raise
            log.warning("job %s: mail goes without CKAN's people: %s", end.job_id, error, extra={"job": end.job_id})
            people = self._recipients.of(recorded.source_id, end.owner_org, people=False)
        return [person.address for person in people]


def job_end(recorded: RecordedEnd, source: HarvestSource) -> JobEnd:
    """How a job ended, for its notices."""
    created, ended = recorded.created.state, recorded.ended.state
    return JobEnd(
        job_id=str(recorded.ended.stream),
        source_id=str(source.id),
        source_name=source.fields.name,
        source_title=source.fields.title or source.fields.name,
        owner_org=source.fields.owner_org,
        kind=created["kind"],
        trigger=created["trigger"],
        outcome=ended.get("outcome", "aborted"),
        created=created["timestamp"],
        ended=ended["timestamp"],
        counts=ended.get("counts", {}),
    )
