"""What is to be sent about jobs and to whom: table ops.outbox, and how far the log has been read for it.

Each change is one statement, since the leader's connection is shared by its threads. Times are the database's. A notice is
due at `due_at`; while somebody sends it that is in the future, so that nobody else does.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import orjson
from psycopg.rows import dict_row

from adapters.postgres.database import Database, unavailable
from adapters.postgres.listener import tell_leader
from domain.notices import DIGEST, FIRST_RETRY, KEEP_TRYING, LAST_RETRY, JobEnd

SENDING = 300  # seconds that a notice is kept from others while it is sent
POSITION: LiteralString = "SELECT notification_id FROM ops.checkpoint WHERE name = 'notices'"
BEGIN: LiteralString = """
    INSERT INTO ops.checkpoint (name, notification_id)
    SELECT 'notices', coalesce(max(notification_id), 0) FROM events.stored_event ON CONFLICT DO NOTHING
"""
STORE: LiteralString = """
    WITH moved AS (
        UPDATE ops.checkpoint SET notification_id = %(new)s WHERE name = 'notices' AND notification_id = %(old)s RETURNING name
    )
    INSERT INTO ops.outbox (job_id, source_id, channel, recipient, kind, payload, event_number, due_at, try_until)
    SELECT x.job_id, x.source_id, x.channel, x.recipient, x.kind, x.payload, x.event_number, coalesce(x.due_at, now()),
        coalesce(x.due_at, now()) + %(keep)s
    FROM moved, jsonb_to_recordset(%(rows)s::jsonb) AS x (job_id uuid, source_id uuid, channel text, recipient text, kind text,
        payload jsonb, event_number bigint, due_at timestamptz)
    ON CONFLICT (job_id, channel, recipient) DO NOTHING
"""
DUE_IN: LiteralString = """
    SELECT extract(epoch FROM min(due_at) - now())::float8 FROM ops.outbox WHERE channel = %(channel)s AND due_at IS NOT NULL
"""
COLUMNS: LiteralString = """
    o.id, o.job_id, o.source_id, o.channel, o.recipient, o.kind, o.payload, o.event_number, o.attempts
"""
CLAIM: LiteralString = f"""
    UPDATE ops.outbox o SET due_at = now() + %(sending)s * interval '1 second'
    WHERE id = ANY (ARRAY(
        SELECT id FROM ops.outbox WHERE channel = %(channel)s AND due_at <= now() AND kind <> %(but)s
        ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ))
    RETURNING {COLUMNS}
"""
CLAIM_DIGEST: LiteralString = f"""
    UPDATE ops.outbox o SET due_at = now() + %(sending)s * interval '1 second'
    WHERE channel = 'mail' AND due_at <= now() AND kind = %(kind)s AND recipient = (
        SELECT recipient FROM ops.outbox WHERE channel = 'mail' AND due_at <= now() AND kind = %(kind)s ORDER BY due_at LIMIT 1
    )
    RETURNING {COLUMNS}
"""
SENT: LiteralString = """
    UPDATE ops.outbox SET sent_at = now(), due_at = NULL, error = NULL, attempts = attempts + 1, given_up_at = NULL
    WHERE id = ANY (%(ids)s)
"""
DROP: LiteralString = "DELETE FROM ops.outbox WHERE id = ANY (%(ids)s)"
GIVE_UP: LiteralString = """
    UPDATE ops.outbox SET given_up_at = now(), due_at = NULL, error = %(error)s, attempts = attempts + 1
    WHERE id = ANY (%(ids)s)
"""
# As domain.notices.next_attempt has it, of many rows at a time.
LATER: LiteralString = """
    UPDATE ops.outbox SET attempts = attempts + 1, error = %(error)s,
        due_at = CASE WHEN at < try_until THEN at END, given_up_at = CASE WHEN at < try_until THEN NULL ELSE now() END
    FROM (
        SELECT id AS its, now() + least(%(first)s * 2.0 ^ least(attempts, 30), %(last)s) * interval '1 second' AS at
        FROM ops.outbox WHERE {which}
    ) later
    WHERE id = its
