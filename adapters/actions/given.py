"""Turns parameters as scripts for ckanext-harvest send them into those of our actions.

Such a script reads a source, changes a field and sends all of it back. So fields that can't be set are ignored, extras may
come as CKAN's list, and the configuration's options may also stand next to it as fields of their own.
"""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from domain.errors import ValidationError

SHOWN_ONLY = frozenset(
    {
        *("state", "organization", "creator_user_id", "metadata_created", "metadata_modified", "status", "next_run", "paused"),
        *("num_resources", "num_tags", "resources", "tags", "groups", "relationships_as_subject", "relationships_as_object"),
        *("isopen", "license_id", "license_title", "license_url", "author", "author_email", "maintainer", "maintainer_email"),
        *("revision_id", "fields_version", "removed"),
    }
)
"""What a dataset of type harvest is shown with, and nobody sets."""
RENAMED = {
    "harvest_source_list": {"organization_id": "owner_org"},
    "harvest_job_create_all": {"organization_id": "owner_org"},
}
"""Parameters that have another name here."""
FIELDS_VERSION = re.compile(r"[0-9a-f]{16}")
SOURCES = ("harvest_source_create", "harvest_source_update", "harvest_source_patch")


def given(action: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of an action; null means "not given". Raises ValidationError."""
    if action in SOURCES:
        return _source(action, values)
    names = RENAMED.get(action, {})
    return {names.get(name, name): value for name, value in values.items() if value is not None}


def _source(action: str, values: Mapping[str, Any]) -> dict[str, Any]:
    if values.get("type", "harvest") != "harvest":
        raise ValidationError({"type": "Must be harvest: the harvester's name is source_type"})
    options = _options(values.get("config"))
    if action == "harvest_source_create" or not _is_seen(values.get("version"), options):
        values = {name: value for name, value in values.items() if name != "version"}
    left_out = SHOWN_ONLY | {"type"} | (options - {"name", "url", "title", "notes", "version"})
    if action != "harvest_source_create":
        left_out |= {"active"}
    fields = {name: value for name, value in values.items() if name not in left_out}
    if isinstance(fields.get("extras"), list):
        fields["extras"] = _extras(fields["extras"])
    if action == "harvest_source_patch":  # null empties a field
        return {name: "" if value is None else value for name, value in fields.items()}
    return {name: value for name, value in fields.items() if value is not None}


def _is_seen(version: Any, options: frozenset[str]) -> bool:
    """Whether it is the version of a source that somebody has seen, and not an option of the same name."""
    return isinstance(version, str) and ("version" not in options or FIELDS_VERSION.fullmatch(version) is not None)


def _options(config: Any) -> frozenset[str]:
    """The names of a configuration's options."""
    try:
        options = orjson.loads(config) if isinstance(config, str) else config
    except orjson.JSONDecodeError:
        return frozenset()
    return frozenset(options) if isinstance(options, Mapping) else frozenset()


def _extras(extras: list[Any]) -> dict[str, Any]:
    """CKAN's list of {key, value} as a dictionary."""
    named: dict[str, Any] = {}
    for extra in extras:
        if not isinstance(extra, Mapping) or not isinstance(extra.get("key"), str):
            raise ValidationError({"extras": "Must be a list of dictionaries with key and value, or a dictionary"})
        named[extra["key"]] = extra.get("value")
    return named
