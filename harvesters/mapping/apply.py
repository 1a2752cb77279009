"""Applies a source's rules to a dataset, in their order: each sees what those before it made."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from domain.errors import RecordError
from domain.secrets import mask_url
from harvesters.mapping.fields import Entry, value_at
from harvesters.mapping.rules import RULES, Rule, Scope
from harvesters.names import munge_name
from harvesters.reading import read_config
from harvesters.views import HarvestObject

OPTION = '"mapping"'
RECORD, DATASET = "record.", "dataset."
MOST_CHARACTERS = 1_000_000  # that the templates of one dataset make
PROTECTED = frozenset(("id", "state", "owner_org"))
"""Fields of a dataset that no rule changes: whose it is, and whether it is one."""


def mapped(package: Mapping[str, Any], harvest_object: HarvestObject) -> Mapping[str, Any]:
    """The dataset after the rules of its source.

    Raises RecordError that names the rule, ValueError for a configuration that isn't JSON.
    """
    config = harvest_object.source.config
    if OPTION not in config:
        return package
    rules = _rules_of(config)
    return Run(harvest_object, rules.languages).apply(package, rules.rules) if rules.rules else package


@dataclass(frozen=True, slots=True)
class SourceRules:
    """What a configuration says: `(place, rule, its function)`, and the languages in order of preference."""

    rules: tuple[tuple[int, Rule, Callable[[Entry, Rule, Scope], Entry]], ...]
    languages: tuple[str, ...]


@lru_cache(maxsize=200)
def _rules_of(config: str) -> SourceRules:
    options = read_config(config)
    rules = [(place, Rule.of_values(values)) for place, values in enumerate(options.get("mapping") or [], 1)]
    return SourceRules(tuple((place, rule, RULES[rule.rule]) for place, rule in rules), tuple(options.get("languages") or ()))


@dataclass(slots=True)
class Run:
    """The rules of one dataset under way."""

    harvest_object: HarvestObject
    languages: tuple[str, ...]
    room: int = MOST_CHARACTERS
    document: Any = field(default=None, init=False)

    def apply(self, package: Mapping[str, Any], rules: Any) -> Mapping[str, Any]:
        """The dataset after all rules."""
        changed: Entry = package
        for place, rule, function in rules:
            try:
                changed = self._one(changed, rule, function)
            except ValueError as error:
                message = f"mapping, rule {place} ({rule.rule}): {error}"
                raise RecordError(f"{message} (record {self.harvest_object.guid})") from error
        return _valid(package, changed)

    def _one(self, package: Entry, rule: Rule, function: Callable[[Entry, Rule, Scope], Entry]) -> Entry:
        if rule.of == "dataset":
            return function(package, rule, Scope(self._look_in(package, package), self.languages, self._fill))
        resources = package.get("resources")
        if not isinstance(resources, list | tuple):
            return package
        changed = [
            function(entry, rule, Scope(self._look_in(entry, package), self.languages, self._fill))
            if isinstance(entry, Mapping)
            else entry
            for entry in resources
        ]
        return {**package, "resources": changed}

    def _fill(self, rule: Rule, scope: Scope) -> str:
        assert rule.template is not None
        try:
            text = rule.template.fill(scope.look, scope.languages, self.room)
        except ValueError as error:
            raise ValueError(f"the templates of this dataset make more than {MOST_CHARACTERS:,} characters") from error
        self.room -= len(text)
        return text

    def _look_in(self, entry: Entry, package: Entry) -> Callable[[str], Any]:
        def look(name: str) -> Any:
            value = value_at(entry, name)
            if value is not None:
                return value
            if name.startswith(DATASET):
                return value_at(package, name.removeprefix(DATASET))
            if name.startswith(RECORD):
                return value_at(self._record(), name.removeprefix(RECORD))
            return self._of_harvest(name)

        return look

    def _record(self) -> Mapping[str, Any]:
        """The document that the harvester got, where it is a JSON object."""
        if self.document is None:
            try:
                parsed = json.loads(self.harvest_object.content or "")
            except (ValueError, RecursionError):
                parsed = None
            self.document = parsed if isinstance(parsed, dict) else {}
        document: Mapping[str, Any] = self.document
        return document

    def _of_harvest(self, name: str) -> str | None:
        harvest_object, source = self.harvest_object, self.harvest_object.source
        values: dict[str, Callable[[], str]] = {
            "harvest_source_id": lambda: source.id,
            "harvest_source_title": lambda: source.title or source.name,
            "harvest_source_url": lambda: _public(source.url),
            "harvest_job_id": lambda: harvest_object.harvest_job_id,
            "harvest_object_id": lambda: harvest_object.id,
            "harvest_guid": lambda: harvest_object.guid,
        }
        return values[name]() if name in values else None


def _public(url: str) -> str:
    """An address without user name and password."""
    parts = urlsplit(url)
    return mask_url(urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])))


def _valid(before: Mapping[str, Any], after: Entry) -> Mapping[str, Any]:
    """The name that rules made in the form of a name; protected fields as they were."""
    kept = {name: before[name] for name in PROTECTED if name in before}
    fields = {name: value for name, value in after.items() if name not in PROTECTED}
    if fields.get("name") != before.get("name"):
        name = fields.get("name")
        munged = munge_name(name) if isinstance(name, str) else ""
        fields["name"] = munged or before.get("name")
    return {**fields, **kept}
