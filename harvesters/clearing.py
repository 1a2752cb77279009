"""Deletes datasets of a source for good, whatever its harvester is: that one may not even be installed any more."""

from dataclasses import replace

from domain.deletions import EXPIRED
from domain.errors import TargetError
from harvesters.base import Harvester, HarvestObject, Imported, owner
from harvesters.removal import remove
from harvesters.target import Owner


class Clearing(Harvester):
    """The import stage of deletions that a person asked for, and of what was hidden long enough; they have no other."""

    def import_stage(self, harvest_object: HarvestObject) -> Imported:
        """Delete the dataset that the source holds; what is gone already, or somebody else's by now, is no longer held.

        A source that keeps what its remote removes has its datasets deleted too: a person asked for it.
        """
        package_id = harvest_object.package_id
        whose = owner(harvest_object)
        if harvest_object.job.options.get(EXPIRED):
            if harvest_object.held is not None:
                return Imported(package_id, "unchanged")  # it has come back
            if whose.on_removed == "keep":
                harvest_object.removed_as = "kept"
                return Imported(package_id, "deleted")
        if package_id:
            try:
                harvest_object.removed_as = remove(self.target, package_id, _for_good(whose))
            except TargetError as error:
                if error.code != "dataset_not_ours":
                    raise
                harvest_object.removed_as = "kept"
                self.save_object_warning(str(error), harvest_object)
        return Imported(package_id, "deleted")


def owner_if_known(harvest_object: HarvestObject) -> Owner | None:
    """Whose the dataset is; None: the plugin's configuration isn't JSON, so there is no policy in it."""
    try:
        return owner(harvest_object)
    except ValueError:
        return None


def clearing_for(harvester: Harvester) -> Clearing:
    """What deletes datasets in the target that a harvester imports into."""
    clearing = Clearing()
    clearing.target = harvester.target
    return clearing


def _for_good(whose: Owner) -> Owner:
    """Deleted now, even where the source keeps or hides what its remote removes."""
    return replace(whose, hide=False, on_removed="delete" if whose.on_removed == "keep" else whose.on_removed)
