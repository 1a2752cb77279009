"""Which notices the end of a job gives rise to, to whom they go, and when one that wasn't sent is tried again.

Pure rules. Times are aware UTC. The events that record what was sent are in `sent_notices.py`.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ERROR, SUMMARY, DIGEST = "error", "summary", "digest"
"""Kinds of mail: of a job that a person should look at, of one that went well, of a day."""
MAILED = ("harvest", "retry")
"""Kinds of jobs that mail tells of: the others were asked for by a person, who sees how they end."""
TEST = "run-test"
COUNTS = ("errored", "added", "updated", "deleted", "not modified")
EVERYBODY = "*"

FIRST_RETRY, LAST_RETRY = 60.0, 3600.0  # seconds between two attempts
KEEP_TRYING = timedelta(days=3)
SMTP_PORT, TLS_PORT = 25, 465

_ADDRESS = re.compile(r"[^\s@<>(),:;\"\\\[\]]+@[^\s@<>(),:;\"\\\[\]]+")


@dataclass(frozen=True, slots=True)
class JobEnd:
    """How a job ended, as its notices tell it. Times are ISO 8601 by the database's clock."""

    job_id: str
    source_id: str
    source_name: str
    source_title: str
    owner_org: str
    kind: str
    trigger: str
    outcome: str  # finished, held, failed or aborted
    created: str
    ended: str
    counts: Mapping[str, int] = field(default_factory=dict)  # by the words of COUNTS; without those that are 0

    @property
    def errors(self) -> int:
        """How many errors its records and its gather had."""
        return self.counts.get("errored", 0)

    @property
    def needs_a_person(self) -> bool:
        """Whether somebody has to look at it."""
        return self.errors > 0 or self.outcome in ("failed", "held")

    def values(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "counts": dict(self.counts)}


@dataclass(frozen=True, slots=True)
class MailPolicy:
    """What is mailed, as ckanext-harvest's `status_mail.errored` and `.all` have it, and a digest of the day."""

    errored: bool = False
    all: bool = False
    digest: bool = False


def mail_kind(end: JobEnd, policy: MailPolicy) -> str | None:
    """The mail that each recipient gets about a job, at most one; None: none.

    A job that went wrong is reported at once where that is wanted; whatever isn't reported at once is in the digest.
    """
    if end.kind not in MAILED or end.trigger == TEST or end.outcome == "aborted":
        return None
    if end.needs_a_person and (policy.errored or policy.all):
        return ERROR
    if policy.all:
        return SUMMARY
    return DIGEST if policy.digest else None


def event_type(end: JobEnd) -> str | None:
    """The type of the webhook's event about a job; None: none is sent."""
    if end.trigger == TEST:
        return None
    return "org.harvestlog.job.aborted" if end.outcome == "aborted" else "org.harvestlog.job.finished"


def recipients(admins: Iterable[str], subscribed: Iterable[str], opted_out: Iterable[str]) -> list[str]:
    """Who gets mail: each address once, in lower case, without those that want none."""
    without = {address.lower() for address in opted_out}
    if EVERYBODY in without:
        return []
    return sorted({address.lower() for address in (*admins, *subscribed)} - without)


def next_attempt(now: datetime, until: datetime, attempts: int) -> datetime | None:
    """When a notice that has failed so often is tried again, not after `until`; None: never."""
    delay = min(FIRST_RETRY * 2.0 ** min(max(attempts - 1, 0), 30), LAST_RETRY)
    at = now + timedelta(seconds=delay)
    return at if at < until else None


def next_digest(now: datetime, at: str) -> datetime:
    """When the next digest goes out: `HH:MM`, in UTC or with a time zone's name after it. Raises ValueError."""
    hour, minute, zone = time_of_day(at)
    today = now.astimezone(zone).replace(hour=hour, minute=minute, second=0, microsecond=0)
    days = (today + timedelta(days=number) for number in range(3))
    return next(day for day in (day.astimezone(UTC) for day in days) if day > now)


def time_of_day(text: str) -> tuple[int, int, ZoneInfo]:
    """Hour, minute and time zone of `HH:MM` or `HH:MM Europe/Berlin`. Raises ValueError."""
    time, _, zone = text.strip().partition(" ")
    parts = re.fullmatch(r"(\d{1,2}):(\d\d)", time)
    if not parts or int(parts[1]) > 23 or int(parts[2]) > 59:
        raise ValueError(f"{text!r} is no time of day: write for example 07:00 or 07:00 Europe/Berlin")
    try:
        return int(parts[1]), int(parts[2]), ZoneInfo(zone.strip() or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{zone.strip()!r} is no time zone: write for example Europe/Berlin") from error


def checked_address(text: str) -> str:
    """A mail address in lower case. Raises ValueError for what isn't one."""
    address = text.strip()
    if not _ADDRESS.fullmatch(address) or len(address) > 254 or not address.isprintable():
        raise ValueError(f"{text!r} is no e-mail address: write for example anna@example.org")
    return address.lower()


def addresses(text: str) -> list[str]:
    """The addresses in a list with commas or spaces. Raises ValueError that names the first that isn't one."""
    return [checked_address(part) for part in re.split(r"[\s,;]+", text) if part]


def server_address(text: str) -> tuple[str, int]:
    """Host and port of a mail server: `mail.example.org`, `mail.example.org:587`, `[::1]:25`. Raises ValueError."""
    parts = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/@\[\]]+)(?::(\d{1,5}))?", text.strip())
    if not parts or not 0 < int(parts[2] or SMTP_PORT) < 65_536:
        raise ValueError(f"{text!r} is no mail server: write for example mail.example.org:587")
    return parts[1].strip("[]"), int(parts[2] or SMTP_PORT)


def webhook_urls(text: str) -> list[str]:
    """The URLs in a list with spaces, each once. Raises ValueError that names the first that isn't one."""
    urls = list(dict.fromkeys(text.split()))
    for url in urls:
        if not re.fullmatch(r"https?://[^\s/?#]+\S*", url):
            raise ValueError(f"{url!r} does not start with http:// or https://")
    return urls


def signing_key(secret: str) -> bytes:
    """The key that a webhook's secret stands for: what follows `whsec_` in base64, or the text itself. Raises ValueError."""
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise ValueError("what follows whsec_ is not base64") from error


def masked(recipient: str) -> str:
    """A recipient as the log keeps it, which is for ever: enough to recognise it, not to write to it."""
    if "://" in recipient:
        scheme, _, rest = recipient.partition("://")
        return f"{scheme}://{re.split('[/?#]', rest)[0].rpartition('@')[2]}/***"
    name, _, host = recipient.rpartition("@")
    return f"{name[:1]}***@{host}"
