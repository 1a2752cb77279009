"""Whether the harvester of a gather makes progress, seen from another thread."""

import threading
import time

from adapters.stages.stuck import given_up, own_limit
from harvesters.base import Harvester, HarvestJob


class Progress:
    """A gather's harvester makes progress when it yields something, saves an object or an error, or gets an answer over
    HTTP."""

    def __init__(self) -> None:
        self._harvester: Harvester | None = None
        self._view: HarvestJob | None = None
        self._thread = 0
        self._inside_since: float | None = None  # monotonic seconds; None: our own code runs
        self._seen: tuple[int, ...] = ()
        self._seen_at = 0.0

    def watch(self, harvester: Harvester) -> None:
        """Name the harvester."""
        self._harvester = harvester

    def enter(self, view: HarvestJob) -> None:
        """The calling thread runs the plugin's code from here on."""
        self._thread, self._view, self._inside_since = threading.get_ident(), view, time.monotonic()

    def leave(self) -> None:
        """It runs our own."""
        self._inside_since = None

    def silent(self) -> float:
        """For how many seconds it has made no progress, as far as earlier calls can tell; 0 while our own code runs."""
        since, view = self._inside_since, self._view
        if since is None or view is None:
            return 0.0
        state = (_number(view.objects), _number(view.errors), getattr(getattr(self._harvester, "http", None), "answers", 0))
        if state != self._seen:
            self._seen, self._seen_at = state, time.monotonic()
        return time.monotonic() - max(since, self._seen_at)

    def stuck(self, limit: float) -> str:
        """The error of a harvester that made no progress for its own limit, or this one (seconds); empty while it does."""
        limit = own_limit(self._harvester, "gather") or limit
        if self.silent() <= limit or self._view is None:
            return ""
        return given_up(f"Gathering {self._view.source.name} got nothing new for {limit:g} s", "gather", self._thread)


def _number(values: object) -> int:
    """How many things a list has; a plugin may have put something else in its place."""
    return len(values) if isinstance(values, list) else 0
