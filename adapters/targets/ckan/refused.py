"""What is left of a package when a CKAN refuses some of it: a plugin's rules can't be known before."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adapters.targets.ckan.errors import SHOWN, Refusal, dataset_field, messages
from adapters.targets.ckan.package import OWN
from harvesters.target import Loss

NEEDED = frozenset(("id", "name", "owner_org", "state"))
"""Without them there is no dataset, or no dataset of ours."""
Path = tuple[str | int, ...]
QUOTED = re.compile(r'"(.*?)"', re.DOTALL)


def without_refused(sent: Mapping[str, Any], error: Refusal) -> tuple[dict[str, Any], list[Loss]]:
    """The package without what was refused; no losses: nothing that was refused can be left out."""
    if error.index_field:
        return _without_indexed(sent, error)
    left = dict(sent)
    losses = []
    for field, complaint in error.errors.items():
        name = field.removesuffix("_validation")
        if name in NEEDED or not left.get(name):
            continue
        kept = _entries_left(name, left[name], complaint) if isinstance(left[name], list) else None
        if kept is not None and len(kept) == len(left[name]) and kept == left[name]:
            continue
        if kept:
            left[name] = kept
        else:
            del left[name]
        losses.append(Loss(f"{_said(name, complaint)}; left out"))
    return left, losses


def _without_indexed(sent: Mapping[str, Any], error: Refusal) -> tuple[dict[str, Any], list[Loss]]:
    """The package without what makes up the field that Solr refused."""
    name = error.index_field
    left = dict(sent)
    if name.startswith("res_"):
        inner = {"type": "resource_type"}.get(name[4:], name[4:])
        resources = sent.get("resources") or []
        left["resources"] = [{key: value for key, value in one.items() if key != inner} for one in resources]
    elif (field := dataset_field(name)) in sent and field not in (*NEEDED, "extras"):
        del left[field]
    else:
        key = name.removeprefix("extras_")
        left["extras"] = [extra for extra in sent["extras"] if extra["key"] != key or key in OWN]
    return left, [] if left == sent else [Loss(f"{error}; left out")]


def _entries_left(name: str, entries: Sequence[Mapping[str, Any]], complaint: Any) -> list[Mapping[str, Any]]:
    """Entries of a list that weren't refused, and those whose refused fields can be left out."""
    if isinstance(complaint, list) and any(isinstance(one, Mapping) for one in complaint):
        refused = {place: one for place, one in enumerate(complaint) if isinstance(one, Mapping) and one}
        left = (_entry_left(name, entry, refused[place]) if place in refused else entry for place, entry in enumerate(entries))
        return [entry for entry in left if entry]
    said = " ".join(text for _, text in messages(complaint))
    named = set(QUOTED.findall(said))
    label: Callable[[Mapping[str, Any]], Any] = lambda entry: entry.get("key" if name == "extras" else "name")  # noqa: E731
    kept = [entry for entry in entries if label(entry) not in named]
    if len(kept) < len(entries):
        return kept
    return [entry for entry in entries if name == "extras" and entry.get("key") in OWN]


def _entry_left(name: str, entry: Mapping[str, Any], refused: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """An extra, a tag, a group goes as a whole; of a resource only what it has and what was refused."""
    if name == "extras" and entry.get("key") in OWN:
        return entry
    if name != "resources" or not any(field in entry for field in refused):
        return None
    return {field: value for field, value in entry.items() if field not in refused}


def _said(name: str, complaint: Any) -> str:
    path, text = next(iter(messages(complaint, (name,))), ((name,), "refused"))
    inner = ", ".join(f"entry {part}" if isinstance(part, int) else part for part in path[1:])
    return f"{name}: {inner}{': ' if inner else ''}{text[:SHOWN]}"
