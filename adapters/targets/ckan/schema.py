"""A schema of ckanext-scheming, as the site shows it: what becomes of a dataset that goes there."""

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any

from adapters.targets.ckan.given_values import is_untold
from adapters.targets.ckan.package import OWN
from adapters.targets.ckan.schema_values import SchemaField, fields_of, missing_of
from domain.errors import TargetError
from harvesters.dataset.languages import by_language, in_one_language, opened
from harvesters.dataset.storable import is_missing, storable
from harvesters.dataset.values import Losses, Odd, shown
from harvesters.target import Loss

TRANSLATED = "_translated"
OF_THE_HARVEST = frozenset(("name", "owner_org", "type", "private", "state", "id"))
"""Fields that CKAN checks by rules of its own; a dataset has them, or CKAN says what is missing."""
DATES = frozenset(("issued", "modified"))
OTHER_FORMS = frozenset(("author", "author_email", "maintainer", "maintainer_email", "url", "license_id", "version"))
WITH_RULES = OF_THE_HARVEST | {"resources", "extras", "groups", "tags", "tag_string"}


class Schema:
    """The schema of one type of datasets."""

    def __init__(self, dataset_type: str, shown_schema: Mapping[str, Any]) -> None:
        self.dataset_type = dataset_type
        self.fields = _fields(shown_schema, "dataset_fields")
        self.resource_fields = _fields(shown_schema, "resource_fields")

    @cached_property
    def names(self) -> frozenset[str]:
        """The fields of a dataset that it has a place for."""
        return frozenset(self.fields)

    def carries(self, kind: str, name: str) -> bool:
        """Whether a field of datasets ("dataset") or resources ("resource") takes objects by language."""
        field = (self.fields if kind == "dataset" else self.resource_fields).get(name)
        return field is not None and field.is_fluent

    def in_own_form(self, package: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a dataset has for fields of CKAN's own that this schema takes in other forms than CKAN: lists, objects."""
        own = {name: package[name] for name in OTHER_FORMS & self.fields.keys() & package.keys()}
        return storable({name: value for name, value in own.items() if self.fields[name].has_parts})

    def prepared(self, package: Mapping[str, Any], losses: Losses) -> Mapping[str, Any]:
        """A dataset before CKAN's own rules change what the schema takes as it is: days, and texts by language."""
        days = [name for name in DATES & self.fields.keys() & package.keys() if self.fields[name].is_day]
        if days:
            package = dict(package)
            for name in days:
                self._fit_field(package, name, losses)
        package = self._translated(package, self.fields, losses)
        resources = package.get("resources")
        if self.resource_fields and isinstance(resources, list):
            entries = [self._translated(entry, self.resource_fields, losses) for entry in resources]
            package = {**package, "resources": entries}
        return package

    @staticmethod
    def _translated(entry: Any, fields: Mapping[str, SchemaField], losses: Losses) -> Any:
        """A dataset or resource whose `title` is there by language, for a schema that has `title_translated` for that.

        A title in one language goes there, too, where CKAN would show the title from there, or requires it.
        """
        if not isinstance(entry, Mapping):
            return entry
        for name, field in fields.items():
            core = name.removesuffix(TRANSLATED)
            if core == name or not field.is_fluent or (core in fields and fields[core].is_fluent):
                continue
            value = opened(entry.get(core))
            if not is_untold(entry.get(name)):
                continue
            if by_language(value):
                entry = {**entry, name: value, core: in_one_language(value, losses.policy.languages)}
            elif isinstance(value, str) and value.strip() and (field.shows_core or field.required):
                entry = {**entry, name: {field.first_language(losses.policy.languages): value}}
        return entry

    def fitted(self, sent: Mapping[str, Any], losses: Losses, may_lack: Collection[str] = ()) -> dict[str, Any]:
        """The dataset with values as its fields take them, without extras that have the name of one.

        `may_lack`: fields that the dataset keeps as it has them there. Raises TargetError `validation` that names the first
        required field that it lacks, or has an odd value for.
        """
        package = dict(sent)
        for name in self.fields.keys() & sent.keys() - WITH_RULES:
            self._fit_field(package, name, losses)
        if extras := package.get("extras"):
            package["extras"] = self._other_extras(extras, package, losses)
        if package.get("resources"):
            package["resources"] = self._fitted_resources(package["resources"], losses)
        _tell_unshown(package, self.fields, losses, "")
        self._require(package, may_lack)
        return package

    def _fit_field(self, package: dict[str, Any], name: str, losses: Losses) -> None:
        field = self.fields[name]
        try:
            value = field.fit(field, package.pop(name), losses, name)
        except Odd as why:
            if field.required:
                raise TargetError(self._needs(name, f"{why}"), code="validation", field=name) from why
            losses.drop(name, why)
        else:
            if not is_missing(value):
                package[name] = value

    def _other_extras(self, extras: list[dict[str, Any]], package: Mapping[str, Any], losses: Losses) -> list[dict[str, Any]]:
        """Extras with the name of a field are refused: the field has its value, or the extra says nothing."""
        fields = self.names - WITH_RULES - OWN
        kept = [extra for extra in extras if extra["key"] not in fields]
        for extra in extras:
            if extra["key"] in fields and extra["value"] not in ("", package.get(extra["key"])):
                losses.drop("extras", f"the key {shown(extra['key'])} is a field of the dataset itself")
        return kept

    def _fitted_resources(self, resources: list[Any], losses: Losses) -> list[Any]:
        fitted = []
        for place, resource in enumerate(resources):
            where = f"resources: entry {place}"
            kept = fields_of(self.resource_fields, resource, losses, where)
            _tell_unshown(kept, self.resource_fields, losses, f"{where}, ")
            lacking = [name for name in missing_of(self.resource_fields, kept) if name != "url"]
            if lacking:
                losses.drop(f"{where}, {lacking[0]}", self._requires)
            else:
                fitted.append(kept)
        return fitted

    def _require(self, package: Mapping[str, Any], may_lack: Collection[str]) -> None:
        missing = missing_of(self.fields, package)
        lacking = [name for name in missing if name not in WITH_RULES and name.partition(" ")[0] not in may_lack]
        if not lacking:
            return
        more = f", and {', '.join(lacking[1:])}" if len(lacking) > 1 else ""
        name = lacking[0].partition(" ")[0]
        raise TargetError(self._needs(lacking[0], f"the record has none{more}"), code="validation", field=name)

    def _needs(self, name: str, why: str) -> str:
        return f"{name}: {why}; {self._requires} (a rule of the option mapping can set it)"

    @property
    def _requires(self) -> str:
        return f"the schema {self.dataset_type} of this CKAN requires it"


Sent = tuple[dict[str, Any], Losses, Schema | None]
"""A package as it is sent, what notes its losses, and the schema of its type."""


def _fields(schema: Mapping[str, Any], kind: str) -> dict[str, SchemaField]:
    definitions = schema.get(kind)
    fields = [SchemaField.of(entry, schema) for entry in definitions or () if isinstance(entry, Mapping)]
    return {field.name: field for field in fields if field.name}


def _tell_unshown(entry: Mapping[str, Any], fields: Mapping[str, SchemaField], losses: Losses, where: str) -> None:
    """A title that is none of those by language is never seen, where CKAN shows titles from there."""
    for name, field in fields.items():
        core, texts = name.removesuffix(TRANSLATED), entry.get(name)
        if not field.shows_core or not isinstance(texts, Mapping) or is_untold(texts) or is_untold(entry.get(core)):
            continue
        told = entry[core].strip() if core != name and isinstance(entry[core], str) else ""
        if told and told not in (text.strip() for text in texts.values() if isinstance(text, str)):
            losses.add([Loss(f"{where}{core}: {shown(entry[core])} is not shown, this CKAN shows one of {name}")])
