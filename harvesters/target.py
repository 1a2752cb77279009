"""What a harvester may ask of the catalogue that it imports into.

A target is CKAN or the local catalogue; both follow the same rules of ownership: a package that isn't this source's is never
changed or deleted.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, get_args

from domain.errors import TargetError
from domain.objects import job_number

OnRemoved = Literal["delete", "purge", "keep"]
OnInvalid = Literal["drop", "fail"]
UnknownFields = Literal["drop", "extras"]
NameAppend = Literal["number-sequence", "random-hex"]


@dataclass(frozen=True, slots=True)
class FieldPolicy:
    """What a source wants to become of values that the target can't hold; options of its configuration.

    `on_invalid_field`: an optional field with an odd value is dropped with a warning, or the dataset fails.
    `unknown_fields`: fields that the target has no place for are kept as extras, or dropped; either is reported once a job.
    `languages`: which language is kept of a value by language where only one can be; the first comes first.
    """

    on_invalid: OnInvalid = "drop"
    unknown: UnknownFields = "extras"
    languages: tuple[str, ...] = ()

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "FieldPolicy":
        """The policy of a source's configuration. Raises ValueError that names the option."""
        on_invalid, unknown = config.get("on_invalid_field", "drop"), config.get("unknown_fields", "extras")
        if on_invalid not in get_args(OnInvalid):
            raise ValueError('on_invalid_field must be "drop" or "fail"')
        if unknown not in get_args(UnknownFields):
            raise ValueError('unknown_fields must be "extras" or "drop"')
        languages = config.get("languages", [])
        if not isinstance(languages, list) or not all(isinstance(language, str) and language for language in languages):
            raise ValueError('languages must be a list of language codes, as in ["de", "en"]')
        return cls(on_invalid, unknown, tuple(languages))


AS_USUAL = FieldPolicy()

NewRecords = Callable[[Collection[str]], Mapping[str, str]]
"""Of some object ids, those of this job whose records were new to the source when it began, with the guids they came under."""


def _none_is_new(_: Collection[str]) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class SiteRules:
    """What holds for the packages of all sources of a site.

    `name_append`: what is put behind a name that is taken, unless the source says it. `kept_fields`: an update leaves them as
    they are, and those that the source names. `marked`: packages are shown with harvest_object_id, harvest_source_id and
    harvest_source_title among their extras.
    """

    name_append: NameAppend = "number-sequence"
    kept_fields: tuple[str, ...] = ()
    marked: bool = True


USUAL_RULES = SiteRules()


def name_append(config: Mapping[str, Any]) -> NameAppend | None:
    """What the source wants behind a name that is taken; None: as the site says. Raises ValueError for an unknown word."""
    word = config.get("dataset_name_append")
    if word is not None and word not in get_args(NameAppend):
        raise ValueError('dataset_name_append must be "number-sequence" or "random-hex"')
    append: NameAppend | None = word
    return append


