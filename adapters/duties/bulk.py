"""Carries out what somebody confirmed for many sources at once: each is done, or skipped with the reason."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from adapters.duties.rounds import QUIET
from adapters.postgres.bulk import Bulks, Row
from domain import bulk
from domain.access import ANONYMOUS, COMMAND_LINE, Caller, may
from domain.application import Harvesting
from domain.errors import NotFound, Refused, ValidationError
from domain.rules import FEW, MANY
from domain.sources import HarvestSource

log = logging.getLogger(__name__)

AT_A_TIME = 20  # sources of a round: other duties wait for it
CHANGED = "It has changed since it was counted"


class Persons(Protocol):
    """Knows persons by their names."""

    def caller(self, name: str) -> Caller | None:
        """Who it is with the rights of now; None: nobody who may do anything. Raises ServiceUnavailable."""


class CarryOutBulk:
    """A few sources at a time, so that other duties go on. A second try of a source changes nothing more."""

    name = "bulk actions"
    trouble = "what was confirmed for many sources waits"
    interval = QUIET
    on_news = True
    pace = 1.0

    def __init__(self, bulks: Bulks, application: Harvesting, persons: Persons) -> None:
        """`persons`: tells whether who confirmed a set still may do it."""
        self._bulks = bulks
        self._application = application
        self._persons = persons

    def run(self, now: datetime) -> bool:
        """Some sources of the set that was confirmed first; True when there is more."""
        waiting = self._bulks.waiting()
        if waiting is None:
            return False
        self.carry_out(waiting, now)
        return True

    def carry_out(self, waiting: Row, now: datetime) -> None:
        """Some sources of a set; it is over when none is left. Raises ServiceUnavailable while nobody knows who may do it."""
        rows = self._bulks.left(waiting["id"], AT_A_TIME)
        caller = self._caller(waiting["rights_of"])
        for row in rows:
            outcome, reason, job = self._outcome(waiting, row, caller, now)
            self._bulks.note(waiting["id"], row["place"], outcome, reason, job)
        if len(rows) < AT_A_TIME:
            self._bulks.finish(waiting["id"])

    def _caller(self, name: str | None) -> Caller:
        """Who confirmed it, with the rights of now; somebody without any who is gone."""
        return COMMAND_LINE if name is None else self._persons.caller(name) or ANONYMOUS

    def _outcome(self, waiting: Row, row: Row, caller: Caller, now: datetime) -> tuple[str, str, UUID | None]:
        try:
            source = self._application.load(HarvestSource, row["source_id"])
            job = bulk.job_id(waiting["id"], source.id)
            if source.last_job == str(job):
                return bulk.DONE, "", job  # by an earlier try, which could not note it
            if not may(caller, bulk.ACTIONS[waiting["action"]], source.fields):
                return bulk.SKIPPED, bulk.NO_RIGHT, None
            if bulk.state_of(source, waiting["action"]) != row["state"]:
                wanted = bulk.as_wanted(source, waiting["action"], waiting["options"])
                return (bulk.DONE, "", None) if wanted else (bulk.SKIPPED, CHANGED, None)
            new_job = ACTS[waiting["action"]](self._application, source, waiting, job, now)
        except (Refused, NotFound) as refused:
            return bulk.SKIPPED, str(refused), None
        except ValidationError as wrong:
            return bulk.SKIPPED, "; ".join(f"{name}: {text}" for name, text in wrong.errors.items()), None
        return bulk.DONE, "", new_job


Act = Callable[[Harvesting, HarvestSource, Row, UUID, datetime], UUID | None]
"""Does it to one source, with the id of the job that it may make; the job, if it made one. Raises Refused, ValidationError."""


def _harvest(application: Harvesting, source: HarvestSource, asked: Row, job: UUID, _now: datetime) -> UUID | None:
    options: Mapping[str, Any] = {"force_all": True} if asked["options"].get("full") else {}
    options = {**options, MANY: True} if asked["sources"] > FEW else options
    return application.create_job(source.id, by=asked["by"], trigger=asked["trigger"], options=options, job_id=job)


def _pause(application: Harvesting, source: HarvestSource, asked: Row, _job: UUID, now: datetime) -> UUID | None:
    text = asked["options"].get("until") or ""
    until = datetime.fromisoformat(text) if text else None
    if until is not None and until <= now:
        raise Refused(f"{text} is over already")
    application.pause_source(source.id, asked["by"], until)
    return None


def _resume(application: Harvesting, source: HarvestSource, asked: Row, _job: UUID, now: datetime) -> UUID | None:
    if not source.is_paused(now):
        raise Refused("It is not paused")
    application.resume_source(source.id, asked["by"])
    return None


def _schedule(application: Harvesting, source: HarvestSource, asked: Row, _job: UUID, _now: datetime) -> UUID | None:
    options = asked["options"]
    application.schedule_source(source.id, options["frequency"], options["cron"], asked["by"])
    return None


def _clear(application: Harvesting, source: HarvestSource, asked: Row, job: UUID, _now: datetime) -> UUID | None:
    return application.create_job(source.id, kind="clear", by=asked["by"], trigger=asked["trigger"], job_id=job)


def _delete(application: Harvesting, source: HarvestSource, asked: Row, job: UUID, _now: datetime) -> UUID | None:
    fate = asked["options"].get("datasets", "")
    return application.remove_source(source.id, fate, by=asked["by"], trigger=asked["trigger"], job_id=job)


ACTS: Mapping[str, Act] = {
    bulk.HARVEST: _harvest,
    bulk.PAUSE: _pause,
    bulk.RESUME: _resume,
    bulk.SCHEDULE: _schedule,
    bulk.CLEAR: _clear,
    bulk.DELETE: _delete,
}
