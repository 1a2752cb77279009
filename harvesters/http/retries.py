"""When a request that failed is sent again, and what a remote says about that in its headers."""

import random
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from domain.errors import RemoteError

MAX_WAIT = 10.0  # seconds slept before a retry at most; a longer Retry-After is the caller's to honour
LONGEST_RETRY_AFTER = 86_400.0  # seconds; a remote that asks for more is asked again after a day
FIRST_WAIT = 0.5  # seconds before the first retry; doubles with each further one
RETRIED = {"unreachable", "disconnected", "timeout", "http_429", "http_500", "http_502", "http_503", "http_504"}


def own_clock() -> datetime:
    """What this machine's clock says, aware UTC."""
    return datetime.now(UTC)


def retry_after(value: str | None, date: str | None, now: Callable[[], datetime] = own_clock) -> float | None:
    """Seconds of a Retry-After header (RFC 9110, section 10.2.3), None when there is none that can be read.

    A time counts from what the remote's own clock said, in its Date header; from `now` (aware UTC) where it has none.
    """
    if not value:
        return None
    if re.fullmatch(r"\d{1,18}", value.strip()):
        return min(float(value), LONGEST_RETRY_AFTER)
    moment = http_date(value)
    if moment is None:
        return None
    since = http_date(date) or now()
    return min(max(0.0, (moment - since).total_seconds()), LONGEST_RETRY_AFTER)


def http_date(value: str | None) -> datetime | None:
    """The time in a header (RFC 9110, section 5.6.7) as aware UTC, None when there is none that can be read."""
    try:
        moment = parsedate_to_datetime(value) if value else None
        return moment if moment is None else moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def wait_before_retry(error: RemoteError, attempt: int) -> float | None:
    """Seconds to wait before the same request is sent again, None when that isn't done here."""
    if error.code not in RETRIED or (error.retry_after or 0) > MAX_WAIT:
        return None
    if error.retry_after is not None:
        return error.retry_after
    return float(min(MAX_WAIT, FIRST_WAIT * 2**attempt) * random.uniform(0.5, 1.0))
