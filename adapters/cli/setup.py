"""`initdb` and `status`."""

import sys
from typing import Any

import click

from adapters.bootstrap import Parts, initialise
from adapters.cli.output import block, emit, json_option
from adapters.cli.services import connected
from adapters.embedded import read_runtime
from adapters.postgres.database import redact
from adapters.postgres.leadership import has_leader
from adapters.postgres.read_model import tables as read_model
from adapters.postgres.work.gather_memory import log_position, work_position
from adapters.settings import Settings, load
from domain.errors import HarvestError


@click.command()
@json_option
def initdb(as_json: bool) -> None:
    """Create or upgrade the database schemas, and check the target; a second call changes nothing."""
    with connected(fresh=True) as parts:
        done = initialise(parts.settings)
        place = redact(parts.settings.database_url)
        tables = f"DB tables {'created' if done else 'are up to date'}: {place}"
        target = parts.check_target()
        emit({"database": place, "done": done, "target": target}, as_json, lambda: f"{tables}\nTarget: {target}")


@click.command()
@json_option
def status(as_json: bool) -> None:
    """Show whether all parts are there and what they do; status 1 when something is missing."""
    found: dict[str, Any] = {"problems": []}
    try:
        with connected() as parts:
            found |= _database(parts)
            found |= _target(parts, found["problems"])
    except HarvestError as error:
        found["problems"].append(str(error))
    found |= _broker(load(), found["problems"])
    if not found.get("coordinator") and not found["problems"]:
        found["problems"].append("No coordinator leads: start `harvester up` or `harvester coordinator`")
    emit(found, as_json, lambda: _text(found))
    sys.exit(1 if found["problems"] else 0)


def _database(parts: Parts) -> dict[str, Any]:
    database = parts.database
    newest = log_position(database)
    unfinished = database.query("SELECT count(*), coalesce(sum(objects), 0) FROM ops.job_progress")[0]
    return {
        "database": redact(parts.settings.database_url),
        "events": newest,
        "coordinator": has_leader(database),
        "workers": _workers(parts),
        "unfinished_jobs": unfinished[0],
        "pending_objects": database.query("SELECT count(*) FROM ops.work")[0][0],
        "projection_lag": {
            "work": newest - work_position(database),
            "read_model": newest - parts.read_model_projector().position(),
        },
        "model_version": read_model.model_version(database.connection),
        "dead_letters": database.query("SELECT count(*) FROM ops.dead_letter")[0][0],
    }


def _target(parts: Parts, problems: list[str]) -> dict[str, Any]:
    try:
        return {"target": parts.check_target()}
    except HarvestError as error:
        problems.append(str(error))
        return {"target": None}


def _workers(parts: Parts) -> int:
    from adapters.postgres.work.claims import PRESENCE_CLASS

    held = """
        SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = %(class)s
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    """
    return int(parts.database.query(held, **{"class": PRESENCE_CLASS})[0][0])


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


def _text(found: dict[str, Any]) -> str:
    problems = "\n".join(f"! {problem}" for problem in found["problems"])
    return block({name: value for name, value in found.items() if name != "problems"}) + (problems or "all is well")
