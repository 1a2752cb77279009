"""Options that a harvester declares: a pydantic model, from which the checks, `harvester types` and the documents come.

    class FeedOptions(SourceOptions):
        page_size: int = Field(100, ge=1, le=1000, description="records asked for at a time", examples=[200])

    class FeedHarvester(Harvester):
        options = FeedOptions

`harvesters.SourceOptions` has the options that every source may have. A message that a validator of the model raises as
ValueError is shown as it is; for what pydantic finds the option is named first.
"""

import importlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import AliasChoices, AliasPath, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo

from domain.errors import PluginError
from domain.nearest import did_you_mean
from domain.secrets import is_secret_name
from harvesters.dataset.languages import LANGUAGE
from harvesters.mapping.model import Mapping as MappingRules
from harvesters.reading import read_config
from harvesters.results import raised, shown

SECRET_NAMES = "options whose names end with password, token, secret, api_key or the like"
STORED = "stored"  # in a validation's context: true when a source is harvested, not entered
NOTE = "_"
"""An option whose name begins with it is a note of a person's."""


class SourceOptions(BaseModel):
    """Options that mean the same for every harvester."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    on_taken_id: Literal["error", "adopt"] = Field(
        "error",
        description="what happens if a dataset with the same id is here and isn't this source's: `\"adopt\"`: it is taken over;"
        ' `"error"`: it stays as it is, and the record fails',
        examples=["adopt"],
    )
    on_removed: Literal["delete", "purge", "keep"] = Field(
        "delete",
        description="what becomes of a dataset that the remote no longer has ([deletions.md](deletions.md))",
        examples=["keep"],
    )
    deletion_grace_days: float = Field(
        0,
        description="such a dataset is hidden (a draft) for this many days before it is deleted; if it comes back, it is shown"
        " again",
        examples=[30],
    )
    hold_deletions_percent: float = Field(
        20,
        description="a job that would delete more than this percentage of the source's datasets deletes none until a person"
        " has decided (100: it never waits). Datasets that come back in the same harvest, with another id and the same name,"
        " don't count",
        examples=[30],
    )
    hold_deletions_count: int = Field(
        10, description="up to this many deletions never wait, whatever the percentage", examples=[50]
    )
    on_invalid_field: Literal["drop", "fail"] = Field(
        "drop",
        description='`"drop"`: an optional field that can\'t be stored is left out and reported; `"fail"`: the dataset fails',
        examples=["fail"],
    )
    unknown_fields: Literal["extras", "drop"] = Field(
        "extras",
        description="what becomes of fields that the target has no place for ([ckan-target.md](ckan-target.md))",
        examples=["drop"],
    )
    dataset_name_append: Literal["number-sequence", "random-hex"] | None = Field(
        None,
        description='what is added to the name of a new dataset when the name is taken: `"number-sequence"` (name1, name2 …) or'
        ' `"random-hex"` (five digits, the same however often it is imported); unset: `HARVEST_DATASET_NAME_APPEND`',
        examples=["random-hex"],
    )
    not_overwrite_fields: list[str] = Field(
        [],
        description="fields that an update leaves as they are here, so that people's changes stay; those of"
        " `HARVEST_NOT_OVERWRITE_FIELDS` are left alone, too",
        examples=[["notes", "groups"]],
    )
    languages: list[str] = Field(
        [],
        description="languages in order of preference, for texts in several languages where the target takes only one",
        examples=[["de", "en"]],
    )
    mapping: MappingRules = Field(
        [],
        description="rules that change datasets and their resources before they are stored, in this order"
        " ([mapping.md](mapping.md))",
        examples=[[{"rule": "rename", "field": "extras.theme", "to": "theme"}]],
    )

    @field_validator("languages")
    @classmethod
    def _are_codes(cls, languages: list[str], info: ValidationInfo) -> list[str]:
        """A name of a language would never be found in a record: refused where it is entered, as no harvest fails for it."""
        stored = bool(info.context and info.context.get(STORED))
        for language in languages:
            if not stored and not LANGUAGE.fullmatch(language):
                raise ValueError(f"languages: {language!r} is no code of a language, as de, en or pt-BR are")
        return languages


@dataclass(frozen=True, slots=True)
class Option:
    """One option as it is shown. `default` and `example` are JSON text; an option without a default must be given."""

    name: str
    type: str
    required: bool
    default: str
    meaning: str
    example: str


def model_of(options: Any) -> type[BaseModel]:
    """The model that a harvester declares, imported if it is given as "package.module:Model". Raises PluginError."""
    model = options
    if isinstance(options, str):
        module, _, name = options.partition(":")
        try:
            model = getattr(importlib.import_module(module), name)
        except Exception as error:
            raise PluginError(f"its options are to be in {options}, which can't be imported: {raised(error)}") from error
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise PluginError(f"its options must be a pydantic model, such as a subclass of SourceOptions; they are {shown(model)}")
    return model


def check(model: type[BaseModel], config: str, more: Iterable[str] = (), *, stored: bool = False) -> BaseModel:
    """The options of a source's configuration. Raises ValueError that says in a line each what is wrong with which.

    `more` are names that are allowed as well; `stored`: the source was accepted before.
    """
    more = set(more)
    options = {name: value for name, value in read_config(config).items() if not name.startswith(NOTE)}
    names = [*_own_first(model), *sorted(more)]
    accepted = {
        *names,
        *(name for field_name, field in model.model_fields.items() for name in _names(model, field_name, field)),
    }
    for name in options:
        if name not in accepted and model.model_config.get("extra") != "allow":
            raise ValueError(f"unknown option {name!r}{did_you_mean(name, names)}; the options are {', '.join(names)}")
    try:
        values = {name: value for name, value in options.items() if name not in more}
        return model.model_validate(values, context={STORED: stored})
    except ValidationError as error:
        raise ValueError("; ".join(_message(problem) for problem in error.errors(include_url=False))) from error
    except Exception as error:  # a validator of the plugin's that raised something else
        raise ValueError(
            f"the plugin can't check these options: a validator of {model.__name__} raised {raised(error)}"
        ) from error


def _own_first(model: type[BaseModel]) -> list[str]:
    """The names of a model's options, as a configuration has them, before those that it inherits."""
    inherited = {name for base in model.__bases__ if issubclass(base, BaseModel) for name in base.model_fields}
    fields = sorted(model.model_fields.items(), key=lambda item: item[0] in inherited)
    return [_names(model, name, field)[0] for name, field in fields]


