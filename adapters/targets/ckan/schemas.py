"""Which fields of a CKAN take objects by language: those that ckanext-fluent serves in a schema of ckanext-scheming."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from adapters.targets.ckan.api import ActionAPI
from domain.errors import TargetError

KEPT_FOR = 3600.0  # seconds
Fields = frozenset[tuple[str, str]]  # "dataset" or "resource", and the field


class Schemas:
    """The fluent fields of one CKAN by type of dataset; asked for when an object by language is met first."""

    def __init__(self, api: ActionAPI, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._clock = clock
        self._known: dict[str, tuple[float, Fields]] = {}
        self._lock = threading.Lock()

    def carries(self, dataset_type: str, kind: str, field: str) -> bool:
        """Whether a field of datasets ("dataset") or resources ("resource") takes objects by language. Raises TargetError."""
        with self._lock:
            until, fields = self._known.get(dataset_type, (0.0, frozenset()))
            if until <= self._clock():
                fields = self._ask(dataset_type)
                self._known[dataset_type] = self._clock() + KEPT_FOR, fields
        return (kind, field) in fields

    def _ask(self, dataset_type: str) -> Fields:
        try:
            schema = self._api.call("scheming_dataset_schema_show", {"type": dataset_type})
        except TargetError as error:
            if error.retryable:
                raise
            return frozenset()  # no ckanext-scheming, or no schema of that type
        return fluent_fields(schema if isinstance(schema, Mapping) else {})


def fluent_fields(schema: Mapping[str, Any]) -> Fields:
    """The fields of a schema of ckanext-scheming that ckanext-fluent serves."""
    kinds = {"dataset": schema.get("dataset_fields") or (), "resource": schema.get("resource_fields") or ()}
    return frozenset((kind, field["field_name"]) for kind, fields in kinds.items() for field in fields if _fluent(field))


def _fluent(field: Mapping[str, Any]) -> bool:
    return str(field.get("preset") or "").startswith("fluent") or "fluent" in str(field.get("validators") or "")
