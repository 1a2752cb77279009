"""The action that tells a load balancer whether this process can serve."""

from typing import Any

from adapters.actions.parameters import Parameters
from adapters.actions.session import Session
from adapters.actions.table import action
from adapters.postgres.positions import read_model_version
from adapters.postgres.work.site_state import lag
from domain.access import Right
from domain.errors import HarvestError
from domain.text import counted
from projections.model_version import MODEL_VERSION

CURRENT_WITHIN = 60.0  # seconds that the read model may be behind
OK = "ok"


@action(Right.ANYONE, reads=True)
def harvest_readiness_show(session: Session, _asked: Parameters) -> dict[str, Any]:
    """Whether the database answers and the read model is up to date (at most 60 s behind); `checks` says which isn't."""
    try:
        database, read_model = OK, _read_model(session)
    except HarvestError:  # whose text names addresses, which are nobody's business
        database, read_model = "does not answer", "not known"
    checks = {"database": database, "read_model": read_model}
    return {"ready": all(state == OK for state in checks.values()), "checks": checks}


def _read_model(session: Session) -> str:
    database = session.parts.database
    if read_model_version(database) != MODEL_VERSION:
        return "of another version of harvestlog: it has to be rebuilt"
    events, seconds = lag(database)["read_model"]
    return f"{counted(events, 'event')} behind, the oldest from {seconds:.0f} s ago" if seconds > CURRENT_WITHIN else OK
