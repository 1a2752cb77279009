"""Whether each value of a remote's dataset is in what a catalogue shows of it, or is named in a warning.

Said in its own way, not with the product's code: all words and numbers of a field have to be in the place that it has here.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any
from unicodedata import digit, normalize

OF_THE_REMOTE = {
    *(
        "id",
        "state",
        "private",
        "owner_org",
        "organization",
        "groups",
        "creator_user_id",
        "display_name",
        "position",
        "package_id",
    ),
    *("isopen", "license_title", "license_url", "num_resources", "num_tags", "relationships_as_object", "revision_id"),
    *("relationships_as_subject", "tracking_summary", "harvest_object_id", "harvest_source_id", "harvest_source_title"),
    *("url_type", "datastore_active", "metadata_modified", "metadata_created", "type"),
}
"""What says something about the remote, or is CKAN's own business; docs/ckan.md and docs/ckan-target.md list it."""
DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?|\d{4}-\d\d|\d{1,2}\.\d{1,2}\.\d{4}")
OTHER_DATE = re.compile(
    r"(?P<year>\d{4})(?:[年/](?P<month>\d{1,2})[月/]\d{1,2}日?( \d.*)?|(?<=(?:19|20)..)(?P<compact>\d\d)\d\d)"
    r"|\d{1,2}/(?P<middle>\d{1,2})/(?P<last_year>\d{4})( \d.*)?"
)

Package = dict[str, Any]


def lost(remote: Package, here: Package, warnings: Sequence[str]) -> list[tuple[str, Any]]:
    """Fields with a value that is neither here nor named in a warning."""
    told = "\n".join(warnings)
    missing = [
        (name, value)
        for name, value in remote.items()
        if name not in OF_THE_REMOTE | {"extras", "tags", "resources", "name"}
        and not _words(value) <= _words(_places(here, name))
        and not _named(told, name)
        and not (_named(told, f"{name}_translated") and _words(value) <= _words(remote.get(f"{name}_translated")))
    ]
    extras = _pairs(here)
    for key, value in _pairs(remote).items():
        if key not in OF_THE_REMOTE and not _words(value) <= _words([extras.get(key), here.get(key)]) and key not in told:
            missing.append((f"extras.{key}", value))
    names = {tag["name"] for tag in here.get("tags") or ()}
    for tag in remote.get("tags") or ():
        name = tag["name"] if isinstance(tag, dict) else tag
        if name not in names and repr(name) not in told:
            missing.append(("tags", name))
    for place, (theirs, ours) in enumerate(zip(remote["resources"], here.get("resources") or [], strict=True)):
        missing += [
            (f"resources.{place}.{name}", value)
            for name, value in theirs.items()
            if name not in OF_THE_REMOTE and not _words(value) <= _words(_places(ours, name)) and not _told(told, place, name)
        ]
    return missing


def _named(told: str, name: str) -> bool:
    return re.search(rf"(?m)^{re.escape(name)}\b", told) is not None


def _told(told: str, place: int, name: str) -> bool:
    return f"entry {place}, {name}" in told or f"{name} of resources" in told


def _places(here: Package, name: str) -> list[Any]:
    return [here.get(name), here.get(f"{name}_translated"), _pairs(here).get(name)]


def _pairs(package: Package) -> dict[str, Any]:
    extras = package.get("extras") or ()
    return dict(extras) if isinstance(extras, dict) else {extra["key"]: extra["value"] for extra in extras}


def _words(value: Any) -> set[str]:
    return {word for text in _texts(value) for word in _parts(text)}


def _parts(text: str) -> Iterator[str]:
    """A date counts by its year and month: catalogues write it in forms, and zones, of their own."""
    text = "".join(str(digit(sign, sign)) for sign in normalize("NFKC", text)).strip()
    if match := OTHER_DATE.fullmatch(text):
        year, month = (
            (match["year"], match["month"] or match["compact"]) if match["year"] else (match["last_year"], match["middle"])
        )
        yield from (year, f"{int(month):02}")
    elif DATE.fullmatch(text):
        digits = re.split(r"\D", text)
        yield from (digits[0], digits[1]) if len(digits[0]) == 4 else (digits[2], f"{int(digits[1]):02}")
    else:
        yield text.removeprefix("mailto:").removeprefix("http://").casefold()


def _texts(value: Any) -> Iterator[str]:
    """All texts and numbers in a value, also in one that is JSON text."""
    if isinstance(value, str):
        try:
            inner = json.loads(value) if value.strip()[:1] in ("{", "[") else None
        except ValueError:
            inner = None
        if inner is not None:
            yield from _texts(inner)
        elif value.strip():
            yield value
    elif isinstance(value, dict):
        for entry in value.values():
            yield from _texts(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _texts(entry)
    elif value is not None:
        yield str(int(value) if isinstance(value, float) and value.is_integer() else value).lower()
