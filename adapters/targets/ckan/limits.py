"""What a CKAN's database and search index can't hold, though it is right in form; another target may well hold it."""

from collections.abc import Mapping
from typing import Any

from harvesters.dataset.storable import LARGEST
from harvesters.dataset.values import INDEXED, SURELY_SHORT, Losses, shown

SIZE = "size"
DIGITS = len(str(LARGEST))
OF_THE_INDEX = "_version_"  # Solr takes it for a condition on its own document, and refuses that


def within_limits(sent: dict[str, Any], losses: Losses) -> dict[str, Any]:
    """The package without sizes beyond 64 bits and without extras that Solr doesn't take."""
    resources = sent.get("resources")
    if resources and any(_too_large(resource.get(SIZE)) for resource in resources):
        sent = {**sent, "resources": [_sized(place, resource, losses) for place, resource in enumerate(resources)]}
    if any(_too_long(extra) or extra["key"] == OF_THE_INDEX for extra in sent["extras"]):
        sent = {**sent, "extras": [extra for extra in sent["extras"] if not _refused(extra, losses)]}
    return sent


def _too_large(size: Any) -> bool:
    """A text is a size with more digits than a number of 64 bits, see `harvesters.dataset.values.whole`, or a number that a
    schema has as text: the database reads it as one.
    """
    if size.__class__ is str and len(size) <= DIGITS and size.isascii() and size.isdecimal():
        size = int(size)
    return size is not None and (size.__class__ is not int or not -LARGEST <= size < LARGEST)


def _sized(place: int, resource: Mapping[str, Any], losses: Losses) -> Mapping[str, Any]:
    size = resource.get(SIZE)
    if not _too_large(size):
        return resource
    losses.drop(f"resources: entry {place}, {SIZE}", f"a number beyond 64 bits, {shown(size)}")
    return {name: value for name, value in resource.items() if name != SIZE}


def _too_long(extra: Mapping[str, str]) -> bool:
    value = extra["value"]
    return len(value) > SURELY_SHORT and len(value.encode()) > INDEXED


def _refused(extra: Mapping[str, str], losses: Losses) -> bool:
    if extra["key"] == OF_THE_INDEX:
        losses.drop("extras", f"{shown(OF_THE_INDEX)} is a field of CKAN's index itself")
        return True
    if not _too_long(extra):
        return False
    losses.drop("extras", f"{shown(extra['key'])} is longer than the {INDEXED} bytes that CKAN's index takes")
    return True
