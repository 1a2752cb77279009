"""Answers as ckanext-harvest's Action API gives them: its keys, its types, its texts.

Actions return what the command line shows; over HTTP their answers pass through here. Keys that ckanext-harvest doesn't have
come after its own. Of an answer that is shown as the bare list that ckanext-harvest has, the rest stands next to the list.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from adapters.actions.session import Session
from adapters.actions.source_versions import version_of
from adapters.actions.table import Action
from adapters.postgres.read_model.api_queries import ApiReads
from adapters.postgres.read_model.queries import Row
from domain.errors import NotFound
from domain.secrets import mask_config, mask_text, mask_url

COUNTERS = ("added", "updated", "not modified", "errored", "deleted")
JOB_EXTRAS = ("kind", "trigger", "outcome", "complete", "objects", "gather_errors", "held", "decision")
JOB_MORE = ("held_of", "full_listing", "done", "objects_errored", "objects_not_modified", "source")
LISTED_EXTRAS = ("private", "paused", "cron", "time_zone", "blackout", "datasets", "removed")
LINE_EXTRAS = ("id", "logger", "source_id", "job_id", "object_id")
EMPTY = ("groups", "tags", "resources", "relationships_as_object", "relationships_as_subject")
"""Lists that a dataset has in CKAN, and a source has nothing in."""
Form = Callable[[Session, Any, Any], Any]


def in_form(session: Session, action: Action, parameters: Any, result: Any) -> Any:
    """The answer of an action as the Action API shows it."""
    form = FORMS.get(action.name)
    if form is not None:
        return form(session, parameters, result)
    return result[action.listed] if action.listed else result


def around(action: Action, result: Any, shown: Any) -> dict[str, Any]:
    """What an action returned around the list that is shown bare, without what isn't there (`next` of the last page)."""
    if not isinstance(result, Mapping) or not isinstance(shown, list):
        return {}
    return {name: value for name, value in result.items() if name != action.listed and value is not None}


def time_text(value: datetime | None) -> str | None:
    """A time as CKAN writes it: `2016-06-03 10:59:40.961657`, in UTC."""
    if value is None:
        return None
    return str(value if value.tzinfo is None else value.replace(tzinfo=None))  # four in each row of a list


def iso(value: datetime | None) -> str | None:
    """A time as CKAN writes those of packages: `2016-06-03T10:59:40.961657`, in UTC."""
    return None if value is None else value.replace(tzinfo=None).isoformat()


# sources


def source_dict(session: Session, row: Row, *, status: bool = True) -> Row:
    """A source as a dataset of type harvest, with its status, and with the options of its configuration as keys."""
    config = mask_config(row["config"] or "")
    shown = {
        "id": row["id"],
        "name": row["name"],
        "title": row["title"] or row["name"],
        "url": mask_url(row["url"]),
        "notes": row["notes"] or "",
        "type": "harvest",
        "state": "active" if row["active"] else "deleted",
        "private": bool(row["private"]),
        "owner_org": row["owner_org"] or None,
        "organization": session.organization(row["owner_org"] or ""),
        "creator_user_id": row["user_id"] or None,
        "metadata_created": iso(row["created"]),
        "metadata_modified": iso(row["modified"]),
        **{name: [] for name in EMPTY},
        "extras": [{"key": key, "value": value} for key, value in sorted((row["extras"] or {}).items())],
        "source_type": row["type"],
        "fields_version": version_of(row),
        "frequency": row["frequency"],
        "config": config,
        "active": row["active"],
        "next_run": time_text(row["next_run"]),
        "paused": bool(row["paused"]),
        "removed": row["removed"] or "",
        **{name: row[name] or "" for name in ("cron", "time_zone", "blackout")},
    }
    if status:
        shown["status"] = source_status(session, row)
    return {**_options(config), **shown}


def _options(config: str) -> dict[str, Any]:
    try:
        options = orjson.loads(config or "{}")
    except orjson.JSONDecodeError:
        return {}
    return options if isinstance(options, dict) else {}


def source_status(session: Session, row: Row) -> Row:
    """How many jobs and datasets a source has, and its last job with what went wrong most often."""
    job = session.model.job(row["last_job_id"]) if row["last_job_id"] else None
    return {
        "job_count": row["jobs"],
        "last_job": job_dict(session, job) if job else None,
        "total_datasets": row["datasets"],
    }


