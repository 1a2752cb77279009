"""Actions on jobs: create, list, show, report, abort."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator

from adapters.actions.parameters import ById, Limit, Offset, Parameters, Reference
from adapters.actions.reading import job_row, seen_source
from adapters.actions.session import Session
from adapters.actions.table import action, always
from adapters.postgres.read_model.cause_queries import CauseReads, Compared, JobCause
from adapters.postgres.read_model.queries import Row
from domain.access import Owned, Right
from domain.errors import JobEnded, NotFound, SourceInactive, ValidationError
from domain.nearest import unknown
from domain.secrets import mask_text
from domain.titles import title_of
from projections.causes import RULE, Example

if TYPE_CHECKING:
    from domain.sources import HarvestSource

MAX_CAUSES = 200  # causes of a job that are listed; a job with more says so
TITLED = 10  # causes whose examples are shown with their titles
STATUSES = ("New", "Running", "Finished", "Aborted")


def _status(value: str) -> str:
    """A status as it is stored, whatever the case it was written in."""
    by_lower = {status.lower(): status for status in STATUSES}
    if value and value.lower() not in by_lower:
        raise ValueError(unknown("status", value, STATUSES))
    return by_lower.get(value.lower(), "")


class JobCreate(Parameters):
    """The source to harvest. `full`: ask for all records, not only for those changed since the last job.

    `run` has no effect (ckanext-harvest has it): a job starts at once.
    """

    source_id: Reference
    full: bool = False
    run: bool = True


class JobShow(ById):
    """`id`: a job, or a source for its last job. `attr` is ckanext-harvest's way to say which of the two it is."""

    attr: Literal["id", "source_id"] = "id"


class JobList(Parameters):
    """`status`: New, Running, Finished or Aborted. `after`: the id of the last job of the page before."""

    source_id: str = ""
    status: Annotated[str, AfterValidator(_status)] = ""
    limit: Limit = 100
    offset: Offset = 0
    after: str = ""


class JobAbort(Parameters):
    """`id`: a job, or a source for its last job; `source_id`: a source for its last job."""

    id: str = ""
    source_id: str = ""


class JobReport(Parameters):
    """`id`: a job, or a source for its last job. `after`: the id of the last error of the page before.

    `cause`: only errors of this cause, by its id; the page after is then given by `after` alone. `kind`: `warnings` leaves out
    errors.
    """

    id: Reference
    limit: Limit = 100
    offset: Offset = 0
    after: str = ""
    cause: str = ""
    kind: Literal["", "warnings"] = ""


def its_source(session: Session, parameters: Any) -> Owned | None:
    """The source that `source_id` names, or the source of the job that `id` names."""
    if not session.shows_current:
        return _seen(session, parameters)
    if reference := getattr(parameters, "source_id", ""):
        return session.source(reference).fields
    if reference := getattr(parameters, "id", ""):
        return _source_of(session, job_of(session, reference)).fields
    return None


def _seen(session: Session, parameters: Any) -> Owned | None:
    """The same, for a call that only reads."""
    if reference := getattr(parameters, "source_id", ""):
        return seen_source(session, reference)
    if reference := getattr(parameters, "id", ""):
        return seen_source(session, job_row(session, reference)["source_id"])
    return None


def _source_of(session: Session, job_id: UUID) -> "HarvestSource":
    from domain.jobs import Job

    return session.source(session.parts.application.load(Job, job_id).source_id)


def job_of(session: Session, job_or_source: str) -> UUID:
    """The id of the given job, or of the last job of a source (id or name). Raises NotFound."""
    if not session.shows_current:
        return UUID(job_row(session, job_or_source)["id"])
    from domain.jobs import Job

    application = session.parts.application
    try:
        job = application.load(Job, UUID(job_or_source))
    except (ValueError, NotFound):
        source = source_meant(session, job_or_source)
        if source.last_job is None:
            raise NotFound(f"Source {source.fields.name} has no jobs yet") from None
        job = application.load(Job, UUID(source.last_job))
    if job.forgotten:
        raise NotFound(f"Job {job.id} is no longer listed: the history of its source was cleared")
    return job.id


def source_meant(session: Session, job_or_source: str) -> "HarvestSource":
    """The source whose last job is meant. Raises NotFound, which for a UUID says that it may have been meant as a job's."""
    try:
        return session.source(job_or_source)
    except NotFound as error:
        if not _is_id(job_or_source):
            raise
        message = f"No job and no source has the id {job_or_source}. `harvester jobs` and `harvester sources` list them"
        raise NotFound(message) from error


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@action(Right.EDIT, JobCreate, subject=its_source)
def harvest_job_create(session: Session, parameters: JobCreate) -> Row:
    """Create a job for a source; a running coordinator starts it at once. Raises JobExists, SourceInactive."""
    source = session.source(parameters.source_id)
    options = {"force_all": True} if parameters.full else {}
    job_id = session.parts.application.create_job(source.id, by=session.caller.name, trigger=session.trigger, options=options)
    return current_job(session, str(job_id))


@action(Right.EDIT, JobList, reads=True, subject=its_source, listed="jobs", kept=always)
def harvest_job_list(session: Session, parameters: JobList) -> dict[str, Any]:
    """Jobs of one source or of all, newest first, and how many there are in all; pass `next` as `after` for the next page."""
    source_id = _listed_source(session, parameters.source_id) if parameters.source_id else ""
    session.show_current()
    page: Any = {"limit": parameters.limit, "offset": parameters.offset, "after": parameters.after}
    rows = session.model.jobs(source_id=source_id, status=parameters.status, **page)
    count = session.model.count_jobs(source_id=source_id, status=parameters.status) if session.shows_current else None
    return {"count": count, "jobs": [shown(row) for row in rows], "next": rows.next}


