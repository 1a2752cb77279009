"""Values in the form that a field of ckanext-scheming takes, by the validators that the site's schema names for it.

Validators that a site has written itself can't be known: a field with one gets its value as it is, and CKAN decides.
"""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from adapters.targets.ckan.given_values import as_values, folded, is_untold, named, single_value
from harvesters.dataset import values
from harvesters.dataset.dates import stored_time
from harvesters.dataset.languages import by_language, carried, opened
from harvesters.dataset.storable import is_missing, json_text, opened_json
from harvesters.dataset.tags import why_no_tag
from harvesters.dataset.values import Losses, Odd, as_list, shown

REQUIRING = frozenset(
    (
        *("scheming_required", "not_empty", "not_missing", "scheming_isodatetime", "scheming_isodatetime_tz"),
        *("scheming_multiple_choice", "scheming_multiple_text", "fluent_text", "fluent_tags"),
    )
)
"""Validators that refuse a missing value of a field with `required`."""
ALWAYS_REQUIRING = frozenset(("not_empty", "not_missing"))
OF_TEXT = frozenset(
    (
        *("scheming_required", "ignore_missing", "ignore_empty", "not_empty", "not_missing", "unicode_safe", "unicode"),
        *("remove_whitespace", "strip_value", "unicode_only"),
    )
)
"""A field that has no other validators holds a text."""
SHOWN_CHOICES = 5
COMMA = re.compile("[,،、，]")  # in the scripts of the world
ENTRY = re.compile(r"(?<=: )entry \d+, |: entry \d+")
"""Of a list, in words for where something is."""
ZONE = re.compile(
    r"(?<=:\d\d)(?:[.,]\d+)? ?(?:Z|UTC|GMT|[ECMP][SD]T|(?:UTC|GMT)?[+-]\d\d(?::?\d\d)?(?: ?Z)?)(?:\[[\w/+-]+\]| ?\(\w+\))?$"
    r"|(?<=T\d{6})(?:Z|[+-]\d{4})$",
    re.IGNORECASE,
)
"""Behind a time."""


@dataclass(frozen=True)
class SchemaField:
    """One field of a schema: what it is called, and what it takes. `languages`: those that the site's forms ask for.

    `alternates`: languages of which one will do for a language that is asked for, `{"en": ["en-GB"]}`.
    """

    name: str
    definition: Mapping[str, Any]
    languages: Sequence[str] = ()
    alternates: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, definition: Mapping[str, Any], schema: Mapping[str, Any]) -> "SchemaField":
        """A field of a schema as scheming_dataset_schema_show shows it."""
        languages = definition.get("form_languages") or schema.get("form_languages") or ()
        alternates = definition.get("alternate_languages") or schema.get("alternate_languages")
        alternates = alternates if isinstance(alternates, Mapping) else {}
        return cls(str(definition.get("field_name") or ""), definition, tuple(map(str, languages)), alternates)

    @cached_property
    def validators(self) -> tuple[str, ...]:
        """The names of its validators, without their arguments."""
        preset = str(self.definition.get("preset") or "")
        words = str(self.definition.get("validators") or PRESETS.get(preset, "")).split()
        return tuple(word.partition("(")[0] for word in words)

    @property
    def is_day(self) -> bool:
        """Whether it takes a day without a time."""
        return self.fit is date

    @property
    def has_parts(self) -> bool:
        """Whether it takes a list or an object."""
        return self.fit in WITH_PARTS

    @property
    def is_fluent(self) -> bool:
        """Whether it takes objects by language."""
        preset = str(self.definition.get("preset") or "")
        return preset.startswith("fluent") or any("fluent" in name for name in self.validators)

    @cached_property
    def required(self) -> bool:
        """Whether CKAN refuses a dataset that lacks it."""
        if ALWAYS_REQUIRING.intersection(self.validators) and not self.validators[0].startswith(("if_empty", "default")):
            return True
        if self.definition.get("repeating_subfields"):
            return bool(self.definition.get("required"))
        return bool(self.definition.get("required")) and (not self.validators or not REQUIRING.isdisjoint(self.validators))

    @cached_property
    def subfields(self) -> "Mapping[str, SchemaField]":
        """The fields of its entries, where they are objects."""
        definitions = self.definition.get("repeating_subfields") or ()
        fields = (
            SchemaField.of(entry, {"form_languages": self.languages, "alternate_languages": self.alternates})
            for entry in definitions
            if isinstance(entry, Mapping)
        )
        return {field.name: field for field in fields}

    @property
    def shows_core(self) -> bool:
        """Whether CKAN shows the field without `_translated` from here, and its own value never."""
        words = f"{self.definition.get('preset')} {self.definition.get('output_validators')}"
        return "fluent_core_translated" in words

    def first_language(self, preferred: Sequence[str]) -> str:
        """The language that a text alone is taken to be in: the first of the source's that the field asks for."""
        wanted = [language.replace("_", "-") for language in preferred]
        first = next((language for language in wanted if language in self.languages), None)
        return first or next(iter((*self.languages, *wanted, "en")))

    def lacking_languages(self, texts: Mapping[str, Any]) -> list[str]:
        """Languages that it asks for, and that an object by language has no text for."""
        return [
            language
            for language in self.languages
            if not any(texts.get(other) for other in (language, *self.alternates.get(language, ())))
        ]

    @cached_property
    def choices(self) -> Mapping[str, str]:
        """The value of each choice by itself and by its labels, in small letters; empty where the site makes them by itself."""
        labels: dict[str, str] = {}
        given = [choice for choice in self.definition.get("choices") or () if isinstance(choice, Mapping) and "value" in choice]
        for choice in given:
            label = choice.get("label")
            for text in label.values() if isinstance(label, Mapping) else (label,):
                labels.setdefault(folded(text), str(choice["value"]))
        return {**labels, **{folded(choice["value"]): str(choice["value"]) for choice in given}}

    @cached_property
    def fit(self) -> Callable[["SchemaField", Any, Losses, str], Any]:
        """The rule for its values: called with this field, a value, what notes losses, and words for where it is."""
        if self.definition.get("repeating_subfields"):
            return entries
        for validator, rule in RULES.items():
            if validator in self.validators:
                return rule
        if self.is_fluent:
            return text_by_language
        return text if OF_TEXT.issuperset(self.validators) else as_it_is


