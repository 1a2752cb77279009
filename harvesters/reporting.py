"""What the plugin saved on a record's object, errors and warnings, becomes events of the object."""

from domain import text
from domain.objects import HarvestObject as Aggregate
from domain.text import counted
from harvesters import results
from harvesters.base import HarvestJob, HarvestObject

MAX_ERRORS = 200  # of a record, and as many warnings, that are recorded one by one


def has_report(view: HarvestObject) -> bool:
    """Whether there may be something to record; a plugin may have put anything in place of the lists."""
    return not isinstance(view.errors, list) or not isinstance(view.warnings, list) or bool(view.errors or view.warnings)


def record_errors(aggregate: Aggregate, view: HarvestObject) -> None:
    """Up to MAX_ERRORS of a record one by one, over all its attempts; further ones are counted."""
    errors = results.saved_errors(view)
    room = max(0, MAX_ERRORS - aggregate.errors)
    for message, stage, line in errors[:room]:
        aggregate.record_error(stage, message, line)
    if more := errors[room:]:
        further = counted(len(more), "further error of this record is", "further errors of this record are")
        aggregate.record_error(more[0][1], f"{further} not listed")


def record_warnings(aggregate: Aggregate, view: HarvestObject, stage: str, job: HarvestJob) -> None:
    """Up to MAX_ERRORS one by one, those that are the same for all records of a job only once; further ones are counted."""
    warnings = results.saved_warnings(view)
    for loss in warnings[:MAX_ERRORS]:
        if loss.of_job and loss.message in job.warned:
            continue
        if loss.of_job:
            job.warned.add(loss.message)
        aggregate.record_warning(stage, text.message(loss.message), of_job=loss.of_job)
    if (more := len(warnings) - MAX_ERRORS) > 0:
        aggregate.record_warning(stage, f"{more:,} further warnings of this record are not listed")
