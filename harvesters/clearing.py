"""Deletes all datasets of a source, whatever its harvester is: that one may not even be installed any more."""

from dataclasses import replace

from domain.errors import TargetError
from harvesters.base import Harvester, HarvestObject, Imported, owner


class Clearing(Harvester):
    """The import stage of jobs of kind `clear`; they have no other stage."""

    def import_stage(self, harvest_object: HarvestObject) -> Imported:
        """Delete the dataset that the source holds; what is gone already, or somebody else's by now, is no longer held.

        A source that keeps what its remote removes has its datasets deleted too: a person asked for it.
        """
        package_id = harvest_object.package_id
        whose = owner(harvest_object)
        if package_id:
            try:
                self.target.delete(package_id, replace(whose, on_removed="delete") if whose.on_removed == "keep" else whose)
            except TargetError as error:
                if error.code != "dataset_not_ours":
                    raise
                self.save_object_warning(str(error), harvest_object)
        return Imported(package_id, "deleted")
