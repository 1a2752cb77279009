"""A site whose leader's clock the test sets."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from adapters.bootstrap import Parts
from adapters.duties.scheduling import StartScheduledJobs
from adapters.postgres.work.schedules import Schedules
from domain.jobs import Job
from domain.rules import Progress
from domain.schedules import job_id
from domain.sources import HarvestSource, SourceFields

DAY = timedelta(days=1)


class Site:
    """A leader whose clock the test sets; times are days and hours after the first midnight after the sources came.

    No slot at night lies between the arrival of the sources and that midnight: in the first hours of a day the midnight is that
    of a time zone in which it is morning already.
    """

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        now = Schedules(parts.database).now().astimezone(UTC)
        self.zone = "Etc/GMT-6" if now.hour < 3 else "UTC"  # UTC+6, as POSIX counts them
        local = now.astimezone(ZoneInfo(self.zone))
        self.midnight = (local.replace(hour=0, minute=0, second=0, microsecond=0) + DAY).astimezone(UTC)

    def source(self, **fields: Any) -> UUID:
        name = f"city-{uuid4()}"
        fields = {"time_zone": self.zone, **fields}
        return self.parts.application.register_source(SourceFields(name, f"http://{name}.example/", "test", **fields), "admin")

    def change(self, source: UUID, **fields: Any) -> None:
        from dataclasses import replace

        known = self.parts.application.load(HarvestSource, source).fields
        self.parts.application.change_source(source, replace(known, **fields), "admin")

    def leader(self) -> StartScheduledJobs:
        return StartScheduledJobs(self.parts.application, Schedules(self.parts.database))

    def at(self, days: float, hours: float = 0.0) -> datetime:
        return self.midnight + timedelta(days=days, hours=hours)

    def tick(self, now: datetime, leader: StartScheduledJobs | None = None) -> None:
        leader = leader or self.leader()
        self.parts.work_projector().catch_up()
        while leader.run(now):
            self.parts.work_projector().catch_up()

    def end_jobs(self) -> None:
        for (job,) in self.parts.database.query("SELECT job_id FROM ops.job_progress"):
            self.parts.application.finish_jobs({job: Progress("finished", True, 0)})
        self.parts.work_projector().catch_up()

    def night(self, now: datetime) -> None:
        """A tick, and all jobs come to their end."""
        self.tick(now)
        self.parts.work_projector().catch_up()
        self.end_jobs()

    def jobs(self, source: UUID) -> int:
        return self.parts.application.load(HarvestSource, source).jobs

    def started(self, source: UUID, slot: datetime) -> bool:
        return bool(self.parts.application.load_many(Job, [job_id(source, slot)]))


@pytest.fixture
def site(emptied: Parts) -> Site:
    emptied.database.query("TRUNCATE ops.pause")
    return Site(emptied)
