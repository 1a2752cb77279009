"""Text that every store can hold: PostgreSQL takes no NUL, UTF-8 no lone surrogate."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from domain.errors import ValidationError

MAX_MESSAGE = 10_000  # characters
MAX_TIME = 40  # characters; a longer time is not remembered
MAX_KEY = 2000  # bytes of UTF-8; an index entry of PostgreSQL holds 2,704
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
ALL_TEXT = frozenset({str}).issuperset  # of types


def clean(text: str) -> str:
    """The text with what can't be stored replaced by U+FFFD."""
    if text.isascii() and "\0" not in text:  # as of most keys, in a third of the time
        return text
    return UNSTORABLE.sub("\ufffd", text)


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with what it counts: `1 dataset`, `1,200 datasets`; `plural` where that is more than an s (`line was`)."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def key(text: object, what: str) -> str:
    """Text that may be indexed. Raises ValidationError when it is too long."""
    cleaned = clean(str(text))
    if len(cleaned.encode()) > MAX_KEY:
        raise ValidationError({what: f"is longer than {MAX_KEY} bytes: {cleaned[:80]}…"})
    return cleaned


def message(text: object) -> str:
    """A message fit to be stored: clean, and not endless."""
    whole = clean(str(text))
    return whole if len(whole) <= MAX_MESSAGE else f"{whole[:MAX_MESSAGE]}… ({len(whole)} characters in all)"


def extras(values: Mapping[Any, Any]) -> dict[str, str]:
    """Extras as text by text; None becomes empty. Clean text, which is what nearly all records have, is looked at only once."""
    texts = dict(values)
    if not texts:
        return texts
    parts = [*texts, *texts.values()]
    if ALL_TEXT(map(type, parts)) and not UNSTORABLE.search("".join(parts)):
        return texts
    return {clean(str(key)): "" if value is None else clean(str(value)) for key, value in values.items()}


def utc_time(value: datetime | str | None) -> str | None:
    """A remote's time as ISO 8601 in UTC without zone, None when it isn't a time. A time without zone counts as UTC, as in
    CKAN."""
    return _of_text(value) if type(value) is str and len(value) <= MAX_TIME else _utc_time(value)


@lru_cache(maxsize=64)
def _of_text(value: str) -> str | None:
    """A record's time is asked for two or three times in a row."""
    return _utc_time(value)


def _utc_time(value: datetime | str | None) -> str | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    if value.tzinfo is None:
        return value.isoformat()
    try:
        return value.astimezone(UTC).replace(tzinfo=None).isoformat()
    except OverflowError:
        return None


def kind_of(value: Any) -> str:
    """What a value out of JSON is, in plain words: "null", "text", "a list"."""
    kinds = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return "null" if value is None else kinds.get(type(value), "an odd value")
