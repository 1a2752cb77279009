"""Actions on the local catalogue, where datasets go when no CKAN is configured: CKAN's own names and forms."""

from typing import Any

from adapters.actions.parameters import ById, Limit, Offset, Parameters
from adapters.actions.session import Session
from adapters.actions.table import action
from domain.access import Right
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
def package_list(session: Session, asked: PackageList) -> list[str]:
    """Names of datasets in the local catalogue."""
    return list(session.parts.catalogue.list(asked.limit, asked.offset, asked.after))


@action(Right.ANYONE, ById, reads=True)
def package_show(session: Session, asked: ById) -> dict[str, Any]:
    """One dataset of the local catalogue, by id or name."""
    package = session.parts.catalogue.show(asked.id)
    if package is None:
        raise NotFound(f"Dataset {asked.id} not found in the local catalogue")
    return package


@action(Right.ANYONE, PackageSearch, reads=True)
def package_search(session: Session, asked: PackageSearch) -> dict[str, Any]:
    """Datasets of the local catalogue that hold all words of `q`."""
    source_id = str(session.source(asked.source_id).id) if asked.source_id else ""
    return session.parts.catalogue.search(asked.q, source_id=source_id, rows=asked.rows, start=asked.start)
