"""What a source's timeline tells beyond the source's own events: who asked for jobs, and who decided about held deletions."""

import json
from collections.abc import Collection
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

from adapters.actions.series import plain_event
from adapters.actions.session import Session
from adapters.postgres.read_model.queries import Row
from domain.differences import as_text, differences
from domain.jobs import Job
from domain.undoing import REASON, UNDOES

if TYPE_CHECKING:
    from domain.application import Harvesting

DECIDED: LiteralString = """
    SELECT id FROM harvest.harvest_job WHERE source_id = %(source)s AND decision IS NOT NULL
    ORDER BY source_id DESC, created DESC, id DESC LIMIT 20
"""
DECISIONS = ("job.deletions_approved", "job.deletions_rejected")
MOST_OPTIONS = 50  # of a configuration that one change touched
LONGEST = 300  # characters of an option's value


def jobs_told(application: "Harvesting", ids: Collection[str]) -> dict[str, Row]:
    """Of each job: its kind, who asked for it (`by`), and of one that undoes another which, and why."""
    jobs = application.load_many(Job, {UUID(job_id) for job_id in ids}) if ids else {}
    return {
        str(job.id): {
            "kind": job.kind,
            "by": job.by or None,
            "reason": job.options.get(REASON) or None,
            "undo_of": job.options.get(UNDOES),
        }
        for job in jobs.values()
    }


def decisions(session: Session, source_id: str, since: datetime | None, before: datetime | None) -> list[Row]:
    """Who approved or rejected held deletions of a source, from one time to another; None: without an end."""
    session.show_current()
    ids = [UUID(row["id"]) for row in session.model.rows(DECIDED, source=source_id)]
    application = session.parts.application
    decided = []
    for event in application.event_log.select_streams(ids) if ids else ():
        if event.topic not in DECISIONS:
            continue
        recorded = application.event_log.recorded_at(event.originator_id, event.originator_version)  # type: ignore[arg-type]
        if recorded and (since is None or recorded >= since) and (before is None or recorded < before):
            state = {**plain_event(application.mapper.to_domain_event(event)), "job_id": str(event.originator_id)}
            row = {"version": None, "topic": event.topic, "recorded": recorded, "state": state, "job": None, "config": None}
            decided.append(row)
    return decided


def options_changed(state: Row) -> list[dict[str, Any]] | None:
    """Which options a change of a source's configuration touched; None: it changed nothing of it, or it isn't JSON."""
    pair = (state.get("changes") or {}).get("config")
    if not pair:
        return None
    try:
        before, after = (json.loads(text) if text else {} for text in pair)
    except (TypeError, ValueError, RecursionError):
        return None
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return None
    return [
        {"option": list(change.label), "what": change.what, "before": _cut(change.before), "after": _cut(change.after)}
        for change in islice(differences(before, after), MOST_OPTIONS)
    ]


def _cut(value: Any) -> str | None:
    text = None if value is None else as_text(value)
    return text if text is None or len(text) <= LONGEST else f"{text[:LONGEST]}…"
