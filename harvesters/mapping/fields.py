"""Fields as rules name them: `notes`, `extras.theme` (an extra), `title.de` and `contacts.0.name` (inside objects and lists).

A field whose own name has a dot is found under that name first. Nothing is changed in place: what was given may be shared.
"""

from collections.abc import Mapping, Sequence
from typing import Any

EXTRAS = "extras."
MOST_PARTS = 8
Entry = Mapping[str, Any]


def value_at(entry: Entry, path: str) -> Any:
    """The value that a path names, None when there is none."""
    if path in entry:
        return entry[path]
    if path.startswith(EXTRAS):
        return _extra(entry.get("extras"), path.removeprefix(EXTRAS))
    value: Any = entry
    for part in path.split(".", MOST_PARTS):
        value = _inside(value, part)
    return value


def _inside(value: Any, part: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(part)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes) and part.isdecimal() and len(part) < 6:
        return value[int(part)] if int(part) < len(value) else None
    return None


def _extra(extras: Any, key: str) -> Any:
    if isinstance(extras, Mapping):
        return extras.get(key)
    if not isinstance(extras, list | tuple):
        return None
    return next((extra.get("value") for extra in extras if isinstance(extra, Mapping) and extra.get("key") == key), None)


def with_value(entry: Entry, path: str, value: Any) -> dict[str, Any]:
    """The entry with a value where the path says; objects on the way are made, what is none there gives way to one."""
    if path.startswith(EXTRAS) and path not in entry:
        key = path.removeprefix(EXTRAS)
        return {**entry, "extras": [*_other_extras(entry.get("extras"), key), {"key": key, "value": value}]}
    if path in entry or "." not in path:
        return {**entry, path: value}
    first, _, rest = path.partition(".")
    inner = entry.get(first)
    return {**entry, first: with_value(inner if isinstance(inner, Mapping) else {}, rest, value)}


def without(entry: Entry, path: str) -> dict[str, Any]:
    """The entry without what the path names, if it is there."""
    if path.startswith(EXTRAS) and path not in entry:
        extras = entry.get("extras")
        return {**entry, "extras": _other_extras(extras, path.removeprefix(EXTRAS))} if extras else dict(entry)
    if path in entry or "." not in path:
        return {name: value for name, value in entry.items() if name != path}
    first, _, rest = path.partition(".")
    inner = entry.get(first)
    return {**entry, first: without(inner, rest)} if isinstance(inner, Mapping) else dict(entry)


def _other_extras(extras: Any, key: str) -> list[Any]:
    if isinstance(extras, Mapping):
        extras = [{"key": name, "value": value} for name, value in extras.items()]
    if not isinstance(extras, list | tuple):
        return []
    return [extra for extra in extras if not (isinstance(extra, Mapping) and extra.get("key") == key)]
