"""Storing a dataset in the target: under which id, whose it is, and what becomes of one that is removed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, get_args
from uuid import UUID, uuid5

from domain.deletions import grace_days
from harvesters.mapping import mapped
from harvesters.reading import read_config
from harvesters.removal import remove
from harvesters.target import FieldPolicy, OnRemoved, Owner, Stored, Target, kept_fields, name_append
from harvesters.values import Imported
from harvesters.views import HarvestObject

NOT_PUBLIC = ("deleted", "draft")  # states of a dataset


@dataclass(frozen=True, slots=True)
class Save:
    """A dataset that is to be stored, by any thread."""

    package: Mapping[str, Any]
    owner: Owner
    harvest_object: HarvestObject
    store: Callable[[], Stored] | None = None  # where a part is done already

    @classmethod
    def of(cls, package: Mapping[str, Any], harvest_object: HarvestObject, dataset_id: str = "") -> "Save":
        """The dataset after the rules of its source's option `mapping`, under that id or the one that it has by rule.

        Raises ValueError for a source's config that can't be read, RecordError for a rule that fails.
        """
        dataset_id = dataset_id or harvest_object.package_id or package_id(package, harvest_object)
        harvest_object.made = package
        return cls({**mapped(package, harvest_object), "id": dataset_id}, owner(harvest_object), harvest_object)

    def prepared(self, target: Target) -> "Save":
        """With the part done that needs no answer of the target, where it has one: the threads that wait for the target only
        send what is ready. Raises TargetError.
        """
        prepare = getattr(target, "prepared", None)
        if prepare is None or self.package.get("state") in NOT_PUBLIC:
            return self
        return replace(self, store=prepare(self.package, self.owner))

    def run(self, target: Target) -> Imported:
        """Store it; see `Harvester.save_package`. Raises TargetError.

        A dataset that its remote calls deleted or a draft isn't one here: the one that the source holds is removed.
        """
        if self.package.get("state") in NOT_PUBLIC:
            return self._withdrawn(target)
        stored = self.store() if self.store else target.save(self.package, self.owner)
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
    return Owner(
        source_id=source.id,
        source_title=source.title or source.name,
        guid=harvest_object.guid,
        object_id=harvest_object.id,
        content_hash=harvest_object.content_hash or "",
        held=bool(harvest_object.package_id),
        previous=harvest_object.previous_object_id or "",
        new_records=harvest_object.job.new_records,
        **_policies(source.config),
    )


@lru_cache(maxsize=100)
def _policies(source_config: str) -> dict[str, Any]:
    """What an owner has from the source's configuration; read once, as it is the same for all of a job's objects."""
    config = read_config(source_config)
    removed = on_removed(config)
    return {
        "adopt": config.get("on_taken_id") == "adopt",
        "on_removed": removed,
        "hide": grace_days(config) > 0 and removed != "keep",
        "fields": FieldPolicy.of(config),
        "name_append": name_append(config),
        "kept_fields": kept_fields(config),
    }


def on_removed(config: Mapping[str, Any]) -> OnRemoved:
    """What becomes of a dataset whose record the remote no longer has. Raises ValueError for an unknown word."""
    word = config.get("on_removed", "delete")
    if word not in get_args(OnRemoved):
        raise ValueError('on_removed must be "delete", "purge" or "keep"')
    policy: OnRemoved = word
    return policy
