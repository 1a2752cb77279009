"""A source as a dataset of type harvest in a CKAN, under the source's own id, as ckanext-harvest has it.

A plain CKAN has no fields for a source's harvester, frequency and configuration: there they are extras. Where an extension has
such fields (ckanext-harvest requires `source_type`) they are sent as fields.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.targets.ckan.api import ActionAPI
from adapters.targets.ckan.errors import Refusal
from domain.errors import TargetError
from domain.secrets import mask_config, mask_url
from domain.sources import HarvestSource

TYPE = "harvest"
TEXTS = ("name", "title", "notes", "url")
OPTIONS = ("source_type", "frequency", "config")
ACTIVE, DELETED, REMOVED = "active", "deleted", "removed"


@dataclass(frozen=True)
class SourceDataset:
    """What CKAN is to show of a source. `state`: active, deleted (hidden; a sysadmin sees it) or removed (gone)."""

    id: str
    state: str
    fields: Mapping[str, Any]
    options: Mapping[str, str]  # fields or extras
    extras: Mapping[str, str]


def source_dataset(source: HarvestSource) -> SourceDataset:
    """The dataset of a source; its secrets are masked."""
    entered = source.fields
    fields = {
        "name": entered.name,
        "title": entered.title or entered.name,
        "notes": entered.notes,
        "url": mask_url(entered.url),
        "owner_org": entered.owner_org,
        "private": entered.private,
    }
    options = {"source_type": entered.type, "frequency": entered.frequency, "config": mask_config(entered.config)}
    schedule = {name: getattr(entered, name) for name in ("cron", "time_zone", "blackout")}
    state = REMOVED if source.removed else ACTIVE if source.active else DELETED
    extras = {**entered.extras, **{name: value for name, value in schedule.items() if value}}
    return SourceDataset(str(source.id), state, fields, {name: value for name, value in options.items() if value}, extras)


class SourceDatasets:
    """Datasets of type harvest in one CKAN."""

    def __init__(self, api: ActionAPI) -> None:
        self._api = api

    def keep(self, wanted: SourceDataset) -> str:
        """Make CKAN's dataset as wanted; what was done (created, updated, deleted, removed), empty when it was so already.

        A dataset of another type under this id isn't touched. Raises TargetError.
        """
        package = self._api.find("package_show", {"id": wanted.id})
        if package is None:
            return self._create(wanted) if wanted.state == ACTIVE else ""
        if package.get("type") != TYPE:
            raise TargetError(
                f"CKAN's dataset {package.get('name')} has the id {wanted.id} of a source, and is of type "
                f"{package.get('type')}: it is left as it is. Give one of them another id",
                code="not_ours",
            )
        if wanted.state == REMOVED:
            return self._remove(package)
        if wanted.state == DELETED:
            return self._delete(package)
        return self._update(package, wanted)

    def _create(self, wanted: SourceDataset) -> str:
        sent = {"id": wanted.id, "type": TYPE, **wanted.fields}
        try:
            self._api.call("package_create", {**sent, "extras": _listed({**wanted.extras, **wanted.options})})
        except Refusal as error:
            if not error.errors.keys() & wanted.options.keys():
                raise
            self._api.call("package_create", {**sent, **wanted.options, "extras": _listed(wanted.extras)})
        return "created"

    def _update(self, package: Mapping[str, Any], wanted: SourceDataset) -> str:
        changes = differences(package, wanted)
        if not changes:
            return ""
        self._api.call("package_patch", {"id": wanted.id, **changes})
        return "updated"

    def _delete(self, package: Mapping[str, Any]) -> str:
        if package.get("state") == DELETED:
            return ""
        self._api.call("package_delete", {"id": package["id"]})
        return "deleted"

    def _remove(self, package: Mapping[str, Any]) -> str:
        """Purge it, which frees its name; only a sysadmin's token may, another one deletes it."""
        try:
            self._api.call("dataset_purge", {"id": package["id"]})
        except Refusal as error:
            if error.status == 404:
                return ""
            if error.status != 403:
                raise
            return self._delete(package)
        return "removed"


def differences(package: Mapping[str, Any], wanted: SourceDataset) -> dict[str, Any]:
    """Fields of a dataset that aren't as wanted, with what they should be.

    A source without an organisation leaves the dataset in the one that it has: most sites let no dataset be without.
    """
    changes: dict[str, Any] = {} if package.get("state") == ACTIVE else {"state": ACTIVE}
    changes |= {name: wanted.fields[name] for name in TEXTS if (package.get(name) or "") != wanted.fields[name]}
    if bool(package.get("private")) != wanted.fields["private"]:
        changes["private"] = wanted.fields["private"]
    if wanted.fields["owner_org"] and wanted.fields["owner_org"] not in _organisation(package):
        changes["owner_org"] = wanted.fields["owner_org"]
    return changes | _of_options(package, wanted)


def _organisation(package: Mapping[str, Any]) -> tuple[str, ...]:
    """Its id and its name."""
    organization = package.get("organization") or {}
    return (str(package.get("owner_org") or ""), str(organization.get("name") or ""))


def _of_options(package: Mapping[str, Any], wanted: SourceDataset) -> dict[str, Any]:
    if "source_type" in package:
        options = {name: wanted.options.get(name, "") for name in OPTIONS}  # one that was taken out goes there, too
        changes: dict[str, Any] = {name: value for name, value in options.items() if str(package.get(name) or "") != value}
        extras = wanted.extras
    else:
        changes, extras = {}, {**wanted.extras, **wanted.options}
    if {str(extra["key"]): str(extra["value"]) for extra in package.get("extras") or ()} != dict(extras):
        changes["extras"] = _listed(extras)
    return changes


def _listed(extras: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": name, "value": value} for name, value in sorted(extras.items())]
