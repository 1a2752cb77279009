"""The action that tells whether everything is there and works, and what a person has to do when not."""

from typing import Any

from adapters.actions.parameters import Parameters
from adapters.actions.session import Session
from adapters.actions.table import action
from adapters.embedded import read_runtime
from adapters.postgres.leadership import has_leader
from adapters.postgres.positions import log_position, read_model_position, read_model_version, work_position
from adapters.postgres.read_model.progress import why_outdated
from adapters.settings import Settings, load
from domain.access import Right
from domain.errors import HarvestError
from domain.secrets import mask_text


@action(Right.SYSADMIN, reads=True)
def harvest_status_show(session: Session, _asked: Parameters) -> dict[str, Any]:
    """Whether all parts are there and what they do; `problems` are what a person has to look at."""
    found: dict[str, Any] = {"problems": []}
    if session.unusable is None:
        try:
            found |= _database(session)
            found |= _target(session, found["problems"])
            if why := why_outdated(session.parts.database):
                found["problems"].append(why)
        except HarvestError as error:
            found["problems"].append(str(error))
    else:
        found["problems"].append(str(session.unusable))
    found |= _broker(load(), found["problems"])
    if not found.get("coordinator") and not found["problems"]:
        found["problems"].append("No coordinator leads: start `harvester up` or `harvester coordinator`")
    return found


@action(Right.SYSADMIN, reads=True)
def harvest_coordinator_show(session: Session, _asked: Parameters) -> dict[str, Any]:
    """Whether a coordinator leads."""
    return {"leads": has_leader(session.parts.database)}


def _database(session: Session) -> dict[str, Any]:
    database = session.parts.database
    newest = log_position(database)
    return {
        "database": mask_text(session.parts.settings.database_url),
        "events": newest,
        "coordinator": has_leader(database),
        "workers": _workers(session),
        "unfinished_jobs": database.query("SELECT count(*) FROM ops.job_progress")[0][0],
        "pending_objects": database.query("SELECT count(*) FROM ops.work")[0][0],
        "projection_lag": {"work": newest - work_position(database), "read_model": newest - read_model_position(database)},
        "model_version": read_model_version(database),
        "dead_letters": database.query("SELECT count(*) FROM ops.dead_letter")[0][0],
    }


def _target(session: Session, problems: list[str]) -> dict[str, Any]:
    try:
        return {"target": session.parts.check_target()}
    except HarvestError as error:
        problems.append(str(error))
        return {"target": None}


def _workers(session: Session) -> int:
    from adapters.postgres.work.claims import PRESENCE_CLASS

    held = """
        SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = %(class)s
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    """
    return int(session.parts.database.query(held, **{"class": PRESENCE_CLASS})[0][0])


def _broker(settings: Settings, problems: list[str]) -> dict[str, Any]:
    runtime = read_runtime(settings.data_dir)
    servers = settings.kafka_bootstrap_servers or (runtime.bootstrap_servers if runtime else "")
    if not servers:
        problems.append("No broker: start `harvester up`, or set HARVEST_KAFKA_BOOTSTRAP_SERVERS")
        return {"broker": None}
    from adapters.kafka.topics import CONNECT_TIMEOUT, Broker, cluster_id

    identity = cluster_id(Broker(servers, embedded=settings.own_broker), 0.0 if settings.own_broker else CONNECT_TIMEOUT)
    if not identity:
        problems.append(f"The broker does not answer at {servers}")
    return {"broker": servers, "cluster_id": identity}