"""
OF_IDS: LiteralString = "id = ANY (%(ids)s)"
ALL_DUE: LiteralString = """
    id = ANY (%(ids)s)
    OR (channel = %(channel)s AND due_at <= now() AND (%(recipient)s = '' OR recipient = %(recipient)s))
"""
LIST: LiteralString = """
    SELECT id, job_id, source_id, channel, recipient, kind, payload ->> 'source_name' AS source, created_at AS created,
        sent_at AS sent, attempts, error, CASE WHEN sent_at IS NULL AND given_up_at IS NULL THEN due_at END AS next_attempt,
        CASE WHEN sent_at IS NOT NULL THEN 'sent' WHEN given_up_at IS NOT NULL THEN 'given up' ELSE 'waiting' END AS state
    FROM ops.outbox WHERE {where} ORDER BY created_at DESC, id DESC LIMIT %(limit)s + 1
"""
AFTER: LiteralString = "(created_at, id) < (SELECT created_at, id FROM ops.outbox WHERE id = %(after)s)"
RETRY: LiteralString = """
    UPDATE ops.outbox SET due_at = now(), given_up_at = NULL, attempts = 0, try_until = now() + %(keep)s
    WHERE sent_at IS NULL AND (due_at IS NULL OR error IS NOT NULL) AND (%(ids)s::uuid[] IS NULL OR id = ANY (%(ids)s))
    RETURNING id
"""
TROUBLE: LiteralString = """
    SELECT count(*), (array_agg(error ORDER BY created_at, id))[1] FROM ops.outbox
    WHERE sent_at IS NULL AND error IS NOT NULL AND (given_up_at IS NOT NULL OR attempts >= %(attempts)s)
        AND created_at > now() - %(days)s * interval '1 day'
"""
TROUBLE_AFTER = 3  # attempts: servers may refuse the first one on purpose
TROUBLE_DAYS = 7  # during which a notice that was given up counts as trouble
WAIT: LiteralString = "UPDATE ops.outbox SET due_at = now() + %(seconds)s * interval '1 second' WHERE id = ANY (%(ids)s)"
DROP_UNSENT: LiteralString = "DELETE FROM ops.outbox WHERE sent_at IS NULL AND error IS NOT NULL RETURNING id"
FORGET: LiteralString = """
    DELETE FROM ops.outbox WHERE id = ANY (ARRAY(
        SELECT id FROM ops.outbox WHERE created_at < now() - %(days)s * interval '1 day' AND due_at IS NULL
        ORDER BY created_at, id LIMIT %(limit)s
    ))
"""


@dataclass(frozen=True, slots=True)
class Intent:
    """A notice to send. `due` (ISO 8601): not before; None: at once."""

    channel: str
    recipient: str
    kind: str
    end: JobEnd
    number: int  # of the event
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that is being sent. `attempts` are those before."""

    id: UUID
    job_id: UUID
    source_id: UUID
    channel: str
    recipient: str
    kind: str
    end: JobEnd
    number: int
    attempts: int


