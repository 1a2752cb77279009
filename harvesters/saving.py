"""Storing a dataset in the target: under which id, whose it is, and what becomes of one that is removed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args
from uuid import UUID, uuid5

from domain.deletions import grace_days
from harvesters.mapping import mapped
from harvesters.reading import read_config
from harvesters.removal import remove
from harvesters.target import FieldPolicy, OnRemoved, Owner, Target, kept_fields, name_append
from harvesters.values import Imported
from harvesters.views import HarvestObject

NOT_PUBLIC = ("deleted", "draft")  # states of a dataset


@dataclass(frozen=True, slots=True)
class Save:
    """A dataset that is to be stored, by any thread."""

    package: Mapping[str, Any]
    owner: Owner
    harvest_object: HarvestObject

    @classmethod
    def of(cls, package: Mapping[str, Any], harvest_object: HarvestObject, dataset_id: str = "") -> "Save":
        """The dataset after the rules of its source's option `mapping`, under that id or the one that it has by rule.

        Raises ValueError for a source's config that can't be read, RecordError for a rule that fails.
        """
        dataset_id = dataset_id or harvest_object.package_id or package_id(package, harvest_object)
        harvest_object.made = package
        return cls({**mapped(package, harvest_object), "id": dataset_id}, owner(harvest_object), harvest_object)

    def run(self, target: Target) -> Imported:
        """Store it; see `Harvester.save_package`. Raises TargetError.

        A dataset that its remote calls deleted or a draft isn't one here: the one that the source holds is removed.
        """
        if self.package.get("state") in NOT_PUBLIC:
            return self._withdrawn(target)
        stored = target.save(self.package, self.owner)
        self.harvest_object.warnings.extend(stored.losses)
        self.harvest_object.current = True
        return Imported(stored.package_id, "updated" if self.owner.held else "added")

    def _withdrawn(self, target: Target) -> Imported:
        held = self.harvest_object.package_id
        if held is None:
            return Imported(None, "unchanged")
        self.harvest_object.removed_as = remove(target, held, self.owner)
        return Imported(held, "deleted")


def package_id(package: Mapping[str, Any], harvest_object: HarvestObject) -> str:
    """The id of a dataset that the source doesn't hold yet: the remote's if it is a UUID, else a uuid5 of source and guid."""
    try:
        return str(UUID(str(package.get("id"))))
    except ValueError:
        return str(uuid5(UUID(harvest_object.harvest_source_id), harvest_object.guid))


def owner(harvest_object: HarvestObject) -> Owner:
    """Who owns a dataset that is made from this object.

    The source's config may say `"on_taken_id": "adopt"`, and `"on_removed": "purge"` or `"keep"` in place of "delete"; for
    values that can't be stored see `harvesters.target.FieldPolicy`, for names and fields that stay `SiteRules` there.
    Raises ValueError.
    """
    source = harvest_object.source
    config = read_config(source.config)
    return Owner(
        source_id=source.id,
        source_title=source.title or source.name,
        guid=harvest_object.guid,
        object_id=harvest_object.id,
        content_hash=harvest_object.content_hash or "",
        adopt=config.get("on_taken_id") == "adopt",
        held=bool(harvest_object.package_id),
        previous=harvest_object.previous_object_id or "",
        on_removed=on_removed(config),
        hide=grace_days(config) > 0 and on_removed(config) != "keep",
        fields=FieldPolicy.of(config),
        name_append=name_append(config),
        kept_fields=kept_fields(config),
        new_records=harvest_object.job.new_records,
    )


def on_removed(config: Mapping[str, Any]) -> OnRemoved:
    """What becomes of a dataset whose record the remote no longer has. Raises ValueError for an unknown word."""
    word = config.get("on_removed", "delete")
    if word not in get_args(OnRemoved):
        raise ValueError('on_removed must be "delete", "purge" or "keep"')
    policy: OnRemoved = word
    return policy
