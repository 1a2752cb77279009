"""The schemas of one CKAN, those of ckanext-scheming: asked for when a dataset of their type is stored, and again later."""

import time
from collections.abc import Callable, Mapping

from adapters.targets.ckan.api import ActionAPI
from adapters.targets.ckan.schema import Schema
from adapters.targets.kept import Kept
from domain.errors import TargetError

DOUBTED_AFTER = 60.0  # seconds after which a schema may be asked for again, once CKAN has refused what it took


class Schemas:
    """The schemas of one CKAN by type of dataset. Safe to share between threads; several may ask CKAN at the same time."""

    def __init__(self, api: ActionAPI, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._answers: Kept[str, Schema | None] = Kept(clock)

    def of(self, dataset_type: str) -> Schema | None:
        """The schema of a type, None where the CKAN has none for it. Raises TargetError when it can't be asked now."""
        if answer := self._answers.get(dataset_type):
            return answer.value
        schema = self._ask(dataset_type)
        self._answers.put(dataset_type, schema)
        return schema

    def doubt(self, dataset_type: str) -> None:
        """CKAN refused a dataset that fits what is known: it may have another schema, or has got one, by now."""
        self._answers.drop(dataset_type, DOUBTED_AFTER)

    def _ask(self, dataset_type: str) -> Schema | None:
        try:
            shown = self._api.call("scheming_dataset_schema_show", {"type": dataset_type})
        except TargetError as error:
            if error.retryable:
                raise
            return None  # no ckanext-scheming, or no schema of that type
        return Schema(dataset_type, shown) if isinstance(shown, Mapping) and shown.get("dataset_fields") else None
