"""One gather in a process of its own: how a job is gathered that was under way in a worker which died.

If it was the job that ended the worker, it ends nobody else now, and the worker that started this process knows who did it.
"""

import logging
import threading
from collections.abc import Callable
from uuid import UUID

from adapters.process.worker import GIVEN_BACK, REPLACED
from adapters.stages.gather import GatherRun
from adapters.stages.listing import Stopped
from domain.errors import HarvestError

log = logging.getLogger(__name__)

WATCH_INTERVAL = 1.0  # seconds between two looks whether the gather is stuck


class GatherApart:
    """Gathers one job, in a thread: stages never run in the main thread, where they could set signal handlers."""

    def __init__(self, new_run: Callable[[Callable[[], bool]], GatherRun], job_id: UUID, worker: str, *, limit: float) -> None:
        """`limit`: seconds that the harvester may go without progress."""
        self._run = new_run(lambda: self._stop.is_set())
        self._job_id = job_id
        self._worker = worker
        self._limit = limit
        self._stop = threading.Event()
        self._over = threading.Event()
        self._broken: BaseException | None = None
        self.status = 0

    def stop(self) -> None:
        """Give the job back. Safe in a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Gather to the end; `status` then is that of the process. Raises what a bug of our own raised."""
        threading.Thread(target=self._gather, daemon=True).start()
        while not self._over.wait(WATCH_INTERVAL):
            if message := self._run.stuck(self._limit):
                self._run.give_up(self._job_id, "timed_out", message)
                self.status = REPLACED
                return
        if self._broken is not None:
            raise self._broken

    def _gather(self) -> None:
        try:
            self._run.run(self._job_id, self._worker)
        except (HarvestError, Stopped) as error:
            log.warning("job %s is given back: %s", self._job_id, error or "this process ends")
            self.status = GIVEN_BACK
        except BaseException as error:
            log.exception("a bug of our own, with job %s", self._job_id)
            self._broken = error
        finally:
            self._over.set()
