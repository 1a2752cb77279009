"""The schemas of one CKAN, those of ckanext-scheming: asked for when a dataset of their type is stored, and again later."""

import threading
import time
from collections.abc import Callable, Mapping

from adapters.targets.ckan.api import ActionAPI
from adapters.targets.ckan.schema import Schema
from domain.errors import TargetError

KEPT_FOR = 3600.0  # seconds
DOUBTED_AFTER = 60.0  # seconds after which a schema may be asked for again, once CKAN has refused what it took


class Schemas:
    """The schemas of one CKAN by type of dataset. Safe to share between threads."""

    def __init__(self, api: ActionAPI, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._clock = clock
        self._known: dict[str, tuple[float, Schema | None]] = {}  # when it was asked for, by type
        self._lock = threading.Lock()

    def of(self, dataset_type: str) -> Schema | None:
        """The schema of a type, None where the CKAN has none for it. Raises TargetError when it can't be asked now."""
        with self._lock:
            asked, schema = self._known.get(dataset_type, (-KEPT_FOR, None))
            if asked + KEPT_FOR <= self._clock():
                schema = self._ask(dataset_type)
                self._known[dataset_type] = self._clock(), schema
        return schema

    def doubt(self, dataset_type: str) -> None:
        """CKAN refused a dataset that fits the schema: it may have another one by now."""
        with self._lock:
            asked, schema = self._known.get(dataset_type, (0.0, None))
            if schema is not None and asked + DOUBTED_AFTER <= self._clock():
                del self._known[dataset_type]

    def _ask(self, dataset_type: str) -> Schema | None:
        try:
            shown = self._api.call("scheming_dataset_schema_show", {"type": dataset_type})
        except TargetError as error:
            if error.retryable:
                raise
            return None  # no ckanext-scheming, or no schema of that type
        return Schema(dataset_type, shown) if isinstance(shown, Mapping) and shown.get("dataset_fields") else None
