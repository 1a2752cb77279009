"""What a harvester's stages yield and return."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

Action = Literal["new", "change", "delete"]


@dataclass(frozen=True, slots=True)
class Record:
    """A record found at the remote.

    `content` is the document where gathering got it already (a mapping is stored as JSON), None when fetch_stage must get it.
    `skip`: a reason to do nothing with it. The record is shown with that reason, and what the source holds of it stays.
    """

    guid: str
    content: str | bytes | Mapping[str, Any] | None = None
    action: Action = "new"
    extras: Mapping[str, str] = field(default_factory=dict)
    metadata_modified: datetime | str | None = None
    skip: str = ""


@dataclass(frozen=True, slots=True)
class GatherError:
    """Yielded by gather_stage: something about the remote, or about one record (`guid`), was wrong; gathering goes on."""

    message: str
    code: str = "gather"
    guid: str | None = None


class SavedError(NamedTuple):
    """An error that a plugin saved on an object."""

    message: str
    stage: str = "Fetch"
    line: int | None = None


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
