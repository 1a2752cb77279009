"""Packages in the form in which they are sent to CKAN, and whose they are by what CKAN shows of them.

Ownership is kept in extras: ckanext-harvest's three, and the content hash of the object. Each field and each extra costs CKAN
0.3 to 1 % of the time that it takes for a dataset, so nothing is sent that it ignores.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from adapters.targets.ckan.errors import OtherType
from harvesters.dataset.numbers import stands_in
from harvesters.dataset.resources import own_id
from harvesters.dataset.values import is_uuid
from harvesters.target import Origin, Owner, SiteRules, with_kept

SOURCE, TITLE, OBJECT = "harvest_source_id", "harvest_source_title", "harvest_object_id"
HASH = "harvest_content_hash"
UNSURE = "unsure"  # in place of the content hash as long as what was written may not be all
WANTED = "harvest_wanted_name"  # only where the package has another name, since that one was taken
OWN = frozenset((SOURCE, TITLE, OBJECT, HASH, WANTED))
VALID = "00000000-0000-0000-0000-000000000000"  # stands in for an id that CKAN is to give
COMPARED = (SOURCE, OBJECT, HASH)
OF_VALIDATION = frozenset(("__extras", "__junk", "__before", "__after"))  # CKAN fails on them
LEFT_OUT = frozenset(
    (
        *("relationships_as_subject", "relationships_as_object"),  # with datasets of the remote; CKAN answers HTTP 500
        *("num_resources", "num_tags", "isopen", "license_title", "license_url", "creator_user_id"),  # CKAN finds them itself
        *("organization", "tracking_summary", "revision_id", "revision_timestamp"),  # of the remote
        *("tag_string", "plugin_data", "save", "return_to"),  # of CKAN's forms and plugins
        *OF_VALIDATION,
    )
)
LISTS = ("resources", "tags", "extras", "groups")

Extras = Mapping[str, str | None]
Order = Callable[[Iterable[str]], list[str]]


def form(package: Mapping[str, Any], owner: Owner, vocabulary: Callable[[str], str | None] = lambda _: None) -> dict[str, Any]:
    """A package that `harvesters.dataset` has fitted as it is sent: active, with its owner among its extras.

    `vocabulary`: the id of one that this CKAN has, by its id or name; a tag of any other is a free tag here.
    """
    sent = {name: value for name, value in package.items() if name not in LEFT_OUT}
    for name in LISTS:
        if sent.get(name) is None:
            sent.pop(name, None)
    if "tags" in sent:
        tags = (_tag(tag, vocabulary) for tag in sent["tags"])
        sent["tags"] = list({(tag["name"], tag.get("vocabulary_id")): tag for tag in tags}.values())
    own = {SOURCE: owner.source_id, TITLE: owner.source_title, OBJECT: owner.object_id, HASH: owner.content_hash}
    resources = sent.get("resources", ())
    if any(not is_uuid(entry.get("id") or VALID) or not OF_VALIDATION.isdisjoint(entry) for entry in resources):
        sent["resources"] = [_with_uuid(resource, sent["id"]) for resource in resources]
    extras = [{"key": entry["key"], "value": entry["value"]} for entry in sent.get("extras", ()) if entry["key"] not in OWN]
    extras += [{"key": key, "value": value} for key, value in own.items() if value]
    return with_extras({**sent, "state": "active"}, extras)


def _tag(tag: Mapping[str, Any], vocabulary: Callable[[str], str | None]) -> dict[str, str]:
    key = tag.get("vocabulary_id")
    identity = vocabulary(key) if key and isinstance(key, str) else None
    return {"name": tag["name"], "vocabulary_id": identity} if identity else {"name": tag["name"]}


def _with_uuid(resource: Mapping[str, Any], package_id: str) -> Mapping[str, Any]:
    """A resource with an id that CKAN takes; those of old CKANs and of other software are no UUIDs."""
    fields = {name: value for name, value in resource.items() if name not in OF_VALIDATION}
    identity = fields.get("id")
    return fields if not identity or is_uuid(identity) else {**fields, "id": own_id(package_id, identity)}


def with_extras(sent: Mapping[str, Any], extras: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """The package with these extras, in the order in which CKAN 2.12 keeps them."""
    return {**sent, "extras": sorted(extras, key=lambda extra: _length(extra["key"]))}


def with_extra(sent: Mapping[str, Any], key: str, value: str) -> dict[str, Any]:
    """The package with one extra in place of what it has under that key; an empty value takes it away."""
    extras = [extra for extra in sent["extras"] if extra["key"] != key]
    return with_extras(sent, [*extras, {"key": key, "value": value}] if value else extras)


def fields_of_update(sent: Mapping[str, Any]) -> dict[str, Any]:
    """What an update replaces: all but id and name."""
    return {"resources": [], **{name: value for name, value in sent.items() if name not in ("id", "name")}}


def with_name(name: str, sent: Mapping[str, Any]) -> Mapping[str, Any]:
    """The package under a name; one that isn't the name that it wants is noted with it."""
    if name == sent["name"] and not extra(sent, WANTED):
        return sent
    return with_extra({**sent, "name": name}, WANTED, sent["name"] if stands_in(name, sent["name"]) else "")