def with_statuses(session: Session, rows: Sequence[Row]) -> list[Row]:
    """Sources as datasets, each with its counts and its last job, without what went wrong there."""
    jobs = _last_jobs(session, rows)
    session.organizations(row["owner_org"] or "" for row in rows)
    return [{**source_dict(session, row, status=False), "status": _brief_status(session, row, jobs)} for row in rows]


def _last_jobs(session: Session, rows: Sequence[Row]) -> Mapping[str, Row]:
    """The last jobs of sources by id, read at once."""
    ids = [row["last_job_id"] for row in rows if row["last_job_id"]]
    return {job["id"]: job for job in session.model.jobs_of(ids)} if ids else {}


def _brief_status(session: Session, row: Row, jobs: Mapping[str, Row]) -> Row:
    job = jobs.get(row["last_job_id"] or "")
    last = job_dict(session, job, summaries=False) if job else None
    return {"job_count": row["jobs"], "last_job": last, "total_datasets": row["datasets"]}


def _source(session: Session, reference: str) -> Row:
    row = session.source_row(reference)
    if row is None:
        raise NotFound("Harvest source not found")
    return row


def _source_form(session: Session, _parameters: Any, result: Any) -> Row:
    """The source that an action answered with, read again with everything that the form needs."""
    return source_dict(session, _source(session, result["id"]))


def _row_shaped(session: Session, rows: Sequence[Row], *, last_job: bool) -> list[Row]:
    """Sources as harvest_source_list shows them: rows of the table, with a status of its own shape."""
    details = {row["id"]: row for row in ApiReads(session.model).sources([row["id"] for row in rows])}
    jobs = _last_jobs(session, rows) if last_job else None
    shown = []
    for row in rows:
        detail = details.get(row["id"])
        if detail is not None:
            shown.append(_list_dict(session, row, detail, jobs))
    return shown


def _list_dict(session: Session, row: Row, detail: Row, jobs: Mapping[str, Row] | None) -> Row:
    listed = {
        "id": row["id"],
        "url": mask_url(row["url"]),
        "title": row["title"] or "",
        "description": row["notes"] or "",
        "config": mask_config(detail["config"] or ""),
        "created": time_text(row["created"]),
        "type": row["type"],
        "active": row["active"],
        "user_id": detail["user_id"] or "",
        "publisher_id": "",
        "frequency": row["frequency"],
        "next_run": time_text(detail["next_run"]),
        "publisher_title": "",
        "status": _list_status(row),
        "name": row["name"],
        "owner_org": row["owner_org"] or None,
    }
    listed |= {name: row[name] for name in LISTED_EXTRAS}
    if jobs is not None:
        job = jobs.get(row["last_job_id"] or "")
        listed["last_job_status"] = job_dict(session, job, summaries=False) if job else None
    return listed


def _list_status(row: Row) -> Row:
    """In the words of ckanext-harvest's list."""
    if not row["jobs"]:
        return {"job_count": 0, "next_harvest": "Not yet scheduled", "last_harvest_request": "", "msg": "No jobs yet"}
    running = row["last_job_status"] in ("New", "Running")
    finished = time_text(row["last_job_finished"])
    return {
        "job_count": row["jobs"],
        "next_harvest": "Scheduled" if running else "Not yet scheduled",
        "last_harvest_request": finished or "Not yet harvested",
    }


def _source_list(session: Session, parameters: Any, result: Any) -> list[Row]:
    return _row_shaped(session, result["sources"], last_job=bool(parameters.return_last_job_status))


def _source_deleted(_session: Session, _parameters: Any, _result: Any) -> None:
    return None


def _source_cleared(_session: Session, _parameters: Any, result: Any) -> Row:
    return {"id": result["source_id"], "job_id": result["id"]}


# jobs


def job_dict(session: Session, row: Row, *, summaries: bool = True) -> Row:
    """A job as ckanext-harvest shows it; with `summaries` the most frequent messages of its errors."""
    shown = {
        "id": row["id"],
        "created": time_text(row["created"]),
        "gather_started": time_text(row["gather_started"]),
        "gather_finished": time_text(row["gather_finished"]),
        "finished": time_text(row["finished"]),
        "source_id": row["source_id"],
        "status": row["status"],
        "stats": {word: row[word.replace(" ", "_")] for word in COUNTERS},
    }
    if summaries:
        reads = ApiReads(session.model)
        shown["object_error_summary"] = _summary(reads.object_summary, row["id"], row["objects_errored"])
        shown["gather_error_summary"] = _summary(reads.gather_summary, row["id"], row["gather_errors"])
    return {**shown, **{name: row[name] for name in (*JOB_EXTRAS, *JOB_MORE)}}


