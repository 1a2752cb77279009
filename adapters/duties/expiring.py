"""Deletes datasets that were hidden, once their grace period is over."""

import logging
from datetime import datetime

from adapters.postgres.database import Database
from adapters.postgres.work.hidden import sources_with_expired
from adapters.postgres.work.schedules import Schedules
from domain.application import Harvesting
from domain.errors import JobExists, NotFound

log = logging.getLogger(__name__)


class DeleteExpired:
    """By a job of kind `removal` of each source, once a day: what its target refuses is tried again the next day."""

    name = "deleting hidden datasets"
    trouble = "datasets that were hidden stay so"
    interval = 60.0
    on_news = False
    pace = 0.0

    def __init__(self, database: Database, application: Harvesting) -> None:
        self._database = database
        self._application = application
        self._schedules = Schedules(database)

    def run(self, now: datetime) -> bool:
        """Make the jobs that are due, unless the site or the target is paused."""
        sources = sources_with_expired(self._database, now)
        if not sources or any(pause.scope != "host" for pause in self._schedules.pauses(now)):
            return False
        for source_id in sources:
            try:
                job_id = self._application.delete_expired(source_id, now)
            except JobExists:
                continue  # it is tried again when that one has ended
            except NotFound as error:
                log.warning("%s: what it has hidden stays so", error)
                continue
            if job_id:
                ids = {"job": str(job_id), "source": str(source_id)}
                log.info("job %s deletes what source %s has hidden long enough", job_id, source_id, extra=ids)
        return False
