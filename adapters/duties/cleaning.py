"""Removes lines of the log that are old."""

import logging
from datetime import datetime

from adapters.postgres.database import Database
from adapters.postgres.log_lines import clean_before, clean_some

log = logging.getLogger(__name__)


class CleanLog:
    """Some lines at a time, so that the duties of the same round don't wait."""

    name = "cleaning the log"
    trouble = "old lines of the log stay"
    interval = 3600.0
    on_news = False
    pace = 0.0

    def __init__(self, database: Database, days: float) -> None:
        """`days` that a line stays; 0: for ever."""
        self._database = database
        self._days = days
        self._removed = 0

    def run(self, now: datetime) -> bool:
        """Remove some; whether there are more."""
        if not self._days:
            return False
        removed = clean_some(self._database, clean_before(self._database, self._days))
        self._removed += removed
        if not removed and self._removed:
            log.info("%d lines of the log older than %g days are removed", self._removed, self._days)
            self._removed = 0
        return removed > 0
