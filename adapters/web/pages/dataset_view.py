"""A package as its page shows it. Packages come from remotes: any value may be missing or of another kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

OURS = ("harvest_object_id", "harvest_source_id", "harvest_source_title")


@dataclass(frozen=True)
class Resource:
    """One file or address of a dataset; texts are empty where the remote said nothing."""

    name: str
    url: str
    format: str
    media_type: str
    description: str
    modified: str
    bytes: int | None


@dataclass(frozen=True)
class DatasetView:
    """A package (CKAN's package_show) by what people want to know of it."""

    package: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What addresses call it."""
        return text(self.package.get("name")) or text(self.package.get("id"))

    @property
    def path(self) -> str:
        """Its page."""
        return f"/dataset/{quote(self.name, safe='')}"

    @property
    def title(self) -> str:
        """What people call it."""
        return text(self.package.get("title")).strip() or self.name

    @property
    def notes(self) -> str:
        """Its description."""
        return text(self.package.get("notes")).strip()

    @property
    def organization(self) -> tuple[str, str]:
        """Name and title of who publishes it, both empty when nobody is named."""
        organization = self.package.get("organization")
        if not isinstance(organization, Mapping):
            return "", ""
        name = text(organization.get("name"))
        return name, text(organization.get("title")) or name

    @property
    def licence(self) -> tuple[str, str]:
        """Title and address of the licence."""
        title = text(self.package.get("license_title")) or text(self.package.get("license_id"))
        return title, text(self.package.get("license_url"))

    @property
    def tags(self) -> list[str]:
        """Keywords."""
        return [name for tag in records(self.package.get("tags")) if (name := text(tag.get("name")))]

    @property
    def groups(self) -> list[tuple[str, str]]:
        """Name and title of each group."""
        named = [(text(group.get("name")), text(group.get("title"))) for group in records(self.package.get("groups"))]
        return [(name, title or name) for name, title in named if name]

    @cached_property
    def resources(self) -> list[Resource]:
        """Its files, in order."""
        return self.some_resources(0, self.resource_count)

    @property
    def resource_count(self) -> int:
        """How many files it has."""
        return len(self._resources)

    def some_resources(self, start: int, number: int) -> list[Resource]:
        """Some of its files, from a place on."""
        return [_resource(resource) for resource in self._resources[start : start + number]]

    @cached_property
    def _resources(self) -> Sequence[Mapping[str, Any]]:
        return records(self.package.get("resources"))

    @property
    def formats(self) -> list[str]:
        """Formats of its files, each once."""
        return list(dict.fromkeys(resource.format for resource in self.resources if resource.format))

    @property
    def extras(self) -> list[tuple[str, str]]:
        """What else the remote says, without our own marks."""
        return [(key, value) for key, value in self._extras.items() if key not in OURS and value]

    @property
    def source_id(self) -> str:
        """Of the harvest source that brought it."""
        return self._extras.get("harvest_source_id", "")

    @property
    def object_id(self) -> str:
        """Of the harvest object that it stands on."""
        return self._extras.get("harvest_object_id", "")

    @property
    def contacts(self) -> list[tuple[str, str, str]]:
        """(author or maintainer, name, mail address) of each that is named."""
        named = [
            (role, text(self.package.get(role)), text(self.package.get(f"{role}_email"))) for role in ("author", "maintainer")
        ]
        return [contact for contact in named if contact[1] or contact[2]]

    def fact(self, name: str) -> str:
        """A field of the package as text, empty when there is none."""
        return text(self.package.get(name))

    @cached_property
    def _extras(self) -> dict[str, str]:
        return {
            key: text(extra.get("value")) for extra in records(self.package.get("extras")) if (key := text(extra.get("key")))
        }


def text(value: Any) -> str:
    """A value as text: numbers too, nothing of lists and objects."""
    if isinstance(value, bool) or value is None:
        return ""
    return str(value) if isinstance(value, str | int | float) else ""


def records(value: Any) -> Sequence[Mapping[str, Any]]:
    """The objects of a list; none where it is no list."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _resource(resource: Mapping[str, Any]) -> Resource:
    address, size = text(resource.get("url")).strip(), text(resource.get("size"))
    return Resource(
        name=text(resource.get("name")).strip() or address.rstrip("/").rpartition("/")[2] or address,
        url=address,
        format=text(resource.get("format")).strip(),
        media_type=text(resource.get("mimetype")),
        description=text(resource.get("description")).strip(),
        modified=text(resource.get("last_modified")) or text(resource.get("metadata_modified")),
        bytes=int(size) if size.isascii() and size.isdecimal() and len(size) < 19 else None,
    )
