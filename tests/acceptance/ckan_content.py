"""What a real CKAN has to hold of a remote's dataset, field by field; said in its own way, not with the product's code.

CKAN itself decides over CKANS_OWN (before 2.12 over `metadata_modified`, too), and forgets fields of a dataset that its default
schema lacks. All else must be equal, but:

* `id` and `name` are checked on their own;
* groups of the remote are left out, the organisation is the source's, `state` is active,
  and what was listed for everybody is not private;
* a text that is missing, null or empty is the same, of a dataset as of a resource;
* CKAN guesses the `mimetype` of a resource without one;
* tags and extras have no order; the harvest adds its extras in place of those of a harvest at the remote;
* a known `format` is written CKAN's way: only its case may differ;
* resources are without what says something about the remote's own storage.
"""

from typing import Any
from uuid import UUID

from tests.acceptance.changing_remote import Package

TEXTS = ("title", "notes", "author", "author_email", "maintainer", "maintainer_email", "url", "version", "license_id")
VALUES = ("private", "type", "metadata_modified", "state", "owner_org")
LISTS = ("tags", "extras", "resources", "groups")
CKANS_OWN = {
    *("metadata_created", "creator_user_id", "isopen", "license_title", "license_url", "num_resources", "num_tags"),
    *("organization", "relationships_as_subject", "relationships_as_object"),
}
RESOURCES_OWN = {
    *("position", "state", "package_id", "metadata_modified"),  # CKAN's
    *("revision_id", "revision_timestamp", "resource_group_id"),  # of old CKANs
    *("url_type", "datastore_active", "datastore_contains_all_records_of_source_file"),  # the remote's storage
}
HARVEST_EXTRAS = {
    "harvest_source_id",
    "harvest_source_title",
    "harvest_object_id",
    "harvest_content_hash",
    "harvest_wanted_name",  # of a dataset whose name was taken
}


def differences(
    package: Package, here: Package, organization: str, *, keeps_modified: bool = True
) -> list[tuple[str, Any, Any]]:
    """Where a dataset of a remote and what CKAN shows of it aren't the same: the field, what it must be, what it is.

    A CKAN that doesn't keep metadata_modified shows when it was written.
    """
    assert here.keys() <= {*TEXTS, *VALUES, *LISTS, *CKANS_OWN, "id", "name"}
    wanted, found = view({**package, "state": "active", "private": False, "owner_org": organization, "groups": []}), view(here)
    for ours, theirs in zip(found["resources"], wanted["resources"], strict=False):
        if "mimetype" not in theirs:
            ours.pop("mimetype", None)
    if not keeps_modified:
        del wanted["metadata_modified"]
    return [(name, wanted[name], found[name]) for name in wanted if wanted[name] != found[name]]


def view(package: Package) -> dict[str, Any]:
    """A dataset of a CKAN in a form that can be compared."""
    return {
        **{name: package.get(name) or "" for name in TEXTS},
        **{name: package[name] for name in VALUES},
        "groups": package["groups"],
        "tags": sorted(tag["name"] for tag in package.get("tags", ())),
        "extras": {one["key"]: one["value"] for one in package.get("extras", ()) if one["key"] not in HARVEST_EXTRAS},
        "resources": [_resource(one) for one in package["resources"]],
    }


def _resource(resource: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in resource.items() if name not in {*RESOURCES_OWN, "id"} and value not in (None, "")}
    return {**kept, "format": str(resource.get("format") or "").casefold()}


def resource_ids(remote: Package, here: Package) -> dict[str, str]:
    """The ids of resources here by those at the remote. Those that are UUIDs stay; others become UUIDs."""
    ids = {}
    for theirs, ours in zip(remote["resources"], here["resources"], strict=True):
        try:
            assert ours["id"] == str(UUID(theirs["id"]))
        except ValueError:
            UUID(ours["id"])
        ids[theirs["id"]] = ours["id"]
    return ids
