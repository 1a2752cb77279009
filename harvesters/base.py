"""The interface of harvester plugins; `harvesters` offers it as a whole.

A harvester is a class with the six methods that authors of ckanext-harvest plugins know: `info`, `validate_config`,
`get_original_url`, `gather_stage`, `fetch_stage`, `import_stage`. One instance is made for each job, so nothing leaks from one
source to the next. `gather_stage` may be a generator of `Record`s (they are stored and imported while it goes on, in constant
memory), or save `HarvestObject`s and return the list of their ids.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, get_args
from uuid import UUID, uuid5

from domain.deletions import grace_days
from domain.errors import RecordError
from domain.objects import object_id
from harvesters.held import Held
from harvesters.removal import remove
from harvesters.target import FieldPolicy, Loss, OnRemoved, Owner, Target

if TYPE_CHECKING:
    from harvesters.http import PoliteSession

LONGEST_NUMBER = 4000  # digits
NOT_PUBLIC = ("deleted", "draft")  # states of a dataset
Action = Literal["new", "change", "delete"]


@dataclass(frozen=True, slots=True)
class Record:
    """A record found at the remote.

    `content` is the document where gathering got it already (a mapping is stored as JSON), None when fetch_stage must get it.
    """

    guid: str
    content: str | bytes | Mapping[str, Any] | None = None
    action: Action = "new"
    extras: Mapping[str, str] = field(default_factory=dict)
    metadata_modified: datetime | str | None = None


@dataclass(frozen=True, slots=True)
class GatherError:
    """Yielded by gather_stage: something about the remote, or about one record (`guid`), was wrong; gathering goes on."""

    message: str
    code: str = "gather"
    guid: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Yielded by gather_stage after a page of the remote: what came so far is stored now. `cursor` is for the log's readers."""

    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """Yielded by gather_stage: the remote still has these records; their documents were not asked for.

    With `full_listing` what was neither yielded nor listed is removed.
    """

    guids: Sequence[str]


@dataclass(frozen=True, slots=True)
class Fetched:
    """Typed result of fetch_stage: the document, and what else is known of it."""

    content: str | bytes | Mapping[str, Any] | None = None  # None: the object's content as it is
    extras: Mapping[str, str] = field(default_factory=dict)
    guid: str | None = None  # the document says that its guid is another
    validators: Mapping[str, str] = field(default_factory=dict)  # `Response.validators`: the next job asks with them


@dataclass(frozen=True, slots=True)
class Package:
    """Typed result of import_stage: the dataset to store, as for `save_package`.

    The worker stores it while other objects go through their stages, which costs less than to store it within the stage.
    """

    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Imported:
    """Typed result of import_stage."""

    package_id: str | None
    status: Literal["added", "updated", "unchanged", "deleted"]


StageResult = bool | Literal["unchanged"] | None


@dataclass(frozen=True, slots=True)
class HarvestSource:
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


@dataclass(frozen=True, slots=True)
class HarvestObjectExtra:
    """One extra of an object."""

    key: str
    value: str


@dataclass(slots=True)
class HarvestJob:
    """The job being gathered. A plugin sets `full_listing` once it has seen every record of the remote."""

    id: str
    source: HarvestSource
    created: datetime
    gather_started: datetime | None = None
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
    memory: dict[str, Any] = field(default_factory=dict)
    """What the harvester left here in the last job whose gather came to its end; what it leaves now, the next one finds.
    Plain JSON values, at most 10,000 bytes. Empty after the source's address or configuration has changed."""
    kind: str = "harvest"  # or import, retry, removal, clear
    full_listing_days: float = 7.0  # after so many days a harvester that asks for changes only lists everything again; 0: never

    def held(self, guids: Sequence[str]) -> Mapping[str, Held]:
        """What the source holds for these guids, as it was imported last; guids that it doesn't hold are left out.

        One question to the database for all of them: ask for a page of the remote at a time.
        """
        return self.lookup(guids)

    @property
    def source_id(self) -> str:
        """The id of the source."""
        return self.source.id


@dataclass(slots=True)
class HarvestObject:
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
    current: bool = False
    content_hash: str | None = None
    force_import: bool = False
    errors: list[tuple[str, str, int | None]] = field(default_factory=list)  # message, stage, line
    warnings: list[Loss] = field(default_factory=list)
    saved: bool = False  # it is among its job's objects, or it is being fetched or imported
    held: Held | None = None  # the dataset as this source imported it last
    validators: Mapping[str, str] = field(default_factory=dict)  # of the document just got, set by fetch_stage
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


