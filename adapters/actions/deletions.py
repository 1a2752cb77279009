"""Actions that delete datasets, or decide about deletions that a job held."""

from adapters.actions.jobs import current_job, its_source, job_of
from adapters.actions.parameters import ById
from adapters.actions.session import Session
from adapters.actions.sources import the_source
from adapters.actions.table import action
from adapters.postgres.read_model.queries import Row
from domain.access import Right
from domain.deletions import CLEAR


@action(Right.EDIT, ById, subject=its_source)
def harvest_job_approve_deletions(session: Session, asked: ById) -> Row:
    """Carry out the deletions that a job (or the last one of a source) held, as a job of its own."""
    application = session.parts.application
    removal = application.approve_deletions(job_of(session, asked.id), by=session.caller.name)
    return current_job(session, str(removal))


@action(Right.EDIT, ById, subject=its_source)
def harvest_job_reject_deletions(session: Session, asked: ById) -> Row:
    """Drop the deletions that a job (or the last one of a source) held; the next full run asks again."""
    job_id = job_of(session, asked.id)
    session.parts.application.reject_deletions(job_id, by=session.caller.name)
    return current_job(session, str(job_id))


@action(Right.EDIT, ById, subject=the_source)
def harvest_source_clear(session: Session, asked: ById) -> Row:
    """Make a job that deletes all datasets of a source, in the target too; the source and its history stay."""
    source = session.source(asked.id)
    job_id = session.parts.application.create_job(source.id, kind=CLEAR, by=session.caller.name)
    return current_job(session, str(job_id))
