"""Says in `ops.worker` that this coordinator leads, and what it can't do at present."""

import time
from collections.abc import Mapping
from datetime import datetime

from adapters.duties.rounds import Failure
from adapters.postgres.work.workers import Activity, Workers

CLEANING_INTERVAL = 60.0  # seconds between two looks for workers that went silent long ago


class Report:
    """`state` names duties that fail; `broker_away_since` is when commands could last be sent."""

    name = "reporting"
    trouble = "what this coordinator does is not shown"
    interval = 2.0
    on_news = False
    pace = 0.0

    def __init__(self, workers: Workers, failures: Mapping[str, Failure], broker_duty: str) -> None:
        """`failures` by name of duty; that of `broker_duty` means that the broker is away."""
        self._workers = workers
        self._failures = failures
        self._broker_duty = broker_duty
        self._next_cleaning = 0.0  # monotonic seconds

    def run(self, now: datetime) -> bool:
        """Report, and remove workers that have been silent for long."""
        failures = dict(self._failures)
        state = {
            "leads": True,
            **({"failing": {name: failure.message for name, failure in failures.items()}} if failures else {}),
        }
        broker = failures.get(self._broker_duty)
        since = {"broker_away_since": time.monotonic() - broker.since} if broker else {}
        self._workers.report(Activity(state=state, since=since))
        if time.monotonic() >= self._next_cleaning:
            self._next_cleaning = time.monotonic() + CLEANING_INTERVAL
            self._workers.remove_old()
        return False
