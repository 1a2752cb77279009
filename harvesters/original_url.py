"""Asks a harvester where a person finds the original of a record, by the object or, as in ckanext-harvest, by its id."""

import inspect
from functools import cache
from typing import Any

from domain import text
from harvesters.base import Harvester, HarvestObject
from harvesters.under_way import under_way

BY_ID = "harvest_object_id"
"""The name of the parameter in ckanext-harvest: a method that takes it gets the id, and has `HarvestObject.get(id)`."""
MAX_URL = 2000  # characters


def has_url(harvester: Harvester) -> bool:
    """Whether the harvester knows of originals."""
    return getattr(type(harvester), "get_original_url", None) not in (None, Harvester.get_original_url)


def asked_for_url(harvester: Harvester, harvest_object: HarvestObject) -> str:
    """What `get_original_url` returns, without secrets; empty: there is none. Raises whatever the plugin raises."""
    from harvesters.http.failures import redact  # the HTTP client takes long to import

    if not has_url(harvester):
        return ""
    method: Any = harvester.get_original_url
    with under_way([harvest_object]):
        url = method(harvest_object.id if _by_id(type(harvester).get_original_url) else harvest_object)
    return text.clean(redact(url.strip()))[:MAX_URL] if isinstance(url, str) else ""


@cache
def _by_id(method: Any) -> bool:
    try:
        return BY_ID in inspect.signature(method).parameters
    except (TypeError, ValueError):
        return False