def with_own_ids(sent: dict[str, Any], places: Collection[int]) -> dict[str, Any]:
    """The package with other ids for the resources at these places, that follow from theirs: the same at each import."""
    resources = list(sent["resources"])
    for place in places:
        resources[place] = {**resources[place], "id": own_id(sent["id"], resources[place].get("id"))}
    return {**sent, "resources": resources}


def with_fields_kept(sent: Mapping[str, Any], package: Mapping[str, Any], rules: SiteRules, owner: Owner) -> Mapping[str, Any]:
    """The package for an update of the one that CKAN showed: see `with_kept`. Our own extras change in any case."""
    kept = with_kept(sent, package, rules, owner)
    if kept.get("extras") is sent["extras"]:
        return kept
    theirs = [{"key": entry["key"], "value": entry["value"]} for entry in kept["extras"] if entry["key"] not in OWN]
    return with_extras(kept, [*theirs, *(entry for entry in sent["extras"] if entry["key"] in OWN)])


def extra(package: Mapping[str, Any], key: str) -> str:
    """The value of an extra, empty when there is none."""
    return next((str(entry.get("value") or "") for entry in package.get("extras") or () if entry.get("key") == key), "")


def origin(package: Mapping[str, Any]) -> Origin:
    """Of which object of which source a package is, as CKAN shows it."""
    state = package.get("state")
    return Origin(extra(package, SOURCE), extra(package, OBJECT), extra(package, HASH), state == "active", state == "deleted")


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
    return {entry["key"]: entry["value"] if entry["key"] in COMPARED else None for entry in package.get("extras") or ()}


def expected(sent: Mapping[str, Any], owner: Owner) -> Extras:
    """The same for a package that nobody has shown: it has the object that its source imported last.

    This holds as long as the keys of the dataset's other extras are unchanged.
    """
    values = {SOURCE: owner.source_id, OBJECT: owner.previous}
    return {entry["key"]: values.get(entry["key"]) for entry in sent["extras"]}


def match(package_id: str, extras: Extras, order: Order, **fields: str) -> dict[str, Any]:
    """What package_revise compares in the transaction that it writes in; it knows extras by their places only.

    Name and type, `fields`, are compared where they are given.
    """
    pairs = ((key, extras[key]) for key in order(extras))
    compared = [{} if value is None else {"key": key, "value": value} for key, value in pairs]
    return {"id": package_id, **{name: value for name, value in fields.items() if value}, "extras": compared}


def type_of(package: Mapping[str, Any]) -> str:
    """The type of a dataset, as `harvesters.dataset.fit` leaves it."""
    return _named_type(package) or "dataset"


def _named_type(package: Mapping[str, Any]) -> str:
    kind = package.get("type")
    return kind.strip() if isinstance(kind, str) else ""


def other_type(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> OtherType | None:
    """What says that a package has another type than the one that is to be written; None: it has the same, or none is said."""
    if not _named_type(wanted) or type_of(there) == type_of(wanted):
        return None
    return OtherType(type_of(there), type_of(wanted))


def marked(package: Mapping[str, Any], owner: Owner) -> list[dict[str, Any]]:
    """The extras of a package that CKAN showed, with this object in place of the one before."""
    return [*without(package, OBJECT), {"key": OBJECT, "value": owner.object_id}]


def without(package: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The extras of a package that CKAN showed, but one."""
    return [{"key": entry["key"], "value": entry["value"]} for entry in package.get("extras") or () if entry["key"] != key]