PRESETS = {
    "select": "scheming_required scheming_choices",
    "radio": "scheming_required scheming_choices",
    "multiple_checkbox": "scheming_multiple_choice",
    "multiple_select": "scheming_multiple_choice",
    "date": "scheming_required isodate",
    "datetime": "scheming_isodatetime",
    "datetime_tz": "scheming_isodatetime_tz",
    "json_object": "scheming_required scheming_valid_json_object",
    "multiple_text": "scheming_multiple_text",
    "fluent_tags": "fluent_tags",
}
"""For a site that shows its schema without what its presets stand for."""


def as_it_is(field: SchemaField, value: Any, losses: Losses, where: str) -> Any:
    """For CKAN to decide."""
    return value


def text(field: SchemaField, value: Any, losses: Losses, where: str) -> Any:
    """One text. CKAN would keep Python's form of anything else."""
    value = opened(value if isinstance(value, str) else single_value(value))
    if by_language(value):
        of_resource = where.startswith("resources")
        return losses.in_one_language(
            value, *(("resource", field.name) if of_resource else ("dataset", where.partition(":")[0]))
        )
    return value if isinstance(value, str) or value is None else json_text(value)


def choice(field: SchemaField, value: Any, losses: Losses, where: str) -> Any:
    """One of the choices, by its value or its label."""
    value = single_value(value)
    if not field.choices or is_missing(value):
        return value
    chosen = field.choices.get(folded(value))
    if chosen is None:
        values_of_choices = list(dict.fromkeys(field.choices.values()))
        more = ", …" if len(values_of_choices) > SHOWN_CHOICES else ""
        raise Odd(f"{shown(value)} is none of the schema's choices ({', '.join(values_of_choices[:SHOWN_CHOICES])}{more})")
    return chosen


def several_choices(field: SchemaField, value: Any, losses: Losses, where: str) -> Any:
    """Those of a list that are choices, each once."""
    chosen: dict[str, None] = {}
    for item in as_values(value):
        try:
            value = choice(field, item, losses, where)
            if isinstance(value, list | tuple | Mapping):  # where the site makes its choices by itself, any value comes here
                raise Odd(f"must be the value of a choice, is {shown(value)}")
        except Odd as why:
            losses.drop(where, why)
        else:
            chosen[value] = None
    return list(chosen)


def several_texts(field: SchemaField, value: Any, losses: Losses, where: str) -> Any:
    """A list of texts; a single text is one of one."""
    texts = (named(item) for item in as_values(value))
    return [text if isinstance(text, str) else json_text(text) for text in texts if not is_missing(text)]


def date(field: SchemaField, value: Any, losses: Losses, where: str) -> Any:
    """A day, 2021-01-31: the one that is written, whatever day it then was in UTC."""
    value = single_value(value)
    moment = timestamp(field, ZONE.sub("", value) if isinstance(value, str) else value, losses, where)
    return moment[:10] if isinstance(moment, str) else moment


def timestamp(field: SchemaField, value: Any, losses: Losses, where: str) -> Any:
    """A time in UTC, without a zone."""
    value = single_value(value)
    if is_missing(value) or (isinstance(value, str) and not value.strip()):
        return None
    moment = stored_time(value)
    if moment is None:
        raise Odd(f"no date that can be read without guessing, {shown(value)}")
    return moment


def json_object(field: SchemaField, value: Any, losses: Losses, where: str) -> Any:
    """A JSON object, or its text."""
    parsed = opened_json(value)
    if not is_missing(parsed) and not isinstance(parsed, Mapping):
        raise Odd(f"no JSON object, {shown(value)}")
    return parsed


def whole(field: SchemaField, value: Any, losses: Losses, where: str) -> Any:
    """A whole number."""
    return value if is_missing(value) else values.whole(value, losses, "dataset", field.name)


