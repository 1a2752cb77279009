"""What plugins raise and what they do to their process: on purpose, by mistake, or because a person pressed Ctrl-C."""

import decimal
import os
import threading
from contextvars import Context, copy_context

from domain.errors import HarvestError
from harvesters import results

DECIMALS = decimal.Context()
"""Python's own precision and rounding, whatever a plugin makes of `decimal.DefaultContext` later."""
EXPECTED = (HarvestError, results.StageFailed)
"""What a plugin raises on purpose."""


def own_context() -> Context:
    """For one record, or one gather: what a plugin sets for its thread, such as the precision of decimals, ends with it."""
    context = copy_context()
    context.run(decimal.setcontext, DECIMALS.copy())
    return context


def leave_if_forked(parent: int) -> None:
    """End a process that a plugin forked and let come back: the work goes on in its parent, which has this process id."""
    if os.getpid() != parent:
        os._exit(0)


def is_ctrl_c(error: BaseException) -> bool:
    """Whether a person pressed Ctrl-C: only the main thread hears of it. Elsewhere a plugin raised it."""
    return isinstance(error, KeyboardInterrupt) and threading.current_thread() is threading.main_thread()
