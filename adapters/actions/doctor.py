"""The action that checks an installation: each finding says what is wrong and how to fix it.

Checks are independent: when one fails, the others still run. A check returns what it found, or raises.
"""

import logging
import os
import resource
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from adapters.actions.session import Session
from adapters.actions.table import action
from adapters.embedded import read_runtime
from adapters.settings import Settings, load, unknown
from domain.access import Right
from domain.errors import HarvestError, NotAuthorized, SettingError
from domain.secrets import mask_text
from domain.text import counted

log = logging.getLogger(__name__)

LEAST_FILES = 4096  # open files that a worker may have; sockets of threads and of remotes are among them
TOKEN_DAYS = 14  # a token that ends within them is told of
OK, PROBLEM, SKIPPED = "ok", "problem", "skipped"


@dataclass(frozen=True)
class Found:
    """The result of a check: `text` says what is fine, `problems` what isn't."""

    text: str
    problems: tuple[str, ...] = ()


Check = Callable[[Session], Found]


@action(Right.SYSADMIN, reads=True)
def harvest_installation_check(session: Session, _asked: Any) -> dict[str, Any]:
    """What is wrong with this installation, and how to fix it."""
    rows = [row for name, check in CHECKS.items() for row in _rows(session, name, check)]
    return {"checks": rows, "problems": sum(row["state"] == PROBLEM for row in rows)}


def _rows(session: Session, name: str, check: Check) -> Iterable[dict[str, str]]:
    in_database = name in OF_DATABASE or (name == "target" and not session.parts.settings.ckan_url)
    if session.unusable is not None and in_database:
        return [_row(name, SKIPPED, "the database can't be used")]
    try:
        finding = check(session)
    except HarvestError as error:
        return [_row(name, PROBLEM, str(error))]
    except Exception as error:
        log.debug("check %s", name, exc_info=error)
        return [_row(name, PROBLEM, f"The check itself failed with {type(error).__name__}: {error}")]
    if finding.problems:
        return [_row(name, PROBLEM, problem) for problem in finding.problems]
    return [_row(name, OK, finding.text)]


def _row(name: str, state: str, text: str) -> dict[str, str]:
    return {"check": name, "state": state, "text": mask_text(text)}


def _settings(_session: Session) -> Found:
    load()
    return Found("all are understood", tuple(unknown()))


def _database(session: Session) -> Found:
    """Whether it can be used: checked again, so that a version, a pooler or a migration is named before all else."""
    from adapters.postgres.installation import check_session, check_tables

    if session.unusable is not None:
        raise session.unusable
    database = session.parts.database
    return Found(f"{check_session(database)}; {check_tables(database)}")


def _of_database(function: str) -> Check:
    """A check of `adapters.postgres.installation`."""

    def check(session: Session) -> Found:
        from adapters.postgres import installation

        text: str = getattr(installation, function)(session.parts.database)
        return Found(text)

    return check


def _broker(_session: Session) -> Found:
    settings = load()
    runtime = read_runtime(settings.data_dir)
    servers = settings.kafka_bootstrap_servers or (runtime.bootstrap_servers if runtime else "")
    if not servers:
        return Found("", ("No broker: start `harvester up`, or set HARVEST_KAFKA_BOOTSTRAP_SERVERS",))
    from adapters.kafka.topic_check import topic_problems
    from adapters.kafka.topics import configured

    problems = topic_problems(configured(settings, "doctor", servers), settings)
    return Found(f"{servers} answers, and the topics of site {settings.site_id} are there", tuple(problems))


def _target(session: Session) -> Found:
    return Found(session.parts.check_target())


def _callers(session: Session) -> Found:
    """Who identifies callers, whether CKAN answers our questions about them, and which tokens in use expire soon."""
    from adapters.postgres.tokens import Tokens

    ending = tuple(
        f"The token {row['name']!r} of {row['person'] or 'a service'} is in use and ends on {row['expires']:%Y-%m-%d}: "
        "make another one (`harvester token create`)"
        for row in Tokens(session.parts.database).ending(TOKEN_DAYS)
    )
    return Found(_of_ckan(session) if session.parts.settings.ckan_url else _of_ours(session), ending)


def _of_ckan(session: Session) -> str:
    token = session.parts.settings.ckan_token
    if not token:
        raise SettingError("HARVEST_CKAN_TOKEN is not set")
    try:
        caller = session.parts.callers.caller({"authorization": token})
    except NotAuthorized as error:
        raise SettingError("CKAN doesn't know the token in HARVEST_CKAN_TOKEN: it is wrong, expired or revoked") from error
    if not caller.sysadmin:
        raise SettingError(
            f"The user {caller.name} of HARVEST_CKAN_TOKEN is no sysadmin, and CKAN shows addresses for mail to "
            f"sysadmins only: run `ckan sysadmin add {caller.name}`"
        )
    return f"CKAN says who calls; HARVEST_CKAN_TOKEN is of its sysadmin {caller.name}"


