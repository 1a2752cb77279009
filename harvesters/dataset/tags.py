"""Tags as CKAN takes them: 2 to 100 letters and digits of any script, blanks, `-`, `_` and `.`."""

import re
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any
from unicodedata import normalize

from harvesters.dataset.values import Losses, shown, text
from harvesters.names import nothing_left

TAG = re.compile(r"[\w \-.]{2,100}")


def fit_tags(tags: Sequence[Any], losses: Losses) -> list[dict[str, Any]]:
    """Tags with names that CKAN takes, each once in its vocabulary; texts are names. Only what isn't a tag is left out."""
    fitted: dict[tuple[str, str], dict[str, Any]] = {}
    for position, tag in enumerate(tags):
        entry = {"name": tag} if _is_name(tag) else tag
        if entry.__class__ is not dict and not isinstance(entry, Mapping):
            losses.drop("tags", f"entry {position} is no tag but {shown(tag)}")
            continue
        name = entry.get("name")
        if name.__class__ is not str:
            name = "" if name is None else text(name, losses, "dataset", "tags")
        if name.__class__ is str and not TAG.fullmatch(name):  # é as two signs is none that CKAN takes
            name = normalize("NFC", name)
        if why := why_no_tag(name, position):
            losses.drop("tags", why)
        else:
            fitted.setdefault((name, str(entry.get("vocabulary_id") or "")), {**entry, "name": name})
    return list(fitted.values())


def _is_name(tag: Any) -> bool:
    return (isinstance(tag, str | int) and not isinstance(tag, bool)) or (isinstance(tag, float) and isfinite(tag))


def why_no_tag(name: Any, position: int) -> str:
    """What is wrong with the name of a tag at a position of its list; empty for a good one."""
    if isinstance(name, str) and TAG.fullmatch(name) and not name.isspace():
        return ""
    if not isinstance(name, str) or not name.strip():
        return f"entry {position} has no name"
    if len(name) < 2:
        return f"{shown(name)} is shorter than 2 characters"
    if len(name) > 100:
        return f"{shown(name)} is longer than 100 characters"
    hint = "" if nothing_left(name) else " (option clean_tags replaces them)"
    return f"{shown(name)} has other characters than letters, digits, blanks, - _ .{hint}"
