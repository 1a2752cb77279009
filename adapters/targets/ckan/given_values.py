"""Values as remotes write them, opened up for the forms of a schema: JSON as text, lists of one value, tags as objects."""

from collections.abc import Iterable, Mapping
from typing import Any

from harvesters.dataset.storable import is_missing, opened_json
from harvesters.dataset.values import as_list


def is_untold(value: Any) -> bool:
    """Whether a field says nothing, in any language."""
    return is_missing(value) or (isinstance(value, Mapping) and all(is_missing(_stripped(text)) for text in value.values()))


def _stripped(text: Any) -> Any:
    return text.strip() if isinstance(text, str) else text


def as_values(value: Any) -> Iterable[Any]:
    """A list, also one that is JSON text, or an object by position; of one value alone, and of none."""
    value = as_list(opened_json(value))
    if is_missing(value):
        return ()
    return value if isinstance(value, list | tuple) else (value,)


def single_value(value: Any) -> Any:
    """A list of one value, as extras often hold it, is that value, also one by position; a tag or a group is its name."""
    parsed = as_list(opened_json(value) if isinstance(value, str) and value.lstrip().startswith("[") else value)
    if isinstance(parsed, list | tuple) and len(parsed) == 1:
        parsed = parsed[0]
    return parsed if isinstance(parsed, str | int | float | bool) or parsed is None else value


def named(item: Any) -> Any:
    """A tag or a group is its name; anything else is itself."""
    return item.get("name") if isinstance(item, Mapping) and isinstance(item.get("name"), str) else item


def folded(value: Any) -> str:
    """A value as it is compared with choices."""
    return str(named(value)).strip().casefold()
