"""Any JSON value in a form that every store can hold, without loss where that is possible."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

NUL = rb"\u0000"
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
DEEPEST = 60  # levels of lists and objects in one another; what lies deeper is kept as JSON text
LARGEST = 2**63  # whole numbers from here on are kept as text: databases and many readers of JSON have 64 bits


def storable(package: Mapping[str, Any]) -> Mapping[str, Any]:
    """The package, changed only where it has something in it that can't be stored.

    Half surrogates become U+FFFD; NUL characters go; whole numbers beyond 64 bits, and what is nested deeper than any reader
    follows, become text.
    """
    try:
        if NUL not in orjson.dumps(package):
            return package
    except TypeError:  # surrogates, whole numbers beyond 64 bits, 254 levels, and what is no JSON
        pass
    cleaned: dict[str, Any] = _cleaned(package, 0)
    return cleaned


def is_missing(value: Any) -> bool:
    """Whether a field says nothing."""
    return value is None or value in ("", [], {})


def opened_json(value: Any) -> Any:
    """A list or an object, also where it comes as the text of its JSON; any other value as it is."""
    if isinstance(value, str) and value.strip()[:1] in ("{", "["):
        try:
            return orjson.loads(value)
        except ValueError:
            pass
    return value


def clean(text: str) -> str:
    """The text without what PostgreSQL and UTF-8 can't hold."""
    return LONE_SURROGATE.sub("\ufffd", text.replace("\0", ""))


def json_text(value: Any) -> str:
    """A value as text: its JSON, for numbers and truth values as for lists and objects. A value that can't be written as
    JSON, since it holds itself, is nested deeper than Python follows or has too long a number, becomes a text that says so.
    """
    if value.__class__ is int:
        return digits(value)
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        pass
    try:
        return clean(json.dumps(value, ensure_ascii=False, default=str))
    except (ValueError, RecursionError):
        return f"(a {type(value).__name__} that holds itself, is nested too deep or has too long a number)"


def digits(value: int) -> str:
    """A whole number of any length as text: Python itself writes none of more than 4,300 digits."""
    return f"{Decimal(value):f}"


def _cleaned(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value if -LARGEST <= value < LARGEST else digits(value)
    if isinstance(value, Mapping | list | tuple) and depth > DEEPEST:
        return json_text(value)
    if isinstance(value, Mapping):
        return {clean(str(key)): _cleaned(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item, depth + 1) for item in value]
    return value
