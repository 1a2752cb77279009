"""Finds threads that are stuck in a plugin: over a time limit, or busy for a job that was aborted.

A thread can't be ended. So whoever finds one gives its work up, hands the rest back, and has its process replaced.
"""

import sys
import time
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass

from adapters.stages.threads import Hand, ObjectThreads, Running

FRAMES = 20  # of a stuck thread's stack, the innermost ones
ABORT_PATIENCE = 3.0  # seconds that a record of an aborted job may still run

Absence = Callable[[], tuple[float, str] | None]
"""For how many seconds the target has been away and why, None while it answers."""


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds that a stage may take for one record, and a gather without progress. A harvester may declare its own."""

    fetch: float
    import_: float
    gather: float


@dataclass(frozen=True, slots=True)
class Stuck:
    """An object that a thread is stuck with. Without a message nobody waits for its outcome: its job has ended."""

    running: Running
    stage: str
    message: str


def stack_of(thread: int) -> str:
    """Where a thread is now, innermost frame last; empty when it has ended."""
    frame = sys._current_frames().get(thread)
    return "" if frame is None else "".join(traceback.format_stack(frame)[-FRAMES:])


def own_limit(harvester: object, stage: str) -> float | None:
    """The limit that a harvester declares as an attribute, such as `fetch_timeout`; None when it isn't a number above 0."""
    try:
        value = getattr(harvester, f"{stage}_timeout", None)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None
    except Exception:  # a property that fails, a number beyond all
        return None


def given_up(what: str, stage: str, thread: int) -> str:
    """The error of a stage that was over its limit: what it did, which limit that is, and where its thread is."""
    setting = f"HARVEST_{stage.upper()}_TIMEOUT, or {stage}_timeout of the harvester"
    return f"{what} ({setting}) and was given up. It was here:\n{stack_of(thread)}"


class Watch:
    """Looks at the threads of a fetch worker now and then."""

    def __init__(self, threads: ObjectThreads, limits: TimeLimits, target_absence: Absence) -> None:
        self._threads = threads
        self._limits = limits
        self._target_absence = target_absence
        self._target_back = 0.0  # monotonic seconds: imports can't have got on before

    def look(self, ended: Collection[str]) -> list[Stuck]:
        """Threads that are stuck now; `ended` are jobs whose outcomes nobody waits for."""
        now = time.monotonic()
        if self._target_absence() is not None:
            self._target_back = now
        candidates = (self._stuck(hand, running, ended, now) for hand in self._threads.hands if (running := hand.running))
        return [stuck for stuck in candidates if stuck is not None]

    def _stuck(self, hand: Hand, running: Running, ended: Collection[str], now: float) -> Stuck | None:
        item = running.item
        if item.aggregate.job_id in ended:
            return Stuck(running, "", "") if now - hand.begun > ABORT_PATIENCE else None
        stages = item.stages
        if stages is None:
            return None
        stage = stages.stage
        if stage == "Fetch":
            limit, since = own_limit(stages.harvester, "fetch") or self._limits.fetch, max(hand.begun, stages.since)
        else:
            limit = own_limit(stages.harvester, "import") or self._limits.import_
            since = max(hand.begun, stages.since, self._target_back)
        if now - since <= limit:
            return None
        what = f"{stage} of record {item.aggregate.guid} took longer than {limit:g} s"
        return Stuck(running, stage, given_up(what, stage.lower(), hand.thread))
