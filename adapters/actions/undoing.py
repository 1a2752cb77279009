"""Actions that undo what a job did, and say beforehand what that means."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from adapters.actions.jobs import current_job, its_source, job_of
from adapters.actions.parameters import ById
from adapters.actions.reading import source_row
from adapters.actions.session import Session
from adapters.actions.table import action
from adapters.postgres.read_model.queries import Row
from adapters.postgres.read_model.undoing import UndoReads
from domain.access import Right
from domain.errors import HarvestError, Refused
from domain.jobs import Job
from domain.sources import HarvestSource
from domain.text import counted
from domain.titles import title_of
from domain.undoing import FACTS, REASON, UNDO, UNDOES, check_undoable, may_have_adopted

PURPOSES = {"added": "delete", "updated": "restore", "deleted": "bring_back"}
"""What a job did to a dataset -> what undoing does with it."""


class UndoShow(ById):
    """`id`: a job, or a source for its last job. `examples`: how many datasets are named of each kind."""

    examples: Annotated[int, Field(ge=0, le=100)] = 5


class JobUndo(ById):
    """`id`: a job, or a source for its last job. `reason`: why, for the history.

    `count`: how many datasets the caller was told of; when there is another number by now, nothing is done.
    """

    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""
    count: Annotated[int, Field(ge=0)] | None = None


@action(Right.EDIT, UndoShow, reads=True, subject=its_source)
def harvest_job_undo_show(session: Session, parameters: UndoShow) -> Row:
    """What undoing a job would do: how many datasets it would `delete`, `restore` (to the version before) and `bring_back`.

    `left_out` were changed by a later job, of `lost` ones nothing earlier is kept, and `adopted` ones may have been there
    before the job, which takes over datasets of others (`on_taken_id`); `count` is of those that would be undone.
    `refused` says why the job can't be undone, and `next_run` when the next scheduled job may bring the same again.
    `undone_by` is the job that undoes it right now.
    """
    job_id = str(job_of(session, parameters.id))
    job = current_job(session, job_id)
    reads, lists = UndoReads(session.model), {}
    counts = {row["status"]: row for row in _counts(session, job_id)}
    adopted = counts["added"]["standing"] - counts["added"]["undone"] if "added" in counts else 0
    of = {status: counts.get(status, {"touched": 0, "standing": 0, "undone": 0}) for status in FACTS}
    for status in FACTS:
        rows = reads.examples(job_id, status, parameters.examples) if of[status]["undone"] and parameters.examples else []
        lists[PURPOSES[status]] = _with_titles(session, rows)
    source = source_row(session, job["source_id"])
    return {
        "job": job,
        **{PURPOSES[status]: of[status]["undone"] for status in FACTS},
        "count": sum(row["undone"] for row in of.values()),
        "left_out": sum(row["touched"] - row["standing"] for row in of.values()),
        "lost": sum(row["standing"] - row["undone"] for row in of.values()) - adopted,
        "adopted": adopted,
        "examples": lists,
        "refused": _refusal(session, UUID(job_id)),
        "undone_by": _undone_by(session, UUID(job_id)),
        "next_run": source["next_run"],
        "paused": bool(source["paused"]),
    }


def _counts(session: Session, job_id: str) -> list[Row]:
    """As `UndoReads.counts`; of a job that may have adopted datasets, those that it added are not undone."""
    rows = UndoReads(session.model).counts(job_id)
    application = session.parts.application
    job = application.load(Job, UUID(job_id))
    source = application.load(HarvestSource, UUID(job.source_id), job.source_version or None)
    if not may_have_adopted(source.fields.config):
        return list(rows)
    return [{**row, "undone": 0} if row["status"] == "added" else row for row in rows]


def _with_titles(session: Session, rows: list[Row]) -> list[Row]:
    untitled = [row["object_id"] for row in rows if not row["title"]]
    documents = session.model.documents(untitled) if untitled else {}
    return [{**row, "title": row["title"] or title_of(documents.get(row["object_id"], ""))} for row in rows]


def _refusal(session: Session, job_id: UUID) -> str | None:
    try:
        check_undoable(session.parts.application.load(Job, job_id))
    except HarvestError as refused:
        return str(refused)
    return None


def _undone_by(session: Session, job_id: UUID) -> str | None:
    undo = session.parts.application.running_undo(job_id)
    return str(undo) if undo else None


@action(Right.EDIT, JobUndo, subject=its_source)
def harvest_job_undo(session: Session, parameters: JobUndo) -> Row:
    """Undo what a job (or the last one of a source) did, in a new job of kind `undo`; that one's row.

    What the job added is deleted, what it updated goes back to the version before, and what it deleted comes back, all from
    what is stored. Datasets that a later job has changed stay. Raises Refused when nothing can be undone.
    """
    job_id = str(job_of(session, parameters.id))
    if session.parts.application.running_undo(UUID(job_id)) is None:
        _check_count(session, job_id, parameters.count)
    undo = session.parts.application.undo_job(
        UUID(job_id), by=session.caller.name, reason=parameters.reason, trigger=session.trigger
    )
    return current_job(session, str(undo))


def _check_count(session: Session, job_id: str, told: int | None) -> None:
    """Raises Refused when there is nothing to undo, or something else than the caller was told."""
    check_undoable(session.parts.application.load(Job, UUID(job_id)))
    session.show_current()
    rows = _counts(session, job_id)
    count, touched = sum(row["undone"] for row in rows), sum(row["touched"] for row in rows)
    if told is not None and told != count:
        raise Refused(
            f"By now {counted(count, 'dataset')} would be undone, not {told:,}: look at what would happen, and decide again"
        )
    if not count and touched:
        raise Refused(f"Job {job_id} can't be undone any more: later jobs changed its datasets, or what they were is not kept")
    if not count:
        raise Refused(f"Job {job_id} added, changed and deleted no dataset: there is nothing to undo")


def undoes(session: Session, job: Row) -> Row:
    """Which job a job of kind `undo` undoes, and why."""
    if job["kind"] != UNDO:
        return {}
    options = session.parts.application.load(Job, UUID(job["id"])).options
    return {UNDOES: options[UNDOES], REASON: options[REASON]}
