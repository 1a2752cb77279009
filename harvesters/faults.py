"""What plugins raise and what they do to their process: on purpose, by mistake, or because a person pressed Ctrl-C."""

import os
import threading

from domain.errors import HarvestError
from harvesters import results

EXPECTED = (HarvestError, results.StageFailed)
"""What a plugin raises on purpose."""


def leave_if_forked(parent: int) -> None:
    """End a process that a plugin forked and let come back: the work goes on in its parent, which has this process id."""
    if os.getpid() != parent:
        os._exit(0)


def is_ctrl_c(error: BaseException) -> bool:
    """Whether a person pressed Ctrl-C: only the main thread hears of it. Elsewhere a plugin raised it."""
    return isinstance(error, KeyboardInterrupt) and threading.current_thread() is threading.main_thread()
