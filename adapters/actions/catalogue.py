"""Actions on the local catalogue, where datasets go when no CKAN is configured: CKAN's own names and forms."""

import time
from typing import Any

from adapters.actions.parameters import ById, Limit, Offset, Parameters
from adapters.actions.session import Session
from adapters.actions.table import action, even_out
from domain.access import Right, sight
from domain.errors import NotFound


class PackageList(Parameters):
    """A page of names; `after` is the last one seen."""

    limit: Limit = 100
    offset: Offset = 0
    after: str = ""


class PackageSearch(Parameters):
    """Words that a dataset must hold, and the source that it came from (id or name)."""

    q: str = ""
    source_id: str = ""
    rows: Limit = 10
    start: Offset = 0


@action(Right.ANYONE, PackageList, reads=True)
def package_list(session: Session, parameters: PackageList) -> list[str]:
    """Names of datasets in the local catalogue."""
    return list(session.parts.catalogue.list(parameters.limit, parameters.offset, parameters.after, sight(session.caller)))


@action(Right.ANYONE, ById, reads=True)
def package_show(session: Session, parameters: ById) -> dict[str, Any]:
    """One dataset of the local catalogue, by id or name."""
    package = session.parts.catalogue.show(parameters.id, sight(session.caller))
    if package is None:
        raise NotFound(f"Dataset {parameters.id} not found in the local catalogue")
    return package


@action(Right.ANYONE, PackageSearch, reads=True)
def package_search(session: Session, parameters: PackageSearch) -> dict[str, Any]:
    """Datasets of the local catalogue that hold all words of `q`."""
    source_id = seen_source_id(session, parameters.source_id) if parameters.source_id else ""
    page = {"rows": parameters.rows, "start": parameters.start}
    return session.parts.catalogue.search(parameters.q, source_id=source_id, **page, sight=sight(session.caller))


def seen_source_id(session: Session, id_or_name: str) -> str:
    """The id of a source that the caller may see. Raises NotFound, for one that is hidden like for one that isn't there."""
    started, seen = time.monotonic(), sight(session.caller)
    try:
        source = session.source(id_or_name)
        if seen.sees(source.fields):
            return str(source.id)
    except NotFound:
        if seen.everything:
            raise
    even_out(started)
    raise NotFound(f"Source {id_or_name} not found")
