"""The action that says whether all parts are there and work, and if not, what to do."""

import platform
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.actions.parameters import Parameters
from adapters.actions.session import Session
from adapters.actions.table import action
from adapters.embedded import read_ends, read_runtime
from adapters.postgres.leadership import has_leader
from adapters.postgres.positions import read_model_version
from adapters.postgres.read_model.progress import why_outdated
from adapters.settings import Settings, load
from domain.access import Right
from domain.errors import HarvestError, SettingError
from domain.health import ROLES, Health, duration, problems
from domain.secrets import mask_text
from projections.model_version import MODEL_VERSION

if TYPE_CHECKING:
    from adapters.postgres.work.site_state import Busy, SiteState


SUPERVISED = (*ROLES, "coordinator")
STARTS_WITHIN = 20.0  # seconds that a role which `up` starts may take until it works
HELD_SHOWN = 20  # jobs whose deletions wait for a person


@action(Right.SYSADMIN, reads=True)
def harvest_status_show(session: Session, _asked: Parameters) -> dict[str, Any]:
    """Whether all parts are there and what they are doing; `problems` lists what needs a person's attention."""
    answer: dict[str, Any] = {}
    wrong: list[str] = []
    processes: list[Busy] = []
    try:
        if session.unusable is not None:
            raise session.unusable
        state = _state(session)
        processes = state.processes
        answer |= _database(session, state)
        answer["paused"] = _paused(session)
        answer["breakers"] = _breakers(session, wrong)
        if why := why_outdated(session.parts.database):
            wrong.append(why)
        else:
            answer["held_deletions"] = _held(session, wrong)
            answer |= _sources(session, wrong)
        wrong += problems(supervised(state.health))
        answer |= _disk(session, wrong)
        answer |= _target(session, processes, wrong)
    except HarvestError as error:
        wrong.append(str(error))
        if "disk_bytes" not in answer:
            answer |= _space(wrong)  # it may be why
    answer |= _broker(session, load(), processes, wrong)
    return {**answer, "problems": [mask_text(problem) for problem in wrong]}


@action(Right.SYSADMIN, reads=True)
def harvest_coordinator_show(session: Session, _asked: Parameters) -> dict[str, Any]:
    """Whether a coordinator is leading."""
    return {"leads": has_leader(session.parts.database)}


def _state(session: Session) -> "SiteState":
    from adapters.postgres.work.site_state import site_state

    return site_state(session.parts.database)


def supervised(health: Health) -> Health:
    """With what the `up` of this machine is about: it starts roles that have ended again."""
    settings = load()
    runtime = read_runtime(settings.data_dir)
    if runtime is None or settings.database_url not in ("", runtime.database_url):
        return health
    logs = settings.data_dir / "logs"
    why = {role: _ago("it was started itself", runtime.started_at, logs) for role in SUPERVISED}
    for name, end in sorted(read_ends(settings.data_dir).items(), key=lambda named: named[1].at):
        why |= {role: _ago(f"{name} {end.why}", end.at, logs) for role in SUPERVISED if name.startswith(role)}
    return replace(health, restarts=why)


def _ago(what: str, then: datetime, logs: Path) -> str:
    seconds = (datetime.now(UTC) - then).total_seconds()
    late = f", and nothing was heard since: see {logs}" if seconds > STARTS_WITHIN else ""
    return f"{what} {duration(seconds)} ago{late}"


def _database(session: Session, state: "SiteState") -> dict[str, Any]:
    alive = [busy for busy in state.processes if busy.process.alive and busy.process.role in ROLES]
    return {
        "database": mask_text(session.parts.settings.database_url),
        "events": state.events,
        "coordinator": state.health.leader,
        "workers": len(alive),
        "busy_threads": sum(busy.busy for busy in alive),
        "unfinished_jobs": state.unfinished_jobs,
        "pending_objects": state.pending_objects,
        "projection_lag": {name: events for name, (events, _) in state.health.behind.items()},
        "model_version": read_model_version(session.parts.database),
        "versions": _versions(session),
        "dead_letters": state.dead_letters,
        "processes": [_process(busy) for busy in state.processes],
    }


def _versions(session: Session) -> dict[str, str]:
    server = session.parts.database.connection.info.server_version
    return {
        "harvestlog": version("harvestlog"),
        "Python": platform.python_version(),
        "PostgreSQL": f"{server // 10000}.{server % 10000}",
        "read model": str(MODEL_VERSION),
    }


def _paused(session: Session) -> list[dict[str, Any]]:
    from adapters.actions.schedules import paused

    return paused(session)


