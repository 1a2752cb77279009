"""Actions that write the search rows of sources again, from the log."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from adapters.actions.parameters import ById, Parameters
from adapters.actions.session import Session
from adapters.actions.sources import the_source
from adapters.actions.table import action
from adapters.postgres.history import source_ids
from adapters.postgres.read_model.reindex import reindex
from adapters.postgres.source_datasets import SourceDatasetRows
from domain.access import Right


@action(Right.EDIT, ById, subject=the_source)
def harvest_source_reindex(session: Session, parameters: ById) -> dict[str, Any]:
    """Write a source's row and counters in the read model again; `mended` lists sources whose rows were wrong.

    With HARVEST_CKAN_SOURCES the source's dataset in CKAN is checked within a few seconds, and written if it differs.
    """
    session.show_current()
    return _written_again(session, [session.source(parameters.id).id])


@action(Right.EDIT, ById, subject=the_source)
def harvest_source_index_clear(session: Session, parameters: ById) -> dict[str, str]:
    """Does nothing: searches read the tables, so there is no separate index to clear."""
    return {"id": str(session.source(parameters.id).id)}


@action(Right.SYSADMIN)
def harvest_sources_reindex(session: Session, _asked: Parameters) -> dict[str, Any]:
    """Write the rows and counters of all sources in the read model again; `mended` lists sources whose rows were wrong.

    With HARVEST_CKAN_SOURCES the sources' datasets in CKAN are checked too, and written if they differ.
    """
    session.show_current()
    return _written_again(session, source_ids(session.parts.database))


def _written_again(session: Session, ids: Sequence[UUID]) -> dict[str, Any]:
    mended = reindex(session.parts.database, ids)
    if session.parts.settings.ckan_sources:
        SourceDatasetRows(session.parts.database).again(ids)
    return {"sources": len(ids), "mended": mended}
