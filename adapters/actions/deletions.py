"""Actions that delete datasets, list what was deleted, or decide about deletions that a job held."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator

from adapters.actions.jobs import current_job, its_source, job_of, source_meant
from adapters.actions.parameters import ById, Limit, Parameters, Reference
from adapters.actions.session import Session
from adapters.actions.sources import harvest_source_show, the_source
from adapters.actions.table import action
from adapters.postgres.read_model.deletions import Deletions
from adapters.postgres.read_model.queries import Row
from domain.access import Right
from domain.deletions import CLEAR, HELD, RELEASE, RETURNED, what_became
from domain.errors import NotFound
from domain.nearest import unknown
from domain.objects import REMOVED_AS
from domain.titles import title_of

WORDS = (*REMOVED_AS, RETURNED, HELD)


def _word(value: str) -> str:
    if value and value not in WORDS:
        raise ValueError(unknown("what", value, WORDS))
    return value


class DeletionList(Parameters):
    """`id`: a job, or a source for all its jobs. `after`: the object id of the last row of the page before.

    `what`: only datasets that were `deleted`, `purged`, `kept`, `hidden`, were `gone` already, or are `held` back; or those of
    a source that `returned` after they were hidden.
    """

    id: Reference
    what: Annotated[str, AfterValidator(_word)] = ""
    limit: Limit = 100
    after: str = ""


class SourceDelete(Parameters):
    """What happens to its datasets: `keep`, `release` (a source created later with the same address gets them), or `delete`."""

    id: Reference
    datasets: str = RELEASE


class HeldJobList(Parameters):
    """`after`: the id of the last job of the page before."""

    limit: Limit = 100
    after: str = ""


@action(Right.EDIT, DeletionList, reads=True, subject=its_source, listed="deletions")
def harvest_deletion_list(session: Session, parameters: DeletionList) -> dict[str, Any]:
    """Datasets that a job, or all jobs of a source, deleted, kept, hid or held back, with their titles."""
    lists = Deletions(session.model)
    job_id = _job(session, parameters.id)
    key = job_id or str(source_meant(session, parameters.id).id)
    session.show_current()
    page = (lists.of_job if job_id else lists.of_source)(key, parameters.what, parameters.limit, parameters.after)
    return {"deletions": _shown(session, page), "next": page.next}


def _job(session: Session, reference: str) -> str:
    """The id of a job; empty when there is no such job, so that it must be a source."""
    from domain.jobs import Job

    try:
        return str(session.parts.application.load(Job, UUID(reference)).id)
    except (ValueError, NotFound):
        return ""


def _shown(session: Session, rows: list[Row]) -> list[Row]:
    """Rows with what happened to each dataset, and titles from the documents that are still stored."""
    nameless = [row["held_object_id"] for row in rows if not row["title"] and row["held_object_id"]]
    documents = session.model.documents(nameless) if nameless else {}
    titles = {object_id: title_of(document) for object_id, document in documents.items()}
    return [
        {
            "object_id": row["object_id"],
            "job_id": row["job_id"],
            "guid": row["guid"],
            "package_id": row["package_id"],
            "title": row["title"] or titles.get(row["held_object_id"]),
            "what": what_became(row["removed"], row["state"], row["report_status"], row["job_status"]),
            "until": row["until"],
            "at": row["at"],
        }
        for row in rows
    ]


@action(Right.SYSADMIN, HeldJobList, reads=True, listed="jobs")
def harvest_held_job_list(session: Session, parameters: HeldJobList) -> dict[str, Any]:
    """Jobs whose deletions wait for somebody to approve or reject them."""
    session.show_current()
    after = current_job(session, str(job_of(session, parameters.after))) if parameters.after else None
    page = Deletions(session.model).held_jobs(parameters.limit, after)
    return {"jobs": list(page), "next": page.next}


@action(Right.EDIT, ById, reads=True, subject=its_source)
def harvest_held_job_show(session: Session, parameters: ById) -> Row:
    """A job whose deletions wait to be approved or rejected: the given one, or the newest such job of a source."""
    return current_job(session, str(_held_job(session, parameters.id)))


def _held_job(session: Session, reference: str) -> UUID:
    """The given job, or a source's newest job whose deletions wait; if none wait, its last job. Raises NotFound."""
    from domain.jobs import Job

    if job_id := _job(session, reference):
        return UUID(job_id)
    held = [UUID(job) for job in reversed(source_meant(session, reference).held_jobs)]
    jobs = session.parts.application.load_many(Job, held)
    return next((job for job in held if not jobs[job].decision), None) or job_of(session, reference)


@action(Right.EDIT, ById, subject=its_source)
def harvest_job_approve_deletions(session: Session, parameters: ById) -> Row:
    """Carry out the deletions that a job (or the newest such job of a source) held back, in a new job."""
    application = session.parts.application
    held = _held_job(session, parameters.id)
    removal = application.approve_deletions(held, by=session.caller.name, trigger=session.trigger)
    return current_job(session, str(removal))


@action(Right.EDIT, ById, subject=its_source)
def harvest_job_reject_deletions(session: Session, parameters: ById) -> Row:
    """Drop the deletions that a job (or the newest such job of a source) held back; the next full job asks again."""
    job_id = _held_job(session, parameters.id)
    session.parts.application.reject_deletions(job_id, by=session.caller.name)
    return current_job(session, str(job_id))


@action(Right.EDIT, ById, subject=the_source)
def harvest_source_clear(session: Session, parameters: ById) -> Row:
    """Create a job that deletes all datasets of a source, in the target too; the source and its history stay."""
    source = session.source(parameters.id)
    job_id = session.parts.application.create_job(source.id, kind=CLEAR, by=session.caller.name, trigger=session.trigger)
    return current_job(session, str(job_id))


@action(Right.EDIT, SourceDelete, subject=the_source)
def harvest_source_delete(session: Session, parameters: SourceDelete) -> dict[str, Any]:
    """Remove a source. With `datasets` set to `delete`, a job deletes its datasets first, and then the source goes."""
    source = session.source(parameters.id)
    job_id = session.parts.application.remove_source(
        source.id, parameters.datasets, by=session.caller.name, trigger=session.trigger
    )
    job = current_job(session, str(job_id)) if job_id else None
    return {"source": harvest_source_show.run(session, ById(id=str(source.id))), "job": job}
