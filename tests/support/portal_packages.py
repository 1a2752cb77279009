"""What datasets of all portals have in common, as package_show of a CKAN answers it."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

Package = dict[str, Any]


def id_of(text: str) -> str:
    return str(uuid5(NAMESPACE_URL, text))


def a_package(portal: str, name: str, *resources: dict[str, Any], **fields: Any) -> Package:
    entries = [
        {
            "id": id_of(f"{portal}/{name}/{place}"),
            "position": place,
            "state": "active",
            "package_id": id_of(f"{portal}/{name}"),
            **entry,
        }
        for place, entry in enumerate(resources)
    ]
    defaults: Package = {
        "id": id_of(f"{portal}/{name}"),
        "name": name,
        "type": "dataset",
        "state": "active",
        "private": False,
        "metadata_created": "2019-02-03T04:05:06.123456",
        "metadata_modified": "2024-05-06T07:08:09.654321",
        "creator_user_id": id_of("user"),
        "isopen": True,
        "license_title": "Licence",
        "num_resources": len(entries),
        "num_tags": 0,
        "organization": {
            "id": id_of(portal),
            "name": portal,
            "title": portal.title(),
            "type": "organization",
            "state": "active",
        },
        "owner_org": id_of(portal),
        "relationships_as_subject": [],
        "relationships_as_object": [],
        "groups": [],
        "tags": [],
    }
    return {**defaults, **fields, "resources": entries}


def tags(*names: str) -> list[dict[str, Any]]:
    return [{"id": id_of(name), "name": name, "display_name": name, "state": "active", "vocabulary_id": None} for name in names]


def extras(**pairs: Any) -> list[dict[str, Any]]:
    return [{"key": key.replace("__", "-"), "value": value} for key, value in pairs.items()]


BOX = '{"type": "Polygon", "coordinates": [[[-8.2, 49.8], [1.8, 49.8], [1.8, 60.9], [-8.2, 49.8]]]}'
