"""Actions on the database: make its tables, show and rebuild projections."""

from typing import Any, Literal

from adapters import bootstrap
from adapters.actions.parameters import Parameters
from adapters.actions.session import Session
from adapters.actions.table import action
from adapters.postgres.positions import log_position, read_model_position, work_position
from adapters.postgres.projection_requests import ProjectionRequests
from adapters.postgres.read_model.progress import RebuildProgress, rebuild_progress
from adapters.postgres.site import rename
from adapters.postgres.work.site_state import lag
from domain.access import Right
from domain.errors import ValidationError
from domain.secrets import mask_text

SHOWN = 10  # requests


class Rebuild(Parameters):
    """Which projection. `accept_differences`: use the new read model even when it differs from the old one.

    `datasets`: with `work`, also rebuild what each source holds, from all imports in the log.
    `verify`: only compare a new read model with the old one, which stays.
    """

    name: Literal["read_model", "work"] = "read_model"
    accept_differences: bool = False
    datasets: bool = False
    verify: bool = False


class Request(Parameters):
    """Which projection, and what to do: `verify` compares a new one with the old one, which stays; `rebuild` also puts the new
    one in place unless they differ, `switch` even if they do. Pending work can only be rebuilt.
    """

    name: Literal["read_model", "work"] = "read_model"
    mode: Literal["verify", "rebuild", "switch"] = "verify"


class Init(Parameters):
    """`rename_site`: change the database's site name to HARVEST_SITE_ID."""

    rename_site: bool = False


@action(Right.SYSADMIN, Init, local=True)
def harvest_database_init(session: Session, parameters: Init) -> dict[str, Any]:
    """Create or upgrade the tables, and check the target; a second call changes nothing."""
    settings = session.parts.settings
    if parameters.rename_site:
        rename(session.parts.database, settings.site_id)
    done = bootstrap.initialise(settings, lambda progress: session.tell(progress.as_dict()))
    database = mask_text(settings.database_url)
    return {"database": database, "site": settings.site_id, "done": done, "target": session.parts.check_target()}


@action(Right.SYSADMIN, reads=True, listed="projections")
def harvest_projection_list(session: Session, _asked: Parameters) -> dict[str, Any]:
    """How far each projection has read the log."""
    database = session.parts.database
    newest = log_position(database)
    positions = {"work": work_position(database), "read_model": read_model_position(database)}
    behind = lag(database)
    rows = [
        {"name": name, "position": at, "behind": newest - at, "seconds_behind": round(behind[name][1], 1), "log": newest}
        for name, at in positions.items()
    ]
    progress, requests = rebuild_progress(database), ProjectionRequests(database).last(SHOWN)
    return {"projections": rows, "rebuild": progress.as_dict() if progress else None, "requests": requests}


@action(Right.SYSADMIN, Request)
def harvest_projection_request(session: Session, parameters: Request) -> dict[str, Any]:
    """Have the coordinator verify, rebuild or switch a projection; harvest_projection_list shows how far it is.

    Raises Refused while something that was asked for has not ended.
    """
    if parameters.name == "work" and parameters.mode != "rebuild":
        raise ValidationError({"mode": "Pending work is mended where it is: it can only be rebuilt"})
    requests = ProjectionRequests(session.parts.database)
    return requests.add(parameters.name, parameters.mode, session.caller.name)


@action(Right.SYSADMIN, Rebuild, local=True)
def harvest_projection_rebuild(session: Session, parameters: Rebuild) -> dict[str, Any]:
    """Rebuild a projection from the log; readers see the old one until it is replaced."""
    from adapters.postgres.read_model.rebuild import rebuild_read_model, rebuild_work

    database = session.parts.database
    if parameters.verify and (parameters.name == "work" or parameters.accept_differences):
        raise ValidationError({"verify": "Is for the read model, and replaces nothing: leave the other options out"})
    if parameters.name == "work":
        return rebuild_work(database, datasets=parameters.datasets).as_dict()

    def tell(progress: RebuildProgress) -> None:
        session.tell(progress.as_dict())

    return rebuild_read_model(
        database, accept=parameters.accept_differences, tell=tell, replace=not parameters.verify
    ).as_dict()
