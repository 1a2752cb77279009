"""Undoing a job: a job of kind `undo` puts the datasets that another job touched back to what they were before it.

Pure rules. What the job added is deleted, what it updated is imported again from the document before, and what it deleted is
imported again. A dataset that a later job has changed stays as it is: what that job knows is newer.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from domain.deletions import CLEAR, REMOVAL
from domain.errors import Refused
from domain.jobs import Job

UNDO = "undo"
"""Kind of the job that undoes another one."""
WITHOUT_REMOTE = (CLEAR, REMOVAL, UNDO)
"""Kinds of jobs that a source may have though it isn't harvested any more."""
UNDOES = "undo_of"
"""Option of that job: the id of the job that it undoes."""
REASON = "reason"
"""Option of that job: why a person wants it, in their words; empty when they didn't say."""
LOST = "no earlier version is kept"
"""Why an object of that job was skipped: its dataset can't go back, since retention has removed what it was before."""
ADOPTED = "it may have been there before that job (on_taken_id is adopt)"
"""Why an object of that job was skipped: its source takes over datasets of others, which look like added ones in the log."""
FACTS = ("added", "updated", "deleted")
"""Outcomes of objects that changed a dataset, which can be undone."""
HELD_AGAIN = ("added", "updated")
"""Outcomes of objects that a dataset stands on."""


def undo_options(job_id: str, reason: str) -> dict[str, Any]:
    """The options of the job that undoes another one."""
    return {"force_import": True, "without_fetch": True, UNDOES: job_id, REASON: reason}


def check_undoable(job: Job) -> None:
    """Raises Refused for a job that can't be undone, and says what to do in its place."""
    if not job.ended:
        raise Refused(f"Job {job.id} is {job.status}: it can be undone once it has ended")
    if job.kind == "import":
        raise Refused(
            f"Job {job.id} imported documents again that had not changed: change the configuration of the source back, and "
            "import again"
        )
    if job.forgotten:
        raise Refused(f"Job {job.id} is no longer listed: the history of its source was cleared, and can't be gone back to")


def outcome_of(events: Sequence[tuple[str, Mapping[str, Any]]]) -> str | None:
    """What an object did to its dataset, from its events as (topic, state): one of FACTS; None: nothing."""
    for topic, state in events:
        if topic == "object.imported":
            return str(state["status"]) if state["status"] in FACTS else None
    return None


def may_have_adopted(config: str) -> bool:
    """Whether a job with that configuration takes over datasets that it finds at the target. Such ones are never deleted."""
    try:
        options = json.loads(config or "{}")
    except ValueError:
        return True
    return not isinstance(options, Mapping) or options.get("on_taken_id", "error") != "error"
