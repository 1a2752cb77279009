"""Extras: texts by key, each key once, none with the name of a field of CKAN's own."""

from collections.abc import Mapping, Sequence
from typing import Any

from harvesters.dataset.storable import json_text
from harvesters.dataset.values import Losses, shown

FIELDS_OF_CKAN = frozenset(
    (
        *("id", "name", "title", "author", "author_email", "maintainer", "maintainer_email", "license_id", "notes", "url"),
        *("version", "state", "type", "owner_org", "private", "resources", "tags", "tag_string", "plugin_data", "extras"),
        *("save", "return_to", "relationships_as_object", "relationships_as_subject", "groups", "metadata_modified"),
        *("__before", "__extras", "__junk", "__after"),
    )
)


def fit_extras(extras: Sequence[Any] | Mapping[str, Any], losses: Losses) -> list[dict[str, Any]]:
    """Extras as texts. A second one with the same key is left out; it is reported only where it says something else."""
    entries = [{"key": key, "value": value} for key, value in extras.items()] if isinstance(extras, Mapping) else extras
    fitted: dict[str, dict[str, Any]] = {}
    for position, entry in enumerate(entries):
        if entry.__class__ is not dict and not isinstance(entry, Mapping):
            losses.drop("extras", f"entry {position} is no extra but {shown(entry)}")
            continue
        key, value = entry.get("key"), entry.get("value")
        if value.__class__ is not str:
            value = "" if value is None else json_text(value)
        if not isinstance(key, str) or not key:
            losses.drop("extras", f"entry {position} has no key but {shown(key)}")
        elif key in FIELDS_OF_CKAN:
            losses.drop("extras", f"the key {shown(key)} is a field of the dataset itself")
        elif key not in fitted:
            fitted[key] = {**entry, "key": key, "value": value}
        elif fitted[key]["value"] != value:
            losses.drop("extras", f"the key {shown(key)} is there twice, second with {shown(value)}")
    return list(fitted.values())