class Outbox:
    """Notices to send."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def position(self) -> int:
        """How far the log has been read. Nothing is sent about what happened before the very first call."""
        if not (rows := self._database.query(POSITION)):
            self._database.query(BEGIN)
            rows = self._database.query(POSITION)
        return int(rows[0][0])

    def store(self, intents: Sequence[Intent], old: int, new: int) -> None:
        """Keep what is to be sent and move the checkpoint, both or, when somebody else has moved it, nothing."""
        rows = [
            {
                "job_id": intent.end.job_id,
                "source_id": intent.end.source_id,
                "channel": intent.channel,
                "recipient": intent.recipient,
                "kind": intent.kind,
                "payload": intent.end.values(),
                "event_number": intent.number,
                "due_at": intent.due,
            }
            for intent in intents
        ]
        self._database.query(STORE, old=old, new=new, rows=orjson.dumps(rows).decode(), keep=KEEP_TRYING)
        if rows:
            tell_leader(self._database, "outbox")

    def due_in(self, channel: str) -> float:
        """Seconds until a notice of a channel is due, not above 0 when some are; infinite when none waits."""
        seconds = self._database.query(DUE_IN, channel=channel)[0][0]
        return math.inf if seconds is None else float(seconds)

    def claim(self, channel: str, limit: int) -> list[Notice]:
        """Notices that are due, other than digests; nobody else gets them for SENDING seconds."""
        return self._notices(CLAIM, channel=channel, limit=limit, but=DIGEST)

    def claim_digest(self) -> list[Notice]:
        """All that is due for the digest of one recipient, oldest first; nobody else gets it for SENDING seconds."""
        return self._notices(CLAIM_DIGEST, kind=DIGEST)

    def _notices(self, statement: LiteralString, **parameters: Any) -> list[Notice]:
        rows = self._database.query(statement, sending=SENDING, **parameters)
        notices = [_notice(*row) for row in rows]
        return sorted(notices, key=lambda notice: (notice.number, notice.recipient))

    def sent(self, ids: Sequence[UUID]) -> None:
        """They have been sent."""
        self._database.query(SENT, ids=list(ids))

    def drop(self, ids: Sequence[UUID]) -> None:
        """Nobody wants them any more."""
        self._database.query(DROP, ids=list(ids))

    def give_up(self, ids: Sequence[UUID], error: str) -> None:
        """They can't be sent, and a further attempt would not change that."""
        self._database.query(GIVE_UP, ids=list(ids), error=error)

    def wait(self, ids: Sequence[UUID], seconds: float) -> None:
        """They can't be written yet: that is no attempt."""
        self._database.query(WAIT, ids=list(ids), seconds=seconds)

    def later(self, ids: Sequence[UUID], error: str) -> None:
        """They failed: they are tried again, by the rule of `domain.notices.next_attempt`."""
        self._later(OF_IDS, ids=list(ids), error=error)

    def all_later(self, ids: Sequence[UUID], error: str, channel: str, recipient: str = "") -> None:
        """As `later`, and so does all else that is due for a channel, or for one recipient of it: it would fail alike."""
        self._later(ALL_DUE, ids=list(ids), error=error, channel=channel, recipient=recipient)

    def _later(self, which: LiteralString, **parameters: Any) -> None:
        limits = {"first": FIRST_RETRY, "last": LAST_RETRY}
        self._database.query(LATER.replace("{which}", which), **limits, **parameters)

    def page(
        self, *, unsent: bool = False, source: UUID | None = None, limit: int = 100, after: str = ""
    ) -> list[dict[str, Any]]:
        """Notices, newest first, and one more than `limit` when there are more."""
        where: list[LiteralString] = ["true"]
        where += ["sent_at IS NULL"] * unsent + ["source_id = %(source)s"] * bool(source) + [AFTER] * bool(after)
        statement = LIST.replace("{where}", " AND ".join(where))
        with unavailable(self._database.url), self._database.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement.encode(), {"source": source, "limit": limit, "after": after or None}).fetchall()

    def retry(self, ids: Sequence[UUID] | None = None) -> int:
        """Try what failed again at once, given up or not: those, or all. How many there are."""
        retried = len(self._database.query(RETRY, ids=None if ids is None else list(ids), keep=KEEP_TRYING))
        if retried:
            tell_leader(self._database, "outbox")
        return retried

    def drop_failed(self) -> int:
        """Forget what failed and was not sent; how many there were."""
        return len(self._database.query(DROP_UNSENT))

    def trouble(self) -> tuple[int, str]:
        """How many notices of the last days could not be sent so far, and why the oldest of them could not."""
        number, error = self._database.query(TROUBLE, attempts=TROUBLE_AFTER, days=TROUBLE_DAYS)[0]
        return int(number), str(error or "")

    def forget(self, days: int, limit: int) -> None:
        """Forget what was sent or given up that many days ago; the log keeps what was sent."""
        self._database.query(FORGET, days=days, limit=limit)


def _notice(
    notice_id: UUID,
    job_id: UUID,
    source_id: UUID,
    channel: str,
    recipient: str,
    kind: str,
    payload: dict[str, Any],
    number: int,
    attempts: int,
) -> Notice:
    return Notice(notice_id, job_id, source_id, channel, recipient, kind, JobEnd(**payload), number, attempts)
