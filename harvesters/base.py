"""The interface of harvester plugins; `harvesters` offers it as a whole.

A harvester is a class with the six methods that authors of ckanext-harvest plugins know: `info`, `validate_config`,
`get_original_url`, `gather_stage`, `fetch_stage`, `import_stage`. One instance is made for each job, so nothing leaks from one
source to the next. `gather_stage` may be a generator of `Record`s (they are stored and imported while it goes on, in constant
memory), or save `HarvestObject`s and return the list of their ids.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from harvesters.reading import load_package, read_config
from harvesters.removal import remove
from harvesters.saving import Save, on_removed, owner, package_id
from harvesters.target import Loss, Target
from harvesters.values import (
    Action,
    Fetched,
    GatherError,
    Imported,
    Listed,
    Package,
    Page,
    Record,
    SavedError,
    StageResult,
)
from harvesters.views import (
    HarvestGatherError,
    HarvestJob,
    HarvestObject,
    HarvestObjectError,
    HarvestObjectExtra,
    HarvestSource,
)

if TYPE_CHECKING:
    from pydantic import BaseModel

    from harvesters.http import PoliteSession

__all__ = [
    "Action",
    "Fetched",
    "GatherError",
    "GatherResult",
    "HarvestGatherError",
    "HarvestJob",
    "HarvestObject",
    "HarvestObjectError",
    "HarvestObjectExtra",
    "HarvestSource",
    "Harvester",
    "ImportResult",
    "Imported",
    "Listed",
    "Package",
    "Page",
    "Record",
    "Save",
    "SavedError",
    "StageResult",
    "load_package",
    "on_removed",
    "owner",
    "package_id",
    "read_config",
]


class Harvester:
    """Base class of harvesters; a subclass implements `info` and the three stages.

    `http` is the polite session, `target` the catalogue; both are set before a stage runs.
    """

    http: "PoliteSession"
    target: Target
    options: "ClassVar[type[BaseModel] | str | None]" = None
    """The options of a source's configuration, declared (see `harvesters.options`): a model, or where to import it from, as
    "package.module:Model", when it is needed. None: `validate_config` checks them."""
    fetch_timeout: float | None = None
    """Seconds that fetch_stage may take for one record; None: as HARVEST_FETCH_TIMEOUT says."""
    import_timeout: float | None = None
    """Seconds that import_stage may take for one record; None: as HARVEST_IMPORT_TIMEOUT says."""
    gather_timeout: float | None = None
    """Seconds that gather_stage may go without progress: a record, a page, an error, or an answer to a request of `http`.
    None: as HARVEST_GATHER_TIMEOUT says."""
    imports_removals: ClassVar[bool] = True
    """Whether import_stage is asked for records that are to be deleted, too. False: `delete_package` is called without it."""

    def info(self) -> dict[str, str]:
        """`name` (stored as the source's type), `title`, `description`."""
        raise NotImplementedError

    def validate_config(self, config: str) -> str:
        """Check a source's configuration and return it as it is to be stored; raise ValueError that says what is wrong."""
        return config

    def validate_url(self, url: str) -> str:
        """Check a source's address, an http or https one, and return it as it is to be stored; raise ValueError with a hint."""
        return url

    def read_options(self, source: HarvestSource) -> Any:
        """A source's options as an instance of the model that the class declares. Raises ValueError that names the option."""
        from harvesters.options import check, model_of  # the model's library takes long to import

        if self.options is None:
            raise TypeError(f"{type(self).__name__} declares no options")
        return check(model_of(self.options), source.config, stored=True)

    def get_original_url(self, harvest_object: HarvestObject) -> str | None:
        """The address of the original record, shown with errors; None when there is none."""
        return None

    def gather_stage(self, harvest_job: HarvestJob) -> "GatherResult":
        """Find the records of the remote. Raise RemoteError when it can't be read: the job then is not complete."""
        raise NotImplementedError

    def fetch_stage(self, harvest_object: HarvestObject) -> StageResult | Fetched:
        """Get the content; True: go on to import, "unchanged": nothing to do, False: failed (errors were saved)."""
        return True

    def import_stage(self, harvest_object: HarvestObject) -> "ImportResult":
        """Create, change or delete the dataset; True, "unchanged", False (errors were saved), an Imported, or a Package."""
        raise NotImplementedError

    def save_gather_error(self, message: str, job: HarvestJob, code: str = "gather") -> None:
        """Record an error of gather; gathering goes on. Raises TypeError when arguments are swapped."""
        if not isinstance(job, HarvestJob):
            raise TypeError(f"save_gather_error(message, job, code): job is a {type(job).__name__}")
        job.errors.append(GatherError(message, code))

    def save_object_error(
        self, message: str, harvest_object: HarvestObject, stage: str = "Fetch", line: int | None = None
    ) -> None:
        """Record an error of an object; there may be many. Raises TypeError when arguments are swapped."""
        if not isinstance(harvest_object, HarvestObject):
            kind = type(harvest_object).__name__
            raise TypeError(f"save_object_error(message, harvest_object, stage, line): harvest_object is a {kind}")
        harvest_object.errors.append(SavedError(message, stage, line))

    def save_object_warning(self, message: str, harvest_object: HarvestObject, *, of_job: bool = False) -> None:
        """Record something of an object that was lost, while the rest of it is imported; it makes nothing fail.

        `of_job`: all records of the job lose it, so it is reported once.
        """
        harvest_object.warnings.append(Loss(message, of_job=of_job))

    _save_gather_error = save_gather_error
    _save_object_error = save_object_error

    def save_package(self, package: Mapping[str, Any], harvest_object: HarvestObject) -> Imported:
        """Store a dataset in the target under this source's ownership, and say what became of it.

        The id is the one that this source holds for the guid, else the package's own if it is a UUID, else it follows from
        source and guid. "added" or "updated" says whether the source held the dataset before this job.
        """
        return Save.of(package, harvest_object).run(self.target)

    def delete_package(self, harvest_object: HarvestObject) -> Imported:
        """Delete the dataset that this source holds for the guid, or what its config says with `on_removed`.

        A dataset that is kept stays in the target as it is; the source no longer holds it.
        """
        whose = owner(harvest_object)
        if harvest_object.package_id:
            harvest_object.removed_as = remove(self.target, harvest_object.package_id, whose)
        return Imported(harvest_object.package_id, "deleted")


GatherResult = Iterator[Record | Listed | GatherError | Page] | Iterable[str] | None
ImportResult = StageResult | Imported | Package
