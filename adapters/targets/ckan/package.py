"""Packages in the form in which they are sent to CKAN, and whose they are by what CKAN shows of them.

Ownership is kept in extras: ckanext-harvest's three, and the content hash of the object. Each field and each extra costs CKAN
0.3 to 1 % of the time that it takes for a dataset, so nothing is sent that it leaves aside.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import orjson

from domain.errors import TargetError
from harvesters.ckan.names import VALID_NAME
from harvesters.target import Origin, Owner

SOURCE, TITLE, OBJECT = "harvest_source_id", "harvest_source_title", "harvest_object_id"
HASH = "harvest_content_hash"
COMPARED = (SOURCE, OBJECT, HASH)
SHOWN = 120  # characters of a wrong name
LEFT_OUT = frozenset(
    (
        *("relationships_as_subject", "relationships_as_object"),  # with datasets of the remote; CKAN answers HTTP 500
        *("num_resources", "num_tags", "isopen", "license_title", "license_url", "creator_user_id"),  # CKAN finds them itself
    )
)
LISTS = ("resources", "tags", "extras", "groups")

Extras = Mapping[str, str | None]
Order = Callable[[Iterable[str]], list[str]]


def form(package: Mapping[str, Any], owner: Owner) -> dict[str, Any]:
    """The package as it is sent: active, its extras texts, its owner among them. Raises TargetError `validation`."""
    _check_name(package.get("name"))
    sent = {name: value for name, value in package.items() if name not in LEFT_OUT}
    for name in LISTS:
        if sent.get(name) is None:
            sent.pop(name, None)
        else:
            _check_list(name, sent[name])
    if "tags" in sent:
        sent["tags"] = [_free(tag) for tag in sent["tags"]]
    resources = sent.get("resources", [])
    sent = with_own_ids(
        sent, [place for place, resource in enumerate(resources) if resource.get("id") and not _is_uuid(resource)]
    )
    own = {
        SOURCE: owner.source_id,
        TITLE: owner.source_title,
        OBJECT: owner.object_id,
        HASH: owner.content_hash,
    }
    extras = [_text(extra) for extra in sent.get("extras", ()) if extra.get("key") not in own]
    extras += [{"key": key, "value": value} for key, value in own.items() if value]
    return {**sent, "state": "active", "extras": sorted(extras, key=lambda extra: _length(str(extra.get("key"))))}


def with_own_ids(sent: dict[str, Any], places: Collection[int]) -> dict[str, Any]:
    """The package with other ids for the resources at these places, that follow from theirs: the same at each import."""
    if not places:
        return sent
    resources = list(sent["resources"])
    for place in places:
        made = uuid5(NAMESPACE_OID, f"{sent['id']} {resources[place].get('id')}")
        resources[place] = {**resources[place], "id": str(made)}
    return {**sent, "resources": resources}


def _is_uuid(resource: Mapping[str, Any]) -> bool:
    """CKAN takes no other ids of resources; those of old and of other software are not."""
    try:
        UUID(resource["id"])
    except (ValueError, TypeError, AttributeError):
        return False
    return True


def _check_name(name: Any) -> None:
    """A name that CKAN refuses must be one that is taken."""
    if not isinstance(name, str) or not VALID_NAME.fullmatch(name):
        message = f"name: must be 2 to 100 of a-z, 0-9, - and _, is {str(name)[:SHOWN]!r}"
        raise TargetError(message, code="validation", field="name")


def _check_list(name: str, value: Any) -> None:
    """CKAN's answer to a list of anything else doesn't name the field."""
    if not isinstance(value, list):
        raise TargetError(f"{name}: must be a list, is {type(value).__name__}", code="validation", field=name)
    for position, entry in enumerate(value):
        if not isinstance(entry, dict):
            message = f"{name}: entry {position} must be an object, is {type(entry).__name__}"
            raise TargetError(message, code="validation", field=name)


def _free(tag: dict[str, Any]) -> dict[str, Any]:
    """All that CKAN takes of a tag; this one doesn't have the remote's vocabularies."""
    return {"name": tag["name"]} if "name" in tag else tag


def _text(extra: dict[str, Any]) -> dict[str, Any]:
    """CKAN stores texts only."""
    value = extra.get("value")
    return extra if value is None or isinstance(value, str) else {**extra, "value": orjson.dumps(value).decode()}


def extra(package: Mapping[str, Any], key: str) -> str:
    """The value of an extra, empty when there is none."""
    return next((str(found.get("value") or "") for found in package.get("extras") or () if found.get("key") == key), "")


def origin(package: Mapping[str, Any]) -> Origin:
    """Of which object of which source a package is, as CKAN shows it."""
    return Origin(extra(package, SOURCE), extra(package, OBJECT), extra(package, HASH), package.get("state") == "active")


def by_length(keys: Iterable[str]) -> list[str]:
    """The order in which CKAN 2.12's database keeps extras: that of the keys of a jsonb value."""
    return sorted(keys, key=_length)


def _length(key: str) -> tuple[int, bytes]:
    encoded = key.encode("utf-8", "surrogatepass")
    return len(encoded), encoded


ORDERS: Sequence[Order] = (by_length, sorted, list)
"""Of the extras of a package inside CKAN: 2.12's and ours, that of the versions before, and as CKAN shows them."""


def seen(package: Mapping[str, Any]) -> Extras:
    """Extras that tell whether somebody has changed the package since CKAN showed it: all of them, None: of no concern."""
    return {found["key"]: found["value"] if found["key"] in COMPARED else None for found in package.get("extras") or ()}


def expected(sent: Mapping[str, Any], owner: Owner) -> Extras:
    """The same for a package that nobody has shown: it has the object that its source imported last.

    Right as long as the dataset's other extras have the keys of before.
    """
    known = {SOURCE: owner.source_id, OBJECT: owner.previous}
    return {found["key"]: known.get(found["key"]) for found in sent["extras"]}


def match(package_id: str, extras: Extras, order: Order) -> dict[str, Any]:
    """What package_revise compares in the transaction that it writes in; it knows extras by their places only."""
    found = ((key, extras[key]) for key in order(extras))
    return {"id": package_id, "extras": [{} if value is None else {"key": key, "value": value} for key, value in found]}


def marked(package: Mapping[str, Any], owner: Owner) -> list[dict[str, Any]]:
    """The extras of a package that CKAN showed, with this object in place of the one before."""
    kept = [{"key": one["key"], "value": one["value"]} for one in package.get("extras") or () if one["key"] != OBJECT]
    return [*kept, {"key": OBJECT, "value": owner.object_id}]