def _listed_source(session: Session, reference: str) -> str:
    return str(session.source(reference).id) if session.shows_current else seen_source(session, reference).id


@action(Right.EDIT, JobShow, reads=True, subject=its_source, kept=always)
def harvest_job_show(session: Session, parameters: JobShow) -> Row:
    """A job, or the last one of a source, with its counts."""
    return current_job(session, str(job_of(session, parameters.id)))


@action(Right.EDIT, ById, subject=its_source)
def harvest_send_job_to_gather_queue(session: Session, parameters: ById) -> Row:
    """Start a job; a running coordinator has already done so. Raises SourceInactive, JobEnded."""
    job = current_job(session, str(job_of(session, parameters.id)))
    if not session.source(job["source_id"]).active:
        raise SourceInactive("Source is not active")
    if job["status"] in ("Finished", "Aborted"):
        raise JobEnded(f"Job {job['id']} has ended ({job['outcome']}): make another one")
    return job


@action(Right.EDIT, JobReport, reads=True, subject=its_source, kept=always)
def harvest_job_report(session: Session, parameters: JobReport) -> dict[str, Any]:
    """A job, or the last one of a source, with its errors one by one; pass `next` as `after` for the next page."""
    job_id = str(job_of(session, parameters.id))
    row = current_job(session, job_id)
    if parameters.cause:
        report = CauseReads(session.model).errors_of(job_id, parameters.cause, parameters.limit, parameters.after)
    else:
        report = session.model.report(job_id, parameters.limit, parameters.offset, parameters.after, parameters.kind)
    following = report.pop("next")
    errors = {name: [masked(error) for error in errors] for name, errors in report.items()}
    return {"job": row, **errors, "next": following}


@action(Right.EDIT, ById, reads=True, subject=its_source)
def harvest_job_error_summary(session: Session, parameters: ById) -> dict[str, Any]:
    """Why records of a job (or of the last one of a source) failed: errors by cause, with count and examples.

    Each cause is marked as new or recurring compared with the job before (`compared_with`; null if there was none); `gone`
    lists causes that the job before had and this one doesn't. A cause has the same id (`cause`) in every job as long as `rule`
    stays the same. Causes that affect most records are listed; `summary_complete` says whether these are all.
    """
    job_id = str(job_of(session, parameters.id))
    session.show_current()
    before = session.model.job_before(job_id)
    reads = CauseReads(session.model)
    gather = reads.compared(job_id, before, MAX_CAUSES, of_gather=True)
    objects = reads.compared(job_id, before, MAX_CAUSES, of_gather=False)
    return {
        "gather_error_summary": _causes(session, reads, gather),
        "object_error_summary": _causes(session, reads, objects),
        "summary_complete": gather.complete and objects.complete,
        "gone": [_cause(cause) for cause in (*gather.gone, *objects.gone)],
        "compared_with": before,
        "rule": RULE,
    }


def _causes(session: Session, reads: CauseReads, compared: Compared) -> list[Row]:
    titled = [example["object_id"] for _, cause in compared.now[:TITLED] for example in cause.examples]
    ids = [object_id for object_id in titled if object_id]
    titles = {object_id: title_of(document) for object_id, document in session.model.documents(ids).items()} if ids else {}
    shown = {example["object_id"] or "" for _, cause in compared.now for example in cause.examples}
    addresses = reads.addresses(shown - {""})
    return [
        {
            **_cause(cause),
            "mark": compared.marks.get(cause.id),
            "examples": [_example(example, titles, addresses) for example in cause.cause.examples],
        }
        for cause in compared.now
    ]


def _example(example: Example, titles: Mapping[str, str | None], addresses: Mapping[str, str]) -> Row:
    object_id = example["object_id"] or ""
    address = addresses.get(object_id)
    return {
        "guid": example["guid"],
        "object_id": example["object_id"],
        "original_url": mask_text(address) if address else None,
        "title": titles.get(object_id),
    }


def _cause(cause: JobCause) -> Row:
    errors = cause.cause
    return {
        "cause": cause.id,
        "message": errors.message,
        "error_count": errors.errors,
        "record_count": errors.records or None,  # an error of gather may be of none
        "first": errors.first,
        "last": errors.last,
    }


@action(Right.SYSADMIN, JobAbort)
def harvest_job_abort(session: Session, parameters: JobAbort) -> Row:
    """Stop a job; what it has imported stays. A second call changes nothing. Raises JobEnded when the job has finished."""
    if not (parameters.id or parameters.source_id):
        raise ValidationError({"id": "Missing value"})
    job_id = job_of(session, parameters.id or parameters.source_id)
    session.parts.application.abort_job(job_id, by=session.caller.name)
    job = current_job(session, str(job_id))
    if job["status"] == "Finished":
        raise JobEnded(f"Job {job_id} has finished ({job['outcome']}): there is nothing to stop")
    return job


def current_job(session: Session, job_id: str) -> Row:
    """A job's row, up to date with the log. Raises NotFound."""
    if not session.shows_current:
        return shown(job_row(session, job_id))
    return shown(session.shown(lambda: session.model.job(job_id), "Job", job_id))


def shown(row: Row) -> Row:
    """A job as it is shown; `stats` holds its counts in ckanext-harvest's form."""
    names = {"added": "added", "updated": "updated", "not_modified": "not modified", "errored": "errored", "deleted": "deleted"}
    return {**row, "stats": {word: row[name] for name, word in names.items()}}


def masked(error: Mapping[str, Any]) -> Row:
    """An error without the secrets that its texts may contain."""
    return {name: mask_text(value) if isinstance(value, str) else value for name, value in error.items()}
