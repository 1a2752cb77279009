"""Notice: a mail or a webhook's event that was sent. One stream for each message, of one event."""

from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.domain import event

from domain.aggregate import Created, StoredAggregate


class Notice(StoredAggregate):
    """A message that went out. Its id follows from the message's, so it is recorded once."""

    TOPIC = "notice"

    class Sent(Created):
        """A mail server or a webhook's receiver took it.

        `channel` is mail or webhook, `kind` error, summary, digest or the type of the webhook's event. `recipient` is masked.
        `job_ids` are the jobs that it told of.
        """

        TOPIC = "notice.sent"
        channel: str
        kind: str
        recipient: str
        job_ids: list[str]

    @event(Sent)
    def __init__(self, channel: str, kind: str, recipient: str, job_ids: list[str]) -> None:
        self.channel = channel
        self.kind = kind
        self.recipient = recipient
        self.job_ids = job_ids

    @classmethod
    def sent(cls, message_id: UUID, channel: str, kind: str, recipient: str, job_ids: list[str]) -> "Notice":
        """A message that was sent; a second one with its id conflicts."""
        notice_id = uuid5(NAMESPACE_URL, f"harvestlog:notice:{message_id}")
        return cls._create(cls.Sent, id=notice_id, channel=channel, kind=kind, recipient=recipient, job_ids=job_ids)