def _held(session: Session, wrong: list[str]) -> int:
    """How many deletions wait for a person; jobs that hold them are among what is wrong."""
    from adapters.postgres.read_model.deletions import Deletions
    from domain.deletions import held_problems

    jobs = Deletions(session.model).held_jobs(HELD_SHOWN)
    wrong += held_problems(jobs, more=jobs.next is not None)
    return sum(job["held"] for job in jobs)


def _sources(session: Session, wrong: list[str]) -> dict[str, Any]:
    """How many sources have which trouble, and the job that runs longest; troubles are among what is wrong."""
    from adapters.actions.source_lists import health_of_sources
    from adapters.postgres.read_model.source_facts import oldest_running_job
    from domain.source_health import source_problems

    health = health_of_sources(session)
    wrong += source_problems(health)
    troubles = {trouble: len(sources) for trouble, sources in health.by_trouble.items()}
    return {"sources": troubles, "oldest_running_job": oldest_running_job(session.model)}


def _disk(session: Session, wrong: list[str]) -> dict[str, Any]:
    """The size of the database, and the space of the data folder's disk."""
    from adapters.postgres.disk import database_bytes

    space = _space(wrong)
    return {"database_bytes": database_bytes(session.parts.database), **space}


def _space(wrong: list[str]) -> dict[str, Any]:
    from adapters.embedded.space import disk_space
    from domain.health import disk_problem

    settings = load()
    space = disk_space(settings.data_dir)
    if space and (problem := disk_problem(str(settings.data_dir), *space)):
        wrong.append(problem)
    free, total = space or (None, None)
    return {"disk_free_bytes": free, "disk_bytes": total}


def _breakers(session: Session, wrong: list[str]) -> list[dict[str, Any]]:
    """Remote hosts, and the target, that nothing is sent to until they answer."""
    from adapters.postgres.work.breakers import Breakers
    from adapters.postgres.work.site_state import database_time
    from domain.breakers import shown_remote, trouble

    now = database_time(session.parts.database)
    rows = []
    for breaker in Breakers(session.parts.database).open():
        since, probe = (now - breaker.opened_at).total_seconds(), (breaker.probe_at - now).total_seconds()
        wrong.append(trouble(breaker.scope, breaker.name, breaker.reason, breaker.failures, since, probe))
        row = {"what": breaker.scope, "name": shown_remote(breaker.name), "reason": mask_text(breaker.reason)}
        rows.append({**row, "failures": breaker.failures, "since": breaker.opened_at, "next_probe": breaker.probe_at})
    return rows


def _process(busy: "Busy") -> dict[str, Any]:
    process = busy.process
    return {
        "role": process.role,
        "host": process.host,
        "pid": process.pid,
        "alive": process.alive,
        "leads": process.leads,
        "threads": busy.threads,
        "busy": busy.busy,
        "oldest_seconds": None if busy.oldest is None else round(busy.oldest, 1),
        "seen_seconds": round(process.silent, 1),
        "state": busy.state,
    }


def _target(session: Session, processes: "list[Busy]", wrong: list[str]) -> dict[str, Any]:
    try:
        return {"target": session.parts.check_target()}
    except HarvestError as error:
        wrong.append(f"{error}{_since(session, processes, 'target')}")
        return {"target": None}


def _since(session: Session, processes: "list[Busy]", service: str) -> str:
    """` (since … UTC, for …)`, as far as somebody has noticed."""
    from adapters.postgres.work.site_state import away_since, database_time

    since = away_since(processes, service)
    if since is None:
        return ""
    seconds = (database_time(session.parts.database) - since).total_seconds()
    return f" (away since {since:%Y-%m-%d %H:%M:%S} UTC, for {duration(seconds)})"


def _broker(session: Session, settings: Settings, processes: "list[Busy]", wrong: list[str]) -> dict[str, Any]:
    runtime = read_runtime(settings.data_dir)
    servers = settings.kafka_bootstrap_servers or (runtime.bootstrap_servers if runtime else "")
    if not servers:
        wrong.append("No broker: start `harvester up`, or set HARVEST_KAFKA_BOOTSTRAP_SERVERS")
        return {"broker": None}
    from adapters.kafka.topics import CONNECT_TIMEOUT, cluster_id, configured

    try:
        broker = configured(settings, "status", servers)
        identity = cluster_id(broker, 0.0 if settings.own_broker else CONNECT_TIMEOUT)
    except SettingError as error:
        wrong.append(str(error))
        return {"broker": servers, "cluster_id": ""}
    if not identity:
        wrong.append(f"The broker does not answer at {servers}{_since(session, processes, 'broker')}")
    return {"broker": servers, "cluster_id": identity}