class Harvester:
    """Base class of harvesters; a subclass implements `info` and the three stages.

    `http` is the polite session, `target` the catalogue; both are set before a stage runs.
    """

    http: "PoliteSession"
    target: Target
    fetch_timeout: float | None = None
    """Seconds that fetch_stage may take for one record; None: as HARVEST_FETCH_TIMEOUT says."""
    import_timeout: float | None = None
    """Seconds that import_stage may take for one record; None: as HARVEST_IMPORT_TIMEOUT says."""
    gather_timeout: float | None = None
    """Seconds that gather_stage may go without progress: a record, a page, an error, or an answer to a request of `http`.
    None: as HARVEST_GATHER_TIMEOUT says."""

    def info(self) -> dict[str, str]:
        """`name` (stored as the source's type), `title`, `description`."""
        raise NotImplementedError

    def validate_config(self, config: str) -> str:
        """Check a source's configuration and return it as it is to be stored; raise ValueError that says what is wrong."""
        return config

    def validate_url(self, url: str) -> str:
        """Check a source's address, an http or https one, and return it as it is to be stored; raise ValueError with a hint."""
        return url

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
        harvest_object.errors.append((message, stage, line))

    def save_object_warning(self, message: str, harvest_object: HarvestObject, *, of_job: bool = False) -> None:
        """Record something of an object that was lost, while the rest of it is imported; it makes nothing fail.

        `of_job`: all records of the job lose it, so it is told once.
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


@dataclass(frozen=True, slots=True)
class Save:
    """A dataset that is to be stored, by any thread."""

    package: Mapping[str, Any]
    owner: Owner
    harvest_object: HarvestObject

    @classmethod
    def of(cls, package: Mapping[str, Any], harvest_object: HarvestObject) -> "Save":
        """Raises ValueError for a source's config that can't be read."""
        known = harvest_object.package_id or package_id(package, harvest_object)
        return cls({**package, "id": known}, owner(harvest_object), harvest_object)

    def run(self, target: Target) -> Imported:
        """Store it; see `Harvester.save_package`. Raises TargetError.

        A dataset that its remote calls deleted or a draft is none here: the one that the source holds goes.
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
    """Whose a dataset is that is made from this object.

    The source's config may say `"on_taken_id": "adopt"`, and `"on_removed": "purge"` or `"keep"` in place of "delete"; for
    values that can't be stored see `harvesters.target.FieldPolicy`.
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
    )


def on_removed(config: Mapping[str, Any]) -> OnRemoved:
    """What becomes of a dataset whose record the remote no longer has. Raises ValueError for an unknown word."""
    word = config.get("on_removed", "delete")
    if word not in get_args(OnRemoved):
        raise ValueError('on_removed must be "delete", "purge" or "keep"')
    found: OnRemoved = word
    return found


def read_config(config: str) -> dict[str, Any]:
    """A source's configuration as a dict, empty when there is none. Raises ValueError when it is no JSON object."""
    if not config.strip():
        return {}
    try:
        parsed = json.loads(config)
    except ValueError as error:
        raise ValueError(f"the configuration is not JSON: {error}") from error
    if not isinstance(parsed, dict):
        raise ValueError("the configuration must be a JSON object: {...}")
    return parsed


def load_package(harvest_object: HarvestObject) -> dict[str, Any]:
    """The object's content as a JSON object. Raises RecordError that names the record."""
    if not harvest_object.content:
        raise RecordError(f"record {harvest_object.guid} has no content")
    try:
        package = _read_json(harvest_object.content)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"the content of record {harvest_object.guid} is not JSON: {error}") from error
    if not isinstance(package, dict):
        raise RecordError(f"record {harvest_object.guid} is not a JSON object but a {type(package).__name__}")
    return package


def _read_json(content: str) -> Any:
    """Raises ValueError. Python reads no whole number of more than 4,300 digits: such a one is text."""
    try:
        return json.loads(content)
    except json.JSONDecodeError:
        raise
    except ValueError:
        return json.loads(content, parse_int=lambda digits: digits if len(digits) > LONGEST_NUMBER else int(digits))
