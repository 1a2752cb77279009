"""Resources (files) of a dataset. Fields that CKAN doesn't know are kept by it as they are, so they are here."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_OID, uuid5

from harvesters.dataset import values
from harvesters.dataset.languages import in_one_language_too, moved_to_translated
from harvesters.dataset.values import SURELY_SHORT, Losses, Odd, shown

TEXTS = frozenset(
    (
        *("url", "name", "description", "format", "mimetype", "mimetype_inner", "hash", "resource_type"),
        *("url_type", "cache_url"),
    )
)
TRANSLATED = {"name_translated": "name", "description_translated": "description"}
RULES = {
    **dict.fromkeys(("name", "description", "hash", "mimetype", "mimetype_inner", "url_type", "cache_url"), values.text),
    **dict.fromkeys(("url", "format"), values.plain),
    "resource_type": values.indexed,
    "size": values.whole,
    **dict.fromkeys(("created", "last_modified", "cache_last_updated", "metadata_modified"), values.time),
    **dict.fromkeys(("issued", "modified"), values.time_or_text),
}


def fit_resources(resources: Sequence[Any], losses: Losses, dataset_id: Any) -> list[dict[str, Any]]:
    """Resources with values that CKAN takes, and with ids that are texts, each used once."""
    fitted: list[dict[str, Any]] = []
    ids: set[str] = set()
    for position, resource in enumerate(resources):
        if not isinstance(resource, Mapping):
            losses.drop("resources", f"entry {position} is no resource but {shown(resource)}")
        elif resource:
            fitted.append(_fit(resource, losses, position, dataset_id, ids))
    return fitted


def _fit(resource: Mapping[str, Any], losses: Losses, position: int, dataset_id: Any, ids: set[str]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if resource.get("extras"):
        resource = _with_extras(resource, losses, position)
    is_translated = any(name in resource for name in TRANSLATED)
    if is_translated:
        pairs = losses.translated("resource", TRANSLATED)
        resource = {**resource, **moved_to_translated(resource, pairs, losses.policy.languages)}
    for name, value in resource.items():
        if value is None or (
            value.__class__ is str and (len(value) <= SURELY_SHORT and value[:1] != "{" if name in TEXTS else name not in RULES)
        ):
            fields[name] = value  # no rule would change it: that is so for most
        elif (rule := RULES.get(name)) is None:
            where = f"resources: entry {position}, {name}"
            fields[name] = values.of_plugin(value, losses, "resource", name, where)
        else:
            try:
                fields[name] = rule(value, losses, "resource", name)
            except Odd as why:
                losses.drop(f"resources: entry {position}, {name}", why)
    if is_translated:
        fields |= in_one_language_too(fields, TRANSLATED, losses.policy.languages)
    if (url := fields.get("url")).__class__ is str and (url[:4] != "http" or url[-1:].isspace()):
        fields["url"] = url = address(url, fields)
    if url.__class__ is str and ("[" in url or "]" in url or not url.isascii()) and not _has_parts(url):
        losses.drop(f"resources: entry {position}, url", f"no address, {shown(fields.pop('url'))}")
    if identity := resource.get("id"):
        twice = (text := str(identity)) in ids
        if twice or identity.__class__ is not str:
            fields["id"] = own_id(dataset_id, text, position if twice else None)
        ids.add(text)
    return fields


def _with_extras(resource: Mapping[str, Any], losses: Losses, position: int) -> Mapping[str, Any]:
    """The resource with its further fields among the others, as CKANs show them since 2.0; those that it has itself stay."""
    extras = resource["extras"]
    fields = {name: value for name, value in resource.items() if name != "extras"}
    if not isinstance(extras, Mapping):
        losses.drop(f"resources: entry {position}, extras", f"must be an object, is {shown(extras)}")
        return fields
    return {**extras, **fields}


def address(url: str, resource: Mapping[str, Any]) -> str:
    """An address as CKAN shows it: without blanks around it, and with http:// where it has no scheme."""
    url = url.strip()
    try:
        complete = not url or resource.get("url_type") or urlsplit(url).scheme
    except ValueError:
        return url
    return url if complete else f"http://{url.lstrip('/')}"


def _has_parts(url: str) -> bool:
    """Whether a URL can be taken apart. CKAN does that, and fails where it can't; only brackets and Unicode cause that."""
    try:
        urlsplit(url)
    except ValueError:
        return False
    return True


def own_id(dataset_id: Any, resource_id: Any, position: int | None = None) -> str:
    """An id that follows from those given: the same at each import. `position` tells two with the same id apart."""
    return str(uuid5(NAMESPACE_OID, f"{dataset_id} {resource_id}" + ("" if position is None else f" {position}")))
