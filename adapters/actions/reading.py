"""Sources and jobs as the read model shows them, for actions that only read: each is looked up once per call.

Over HTTP a read checks rights by the read model too; loading a source from the log would take four statements.
"""

from dataclasses import dataclass

from adapters.actions.session import Session
from adapters.postgres.read_model.queries import Row
from domain.errors import NotFound


@dataclass(frozen=True)
class SeenSource:
    """A source, as far as access is concerned."""

    id: str
    owner_org: str
    private: bool
    last_job_id: str


def source_row(session: Session, id_or_name: str) -> Row:
    """A source's row, by its id or name. Raises NotFound."""
    row = session.source_row(id_or_name)
    if row is None:
        raise NotFound(f"Harvest source {id_or_name} not found")
    return row


def seen_source(session: Session, id_or_name: str) -> SeenSource:
    """A source by its id or name. Raises NotFound."""
    row = source_row(session, id_or_name)
    return SeenSource(row["id"], row["owner_org"] or "", bool(row["private"]), row["last_job_id"] or "")


def job_row(session: Session, job_or_source: str) -> Row:
    """A job's row, by its id, or the last one of a source. Raises NotFound."""
    row = session.job_row(job_or_source)
    if row is None:
        source = session.source_row(job_or_source)
        row = session.job_row(source["last_job_id"]) if source and source["last_job_id"] else None
    if row is None:
        raise NotFound(f"Harvest job {job_or_source} not found")
    return row
