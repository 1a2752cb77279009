"""Actions for people who follow a source or a job: what happened to a source, what it holds, how far a job is."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from adapters.actions.jobs import current_job, its_source, job_of
from adapters.actions.parameters import ById, Limit, Parameters, Reference
from adapters.actions.reading import seen_source
from adapters.actions.series import plain_event
from adapters.actions.session import Session
from adapters.actions.sources import the_source
from adapters.actions.table import action
from adapters.actions.timeline_jobs import decisions, jobs_told, options_changed
from adapters.actions.undoing import undoes
from adapters.postgres.read_model.queries import Row
from adapters.postgres.read_model.runs import last_runs
from adapters.postgres.work.movement import expected
from adapters.postgres.work.site_state import database_time
from domain.access import Owned, Right, sight
from domain.secrets import mask_config, mask_url
from domain.titles import title_of

MOST_RUNS = 100
MASKED = {"config": mask_config, "url": mask_url}
"""Fields of a source that may hold secrets."""


class Timeline(Parameters):
    """The source. `before`: the `version` of the last event of the page before."""

    id: Reference
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    before: Annotated[int, Field(ge=0, le=2_000_000_000)] = 0


class DatasetList(Parameters):
    """The source. `after`: the guid of the last dataset of the page before."""

    source_id: Reference
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    after: str = ""


class RunList(Parameters):
    """`source_ids`: at most 100 sources, by id. `limit`: how many jobs of each."""

    source_ids: Annotated[list[str], Field(max_length=MOST_RUNS)]
    limit: Limit = 30


def _listed_source(session: Session, parameters: DatasetList) -> Owned | None:
    return seen_source(session, parameters.source_id)


@action(Right.EDIT, Timeline, reads=True, subject=the_source, listed="events")
def harvest_timeline_list(session: Session, parameters: Timeline) -> dict[str, Any]:
    """What happened to a source, newest first: what, when, by whom; pass `next` as `before` for the next page.

    An event of a job has the `job` with who asked for it and why. Decisions about held deletions stand among them,
    without a `version`. `config` tells which options a change of the configuration touched.
    """
    application = session.parts.application
    source = session.source(parameters.id)
    newest = min(source.version, parameters.before - 1) if parameters.before else source.version
    oldest = max(0, newest - parameters.limit)
    stored = list(application.event_log.select_events(source.id, gt=oldest, lte=newest))
    states = {event.originator_version: plain_event(application.mapper.to_domain_event(event)) for event in stored}
    jobs = jobs_told(application, [state["job_id"] for state in states.values() if state.get("job_id")])
    events: list[dict[str, Any]] = [
        {
            "version": event.originator_version,
            "topic": event.topic,
            "recorded": application.event_log.recorded_at(source.id, event.originator_version),
            "state": (state := _masked(states[event.originator_version])),
            "job": jobs.get(str(state.get("job_id"))),
            "config": options_changed(state),
        }
        for event in reversed(stored)
    ]
    after = application.event_log.recorded_at(source.id, newest + 1) if newest < source.version else None
    since = events[-1]["recorded"] if oldest and events else None
    decided = decisions(session, str(source.id), since, after)
    events = sorted([*events, *decided], key=lambda event: event["recorded"], reverse=True) if decided else events
    return {"events": events, "next": oldest + 1 if oldest > 0 else None}


def _masked(state: Row) -> Row:
    """An event of a source without secrets."""
    changes = {
        name: [mask(value) if value else value for value in pair] if (mask := MASKED.get(name)) else pair
        for name, pair in (state.get("changes") or {}).items()
    }
    own = {name: mask(state[name]) for name, mask in MASKED.items() if state.get(name)}
    return {**state, **own, **({"changes": changes} if changes else {})}


@action(Right.READ, DatasetList, reads=True, subject=_listed_source, listed="datasets")
def harvest_dataset_list(session: Session, parameters: DatasetList) -> dict[str, Any]:
    """Datasets that a source holds now, by guid, each with its object and the remote's title."""
    session.show_current()
    page = session.model.datasets(seen_source(session, parameters.source_id).id, parameters.limit, after=parameters.after)
    documents = session.model.documents([row["object_id"] for row in page])
    rows = [{**row, "title": title_of(documents.get(row["object_id"], ""))} for row in page]
    return {"datasets": rows, "next": page.next}


@action(Right.ANYONE, RunList, reads=True)
def harvest_run_list(session: Session, parameters: RunList) -> dict[str, list[Row]]:
    """The last jobs of several sources, by source id, oldest first, each with its outcome and counts."""
    session.show_current()
    return last_runs(session.model, parameters.source_ids, parameters.limit, sight(session.caller))


@action(Right.EDIT, ById, reads=True, subject=its_source)
def harvest_job_progress_show(session: Session, parameters: ById) -> Row:
    """How far a job is: its counts, how many records the remote announced (`expected`), and the database's time (`now`).

    One of kind `undo` also has `undo_of`, the job that it undoes, and `reason`.
    """
    job = current_job(session, str(job_of(session, parameters.id)))
    now: datetime = database_time(session.parts.database)
    ended = job["status"] in ("Finished", "Aborted")
    told = None if ended else expected(session.parts.database, UUID(job["id"]))
    return {**job, "expected": told, "now": now, **undoes(session, job)}