def _names(model: type[BaseModel], name: str, field: FieldInfo) -> list[str]:
    """What a configuration may call an option; the first is the one that is shown."""
    alias = field.validation_alias or field.alias
    choices = alias.choices if isinstance(alias, AliasChoices) else [] if alias is None else [alias]
    names = [str(choice.path[0]) if isinstance(choice, AliasPath) else choice for choice in choices]
    by_name = any(model.model_config.get(key) for key in ("populate_by_name", "validate_by_name"))
    return [*names, name] if by_name or not names else names


def _message(problem: Mapping[str, Any]) -> str:
    place = ".".join(map(str, problem["loc"])) or "the configuration"
    if problem["type"] in ("value_error", "assertion_error"):
        return str(problem["ctx"]["error"]) or f"{place} is refused by the harvester, which doesn't say why"
    if problem["type"] == "missing":
        return f"{place} must be given"
    if problem["type"] == "literal_error":
        choices = re.findall(r"'([^']*)'", problem["ctx"]["expected"])
        if any(is_secret_name(str(name)) for name in problem["loc"]):
            return f"{place} must be {problem['ctx']['expected']}"
        near = did_you_mean(str(problem["input"]), choices)
        return f"{place} must be {problem['ctx']['expected']}, not {problem['input']!r}{near}"
    return f"{place} {problem['msg'].replace('Input should', 'must', 1)}"


def described(model: type[BaseModel]) -> list[Option]:
    """The options of a model, in its order; those of a base class come last. Raises PluginError for what can't be shown."""
    try:
        schema = model.model_json_schema()
        options = [_option(name, schema) for name in _own_first(model)]
    except Exception as error:
        raise PluginError(f"its options {model.__name__} can't be shown: {raised(error).splitlines()[0]}") from error
    for name in _own_first(model):
        rule = schema["properties"][name]
        if _is_secret(rule) and not is_secret_name(name):
            raise PluginError(
                f"its option {name!r} is a secret, but only {SECRET_NAMES} are kept as secrets: call it {name}_password"
            )
    return options


def _is_secret(rule: Mapping[str, Any]) -> bool:
    """Whether a value is declared as a SecretStr, or as one that may be absent."""
    return rule.get("format") == "password" or any(_is_secret(choice) for choice in rule.get("anyOf", ()))


def _option(name: str, schema: Mapping[str, Any]) -> Option:
    rule, required = schema["properties"][name], name in schema.get("required", ())
    default = "" if required or rule.get("default") is None else _json(rule["default"])
    example = _json(rule["examples"][0]) if rule.get("examples") else ""
    kind = _kind(rule, schema.get("$defs", {}))
    return Option(name, kind, required, default, str(rule.get("description", "")), example)


def _kind(rule: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """The type of a value, in words of JSON."""
    if "$ref" in rule:
        return _kind(definitions.get(rule["$ref"].rpartition("/")[2], {}), definitions)
    if "enum" in rule or "const" in rule:
        return " or ".join(_json(value) for value in rule.get("enum", [rule.get("const")]))
    if "anyOf" in rule:
        kinds = (_kind(choice, definitions) for choice in rule["anyOf"] if choice.get("type") != "null")
        return " or ".join(dict.fromkeys(kinds))
    if len(rule.get("allOf", ())) == 1:
        return _kind(rule["allOf"][0], definitions)
    if "oneOf" in rule:
        return "object"
    if rule.get("type") == "array":
        return f"list of {_kind(rule.get('items', {}), definitions)}"
    return str(rule.get("type", "any"))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