def _of_ours(session: Session) -> str:
    from adapters.postgres.persons import Persons

    number = Persons(session.parts.database).count_persons()
    return (
        f"{counted(number, 'person')} of our own may have tokens"
        if number
        else "no persons: only the command line changes anything"
    )


def _source_datasets(session: Session) -> Found:
    """Whether CKAN's datasets of type harvest agree with the sources."""
    from adapters.postgres.source_datasets import SourceDatasetRows

    settings = session.parts.settings
    if not settings.ckan_sources:
        return Found("sources aren't kept as datasets in CKAN (HARVEST_CKAN_SOURCES)")
    if not settings.ckan_url:
        raise SettingError("HARVEST_CKAN_SOURCES needs a CKAN to keep sources in: set HARVEST_CKAN_URL, or leave it out")
    state = SourceDatasetRows(session.parts.database).state()
    text = f"{state.same} are datasets in CKAN as they are here, {state.waiting} wait to be compared"
    if not state.failed:
        return Found(text)
    return Found(
        text,
        (
            f"{counted(state.failed, 'source')} can't be kept in CKAN as {'a dataset' if state.failed == 1 else 'datasets'}, "
            f"{state.example} for example: {state.error.rstrip('.')}. "
            "They are tried again within an hour; `harvester reindex` tries at once",
        ),
    )


def _disk(_session: Session) -> Found:
    from adapters.embedded.space import disk_space
    from domain.health import disk_problem

    folder = load().data_dir
    place = next((parent for parent in (folder, *folder.parents) if parent.exists()), folder)
    if not os.access(place, os.W_OK):
        return Found("", (f"This user can't write to {place}: set HARVEST_DATA_DIR to a folder that it can write to",))
    space = disk_space(folder)
    if space is None:
        return Found("this system doesn't say how full its disks are")
    problem = disk_problem(str(folder), *space)
    return Found(f"{space[0] / 1e9:.0f} of {space[1] / 1e9:.0f} GB free at {folder}", (problem,) if problem else ())


def _plugins(session: Session) -> Found:
    from harvesters.loading import installed

    plugins = {plugin.type: plugin for plugin in installed()}
    problems = [
        f"The plugin {plugin.type} ({plugin.place}) can't be used: {plugin.problem}"
        for plugin in plugins.values()
        if plugin.problem
    ]
    if session.unusable is None:
        problems += _missing_plugins(session, plugins)
    return Found(
        f"{len(plugins)} harvester{' loads' if len(plugins) == 1 else 's load'}: {', '.join(plugins)}", tuple(problems)
    )


def _missing_plugins(session: Session, plugins: Iterable[str]) -> list[str]:
    from adapters.postgres.installation import source_types

    return [
        f"{counted(count, 'active source')} of type {kind} ({name}, for example), but no plugin of that type is installed: "
        "install it in this environment and on the workers, or deactivate what needs it"
        for kind, count, name in source_types(session.parts.database)
        if kind not in plugins
    ]


def _workers(session: Session) -> Found:
    from adapters.actions.status import supervised
    from adapters.postgres.work.site_state import site_state
    from domain.health import problems

    health = supervised(site_state(session.parts.database).health)
    alive = sum(process.alive for process in health.processes)
    return Found(f"{alive} processes run, a coordinator leads", tuple(problems(health)))


def _mail(session: Session) -> Found:
    settings = load()
    if not sends_mail(settings):
        return Found("no mail is sent (HARVEST_STATUS_MAIL_ERRORED, _ALL, _DIGEST)")
    from adapters.mail.smtp import connected
    from adapters.notice_parts import NoticeParts

    with connected(NoticeParts(settings, session.parts.database).server):
        return Found(f"{settings.smtp_server} takes mail from {settings.smtp_mail_from}")


def sends_mail(settings: Settings) -> bool:
    """Whether mail is sent at all."""
    return settings.status_mail_errored or settings.status_mail_all or settings.status_mail_digest


def _limits(_session: Session) -> Found:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < LEAST_FILES:
        how = f"`ulimit -n {LEAST_FILES}`, or LimitNOFILE={LEAST_FILES} in the unit of systemd"
        more = "" if hard >= LEAST_FILES else f"; the hard limit is {hard}: raise it in /etc/security/limits.conf"
        return Found("", (f"A process may have {soft} files open, a worker with many remotes needs more: {how}{more}",))
    return Found(f"{soft} open files for each process")


CHECKS: dict[str, Check] = {
    "settings": _settings,
    "database": _database,
    "rights": _of_database("check_rights"),
    "connections": _of_database("check_connections"),
    "clock": _of_database("check_clock"),
    "broker": _broker,
    "target": _target,
    "callers": _callers,
    "in CKAN": _source_datasets,
    "disk": _disk,
    "plugins": _plugins,
    "workers": _workers,
    "mail": _mail,
    "limits": _limits,
}
"""In the order in which they are reported."""
OF_DATABASE = {"rights", "connections", "clock", "callers", "in CKAN", "workers"}
"""Checks that need a usable database."""
