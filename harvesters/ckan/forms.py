"""Datasets of remotes that aren't a CKAN of today, in the form of its package_show.

`of_rest`, `of_search`: the REST API of CKAN 1.x and 2.x up to 2.7 (https://docs.ckan.org/en/ckan-1.8/api-v2.html).
`of_data_json`: a catalogue in DCAT-US 1.1
(https://resources.data.gov/resources/dcat-us/), which DKAN and others offer next to or in place of an API.

What such a remote doesn't give stays away: nothing is made up.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from harvesters.dataset.storable import json_text

Json = dict[str, Any]

COMPUTED = frozenset(
    (
        *("ratings_average", "ratings_count", "ckan_url", "notes_rendered", "download_url", "relationships"),
        *("isopen", "license", "revision_id", "revision_timestamp"),
    )
)
"""What the REST API adds to a dataset for its readers."""
OF_THE_INDEX = (
    "res_",
    "index",
    "_version_",
    "site_id",
    "entity_type",
    "dataset_type",
    "capacity",
    "data_dict",
    "validated_data_dict",
)
"""Beginnings of fields that a search index adds."""


def of_rest(package: Mapping[str, Any], reference: str, groups: Sequence[Mapping[str, Any]]) -> Json:
    """A dataset of the REST API that was asked for by that id or name, with its groups as they are shown.

    A group that is an organisation, or a publisher, is the dataset's organisation unless it names one itself.
    """
    fields = {name: value for name, value in package.items() if name not in COMPUTED}
    if not fields.get("id"):
        fields["id"] = reference
    _set_license(fields, package.get("license"))
    url = package.get("download_url")
    if not fields.get("resources") and isinstance(url, str) and url.strip():
        fields["resources"] = [{"url": url}]
    if "groups" in package:
        _set_members(fields, groups)
    return fields


def _set_license(fields: Json, title: Any) -> None:
    """CKAN 0.x and 1.0 had the title of the licence alone."""
    if isinstance(title, str) and title:
        fields.setdefault("license_title", title)
        fields["license_id"] = fields.get("license_id") or title


def _set_members(fields: Json, groups: Sequence[Mapping[str, Any]]) -> None:
    owners = [group for group in groups if group.get("type") in ("organization", "publisher")]
    fields["groups"] = [_without_type(group) for group in groups if group not in owners]
    if owners and not isinstance(fields.get("organization"), Mapping):
        fields["organization"] = _without_type(owners[0])


def _without_type(group: Mapping[str, Any]) -> Json:
    return {name: value for name, value in group.items() if name != "type"}


def of_search(entry: Mapping[str, Any]) -> Json:
    """A dataset as the search of the REST API gives it with all fields: whole, as text, or as it is in the index."""
    for name in ("validated_data_dict", "data_dict"):
        try:
            package = json.loads(entry.get(name) or "null")
        except (TypeError, ValueError, RecursionError):
            continue
        if isinstance(package, dict):
            return {key: value for key, value in package.items() if key not in COMPUTED}
    fields = {name: value for name, value in entry.items() if name not in COMPUTED and not name.startswith(OF_THE_INDEX)}
    urls = entry.get("res_url")
    if isinstance(urls, list) and "resources" not in fields:
        fields["resources"] = [_of_index(entry, place) for place in range(len(urls))]
    if isinstance(owner := fields.pop("organization", None), str):
        fields["organization"] = {"name": owner}
    return fields


def _of_index(entry: Mapping[str, Any], place: int) -> Json:
    """A resource, of which the index has each field in a list of its own."""
    columns = {name: entry.get(f"res_{name}") for name in ("url", "name", "format", "description")}
    values = {name: column[place] for name, column in columns.items() if isinstance(column, list) and place < len(column)}
    return _texts(**values)


def of_data_json(dataset: Mapping[str, Any]) -> Json:
    """A dataset of a DCAT-US catalogue: what CKAN has a field for goes there, all else becomes extras."""
    left = {name: value for name, value in dataset.items() if not name.startswith("@") and value not in (None, "", [], {})}
    fields: Json = {"id": _identifier(left.pop("identifier", None))}
    for name, ours in (("title", "title"), ("description", "notes"), ("landingPage", "url"), ("license", "license_id")):
        if isinstance(left.get(name), str):
            fields[ours] = left.pop(name)
    for name, ours in (("modified", "metadata_modified"), ("issued", "metadata_created")):
        if isinstance(left.get(name), str) and re.match(r"\d{4}", left[name]):
            fields[ours] = left.pop(name)
    if isinstance(left.get("keyword"), list | str):
        keywords = left.pop("keyword")
        fields["tags"] = [{"name": word} for word in (keywords if isinstance(keywords, list) else [keywords])]
    if isinstance(contact := left.get("contactPoint"), Mapping):
        del left["contactPoint"]
        fields |= _texts(maintainer=contact.get("fn"), maintainer_email=contact.get("hasEmail"))
    if isinstance(publisher := left.get("publisher"), Mapping):
        fields |= _texts(author=publisher.get("name"))
    distributions = left.pop("distribution", [])
    entries = distributions if isinstance(distributions, list) else [distributions]
    fields["resources"] = [_of_distribution(entry) for entry in entries if isinstance(entry, Mapping)]
    extras = {name: value if isinstance(value, str) else json_text(value) for name, value in left.items()}
    return {**fields, "extras": [{"key": name, "value": value} for name, value in extras.items()]}


def _identifier(value: Any) -> Any:
    """One of a list of one is that one."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _texts(**values: Any) -> Json:
    return {name: value for name, value in values.items() if isinstance(value, str) and value}


def _of_distribution(entry: Mapping[str, Any]) -> Json:
    url = entry.get("downloadURL") or entry.get("accessURL")
    about = {"name": entry.get("title"), "description": entry.get("description")}
    return _texts(url=url, **about, format=entry.get("format"), mimetype=entry.get("mediaType"))
