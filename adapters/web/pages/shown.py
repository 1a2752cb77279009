"""Values as people read them: numbers, sizes, durations, times, and texts of remotes, which are never trusted."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from adapters.web.pages.language import DECIMAL, THOUSANDS, Language

UNKNOWN = "–"
LONGEST = 200  # characters of a text of a remote
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
UNITS = ("B", "kB", "MB", "GB", "TB")


def number(language: Language, value: Any) -> str:
    """A number with groups of thousands; what isn't known is a dash, and zero is 0."""
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, float) and not value.is_integer():
        whole, _, fraction = f"{value:,.1f}".partition(".")
        return whole.replace(",", THOUSANDS[language.code]) + DECIMAL[language.code] + fraction
    return f"{int(value):,}".replace(",", THOUSANDS[language.code])


def size(language: Language, value: Any) -> str:
    """Bytes in the unit that suits them."""
    if value is None:
        return UNKNOWN
    amount, unit = float(value), 0
    while amount >= 1000 and unit < len(UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{number(language, round(amount, 1) if unit else int(amount))} {UNITS[unit]}"


def seconds(language: Language, value: Any) -> str:
    """A duration in one or two units."""
    if value is None:
        return UNKNOWN
    total = value.total_seconds() if isinstance(value, timedelta) else float(value)
    if total < 10:
        return f"{number(language, round(total, 1))} s"
    for unit, length, smaller, part in (("d", 86400, "h", 3600), ("h", 3600, "min", 60), ("min", 60, "s", 1)):
        if total >= length:
            whole, parts = int(total // length), int(total % length // part)
            return f"{whole} {unit} {parts} {smaller}" if parts else f"{whole} {unit}"
    return f"{int(total)} s"


def moment(value: Any) -> datetime | None:
    """A time as an aware one: the read model's are UTC without a zone, and those of forms are texts."""
    if not value:
        return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError:
            return None
    time: datetime = value
    try:
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except OverflowError:  # in UTC it is before the year 1 or after 9999
        return None


def machine_time(value: Any) -> str:
    """A time for the attribute `datetime`."""
    time = moment(value)
    return f"{time:%Y-%m-%dT%H:%M:%SZ}" if time else ""


def utc_time(value: Any) -> str:
    """A time for people, in UTC; a script shows it in the zone of the viewer."""
    time = moment(value)
    return f"{time:%Y-%m-%d %H:%M} UTC" if time else UNKNOWN


def between(start: Any, end: Any) -> float | None:
    """Seconds from one time to another, None when one isn't known; 0 when hosts' clocks differ by more."""
    first, last = moment(start), moment(end)
    return max(0.0, (last - first).total_seconds()) if first and last else None


def clean(text: Any) -> str:
    """A text of a remote without control characters: each is shown as its symbol."""
    return CONTROL.sub(lambda match: chr(0x2421 if match[0] == "\x7f" else 0x2400 + ord(match[0])), str(text or ""))


def plain(text: Any) -> str:
    """A text of a remote without tags, for an excerpt; it is escaped all the same."""
    return " ".join(TAG.sub(" ", clean(str(text or "")[:20_000])).split())


def capitalised(words: str) -> str:
    """With a capital first; the rest stays as it is, since German nouns have capitals, too."""
    return words[:1].upper() + words[1:]


def cut(text: str, longest: int = LONGEST) -> str:
    """The beginning of a text that is too long to be shown."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def web_address(text: Any) -> str:
    """An address that a link may lead to: http or https, else empty."""
    try:
        parts = urlsplit(str(text or "").strip())
    except ValueError:
        return ""
    return str(text).strip() if parts.scheme.lower() in ("http", "https") and parts.netloc else ""


BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS")),
    *(("CrOS", "ChromeOS"), ("Linux", "Linux")),
)


def browser(user_agent: str) -> str:
    """A browser and its system in two words, by what it says of itself."""
    named = [next((name for sign, name in names if sign in user_agent), "") for names in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, named)) or cut(clean(user_agent), 60) or UNKNOWN


OTHER_PAGE = re.compile(r"\s*\(\[[^\]]*\]\([^)]*\)\)")
MARKDOWN_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def code_parts(text: str) -> list[tuple[bool, str]]:
    """The meaning of an option, written for a page of the documentation: its parts, each with whether it is code.

    What leads to other pages of the documentation is left out.
    """
    parts = MARKDOWN_LINK.sub(r"\1", OTHER_PAGE.sub("", text)).split("`")
    return [(place % 2 == 1, part) for place, part in enumerate(parts) if part]
