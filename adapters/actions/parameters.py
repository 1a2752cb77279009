"""Parameters of actions as typed models: errors are reported by field, before anything is done.

Values may come as text (from a query or a form): numbers and booleans are read from it, and an empty text is no boolean.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic import ValidationError as PydanticError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from domain.errors import ValidationError
from domain.nearest import unknown

MAX_TEXT = 1_000_000  # characters
MAX_DEPTH = 50  # of nested JSON
MOST_NAMED = 20  # unknown parameters that an answer names
MOST_SHOWN = 200  # characters of the name of one
YEARS = range(2, 9999)  # of a time
UNNAMED = "parameters"  # the field of an error about no field

MESSAGES = {
    "missing": "Missing value",
    "int_parsing": "Must be an integer",
    "int_type": "Must be an integer",
    "int_from_float": "Must be an integer",
    "bool_parsing": "Must be true or false",
    "bool_type": "Must be true or false",
    "string_type": "Must be text",
    "uuid_parsing": "Must be a UUID",
    "uuid_type": "Must be a UUID",
    "dict_type": "Must be a dictionary",
    "string_too_long": f"Is longer than {MAX_TEXT} characters",
}


class Parameters(BaseModel):
    """Base of all models of parameters; unknown names are errors."""

    NEEDED: ClassVar[tuple[str, ...]] = ()  # fields that must have a value, though the model lets them be empty

    model_config = ConfigDict(extra="forbid", frozen=True, str_max_length=MAX_TEXT, defer_build=True)


def _present(value: Any) -> Any:
    if isinstance(value, str) and not value.strip():
        raise ValueError("Missing value")
    return value.strip() if isinstance(value, str) else value


Reference = Annotated[str, BeforeValidator(_present)]
"""Id or name of a thing; never blank."""

Limit = Annotated[int, Field(ge=1, le=1000)]
Offset = Annotated[int, Field(ge=0, le=1_000_000_000)]


class NoParameters(Parameters):
    """No parameters."""


class ById(Parameters):
    """`id`: the id or name of what the action is about."""

    id: Reference


def instant(text: str) -> datetime:
    """A time in UTC by ISO 8601, UTC unless it says otherwise.

    Raises ValueError for what is none, and for one so far away that some time zone has no year for it.
    """
    time = datetime.fromisoformat(text)
    if time.year not in YEARS:
        raise ValueError(f"{text} is too far away")
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def is_needed(model: type[Parameters], name: str) -> bool:
    """Whether a call must have this field."""
    return name in model.NEEDED or model.model_fields[name].is_required()


def parse(model: type[Parameters], values: Mapping[str, Any]) -> Any:
    """The model with these values. Raises ValidationError by field, for every field that is wrong."""
    fields = _fields(model)
    values = {name: value for name, value in values.items() if not (name in fields and _is_no_answer(fields[name], value))}
    strange = [name for name in values if name not in fields]
    bad = {_shown(name): _unknown(name, model) for name in strange[:MOST_NAMED]}
    for name in values.keys() & fields.keys():
        if problem := _unfit(values[name]) or _no_number(fields[name], values[name]):
            bad[name] = problem
    try:
        parameters = model.model_validate({name: value for name, value in values.items() if name in fields and name not in bad})
    except PydanticError as error:
        raise ValidationError({**_by_field(error), **bad}) from error
    if bad:
        raise ValidationError(bad)
    return parameters


@cache
def _fields(model: type[Parameters]) -> Mapping[str, FieldInfo]:
    """Fields by the names that callers use."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _shown(name: str) -> str:
    """The name of a parameter, made fit for an answer."""
    return name.encode(errors="backslashreplace").decode()[:MOST_SHOWN] or UNNAMED


def _unknown(name: str, model: type[Parameters]) -> str:
    if not model.model_fields:
        return "There are no parameters"
    return _unfit_text(name) or unknown("parameter", name[:MOST_SHOWN], _fields(model))


def _is_no_answer(field: FieldInfo, value: Any) -> bool:
    """An empty text is neither true nor false: as in CKAN the parameter counts as not given (`?only_active=`)."""
    return field.annotation in (bool, bool | None) and isinstance(value, str) and not value.strip()


def _no_number(field: FieldInfo, value: Any) -> str | None:
    """Why a value is no number: true and false are numbers in Python, but not in JSON."""
    is_number = field.annotation in (int, int | None)
    return MESSAGES["int_type"] if is_number and isinstance(value, bool) else None


def _by_field(error: PydanticError) -> dict[str, str]:
    messages: dict[str, str] = {}
    for detail in error.errors(include_url=False):
        field = ".".join(map(str, detail["loc"])) or UNNAMED
        messages.setdefault(field, _message(detail))
    return messages


def _message(detail: ErrorDetails) -> str:
    """What is wrong with a value, in words of ours."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "literal_error":
        choices = re.findall(r"'([^']+)'", context["expected"])
        return unknown("value", str(detail["input"])[:MOST_SHOWN], choices)
    return MESSAGES.get(kind, detail["msg"].removeprefix("Value error, "))


def _unfit(value: Any, depth: int = 0) -> str | None:
    """Why a value can't be stored or passed on, whatever it is for."""
    if depth > MAX_DEPTH:
        return f"Is nested more than {MAX_DEPTH} deep"
    if isinstance(value, str):
        return _unfit_text(value)
    if isinstance(value, Mapping):
        return next((problem for item in [*value, *value.values()] if (problem := _unfit(item, depth + 1))), None)
    if isinstance(value, list | tuple):
        return next((problem for item in value if (problem := _unfit(item, depth + 1))), None)
    return None


def _unfit_text(value: str) -> str | None:
    if "\0" in value:
        return "Holds a NUL character"
    try:
        value.encode()
    except UnicodeEncodeError:
        return "Is not valid Unicode text: it holds half of a surrogate pair"
    return None
