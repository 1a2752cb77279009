"""Actions that harvest nothing new: imports of stored documents, retries of what failed."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field

from adapters.actions.jobs import current_job, its_source, job_of
from adapters.actions.parameters import ById, Parameters, Reference
from adapters.actions.session import Session
from adapters.actions.table import action
from adapters.postgres.read_model.cause_queries import CauseReads
from adapters.postgres.read_model.queries import Row
from adapters.postgres.work.held import sources_of_guid, sources_of_package, sources_with_datasets
from domain.access import Right
from domain.deletions import CLEAR
from domain.errors import JobExists, NotFound, Refused, SourceInactive, ValidationError
from domain.reimport import Selection, checked_segments, retry_options
from domain.text import counted
from domain.undoing import UNDO, UNDOES
from projections.causes import RULE

if TYPE_CHECKING:
    from domain.jobs import Job
    from domain.sources import HarvestSource


def _segments(value: str) -> str:
    try:
        return checked_segments(value)
    except ValidationError as error:
        raise ValueError(error.errors["segments"]) from error


class ObjectsImport(Parameters):
    """What to import again: at most one of `guid`, `harvest_object_id` and `package_id` (id or name), of one source or of all.

    `segments`: only these of sixteen parts, as hex digits. `join_datasets`: false also takes records that were never imported.
    """

    source_id: str = ""
    guid: str = ""
    harvest_object_id: str = ""
    package_id: str = ""
    segments: Annotated[str, AfterValidator(_segments)] = ""
    join_datasets: bool = True


@action(Right.SYSADMIN, ObjectsImport)
def harvest_objects_import(session: Session, parameters: ObjectsImport) -> dict[str, Any]:
    """Import stored documents again, without downloading anything, in one job for each source.

    `skipped` lists sources that can't have a job now, each with the reason; if there is only one source, that is an error.
    """
    if len([value for value in (parameters.guid, parameters.harvest_object_id, parameters.package_id) if value]) > 1:
        raise ValidationError({"guid": "Give one of a guid, an object and a package"})
    only_source = session.source(parameters.source_id) if parameters.source_id else None
    sources, selection = _selected(session, parameters, only_source)
    if len(sources) == 1:
        return {"jobs": [_import(session, sources[0], selection)], "skipped": []}
    return _import_all(session, sources, selection)


def _import_all(session: Session, sources: list[UUID], selection: Selection) -> dict[str, Any]:
    jobs, skipped = [], []
    for source_id in sources:
        try:
            jobs.append(_create(session, source_id, selection))
        except (JobExists, SourceInactive) as refused:
            skipped.append({"source_id": str(source_id), "reason": str(refused)})
        session.tell({"done": len(jobs) + len(skipped), "objects": len(sources)})
    return {"jobs": [current_job(session, str(job_id)) for job_id in jobs], "skipped": skipped}


def _import(session: Session, source_id: UUID, selection: Selection) -> Row:
    return current_job(session, str(_create(session, source_id, selection)))


def _create(session: Session, source_id: UUID, selection: Selection) -> UUID:
    return session.parts.application.create_job(
        source_id, kind="import", options=selection.options(), by=session.caller.name, trigger=session.trigger
    )


def _selected(session: Session, parameters: ObjectsImport, only_source: "HarvestSource | None") -> tuple[list[UUID], Selection]:
    """Which sources, and what to import of each. Raises NotFound."""
    parts = session.parts
    common: dict[str, Any] = {"segments": parameters.segments, "join_datasets": parameters.join_datasets}
    if parameters.harvest_object_id:
        source_id, object_id = _object(session, parameters.harvest_object_id)
        return _of(only_source, [source_id], f"Object {object_id}"), Selection(object_id=str(object_id), **common)
    if parameters.package_id:
        package_id = _package_id(session, parameters.package_id)
        holders = sources_of_package(parts.database, package_id)
        return _of(only_source, holders, f"Package {parameters.package_id}"), Selection(package_id=package_id, **common)
    if parameters.guid:
        holders = sources_of_guid(parts.database, parameters.guid)
        if only_source is not None and not parameters.join_datasets:
            holders = [only_source.id]
        return _of(only_source, holders, f"Guid {parameters.guid}"), Selection(guid=parameters.guid, **common)
    sources = [only_source.id] if only_source else sources_with_datasets(parts.database)
    if not sources:
        raise NotFound("No source has imported anything yet: there is nothing to import again")
    return sources, Selection(**common)


def _of(only_source: "HarvestSource | None", holders: list[UUID], what: str) -> list[UUID]:
    """The sources that hold a thing; only the one given, if it is among them. Raises NotFound."""
    chosen = [source for source in holders if only_source is None or source == only_source.id]
    if not chosen:
        where = f"source {only_source.fields.name} holds" if only_source else "any source holds"
        raise NotFound(f"{what} is nothing that {where}: see `harvester catalogue`, and `-j` for records never imported")
    return chosen


def _object(session: Session, reference: str) -> tuple[UUID, UUID]:
    """An object's source and its own id. Raises NotFound."""
    from domain.objects import HarvestObject

    try:
        obj = session.parts.application.load(HarvestObject, UUID(reference))
    except ValueError as error:
        raise NotFound(f"Harvest object {reference} not found: an object's id is a UUID") from error
    if obj.action == "delete":
        raise Refused(f"Object {reference} is the removal of {obj.guid}: there is no document to import")
    return UUID(obj.source_id), obj.id


