"""The table of all actions: what a person or a program may ask, by the names of ckanext-harvest's Action API.

A new capability starts here: a function with `@action` in a module of this package, and its line in ACTIONS. The command, the
route and the button are then a few lines each. A name that ckanext-harvest has means what it means there; new names follow
its pattern.
"""

import importlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from adapters.actions.parameters import NoParameters, Parameters, parse
from adapters.actions.session import Session
from domain.access import Owned, Right, may
from domain.errors import NotAuthorized, NotFound
from domain.nearest import did_you_mean

ACTIONS = {
    "harvest_source_create": "sources",
    "harvest_source_job_history_clear": "history",
    "harvest_source_list": "sources",
    "harvest_source_patch": "sources",
    "harvest_source_pause": "schedules",
    "harvest_source_preview": "previewing",
    "harvest_source_reactivate": "sources",
    "harvest_source_reindex": "reindexing",
    "harvest_source_resume": "schedules",
    "harvest_site_pause": "schedules",
    "harvest_site_resume": "schedules",
    "harvest_source_show": "sources",
    "harvest_source_update": "sources",
    "harvest_sources_reindex": "reindexing",
    "harvest_sources_job_history_clear": "history",
    "harvesters_info_show": "sources",
    "harvest_job_abort": "jobs",
    "harvest_job_approve_deletions": "deletions",
    "harvest_job_reject_deletions": "deletions",
    "harvest_source_clear": "deletions",
    "harvest_abort_failed_jobs": "many_jobs",
    "harvest_source_delete": "deletions",
    "harvest_deletion_list": "deletions",
    "harvest_held_job_list": "deletions",
    "harvest_held_job_show": "deletions",
    "harvest_job_create": "jobs",
    "harvest_job_create_all": "many_jobs",
    "harvest_job_error_summary": "jobs",
    "harvest_job_list": "jobs",
    "harvest_job_report": "jobs",
    "harvest_job_show": "jobs",
    "harvest_job_cause_show": "reimport",
    "harvest_job_retry": "reimport",
    "harvest_job_undo": "undoing",
    "harvest_job_undo_show": "undoing",
    "harvest_job_wait": "running",
    "harvest_bulk_create": "bulk",
    "harvest_bulk_run": "bulk",
    "harvest_bulk_show": "bulk",
    "harvest_cause_series": "pictures",
    "harvest_night_show": "pictures",
    "harvest_log_clean": "logs",
    "harvest_log_list": "logs",
    "harvest_jobs_run": "running",
    "harvest_object_content_show": "content",
    "harvest_objects_import": "reimport",
    "harvest_queues_purge": "many_jobs",
    "harvest_queues_show": "many_jobs",
    "harvest_source_test": "running",
    "harvest_database_init": "database",
    "harvest_projection_list": "database",
    "harvest_projection_rebuild": "database",
    "harvest_projection_request": "database",
    "harvest_breaker_reset": "breakers",
    "harvest_dead_letter_list": "breakers",
    "harvest_topic_list": "kafka",
    "harvest_config_show": "configuration",
    "harvest_secrets_rotate": "secrets",
    "harvest_secrets_show": "secrets",
    "harvest_disk_show": "disk",
    "harvest_installation_check": "doctor",
    "harvest_get_notifications_recipients": "notices",
    "harvest_mail_test": "notices",
    "harvest_notice_drop": "notices",
    "harvest_notice_list": "notices",
    "harvest_notice_retry": "notices",
    "harvest_subscribe": "notices",
    "harvest_subscription_list": "notices",
    "harvest_unsubscribe": "notices",
    "harvest_metrics_show": "metrics",
    "harvest_readiness_show": "readiness",
    "harvest_coordinator_show": "status",
    "harvest_status_show": "status",
    "harvest_caller_show": "persons",
    "harvest_organization_create": "organizations",
    "harvest_organization_delete": "organizations",
    "harvest_organization_list": "organizations",
    "harvest_organization_member_create": "organizations",
    "harvest_organization_member_delete": "organizations",
    "harvest_organization_patch": "organizations",
    "harvest_organization_show": "organizations",
    "harvest_person_create": "persons",
    "harvest_person_delete": "persons",
    "harvest_person_list": "persons",
    "harvest_person_patch": "persons",
    "harvest_person_show": "persons",
    "harvest_token_create": "tokens",
    "harvest_token_list": "tokens",
    "harvest_token_revoke": "tokens",
    "harvest_event_list": "series",
    "harvest_object_create": "objects",
    "harvest_object_list": "objects",
    "harvest_object_show": "objects",
    "harvest_send_job_to_gather_queue": "jobs",
    "harvest_source_index_clear": "reindexing",
    "harvest_source_show_status": "sources",
    "harvest_statistics_series": "series",
    "harvest_timeline_list": "timeline",
    "harvest_dataset_list": "timeline",
    "harvest_dataset_history_list": "dataset_history",
    "harvest_dataset_version_show": "dataset_history",
    "harvest_dataset_version_diff": "dataset_history",
    "harvest_run_list": "timeline",
    "harvest_job_progress_show": "timeline",
    "harvest_person_password_set": "passwords",
    "harvest_session_end": "browser_sessions",
    "harvest_session_list": "browser_sessions",
    "help_show": "help",
    "package_list": "catalogue",
    "package_search": "catalogue",
    "package_show": "catalogue",
}
"""The module of each action, imported when it is called."""

