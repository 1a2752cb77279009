"""Parameters of actions as typed models: what is wrong with them is said by field, before anything is done.

Values may come as text (an address's query, a form): numbers and booleans are read from it.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic import ValidationError as PydanticError

from domain.errors import ValidationError
from domain.nearest import unknown

MAX_TEXT = 1_000_000  # characters
MAX_DEPTH = 50  # of nested JSON

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
    """An action that takes none."""


class ById(Parameters):
    """One thing, by its id or name."""

    id: Reference


def parse(model: type[Parameters], values: Mapping[str, Any]) -> Any:
    """The model with these values. Raises ValidationError by field, for every field that is wrong."""
    if bad := {str(name): problem for name, value in values.items() if (problem := _unfit(value))}:
        raise ValidationError(bad)
    try:
        return model.model_validate(dict(values))
    except PydanticError as error:
        raise ValidationError(_by_field(model, error)) from error


def _by_field(model: type[Parameters], error: PydanticError) -> dict[str, str]:
    messages: dict[str, str] = {}
    for detail in error.errors(include_url=False):
        field = ".".join(map(str, detail["loc"])) or "parameters"
        if detail["type"] == "extra_forbidden":
            message = unknown("parameter", field, model.model_fields) if model.model_fields else "There are no parameters"
        else:
            message = MESSAGES.get(detail["type"], detail["msg"].removeprefix("Value error, "))
        messages.setdefault(field, message)
    return messages


def _unfit(value: Any, depth: int = 0) -> str | None:
    """Why a value can't be stored or sent on, whatever it is for."""
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
