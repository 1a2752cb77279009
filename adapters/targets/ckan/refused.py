"""What is left of a package when a CKAN refuses some of it: a plugin's rules can't be known before."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from adapters.targets.ckan.errors import SHOWN, Refusal, dataset_field, messages
from adapters.targets.ckan.package import OWN
from harvesters.dataset.extras import FIELDS_OF_CKAN
from harvesters.dataset.storable import json_text
from harvesters.target import Loss

NEEDED = frozenset(("id", "name", "owner_org", "state"))
"""Without them there is no dataset, or no dataset of ours."""
WHOLE = ("extras", "tags", "groups")
"""Lists whose entries make no sense in part."""
Path = tuple[str | int, ...]
NAMED = 20  # refused values of one field
QUOTED = re.compile(r'"(.*?)"', re.DOTALL)


def as_fields(sent: Mapping[str, Any], error: Refusal) -> dict[str, Any] | None:
    """The package with extras as fields whose keys were refused: a plugin's schema has fields of that name. None: none was.

    That is all that a key can be refused for: the keys are texts, each is there once, and none is a field of CKAN's own.
    """
    refused = {sent["extras"][place]["key"] for place in error.places("extras", "key") if place < len(sent["extras"])}
    moved = {
        extra["key"]: extra["value"]
        for extra in sent["extras"]
        if extra["key"] in refused - OWN and not sent.get(extra["key"]) and extra["value"]
    }
    if not moved:
        return None
    return {**sent, **moved, "extras": [extra for extra in sent["extras"] if extra["key"] not in moved]}


def unexpected(sent: Mapping[str, Any], error: Refusal) -> list[str]:
    """Unknown fields whose entries CKAN 2.11 refuses as `__junk`: lists of objects. (2.12 forgets them without a word.)"""
    if "__junk" not in error.errors:
        return []
    fields = [name for name in sorted(sent.keys() - FIELDS_OF_CKAN) if _has_objects(sent[name])]
    named = [name for name in fields if repr(name) in str(error.errors["__junk"])]
    return named or fields


def with_texts(sent: Mapping[str, Any], error: Refusal) -> dict[str, Any] | None:
    """The package with JSON in place of lists of objects within resources, refused in the same way. None: it has none."""
    resources = sent.get("resources") or []
    if "__junk" not in error.errors or not any(_has_objects(value) for entry in resources for value in entry.values()):
        return None
    texts = [{name: json_text(value) if _has_objects(value) else value for name, value in entry.items()} for entry in resources]
    return {**sent, "resources": texts}


def _has_objects(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(entry, Mapping) for entry in value)


def without_refused(sent: Mapping[str, Any], error: Refusal) -> tuple[dict[str, Any], list[Loss]]:
    """The package without what was refused; no losses: nothing that was refused can be left out."""
    if error.index_field:
        return _without_indexed(sent, error)
    fields = dict(sent)
    losses = []
    for field, complaint in error.errors.items():
        name = field.removesuffix("_validation")
        if name in NEEDED or not fields.get(name):
            continue
        value = _left_of(name, fields[name], complaint)
        if value == fields[name]:
            continue
        if value:
            fields[name] = value
        else:
            del fields[name]
        losses += [Loss(f"{text}; left out") for text in _said(name, sent[name], complaint)]
    return fields, losses


def _without_indexed(sent: Mapping[str, Any], error: Refusal) -> tuple[dict[str, Any], list[Loss]]:
    """The package without what makes up the field that Solr refused."""
    name = error.index_field
    fields = dict(sent)
    if name.startswith("res_"):
        inner = {"type": "resource_type"}.get(name[4:], name[4:])
        resources = sent.get("resources") or []
        fields["resources"] = [{key: value for key, value in resource.items() if key != inner} for resource in resources]
    elif (field := dataset_field(name)) in sent and field not in (*NEEDED, "extras"):
        del fields[field]
    else:
        key = name.removeprefix("extras_")
        fields["extras"] = [extra for extra in sent["extras"] if extra["key"] != key or key in OWN]
    return fields, [] if fields == sent else [Loss(f"{error}; left out")]


def _left_of(name: str, value: Any, complaint: Any) -> Any:
    """What is left of a list, or of lists of tags by language; None: it goes as a whole."""
    if isinstance(value, list):
        return _entries_left(name, value, complaint)
    if isinstance(value, Mapping) and all(isinstance(tags, list) for tags in value.values()):
        named = _quoted(complaint)
        rest = {language: [tag for tag in tags if tag not in named] for language, tags in value.items()}
        return rest if rest != value else None
    return None


def _quoted(complaint: Any) -> set[str]:
    """What a complaint quotes, as CKAN does with tags."""
    return set(QUOTED.findall(" ".join(text for _, text in messages(complaint))))


def _entries_left(name: str, entries: Sequence[Mapping[str, Any]], complaint: Any) -> list[Mapping[str, Any]]:
    """Entries of a list that weren't refused, and those whose refused fields can be left out."""
    if isinstance(complaint, list) and any(isinstance(item, Mapping) for item in complaint):
        refused = {place: item for place, item in enumerate(complaint) if isinstance(item, Mapping) and item}
        entries_left = (
            _entry_left(name, entry, refused[place]) if place in refused else entry for place, entry in enumerate(entries)
        )
        return [entry for entry in entries_left if entry]
    named = _quoted(complaint)
    label: Callable[[Mapping[str, Any]], Any] = lambda entry: entry.get("key" if name == "extras" else "name")  # noqa: E731
    unnamed = [entry for entry in entries if label(entry) not in named]
    if len(unnamed) < len(entries):
        return unnamed
    return [entry for entry in entries if name == "extras" and entry.get("key") in OWN]


def _entry_left(name: str, entry: Mapping[str, Any], refused: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """An extra, a tag, a group goes as a whole; of a resource, or of a plugin's subfields, what it has and what was refused."""
    if name == "extras" and entry.get("key") in OWN:
        return entry
    if name in WHOLE or not any(field in entry for field in refused):
        return None
    return {field: value for field, value in entry.items() if field not in refused}


def _said(name: str, value: Any, complaint: Any) -> Iterator[str]:
    """What was refused, and why; extras by their keys, other entries by their places."""
    texts = list(messages(complaint, (name,)))
    for path, text in texts[:NAMED] or [((name,), "refused")]:
        inner = [f"entry {part}" if isinstance(part, int) else part for part in path[1:]]
        if name == "extras" and len(path) > 1 and isinstance(path[1], int):
            inner = [repr(value[path[1]].get("key"))]
        yield f"{name}: {', '.join(inner)}{': ' if inner else ''}{text[:SHOWN]}"
    if len(texts) > NAMED:
        yield f"{name}: {len(texts) - NAMED} more refused values"