def truth(field: SchemaField, value: Any, losses: Losses, where: str) -> Any:
    """True or false."""
    return value if is_missing(value) else values.truth(value, losses, "dataset", field.name)


def email(field: SchemaField, value: Any, losses: Losses, where: str) -> Any:
    """An e-mail address."""
    return values.email(single_value(value), losses, "dataset", field.name)


def text_by_language(field: SchemaField, value: Any, losses: Losses, where: str) -> Any:
    """An object of texts by language; a text alone is in the first language of the source that the schema has."""
    value = opened_json(value)
    if is_missing(value):
        return value
    if not isinstance(value, Mapping):
        return {field.first_language(losses.policy.languages): text(field, value, losses, where)}
    texts = _carried(value, losses, where)
    return {language: content for language, content in texts.items() if isinstance(content, str) and content.strip()}


def tags_by_language(field: SchemaField, value: Any, losses: Losses, where: str) -> Any:
    """An object of lists of tags by language; a text is one of tags between commas."""
    value = as_list(opened_json(value))
    if is_missing(value):
        return value
    if not isinstance(value, Mapping):
        value = {field.first_language(losses.policy.languages): value}
    lists = {language: _tags(field, content, losses, f"{where}, {language}") for language, content in value.items()}
    return {language: tags for language, tags in _carried(lists, losses, where).items() if tags}


def _tags(field: SchemaField, value: Any, losses: Losses, where: str) -> list[str]:
    """Those of a list that are tags by CKAN's rules, each once; a schema may have rules of its own."""
    own_rules = "tag_validators" in field.definition
    items = COMMA.split(value) if isinstance(value, str) and not own_rules else several_texts(field, value, losses, where)
    tags = [text for item in items if (text := item.strip())]
    for position, tag in enumerate(tags):
        if not own_rules and (why := why_no_tag(tag, position)):
            losses.drop(where, why)
    return list(dict.fromkeys(tag for tag in tags if own_rules or not why_no_tag(tag, 0)))


def entries(field: SchemaField, value: Any, losses: Losses, where: str) -> Any:
    """A list of objects; of each what its subfields take, and none that lacks what the schema requires of it."""
    fitted = []
    for place, entry in enumerate(as_values(value)):
        inner = f"{where}: entry {place}"
        if not isinstance(entry, Mapping):
            losses.drop(where, f"entry {place} must be an object, is {shown(entry)}")
            continue
        kept = fields_of(field.subfields, _with_places(field, entry, losses, where), losses, inner)
        if lacking := missing_of(field.subfields, kept):
            losses.drop(f"{inner}, {lacking[0]}", "the schema requires it")
        elif kept:
            fitted.append(kept)
    return fitted


def _with_places(field: SchemaField, entry: Mapping[str, Any], losses: Losses, where: str) -> Mapping[str, Any]:
    """An entry without what it has beyond the subfields: CKAN would forget that without a word."""
    for name in entry.keys() - field.subfields.keys():
        if not is_untold(entry[name]):
            losses.note(f"{ENTRY.sub('', where)}, {name}: the schema has no such subfield; left out")
    return {name: value for name, value in entry.items() if name in field.subfields}


def fields_of(fields: Mapping[str, SchemaField], entry: Mapping[str, Any], losses: Losses, where: str) -> dict[str, Any]:
    """An entry (of a list, or a resource) with values of these fields as they take them, and none that says nothing."""
    kept = dict(entry)
    for name in fields.keys() & entry.keys():
        field = fields[name]
        try:
            value = field.fit(field, kept.pop(name), losses, f"{where}, {name}")
        except Odd as why:
            losses.drop(f"{where}, {name}", why)
        else:
            if not is_missing(value):
                kept[name] = value
    return kept


def missing_of(fields: Mapping[str, SchemaField], entry: Mapping[str, Any]) -> list[str]:
    """Required fields that an entry has no value for, and languages that it lacks (`title in fr`)."""
    missing = []
    for name, field in fields.items():
        if not field.required:
            continue
        value = entry.get(name)
        if is_missing(value):
            missing.append(name)
        elif field.is_fluent and isinstance(value, Mapping):
            missing += [f"{name} in {language}" for language in field.lacking_languages(value)]
    return missing


RULES: Mapping[str, Callable[[SchemaField, Any, Losses, str], Any]] = {
    "scheming_choices": choice,
    "scheming_multiple_choice": several_choices,
    "scheming_multiple_text": several_texts,
    "isodate": date,
    "scheming_isodate": date,
    "scheming_isodatetime": timestamp,
    "scheming_isodatetime_tz": timestamp,
    "scheming_valid_json_object": json_object,
    "fluent_tags": tags_by_language,
    "fluent_text": text_by_language,
    "int_validator": whole,
    "boolean_validator": truth,
    "email_validator": email,
}


WITH_PARTS = frozenset((entries, several_choices, several_texts, json_object, tags_by_language, text_by_language))


def _carried(value: Mapping[Any, Any], losses: Losses, where: str) -> dict[str, Any]:
    texts, odd = carried(value)
    for key in odd:
        losses.drop(where, f"{shown(key)} is no language with a text")
    return texts