def _package_id(session: Session, id_or_name: str) -> str:
    """The id of a package that is given by id or name."""
    target = session.parts.target
    if sources_of_package(session.parts.database, id_or_name):
        return id_or_name
    package = target.show(id_or_name)
    if package is None:
        raise NotFound(f"Package {id_or_name} not found in the target catalogue")
    return str(package["id"])


class JobRetry(ById):
    """`id`: a job, or a source for its last job. `cause`: only records that failed for this cause, by its id.

    `count`: how many these are, as whoever asks has seen it; another number is refused. Without it the number isn't looked at.
    """

    cause: str = ""
    count: Annotated[int, Field(ge=0)] | None = None


class JobCauseShow(ById):
    """`id`: a job, or a source for its last job. `cause`: the id of a cause of its errors."""

    cause: Reference


@action(Right.EDIT, JobCauseShow, reads=True, subject=its_source)
def harvest_job_cause_show(session: Session, parameters: JobCauseShow) -> Row:
    """One cause of a job's errors, and how many of its records failed for it (`failed`): those that a retry of it would try."""
    session.show_current()
    job_id, reads = str(job_of(session, parameters.id)), CauseReads(session.model)
    return _cause_shown(reads, job_id, parameters.cause)


def _cause_shown(reads: CauseReads, job_id: str, cause: str) -> Row:
    row = reads.one(job_id, cause)
    if row is None:
        hint = "" if cause.startswith(f"{RULE}-") else f": causes are grouped by rule {RULE} now, so open the job again"
        raise NotFound(f"Job {job_id} has no errors of the cause {cause[:60]}{hint}")
    found, of_gather = row
    failed = 0 if of_gather else reads.failed_of(job_id, cause)
    return {
        "job_id": job_id,
        "cause": found.id,
        "of_gather": of_gather,
        "message": found.cause.message,
        "error_count": found.cause.errors,
        "failed": failed,
        "rule": RULE,
    }


def _require_cause(session: Session, job_id: str, parameters: JobRetry) -> None:
    """Raises NotFound, Refused when no record failed for the cause, or another number than whoever asks has seen."""
    session.show_current()
    cause = _cause_shown(CauseReads(session.model), job_id, parameters.cause)
    if cause["of_gather"]:
        raise Refused("These are errors of gather, which are of no record: harvest the source again")
    if not cause["failed"]:
        raise Refused("The records that had these errors were imported at a later try: there is nothing to try again")
    if parameters.count is not None and parameters.count != cause["failed"]:
        raise Refused(f"{counted(cause['failed'], 'record')} failed for this cause, not {parameters.count:,}: look at it again")


@action(Right.EDIT, JobRetry, subject=its_source)
def harvest_job_retry(session: Session, parameters: JobRetry) -> Row:
    """Try the failed records of a job (or of the last one of a source) again, in a new job; or only those of one cause.

    Raises Refused when no record failed, when the job hasn't ended, and when a later job has seen every record.
    """
    from domain.jobs import Job

    application = session.parts.application
    job = application.load(Job, job_of(session, parameters.id))
    if job.kind == CLEAR:
        name = session.source(job.source_id).fields.name
        raise Refused(f"Job {job.id} clears its source: clear it again, `harvester source clear {name}`, for what is left")
    if job.kind == UNDO:
        raise Refused(f"Job {job.id} undoes job {job.options[UNDOES]}: undo that one again for what is left")
    _require_failures(session, job)
    _refuse_superseded(session, job)
    if parameters.cause:
        _require_cause(session, str(job.id), parameters)
    options = retry_options(str(job.id), job.options, parameters.cause)
    source_id = UUID(job.source_id)
    job_id = application.create_job(source_id, kind="retry", options=options, by=session.caller.name, trigger=session.trigger)
    return current_job(session, str(job_id))


def _require_failures(session: Session, job: "Job") -> None:
    """Raises Refused when the job hasn't ended, or when none of its records failed."""
    if not job.ended:
        raise Refused(f"Job {job.id} is {job.status}: its failed records can be tried again once it has ended")
    if job.pruned:
        raise Refused(f"Job {job.id} is older than HARVEST_RETENTION_DAYS and its records are gone: harvest the source again")
    application = session.parts.application
    for stored in application.event_log.select_events(job.id, gt=job.version - 1):
        statistics = getattr(application.mapper.to_domain_event(stored), "statistics", None)
        if statistics is not None and not statistics.get("errored"):
            hint = ". Its gather had errors: harvest the source again" if job.gather_errors else ""
            raise Refused(f"No record of job {job.id} failed: there is nothing to try again{hint}")


def _refuse_superseded(session: Session, job: "Job") -> None:
    """Raises Refused when a later job has seen every record of the remote, so that its results are newer."""
    from adapters.stages.stored_records import jobs_of

    later = [other for other in jobs_of(session.parts.application, UUID(job.source_id)) if other.number > job.number]
    full = [other for other in later if other.full and other.ended]
    if full:
        newest = full[-1].id
        raise Refused(f"Job {newest} of the same source came later and saw every record: try `harvester retry {newest}`")
