"""What is done to a remote dataset before it is stored here. Whatever isn't named in this module arrives as it was."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

from domain.errors import RecordError
from harvesters.ckan.config import CKANConfig, filled
from harvesters.dataset.storable import is_missing, opened_json
from harvesters.dataset.values import Losses, as_list, shown
from harvesters.names import clean_tags, nothing_left

LISTS = ("tags", "groups", "extras", "resources")
OF_THE_REMOTE = (
    "url_type",  # "upload" would make the URL one of our own files
    "revision_id",
    "resource_group_id",
    "package_id",  # the dataset may have another id here
    "datastore_active",  # the table is in the remote's datastore
    "datastore_contains_all_records_of_source_file",
)


def check_lists(package: dict[str, Any], losses: Losses) -> None:
    """Make tags, groups, extras and resources lists of objects, in the forms that CKANs have had.

    What is in none of these forms is left out and reported. Raises TargetError where the source wants such a dataset to fail.
    """
    for name in LISTS:
        value = opened_json(package.pop(name, None))
        if name != "extras" or _has_keys(value):
            value = as_list(value)
        if name == "extras" and isinstance(value, dict):
            value = [{"key": key, "value": text} for key, text in value.items()]
        if isinstance(value, list):
            package[name] = list(_entries(name, value, losses))
        elif not is_missing(value):
            losses.drop(name, f"must be a list, is {shown(value)}")


def _has_keys(extras: Any) -> bool:
    """Whether the entries of an object are extras with key and value, and not the values of extras."""
    return isinstance(extras, dict) and all(isinstance(entry, dict) and "key" in entry for entry in extras.values())


def _entries(name: str, values: list[Any], losses: Losses) -> Iterator[dict[str, Any]]:
    for position, value in enumerate(values):
        if isinstance(value, dict):
            yield value
        elif name in ("tags", "groups") and isinstance(value, str | int | float) and not isinstance(value, bool):
            yield {"name": str(value)}
        else:
            losses.drop(name, f"entry {position} must be an object, is {shown(value)}")


def add_tags(package: dict[str, Any], config: CKANConfig, vocabulary: Callable[[str], str | None], losses: Losses) -> None:
    """Add the default tags that the dataset doesn't have, and clean all free tags if that is configured.

    `vocabulary`: the target's id of a vocabulary, by its id or name; a tag of one that isn't there is a free tag. Tags of
    which cleaning leaves nothing are noted.
    """
    tags = package.get("tags", [])
    defaults = [_default_tag(tag, vocabulary) for tag in config.default_tags]
    in_vocabularies = [tag for tag in defaults if tag.get("vocabulary_id")]
    names = [tag.get("name") for tag in tags]
    tags = [*tags, *(tag for tag in defaults if tag not in in_vocabularies and tag["name"] not in names)]
    if config.clean_tags:
        if any(nothing_left(tag.get("name")) for tag in tags):
            losses.note("tags: option clean_tags leaves nothing of those without letters a-z or digits; they are left out")
        tags = clean_tags(tags)
    if tags or in_vocabularies or "tags" in package:
        package["tags"] = [*tags, *in_vocabularies]


def _default_tag(tag: Mapping[str, Any], vocabulary: Callable[[str], str | None]) -> dict[str, Any]:
    fields = {name: value for name, value in tag.items() if name != "vocabulary_id"}
    identity = vocabulary(tag["vocabulary_id"]) if tag.get("vocabulary_id") else None
    return {**fields, "vocabulary_id": identity} if identity else fields


def add_extras(package: dict[str, Any], config: CKANConfig, placeholders: Mapping[str, str]) -> None:
    """Add the default extras, in place of the dataset's own if `override_extras`. Raises RecordError that names the extra."""
    extras = package.get("extras", [])
    for key, value in config.default_extras.items():
        has = any(extra.get("key") == key for extra in extras)
        if has and not config.override_extras:
            continue
        extras = [extra for extra in extras if extra.get("key") != key]
        extras.append({"key": key, "value": _extra(key, value, placeholders)})
    package["extras"] = extras


def _extra(key: str, value: Any, placeholders: Mapping[str, str]) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return filled(value, placeholders)
    except ValueError as error:
        raise RecordError(f"default extra {key}: {error}") from error


def clean_resources(package: dict[str, Any]) -> None:
    """Leave out what a resource says about the remote's own storage."""
    for resource in package.get("resources", ()):
        for name in OF_THE_REMOTE:
            resource.pop(name, None)


def group_reference(id_or_name: str) -> dict[str, str]:
    """A group as CKAN takes it in a dataset."""
    try:
        return {"id": str(UUID(id_or_name))}
    except ValueError:
        return {"name": id_or_name}
