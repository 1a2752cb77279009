"""The action that returns a harvested document as it was received, one part at a time."""

from base64 import b64encode
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from adapters.actions.parameters import Offset, Parameters
from adapters.actions.session import Session
from adapters.actions.table import action
from domain.access import Owned, Right
from domain.errors import NotFound
from domain.media_types import BEGINNING, media_type
from domain.objects import HarvestObject

PART = 1_000_000  # bytes of a document in one answer
DECLARED = "content_type"  # extra of an object: what the remote called its document
ORIGINAL = "original_document"  # extra of an object: the document, where a harvester keeps something else as its content

Length = Annotated[int, Field(ge=0, le=4 * PART)]


class ObjectContent(Parameters):
    """The object by its `id`, or the current object of `dataset_id`. `offset` and `length` (at most 4,000,000) in bytes."""

    id: str = ""
    dataset_id: str = ""
    offset: Offset = 0
    length: Length = PART


def object_meant(session: Session, parameters: ObjectContent) -> HarvestObject:
    """The object that the parameters name. Raises NotFound."""
    from adapters.postgres.work.held import object_of_package

    object_id: UUID | None = None
    try:
        object_id = UUID(parameters.id) if parameters.id else None
    except ValueError:
        raise NotFound(f"There is no object {parameters.id}") from None
    if object_id is None and parameters.dataset_id:
        object_id = object_of_package(session.parts.database, parameters.dataset_id)
    if object_id is None:
        raise NotFound(f"No dataset {parameters.dataset_id} was harvested" if parameters.dataset_id else "Name an object")
    return session.parts.application.load(HarvestObject, object_id)


def _source(session: Session, parameters: ObjectContent) -> Owned:
    return session.source(str(object_meant(session, parameters).source_id)).fields


@action(Right.READ, ObjectContent, reads=True, subject=_source)
def harvest_object_content_show(session: Session, parameters: ObjectContent) -> dict[str, Any]:
    """A harvested document as it was received: media type, hash, size in bytes, and a part of it in base64.

    Raises NotFound when the object has no document, or retention has removed it.
    """
    harvested = object_meant(session, parameters)
    content, name = session.parts.content, _document_hash(harvested)
    facts = content.facts(name) if name else None
    if facts is None:
        raise NotFound(f"Object {harvested.id} has no content, or it is no longer kept")
    beginning = content.part(name, 0, BEGINNING)
    return {
        "id": str(harvested.id),
        "content_hash": name,
        "media_type": media_type(harvested.extras.get(DECLARED, ""), beginning, utf8=facts.is_text),
        "size": facts.size,
        "modified": facts.stored_at,
        "offset": parameters.offset,
        "content": b64encode(content.part(name, parameters.offset, parameters.length)).decode(),
    }


def _document_hash(harvested: HarvestObject) -> str:
    from harvesters.extras import referenced

    if harvested.content_hash:
        return harvested.content_hash
    original = harvested.extras.get(ORIGINAL, "")
    return next(iter(referenced({ORIGINAL: original})), "")