def _summary(read: Callable[[str], list[Row]], job_id: str, number: int) -> list[Row]:
    if not number:
        return []
    return [{"message": mask_text(row["message"] or ""), "error_count": row["error_count"]} for row in read(job_id)]


def _job(session: Session, _parameters: Any, result: Any) -> Row:
    return job_dict(session, result)


def _sent_job(session: Session, _parameters: Any, result: Any) -> Row:
    """A job that was just sent counts as Running in ckanext-harvest, even if no worker has started it yet."""
    job = job_dict(session, result, summaries=False)
    return {**job, "status": "Running"} if job["status"] == "New" else job


def _jobs(session: Session, _parameters: Any, result: Any) -> list[Row]:
    return [job_dict(session, row, summaries=False) for row in result["jobs"]]


def _aborted_jobs(_session: Session, _parameters: Any, result: Any) -> str:
    if not result["running"]:
        return "There is no jobs to abort"
    return f"Done. Aborted jobs: {len(result['aborted'])}"


def _report(session: Session, _parameters: Any, result: Any) -> Row:
    """Errors of the gather one by one, errors of objects grouped by object."""
    objects: dict[str, Row] = {}
    for error in result["object_errors"]:
        entry = objects.setdefault(error["object_id"], {"guid": error["guid"], "errors": []})
        if error["original_url"]:
            entry["original_url"] = error["original_url"]
        entry["errors"].append({"message": error["message"], "line": error["line"], "type": error["stage"]})
    gather = [{"message": error["message"]} for error in result["gather_errors"]]
    job = job_dict(session, result["job"], summaries=False)
    warnings = {name: result[name] for name in ("warnings", "job_warnings")}
    return {"gather_errors": gather, "object_errors": objects, "next": result["next"], **warnings, "job": job}


def _imported(_session: Session, _parameters: Any, result: Any) -> int:
    """How many jobs were created; their objects are counted while they run."""
    return len(result["jobs"])


# the rest


def _true(_session: Session, _parameters: Any, _result: Any) -> bool:
    return True


def _harvesters(session: Session, _parameters: Any, result: Any) -> list[Row]:
    """With where each comes from, which is no business of anonymous visitors."""
    more = ("problem", "options", *(("place", "distribution") if session.caller.name else ()))
    return [
        {
            "name": harvester["name"],
            "title": harvester["title"],
            "description": harvester["description"],
            "form_config_interface": "Text",
            "show_config": True,
            **{name: harvester[name] for name in more},
        }
        for harvester in result
    ]


def _log(_session: Session, _parameters: Any, result: Any) -> list[Row]:
    return [
        {
            "content": line["content"],
            "level": line["level"],
            "created": time_text(line["created"]),
            **{name: line[name] for name in LINE_EXTRAS},
        }
        for line in result["lines"]
    ]


def _recipients(_session: Session, _parameters: Any, result: Any) -> list[Row]:
    return [{"name": person.get("name", ""), **person} for person in result]


FORMS: Mapping[str, Form] = {
    "harvest_source_create": _source_form,
    "harvest_source_update": _source_form,
    "harvest_source_patch": _source_form,
    "harvest_source_show": _source_form,
    "harvest_source_pause": _source_form,
    "harvest_source_resume": _source_form,
    "harvest_source_reactivate": _source_form,
    "harvest_source_delete": _source_deleted,
    "harvest_source_list": _source_list,
    "harvest_source_clear": _source_cleared,
    "harvest_source_reindex": _true,
    "harvest_sources_reindex": _true,
    "harvest_job_create": _sent_job,
    "harvest_send_job_to_gather_queue": _sent_job,
    "harvest_job_create_all": _jobs,
    "harvest_job_show": _job,
    "harvest_job_list": _jobs,
    "harvest_jobs_run": _jobs,
    "harvest_job_report": _report,
    "harvest_job_abort": _job,
    "harvest_job_retry": _sent_job,
    "harvest_job_approve_deletions": _sent_job,
    "harvest_job_reject_deletions": _job,
    "harvest_abort_failed_jobs": _aborted_jobs,
    "harvest_objects_import": _imported,
    "harvesters_info_show": _harvesters,
    "harvest_log_list": _log,
    "harvest_get_notifications_recipients": _recipients,
}
"""Forms by action; those that aren't here answer as they are, lists bare."""
