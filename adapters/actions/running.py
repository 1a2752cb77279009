"""Actions that take as long as a job: follow one to its end, one pass of the coordinator, a harvest in this process."""

import json
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from pydantic import model_validator

from adapters import bootstrap
from adapters.actions.jobs import current_job, its_source, job_of, shown
from adapters.actions.parameters import ById, Parameters, Reference
from adapters.actions.session import Session, silent
from adapters.actions.table import action
from adapters.actions.whole_lists import AT_A_TIME, all_rows
from adapters.postgres.leadership import has_leader
from adapters.postgres.read_model.queries import Row
from adapters.postgres.work.movement import expected
from adapters.postgres.work.site_state import silent_leader
from adapters.process.kept_log import log_kept
from domain.access import Right
from domain.errors import NotFound, ServiceUnavailable
from domain.rules import Progress
from domain.secrets import mask_config
from domain.sources import SourceFields

T = TypeVar("T")
POLL = 0.05  # seconds
PATIENCE = 10.0  # seconds without a coordinator
DATABASE_PATIENCE = 120.0  # seconds without a database
ENDED = ("Finished", "Aborted")


class SourceTest(Parameters):
    """The source to harvest in this process; with `guid` only that record, changed or not.

    `let_through`: an unexpected exception of the harvester ends the test, instead of becoming an error of the job.
    `record`: a new file for what the remote answers, without secrets. `replay`: such a file, used instead of the remote.
    """

    id: Reference
    guid: str | None = None
    full: bool = False
    let_through: bool = False
    record: Path | None = None
    replay: Path | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "SourceTest":
        if self.record and self.replay:
            raise ValueError("record or replay, not both")
        return self


class JobsRun(Parameters):
    """`wait`: wait until all unfinished jobs have ended. `source_id`: return only jobs of this source.

    A server waits at most 25 s, and only for a few callers at a time; its answer says how far the jobs are.
    """

    wait: bool = False
    source_id: str = ""


@action(Right.EDIT, ById, reads=True, subject=its_source, local=True)
def harvest_job_wait(session: Session, parameters: ById) -> Row:
    """Wait until a job (or the last one of a source) has ended; the session gets its progress meanwhile, or whom it waits for.

    Raises ServiceUnavailable when no coordinator leads.
    """
    return _wait(session, str(job_of(session, parameters.id)))


def _wait(session: Session, job_id: str, end: float = math.inf) -> Row:
    """A job once it has ended, or as it stands at `end` (monotonic seconds)."""
    session.shown(lambda: session.model.job(job_id), "Job", job_id)
    next_check = time.monotonic() + PATIENCE
    while True:
        row = _patiently(session, lambda: _row(session, job_id), end)
        if row["status"] in ENDED or time.monotonic() >= end:
            return shown(row)
        session.tell(row)
        if time.monotonic() > next_check:
            if not _patiently(session, lambda: has_leader(session.parts.database), end):
                raise ServiceUnavailable(
                    "No coordinator leads, so the job waits: start `harvester up` or `harvester coordinator`"
                )
            if since := _patiently(session, lambda: silent_leader(session.parts.database), end):
                session.tell({"silent": silent(since, f"job {job_id}")})
            next_check = time.monotonic() + PATIENCE
        time.sleep(POLL)


def _row(session: Session, job_id: str) -> Row:
    row = session.model.job(job_id)
    if row is None:
        raise NotFound(f"Job {job_id} is not in the read model")
    if row["status"] == "Running" and not row["gather_finished"]:
        return {**row, "expected": expected(session.parts.database, UUID(job_id))}
    return row


def _patiently(session: Session, read: Callable[[], T], end: float) -> T:
    """What `read` returns, once the database answers: a restart of the database doesn't end the wait for a job before `end`."""
    end = min(end, time.monotonic() + DATABASE_PATIENCE)
    while True:
        try:
            return read()
        except ServiceUnavailable:
            if time.monotonic() > end:
                raise
            session.tell({"away": "database"})
            time.sleep(1.0)


@action(Right.SYSADMIN, JobsRun, listed="jobs")
def harvest_jobs_run(session: Session, parameters: JobsRun) -> dict[str, list[Row]]:
    """Start waiting jobs and end those that are done, for a cron job; a running coordinator does this by itself."""
    if not has_leader(session.parts.database) and not bootstrap.coordinator(session.parts.settings).pass_until_idle():
        raise ServiceUnavailable("Another coordinator has begun to lead: try again")
    session.show_current()
    source_id = str(session.source(parameters.source_id).id) if parameters.source_id else ""
    rows = list(all_rows(lambda after: session.model.jobs(source_id=source_id, unfinished=True, limit=AT_A_TIME, after=after)))
    if not parameters.wait:
        return {"jobs": [shown(row) for row in rows]}
    with session.waits.place() as seconds:
        end = time.monotonic() + seconds
        return {"jobs": [_wait(session, row["id"], end) for row in rows]}


@contextmanager
def _tape(session: Session, fields: SourceFields, parameters: SourceTest) -> Iterator[None]:
    """Let HTTP sessions of this process keep what remotes answer, or answer from a file."""
    from harvesters.http.masking import secrets_of_config, secrets_of_url
    from harvesters.http.recording import Replay, recorder

    if parameters.record is None:
        session.parts.tapes[:] = [] if parameters.replay is None else [Replay.read(parameters.replay).through]
        yield
        return
    about = {"type": fields.type, "url": fields.url, "config": _as_json(mask_config(fields.config))}
    clear = session.parts.application.sealing.opened(fields)
    secrets = [*secrets_of_url(clear.url), *secrets_of_config(_as_json(clear.config))]
    with recorder(parameters.record, about, secrets) as tape:
        session.parts.tapes[:] = [tape.through]
        yield


def _as_json(config: str) -> Any:
    """A configuration as data; a text that isn't JSON, as some plugins have it, as it is."""
    try:
        return json.loads(config or "{}")
    except ValueError:
        return config


@action(Right.SYSADMIN, SourceTest, local=True)
def harvest_source_test(session: Session, parameters: SourceTest) -> Row:
    """Harvest a source in this process, without broker and workers; the session gets its progress."""

    def tell(progress: Progress) -> None:
        session.tell({"done": progress.done, "objects": progress.objects})

    source = session.source(parameters.id)
    with _tape(session, source.fields, parameters), log_kept(session.parts.settings, "run-test"):
        test = bootstrap.test_run(session.parts, tell, let_through=parameters.let_through)
        job_id = test.run(source.id, by=session.caller.name, guid=parameters.guid, full=parameters.full)
    return current_job(session, str(job_id))
