"""Reading the JSON of a source's configuration and of an object's content."""

import json
from contextlib import suppress
from typing import Any

from pydantic_core import from_json

from domain.errors import RecordError
from domain.text import kind_of
from harvesters.views import HarvestObject

LONGEST_NUMBER = 4000  # digits


def read_config(config: str) -> dict[str, Any]:
    """A source's configuration as a dict, empty when there is none. Raises ValueError when it isn't a JSON object."""
    if not config.strip():
        return {}
    try:
        parsed = json.loads(config)
    except ValueError as error:
        raise ValueError(f"the configuration is not JSON: {error}") from error
    if not isinstance(parsed, dict):
        raise ValueError("the configuration must be a JSON object: {...}")
    return parsed


def load_package(harvest_object: HarvestObject) -> dict[str, Any]:
    """The object's content as a JSON object. Raises RecordError that names the record."""
    if not harvest_object.content:
        raise RecordError(f"record {harvest_object.guid} has no content")
    try:
        package = _read_json(harvest_object.content)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"the content of record {harvest_object.guid} is not JSON: {error}") from error
    if not isinstance(package, dict):
        raise RecordError(f"record {harvest_object.guid} is not a JSON object but {kind_of(package)}")
    return package


def _read_json(content: str) -> Any:
    """Raises ValueError. Python reads no whole number of more than 4,300 digits: one like that is text.

    pydantic's parser gives the same as Python's in half the time, and refuses more: half surrogates, for one.
    """
    with suppress(ValueError):
        return from_json(content, cache_strings="keys")
    try:
        return json.loads(content)
    except json.JSONDecodeError:
        raise
    except ValueError:
        return json.loads(content, parse_int=lambda digits: digits if len(digits) > LONGEST_NUMBER else int(digits))
