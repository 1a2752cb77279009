"""Sources, jobs and objects as plugins see them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.objects import object_id
from harvesters.held import Held
from harvesters.instead import Row
from harvesters.target import Loss
from harvesters.under_way import OBJECTS
from harvesters.values import Action, GatherError, SavedError


@dataclass(frozen=True, slots=True)
class HarvestSource(Row):
    """The source of a job, as plugins see it; `config` is JSON text."""

    id: str
    name: str
    title: str
    url: str
    type: str
    config: str = ""
    owner_org: str = ""
    frequency: str = "MANUAL"
    active: bool = True

    @property
    def publisher_id(self) -> str:
        """The source's organisation, by its old name."""
        return self.owner_org


@dataclass(slots=True)
class HarvestObjectExtra(Row):
    """One extra of an object; with `object` it is added to that one."""

    key: str
    value: str
    object: InitVar["HarvestObject | None"] = None

    def __post_init__(self, object: "HarvestObject | None") -> None:
        if object is not None:
            object.extras.append(self)

    def save(self) -> None:
        """Nothing needs to be done: an extra is stored with its object."""

    add = save


@dataclass(frozen=True, slots=True)
class HarvestGatherError:
    """An error of gather, in the way of ckanext-harvest: `HarvestGatherError.create(message=..., job=...)`."""

    message: str
    job: "HarvestJob"

    @classmethod
    def create(cls, message: str, job: "HarvestJob") -> "HarvestGatherError":
        """Record the error; gathering goes on."""
        job.errors.append(GatherError(str(message)))
        return cls(str(message), job)


@dataclass(frozen=True, slots=True)
class HarvestObjectError:
    """An error of an object, in the way of ckanext-harvest: `HarvestObjectError.create(message=..., object=..., stage=...)`."""

    message: str
    object: "HarvestObject"
    stage: str = "Fetch"
    line: int | None = None

    @classmethod
    def create(
        cls, message: str, object: "HarvestObject", stage: str = "Fetch", line: int | None = None
    ) -> "HarvestObjectError":
        """Record the error; there may be many of one object."""
        object.errors.append(SavedError(str(message), stage, line))
        return cls(str(message), object, stage, line)


@dataclass(slots=True)
class HarvestJob(Row):
    """The job being gathered. A plugin sets `full_listing` once it has seen every record of the remote."""

    id: str
    source: HarvestSource
    created: datetime
    gather_started: datetime | None = None
    gather_finished: datetime | None = None
    finished: datetime | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    last_complete: datetime | None = None  # start of the last complete gather that was free of errors
    full_listing: bool = False
    expected: int | None = None  # how many records the remote says it has for this job: shown as the total while gathering
    status: str = "Running"
    objects: list["HarvestObject"] = field(default_factory=list)  # saved by a gather_stage that returns ids
    errors: list[GatherError] = field(default_factory=list)
    warned: set[str] = field(default_factory=set)  # warnings of the whole job that this worker has recorded
    number: int = 0  # of the source's jobs, from 1: the newer of two jobs has the larger one
    recorded: datetime | None = None  # when it was created, by the database's clock
    lookup: Callable[[Sequence[str]], Mapping[str, Held]] = lambda _: {}
    count_held: Callable[[], int] = lambda: 0  # how many datasets the source holds
    held_guids: Callable[[], Iterable[str]] = tuple  # guids of all datasets that the source holds
    new_records: Callable[[Collection[str]], Mapping[str, str]] = lambda _: {}  # see `harvesters.target.NewRecords`
    memory: dict[str, Any] = field(default_factory=dict)
    """What the harvester left here in the last job whose gather came to its end; what it leaves now, the next one finds.
    Plain JSON values, at most 10,000 bytes. Empty after the source's address or configuration has changed."""
    kind: str = "harvest"  # or import, retry, removal, clear
    full_listing_days: float = (
        7.0  # after that many days a harvester that asks for changes only lists everything again; 0: never
    )

    def held(self, guids: Sequence[str]) -> Mapping[str, Held]:
        """What the source holds for these guids, as it was imported last; guids that it doesn't hold are left out.

        One question to the database for all of them: ask for a page of the remote at a time.
        """
        return self.lookup(guids)

    @property
    def source_id(self) -> str:
        """The id of the source."""
        return self.source.id

    @property
    def gather_errors(self) -> list[GatherError]:
        """The errors that were saved so far."""
        return self.errors


@dataclass(slots=True)
class HarvestObject(Row):
    """One record of a job, as plugins see it. Times are aware UTC."""

    guid: str
    job: HarvestJob
    content: str | None = None
    extras: list[HarvestObjectExtra] = field(default_factory=list)
    id: str = ""
    action: Action = "new"
    metadata_modified_date: datetime | str | None = None
    package_id: str | None = None  # before import: the package that this source holds for the guid
    previous_object_id: str | None = None  # the object that this package was imported from last, where the worker knows it
    current: bool | None = None  # False, set in import_stage: the dataset is gone
    content_hash: str | None = None
    force_import: bool = False
    errors: list[SavedError] = field(default_factory=list)
    warnings: list[Loss] = field(default_factory=list)
    saved: bool = False  # it is among its job's objects, or it is being fetched or imported
    held: Held | None = None  # the dataset as this source imported it last
    validators: Mapping[str, str] = field(default_factory=dict)  # of the document just got, set by fetch_stage
    state: str = "WAITING"  # FETCH and IMPORT in these stages
    gathered: datetime | None = None
    fetch_started: datetime | None = None
    fetch_finished: datetime | None = None
    import_started: datetime | None = None
    import_finished: datetime | None = None  # of this attempt: None until it is over
    report_status: str | None = None  # the same
    retry_times: int = 0  # attempts that failed
    made: Mapping[str, Any] | None = None  # the dataset as the harvester made it, before its source's rules
    removed_as: str = ""  # what became of the dataset in the target, once its import has taken it out

    @property
    def held_validators(self) -> Mapping[str, str]:
        """What to ask the remote with, so that it sends the document only if it changed; empty when it must come anyway."""
        return {} if self.held is None or self.force_import else self.held.validators

    def __post_init__(self) -> None:
        self.id = self.id or str(object_id(self.job.created, UUID(self.job.id), self.guid, self.job.number))

    @property
    def source(self) -> HarvestSource:
        """The source of the object's job."""
        return self.job.source

    @property
    def harvest_source_id(self) -> str:
        """The id of the source."""
        return self.job.source.id

    @property
    def harvest_job_id(self) -> str:
        """The id of the job."""
        return self.job.id

    @classmethod
    def get(cls, object_id: str) -> "HarvestObject | None":
        """The object under way in this thread by its id, while its job is gathered one that was saved; None for any other."""
        objects = OBJECTS.get()
        return objects.get(object_id) if objects is not None else None

    def save(self) -> None:
        """Add a new object to its job; on an object that is being fetched or imported this does nothing."""
        if not self.saved:
            self.saved = True
            self.job.objects.append(self)

    def add(self) -> None:
        """The same as `save`, as plugins call it."""
        self.save()

    def get_extra(self, key: str) -> str | None:
        """The value of an extra, None when there is none."""
        return next((extra.value for extra in self.extras if extra.key == key), None)
