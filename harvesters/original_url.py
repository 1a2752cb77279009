"""Asks a harvester where a person finds the original of a record, by the object or, as in ckanext-harvest, by its id."""

import inspect
from functools import cache
from typing import Any

from harvesters.base import Harvester, HarvestObject
from harvesters.views import UNDER_WAY

BY_ID = "harvest_object_id"
"""The name of the parameter in ckanext-harvest: a method that takes it gets the id, and has `HarvestObject.get(id)`."""


def asked_for_url(harvester: Harvester, harvest_object: HarvestObject) -> Any:
    """What `get_original_url` returns, or raises."""
    method: Any = harvester.get_original_url
    token = UNDER_WAY.set(harvest_object)
    try:
        return method(harvest_object.id if _by_id(type(harvester).get_original_url) else harvest_object)
    finally:
        UNDER_WAY.reset(token)


@cache
def _by_id(method: Any) -> bool:
    try:
        return BY_ID in inspect.signature(method).parameters
    except (TypeError, ValueError):
        return False
