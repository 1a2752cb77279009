"""What each kind of rule does to a dataset, or to each of its resources. Rules come checked (`model.py`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harvesters.dataset.languages import FALLBACK, opened
from harvesters.dataset.storable import is_missing
from harvesters.mapping.fields import Entry, value_at, with_value, without
from harvesters.mapping.template import Template, as_text


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is applied; see the models of the same names for what it means."""

    rule: str
    of: str = "dataset"
    field: str = ""
    to: str = ""
    when: str = "always"
    keep: bool = False
    value: Any = None
    prefer: Sequence[str] = ()
    mark_as: str = ""
    values: Mapping[str, Any] | None = None
    other: str = "keep"
    template: Template | None = None

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> "Rule":
        """A rule of a configuration."""
        text = values.get("text")
        fields = {name: value for name, value in values.items() if name != "text" and not name.startswith("_")}
        return cls(**fields, template=Template.read(text) if isinstance(text, str) else None)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a rule may look at: fields by name, languages in order of preference, and what fills its template."""

    look: Callable[[str], Any]
    languages: Sequence[str]
    fill: Callable[[Rule, "Scope"], str]


def rename(entry: Entry, rule: Rule, scope: Scope) -> Entry:
    """A value goes under another name; nothing happens where there is none."""
    value = value_at(entry, rule.field)
    if is_missing(value) or _stays(entry, rule, rule.to):
        return entry
    return with_value(entry if rule.keep else without(entry, rule.field), rule.to, value)


def constant(entry: Entry, rule: Rule, scope: Scope) -> Entry:
    """The same value for all."""
    return entry if _stays(entry, rule, rule.field) else with_value(entry, rule.field, rule.value)


def drop(entry: Entry, rule: Rule, scope: Scope) -> Entry:
    """A field goes."""
    return without(entry, rule.field)


def template(entry: Entry, rule: Rule, scope: Scope) -> Entry:
    """A text made of fields; a blank one leaves the field as it is."""
    if _stays(entry, rule, rule.field):
        return entry
    text = scope.fill(rule, scope)
    return with_value(entry, rule.field, text) if text.strip() else entry


def language(entry: Entry, rule: Rule, scope: Scope) -> Entry:
    """Of a value by language one is kept, or a value without a language is said to be in one."""
    value = opened(value_at(entry, rule.field))
    if is_missing(value):
        return entry
    if rule.mark_as:
        return entry if _is_by_language(value) else with_value(entry, rule.field, {rule.mark_as: _plain(value)})
    return with_value(entry, rule.field, _in_one(value, (*rule.prefer, *scope.languages))) if _is_by_language(value) else entry


def values(entry: Entry, rule: Rule, scope: Scope) -> Entry:
    """Values give way to others, one by one in a list."""
    value = value_at(entry, rule.field)
    if is_missing(value):
        return entry
    several, replacements = isinstance(value, list | tuple), rule.values or {}
    given = [(as_text(item, ()), item) for item in (value if several else [value])]
    changed = [replacements.get(key, item) for key, item in given if key in replacements or rule.other == "keep"]
    if not changed:
        return without(entry, rule.field)
    return with_value(entry, rule.field, changed if several else changed[0])


RULES: Mapping[str, Callable[[Entry, Rule, Scope], Entry]] = {
    "rename": rename,
    "constant": constant,
    "drop": drop,
    "template": template,
    "language": language,
    "values": values,
}


def _stays(entry: Entry, rule: Rule, path: str) -> bool:
    return rule.when == "missing" and not is_missing(value_at(entry, path))


def _is_by_language(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(key, str) and 2 <= len(key) <= 35 for key in value)


def _in_one(value: Mapping[str, Any], languages: Sequence[str]) -> Any:
    by_tag = {key.replace("_", "-").lower(): text for key, text in value.items() if not is_missing(text)}
    for wanted in (tag.replace("_", "-").lower() for tag in (*languages, FALLBACK)):
        main = wanted.partition("-")[0]
        for tag, text in by_tag.items():
            if tag == wanted or (wanted not in by_tag and tag.partition("-")[0] == main):
                return text
    return next(iter(by_tag.values()), "")


def _plain(value: Any) -> Any:
    """Tags by their names, other values as they are."""
    if isinstance(value, list | tuple):
        return [as_text(item, ()) for item in value]
    return value