def kept_fields(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Fields of a dataset that an update leaves as they are. Raises ValueError."""
    names = config.get("not_overwrite_fields") or []
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise ValueError('not_overwrite_fields must be a list of names of fields, as in ["notes", "tags"]')
    return tuple(names)


@dataclass(frozen=True, slots=True)
class Owner:
    """On whose behalf a package is written: it is stored with the package, and compared before anything is changed."""

    source_id: str
    source_title: str
    guid: str
    object_id: str
    content_hash: str
    adopt: bool = False  # take over a package that belongs to nobody or to another source
    held: bool = False  # the log says that the source has this package already: a target may try to change it before making one
    previous: str = ""  # id of the object that the package held was imported from last, where that is known
    on_removed: OnRemoved = "delete"  # what becomes of a package whose record the remote no longer has
    hide: bool = False  # it is hidden at first, and deleted by a later job
    fields: FieldPolicy = AS_USUAL
    name_append: NameAppend | None = None  # None: as the site says
    kept_fields: tuple[str, ...] = ()  # besides those of the site
    new_records: NewRecords = field(default=_none_is_new, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Loss:
    """Something of a dataset that was not stored, in words that name its field.

    `of_job`: not of this dataset alone but of all of the job that have the field, so it is reported once.
    """

    message: str
    of_job: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """A package as the target holds it now; `already` when it had this object's id and content hash before."""

    package_id: str
    name: str
    already: bool = False
    losses: Sequence[Loss] = ()


@dataclass(frozen=True, slots=True)
class Fitting:
    """A package as a target would store it, what of it would be lost, and the schema of the target that it would go by."""

    package: Mapping[str, Any]
    losses: Sequence[Loss] = ()
    schema: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Of which object of which source a package in the target is; texts are empty where nobody has written them."""

    source_id: str
    object_id: str
    content_hash: str
    active: bool  # neither deleted nor hidden
    deleted: bool = False

    def holds(self, package_id: str, owner: Owner) -> bool:
        """Whether the package is what this owner wants to store already.

        Raises TargetError `dataset_not_ours` when it may not be changed, `superseded` when an object of a later job was there.
        """
        deleted_by_source = self.deleted and self.source_id != ""  # by a source; what people made and deleted stays theirs
        if self.source_id != owner.source_id and (owner.adopt or deleted_by_source):
            return False
        self.check_owned(package_id, owner)
        return self.active and (self.object_id, self.content_hash) == (owner.object_id, owner.content_hash)

    def check_owned(self, package_id: str, owner: Owner) -> None:
        """Raise TargetError `dataset_not_ours` or, when an object of a later job has written the package, `superseded`."""
        if self.source_id != owner.source_id:
            raise not_ours(package_id, owner)
        mine, theirs = job_number(owner.object_id), job_number(self.object_id)
        if mine is not None and theirs is not None and theirs > mine:
            message = f"package {package_id} of record {owner.guid} was imported by a newer job already"
            raise TargetError(message, code="superseded")


NEVER_KEPT = frozenset({"id", "name", "state"})
"""Fields that have rules of their own."""


def with_kept(package: Mapping[str, Any], stored: Mapping[str, Any], rules: SiteRules, owner: Owner) -> Mapping[str, Any]:
    """The package for an update of the one that is stored: fields that are to be kept are as they are there."""
    kept = {name for name in (*rules.kept_fields, *owner.kept_fields) if name in stored and name not in NEVER_KEPT}
    return {**package, **{name: stored[name] for name in kept}} if kept else package


def not_ours(package_id: str, owner: Owner) -> TargetError:
    """The error of a package that belongs to somebody else."""
    return TargetError(
        f"package {package_id} of record {owner.guid} is not this source's: it stays as it is. "
        'Set "on_taken_id": "adopt" in the source\'s config to take it over',
        code="dataset_not_ours",
        field="id",
    )


class Target(Protocol):
    """A catalogue that packages (datasets in CKAN's form) are imported into."""

    def save(self, package: Mapping[str, Any], owner: Owner) -> Stored:
        """Create or update the package with the id `package["id"]`.

        A name that another package has is made unique; an update keeps the name that the package has. New packages of one job
        that want one name get it and its numbers in the order of their guids (`owner.new_records`); with hex digits the first
        one gets it. A second call with the same owner changes nothing.

        Raises TargetError: `dataset_not_ours` when the id is somebody else's, `validation` (with the field) when the package
        is refused, or a retryable one when the target doesn't answer.
        """

    def delete(self, package_id: str, owner: Owner) -> bool:
        """Delete a package of this source, by `owner.on_removed`; False when it is gone already, or is to be kept.

        With `owner.hide` it becomes a draft, or stays one: nobody finds it, and `save` shows it again. Deleted or hidden, its
        name is free: a package of the source that wants it gets it, and one that comes back gets a free name.

        Raises TargetError `dataset_not_ours`, or `superseded` when an object of a later job has written it.
        """

    def show(self, id_or_name: str) -> dict[str, Any] | None:
        """The package with that id or name in CKAN's form (package_show), None when there is none."""


class Prepares(Target, Protocol):
    """A target that does a part of `save` beforehand: what it sends, without a look at what it has."""

    def prepared(self, package: Mapping[str, Any], owner: Owner) -> Callable[[], Stored]:
        """The rest of `save`, to be called once, in any thread. Raises TargetError as `save` does.

        `save` is both at once, so whoever changes what it does in a subclass changes this.
        """


class Previews(Target, Protocol):
    """A target that can say beforehand what would become of a package."""

    def preview(self, package: Mapping[str, Any], owner: Owner) -> Fitting:
        """What `save` would store; nothing is. Raises TargetError as `save` does for what can be known before."""