REFUSAL_STEP = 0.025  # seconds

Kept = Callable[[Any], bool]
"""Whether the answer to these parameters may be kept: it depends on the read model, schedules and rights, and nothing else."""

Subject = Callable[[Session, Any], Owned | None]
"""Finds the source that a call is about, for `may`. Raises NotFound."""


@dataclass(frozen=True)
class Action:
    """One row of the table. `listed`: the key of its answer under which CKAN's API shows the list itself."""

    name: str
    run: Callable[[Session, Any], Any]
    parameters: type[Parameters]
    right: Right
    reads: bool  # it changes nothing
    subject: Subject | None
    listed: str
    local: bool  # only on the machine itself: it takes as long as a job, or is for whoever has a shell there
    kept: Kept | None = None  # of one that reads

    @property
    def summary(self) -> str:
        """What the action does, in one line."""
        return (self.run.__doc__ or "").strip().splitlines()[0]


def always(_parameters: Any) -> bool:
    """An action's answer may be kept whatever its parameters are."""
    return True


def action(
    right: Right,
    parameters: type[Parameters] = NoParameters,
    *,
    reads: bool = False,
    subject: Subject | None = None,
    listed: str = "",
    local: bool = False,
    kept: Kept | None = None,
) -> Callable[[Callable[[Session, Any], Any]], Action]:
    """Turn a function of (session, parameters) into an action of the same name.

    `right` READ, CREATE, EDIT and ADMIN need a `subject`.
    """

    def decorate(function: Callable[[Session, Any], Any]) -> Action:
        return Action(function.__name__, function, parameters, right, reads, subject, listed, local, kept)

    return decorate


def find(name: str) -> Action:
    """An action by name. Raises NotFound that names the nearest one."""
    module = ACTIONS.get(name)
    if module is None:
        raise NotFound(f"Action name not known: {name}{did_you_mean(name, ACTIONS)}")
    action: Action = getattr(importlib.import_module(f"adapters.actions.{module}"), name)
    return action


@cache
def api_actions() -> Mapping[str, Action]:
    """The actions that may be called from other machines, by name."""
    return {name: action for name, action in ((name, find(name)) for name in ACTIONS) if not action.local}


def call(session: Session, name: str, values: Mapping[str, Any]) -> Any:
    """Check the values and the caller's right, and call an action; plain data comes back.

    Raises NotFound, ValidationError, NotAuthorized and what the action raises.
    """
    return call_action(session, find(name), values)


def call_action(session: Session, action: Action, values: Mapping[str, Any]) -> Any:
    """As `call`, with an action."""
    return action.run(session, allowed(session, action, values))


def allowed(session: Session, action: Action, values: Mapping[str, Any]) -> Any:
    """The parameters of a call that the caller may make. Raises ValidationError, NotAuthorized."""
    parameters = parse(action.parameters, values)
    authorise(session, action, parameters)
    return parameters


def authorise(session: Session, action: Action, parameters: Any) -> None:
    """Raises NotAuthorized unless the caller may do this. An unknown source is refused like one that isn't theirs."""
    if may(session.caller, action):
        return
    started = time.monotonic()
    try:
        source = action.subject(session, parameters) if action.subject else None
    except NotFound:
        source = None
    if may(session.caller, action, source):
        return
    if action.subject:
        even_out(started)
    raise NotAuthorized(f"User {session.caller.name or '(anonymous)'} is not authorized to call {action.name}")


def even_out(started: float) -> None:
    """Wait for the next multiple of REFUSAL_STEP, so that the time a refusal takes doesn't reveal what exists.

    Loading a hidden source takes some milliseconds more than finding none (decision 0080).
    """
    time.sleep(REFUSAL_STEP - (time.monotonic() - started) % REFUSAL_STEP)
