"""Actions on the database: make its tables, show and rebuild projections."""

from typing import Any, Literal

from adapters import bootstrap
from adapters.actions.parameters import Parameters
from adapters.actions.session import Session
from adapters.actions.table import action
from adapters.postgres.positions import log_position, read_model_position, work_position
from adapters.postgres.read_model.progress import RebuildProgress, rebuild_progress
from adapters.postgres.site import rename
from domain.access import Right
from domain.secrets import mask_text


class Rebuild(Parameters):
    """Which projection. `accept_differences`: use the new read model even when it differs from the old one.

    `datasets`: with `work`, also rebuild what each source holds, from all imports in the log.
    """

    name: Literal["read_model", "work"] = "read_model"
    accept_differences: bool = False
    datasets: bool = False


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
    rows = [{"name": name, "position": at, "behind": newest - at, "log": newest} for name, at in positions.items()]
    progress = rebuild_progress(database)
    return {"projections": rows, "rebuild": progress.as_dict() if progress else None}


@action(Right.SYSADMIN, Rebuild, local=True)
def harvest_projection_rebuild(session: Session, parameters: Rebuild) -> dict[str, Any]:
    """Rebuild a projection from the log; readers see the old one until it is replaced."""
    from adapters.postgres.read_model.rebuild import rebuild_read_model, rebuild_work

    database = session.parts.database
    if parameters.name == "work":
        return rebuild_work(database, datasets=parameters.datasets).as_dict()

    def tell(progress: RebuildProgress) -> None:
        session.tell(progress.as_dict())

    return rebuild_read_model(database, accept=parameters.accept_differences, tell=tell).as_dict()
