"""Extras that are too large for an event: they are stored as documents, and the event holds their hashes.

Plugins never see the difference: what they gave comes back whole.
"""

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256

from domain.errors import PluginError

MARK = "content:sha256:"  # before the hash, in place of the value
LARGE = 10_000  # characters of one value, beyond which it is a document of its own
MOST = 500_000  # characters that the extras of one record may have in an event


def apart(extras: Mapping[str, str], documents: dict[str, bytes]) -> dict[str, str]:
    """Extras as an event holds them; what must be stored before it is added to `documents`, by hash. Raises PluginError."""
    values = "".join(extras.values())
    if len("".join(extras)) + len(values) <= LARGE and MARK not in values:  # as of nearly all records
        return dict(extras)
    texts = {key: _reference(value, documents) if _is_apart(value) else value for key, value in extras.items()}
    size = sum(len(key) + len(value) for key, value in texts.items())
    if size > MOST:
        raise PluginError(f"the extras of one record have {size:,} characters in {len(texts):,} values: {MOST:,} at most")
    return texts


def _is_apart(value: str) -> bool:
    """Whether a value is kept as a document: a large one, and one that could be taken for a reference."""
    return len(value) > LARGE or value.startswith(MARK)


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


def hashes(all_extras: Iterable[Mapping[str, str]]) -> list[str]:
    """The hashes that many events' extras need."""
    return [value.removeprefix(MARK) for extras in all_extras for value in extras.values() if value.startswith(MARK)]
