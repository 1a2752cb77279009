"""Starts the jobs of schedules."""

import logging
from datetime import UTC, datetime
from uuid import UUID

from adapters.duties.rounds import QUIET
from adapters.postgres.work.schedules import Scheduled, Schedules
from domain.application import Harvesting
from domain.errors import JobExists, NotFound
from domain.schedules import Plan, plan

log = logging.getLogger(__name__)

AT_A_TIME = 200  # sources
INTERVAL = 2.0  # seconds between two looks while what is due waits, for a pause to end
SHORTEST = 0.1  # seconds between two looks


class StartScheduledJobs:
    """A source's job starts at its slot (`domain.schedules`), or as soon as nothing is in its way; missed slots count once."""

    name = "starting scheduled jobs"
    trouble = "no scheduled job starts"
    interval = INTERVAL
    on_news = True
    pace = 0.0

    def __init__(self, application: Harvesting, schedules: Schedules, jitter: float = 0.0) -> None:
        """`jitter`: HARVEST_CRON_JITTER, in seconds."""
        self._application = application
        self._schedules = schedules
        self._jitter = jitter

    def run(self, now: datetime) -> bool:
        """Plan what has changed, start what is due; True when there may be more."""
        stirs, next_due = self._schedules.stirs(now)
        self.interval = INTERVAL if stirs else min(QUIET, max(SHORTEST, next_due))
        if not stirs:
            return False
        if turned := self._schedules.turn_back(now):
            log.warning("the database's clock was ahead and went back to %s: %d schedules go on from there", now, turned)
        changed = self._schedules.unplanned(AT_A_TIME)
        for row in changed:
            self._schedules.plan(row, row.after, next_start(row, now, self._jitter).start)
        return self._start_due(now) or len(changed) == AT_A_TIME

    def _start_due(self, now: datetime) -> bool:
        pauses = self._schedules.pauses(now)
        if any(pause.scope != "host" for pause in pauses):
            return False
        started = 0
        handled: list[UUID] = []  # some stay due: their host is paused, or their source has a job by now
        while started < AT_A_TIME and (due := self._schedules.due(now, AT_A_TIME, handled)):
            handled += [row.source_id for row in due]
            started += sum(self._start(row, now) for row in due if not any(pause.holds(row.url) for pause in pauses))
        return started > 0

    def _start(self, row: Scheduled, now: datetime) -> bool:
        """Start the job of the newest slot, if that may be now; whether a job was started."""
        planned = next_start(row, now, self._jitter)
        if planned.slot is None or planned.start is None or planned.start > now:
            self._schedules.plan(row, row.after, planned.start)
            return False
        try:
            started = self._application.start_scheduled_job(row.source_id, planned.slot, now)
        except JobExists:
            return False  # it goes on when that one has ended
        except NotFound as error:
            log.warning("%s: its schedule is left out", error)
            self._schedules.plan(row, row.after, None)
            return False
        if started is None:  # done already, or no longer wanted
            self._schedules.plan(row, planned.slot, plan(row.schedule, planned.slot, now, self._jitter).start)
            return False
        ids = {"job": str(started.job_id), "source": str(row.source_id)}
        log.info("scheduled job %s of source %s for %s", started.job_id, started.source, planned.slot, extra=ids)
        return True


def next_start(row: Scheduled, now: datetime, jitter: float = 0.0) -> Plan:
    """The next slot of a source and when its job may start, pauses of the source counted in."""
    if not row.active or (row.paused and row.paused_until is None):
        return Plan()
    if row.paused and row.paused_until is not None:
        now = max(now, row.paused_until)
    try:
        return plan(row.schedule, row.after.astimezone(UTC), now, jitter)
    except (ValueError, KeyError) as error:  # settings of another version, or a time zone that this machine doesn't know
        log.warning("source %s is not scheduled: %s", row.source_id, error)
        return Plan()
