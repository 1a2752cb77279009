"""Actions on harvest objects: list, show."""

from typing import Any, Literal
from uuid import UUID

from adapters.actions.forms import time_text
from adapters.actions.parameters import Limit, Offset, Parameters, Reference
from adapters.actions.reading import seen_source
from adapters.actions.session import Session
from adapters.actions.table import action, find
from adapters.postgres.read_model.api_queries import ApiReads
from adapters.postgres.read_model.queries import Row
from domain.access import Owned, Right, may
from domain.errors import NotFound, Refused, ValidationError
from domain.secrets import mask_text

TIMES = ("gathered", "fetch_started", "fetch_finished", "import_started", "import_finished", "metadata_modified_date")


class ObjectShow(Parameters):
    """An object by `id` (`attr` says of which kind: id, guid or package_id), or the current object of `dataset_id`."""

    id: str = ""
    attr: Literal["id", "guid", "package_id"] = "id"
    dataset_id: str = ""


class ObjectList(Parameters):
    """`only_current`: only the current object of each dataset. `source_id`: only objects of this source."""

    only_current: bool = True
    source_id: str = ""
    limit: Limit = 100
    offset: Offset = 0


class ObjectCreate(Parameters):
    """A record of a job."""

    job_id: Reference
    guid: str = ""
    content: str = ""
    source_id: str = ""
    package_id: str = ""
    state: str = ""
    extras: dict[str, str] | None = None


def _its_source(session: Session, parameters: ObjectShow) -> Owned | None:
    return seen_source(session, _object(session, parameters)["harvest_source_id"])


def _listed_source(session: Session, parameters: ObjectList) -> Owned | None:
    return seen_source(session, parameters.source_id) if parameters.source_id else None


def _object(session: Session, parameters: ObjectShow) -> Row:
    """The row that is asked for. Raises NotFound, ValidationError."""
    reads = ApiReads(session.model)
    if parameters.dataset_id:
        row = reads.object(package_id(session, parameters.dataset_id), "package_id")
        if row is None:
            raise NotFound("Dataset not found")
        return row
    if not parameters.id:
        raise ValidationError({"id": 'Please provide either an "id" or a "dataset_id" parameter'})
    row = reads.object(parameters.id, parameters.attr)
    if row is None:
        raise NotFound("Harvest object not found")
    return row


def package_id(session: Session, id_or_name: str) -> str:
    """The id of a dataset; a name is looked up in the local catalogue."""
    try:
        return str(UUID(id_or_name))
    except ValueError:
        package = session.parts.catalogue.show(id_or_name)
        return str(package["id"]) if package else id_or_name


@action(Right.READ, ObjectShow, reads=True, subject=_its_source)
def harvest_object_show(session: Session, parameters: ObjectShow) -> Row:
    """A harvest object with its document, its extras, its errors, and as `warnings` what it was imported without.

    Tracebacks, which name files of the server, are for those who may see its job; others get the first line of an error.
    """
    session.show_current()
    row = _object(session, parameters)
    traced = may(session.caller, find("harvest_job_show"), seen_source(session, row["harvest_source_id"]))
    return {
        **row,
        **{name: time_text(row[name]) for name in TIMES},
        "source": row["harvest_source_id"],
        "job": row["harvest_job_id"],
        **({"package": row["package_id"]} if row["package_id"] else {}),
        **{
            kind: [
                {**error, "message": _shown(error["message"] or "", traced), "created": time_text(error["created"])}
                for error in row[kind]
            ]
            for kind in ("errors", "warnings")
        },
    }


def _shown(message: str, traced: bool) -> str:
    return mask_text(message if traced else message.partition("\n")[0])


@action(Right.READ, ObjectList, reads=True, subject=_listed_source)
def harvest_object_list(session: Session, parameters: ObjectList) -> list[str]:
    """Ids of harvest objects of a source; for sysadmins also of all sources."""
    session.show_current()
    source_id = seen_source(session, parameters.source_id).id if parameters.source_id else ""
    return ApiReads(session.model).object_ids(
        source_id=source_id, current=parameters.only_current, limit=parameters.limit, offset=parameters.offset
    )


@action(Right.SYSADMIN, ObjectCreate)
def harvest_object_create(_session: Session, _parameters: ObjectCreate) -> Any:
    """Always refused: only the gather of a job creates objects, so that no record is there twice or missing."""
    raise Refused("Harvest objects are made by a job's gather: make a job with harvest_job_create, or write a harvester")
