"""Extras that are too large for an event: they are stored as documents, and the event holds their hashes.

Plugins never see the difference: what they gave comes back whole.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256

from domain.errors import PluginError

MARK = "content:sha256:"  # before the hash, in place of the value
REFERENCE = len(MARK) + 64  # characters
LARGE = 10_000  # characters of one value, beyond which it is a document of its own
MUCH, SMALL = 100_000, 1000  # characters of a record's extras, beyond which all values but small ones are
MOST = 500_000  # characters that the extras of one record may have in an event
MOST_IN_ALL = 200_000_000  # characters of them together, as of a document: all of them are in memory at a time


def apart(extras: Mapping[str, str], documents: dict[str, bytes]) -> dict[str, str]:
    """Extras as an event holds them; what must be stored before it is added to `documents`, by hash. Raises PluginError."""
    if not extras:
        return {}
    values = "".join(extras.values())
    if len("".join(extras)) + len(values) <= LARGE and MARK not in values:  # as of nearly all records
        return dict(extras)
    if len(values) > MOST_IN_ALL:
        raise PluginError(f"the extras of one record have {len(values):,} characters: {MOST_IN_ALL:,} at most")
    size = sum(len(key) + (len(value) if _stays(value, LARGE) else REFERENCE) for key, value in extras.items())
    if size > MOST:
        raise PluginError(f"the extras of one record have {size:,} characters in {len(extras):,} values: {MOST:,} at most")
    large = SMALL if size > MUCH else LARGE
    return {key: value if _stays(value, large) else _reference(value, documents) for key, value in extras.items()}


def _stays(value: str, large: int) -> bool:
    """Whether a value stays in the event: neither a large one, nor one that could be taken for a reference."""
    return len(value) <= large and not value.startswith(MARK)


def _reference(value: str, documents: dict[str, bytes]) -> str:
    body = value.encode()
    digest = sha256(body).hexdigest()
    documents[digest] = body
    return MARK + digest


def referenced(extras: Mapping[str, str]) -> list[str]:
    """The hashes of the documents that an event's extras need."""
    return [value.removeprefix(MARK) for value in extras.values() if value.startswith(MARK)]


def whole(extras: Mapping[str, str], documents: Callable[[str], bytes | None]) -> dict[str, str]:
    """An event's extras as the plugin gave them; a document that is gone leaves its reference."""
    return {key: _value(value, documents) for key, value in extras.items()}


def _value(value: str, documents: Callable[[str], bytes | None]) -> str:
    body = documents(value.removeprefix(MARK)) if value.startswith(MARK) else None
    return value if body is None else body.decode()
