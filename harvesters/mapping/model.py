"""The rules of the option `mapping`, declared: what may be written, and what is wrong with a rule in words that name it."""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from domain.nearest import did_you_mean, unknown
from harvesters.mapping.apply import PROTECTED
from harvesters.mapping.template import LONGEST, LONGEST_NAME, Template

MOST_RULES = 200
MOST_VALUES = 2000
LONGEST_CONSTANT = 20_000  # characters of JSON

Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]


class MappingRule(BaseModel):
    """What all rules have. `of`: the dataset, or each of its resources."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    of: Literal["dataset", "resource"] = Field("dataset", description="the dataset, or each of its resources")

    @model_validator(mode="after")
    def _check_targets(self) -> "MappingRule":
        for path in (getattr(self, "to", ""), getattr(self, "field", "")):
            first = path.partition(".")[0]
            protected = PROTECTED if self.of == "dataset" else {"id"}
            if first in protected and (path == getattr(self, "to", path) or not getattr(self, "keep", False)):
                raise ValueError(f"{first} can't be changed: the harvest and the source's organisation decide over it")
        return self


class Rename(MappingRule):
    """A field gets another name: `{"rule": "rename", "field": "extras.theme", "to": "theme"}`."""

    rule: Literal["rename"]
    field: Name
    to: Name
    keep: bool = Field(False, strict=True, description="true: the value is kept under its old name as well")
    when: Literal["always", "missing"] = Field("always", description='"missing": only where `to` has no value')


class Constant(MappingRule):
    """A field gets one value for all: `{"rule": "constant", "field": "language", "value": "de", "when": "missing"}`."""

    rule: Literal["constant"]
    field: Name
    value: Any
    when: Literal["always", "missing"] = Field("always", description='"missing": only where the field has no value')

    @model_validator(mode="after")
    def _short(self) -> "Constant":
        if len(json.dumps(self.value, default=str)) > LONGEST_CONSTANT:
            raise ValueError(f"value is longer than {LONGEST_CONSTANT:,} characters")
        return self


class Drop(MappingRule):
    """A field is left out: `{"rule": "drop", "field": "author_email"}`."""

    rule: Literal["drop"]
    field: Name


class TemplateRule(MappingRule):
    """A field gets a text made of others: `{"rule": "template", "field": "notes", "text": "{title} ({extras.year})"}`."""

    rule: Literal["template"]
    field: Name
    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    when: Literal["always", "missing"] = Field("always", description='"missing": only where the field has no value')

    @model_validator(mode="after")
    def _readable(self) -> "TemplateRule":
        Template.read(self.text)
        return self


class Language(MappingRule):
    """One language of several is kept, `"prefer": ["de", "en"]`, or a value is said to be in one, `"mark_as": "de"`."""

    rule: Literal["language"]
    field: Name
    prefer: list[Name] = Field([], description="the first that has a value; then those of `languages`, English, any")
    mark_as: str = Field("", max_length=35, description="the language of a value that isn't by language yet")

    @model_validator(mode="after")
    def _one_of_two(self) -> "Language":
        if bool(self.prefer) == bool(self.mark_as):
            raise ValueError("needs prefer (a list of languages) or mark_as (a language), not both")
        return self


class Values(MappingRule):
    """Values give way to others: `{"rule": "values", "field": "access", "values": {"offen": "open"}, "other": "drop"}`."""

    rule: Literal["values"]
    field: Name
    values: dict[str, Any] = Field(min_length=1, max_length=MOST_VALUES)
    other: Literal["keep", "drop"] = Field("keep", description="what becomes of a value that is not among them")


KINDS: dict[str, type[MappingRule]] = {
    "rename": Rename,
    "constant": Constant,
    "drop": Drop,
    "template": TemplateRule,
    "language": Language,
    "values": Values,
}
AnyRule = Annotated[Rename | Constant | Drop | TemplateRule | Language | Values, Field(discriminator="rule")]


def checked(rules: Any) -> Any:
    """The rules as they were given. Raises ValueError that names the first rule that is wrong, and what is."""
    if not isinstance(rules, list):
        raise ValueError('mapping must be a list of rules, as in [{"rule": "drop", "field": "author_email"}]')
    if len(rules) > MOST_RULES:
        raise ValueError(f"mapping has {len(rules)} rules: {MOST_RULES} at most")
    for place, values in enumerate(rules, 1):
        if isinstance(values, MappingRule):
            continue
        if not isinstance(values, dict):
            raise ValueError(f'mapping, rule {place}: must be an object, as in {{"rule": "drop", "field": "author_email"}}')
        kind = values.get("rule")
        if not isinstance(kind, str) or kind not in KINDS:
            said = unknown("rule", str(kind), KINDS) if kind is not None else f"rule must be given: {', '.join(KINDS)}"
            raise ValueError(f"mapping, rule {place}: {said}")
        try:
            KINDS[kind].model_validate(values)
        except ValidationError as error:
            said = "; ".join(_message(KINDS[kind], problem) for problem in error.errors(include_url=False))
            raise ValueError(f"mapping, rule {place} ({kind}): {said}") from error
    return rules


def _message(model: type[MappingRule], problem: Any) -> str:
    place = ".".join(map(str, problem["loc"]))
    if problem["type"] == "value_error":
        return str(problem["ctx"]["error"])
    if problem["type"] == "missing":
        return f"{place} must be given"
    if problem["type"] == "extra_forbidden":
        return f"unknown key {place!r}{did_you_mean(place, model.model_fields)}; it has {', '.join(model.model_fields)}"
    return f"{place} {problem['msg'].replace('Input should', 'must', 1).replace('String should', 'must', 1)}"


Mapping = Annotated[list[AnyRule], BeforeValidator(checked)]
"""The option."""
