"""What the gather_stage of a harvester lists, item by item, while another thread sees whether it gets on."""

import logging
import os
from collections.abc import Callable, Generator
from contextvars import Context
from typing import Any

from adapters.stages.progress import Progress
from domain.errors import ServiceUnavailable
from harvesters import results
from harvesters.base import Harvester, HarvestJob
from harvesters.faults import EXPECTED, is_ctrl_c, leave_if_forked, own_context

log = logging.getLogger(__name__)


class Stopped(Exception):
    """The worker is asked to end: the job is gathered again elsewhere."""


class Listing:
    """One run of gather_stage. `is_complete` when it has come to its end, `error` is what ended it otherwise."""

    def __init__(self, make: Callable[[], Harvester], view: HarvestJob, progress: Progress, *, let_through: bool) -> None:
        """`let_through`: what the harvester raises by mistake is raised."""
        self._make = make
        self._view = view
        self._progress = progress
        self._let_through = let_through
        self.is_complete = False
        self.error: BaseException | None = None

    def items(self) -> Generator[Any, None, None]:
        """What the harvester yields. To be closed: what is left of gather_stage then runs in the calling thread."""
        items, process, context = self._from_harvester(), os.getpid(), own_context()
        try:
            while True:
                self._progress.enter(self._view)
                try:
                    item = context.run(next, items)
                except StopIteration:
                    self.is_complete = True
                    return
                except (Stopped, ServiceUnavailable):
                    raise
                except BaseException as error:
                    if is_ctrl_c(error) or (self._let_through and not isinstance(error, EXPECTED)):
                        raise
                    self.error = error
                    return
                finally:
                    leave_if_forked(process)
                    self._progress.leave()
                yield item
        finally:
            self._close(items, process, context)

    def _from_harvester(self) -> Generator[Any, None, None]:
        harvester = self._make()
        self._progress.watch(harvester)
        yield from results.gathered(harvester, self._view)

    def _close(self, items: Generator[Any, None, None], process: int, context: Context) -> None:
        """Its `finally` may hang like anything else of a plugin."""
        self._progress.enter(self._view)
        try:
            context.run(items.close)
        except BaseException as error:
            if is_ctrl_c(error):
                raise
            log.debug("gather_stage of job %s did not end well", self._view.id, exc_info=error)
        finally:
            leave_if_forked(process)
            self._progress.leave()
