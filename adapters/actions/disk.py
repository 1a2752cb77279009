"""What uses how much disk space, and what retention would remove."""

from typing import Any

from adapters.actions.session import Session
from adapters.actions.table import action
from adapters.postgres.disk import sizes, would_go
from domain.access import Right


@action(Right.SYSADMIN, reads=True)
def harvest_disk_show(session: Session, _: Any) -> dict[str, Any]:
    """How many bytes each part of the database takes, and what retention will remove next."""
    session.show_current()
    settings, database = session.parts.settings, session.parts.database
    days, keep = settings.retention_days, settings.retention_jobs
    parts = sizes(database)
    return {
        "parts": parts,
        "bytes": sum(part["bytes"] for part in parts),
        "retention": {"days": days, "jobs_of_each_source": keep, **would_go(database, days=days, keep=keep)},
    }
